/** Tests the Derive view of networks with delays: its numbers are bit-identical to those of the engine. */
import { backpropagateSequence, Random } from '@nnbp/core';
import { nameOf, type QuantityName } from '@nnbp/explain';
import { describe, expect, test } from 'vitest';
import {
  originalParameter,
  highlightsInTime,
  knownInTime,
  termCountAt,
  selectedInTime,
  stepsOfTerms,
  termsInTime,
  timeExerciseOf,
} from '../web/derive/time/exercise.js';
import { presets } from '../web/derive/presets.js';
import { targetRows, targetStepsOf } from '../web/shared/sequence.js';
import { edgeName } from '../web/network.js';
import type { NetworkDescription } from '../web/state.js';
import { builtinFunctions } from '../web/functions.js';

const { network, input, target, loss, time } = presets.recurrence;
const example = timeExerciseOf({ network, input, target, loss, time: time! }, builtinFunctions);

function randomExercise(seed: number) {
  const random = new Random(seed);
  const number = () => 2 * random.uniform() - 1;
  const network: NetworkDescription = {
    inputs: ['a', 'b'],
    nodes: [
      {
        id: 'h',
        from: ['a', 'b', 'h', 'y'],
        delays: [0, 1, 1, 2],
        activation: 'tanh',
        b: number(),
        c: number(),
        w: [number(), number(), number(), number()],
      },
      {
        id: 'y',
        from: ['h', 'a'],
        aggregation: 'product',
        activation: 'identity',
        b: number(),
        c: number(),
        w: [number(), number()],
      },
    ],
    outputs: ['y'],
    initial: { h: number(), b: number() },
  };
  const steps = 4;
  const row = (length: number) => Array.from({ length }, number);
  return timeExerciseOf(
    { network, input: row(2 * steps), target: row(steps), loss: 'mse', time: { steps, targets: 'each' } },
    builtinFunctions,
  );
}

const parametersOf = (exercise: typeof example): QuantityName[] => {
  const { graph } = exercise.network;
  return graph.ids.slice(graph.inputCount).flatMap((node, k) => {
    const i = graph.inputCount + k;
    const edges = Array.from({ length: graph.edgeStart[i + 1] - graph.edgeStart[i] }, (_, k) => graph.edgeStart[i] + k);
    return [
      { quantity: 'dLossDb' as const, node },
      { quantity: 'dLossDc' as const, node },
      ...edges.map((e) => ({
        quantity: 'dLossDw' as const,
        node,
        from: edgeName(graph.ids[graph.predecessors[e]], graph.delay(e)),
      })),
    ];
  });
};

describe('a parameter derivative as a sum over time', () => {
  test.each([1, 2, 3, 4, 5])(
    'the sum of the terms, divided by the number of targets, is bit-identical to the engine’s derivative, for every parameter, seed %i',
    (seed) => {
      const exercise = randomExercise(seed);
      const { gradients } = backpropagateSequence(exercise.network, exercise.inputs, exercise.targets, exercise.loss);
      for (const parameter of parametersOf(exercise)) {
        const terms = termsInTime(exercise, parameter);
        expect(terms.map(({ step }) => step)).toEqual([3, 2, 1, 0]);
        expect(terms.at(-1)!.sum / 4).toBe(exercise.value(parameter));
        expect(exercise.rootStep(parameter).value).toBe(exercise.value(parameter));
        expect(exercise.measured(parameter)).toBeCloseTo(exercise.value(parameter), 6);
      }
      expect(parametersOf(exercise).map((parameter) => exercise.value(parameter))).toHaveLength(
        gradients.vector.length,
      );
    },
  );

  test('in the example, the sum over time has the two terms that chapter 9 of the Learn view shows', () => {
    const terms = termsInTime(example, { quantity: 'dLossDw', node: '2', from: '1' });
    const { cache } = example.pass;
    expect(terms.map(({ value }) => value)).toEqual(
      [1, 0].map((t) => cache.dLossDx('2', 0, t) * cache.slope('2', 0, t) * example.inputs[t][0]),
    );
  });
});

