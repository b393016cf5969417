/**
 * Version 1 files must always load. The files in `fixtures/version-1` are never changed. The functions in `makers`
 * and the code after them created the files, when `save` still wrote version 1. The JSON of a model is in a `.model`
 * file, so that no formatter changes it.
 */
import { elu, identity, leakyRelu, relu, sine, softsign } from '@nnbp/activations';
import { everyActivation } from '@nnbp/conformance';
import { type Activation, GraphBuilder, type Loss, mlp, Network, Standardization } from '@nnbp/core';
import { type Checkpoint, fromJson, load, type Loaded, save, toJson } from '@nnbp/formats';
import { elementwise, huber } from '@nnbp/losses';
import { chain, clipByValue, plateau, sgd } from '@nnbp/optim';
import { fit } from '@nnbp/train';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const folder = join(import.meta.dirname, 'fixtures', 'version-1');

/** The values recorded when the fixture was written. Parameters and outputs are float64 bit patterns in hexadecimal. */
interface Expected {
  readonly ids: readonly string[];
  readonly parameters: readonly string[];
  readonly input: readonly number[];
  readonly outputs: readonly string[];
}

const bits = (numbers: ArrayLike<number>): string[] =>
  Array.from(new BigUint64Array(Float64Array.from(numbers).buffer), (word) => word.toString(16).padStart(16, '0'));
const numbersOf = (words: readonly string[]): number[] =>
  Array.from(new Float64Array(BigUint64Array.from(words, (word) => BigInt(`0x${word}`)).buffer));

const ramp: Activation = { name: 'ramp', value: (h) => h / 2 + h * h, derivative: (h) => 0.5 + 2 * h };
const quartic: Loss = elementwise({
  name: 'quartic',
  value: (x, t) => (x - t) ** 4,
  derivative: (x, t) => 4 * (x - t) ** 3,
});
const plugins = { activations: [ramp], losses: [quartic] };

const training = { inputs: [[0], [0.25], [0.5], [1]], targets: [[1], [0], [0.5], [0.25]] };
const trainingOptions = () => ({
  loss: huber({ delta: 0.5 }),
  optimizer: chain(
    clipByValue(0.5),
    sgd({ learningRate: plateau({ initial: 0.125, patience: 1 }), momentum: 0.875, nesterov: true }),
  ),
  batchSize: 2,
  seed: 3,
  earlyStopping: { patience: 100, monitor: 'training' as const },
});

/** A network with every feature that a version 1 file can store. */
function everyFeature(): Network {
  const builder = new GraphBuilder();
  for (const id of ['in', 'unused', '__proto__']) builder.input(id);
  builder.node('constant', { from: [], activation: identity });
  builder.node('节点 "1"', { from: ['in', '__proto__'], activation: relu, shared: { w: { in: 'one' } } });
  builder.node('7', {
    from: ['in', '节点 "1"', 'constant'],
    activation: softsign,
    fixed: { c: 1 },
    shared: { w: { in: 'one' } },
  });
  builder.node('3', { from: ['7', '节点 "1"'], activation: leakyRelu.negativeSlope(0.3) });
  builder.output('3', 'in', '7');
  const network = new Network(builder.build(), { seed: 11 });
  network.parameters.vector.set([1 / 3, -0, 5e-324, 1e-300]);
  return network;
}

const makers: Record<string, () => Network | Promise<{ network: Network; file: Uint8Array }>> = {
  'float32-with-scalers': () => {
    const network = new Network(mlp([3, 4, 2], { activation: relu }), { seed: 5 });
    network.parameters.vector.set(Float32Array.from(network.parameters.vector));
    network.inputScaler = new Standardization([1 / 3, -0, 1e6], [0.1, 2, 1e3]);
    network.outputScaler = new Standardization([-4, 1e-9], [0.7, 1e9]);
    return network;
  },
  'every-feature': everyFeature,
  'every-activation': () => {
    const builder = new GraphBuilder();
    let last = builder.input('input');
    const activations = [...everyActivation, elu.alpha(0.25), leakyRelu.negativeSlope(0.125), sine.frequency(3)];
    for (const [k, activation] of activations.entries()) last = builder.node(`${k}`, { from: [last], activation });
    builder.output(last);
    return new Network(builder.build(), { seed: 9 });
  },
  'custom-functions': () => new Network(mlp([2, 3, 1], { activation: ramp }), { seed: 4 }),
  checkpoint: async () => {
    const network = new Network(mlp([1, 3, 1], { activation: softsign }), { seed: 2 });
    let checkpoint: Checkpoint | undefined;
    const onEpochEnd = ({ state }: { state(): Checkpoint }) => void (checkpoint = state());
    await fit(network, training, { ...trainingOptions(), epochs: 4, callbacks: [{ onEpochEnd }] });
    return {
      network,
      file: save(network, { checkpoint: checkpoint!, loss: trainingOptions().loss, metadata: { a: [1] } }),
    };
  },
};

