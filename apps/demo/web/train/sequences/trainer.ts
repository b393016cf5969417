/**
 * Trains recurrent networks of the chosen kinds on the same sequences, step by step. Runs in a worker of its own; the page
 * asks for steps and gets what it draws.
 */
import {
  backpropagateSequence,
  type Engine,
  type Loss,
  type Network,
  predictSequence,
  type Standardization,
  stream,
} from '@nnbp/core';
import { adam, chain, clipByNorm } from '@nnbp/optim';
import { DivergedError, Trainer } from '@nnbp/train';
import { auto } from '@nnbp/wasm';
import type { Functions } from '../../functions.js';
import {
  type Kind,
  type LayerKind,
  lossOf,
  type SequenceTable,
  type Settings,
} from '../../shared/sequence-settings.js';
import type { TableProblem } from '../data/csv.js';
import { type Encoding, encodingFor, type Misfit, misfit } from '../loss-fit.js';
import type { Counts } from '../problem.js';
import { plainScaler, type TrainedState } from '../trained-state.js';
import type { WorkerProblem } from '../worker-problem.js';
import { dataFor, type SequenceData, type SequenceProblem, type SequenceSample } from './data.js';
import { networkFor } from './network-for.js';

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
  /** `inputs`, `targets`, `outputs`, the role of the nodes in their unit, or `node`: one node of the user's graph. */
  readonly name: StripName;
  /** Id of that node. */
  readonly id?: string;
  /** A row per node, a value per step, in standardized units; NaN where there is none. */
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
  /** One validation sequence through the shown network. */
  readonly strips: readonly Strip[];
  /** Of a regression, in the units of the data: the targets, the outputs, and the forecast from the network's own outputs after half of the steps. */
  readonly lines: readonly { readonly name: 'target' | 'output' | 'forecast'; readonly values: readonly number[] }[];
  /** The kind that diverged, if one did. */
  readonly diverged: Kind | undefined;
}

export interface Prepared {
  readonly data: Pick<SequenceData, 'task' | 'inputNames' | 'outputNames'>;
  /** Whether the loss is computed on standardized targets. */
  readonly standardized: boolean;
  readonly trainingCount: number;
  readonly validationCount: number;
  readonly engine: string;
}

/** A trained network, and the sequence whose states are shown, in standardized units. */
export type SequenceResult = TrainedState & SequenceSample & { readonly kind: Kind };

export type Refusal =
  | SequenceProblem
  | { readonly kind: 'no-table' }
  /** The user's graph does not have the inputs and outputs that the data need. */
  | { readonly kind: 'shape'; readonly inputs: Counts; readonly outputs: Counts }
  /** The loss does not fit the data or the outputs. */
  | { readonly kind: 'misfit'; readonly why: Misfit; readonly loss: string }
  | WorkerProblem;
export type TableAnswer = Omit<SequenceTable, 'target'> | { readonly kind: 'table'; readonly why: TableProblem };

interface Run {
  readonly kind: Kind;
  readonly network: Network;
  readonly trainer: Trainer;
  readonly recent: number[];
}

/** The data, with targets as the loss expects them. */
interface Question {
  readonly data: SequenceData;
  readonly loss: Loss;
  readonly encoding: Encoding;
}

/** Number of batches whose mean loss is shown. */
const recentBatches = 20;
/** Number of validation sequences that are evaluated, and of those whose gradients are computed. */
const [evaluatedCount, gradientCount] = [40, 4];
/** Maximum number of nodes of the user's graph that are shown. */
const maxStrips = 24;

/** The nodes of a layer by their role; the first are those with memory. */
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

/** The interface for the page, with these functions. */
export function createSequenceTrainer(functions: Functions) {
  let engine: Promise<Engine & { readonly name: string }> | undefined;
  let runs: Run[] = [];
  let question: Question | undefined;
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
        const wrong = problemOf(requested, made);
        if (wrong !== undefined) return wrong;
        const loss = functions.loss(lossOf(requested));
        const encoding = encodingFor(loss);
        const data = encoded(made, encoding);
        question = { data, loss, encoding };
        runs = requested.kinds.map((kind) => {
          const network = networkFor(kind, data, requested, functions);
          network.inputScaler = data.scalers?.inputs;
          // As for samples: not of a loss that does not accept negative numbers.
          if (loss.targetProblem?.([-1]) === undefined) network.outputScaler = data.scalers?.targets;
          const trainer = new Trainer(
            network,
            { sequences: data.training },
            {
              loss,
              optimizer: chain(clipByNorm(1), adam({ learningRate: requested.learningRate })),
              engine: running,
              seed: requested.seed,
              batchSize: requested.batchSize,
            },
          );
          return { kind, network, trainer, recent: [] };
        });
        const { task, inputNames, outputNames, training, validation } = made;
        return {
          data: { task, inputNames, outputNames },
          standardized: runs[0].network.outputScaler !== undefined,
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
      if (question === undefined || runs.length === 0) return undefined;
      const until = performance.now() + milliseconds;
      while (steps < total && diverged === undefined && performance.now() < until) if (!step()) break;
      for (const { network, trainer } of runs) network.parameters.vector.set(trainer.parameters);
      const run = runs.find(({ kind }) => kind === shown) ?? runs[0];
      return {
        steps,
        results: runs.map((run) => resultOf(run, question!)),
        ...shownOf(run, question),
        diverged,
      };
    },

    /** The network of a kind with its current parameters, and the sequence whose states are shown. */
    result(shown: Kind): SequenceResult | undefined {
      const run = runs.find(({ kind }) => kind === shown) ?? runs[0];
      if (question === undefined || run === undefined) return undefined;
      const { inputScaler, outputScaler } = run.network;
      const { inputs, targets } = question.data.validation[0];
      return {
        kind: run.kind,
        parameters: Float64Array.from(run.trainer.parameters),
        inputScaler: plainScaler(inputScaler),
        outputScaler: plainScaler(outputScaler),
        inputs: inputs.map((row) => scaled(inputScaler, row)),
        targets: targets.map((row) => row && scaled(outputScaler, row)),
      };
    },
  };
}

