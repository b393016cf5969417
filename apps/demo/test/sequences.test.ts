/** Tests training on sequences in the Train view, and the gradients over time that the view shows. */
import { backpropagateSequence, Network, Standardization } from '@nnbp/core';
import { softmaxCrossEntropy } from '@nnbp/losses';
import { describe, expect, test } from 'vitest';
import { builtinFunctions } from '../web/functions.js';
import { recurrence } from '../web/recurrence.js';
import { widths, withSequenceGraph } from '../web/shared/sequence-settings.js';
import { defaultState, parseState } from '../web/state.js';
import { createTrainer } from '../web/train/trainer.js';
import { dataFor, recall, type SequenceData, series, sine, temporalXor } from '../web/train/sequences/data.js';
import { recurrentNetwork } from '../web/train/sequences/network-for.js';
import { gradientsInTime } from '../web/train/sequences/observe.js';

test('from the second step on, the target of temporal XOR is whether a bit differs from the previous bit', () => {
  const { inputs, targets } = temporalXor(12, 3).training[0];
  expect(targets[0]).toBeNull();
  for (let t = 1; t < 12; t++) expect(targets[t]).toEqual([Number(inputs[t][0] !== inputs[t - 1][0])]);
});

test('a recall sequence begins with a symbol, continues with distractors, and ends with a prompt whose target is the symbol', () => {
  for (const { inputs, targets } of recall(9, 4).validation) {
    expect(targets.slice(0, -1)).toEqual(Array(8).fill(null));
    expect(targets[8]).toEqual(inputs[0].slice(0, 4));
    expect(inputs.map((row) => row.indexOf(1) < 4)).toEqual([true, ...Array<boolean>(8).fill(false)]);
    expect(inputs[8][6]).toBe(1);
  }
});

test('the targets of a sine are its next values', () => {
  const { inputs, targets } = sine(10, 5).training[7];
  expect(targets.slice(0, -1)).toEqual(inputs.slice(1));
});

describe('a series', () => {
  const rows = Array.from({ length: 100 }, (_, k) => [k, 1000 - 2 * k]);

  test('a series is cut into windows, training windows first, and only the training rows determine the scalers', () => {
    const data = series({ names: ['a', 'b'], rows, target: 1 }, 8);
    if ('kind' in data) throw new Error(data.kind);
    expect(data.training[1].inputs.map(([a]) => a)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    expect(data.validation[0].inputs.map(([a]) => a)).toEqual([80, 81, 82, 83, 84, 85, 86, 87]);
    expect(
      data.training
        .at(-1)!
        .inputs.map(([a]) => a)
        .at(-1),
    ).toBeLessThan(80);
    for (const { inputs, targets } of data.training) {
      targets.slice(0, -1).forEach((target, t) => expect(target![0]).toBe(inputs[t + 1][1]));
    }
    expect(data.scalers!.inputs.mean[0]).toBeCloseTo(39.5, 12);
    expect(data.scalers!.inputs.deviation[0]).toBeCloseTo(Math.sqrt((80 ** 2 - 1) / 12), 12);
    expect(data.scalers!.targets).toEqual(
      new Standardization([data.scalers!.inputs.mean[1]], [data.scalers!.inputs.deviation[1]]),
    );
  });

  test('a series with too few rows reports how many it needs', () => {
    expect(series({ names: ['a', 'b'], rows: rows.slice(0, 20), target: 0 }, 8)).toEqual({
      kind: 'few-rows',
      rows: 20,
      needed: 45,
    });
  });

  test('the scaler of a constant column has a deviation of 1, even if rounding makes the computed deviation nonzero', () => {
    const data = series({ names: ['a', 'b'], rows: rows.map(([a]) => [a, 0.1]), target: 1 }, 8);
    if ('kind' in data) throw new Error(data.kind);
    expect(data.scalers!.targets.deviation).toEqual([1]);
  });
});

test('withSequenceGraph selects a data set that fits the graph, and keeps the current data set if none fits', () => {
  const { sequences } = defaultState;
  for (const data of ['temporal-xor', 'recall', 'sine'] as const) {
    const { inputNames, outputNames } = dataFor({ ...sequences, data }, undefined) as SequenceData;
    expect([inputNames.length, outputNames.length]).toEqual(widths[data]);
  }
  expect(withSequenceGraph(sequences, recurrence)).toMatchObject({ data: 'sine', graph: recurrence, loss: 'mse' });
  const outputs = ['1', '2'];
  expect(withSequenceGraph(sequences, { ...recurrence, outputs }).data).toBe(sequences.data);
});

test('training on samples rejects a graph with delays, and parseState rejects the kind "graph" without a graph', async () => {
  const settings = { ...defaultState.train, data: 'tripling' as const, graph: recurrence };
  const { port1 } = new MessageChannel();
  expect(await createTrainer(builtinFunctions).prepare(settings, undefined, port1)).toEqual({ kind: 'delays' });
  port1.close();
  const kinds = ['graph'] as const;
  expect(() => parseState({ ...defaultState, sequences: { ...defaultState.sequences, kinds } })).toThrow(
    'requires `graph`',
  );
});

test('the gradient over time of an LSTM is the mean |dloss/dx| of its cell states at each step', () => {
  const data = recall(6, 1);
  const network: Network = recurrentNetwork('lstm', data, { units: 2, seed: 1 });
  const loss = softmaxCrossEntropy();
  const [sample] = data.validation;
  const { cache } = backpropagateSequence(network, sample.inputs, sample.targets, loss);
  expect(gradientsInTime('lstm', network, loss, [sample])).toEqual(
    sample.inputs.map(
      (_, t) => (Math.abs(cache.dLossDx('lstm.c.0', 0, t)) + Math.abs(cache.dLossDx('lstm.c.1', 0, t))) / 2,
    ),
  );
});

test('over 25 steps the gradient of an untrained RNN shrinks by a factor of more than 10,000, and that of an untrained LSTM by less', () => {
  const data = recall(25, 1);
  const shrinking = (['rnn', 'lstm'] as const).map((kind) => {
    const network = recurrentNetwork(kind, data, { units: 8, seed: 1 });
    const gradients = gradientsInTime(kind, network, softmaxCrossEntropy(), data.validation.slice(0, 4));
    return gradients.at(-1)! / gradients[0];
  });
  expect(shrinking[0]).toBeGreaterThan(1e4);
  expect(shrinking[1]).toBeLessThan(1e4);
});
