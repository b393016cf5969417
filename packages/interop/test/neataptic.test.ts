import { backpropagate, predictSequence } from '@nnbp/core';
import { load, save } from '@nnbp/formats';
import { bipolarStep, fromNeataptic, step } from '@nnbp/interop';
import { mse } from '@nnbp/losses';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../../core/test/error-of.js';
import { fixtures, maxError, maxStepError } from './fixtures.js';
import { countLoaded, damaged, damagedText } from '../../formats/test/fuzz.js';

const { models, recurrent, program, version } = fixtures('neataptic');

/** Returns the JSON of a model with an input, a hidden node, and an output that has the given squash (activation). */
function modelWith(squash: unknown, ...more: object[]) {
  return {
    input: 1,
    output: 1,
    nodes: [
      { type: 'input', bias: 0, squash: 'LOGISTIC', mask: 1 },
      { type: 'hidden', bias: 0, squash: 'IDENTITY', mask: 1 },
      { type: 'output', bias: 0.5, squash, mask: 1 },
    ],
    connections: [{ from: 0, to: 1, weight: 1, gater: null }, { from: 1, to: 2, weight: 2, gater: null }, ...more],
  };
}

describe(`models trained by ${program} ${version}`, () => {
  test.each(models)('the model "$name" has the same outputs after import', (model) => {
    expect(maxError(fromNeataptic(model.json), model)).toBeLessThan(1e-12);
    expect(maxError(fromNeataptic(JSON.stringify(model.json)), model)).toBeLessThan(1e-12);
  });

  test.each(recurrent)('the recurrent model "$name" has the same outputs at each step after import', (model) => {
    expect(maxStepError(fromNeataptic(model.json), model)).toBeLessThan(1e-12);
  });

  test('the dropout mask of a node becomes its fixed c, even if the node has a connection to itself', () => {
    const { json } = models.find(({ name }) => name.includes('dropout'))!;
    const { connections } = json as { readonly connections: readonly object[] };
    const self = { from: 4, to: 4, weight: 0.5, gater: null };
    for (const given of [json, { ...(json as object), connections: [...connections, self] }]) {
      const { graph } = fromNeataptic(given);
      const fixedC = (i: number) => graph.constants[graph.scaleSlot(i) - graph.parameterCount];
      expect(fixedC(graph.indexOf('4'))).toBe(0.75);
      expect(fixedC(graph.outputs[0])).toBe(1);
    }
  });
});

describe('squashes', () => {
  const bentIdentity = (x: number) => (Math.sqrt(x * x + 1) - 1) / 2 + x;

  test.each([
    ['BENT_IDENTITY', bentIdentity],
    ['STEP', (x: number) => (x > 0 ? 1 : 0)],
    ['BIPOLAR', (x: number) => (x > 0 ? 1 : -1)],
    ['SOFTSIGN', (x: number) => x / (1 + Math.abs(x))],
    ['GAUSSIAN', (x: number) => Math.exp(-(x * x))],
    ['ABSOLUTE', Math.abs],
    ['BIPOLAR_SIGMOID', (x: number) => 2 / (1 + Math.exp(-x)) - 1],
    ['INVERSE', (x: number) => 1 - x],
  ])('the squash %s is computed as in neataptic', (squash, g) => {
    const network = fromNeataptic(modelWith(squash));
    for (const x of [-20, -1, -0.25, 0, 0.3, 5]) expect(network.predict([x])[0]).toBeCloseTo(g(0.5 + 2 * x), 13);
  });

  test('a step function works for prediction, has derivative 0, and must be supplied to load a saved network', () => {
    const network = fromNeataptic(modelWith('STEP'));
    const { gradients } = backpropagate(network, [0.3], [0], mse());
    expect(gradients.vector.every((derivative) => derivative === 0)).toBe(true);
    expect(load(save(network), { activations: [step] }).network.predict([0.3])).toEqual([1]);
    expect(errorOf(() => load(save(network))).code).toBe('MISSING_PLUGIN');
    expect(
      load(save(fromNeataptic(modelWith('BIPOLAR'))), { activations: [bipolarStep] }).network.predict([-3]),
    ).toEqual([-1]);
  });
});

