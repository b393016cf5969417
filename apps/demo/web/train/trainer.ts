/**
 * The trainer of the Train view. Runs in a worker; the page requests a snapshot when it is ready to draw one. The worker
 * passes its activations and losses to `createTrainer`, because some workers have user functions and others do not.
 */
import { auto, type AutoEngine } from '@nnbp/wasm';
import { transfer } from 'comlink';
import type { Functions } from '../functions.js';
import { hasDelays } from '../network.js';
import type { Settings, Task } from '../shared/training-settings.js';
import type { Column, TableProblem } from './data/csv.js';
import type { Dataset, InputField, SampleSet } from './data/dataset.js';
import { datasetLoader, type TableRequest } from './data/request.js';
import { outputCountFor } from './network-for.js';
import { Player, type Speed } from './player.js';
import { isProblem, type Problem } from './problem.js';
import {
  type PerSet,
  type Layout,
  type Observation,
  type Observer,
  observerOf,
  type ObservationOptions,
} from './observe.js';
import { plainScaler, type TrainedState } from './trained-state.js';
import { openSession, type Session } from './session.js';

/** The samples as points of the plot. */
export interface Points {
  readonly count: number;
  /** Shape: [samples × inputs]. */
  readonly inputs: Float32Array;
  /** Target or class index of each sample. */
  readonly targets: Float32Array;
}

/** Description of a training run that is ready to start. */
export interface Ready {
  readonly task: Task;
  readonly inputNames: readonly string[];
  readonly targetName: string;
  readonly classes: readonly string[];
  /** Number of inputs. `inputNames` is empty if there are more than 40. */
  readonly inputCount: number;
  readonly trainingCount: number;
  readonly validationCount: number;
  readonly parameterCount: number;
  /** Whether the loss is computed on standardized targets. */
  readonly standardized: boolean;
  readonly layout: Layout;
  /** For `resolution`, `nodeResolution` and `axes` of the plots, see `Observer`. */
  readonly resolution: number;
  readonly nodeResolution: number;
  readonly axes: readonly (readonly [number, number])[];
  /** The samples to plot; undefined for more than two inputs. */
  readonly points: { readonly training: Points; readonly validation: Points | undefined } | undefined;
  /** The targets for regression; undefined for classification. */
  readonly targets: { readonly training: Float32Array; readonly validation: Float32Array | undefined } | undefined;
  /** Fields for entering the inputs of a prediction; empty if there are too many. */
  readonly fields: readonly InputField[];
  /** The inputs of the first training sample. */
  readonly firstRow: Float64Array;
  /** Side of the image in pixels if the inputs are a square image, otherwise undefined. */
  readonly side: number | undefined;
  readonly engine: { readonly name: string; readonly reason: string };
}

export interface TableDescription {
  readonly columns: readonly Column[];
  /** Number of complete rows, which are used. */
  readonly rows: number;
  /** Number of rows that are not used, because a value is missing or invalid or the number of cells is wrong. */
  readonly incomplete: number;
  /** Whether the file has more rows than can be used. `rows` and `incomplete` do not count the rest. */
  readonly hasMore: boolean;
  /** Index of the suggested target column. */
  readonly target: number;
}

export interface ReadTable {
  readonly text: string;
  readonly description: TableDescription;
}

/** The state of the trained network, and one training sample. */
export interface Result extends TrainedState {
  /** Inputs of the sample, in standardized units. */
  readonly input: Float64Array;
  /** Targets of the sample, in standardized units. */
  readonly target: Float64Array;
}

export interface Snapshot {
  readonly steps: number;
  readonly epoch: number;
  readonly stepsPerSecond: number;
  readonly playing: boolean;
  readonly problem: Problem | undefined;
  /** Undefined if the last observation is recent. */
  readonly observation: Observation | undefined;
}

/** Progress of repeating a training run that was opened from a link. */
export interface Repeated {
  readonly steps: number;
  /** Losses at some of the steps, for the curve. */
  readonly losses: readonly { readonly step: number; readonly loss: PerSet }[];
}

