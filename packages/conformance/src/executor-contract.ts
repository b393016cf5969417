/**
 * Checks that executors behave as the `Executor` interface specifies: optimizer state, reproducibility, short batches,
 * overflow and errors.
 */
import { sigmoid } from '@nnbp/activations';
import {
  delayed,
  type Engine,
  type Executor,
  type Graph,
  GraphBuilder,
  mlp,
  NnbpError,
  type NnbpErrorCode,
  type Optimizer,
  Random,
} from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { sgd } from '@nnbp/optim';
import { expectNear, unitOf } from './compare.js';
import { errorBounds } from './error-bounds.js';
import { everyActivation, everyOptimizer } from './every-plugin.js';
import { randomParameters, randomSamples } from './random-data.js';
import { randomGraph } from './random-graph.js';
import { randomGeneralGraph } from './random-general-graph.js';
import { mixed, wave } from './special-cases.js';

/** Checks that the state of an optimizer belongs to the optimizer, not to the executor that used it last. */
export function expectOwnState(engine: Engine): void {
  const graph = mlp([2, 3, 1], { activation: sigmoid });
  const random = new Random(1);
  const parameters = randomParameters(graph, random);
  const data = randomSamples(graph, random, 4);
  const make = () => sgd({ learningRate: 0.1, momentum: 0.9 });
  const step = (executor: Executor, optimizer: Optimizer) =>
    executor.step(data.inputs, data.targets, data.samples, mse(), optimizer);
  const prepared = () => {
    const executor = engine.prepare(graph, data.samples);
    executor.parameters.set(parameters);
    return executor;
  };
  const momentum = (optimizer: Optimizer) => optimizer.state().vectors.momentum.join();

  const [alone, first, second] = [prepared(), prepared(), prepared()];
  const [a, b, c] = [make(), make(), make()];
  step(alone, a);
  step(alone, a);
  // The same two steps with optimizer b, but the second step runs on another executor. Between the two steps, the first
  // executor takes a step with optimizer c.
  step(first, b);
  second.parameters.set(first.parameters);
  step(first, c);
  step(second, b);
  if (momentum(a) !== momentum(b))
    throw new Error("The optimizer's momentum is wrong after it was used with another executor.");
  first.dispose();
  second.dispose();
  if (momentum(a) !== momentum(b)) throw new Error("The optimizer's momentum changed when the executor was disposed.");
  step(alone, b);
  alone.dispose();
}

/** Checks that two runs of several steps are bit-identical. */
export function expectReproducible(engine: Engine, random: Random): void {
  const graph = randomGraph(random, { nodes: 80 });
  const parameters = randomParameters(graph, random);
  const data = randomSamples(graph, random, 7);
  const [one, two] = [0, 1].map(() => {
    const executor = engine.prepare(graph, data.samples);
    executor.parameters.set(parameters);
    const optimizer = everyOptimizer.adam();
    for (let n = 0; n < 5; n++) executor.step(data.inputs, data.targets, data.samples, mse(), optimizer);
    const result = executor.parameters.slice();
    executor.dispose();
    return result;
  });
  const p = one.findIndex((value, k) => !Object.is(value, two[k]));
  if (p >= 0) throw new Error(`Parameter ${p}: expected bit-identical runs, received ${one[p]} and ${two[p]}.`);
}

/** Checks passes and steps on batches of different sizes, up to the batch size of the executor. */
export function expectShortBatches(engine: Engine, random: Random): void {
  const graph = randomGraph(random, { nodes: 60 });
  const parameters = randomParameters(graph, random);
  const executor = engine.prepare(graph, 9);
  executor.parameters.set(parameters);
  const optimizer = sgd({ learningRate: 0.1 });
  for (const samples of [9, 1, 6, 9, 2]) {
    const data = randomSamples(graph, random, samples);
    const bounds = errorBounds(graph, parameters, data, mse(), unitOf(executor));
    const loss = executor.backpropagate(data.inputs, data.targets, samples, mse());
    expectNear(`loss of ${samples} samples`, loss, bounds.loss, bounds.lossError);
    bounds.reference.gradients.forEach((expected, p) =>
      expectNear(`gradient ${p} of ${samples} samples`, executor.gradients[p], expected, bounds.gradientErrors[p]),
    );
    // A pass on only the first sample must not affect the next step.
    executor.backpropagate(data.inputs, data.targets, 1, mse());
    executor.step(data.inputs, data.targets, samples, mse(), optimizer);
    bounds.reference.gradients.forEach((gradient, p) => {
      const rounding = 4 * unitOf(executor) * Math.abs(parameters[p]);
      const bound = 0.1 * bounds.gradientErrors[p] + rounding;
      expectNear(
        `parameter ${p} after ${samples} samples`,
        executor.parameters[p],
        parameters[p] - 0.1 * gradient,
        bound,
      );
    });
    executor.parameters.set(parameters);
  }
  executor.dispose();
}