describe('a gated or backward connection', () => {
  const outputs = (json: unknown, inputs: readonly number[]) =>
    predictSequence(
      fromNeataptic(json),
      inputs.map((x) => [x]),
    ).map(([y]) => y);

  test('a gater that is an earlier node multiplies the connection by its value at the same step, and a gater that is an input has no effect', () => {
    const gate = (gater: number) => modelWith('IDENTITY', { from: 0, to: 2, weight: 3, gater });
    expect(outputs(gate(1), [2, -1])).toEqual([0.5 + 2 * 2 + 3 * 2 * 2, 0.5 - 2 + 3]);
    expect(outputs(gate(0), [2, -1])).toEqual([0.5 + 4 + 6, 0.5 - 2 - 3]);
  });

  test('a later node takes effect with a delay of one step: at the first step, a connection from it adds 0, and a connection that it gates is multiplied by 1', () => {
    const back = modelWith('IDENTITY', { from: 2, to: 1, weight: 1, gater: null });
    expect(outputs(back, [1, 1])).toEqual([2.5, 0.5 + 2 * (1 + 2.5)]);
    const gatedByOutput = { ...modelWith('IDENTITY'), connections: [{ from: 0, to: 1, weight: 1, gater: 2 }, { from: 1, to: 2, weight: 2, gater: null }] }; // oxfmt-ignore
    expect(outputs(gatedByOutput, [1, 1])).toEqual([2.5, 0.5 + 2 * 2.5]);
  });

  test('a connection from a node to itself adds the previous sum of the node, not its output', () => {
    const self = modelWith('INVERSE', { from: 2, to: 2, weight: 0.5, gater: null });
    // The sums are 0.5 + 2 and 0.5 + 2 + 1.25.
    expect(outputs(self, [1, 1])).toEqual([1 - 2.5, 1 - 3.75]);
    const gatedByItself = modelWith('IDENTITY', { from: 2, to: 2, weight: 0.5, gater: 2 });
    expect(outputs(gatedByItself, [1, 1])).toEqual([2.5, 2.5 + 0.5 * 2.5 * 2.5]);
  });

  test('two connections from a node to itself are rejected', () => {
    const self = { from: 1, to: 1, weight: 1, gater: null };
    expect(errorOf(() => fromNeataptic(modelWith('TANH', self, self))).message).toMatch(/one connection from 1 to 1/);
  });
});

describe('a model that cannot be imported', () => {
  test.each([
    ['MY_OWN', /"MY_OWN"/],
    [undefined, /custom/],
  ])('the squash %s is rejected, and the error names it', (squash, message) => {
    const error = errorOf(() => fromNeataptic(modelWith(squash)));
    expect([error.code, error.message]).toEqual(['UNSUPPORTED', expect.stringMatching(message)]);
    expect(error.message).toContain(squash ?? 'nothing');
  });

  test.each([
    ['MALFORMED', /connections\[2\]\.gater.*0 to 2/, { from: 0, to: 2, weight: 1, gater: 3 }],
    ['MALFORMED', /connections\[2\]\.from/, { from: 3, to: 2, weight: 1, gater: null }],
  ])('fromNeataptic throws %s with a message that matches %s', (code, message, connection) => {
    const error = errorOf(() => fromNeataptic(modelWith('TANH', connection)));
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
  });

  test('numbers of inputs and outputs that do not match the nodes are rejected', () => {
    expect(errorOf(() => fromNeataptic({ ...modelWith('TANH'), input: 2 })).message).toMatch(/\.input: expected 1/);
    expect(errorOf(() => fromNeataptic({ ...modelWith('TANH'), output: 2 })).message).toMatch(/\.output: expected 1/);
  });

  test('damaged models are rejected with an NnbpError or result in a network', () => {
    const read = countLoaded((random) => {
      const all = [...models, recurrent[0]];
      const json = damaged(all[Math.floor(random.uniform() * all.length)].json, random);
      return () => fromNeataptic(json);
    }, 0.8);
    expect(read).toBeGreaterThan(0);
    countLoaded((random) => {
      const text = damagedText(JSON.stringify(models[0].json), random);
      return () => fromNeataptic(text);
    }, 0.2);
  }, 120_000);
});
