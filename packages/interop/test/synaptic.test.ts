import { predictSequence } from '@nnbp/core';
import { fromSynaptic } from '@nnbp/interop';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../../core/test/error-of.js';
import { fixtures, maxError, maxStepError } from './fixtures.js';
import { countLoaded, damaged, damagedText } from '../../formats/test/fuzz.js';

const { models, recurrent, program, version } = fixtures('synaptic');

/** A model with one input, two hidden neurons and one output, plus the given connections. */
function chain(...more: object[]) {
  return {
    neurons: ['input', 0, 0, 'output'].map((layer) => ({ layer, squash: 'IDENTITY', bias: 0 })),
    connections: [{ from: 0, to: 1, weight: 2, gater: null }, { from: 1, to: 3, weight: 3, gater: null }, ...more],
  };
}

describe(`models trained by ${program} ${version}`, () => {
  test.each(models)('the model "$name" has the same outputs after import', (model) => {
    expect(maxError(fromSynaptic(model.json), model)).toBeLessThan(1e-12);
    expect(maxError(fromSynaptic(JSON.stringify(model.json)), model)).toBeLessThan(1e-12);
  });

  test.each(recurrent)('the recurrent model "$name" has the same outputs at each step after import', (model) => {
    expect(maxStepError(fromSynaptic(model.json), model)).toBeLessThan(1e-12);
  });
});

describe('a synaptic model', () => {
  test('within a layer, a forward connection acts in the same step and a backward connection in the next step', () => {
    const forward = chain({ from: 1, to: 2, weight: 1, gater: null }, { from: 2, to: 3, weight: 5, gater: null });
    expect(fromSynaptic(forward).predict([1])).toEqual([2 * 3 + 2 * 5]);
    const json = chain({ from: 2, to: 1, weight: 1, gater: null }, { from: 0, to: 2, weight: 4, gater: null });
    // The value of neuron 2 reaches neuron 1 in the next step. Before the first step, it is the value in the file.
    Object.assign(json.neurons[2], { state: 0.5, activation: 0.5 });
    expect(predictSequence(fromSynaptic(json), [[1], [0]])).toEqual([[3 * (2 + 0.5)], [3 * 4]]);
  });

  test.each([
    ['MALFORMED', /one connection from 0 to 1/, { from: 0, to: 1, weight: 1, gater: null }],
    ['MALFORMED', /connections\[2\]\.to.*0 to 3, received 4/, { from: 0, to: 4, weight: 1, gater: null }],
    ['MALFORMED', /connections\[2\]\.weight.*received nothing/, { from: 0, to: 3 }],
  ])('fromSynaptic throws %s with a message that matches %s', (code, message, connection) => {
    const error = errorOf(() => fromSynaptic(chain(connection)));
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
  });

  test('an imported network whose neurons all have the squash HLIM predicts 0 or 1', () => {
    const json = chain();
    json.neurons.forEach((neuron) => ((neuron as { squash: unknown }).squash = 'HLIM'));
    expect(
      fromSynaptic(json)
        .predict([100])
        .every((x) => x === 0 || x === 1),
    ).toBe(true);
  });

  test.each([
    [null, /custom/],
    ['SOFT', /received "SOFT"/],
  ])('the squash %s is rejected', (squash, message) => {
    const json = chain();
    (json.neurons[1] as { squash: unknown }).squash = squash;
    expect(errorOf(() => fromSynaptic(json)).message).toMatch(message);
  });

  test('damaged models are rejected with an NnbpError or result in a network', () => {
    const read = countLoaded((random) => {
      const all = [...models, recurrent[0]];
      const json = damaged(all[Math.floor(random.uniform() * all.length)].json, random);
      return () => fromSynaptic(json);
    }, 0.8);
    expect(read).toBeGreaterThan(0);
    countLoaded((random) => {
      const text = damagedText(JSON.stringify(models[0].json), random);
      return () => fromSynaptic(text);
    }, 0.2);
  }, 120_000);
});
