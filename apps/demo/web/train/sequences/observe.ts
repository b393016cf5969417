/**
 * Observes recurrent networks during training: the results of each network, and the states of one network for a
 * validation sequence.
 */
import {
  backpropagateSequence,
  type Loss,
  type Network,
  predictSequence,
  type Standardization,
  stream,
} from '@nnbp/core';
import type { Trainer } from '@nnbp/train';
import type { Kind, LayerKind } from '../../shared/sequence-settings.js';
import type { Encoding } from '../loss-problem.js';
import type { SequenceData, SequenceSample } from './data.js';

export interface KindResult {
  readonly kind: Kind;
  readonly parameterCount: number;
  /** Mean loss of the last batches; undefined before the first batch. */
  readonly training: number | undefined;
  /** Mean loss of the first 40 validation sequences. */
  readonly validation: number;
  /** Fraction of correctly classified steps in those sequences; undefined for regression. */
  readonly accuracy: number | undefined;
  /** For each step: the mean |dloss/dx| of the nodes with memory. Only the last step has a loss. */
  readonly gradients: readonly number[];
}

/** The values of some nodes at every step. */
export interface Strip {
  /**
   * The kind of the nodes: `inputs`, `targets`, `outputs`, a gate or state of a layer, or a `node` of the user's graph.
   */
  readonly name: StripName;
  /** Id of the node, if `name` is `node`. */
  readonly id?: string;
  /**
   * Indexed [node][step]; NaN where there is no value. If the network has scalers, the inputs and, for regression, the
   * outputs and targets are standardized.
   */
  readonly rows: readonly (readonly number[])[];
}

export type StripName =
  | 'inputs'
  | 'node'
  | 'h'
  | 'c'
  | 'input'
  | 'forget'
  | 'output'
  | 'reset'
  | 'update'
  | 'outputs'
  | 'targets';

export interface SequenceObservation {
  readonly steps: number;
  readonly results: readonly KindResult[];
  /** Values in the network that the user selected, for one validation sequence. */
  readonly strips: readonly Strip[];
  /**
   * For regression, lines in the original units of the data: targets, outputs, and, if the data can be forecast, the
   * forecast that continues from the network's own outputs after half of the steps. Empty for classification.
   */
  readonly lines: readonly { readonly name: 'target' | 'output' | 'forecast'; readonly values: readonly number[] }[];
  readonly diverged: Kind | undefined;
}

/** A network being trained. */
export interface Run {
  readonly kind: Kind;
  readonly network: Network;
  readonly trainer: Trainer;
  readonly recentLosses: number[];
}

/** The data, the loss, and the encoding of the targets. The targets in the data have this encoding. */
export interface TrainingSetup {
  readonly data: SequenceData;
  readonly loss: Loss;
  readonly encoding: Encoding;
}

/** Maximum number of validation sequences for the loss and accuracy, and for the gradients. */
const [evaluatedCount, gradientCount] = [40, 4];
/** Maximum number of strips for the nodes of the user's graph. */
const maxStrips = 24;

/**
 * For each kind of layer, its groups of nodes. A group is a pair: the name of the strip that shows the nodes, and the
 * prefix of their ids. The nodes of the first group have memory.
 */
const nodesOf: Readonly<Record<LayerKind, readonly (readonly [StripName, prefix: string])[]>> = {
  rnn: [['h', 'rnn']],
  lstm: [
    ['c', 'lstm.c'],
    ['h', 'lstm'],
    ['input', 'lstm.i'],
    ['forget', 'lstm.f'],
    ['output', 'lstm.o'],
  ],
  gru: [
    ['h', 'gru'],
    ['update', 'gru.z'],
    ['reset', 'gru.r'],
  ],
};

export const scaled = (scaler: Standardization | undefined, row: readonly number[]): readonly number[] =>
  scaler === undefined ? row : Array.from(scaler.applyRow(row));

export function resultOf({ kind, network, recentLosses }: Run, { data, loss, encoding }: TrainingSetup): KindResult {
  const { task, validation } = data;
  const { boundary, yes } = encoding;
  let [sum, correctCount, count] = [0, 0, 0];
  for (const { inputs, targets } of validation.slice(0, evaluatedCount)) {
    predictSequence(network, inputs).forEach((output, t) => {
      const target = targets[t];
      if (target === null) return;
      count++;
      sum += loss.value(scaled(network.outputScaler, output), scaled(network.outputScaler, target));
      correctCount += Number(
        task === 'binary' ? output[0] > boundary === (target[0] === yes) : argmax(output) === argmax(target),
      );
    });
  }
  return {
    kind,
    parameterCount: network.graph.parameterCount,
    training:
      recentLosses.length === 0 ? undefined : recentLosses.reduce((all, value) => all + value, 0) / recentLosses.length,
    validation: sum / count,
    accuracy: task === 'regression' ? undefined : correctCount / count,
    gradients: gradientsInTime(kind, network, loss, validation.slice(0, gradientCount)),
  };
}