/**
 * If the executor has `stepMany`, checks that its results are bit-identical to those of repeated calls of `step`, and
 * that `stepMany` stops before a step that would make a number infinite or NaN.
 */
export function expectSameSteps(engine: Engine, random: Random): void {
  const graphs = [
    mlp([2, 5, 2], { activation: sigmoid }),
    mlp([20, 50, 3], { activation: sigmoid }),
    mixed(random, wave),
    randomGeneralGraph(random),
  ].filter((graph) => engine.supports(graph).length === 0);
  for (const name of ['sgd', 'sgd, schedule', 'sgd, momentum', 'nadam', 'adam, gradient clipped by norm']) {
    for (const graph of graphs) for (const size of [1, 3]) expectSame(name, engine, graph, size, random);
  }
}

function expectSame(name: string, engine: Engine, graph: Graph, batchSize: number, random: Random): void {
  const parameters = randomParameters(graph, random);
  const data = randomSamples(graph, random, 7 * batchSize);
  const order = Uint32Array.from({ length: data.samples }, (_, k) => data.samples - 1 - k);
  // The fifth step overflows in float32 and in float64.
  data.targets.fill(
    1e200,
    order[4 * batchSize] * graph.outputs.length,
    (order[4 * batchSize] + 1) * graph.outputs.length,
  );
  const [one, two] = [0, 1].map(() => {
    const executor = engine.prepare(graph, batchSize);
    executor.parameters.set(parameters);
    return { executor, optimizer: everyOptimizer[name](), losses: [] as number[] };
  });
  const loss = mse();
  const batchRows = (table: Float64Array, width: number, first: number) =>
    Float64Array.from(
      { length: batchSize * width },
      (_, n) => table[order[first + Math.floor(n / width)] * width + (n % width)],
    );
  const stepOne = ({ executor, optimizer, losses }: typeof one) => {
    const first = losses.length * batchSize;
    const [inputs, targets] = [
      batchRows(data.inputs, graph.inputCount, first),
      batchRows(data.targets, graph.outputs.length, first),
    ];
    losses.push(executor.step(inputs, targets, batchSize, loss, optimizer));
  };
  while (one.losses.length < 7) stepOne(one);
  while (two.losses.length < 7) {
    const { executor, optimizer, losses } = two;
    const newLosses = new Float64Array(7 - losses.length);
    const taken =
      executor.stepMany?.(data, order, losses.length * batchSize, loss, optimizer, newLosses, newLosses.length) ?? 0;
    losses.push(...newLosses.subarray(0, taken));
    if (losses.length < 7) stepOne(two);
  }
  const state = ({ executor, optimizer, losses }: typeof one) => ({
    losses: losses.map((value) => (Number.isFinite(value) ? value : NaN)),
    parameters: Array.from(executor.parameters),
    optimizer: optimizer.state(),
  });
  const [expected, received] = [one, two].map((run) => JSON.stringify(state(run)));
  one.executor.dispose();
  two.executor.dispose();
  if (expected === received) return;
  throw new Error(
    `stepMany with ${name}, batches of ${batchSize}: expected the same result as \`step\`: ${expected}, received ${received}.`,
  );
}

/**
 * Checks that, if the loss or the update overflows, `step` returns a loss that is not finite and leaves the parameters
 * unchanged.
 */
export function expectOverflowHandled(engine: Engine): void {
  const graph = mlp([2, 3, 1], { activation: everyActivation.find(({ name }) => name === 'identity')! });
  const executor = engine.prepare(graph, 2);
  const huge = executor.parameters instanceof Float32Array ? 1e30 : 1e200;
  const attempts: [what: string, weight: number, optimizer: Optimizer][] = [
    ['The loss', huge, sgd({ learningRate: 0.1 })],
    ['The update', 1, sgd({ learningRate: huge ** 1.5 })],
    ['The update with momentum', 1, sgd({ learningRate: huge ** 1.5, momentum: 0.5 })],
  ];
  for (const [what, weight, optimizer] of attempts) {
    executor.parameters.fill(weight);
    const loss = executor.step(
      Float64Array.of(1, 2, 3, 4).map((v) => v * 1e4),
      Float64Array.of(0, 0),
      2,
      mse(),
      optimizer,
    );
    if (Number.isFinite(loss))
      throw new Error(`${what} overflowed: expected step to return Infinity or NaN, received ${loss}.`);
    const changed = executor.parameters.findIndex((value) => value !== Math.fround(weight) && value !== weight);
    if (changed >= 0)
      throw new Error(
        `${what} overflowed: expected unchanged parameters, received ${executor.parameters[changed]} for parameter ${changed}.`,
      );
  }
  executor.dispose();
}

