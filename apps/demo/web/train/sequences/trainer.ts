/**
 * Trains recurrent networks of the chosen kinds on the same sequences. Runs in a worker: the page requests training
 * steps and receives the data to draw.
 */
import type { Engine } from '@nnbp/core';
import { adam, chain, clipByNorm } from '@nnbp/optim';
import { DivergedError, Trainer } from '@nnbp/train';
import { auto } from '@nnbp/wasm';
import type { Functions } from '../../functions.js';
import { type Kind, lossOf, type SequenceTable, type Settings } from '../../shared/sequence-settings.js';
import type { TableProblem } from '../data/csv.js';
import { type Encoding, encodingFor, type LossProblem, lossProblemOf } from '../loss-problem.js';
import type { Counts } from '../problem.js';
import { plainScaler, type TrainedState } from '../trained-state.js';
import type { WorkerProblem } from '../worker-problem.js';
import { dataFor, type SequenceData, type SequenceProblem, type SequenceSample } from './data.js';
import { networkFor } from './network-for.js';
import { type TrainingSetup, resultOf, type Run, scaled, type SequenceObservation, shownOf } from './observe.js';

export interface Prepared {
  readonly data: Pick<SequenceData, 'task' | 'inputNames' | 'outputNames'>;
  /** Whether the loss is computed on standardized targets. */
  readonly standardized: boolean;
  readonly trainingCount: number;
  readonly validationCount: number;
  readonly engine: string;
}

/** The parameters and scalers of a trained network, and the standardized validation sequence that the page shows. */
export type SequenceResult = TrainedState & SequenceSample & { readonly kind: Kind };

export type PreparationProblem =
  | SequenceProblem
  | { readonly kind: 'no-table' }
  /** The user's graph does not have the number of inputs and outputs that the data set needs. */
  | { readonly kind: 'shape'; readonly inputs: Counts; readonly outputs: Counts }
  /** The loss does not fit the data or the outputs. */
  | { readonly kind: 'unsuitable-loss'; readonly reason: LossProblem; readonly loss: string }
  | WorkerProblem;
export type DescribedTable = Omit<SequenceTable, 'target'> | { readonly kind: 'table'; readonly reason: TableProblem };

/** Number of batches over which the training loss is averaged. */
const recentBatches = 20;

