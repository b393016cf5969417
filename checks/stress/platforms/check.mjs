/**
 * Runs in every supported runtime. Imports the installed packages. With each nnbp engine, runs the conformance
 * suite, trains a network, saves the network and loads it again. Then explains a derivative, gradient-checks a network,
 * and prints a digest of the trained parameters for each engine.
 */
import { gaussian, sigmoid, tanh } from '@nnbp/activations';
import { articleNetwork, conformance, golden } from '@nnbp/conformance';
import { js, mlp, Network, reference } from '@nnbp/core';
import { explain } from '@nnbp/explain';
import { load, save } from '@nnbp/formats';
import { checkNetwork } from '@nnbp/gradcheck';
import { mse } from '@nnbp/losses';
import { adam } from '@nnbp/optim';
import { fit } from '@nnbp/train';
import { wasm } from '@nnbp/wasm';

const fast = await wasm();
const threaded = await wasm({ threads: 2, minThreadedWork: 0 });
const engines = {
  reference: reference(),
  js: js(),
  wasm: fast,
  'wasm, two threads': threaded,
  'wasm, not fused': await wasm({ fused: false }),
};
const digests = {};
for (const [name, engine] of Object.entries(engines)) {
  for (const { run } of conformance(engine)) run();
  const network = new Network(mlp([2, 8, 8, 1], { activation: tanh, outputActivation: sigmoid }), { seed: 1 });
  const inputs = [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ];
  const targets = [[0], [1], [1], [0]];
  await fit(
    network,
    { inputs, targets },
    { loss: mse(), optimizer: adam({ learningRate: 0.05 }), epochs: 300, engine },
  );
  inputs.forEach((row, s) => expect(`XOR with ${name}`, Math.round(network.predict(row)[0]), targets[s][0]));
  const loaded = load(save(network)).network;
  expect(`${name}: saved and loaded`, await digest(loaded.parameters.vector), await digest(network.parameters.vector));
  digests[name] = await digest(network.parameters.vector);
}
threaded.dispose?.();

const network = articleNetwork();
const [run] = golden.runs;
const derivation = explain(network, [Number(run.input)], [Number(run.target)], mse(), 'dloss/dw_2to4');
expect(
  'explained derivative in the example network',
  derivation.root.value.toFixed(9),
  Number(run.gradients['4'].w['2']).toFixed(9),
);
const bell = new Network(mlp([2, 3, 1], { activation: gaussian }), { seed: 1 });
expect('gradcheck', checkNetwork(bell, [[0.3, -0.2]], [[0.1]], mse()).ok, true);
console.log(JSON.stringify(digests));

function expect(what, actual, expected) {
  if (actual !== expected) throw new Error(`${what}: expected ${expected}, received ${actual}.`);
}

async function digest(numbers) {
  const hash = await crypto.subtle.digest('SHA-256', Float64Array.from(numbers));
  return Array.from(new Uint8Array(hash).subarray(0, 6), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
