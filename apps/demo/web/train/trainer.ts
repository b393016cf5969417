/**
 * The trainer of the Train view, which runs in a worker. The page requests a snapshot when it is ready to draw one. The
 * available functions are passed in: a worker for user functions has more than the built-ins.
 */
import { auto, type AutoEngine } from '@nnbp/wasm';
import { transfer } from 'comlink';
import type { Functions } from '../functions.js';
import { hasDelays } from '../network.js';
import type { Settings, Task } from '../shared/training-settings.js';
import type { Column, TableProblem } from './data/csv.js';
import type { Dataset, InputField, Part } from './data/dataset.js';
import { datasetsByRequest, type TableRequest } from './data/request.js';
import { outputsFor } from './network-for.js';
import { Player, type Speed } from './player.js';
import { isProblem, type Problem } from './problem.js';
import { type Both, type Layout, type Observation, type Observer, observerOf, type Question } from './observe.js';
import { plainScaler, type TrainedState } from './trained-state.js';
import { openSession, type Session } from './session.js';

/** Points of the plot: x and y for one input; x, y and the target for two. */
export interface Points {
  readonly count: number;
  readonly inputs: Float32Array;
  readonly answers: Float32Array;
}

/** Description of a prepared training. */
export interface Ready {
  readonly task: Task;
  readonly inputNames: readonly string[];
  readonly answerName: string;
  readonly classes: readonly string[];
  /** Number of inputs. `inputNames` has the first 40 only. */
  readonly inputCount: number;
  readonly trainingCount: number;
  readonly validationCount: number;
  readonly parameterCount: number;
  /** Whether the loss is computed on standardized targets. */
  readonly standardized: boolean;
  readonly layout: Layout;
  readonly resolution: number;
  readonly nodeResolution: number;
  readonly axes: readonly (readonly [number, number])[];
  /** For one or two inputs. */
  readonly points: { readonly training: Points; readonly validation: Points | undefined } | undefined;
  /** Targets of a regression. */
  readonly targets: { readonly training: Float32Array; readonly validation: Float32Array | undefined } | undefined;
  /** Fields for a row to predict; empty if there are too many. */
  readonly fields: readonly InputField[];
  /** The inputs of the first training sample. */
  readonly firstRow: Float64Array;
  /** Side in pixels, if the inputs are a square image. */
  readonly side: number | undefined;
  readonly engine: { readonly name: string; readonly reason: string };
}

/** Detected properties of a table. */
export interface TableDescription {
  readonly columns: readonly Column[];
  readonly rows: number;
  readonly incomplete: number;
  readonly target: number;
}

/** A table's description, and the file's text. */
export interface ReadTable {
  readonly text: string;
  readonly description: TableDescription;
}

/** The trained network, and one training sample. */
export interface Result extends TrainedState {
  /** The sample in standardized units. */
  readonly input: Float64Array;
  readonly target: Float64Array;
}

export interface Snapshot {
  readonly steps: number;
  readonly epoch: number;
  readonly stepsPerSecond: number;
  readonly playing: boolean;
  readonly problem: Problem | undefined;
  /** Absent if the last observation is recent. */
  readonly observation: Observation | undefined;
}

/** Part of a training run that is repeated. */
export interface Repeated {
  /** Steps taken in total. */
  readonly steps: number;
  /** Losses at some of the steps, for the curve. */
  readonly losses: readonly { readonly step: number; readonly loss: Both }[];
}

/** The interface for the page. */
export interface Trainer {
  /** Describes a table of the user. */
  describeTable(bytes: Uint8Array): Promise<ReadTable | Problem>;
  /**
   * Prepares another training run at step 0. While data are loaded, the fraction is posted to `progress`. Returns undefined if
   * another preparation has started in the meantime.
   */
  prepare(
    settings: Settings,
    table: TableRequest | undefined,
    progress: MessagePort,
  ): Promise<Ready | Problem | undefined>;
  play(speed: Speed): void;
  pause(): void;
  /** Takes one step. */
  step(): void;
  /** Repeats steps for up to 100 ms or until a total of `steps`. Losses are measured as in `snapshot`. */
  advance(steps: number): Repeated;
  /** The current parameters and a training sample. */
  result(sample: number): Result | undefined;
  /**
   * The current state. During training, observations take at most a quarter of the time; `fresh` forces one.
   */
  snapshot(question: Question, fresh: boolean): Snapshot | undefined;
}