export type SequenceTrainer = ReturnType<typeof createSequenceTrainer>;

/** Whether the user's graph and the loss fit the data. */
function problemOf(settings: Settings, { task, inputNames, outputNames }: SequenceData): Refusal | undefined {
  const graph = settings.kinds.includes('graph') ? settings.graph : null;
  if (graph !== null) {
    const inputs = { received: graph.inputs.length, expected: inputNames.length };
    const outputs = { received: graph.outputs.length, expected: outputNames.length };
    if (inputs.received !== inputs.expected || outputs.received !== outputs.expected) {
      return { kind: 'shape', inputs, outputs };
    }
  }
  const loss = lossOf(settings);
  const why = settings.kinds
    .map((kind) => misfit(task, { loss, outputActivation: 'identity', graph: kind === 'graph' ? graph : null }))
    .find((found) => found !== undefined);
  return why && { kind: 'misfit', why, loss };
}

/** The data with the targets of classes as the loss expects them. */
function encoded(data: SequenceData, { no, yes }: Encoding): SequenceData {
  if (data.task === 'regression' || (no === 0 && yes === 1)) return data;
  const inUnits = ({ inputs, targets }: SequenceSample): SequenceSample => ({
    inputs,
    targets: targets.map((row) => (row === null ? null : row.map((target) => (target === 1 ? yes : no)))),
  });
  return { ...data, training: data.training.map(inUnits), validation: data.validation.map(inUnits) };
}

const scaled = (scaler: Standardization | undefined, row: readonly number[]): readonly number[] =>
  scaler === undefined ? row : Array.from(scaler.applyRow(row));

function resultOf({ kind, network, recent }: Run, { data, loss, encoding }: Question): KindResult {
  const { task, validation } = data;
  const { boundary, yes } = encoding;
  let [sum, right, count] = [0, 0, 0];
  for (const { inputs, targets } of validation.slice(0, evaluatedCount)) {
    predictSequence(network, inputs).forEach((output, t) => {
      const target = targets[t];
      if (target === null) return;
      count++;
      sum += loss.value(scaled(network.outputScaler, output), scaled(network.outputScaler, target));
      right += Number(
        task === 'binary' ? output[0] > boundary === (target[0] === yes) : largest(output) === largest(target),
      );
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
  const ids = nodesWithMemory(kind, network);
  const sums = new Float64Array(sequences[0].inputs.length);
  for (const { inputs, targets } of sequences) {
    const last = targets.map((target, t) => (t === targets.length - 1 ? target : null));
    const { cache } = backpropagateSequence(network, inputs, last, loss);
    for (const id of ids) for (let t = 0; t < sums.length; t++) sums[t] += Math.abs(cache.dLossDx(id, 0, t));
  }
  return Array.from(sums, (sum) => sum / (ids.length * sequences.length));
}

/** The nodes with memory: those that a delayed edge of the user's graph reads; its outputs if there are none. */
function nodesWithMemory(kind: Kind, network: Network): string[] {
  if (kind !== 'graph') return idsAt(network, nodesOf[kind][0][1]);
  const { graph } = network;
  const { ids, predecessors, outputs, edgeCount } = graph;
  const found = new Set<string>();
  for (let e = 0; e < edgeCount; e++) if (graph.delay(e) > 0) found.add(ids[predecessors[e]]);
  return found.size > 0 ? [...found] : Array.from(outputs, (i) => ids[i]);
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
  { data: { task, validation, canForecast }, loss, encoding }: Question,
): Pick<SequenceObservation, 'strips' | 'lines'> {
  const { inputs, targets } = validation[0];
  const { graph, inputScaler, outputScaler } = network;
  const { cache } = backpropagateSequence(network, inputs, targets, loss);
  const column = (rows: readonly (readonly number[] | null)[], k: number) => rows.map((row) => row?.[k] ?? NaN);
  const values = (id: string) => inputs.map((_, t) => cache.x(id, 0, t));
  const outputs = Array.from(graph.outputs, (i) => values(graph.ids[i]));
  // Classes from −1 to 1: the strongest colours of a strip.
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