/** Checks the error codes for invalid arguments. */
export function expectErrors(engine: Engine): void {
  const graph = mlp([2, 3, 1], { activation: sigmoid });
  expectError('OUT_OF_RANGE', () => engine.prepare(graph, 0));
  expectError('OUT_OF_RANGE', () => engine.prepare(graph, 1.5));
  const executor = engine.prepare(graph, 2);
  const [two, four] = [new Float64Array(2), new Float64Array(4)];
  expectError('OUT_OF_RANGE', () => executor.predict(four, 3));
  expectError('OUT_OF_RANGE', () => executor.predict(four, 0));
  expectError('WRONG_LENGTH', () => executor.predict(two, 2));
  expectError('WRONG_LENGTH', () => executor.backpropagate(four, two.subarray(1), 2, mse()));
  const before = executor.parameters.slice();
  const weighted = (...weights: number[]) =>
    executor.step(four, two, 2, mse(), sgd({ learningRate: 0.1 }), { weights: Float64Array.from(weights) });
  for (const weights of [
    [1, -1],
    [0, 0],
    [NaN, 1],
    [1, Infinity],
  ])
    expectError('OUT_OF_RANGE', () => weighted(...weights));
  expectError('WRONG_LENGTH', () => weighted(1));
  if (executor.parameters.some((value, k) => value !== before[k]))
    throw new Error('Invalid weights: expected unchanged parameters.');
  expectError('UNKNOWN_ID', () => executor.cache.x('unknown'));
  expectError('OUT_OF_RANGE', () => executor.cache.x('input.0', 2));
  executor.dispose();
  executor.dispose();
  expectError('DISPOSED', () => executor.predict(four, 2));
  expectError('DISPOSED', () => executor.step(four, two, 2, mse(), sgd({ learningRate: 0.1 })));
  expectStateErrors(engine);
}

/**
 * Checks that an executor throws for invalid sample counts, for states of the wrong length, and when its cache is read
 * for a sample or step that was not in the last pass.
 */
function expectStateErrors(engine: Engine): void {
  const builder = new GraphBuilder();
  builder.output(builder.node('h', { from: [builder.input('x'), delayed('h', 2)], activation: sigmoid }));
  const graph = builder.build();
  if (engine.supports(graph).length > 0) return;
  const executor = engine.prepare(graph, 2, 3);
  const inputs = new Float64Array(6);
  expectError('OUT_OF_RANGE', () => executor.predict(inputs, []));
  expectError('OUT_OF_RANGE', () => executor.predict(inputs, [1, 2]));
  expectError('OUT_OF_RANGE', () => executor.predict(inputs, [1, 1, 1, 1]));
  executor.predict(inputs, [2, 2, 2]);
  executor.predict(inputs, [2, 1]);
  // These samples and steps belong to the pass before the last one.
  expectError('OUT_OF_RANGE', () => executor.cache.x('h', 0, 2));
  expectError('OUT_OF_RANGE', () => executor.cache.x('h', 1, 1));
  executor.predict(inputs, 1);
  expectError('OUT_OF_RANGE', () => executor.cache.x('h', 1));
  const targets = new Float64Array(6);
  const jacobian = new Float64Array(6 * graph.parameterCount);
  const before = executor.parameters.join();
  // The state of two samples has four numbers. A longer one may belong to another network.
  for (const length of [3, 5, 6]) {
    const state = Float64Array.from({ length }, (_, k) => k + 0.5);
    const original = state.join();
    const optimizer = sgd({ learningRate: 0.1 });
    for (const counts of [2, [2, 2], [2, 1]]) {
      // An engine may store the counts of its last call, but must check the state even if the counts are the same.
      executor.predict(inputs, counts);
      expectError('WRONG_LENGTH', () => executor.predict(inputs, counts, { state }));
      expectError('WRONG_LENGTH', () => executor.backpropagate(inputs, targets, counts, mse(), { state }));
      expectError('WRONG_LENGTH', () => executor.jacobian(inputs, counts, jacobian, { state }));
      expectError('WRONG_LENGTH', () => executor.step(inputs, targets, counts, mse(), optimizer, { state }));
    }
    if (state.join() !== original) throw new Error(`A rejected state of length ${length} must remain unchanged.`);
  }
  if (executor.parameters.join() !== before) throw new Error('A rejected state must leave the parameters unchanged.');
  executor.dispose();
}

function expectError(code: NnbpErrorCode, run: () => unknown): void {
  try {
    run();
  } catch (error) {
    if (error instanceof NnbpError && error.code === code) return;
    throw new Error(`Expected an NnbpError ${code}, received ${String(error)}.`, { cause: error });
  }
  throw new Error(`Expected an NnbpError ${code}, but nothing was thrown.`);
}
