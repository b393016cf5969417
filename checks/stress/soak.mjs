/**
 * `pnpm stress soak`: on each engine, takes ten million training steps with one sample each. Makes a million predictions
 * with `network.predict`, and as many with each predictor that `compile` returns for the js and wasm engines. Calls `fit`
 * 100,000 times on four samples. Memory use must stay constant, and the last result of `fit` must equal that of a fresh
 * process.
 */
import { tanh } from '@nnbp/activations';
import { compile, js, mlp, Network, Random, reference } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { adam } from '@nnbp/optim';
import { fit } from '@nnbp/train';
import { wasm } from '@nnbp/wasm';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { record, smoke } from './results.mjs';

const steps = smoke ? 1000 : Number(process.env.STEPS ?? 10_000_000);
const predictions = smoke ? 1000 : Number(process.env.PREDICTIONS ?? 1_000_000);
const calls = smoke ? 10 : Number(process.env.CALLS ?? 100_000);
const engines = { reference: reference(), js: js(), wasm: await wasm() };
const graph = mlp([2, 4, 1], { activation: tanh });
const xor = {
  inputs: [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ],
  targets: [[0], [1], [1], [0]],
};

const fresh = process.argv.includes('fresh');
if (fresh) {
  console.log(JSON.stringify(await lastFit()));
  process.exit(0);
}

const results = { stepsPerEngine: steps, steps: {}, predictions, predict: {}, fit: {} };
for (const [name, engine] of Object.entries(engines)) results.steps[name] = online(engine);
const network = new Network(graph, { seed: 1 });
results.predict.network = manyPredictions(network);
for (const name of ['js', 'wasm']) {
  const predictor = await compile(network, { engine: engines[name] });
  results.predict[`compile, ${name}`] = manyPredictions(predictor);
  predictor.dispose();
}
results.fit = await manyFits();
record('soak', results);
console.log(JSON.stringify(results, null, 2));
const memoryIsConstant =
  smoke ||
  [...Object.values(results.steps), ...Object.values(results.predict), results.fit].every(
    ({ megabytes: [early, end] }) => end < early + 24,
  );
if (!memoryIsConstant || !results.fit.sameAsFresh || Object.values(results.steps).some(({ finite }) => !finite))
  process.exit(1);

/**
 * Trains online, with a new sample in each step. Returns the speed, the memory use, and whether all parameters are
 * finite.
 */
function online(engine) {
  const executor = engine.prepare(graph, 1);
  executor.parameters.set(new Network(graph, { seed: 1 }).parameters.vector);
  const optimizer = adam({ learningRate: 1e-3 });
  const random = new Random(1);
  const [input, target] = [new Float64Array(2), new Float64Array(1)];
  const loss = mse();
  const megabytes = [];
  const startTime = performance.now();
  for (let n = 0; n < steps; n++) {
    input[0] = random.uniform();
    input[1] = random.uniform();
    target[0] = input[0] * input[1];
    executor.step(input, target, 1, loss, optimizer);
    if (n === steps / 10 || n === steps - 1) megabytes.push(memory());
  }
  const finite = executor.parameters.every(Number.isFinite);
  executor.dispose();
  return { perSecond: Math.round((1000 * steps) / (performance.now() - startTime)), megabytes, finite };
}

/** Makes many predictions, each for a new input. Returns the speed and the memory use. */
function manyPredictions(predictor) {
  const random = new Random(1);
  const megabytes = [];
  const startTime = performance.now();
  for (let n = 0; n < predictions; n++) {
    predictor.predict([random.uniform(), random.uniform()]);
    if (n === predictions / 10 || n === predictions - 1) megabytes.push(memory());
  }
  return { perSecond: Math.round((1000 * predictions) / (performance.now() - startTime)), megabytes };
}

function lastFit() {
  return oneFit(calls - 1);
}

async function oneFit(seed) {
  const network = new Network(graph, { seed });
  await fit(network, xor, {
    loss: mse(),
    optimizer: adam({ learningRate: 0.05 }),
    epochs: 3,
    batchSize: 2,
    seed,
    engine: engines.wasm,
  });
  return [...network.parameters.vector];
}

async function manyFits() {
  const megabytes = [];
  const startTime = performance.now();
  for (let n = 0; n < calls - 1; n++) {
    await oneFit(n);
    if (n === Math.floor(calls / 10)) megabytes.push(memory());
  }
  const last = JSON.stringify(await lastFit());
  megabytes.push(memory());
  const freshResult = execFileSync(
    process.execPath,
    [...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2), 'fresh'],
    {
      encoding: 'utf8',
    },
  );
  return {
    calls,
    perSecond: Math.round((1000 * calls) / (performance.now() - startTime)),
    megabytes,
    sameAsFresh: freshResult.trim() === last,
  };
}

function memory() {
  globalThis.gc?.();
  return Math.round(process.memoryUsage.rss() / 1e6);
}
