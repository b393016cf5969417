/** The recurrent layers against ONNX Runtime: the cases of ONNX's node tests and more, from `onnx/make.mjs`. */
import { type Graph, GraphBuilder, js, Network, rowsOf } from '@nnbp/core';
import { bidirectional, gru, lstm, rnn } from '@nnbp/layers';
import { describe, expect, test } from 'vitest';
import cases from './onnx/recurrent.generated.json' with { type: 'json' };

type Rows = readonly (readonly number[])[];

interface Case {
  readonly name: string;
  readonly op: 'RNN' | 'LSTM' | 'GRU';
  readonly attributes: { readonly hidden_size: number; readonly direction?: string; readonly linear_before_reset?: 1 };
  readonly tensors: {
    /** `[steps × sequences × inputs]`. */
    readonly X: readonly Rows[];
    /** `[directions × rows × inputs]`, and so on. */
    readonly W: readonly Rows[];
    readonly R: readonly Rows[];
    readonly B?: Rows;
    readonly P?: Rows;
    readonly sequence_lens?: readonly number[];
  };
  /** `[steps × directions × sequences × units]`. */
  readonly Y: readonly (readonly Rows[])[];
}

const kinds = { RNN: 'rnn', LSTM: 'lstm', GRU: 'gru' } as const;
const layers = { rnn, lstm, gru };
/** The parts of each operator in ONNX's order of rows, by the names of the nodes in this package. */
const parts = { RNN: [''], LSTM: ['i', 'o', 'f', 'g'], GRU: ['z', 'r', 'n'] } as const;

const optionsOf = ({ attributes, tensors }: Case) => ({
  units: attributes.hidden_size,
  peepholes: tensors.P !== undefined,
  resetAfter: attributes.linear_before_reset === 1,
});

/**
 * Copies the weights of direction d to a layer's nodes. `h` and `c` are the names of the nodes that the first step
 * reads.
 */
function copyWeights(
  network: Network,
  { op, attributes, tensors }: Case,
  d: number,
  names: { layer: string; inputs: readonly string[]; h: (k: number) => string; c: (k: number) => string },
): void {
  const units = attributes.hidden_size;
  const rows = tensors.W[d].length;
  const bias = (row: number) => tensors.B?.[d][row] ?? 0;
  parts[op].forEach((part, p) => {
    for (let k = 0; k < units; k++) {
      const row = p * units + k;
      const own = Object.fromEntries(names.inputs.map((id, j) => [id, tensors.W[d][row][j]]));
      const by = (id: (k: number) => string) =>
        Object.fromEntries(Array.from({ length: units }, (_, j) => [id(j), tensors.R[d][row][j]]));
      const inner = (name: string) => `${names.layer}.${name}.${k}`;
      if (part === 'n' && attributes.linear_before_reset === 1) {
        network.setParameters(inner('n'), { b: bias(row), w: own });
        network.setParameters(inner('u'), { b: bias(rows + row), w: by(names.h) });
        continue;
      }
      const before = by(part === 'n' ? (j) => `${names.layer}.rh.${j}` : names.h);
      const peephole = tensors.P && part !== 'g' && part !== '' && part !== 'n';
      const state = part === 'o' ? inner('c') : names.c(k);
      network.setParameters(part === '' ? `${names.layer}.${k}` : inner(part), {
        b: bias(row) + bias(rows + row),
        w: { ...own, ...before, ...(peephole && { [state]: tensors.P[d][['i', 'o', 'f'].indexOf(part) * units + k] }) },
      });
    }
  });
}

/** Runs a layer on a batch of sequences, the longest first. Returns the values of the units for each sequence and step. */
function run(graph: Graph, parameters: Float64Array, sequences: readonly Rows[]): Rows[] {
  const counts = sequences[0].map((_, t) => sequences.filter(({ length }) => length > t).length);
  const executor = js().prepare(graph, sequences.length, counts.length);
  executor.parameters.set(parameters);
  const inputs = counts.flatMap((count, t) => sequences.slice(0, count).flatMap((sequence) => sequence[t]));
  const outputs = executor.predict(Float64Array.from(inputs), counts);
  const width = graph.outputs.length;
  const { start } = rowsOf(counts);
  return sequences.map((sequence, s) =>
    sequence.map((_, t) => Array.from(outputs.subarray((start[t] + s) * width, (start[t] + s + 1) * width))),
  );
}

/** The inputs of each sequence, without the padding after its end. */
const sequencesOf = ({ tensors: { X, sequence_lens } }: Case): Rows[] =>
  X[0].map((_, s) => X.slice(0, sequence_lens?.[s]).map((step) => step[s]));

function expectNear(testCase: Case, d: number, s: number, t: number, actual: readonly number[]): void {
  testCase.Y[t][d][s].forEach((expected, k) => {
    expect(Math.abs(actual[k] - expected), `direction ${d}, sequence ${s}, step ${t}, unit ${k}`).toBeLessThan(1e-6);
  });
}

const all = cases as unknown as readonly Case[];
const isBidirectional = ({ attributes }: Case) => attributes.direction === 'bidirectional';

describe('in a batch of sequences, the layer matches the values of ONNX Runtime to 1e-6', () => {
  test.each(all.filter((testCase) => !isBidirectional(testCase)).map((testCase) => [testCase.name, testCase] as const))(
    '%s',
    (_, testCase) => {
      const builder = new GraphBuilder();
      const inputs = builder.inputs(testCase.tensors.X[0][0].length);
      builder.output(...layers[kinds[testCase.op]](builder, { ...optionsOf(testCase), from: inputs, name: 'layer' }));
      const network = new Network(builder.build());
      copyWeights(network, testCase, 0, {
        layer: 'layer',
        inputs,
        h: (k) => `layer.${k}@-1`,
        c: (k) => `layer.c.${k}@-1`,
      });
      // A layer that reads from the end to the start is one that reads the reversed sequence.
      const inReadingOrder = (rows: Rows) => (testCase.attributes.direction === 'reverse' ? rows.toReversed() : rows);
      const actual = run(network.graph, network.parameters.vector, sequencesOf(testCase).map(inReadingOrder));
      actual.forEach((rows, s) => inReadingOrder(rows).forEach((row, t) => expectNear(testCase, 0, s, t, row)));
    },
  );
});

describe('read in both directions, the layers match the values of ONNX Runtime to 1e-6', () => {
  test.each(all.filter(isBidirectional).map((testCase) => [testCase.name, testCase] as const))('%s', (_, testCase) => {
    const builder = new GraphBuilder();
    const steps = testCase.tensors.X.map((step, t) => builder.inputs(step[0].length, `step${t}`));
    const options = { ...optionsOf(testCase), steps, cell: kinds[testCase.op], name: 'both' };
    for (const ids of bidirectional(builder, options)) builder.output(...ids);
    const network = new Network(builder.build());
    ['forward', 'backward'].forEach((direction, d) => {
      copyWeights(network, testCase, d, {
        layer: `both.${direction}.0`,
        inputs: d === 0 ? steps[0] : steps.at(-1)!,
        h: (k) => `both.${direction}.zero.${k}`,
        c: (k) => `both.${direction}.zero.c.${k}`,
      });
    });
    const { units } = options;
    sequencesOf(testCase).forEach((sequence, s) => {
      const actual = network.predict(sequence.flat());
      for (let t = 0; t < sequence.length; t++) {
        for (let d = 0; d < 2; d++)
          expectNear(testCase, d, s, t, actual.slice((2 * t + d) * units, (2 * t + d + 1) * units));
      }
    });
  });
});
