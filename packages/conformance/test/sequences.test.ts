import * as activations from '@nnbp/activations';
import * as aggregations from '@nnbp/aggregations';
import { type Activation, type Aggregation, delayed, GraphBuilder, js, reference } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { expect, test } from 'vitest';
import { sequenceJacobians } from './torch/truth.js';
import cases from './torch/sequences.generated.json' with { type: 'json' };

interface Node {
  readonly from: readonly (readonly [source: number, delay: number])[];
  readonly activation: string;
  readonly aggregation: string;
  readonly fixed: { readonly b?: number; readonly c?: number; readonly w: Readonly<Record<string, number>> };
  readonly shared: { readonly b?: string; readonly c?: string; readonly w: Readonly<Record<string, string>> };
}

interface Case {
  readonly inputs: number;
  readonly nodes: readonly Node[];
  readonly initial: Readonly<Record<string, number>>;
  readonly outputs: readonly number[];
  readonly parameters: readonly number[];
  readonly sequences: readonly {
    readonly inputs: readonly (readonly number[])[];
    readonly targets: readonly (readonly number[] | null)[];
    readonly last: readonly number[];
  }[];
  readonly loss: number;
  readonly gradients: readonly number[];
}

function graphOf({ inputs, nodes, initial, outputs }: Case) {
  const builder = new GraphBuilder();
  const id = (k: number) => `n${k}`;
  for (let k = 0; k < inputs; k++) builder.input(id(k));
  nodes.forEach(({ from, activation, aggregation, fixed, shared }, k) => {
    const name = ([source, delay]: readonly [number, number]) => (delay === 0 ? id(source) : `${id(source)}@-${delay}`);
    const named = <Value>(weights: Readonly<Record<string, Value>>) =>
      Object.fromEntries(Object.entries(weights).map(([edge, value]) => [name(from[Number(edge)]), value]));
    builder.node(id(inputs + k), {
      from: from.map(([source, delay]) =>
        delay === 0 ? id(source) : delayed(id(source), delay, source in initial ? { initial: initial[source] } : {}),
      ),
      activation: (activations as unknown as Record<string, Activation>)[activation],
      aggregation: (aggregations as unknown as Record<string, Aggregation>)[aggregation],
      fixed: { ...fixed, w: named(fixed.w) },
      shared: { ...shared, w: named(shared.w) },
    });
  });
  builder.output(...outputs.map(id));
  return builder.build();
}

/**
 * Combines sequences of different lengths into one batch: the rows of step 0, then those of step 1, and so on. Within a
 * step, longer sequences come first.
 */
function batchOf(testCase: Case) {
  const sequences = testCase.sequences.toSorted((a, b) => b.inputs.length - a.inputs.length);
  const steps = sequences[0].inputs.map((_, t) => sequences.filter(({ inputs }) => t < inputs.length));
  return {
    sequences,
    counts: steps.map(({ length }) => length),
    inputs: Float64Array.from(steps.flatMap((running, t) => running.flatMap(({ inputs }) => inputs[t]))),
    targets: Float64Array.from(
      steps.flatMap((running, t) => running.flatMap(({ targets }) => targets[t] ?? testCase.outputs.map(() => NaN))),
    ),
    weights: Float64Array.from(
      steps.flatMap((running, t) => running.map(({ targets }) => Number(targets[t] !== null))),
    ),
  };
}

test.each((cases as unknown as Case[]).map((testCase, k) => [k, testCase] as const))(
  'graph %i with delays matches the outputs, loss and gradients of PyTorch to 1e-12',
  (_, testCase) => {
    const graph = graphOf(testCase);
    expect(graph.parameterCount).toBe(testCase.parameters.length);
    const { sequences, counts, inputs, targets, weights } = batchOf(testCase);
    const executor = reference().prepare(graph, counts[0], counts.length);
    executor.parameters.set(testCase.parameters);
    const loss = executor.backpropagate(inputs, targets, counts, mse(), { weights });
    const near = (actual: number, expected: number, scale: number) => {
      expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-12 * Math.max(scale, Math.abs(expected)));
    };
    near(loss, testCase.loss, 0);
    sequences.forEach(({ inputs: { length }, last }, s) => {
      testCase.outputs.forEach((i, k) => {
        near(executor.cache.x(graph.ids[i], s, length - 1), last[k], 1);
      });
    });
    const largest = Math.max(...testCase.gradients.map(Math.abs));
    testCase.gradients.forEach((gradient, p) => {
      near(executor.gradients[p], gradient, largest);
    });
  },
);

test.each([reference(), js()])(
  '$name matches the Jacobians of PyTorch to 1e-12 on graphs with delays and aggregations, at every step',
  (engine) => {
    expect(sequenceJacobians.length).toBeGreaterThanOrEqual(24);
    const features = new Set<string>();
    sequenceJacobians.forEach((expected, n) => {
      const testCase = (cases as unknown as Case[])[n];
      for (const { from, aggregation } of testCase.nodes) {
        features.add(aggregation);
        for (const [, delay] of from) features.add(`delay ${delay}`);
      }
      const graph = graphOf(testCase);
      const { inputs } = testCase.sequences[0];
      const executor = engine.prepare(graph, 1, inputs.length);
      executor.parameters.set(testCase.parameters);
      const actual = new Float64Array(inputs.length * graph.outputs.length * graph.parameterCount);
      const counts = inputs.map(() => 1);
      executor.jacobian(Float64Array.from(inputs.flat()), counts, actual);
      executor.dispose();
      expect(actual.length, `graph ${n}`).toBe(expected.length);
      const largest = Math.max(1, ...expected.map(Math.abs));
      expected.forEach((number, k) => {
        expect(Math.abs(actual[k] - number), `graph ${n}, jacobian[${k}]`).toBeLessThanOrEqual(1e-12 * largest);
      });
    });
    for (const feature of ['delay 1', 'delay 2', 'delay 3', 'product', 'max', 'median', 'logSumExp']) {
      expect(features).toContain(feature);
    }
  },
);