export function createSequenceTrainer(functions: Functions) {
  let engine: Promise<Engine & { readonly name: string }> | undefined;
  let runs: Run[] = [];
  let setup: TrainingSetup | undefined;
  let steps = 0;
  let divergedKind: Kind | undefined;

  const end = () => {
    for (const { trainer } of runs) void trainer.dispose();
    runs = [];
    steps = 0;
    divergedKind = undefined;
  };

  const step = (): boolean => {
    for (const { kind, trainer, recentLosses } of runs) {
      try {
        recentLosses.push(trainer.step() as number);
        if (recentLosses.length > recentBatches) recentLosses.shift();
      } catch (error) {
        if (!(error instanceof DivergedError)) throw error;
        divergedKind = kind;
        return false;
      }
    }
    steps++;
    return true;
  };

  return {
    async readTable(bytes: Uint8Array): Promise<DescribedTable> {
      const csv = await import('../data/csv.js');
      try {
        const { columns, rows } = csv.readTable(csv.decodeTable(bytes));
        const numericColumns = columns.map(({ kind }, k) => (kind === 'number' ? k : -1)).filter((k) => k >= 0);
        if (numericColumns.length === 0) return { kind: 'table', reason: 'no-inputs' };
        return {
          names: numericColumns.map((k) => columns[k].name),
          rows: rows.map((row) => numericColumns.map((k) => Number(row[k]))),
        };
      } catch (error) {
        const { problem } = error as { readonly problem?: TableProblem };
        if (problem === undefined) throw error;
        return { kind: 'table', reason: problem };
      }
    },

    async prepare(requested: Settings, table: SequenceTable | undefined): Promise<Prepared | PreparationProblem> {
      const preparedEngine = await (engine ??= auto());
      end();
      try {
        const created = dataFor(requested, table);
        if (created === undefined) return { kind: 'no-table' };
        if ('kind' in created) return created;
        const problem = problemOf(requested, created);
        if (problem !== undefined) return problem;
        const loss = functions.loss(lossOf(requested));
        const encoding = encodingFor(loss);
        const prepared = { data: encoded(created, encoding), loss, encoding };
        setup = prepared;
        runs = requested.kinds.map((kind) => runOf(kind, prepared, requested, functions, preparedEngine));
        const { task, inputNames, outputNames, training, validation } = created;
        return {
          data: { task, inputNames, outputNames },
          standardized: runs[0].network.outputScaler !== undefined,
          trainingCount: training.length,
          validationCount: validation.length,
          engine: preparedEngine.name,
        };
      } catch (error) {
        end();
        return { kind: 'other', text: error instanceof Error ? error.message : String(error) };
      }
    },

    /** Trains until `total` training steps have been taken or the time is up, then returns what the page shows. */
    advance(total: number, milliseconds: number, shown: Kind): SequenceObservation | undefined {
      if (setup === undefined || runs.length === 0) return undefined;
      const until = performance.now() + milliseconds;
      while (steps < total && divergedKind === undefined && performance.now() < until) if (!step()) break;
      for (const { network, trainer } of runs) network.parameters.vector.set(trainer.parameters);
      const run = runs.find(({ kind }) => kind === shown) ?? runs[0];
      return {
        steps,
        results: runs.map((run) => resultOf(run, setup!)),
        ...shownOf(run, setup),
        diverged: divergedKind,
      };
    },

    /**
     * Returns the parameters and scalers of the network of kind `shown`, and the validation sequence that the page
     * shows. If no network of that kind is trained, uses the first network.
     */
    result(shown: Kind): SequenceResult | undefined {
      const run = runs.find(({ kind }) => kind === shown) ?? runs[0];
      if (setup === undefined || run === undefined) return undefined;
      const { inputScaler, outputScaler } = run.network;
      const { inputs, targets } = setup.data.validation[0];
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

function runOf(
  kind: Kind,
  { data, loss }: TrainingSetup,
  settings: Settings,
  functions: Functions,
  engine: Engine,
): Run {
  const network = networkFor(kind, data, settings, functions);
  network.inputScaler = data.scalers?.inputs;
  // Standardized targets can be negative. Some losses reject negative targets.
  if (loss.targetProblem?.([-1]) === undefined) network.outputScaler = data.scalers?.targets;
  const trainer = new Trainer(
    network,
    { sequences: data.training },
    {
      loss,
      optimizer: chain(clipByNorm(1), adam({ learningRate: settings.learningRate })),
      engine,
      seed: settings.seed,
      batchSize: settings.batchSize,
    },
  );
  return { kind, network, trainer, recentLosses: [] };
}

/** Returns the reason why the user's graph or the loss does not fit the data; undefined if both fit. */
function problemOf(
  settings: Settings,
  { task, inputNames, outputNames }: SequenceData,
): PreparationProblem | undefined {
  const graph = settings.kinds.includes('graph') ? settings.graph : null;
  if (graph !== null) {
    const inputs = { received: graph.inputs.length, expected: inputNames.length };
    const outputs = { received: graph.outputs.length, expected: outputNames.length };
    if (inputs.received !== inputs.expected || outputs.received !== outputs.expected) {
      return { kind: 'shape', inputs, outputs };
    }
  }
  const loss = lossOf(settings);
  const reason = settings.kinds
    .map((kind) => lossProblemOf(task, { loss, outputActivation: 'identity', graph: kind === 'graph' ? graph : null }))
    .find((found) => found !== undefined);
  return reason && { kind: 'unsuitable-loss', reason, loss };
}

/** Converts class targets from 0 and 1 to the values that the loss expects for no and yes. */
function encoded(data: SequenceData, { no, yes }: Encoding): SequenceData {
  if (data.task === 'regression' || (no === 0 && yes === 1)) return data;
  const encodedSample = ({ inputs, targets }: SequenceSample): SequenceSample => ({
    inputs,
    targets: targets.map((row) => (row === null ? null : row.map((target) => (target === 1 ? yes : no)))),
  });
  return { ...data, training: data.training.map(encodedSample), validation: data.validation.map(encodedSample) };
}