const argmax = (row: ArrayLike<number>): number => {
  let at = 0;
  for (let k = 1; k < row.length; k++) if (row[k] > row[at]) at = k;
  return at;
};

/** Computes `KindResult.gradients`. */
export function gradientsInTime(
  kind: Kind,
  network: Network,
  loss: Loss,
  sequences: readonly SequenceSample[],
): number[] {
  const ids = nodesWithMemory(kind, network);
  const sums = new Float64Array(sequences[0].inputs.length);
  for (const { inputs, targets } of sequences) {
    const last = targets.map((target, t) => (t === targets.length - 1 ? target : null));
    const { cache } = backpropagateSequence(network, inputs, last, loss);
    for (const id of ids) for (let t = 0; t < sums.length; t++) sums[t] += Math.abs(cache.dLossDx(id, 0, t));
  }
  return Array.from(sums, (sum) => sum / (ids.length * sequences.length));
}

/**
 * Returns the ids of the nodes with memory. In the user's graph: those that a delayed edge reads, or the outputs if
 * there are none.
 */
function nodesWithMemory(kind: Kind, network: Network): string[] {
  if (kind !== 'graph') return idsAt(network, nodesOf[kind][0][1]);
  const { graph } = network;
  const { ids, predecessors, outputs, edgeCount } = graph;
  const result = new Set<string>();
  for (let e = 0; e < edgeCount; e++) if (graph.delay(e) > 0) result.add(ids[predecessors[e]]);
  return result.size > 0 ? [...result] : Array.from(outputs, (i) => ids[i]);
}

/** Returns the ids `prefix.0`, `prefix.1`, … of a network. */
function idsAt({ graph }: Network, prefix: string): string[] {
  const ids = new Set(graph.ids);
  const result: string[] = [];
  while (ids.has(`${prefix}.${result.length}`)) result.push(`${prefix}.${result.length}`);
  return result;
}

export function shownOf(
  { kind, network }: Run,
  { data: { task, validation, canForecast }, loss, encoding }: TrainingSetup,
): Pick<SequenceObservation, 'strips' | 'lines'> {
  const { inputs, targets } = validation[0];
  const { graph, inputScaler, outputScaler } = network;
  const { cache } = backpropagateSequence(network, inputs, targets, loss);
  const column = (rows: readonly (readonly number[] | null)[], k: number) => rows.map((row) => row?.[k] ?? NaN);
  const values = (id: string) => inputs.map((_, t) => cache.x(id, 0, t));
  const outputs = Array.from(graph.outputs, (i) => values(graph.ids[i]));
  // Map classes to the range from −1 to 1, whose ends have the strongest colours.
  const centred = (value: number) => (2 * (value - encoding.no)) / (encoding.yes - encoding.no) - 1;
  const isLogit = loss.name === 'binaryCrossEntropyWithLogits';
  const shown = outputs.map((row) =>
    task === 'binary' ? row.map((value) => centred(isLogit ? 1 / (1 + Math.exp(-value)) : value)) : row,
  );
  const shownTargets = Array.from(graph.outputs, (_, k) =>
    column(targets, k).map((value) => (task === 'binary' ? centred(value) : (outputScaler?.apply(value, k) ?? value))),
  );
  const nodes = graph.ids.slice(graph.inputCount, graph.inputCount + maxStrips);
  return {
    strips: [
      {
        name: 'inputs',
        rows: inputs[0].map((_, k) => column(inputs, k).map((value) => inputScaler?.apply(value, k) ?? value)),
      },
      ...(kind === 'graph'
        ? nodes.map((id) => ({ name: 'node' as const, id, rows: [values(id)] }))
        : nodesOf[kind].map(([name, prefix]) => ({ name, rows: idsAt(network, prefix).map(values) }))),
      { name: 'outputs', rows: loss.name === 'softmaxCrossEntropy' ? softmaxed(shown) : shown },
      { name: 'targets', rows: shownTargets },
    ],
    lines:
      task === 'regression'
        ? [
            { name: 'target', values: column(targets, 0) },
            { name: 'output', values: outputs[0].map((value) => outputScaler?.undo(value, 0) ?? value) },
            ...(canForecast ? [{ name: 'forecast' as const, values: forecastOf(network, inputs) }] : []),
          ]
        : [],
  };
}

/** Applies softmax to each column. `rows`: [classes][steps]. */
function softmaxed(rows: readonly (readonly number[])[]): number[][] {
  const sums = rows[0].map((_, t) => rows.reduce((sum, row) => sum + Math.exp(row[t]), 0));
  return rows.map((row) => row.map((logit, t) => Math.exp(logit) / sums[t]));
}

/** Forecasts the second half of a sequence: each output becomes the next input. The values before that are NaN. */
function forecastOf(network: Network, inputs: readonly (readonly number[])[]): number[] {
  const memory = stream(network);
  const half = Math.floor(inputs.length / 2);
  let last: readonly number[] = [];
  return inputs.map((input, t) => {
    last = memory.next(t < half ? input : last);
    return t < half - 1 ? NaN : last[0];
  });
}
