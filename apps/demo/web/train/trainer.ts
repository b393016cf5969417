/**
 * The Train view's engine room: think of a machine behind a wall with a few buttons and one window. It lives in a
 * worker; the page presses buttons and asks for a snapshot when it is ready to draw one, so that the machine never
 * hurries the page. What functions there are is given from outside: a worker for a user's own functions gives more.
 */
import { auto, type AutoEngine } from '@nnbp/wasm';
import { transfer } from 'comlink';
import type { Functions } from '../functions.js';
import type { Column, TableProblem } from './data/csv.js';
import type { Dataset, Part, Task } from './data/dataset.js';
import { datasetsByRequest, type TableRequest } from './data/request.js';
import type { Settings } from './fits.js';
import { outputsFor } from './network-for.js';
import { isProblem, type Problem } from './problem.js';
import { type Layout, type Observation, type Observer, observerOf } from './observe.js';
import { openSession, type Session } from './session.js';

/** Points one can draw: for one input x and y, for two x and y and the answer. */
export interface Points {
  readonly count: number;
  readonly inputs: Float32Array;
  readonly answers: Float32Array;
}

/** A training at its beginning. */
export interface Ready {
  readonly task: Task;
  readonly inputNames: readonly string[];
  readonly answerName: string;
  readonly classes: readonly string[];
  /** `inputNames` has the first 40 only. */
  readonly inputCount: number;
  readonly trainingCount: number;
  readonly heldOutCount: number;
  readonly parameterCount: number;
  /** Whether the loss of a regression is that of standardised answers. */
  readonly standardized: boolean;
  readonly layout: Layout;
  readonly places: number;
  readonly nodePlaces: number;
  readonly axes: readonly (readonly [number, number])[];
  /** For one or two inputs. */
  readonly points: { readonly training: Points; readonly heldOut: Points | undefined } | undefined;
  readonly engine: { readonly name: string; readonly reason: string };
}

/** What a table holds, as guessed. */
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

/** The trained parameters, and one training sample. */
export interface Result {
  readonly parameters: Float64Array;
  readonly inputScaler: Scaler | undefined;
  readonly outputScaler: Scaler | undefined;
  /** In the network's own units. */
  readonly input: Float64Array;
  readonly target: Float64Array;
}

interface Scaler {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

export interface Snapshot {
  readonly steps: number;
  readonly epoch: number;
  readonly stepsPerSecond: number;
  readonly playing: boolean;
  readonly problem: Problem | undefined;
  /** Absent while it is not yet time for another look. */
  readonly observation: Observation | undefined;
}

export type Speed = Settings['speed'];

/** What the page can ask for. */
export interface Trainer {
  /** What is in a table of the user's. */
  describeTable(bytes: Uint8Array): Promise<ReadTable | Problem>;
  /**
   * Ends what was and makes another training ready, at step 0. Where data are fetched, the fraction that is there is
   * posted to `progress`. Undefined if another preparation has begun meanwhile.
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
  /** Takes steps for a moment, at most until so many have been taken; returns how many have. */
  advance(steps: number): number;
  /** The parameters as they are now, and the training sample of this number. */
  result(sample: number): Result | undefined;
  /**
   * How it stands. While it plays, a whole observation is made only as often as leaves most of the time for training;
   * `fresh` asks for one in any case.
   */
  snapshot(sample: number | null, fresh: boolean): Snapshot | undefined;
}

/** Kept from before a worker for a user's code is locked. */
const { MessageChannel, setTimeout } = globalThis;

const stepsPerSecond: Readonly<Record<Speed, number>> = { slow: 6, steady: 300, full: Infinity };
/** Milliseconds of steps between two looks at the messages that came. */
const turn = 8;
/** Milliseconds of steps in one call of `advance`. */
const advanceTime = 100;
/** Of so many inputs the names are told. */
const maxNamed = 40;
/** The part of the time that may go into observations. */
const lookingShare = 0.25;

/** Makes a trainer that knows these functions. */
export function createTrainer(functions: Functions): Trainer {
  let engine: Promise<AutoEngine> | undefined;
  let session: Session | undefined;
  let observer: Observer | undefined;
  let problem: Problem | undefined;
  /** Counts preparations and presses of play, so that what was overtaken ends. */
  let preparing = 0;
  let playing = 0;
  let plays = 0;
  let nextLook = 0;
  let meter = { since: 0, steps: 0, rate: 0 };
  const datasets = datasetsByRequest();

  const end = () => {
    playing = 0;
    session?.dispose();
    observer?.dispose();
    session = observer = problem = undefined;
    meter = { since: performance.now(), steps: 0, rate: 0 };
    nextLook = 0;
  };

  const takeStep = (): boolean => {
    if (session === undefined || problem !== undefined) return false;
    try {
      if (Number.isFinite(session.step())) return true;
      problem = { kind: 'diverged', step: session.steps + 1 };
    } catch (error) {
      // A user's own function may throw.
      problem = problemOf(error);
    }
    return false;
  };

  const run = async (number: number, speed: Speed) => {
    const begun = performance.now();
    let taken = 0;
    while (playing === number) {
      const until = performance.now() + turn;
      while (performance.now() < until) {
        if (taken >= ((performance.now() - begun) / 1000) * stepsPerSecond[speed]) break;
        if (!takeStep()) {
          playing = 0;
          return;
        }
        taken++;
      }
      await (speed === 'full' ? yieldToEventLoop() : rest(turn));
    }
  };

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
      if (session === undefined || problem !== undefined) return;
      const number = (playing = ++plays);
      meter = { since: performance.now(), steps: session.steps, rate: 0 };
      void run(number, speed);
    },

