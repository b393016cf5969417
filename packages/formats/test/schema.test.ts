import { articleNetwork, everyActivation, randomGraph, randomGeneralGraph, randomParameters } from '@nnbp/conformance';
import { type Activation, GraphBuilder, mlp, Network, Random, Standardization } from '@nnbp/core';
import { fromJson, save, toJson } from '@nnbp/formats';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import schema from '../model.schema.json' with { type: 'json' };
import { decode } from '../src/safetensors.js';

const validate = new Ajv2020({ strict: true, strictTypes: false, allErrors: true }).compile(schema);
const problems = (model: unknown) => (validate(model) ? [] : validate.errors);

const models = (network: Network): unknown[] => [
  JSON.parse(toJson(network)),
  JSON.parse(decode(save(network)).metadata.get('model')!),
];

describe('the published schema', () => {
  test('the schema accepts what toJson and save write for random graphs', () => {
    for (let seed = 0; seed < 100; seed++) {
      const random = new Random(seed);
      const graph = seed % 2 ? randomGeneralGraph(random) : randomGraph(random, { nodes: 3 + (seed % 40) });
      const network = new Network(graph);
      network.parameters.vector.set(randomParameters(network.graph, random));
      for (const model of models(network)) expect(problems(model), `seed ${seed}`).toEqual([]);
    }
  });

  test('the schema accepts every activation, custom activations and scalers', () => {
    const custom: Activation = { name: 'wave', value: Math.sin, derivative: Math.cos };
    for (const activation of [...everyActivation, custom]) {
      const network = new Network(mlp([2, 2, 1], { activation }), { seed: 1 });
      network.inputScaler = new Standardization([1, 2], [3, 4]);
      network.outputScaler = new Standardization([-1], [1e-300]);
      for (const model of models(network)) expect(problems(model), activation.name).toEqual([]);
    }
  });

  test('the schema accepts a graph that has only an input', () => {
    const builder = new GraphBuilder();
    builder.input('1');
    builder.output('1');
    for (const model of models(new Network(builder.build()))) expect(problems(model)).toEqual([]);
  });

  const unknownFormats = new Set(['a newer version', 'an unknown format']);
  type Model = Record<string, unknown> & { nodes: Record<string, unknown>[] };
  test.each<[string, (model: Model) => void]>([
    ['a newer version', (model) => (model.version = 3)],
    ['an unknown format', (model) => (model.format = 'onnx')],
    ['no inputs', (model) => delete model.inputs],
    ['no outputs', (model) => delete model.outputs],
    ['an unknown entry', (model) => (model.more = 1)],
    ['an unknown entry of a node', (model) => (model.nodes[0].bias = 1)],
    ['a bias that is a string', (model) => (model.nodes[0].b = 'one')],
    ['an id that is a number', (model) => (model.nodes[0].id = 2)],
    ['a node without an activation', (model) => delete model.nodes[0].activation],
    ['an option that is a string', (model) => (model.nodes[0].activation = { name: 'elu', options: { alpha: 'x' } })],
    ['a shared weight without a value', (model) => (model.nodes[0].w = [{ shared: 'w' }])],
    ['a weight both fixed and shared', (model) => (model.nodes[0].w = [{ fixed: 1, shared: 'w', value: 1 }])],
    ['a delay of 0', (model) => (model.nodes[0].from = [{ id: '1', delay: 0 }])],
    ['a deviation of 0', (model) => (model.inputScaler = { mean: [0], deviation: [0] })],
  ])('the schema and fromJson reject %s', (what, corrupt) => {
    const model = JSON.parse(toJson(articleNetwork())) as Model;
    corrupt(model);
    expect(problems(model)).not.toEqual([]);
    const code = unknownFormats.has(what) ? 'UNKNOWN_FORMAT' : 'MALFORMED';
    expect(() => fromJson(JSON.stringify(model))).toThrow(
      expect.objectContaining({ name: 'NnbpError', code }) as Error,
    );
  });
});
