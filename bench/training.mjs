/** Prepares a multilayer perceptron and random samples, for benchmarks that do not involve other libraries. */
import { sigmoid } from '@nnbp/activations';
import { mlp, Network, Random } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { sgd } from '@nnbp/optim';

/** @returns {{ executor: import('@nnbp/core').Executor, predict: () => void, step: () => void, edges: number[] }} `edges` holds the number of edges of each layer. */
export function training(engine, sizes, batch) {
  const graph = mlp(sizes, { activation: sigmoid });
  const random = new Random(1);
  const uniform = (length) => Float32Array.from({ length }, () => random.uniform());
  const [inputs, targets] = [uniform(batch * graph.inputCount), uniform(batch * graph.outputs.length)];
  const executor = engine.prepare(graph, batch);
  executor.parameters.set(new Network(graph, { seed: 1 }).parameters.vector);
  const [loss, optimizer] = [mse(), sgd({ learningRate: 0.01 })];
  return {
    executor,
    predict: () => executor.predict(inputs, batch),
    step: () => executor.step(inputs, targets, batch, loss, optimizer),
    edges: sizes.slice(1).map((size, l) => size * sizes[l]),
  };
}

/** Calls per second, measured over about `seconds` seconds. */
export function rate(run, seconds) {
  const start = performance.now();
  let calls = 0;
  do {
    run();
    calls++;
  } while (performance.now() - start < 1000 * seconds);
  return (1000 * calls) / (performance.now() - start);
}
