/**
 * Compares the speed of `fit` with that of `executor.step` on the same batches: for a 2-8-8-1 network, 1,000 and 100
 * samples per epoch, batch sizes 1 and 32, and each engine. Runs are interleaved and measured in CPU time, so that
 * other programs on the machine have little effect. Only the fastest run of `fit` and the fastest run of `step` count.
 *
 * Usage: node bench/fit.mjs [--smoke]
 */
import { sigmoid } from '@nnbp/activations';
import { js, mlp, Network, reference } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { sgd } from '@nnbp/optim';
import { fit } from '@nnbp/train';
import { changeResults } from './results.mjs';
import { ourEngine } from './our-engine.mjs';
import { smoke } from './smoke.mjs';
import { short, table } from './table.mjs';

const [rounds, milliseconds] = smoke ? [1, 1] : [15, 60];
const graph = mlp([2, 8, 8, 1], { activation: sigmoid });
const rows = [];
for (const engine of [await ourEngine(), js(), reference()]) {
  for (const samples of [1000, 100]) for (const batchSize of [1, 32]) rows.push(await compare(engine, samples, batchSize));
}
console.log(
  table(
    ['engine', 'samples', 'batch size', 'step, samples/s', 'fit / step'],
    rows.map((row) => [row.engine, row.samples, row.batchSize, short(row.samplesPerSecond), row.fit.toFixed(2)]),
  ),
);
changeResults(() => ({ fit: rows }));

async function compare(engine, samples, batchSize) {
  const inputs = Array.from({ length: samples }, (_, s) => [Math.sin(s), Math.cos(3 * s)]);
  const targets = inputs.map(([a, b]) => [(a * b + 1) / 2]);
  const [flatInputs, flatTargets] = [Float64Array.from(inputs.flat()), Float64Array.from(targets.flat())];
  const executor = engine.prepare(graph, batchSize);
  executor.parameters.set(new Network(graph, { seed: 1 }).parameters.vector);
  const [loss, optimizer] = [mse(), sgd({ learningRate: 0.01 })];
  const batches = Array.from({ length: Math.ceil(samples / batchSize) }, (_, k) => {
    const [from, to] = [k * batchSize, Math.min(samples, (k + 1) * batchSize)];
    return [flatInputs.slice(2 * from, 2 * to), flatTargets.slice(from, to), to - from];
  });
  const stepEpochs = (epochs) => {
    for (let epoch = 0; epoch < epochs; epoch++) {
      for (const [x, t, count] of batches) executor.step(x, t, count, loss, optimizer);
    }
  };
  const network = new Network(graph, { seed: 1 });
  const fitEpochs = (epochs) =>
    fit(network, { inputs, targets }, { engine, loss, optimizer: sgd({ learningRate: 0.01 }), batchSize, epochs });

  // Each run takes many epochs, as in practice. A run of `fit` includes its setup.
  let epochs = 1;
  for (;;) {
    const startTime = cpuMilliseconds();
    stepEpochs(epochs);
    if (cpuMilliseconds() - startTime > milliseconds) break;
    epochs *= 2;
  }
  let [stepTime, fitTime] = [Infinity, Infinity];
  for (let round = 0; round < rounds; round++) {
    let startTime = cpuMilliseconds();
    stepEpochs(epochs);
    stepTime = Math.min(stepTime, cpuMilliseconds() - startTime);
    startTime = cpuMilliseconds();
    await fitEpochs(epochs);
    fitTime = Math.min(fitTime, cpuMilliseconds() - startTime);
  }
  executor.dispose();
  const samplesPerSecond = Math.round((1000 * samples * epochs) / stepTime);
  return { engine: engine.name, samples, batchSize, samplesPerSecond, fit: Number((stepTime / fitTime).toPrecision(3)) };
}

function cpuMilliseconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