    pause() {
      playing = 0;
    },

    step() {
      playing = 0;
      takeStep();
    },

    advance(steps) {
      const until = performance.now() + advanceTime;
      while (session !== undefined && session.steps < steps && performance.now() < until) {
        if (!takeStep()) break;
      }
      return session?.steps ?? 0;
    },

    result(sample) {
      if (session === undefined) return undefined;
      const { network, parameters, training } = session;
      const { inputCount, outputs } = network.graph;
      const s = Math.min(sample, training.count - 1);
      const plain = (scaler: Scaler | undefined) =>
        scaler && { mean: [...scaler.mean], deviation: [...scaler.deviation] };
      return {
        parameters: Float64Array.from(parameters),
        inputScaler: plain(network.inputScaler),
        outputScaler: plain(network.outputScaler),
        input: training.inputs.slice(s * inputCount, (s + 1) * inputCount),
        target: training.targets.slice(s * outputs.length, (s + 1) * outputs.length),
      };
    },

    snapshot(sample, fresh) {
      if (session === undefined || observer === undefined) return undefined;
      const now = performance.now();
      if (now - meter.since > 400) {
        const rate = ((session.steps - meter.steps) * 1000) / (now - meter.since);
        meter = { since: now, steps: session.steps, rate };
      }
      let observation: Observation | undefined;
      if (fresh || playing === 0 || now >= nextLook) {
        observation = observer.observe(sample);
        const took = performance.now() - now;
        nextLook = performance.now() + took / lookingShare;
      }
      const snapshot: Snapshot = {
        steps: session.steps,
        epoch: Math.floor(session.steps / session.stepsPerEpoch),
        stepsPerSecond: playing === 0 ? 0 : meter.rate,
        playing: playing !== 0,
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
  heldOutCount: dataset.heldOut?.count ?? 0,
  parameterCount: session.network.graph.parameterCount,
  standardized: session.network.outputScaler !== undefined,
  layout: observer.layout,
  places: observer.places,
  nodePlaces: observer.nodePlaces,
  axes: observer.axes,
  points:
    observer.places === 0
      ? undefined
      : { training: pointsOf(dataset.training), heldOut: dataset.heldOut && pointsOf(dataset.heldOut) },
  engine: { name: engine.name, reason: engine.reason },
});

/** A graph of one's own must have the inputs and outputs that the data need. */
function shapeProblem({ graph }: Settings, dataset: Dataset): Problem | undefined {
  if (graph === null) return undefined;
  const inputs = { found: graph.inputs.length, expected: dataset.inputNames.length };
  const outputs = { found: graph.outputs.length, expected: outputsFor(dataset) };
  const fits = inputs.found === inputs.expected && outputs.found === outputs.expected;
  return fits ? undefined : { kind: 'shape', inputs, outputs };
}

const pointsOf = ({ count, inputs, answers }: Part): Points => ({
  count,
  inputs: Float32Array.from(inputs),
  answers: Float32Array.from(answers),
});

function problemOf(error: unknown): Problem {
  const { message, problem } = error as Error & { readonly problem?: TableProblem };
  return problem === undefined ? { kind: 'other', text: message } : { kind: 'table', why: problem };
}

const buffersOf = (observation: Observation): ArrayBufferLike[] =>
  Object.values(observation).flatMap((value: unknown) => (ArrayBuffer.isView(value) ? [value.buffer] : []));

const rest = (milliseconds: number) => new Promise<void>((resolve) => void setTimeout(resolve, milliseconds));

/** Lets messages in. A timer would wait 4 ms. */
const yieldToEventLoop = () =>
  new Promise<void>((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
