/**
 * Files that `save` and `toJson` have written must always load. The files in `fixtures` are never changed; there is one
 * folder per version of the format. `WRITE_FIXTURES=1 vitest run load-fixtures` writes the missing files of the current
 * version. The JSON of a model is in a `.model` file, so that no formatter changes it.
 */
import * as aggregations from '@nnbp/aggregations';
import { elu, identity, leakyRelu, relu, sine, softsign } from '@nnbp/activations';
import { everyActivation } from '@nnbp/conformance';
import {
  type Activation,
  type Aggregation,
  delayed,
  GraphBuilder,
  type Loss,
  mlp,
  Network,
  predictSequence,
  Standardization,
} from '@nnbp/core';
import { type Checkpoint, fromJson, load, type Loaded, save, toJson } from '@nnbp/formats';
import { elementwise, huber } from '@nnbp/losses';
import { chain, clipByValue, plateau, sgd } from '@nnbp/optim';
import { fit } from '@nnbp/train';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const currentVersion = 2;
const folderOf = (version: number) => join(import.meta.dirname, 'fixtures', `version-${version}`);

/**
 * The values recorded when the fixture was written. Parameters and outputs are float64 bit patterns in hexadecimal. The
 * outputs are those of one sample or, if the network has delays, of a sequence of three equal steps.
 */
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
const spread: Aggregation = {
  name: 'spread',
  value: (z) => z[0] - z[z.length - 1],
  derivative(z, _, dAdz) {
    dAdz.fill(0);
    dAdz[0] += 1;
    dAdz[z.length - 1] -= 1;
  },
};
const plugins = { activations: [ramp], losses: [quartic], aggregations: [spread] };

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