export interface Trainer {
  /** Parses and describes the user's table. `bytes` is the content of the file. */
  describeTable(bytes: Uint8Array): Promise<ReadTable | Problem>;
  /**
   * Prepares a training run at step 0. While data is being loaded, posts the loaded fraction to `progress`. Returns
   * undefined if another preparation has started in the meantime.
   */
  prepare(
    settings: Settings,
    table: TableRequest | undefined,
    progress: MessagePort,
  ): Promise<Ready | Problem | undefined>;
  play(speed: Speed): void;
  pause(): void;
  /** Pauses, then takes one step. */
  step(): void;
  /**
   * Takes steps for up to 100 ms, until `steps` steps have been taken in total, or until training diverges. Measures
   * the loss at some of the steps.
   */
  advance(steps: number): Repeated;
  /**
   * Returns the current parameters and the training sample with index `sample`. If the index is too large, returns the
   * last sample.
   */
  result(sample: number): Result | undefined;
  /**
   * Returns the current state. During training, observations take at most a quarter of the time. `fresh` forces an
   * observation.
   */
  snapshot(options: ObservationOptions, fresh: boolean): Snapshot | undefined;
}

/** Maximum duration of a call to `advance`, in milliseconds. */
const advanceTime = 100;
/** Maximum number of losses to measure while a training run from a link is repeated. */
const repeatedLosses = 200;
/** Maximum number of inputs for which names and fields are sent. If there are more inputs, none are sent. */
const maxNamed = 40;
/** Maximum fraction of the time spent on observations. */
const observationShare = 0.25;

export function createTrainer(functions: Functions): Trainer {
  let engine: Promise<AutoEngine> | undefined;
  let session: Session | undefined;
  let observer: Observer | undefined;
  let problem: Problem | undefined;
  /** Preparations are numbered. A preparation stops if a later one has started. */
  let latestPreparation = 0;
  let nextObservation = 0;
  const loadDataset = datasetLoader();

  const end = () => {
    player.pause();
    session?.dispose();
    observer?.dispose();
    session = observer = problem = undefined;
    nextObservation = 0;
  };

  /** Runs an observation and sets the time of the next one. */
  const observeTimed = <Observed>(observe: () => Observed): Observed => {
    const startTime = performance.now();
    const result = observe();
    const endTime = performance.now();
    nextObservation = endTime + (endTime - startTime) / observationShare;
    return result;
  };

  const takeStep = (): boolean => {
    if (session === undefined || problem !== undefined) return false;
    try {
      if (Number.isFinite(session.step())) return true;
      problem = { kind: 'diverged', step: session.steps + 1 };
    } catch (error) {
      // A user function threw.
      problem = problemOf(error);
    }
    return false;
  };

  const player = new Player(takeStep, () => session?.steps ?? 0);

  return {
    async describeTable(bytes) {
      const csv = await import('./data/csv.js');
      try {
        const text = csv.decodeTable(bytes);
        const { columns, rows, incomplete, hasMore, target } = csv.readTable(text);
        return { text, description: { columns, rows: rows.length, incomplete, hasMore, target } };
      } catch (error) {
        return problemOf(error);
      }
    },

    async prepare(settings, table, progress) {
      const number = ++latestPreparation;
      end();
      try {
        const dataset = await loadDataset(settings, table, (fraction) => progress.postMessage(fraction));
        if (number !== latestPreparation) return undefined;
        if (isProblem(dataset)) return dataset;
        const mismatch = shapeProblem(settings, dataset);
        if (mismatch !== undefined) return mismatch;
        const preparedEngine = await (engine ??= auto());
        if (number !== latestPreparation) return undefined;
        end();
        session = openSession(settings, dataset, functions, preparedEngine);
        observer = observerOf(session, dataset, preparedEngine);
        return ready(session, observer, dataset, preparedEngine);
      } catch (error) {
        // The session, if there is one, belongs to the later preparation.
        if (number !== latestPreparation) return undefined;
        end();
        return problemOf(error);
      }
    },

    play(speed) {
      if (session !== undefined && problem === undefined) player.play(speed);
    },

    pause() {
      player.pause();
    },

    step() {
      player.pause();
      takeStep();
    },

    advance(steps) {
      const until = performance.now() + advanceTime;
      const stride = Math.ceil(steps / repeatedLosses);
      const losses: { step: number; loss: PerSet }[] = [];
      while (session !== undefined && session.steps < steps && performance.now() < until) {
        if (session.steps % stride === 0 && performance.now() >= nextObservation) {
          losses.push({ step: session.steps, loss: observeTimed(() => observer!.loss()) });
        }
        if (!takeStep()) break;
      }
      return { steps: session?.steps ?? 0, losses };
    },

    result(sample) {
      if (session === undefined) return undefined;
      const { network, parameters, training } = session;
      const { inputCount, outputs } = network.graph;
      const s = Math.min(sample, training.count - 1);
      return {
        parameters: Float64Array.from(parameters),
        inputScaler: plainScaler(network.inputScaler),
        outputScaler: plainScaler(network.outputScaler),
        input: training.inputs.slice(s * inputCount, (s + 1) * inputCount),
        target: training.targets.slice(s * outputs.length, (s + 1) * outputs.length),
      };
    },

    snapshot(options, fresh) {
      if (session === undefined || observer === undefined) return undefined;
      let observation: Observation | undefined;
      if (fresh || !player.playing || performance.now() >= nextObservation) {
        const { observe } = observer;
        observation = observeTimed(() => observe(options));
      }
      const snapshot: Snapshot = {
        steps: session.steps,
        epoch: Math.floor(session.steps / session.stepsPerEpoch),
        stepsPerSecond: player.stepsPerSecond(),
        playing: player.playing,
        problem,
        observation,
      };
      return transfer(snapshot, observation === undefined ? [] : buffersOf(observation));
    },
  };
}

