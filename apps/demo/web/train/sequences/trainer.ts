/**
 * Trains recurrent networks of the chosen kinds on the same sequences, step by step. Runs in a worker of its own; the page
 * asks for steps and gets what it draws.
 */
import { identity } from '@nnbp/activations';
import {
  backpropagateSequence,
  type Engine,
  GraphBuilder,
  type Loss,
  Network,
  predictSequence,
  stream,
} from '@nnbp/core';
import { gru, lstm, rnn } from '@nnbp/layers';
import { binaryCrossEntropyWithLogits, mse, softmaxCrossEntropy } from '@nnbp/losses';
import { adam, chain, clipByNorm } from '@nnbp/optim';
import { DivergedError, Trainer } from '@nnbp/train';
import { auto } from '@nnbp/wasm';
import type { TableProblem } from '../data/csv.js';
import { dataFor, type SequenceData, type SequenceProblem, type SequenceSample } from './data.js';
import type { Kind, SequenceTable, Settings } from './settings.js';

/** The results of one kind of network. */
export interface KindResult {
  readonly kind: Kind;
  readonly parameterCount: number;
  /** Mean loss of the last batches; undefined before the first. */
  readonly training: number | undefined;
  readonly validation: number;
  /** Fraction of the validation steps with the correct class; undefined for a regression. */
  readonly accuracy: number | undefined;
  /** For each step the mean |dloss/dx| of the nodes with memory, of a loss at the last step only. */
  readonly gradients: readonly number[];
}

/** The values of some nodes at every step. */
export interface Strip {
  /** `inputs`, `targets`, `outputs`, or the role of the nodes in their unit. */
  readonly name: StripName;
  /** A row per node, a value per step; NaN where there is none. */
  readonly rows: readonly (readonly number[])[];
}

export type StripName =
  | 'inputs'
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
  /** One validation sequence through the shown network. */
  readonly strips: readonly Strip[];
  /** Of a regression: the targets, the outputs, and the forecast from the network's own outputs after half of the steps. */
  readonly lines: readonly { readonly name: 'target' | 'output' | 'forecast'; readonly values: readonly number[] }[];
  /** The kind that diverged, if one did. */
  readonly diverged: Kind | undefined;
}

export interface Prepared {
  readonly data: Pick<SequenceData, 'task' | 'inputNames' | 'outputNames' | 'canForecast'>;
  readonly trainingCount: number;
  readonly validationCount: number;
  readonly engine: string;
}

export type Refusal =
  | SequenceProblem
  | { readonly kind: 'no-table' }
  | { readonly kind: 'other'; readonly text: string };
export type TableAnswer = Omit<SequenceTable, 'target'> | { readonly kind: 'table'; readonly why: TableProblem };

interface Run {
  readonly kind: Kind;
  readonly network: Network;
  readonly trainer: Trainer;
  readonly recent: number[];
}

/** Number of batches whose mean loss is shown. */
const recentBatches = 20;
/** Number of validation sequences that are evaluated, and of those whose gradients are computed. */
const [evaluatedCount, gradientCount] = [40, 4];

const losses: Readonly<Record<SequenceData['task'], Loss>> = {
  binary: binaryCrossEntropyWithLogits(),
  classes: softmaxCrossEntropy(),
  regression: mse(),
};