test('a value before the first time step is the initial value of its node', () => {
  const exercise = randomExercise(7);
  const { graph } = exercise.network;
  expect(exercise.value({ quantity: 'x', node: 'h@-1' })).toBe(graph.initialValues![graph.indexOf('h')]);
  expect(exercise.value({ quantity: 'x', node: 'y@-2' })).toBe(0);
});

test('while only the terms of the last time steps are shown, only the paths of these time steps are highlighted', () => {
  const selected = selectedInTime(example, 'dloss/dw_1to2');
  const ids = (firstStep: number) =>
    Array.from(highlightsInTime(example, selected, firstStep).nodes, (j) => example.unrolled.ids[j]).sort();
  expect(ids(1)).toEqual(['2@1']);
  expect(ids(0)).toEqual(['2@0', '2@1']);
});

test('an invalid selection is replaced by dloss/dw of the first delayed edge, and a valid selection is kept', () => {
  expect(selectedInTime(example, 'dloss/dw_4to7')).toEqual({ quantity: 'dLossDw', node: '2', from: '2@-1' });
  expect(selectedInTime(example, 'dloss/dw_2to2')).toEqual({ quantity: 'dLossDw', node: '2', from: '2@-1' });
  const value = selectedInTime(example, 'x_2@1');
  expect(value).toEqual({ quantity: 'x', node: '2@1' });
  expect(example.measured(value)).toBeUndefined();
});

test.each([
  ['last', [null, null, [3]]],
  ['rest', [null, [2], [3]]],
  ['each', [[1], [2], [3]]],
] as const)('the option "%s" determines which time steps have a target', (targets, rows) => {
  expect(targetRows([1, 2, 3], 1, { targets })).toEqual(rows);
  expect(targetStepsOf(rows)).toBe(targets);
  expect(targetRows([1], 1, { targets }), 'the only step of a sequence has the target').toEqual([[1]]);
});

describe('stepping through the unrolled network', () => {
  const exercise = randomExercise(3);
  const { trace } = exercise;

  test('each number is known once the trace step that writes it is taken, and equals the engine’s', () => {
    trace.steps.forEach(({ writes, values }, index) => {
      const [before, after] = [knownInTime(exercise, index), knownInTime(exercise, index + 1)];
      for (const [k, quantity] of writes.entries()) {
        if (['dLossDb', 'dLossDc', 'dLossDw'].includes(quantity.quantity)) continue;
        expect(before.value(quantity), nameOf(quantity)).toBeUndefined();
        expect(after.value(quantity), nameOf(quantity)).toBe(exercise.value(quantity));
        // For time steps before the first, the page shows only x.
        if (!quantity.node.includes('@-')) expect(exercise.value(quantity), nameOf(quantity)).toBe(values[k]);
      }
    });
  });

  test('the terms of every parameter derivative are added from the last time step to the first, and the derivative is known once all are added', () => {
    for (const parameter of parametersOf(exercise)) {
      const steps = stepsOfTerms(exercise, parameter);
      expect(steps.map((step) => trace.steps[step - 1].node)).toEqual(
        termsInTime(exercise, parameter).map(({ step }) => `${parameter.node}@${step}`),
      );
      const written = steps.map((step) => trace.steps[step - 1].writes.map((one) => nameOf(originalParameter(one))));
      for (const names of written) expect(names).toContain(nameOf(parameter));
      steps.forEach((step, k) => {
        expect(termCountAt(exercise, parameter, step - 1)).toBe(k);
        expect(termCountAt(exercise, parameter, step)).toBe(k + 1);
      });
      expect(knownInTime(exercise, steps[3] - 1).value(parameter)).toBeUndefined();
      expect(knownInTime(exercise, steps[3]).value(parameter)).toBe(exercise.value(parameter));
    }
  });
});