/** Milliseconds of steps in one call of `advance`. */
const advanceTime = 100;
/** Number of losses that are measured while a training run is repeated, if time allows. */
const repeatedLosses = 200;
/** Maximum number of input names that are sent. */
const maxNamed = 40;
/** Maximum share of time for observations. */
const observationShare = 0.25;

/** Creates a trainer with these functions. */
export function createTrainer(functions: Functions): Trainer {
  let engine: Promise<AutoEngine> | undefined;
  let session: Session | undefined;
  let observer: Observer | undefined;
  let problem: Problem | undefined;
  /** Counts preparations, so that an outdated one ends. */
  let preparing = 0;
  let nextLook = 0;
  const datasets = datasetsByRequest();

  const end = () => {
    player.pause();
    session?.dispose();
    observer?.dispose();
    session = observer = problem = undefined;
    nextLook = 0;
  };

  /** Observes and sets when the next observation is due. */
  const observeTimed = <Seen>(observe: () => Seen): Seen => {
    const startTime = performance.now();
    const seen = observe();
    const ended = performance.now();
    nextLook = ended + (ended - startTime) / observationShare;
    return seen;
  };

  const takeStep = (): boolean => {
    if (session === undefined || problem !== undefined) return false;
    try {
      if (Number.isFinite(session.step())) return true;
      problem = { kind: 'diverged', step: session.steps + 1 };
    } catch (error) {
      // A user function may throw.
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
        const { columns, rows, incomplete, target } = csv.readTable(text);
        return { text, description: { columns, rows: rows.length, incomplete, target } };
      } catch (error) {
        return problemOf(error);
      }
    },

    async prepare(settings, table, progress) {
      const number = ++preparing;
      end();
      try {
        const dataset = await datasets(settings, table, (fraction) => progress.postMessage(fraction));
        if (isProblem(dataset)) return dataset;
        const misshapen = shapeProblem(settings, dataset);
        if (misshapen !== undefined) return misshapen;
        const running = await (engine ??= auto());
        if (number !== preparing) return undefined;
        end();
        session = openSession(settings, dataset, functions, running);
        observer = observerOf(session, dataset, running);
        return ready(session, observer, dataset, running);
      } catch (error) {
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
      const losses: { step: number; loss: Both }[] = [];
      while (session !== undefined && session.steps < steps && performance.now() < until) {
        if (session.steps % stride === 0 && performance.now() >= nextLook) {
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

    snapshot(question, fresh) {
      if (session === undefined || observer === undefined) return undefined;
      let observation: Observation | undefined;
      if (fresh || !player.playing || performance.now() >= nextLook) {
        const { observe } = observer;
        observation = observeTimed(() => observe(question));
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
  answerName: dataset.answerName,
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
          training: Float32Array.from(dataset.training.answers),
          validation: dataset.validation && Float32Array.from(dataset.validation.answers),
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

/** Checks that the user's graph has no delays, and the inputs and outputs that the data set needs. */
function shapeProblem({ graph }: Settings, dataset: Dataset): Problem | undefined {
  if (graph === null) return undefined;
  if (hasDelays(graph)) return { kind: 'delays' };
  const inputs = { received: graph.inputs.length, expected: dataset.inputNames.length };
  const outputs = { received: graph.outputs.length, expected: outputsFor(dataset) };
  const fits = inputs.received === inputs.expected && outputs.received === outputs.expected;
  return fits ? undefined : { kind: 'shape', inputs, outputs };
}

const pointsOf = ({ count, inputs, answers }: Part): Points => ({
  count,
  inputs: Float32Array.from(inputs),
  answers: Float32Array.from(answers),
});

function problemOf(error: unknown): Problem {
  const { message, problem } = error as Error & { readonly problem?: TableProblem };
  return problem === undefined ? { kind: 'other', text: message } : { kind: 'table', reason: problem };
}

const buffersOf = (observation: Observation): ArrayBufferLike[] =>
  Object.values(observation).flatMap((value: unknown) => (ArrayBuffer.isView(value) ? [value.buffer] : []));