if (process.env.WRITE_FIXTURES !== undefined) {
  for (const [name, make] of Object.entries(makers)) {
    if (existsSync(join(folder, `${name}.expected.json`))) continue;
    const model = await make();
    const network = model instanceof Network ? model : model.network;
    const loss = name === 'custom-functions' ? { loss: quartic } : {};
    const input = Array.from({ length: network.graph.inputCount }, (_, k) => 0.5 - k / 4);
    const expected: Expected = {
      ids: network.graph.ids,
      parameters: bits(network.parameters.vector),
      input,
      outputs: bits(network.predict(input)),
    };
    const write = (ending: string, content: string | Uint8Array) => {
      writeFileSync(join(folder, `${name}.${ending}`), content, { flag: 'wx' });
    };
    write('safetensors', model instanceof Network ? save(network, loss) : model.file);
    write('model', toJson(network));
    write('expected.json', `${JSON.stringify(expected, undefined, 2)}\n`);
  }
}

const read = (name: string, ending: string) => readFileSync(join(folder, `${name}.${ending}`));
const loaded = (name: string): Loaded => load(read(name, 'safetensors'), plugins);
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.expected.json'))
  .map((file) => file.replace('.expected.json', ''));

test('every function in makers has a fixture', () => {
  expect(names.sort()).toEqual(Object.keys(makers).sort());
});

describe.each(names)('version 1 fixture %s', (name) => {
  const expected = JSON.parse(read(name, 'expected.json').toString()) as Expected;
  test.each([
    ['the file', () => loaded(name).network],
    ['the JSON', () => fromJson(read(name, 'model').toString(), plugins)],
  ])('a version 1 model loads from %s with unchanged ids, parameters and outputs', (_, open) => {
    const network = open();
    expect(network.graph.ids).toEqual(expected.ids);
    expect(bits(network.parameters.vector)).toEqual(expected.parameters);
    const outputs = network.predict(expected.input);
    // JavaScript engines differ in the last bit of exp and sin. Everything else is exact everywhere.
    if (name === 'every-activation') {
      numbersOf(expected.outputs).forEach((output, k) => {
        expect(Math.abs(outputs[k] - output)).toBeLessThanOrEqual(1e-12 * Math.abs(output));
      });
    } else expect(bits(outputs)).toEqual(expected.outputs);
  });
});

test('a version 1 file loads with its shared weights, fixed c, outputs, activation options and −0', () => {
  const { graph, parameters } = loaded('every-feature').network;
  const node1 = graph.indexOf('节点 "1"');
  const node7 = graph.indexOf('7');
  expect(graph.weightIndex(graph.edgeStart[node7], node7)).toBe(graph.weightIndex(graph.edgeStart[node1], node1));
  expect(graph.scaleIndex(node7)).toBe(-1);
  expect(Array.from(graph.outputs, (i) => graph.ids[i])).toEqual(['3', 'in', '7']);
  expect(graph.activations[graph.activationOf[graph.indexOf('3')]].builtin).toEqual({
    name: 'leakyRelu',
    options: { negativeSlope: 0.3 },
  });
  expect(Object.is(parameters.vector[1], -0)).toBe(true);
});

test('scalers and custom functions of a version 1 file are kept', () => {
  const { inputScaler, outputScaler } = loaded('float32-with-scalers').network;
  expect(inputScaler).toEqual(new Standardization([1 / 3, -0, 1e6], [0.1, 2, 1e3]));
  expect(outputScaler).toEqual(new Standardization([-4, 1e-9], [0.7, 1e9]));
  expect(loaded('custom-functions').loss).toBe(quartic);
  expect(loaded('custom-functions').network.graph.activations).toContain(ramp);
});

// Shuffling has changed since the file was written, so the results of a resumed and an uninterrupted run differ.
test('training resumes from a version 1 checkpoint, each time with the same result', async () => {
  const resumed = async () => {
    const { network, checkpoint, loss, metadata } = loaded('checkpoint');
    expect(checkpoint!.epoch).toBe(4);
    expect(loss!.builtin).toEqual({ name: 'huber', options: { delta: 0.5 } });
    expect(metadata).toEqual({ a: [1] });
    const { history } = await fit(network, training, { ...trainingOptions(), epochs: 8, resume: checkpoint! });
    expect(history.map(({ epoch }) => epoch)).toEqual([5, 6, 7, 8]);
    return bits(network.parameters.vector);
  };
  expect(await resumed()).toEqual(await resumed());
});