const ready = (session: Session, observer: Observer, dataset: Dataset, engine: AutoEngine): Ready => ({
  task: dataset.task,
  inputNames: dataset.inputNames.length > maxNamed ? [] : dataset.inputNames,
  targetName: dataset.targetName,
  classes: dataset.classes,
  inputCount: dataset.inputNames.length,
  trainingCount: dataset.training.count,
  validationCount: dataset.validation?.count ?? 0,
  parameterCount: session.network.graph.parameterCount,
  standardized: session.network.outputScaler !== undefined,
  layout: observer.layout,
  resolution: observer.resolution,
  nodeResolution: observer.nodeResolution,
  axes: observer.axes,
  points:
    observer.resolution === 0
      ? undefined
      : { training: pointsOf(dataset.training), validation: dataset.validation && pointsOf(dataset.validation) },
  targets:
    dataset.task === 'regression'
      ? {
          training: Float32Array.from(dataset.training.targets),
          validation: dataset.validation && Float32Array.from(dataset.validation.targets),
        }
      : undefined,
  fields: fieldsOf(dataset),
  firstRow: dataset.training.inputs.slice(0, dataset.inputNames.length),
  side: dataset.side,
  engine: { name: engine.name, reason: engine.reason },
});

function fieldsOf({ fields, inputNames }: Dataset): readonly InputField[] {
  const all = fields ?? inputNames.map((name) => ({ name }));
  return all.length > maxNamed ? [] : all;
}

/** Returns the reason why the user's graph cannot be trained on the data set; undefined if it can. */
function shapeProblem({ graph }: Settings, dataset: Dataset): Problem | undefined {
  if (graph === null) return undefined;
  if (hasDelays(graph)) return { kind: 'delays' };
  const inputs = { received: graph.inputs.length, expected: dataset.inputNames.length };
  const outputs = { received: graph.outputs.length, expected: outputCountFor(dataset) };
  const fits = inputs.received === inputs.expected && outputs.received === outputs.expected;
  return fits ? undefined : { kind: 'shape', inputs, outputs };
}

const pointsOf = ({ count, inputs, targets }: SampleSet): Points => ({
  count,
  inputs: Float32Array.from(inputs),
  targets: Float32Array.from(targets),
});

function problemOf(error: unknown): Problem {
  const { message, problem } = error as Error & { readonly problem?: TableProblem };
  return problem === undefined ? { kind: 'other', text: message } : { kind: 'table', reason: problem };
}

const buffersOf = (observation: Observation): ArrayBufferLike[] =>
  Object.values(observation).flatMap((value: unknown) => (ArrayBuffer.isView(value) ? [value.buffer] : []));