/** The nodes of a layer by their role; the first are those with memory. */
const nodesOf: Readonly<Record<Kind, readonly (readonly [StripName, prefix: string])[]>> = {
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

/** The network of a kind: a recurrent layer, and outputs that add up its units. */
export function recurrentNetwork(
  kind: Kind,
  { inputNames, outputNames }: Pick<SequenceData, 'inputNames' | 'outputNames'>,
  { units, seed }: Pick<Settings, 'units' | 'seed'>,
): Network {
  const builder = new GraphBuilder();
  const layer = { rnn, lstm, gru }[kind];
  const from = layer(builder, { from: builder.inputs(inputNames.length), units });
  builder.output(...builder.layer(outputNames.length, { from, activation: identity, fixed: { c: 1 }, name: 'y' }));
  return new Network(builder.build(), { seed });
}

/** The interface for the page. */
export function createSequenceTrainer() {
  let engine: Promise<Engine & { readonly name: string }> | undefined;
  let runs: Run[] = [];
  let data: SequenceData | undefined;
  let settings: Settings | undefined;
  let steps = 0;
  let diverged: Kind | undefined;

  const end = () => {
    for (const { trainer } of runs) void trainer.dispose();
    runs = [];
    steps = 0;
    diverged = undefined;
  };

  const step = (): boolean => {
    for (const { kind, trainer, recent } of runs) {
      try {
        recent.push(trainer.step() as number);
        if (recent.length > recentBatches) recent.shift();
      } catch (error) {
        if (!(error instanceof DivergedError)) throw error;
        diverged = kind;
        return false;
      }
    }
    steps++;
    return true;
  };

  return {
    async readTable(bytes: Uint8Array): Promise<TableAnswer> {
      const csv = await import('../data/csv.js');
      try {
        const { columns, rows } = csv.readTable(csv.decodeTable(bytes));
        const numbers = columns.map(({ kind }, k) => (kind === 'number' ? k : -1)).filter((k) => k >= 0);
        if (numbers.length === 0) return { kind: 'table', why: 'no-inputs' };
        return {
          names: numbers.map((k) => columns[k].name),
          rows: rows.map((row) => numbers.map((k) => Number(row[k]))),
        };
      } catch (error) {
        const { problem } = error as { readonly problem?: TableProblem };
        if (problem === undefined) throw error;
        return { kind: 'table', why: problem };
      }
    },

    async prepare(requested: Settings, table: SequenceTable | undefined): Promise<Prepared | Refusal> {
      const running = await (engine ??= auto());
      end();
      try {
        const made = dataFor(requested, table);
        if (made === undefined) return { kind: 'no-table' };
        if ('kind' in made) return made;
        data = made;
        settings = requested;
        runs = requested.kinds.map((kind) => {
          const network = recurrentNetwork(kind, made, requested);
          const trainer = new Trainer(
            network,
            { sequences: made.training },
            {
              loss: losses[made.task],
              optimizer: chain(clipByNorm(1), adam({ learningRate: requested.learningRate })),
              engine: running,
              seed: requested.seed,
              batchSize: requested.batchSize,
            },
          );
          return { kind, network, trainer, recent: [] };
        });
        const { task, inputNames, outputNames, canForecast, training, validation } = made;
        return {
          data: { task, inputNames, outputNames, canForecast },
          trainingCount: training.length,
          validationCount: validation.length,
          engine: running.name,
        };
      } catch (error) {
        end();
        return { kind: 'other', text: error instanceof Error ? error.message : String(error) };
      }
    },

    /** Takes steps for some milliseconds, at most up to a total, and observes the networks. */
    advance(total: number, milliseconds: number, shown: Kind): SequenceObservation | undefined {
      if (data === undefined || settings === undefined || runs.length === 0) return undefined;
      const until = performance.now() + milliseconds;
      while (steps < total && diverged === undefined && performance.now() < until) if (!step()) break;
      for (const { network, trainer } of runs) network.parameters.vector.set(trainer.parameters);
      const run = runs.find(({ kind }) => kind === shown) ?? runs[0];
      return {
        steps,
        results: runs.map((run) => resultOf(run, data!)),
        ...shownOf(run, data),
        diverged,
      };
    },
  };
}

export type SequenceTrainer = ReturnType<typeof createSequenceTrainer>;

function resultOf({ kind, network, recent }: Run, { task, validation }: SequenceData): KindResult {
  const loss = losses[task];
  let [sum, right, count] = [0, 0, 0];
  for (const { inputs, targets } of validation.slice(0, evaluatedCount)) {
    predictSequence(network, inputs).forEach((output, t) => {
      const target = targets[t];
      if (target === null) return;
      count++;
      sum += loss.value(output, target);
      right += Number(task === 'binary' ? output[0] > 0 === (target[0] === 1) : largest(output) === largest(target));
    });
  }
  return {
    kind,
    parameterCount: network.graph.parameterCount,
    training: recent.length === 0 ? undefined : recent.reduce((all, value) => all + value, 0) / recent.length,
    validation: sum / count,
    accuracy: task === 'regression' ? undefined : right / count,
    gradients: gradientsInTime(kind, network, loss, validation.slice(0, gradientCount)),
  };
}

const largest = (row: ArrayLike<number>): number => {
  let at = 0;
  for (let k = 1; k < row.length; k++) if (row[k] > row[at]) at = k;
  return at;
};

/** For each step the mean |dloss/dx| of the nodes with memory, of a loss at the last step only. */
export function gradientsInTime(
  kind: Kind,
  network: Network,
  loss: Loss,
  sequences: readonly SequenceSample[],
): number[] {
  const ids = idsAt(network, nodesOf[kind][0][1]);
  const sums = new Float64Array(sequences[0].inputs.length);
  for (const { inputs, targets } of sequences) {
    const last = targets.map((target, t) => (t === targets.length - 1 ? target : null));
    const { cache } = backpropagateSequence(network, inputs, last, loss);
    for (const id of ids) for (let t = 0; t < sums.length; t++) sums[t] += Math.abs(cache.dLossDx(id, 0, t));
  }
  return Array.from(sums, (sum) => sum / (ids.length * sequences.length));
}

/** The ids `prefix.0`, `prefix.1`, … of a network. */
function idsAt({ graph }: Network, prefix: string): string[] {
  const ids = new Set(graph.ids);
  const found: string[] = [];
  while (ids.has(`${prefix}.${found.length}`)) found.push(`${prefix}.${found.length}`);
  return found;
}

/** The first validation sequence through a network. */
function shownOf(
  { kind, network }: Run,
  { task, validation, canForecast }: SequenceData,
): Pick<SequenceObservation, 'strips' | 'lines'> {
  const { inputs, targets } = validation[0];
  const { graph } = network;
  const { cache } = backpropagateSequence(network, inputs, targets, losses[task]);
  const column = (rows: readonly (readonly number[] | null)[], k: number) => rows.map((row) => row?.[k] ?? NaN);
  const values = (id: string) => inputs.map((_, t) => cache.x(id, 0, t));
  const outputs = Array.from(graph.outputs, (i) => values(graph.ids[i]));
  const shown = outputs.map((row) => (task === 'binary' ? row.map((logit) => 2 / (1 + Math.exp(-logit)) - 1) : row));
  const shownTargets = Array.from(graph.outputs, (_, k) =>
    column(targets, k).map((value) => (task === 'binary' ? 2 * value - 1 : value)),
  );
  const softmax = task === 'classes' ? softmaxed(shown) : shown;
  return {
    strips: [
      { name: 'inputs', rows: inputs[0].map((_, k) => column(inputs, k)) },
      ...nodesOf[kind].map(([name, prefix]) => ({ name, rows: idsAt(network, prefix).map(values) })),
      { name: 'outputs', rows: softmax },
      { name: 'targets', rows: shownTargets },
    ],
    lines:
      task === 'regression'
        ? [
            { name: 'target', values: shownTargets[0] },
            { name: 'output', values: outputs[0] },
            ...(canForecast ? [{ name: 'forecast' as const, values: forecastOf(network, inputs) }] : []),
          ]
        : [],
  };
}

/** Columns whose entries are probabilities of the classes. */
function softmaxed(rows: readonly (readonly number[])[]): number[][] {
  const sums = rows[0].map((_, t) => rows.reduce((sum, row) => sum + Math.exp(row[t]), 0));
  return rows.map((row) => row.map((logit, t) => Math.exp(logit) / sums[t]));
}

/** Outputs that are fed back as inputs after half of the steps; NaN before. */
function forecastOf(network: Network, inputs: readonly (readonly number[])[]): number[] {
  const memory = stream(network);
  const half = Math.floor(inputs.length / 2);
  let last: readonly number[] = [];
  return inputs.map((input, t) => {
    last = memory.next(t < half ? input : last);
    return t < half - 1 ? NaN : last[0];
  });
}