function recurrent(): Network {
  const builder = new GraphBuilder();
  const x = builder.inputs(2);
  builder.node('constant', { from: [], activation: identity, fixed: { b: 1.5, c: 1 } });
  builder.node('h', {
    from: [...x, delayed('h', 2, { initial: 0.5 }), 'constant', delayed('out', 1, { initial: -0.25 })],
    activation: softsign,
    aggregation: aggregations.product,
    fixed: { b: 0.125, w: { [x[0]]: 2 } },
  });
  builder.node('m', {
    from: [...x, 'h'],
    activation: identity,
    aggregation: aggregations.max,
    shared: { w: { h: 'one' } },
  });
  builder.node('out', { from: ['h', 'm', delayed('m', 3)], activation: relu, shared: { w: { h: 'one' } } });
  builder.output('out', 'h');
  return new Network(builder.build(), { seed: 6 });
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

/** Features that version 1 does not have. */
const newerMakers: typeof makers = {
  recurrent,
  'every-aggregation': () => {
    const builder = new GraphBuilder();
    let last = builder.inputs(3);
    for (const aggregation of [...Object.values(aggregations), spread]) {
      const layer = last.map((_, k) =>
        builder.node(`${aggregation.name}.${k}`, { from: last, activation: identity, aggregation }),
      );
      last = layer;
    }
    builder.output(...last);
    return new Network(builder.build(), { seed: 8 });
  },
};
const makersOf = (version: number) => (version === 1 ? makers : { ...makers, ...newerMakers });

const outputsOf = (network: Network, input: readonly number[]) =>
  network.graph.stateSize === 0 ? network.predict(input) : predictSequence(network, [input, input, input]).flat();

if (process.env.WRITE_FIXTURES !== undefined) {
  const folder = folderOf(currentVersion);
  mkdirSync(folder, { recursive: true });
  for (const [name, make] of Object.entries(makersOf(currentVersion))) {
    if (existsSync(join(folder, `${name}.expected.json`))) continue;
    const model = await make();
    const network = model instanceof Network ? model : model.network;
    const loss = name === 'custom-functions' ? { loss: quartic } : {};
    const input = Array.from({ length: network.graph.inputCount }, (_, k) => 0.5 - k / 4);
    const expected: Expected = {
      ids: network.graph.ids,
      parameters: bits(network.parameters.vector),
      input,
      outputs: bits(outputsOf(network, input)),
    };
    const write = (ending: string, content: string | Uint8Array) => {
      writeFileSync(join(folder, `${name}.${ending}`), content, { flag: 'wx' });
    };
    write('safetensors', model instanceof Network ? save(network, loss) : model.file);
    write('model', toJson(network));
    write('expected.json', `${JSON.stringify(expected, undefined, 2)}\n`);
  }
}

const read = (version: number, name: string, ending: string) =>
  readFileSync(join(folderOf(version), `${name}.${ending}`));
const loaded = (version: number, name: string): Loaded => load(read(version, name, 'safetensors'), plugins);
const namesOf = (version: number) =>
  readdirSync(folderOf(version))
    .filter((file) => file.endsWith('.expected.json'))
    .map((file) => file.replace('.expected.json', ''));
const versions = Array.from({ length: currentVersion }, (_, k) => k + 1);

test('the files that are written today have the current version', () => {
  expect(JSON.parse(toJson(everyFeature()))).toMatchObject({ version: currentVersion });
});

test.each(versions)('version %i has a fixture for each of its features', (version) => {
  expect(namesOf(version).toSorted()).toEqual(Object.keys(makersOf(version)).toSorted());
});

describe.each(versions.flatMap((version) => namesOf(version).map((name) => [version, name] as const)))(
  'version %i, fixture %s',
  (version, name) => {
    const expected = JSON.parse(read(version, name, 'expected.json').toString()) as Expected;
    test.each([
      ['the file', () => loaded(version, name).network],
      ['the JSON', () => fromJson(read(version, name, 'model').toString(), plugins)],
    ])('the model loads from %s with unchanged ids, parameters and outputs', (_, open) => {
      const network = open();
      expect(network.graph.ids).toEqual(expected.ids);
      expect(bits(network.parameters.vector)).toEqual(expected.parameters);
      const outputs = outputsOf(network, expected.input);
      expect(outputs.length).toBe(expected.outputs.length);
      // JavaScript engines differ in the last bit of exp, log and sin. Everything else is exact everywhere.
      if (name.startsWith('every-a')) {
        numbersOf(expected.outputs).forEach((output, k) => {
          expect(Math.abs(outputs[k] - output)).toBeLessThanOrEqual(1e-12 * Math.abs(output));
        });
      } else expect(bits(outputs)).toEqual(expected.outputs);
    });
  },
);

describe.each(versions)('version %i', (version) => {
  test('a file loads with its shared weights, fixed c, outputs, activation options and −0', () => {
    const { graph, parameters } = loaded(version, 'every-feature').network;
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

  test('scalers and custom functions are kept', () => {
    const { inputScaler, outputScaler } = loaded(version, 'float32-with-scalers').network;
    expect(inputScaler).toEqual(new Standardization([1 / 3, -0, 1e6], [0.1, 2, 1e3]));
    expect(outputScaler).toEqual(new Standardization([-4, 1e-9], [0.7, 1e9]));
    expect(loaded(version, 'custom-functions').loss).toBe(quartic);
    expect(loaded(version, 'custom-functions').network.graph.activations).toContain(ramp);
  });

  // Shuffling has changed since version 1, so the results of a resumed and an uninterrupted run differ.
  test('training resumes from a checkpoint, each time with the same result', async () => {
    const resumed = async () => {
      const { network, checkpoint, loss, metadata } = loaded(version, 'checkpoint');
      expect(checkpoint!.epoch).toBe(4);
      expect(loss!.builtin).toEqual({ name: 'huber', options: { delta: 0.5 } });
      expect(metadata).toEqual({ a: [1] });
      const { history } = await fit(network, training, { ...trainingOptions(), epochs: 8, resume: checkpoint! });
      expect(history.map(({ epoch }) => epoch)).toEqual([5, 6, 7, 8]);
      return bits(network.parameters.vector);
    };
    expect(await resumed()).toEqual(await resumed());
  });
});
