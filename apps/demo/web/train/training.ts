/**
 * The page's end of a training: think of a window with a shutter. It asks the worker for a snapshot, shows it in the
 * next frame, and only then asks again, so that drawing is never more than the page can do.
 */
import { proxy } from 'comlink';
import { type Curve, emptyCurve, withPoint } from './curve.js';
import { type Connection, connect } from './connection.js';
import type { TableRequest } from './data/request.js';
import type { Settings } from './fits.js';
import type { Observation } from './observe.js';
import { isProblem, type Problem } from './problem.js';
import type { Ready, Snapshot, Speed, TableDescription } from './trainer.js';

/** What is to be drawn. A new object each time something changes. */
export interface TrainingView {
  /** Absent while data are fetched and the network is made. */
  readonly ready: Ready | undefined;
  /** The fraction of the data that is fetched, while that goes on. */
  readonly progress: number | undefined;
  readonly playing: boolean;
  readonly snapshot: Omit<Snapshot, 'observation'> | undefined;
  readonly observation: Observation | undefined;
  readonly curve: Curve;
  readonly problem: Problem | undefined;
}

/** Milliseconds from one picture to the next, at least. */
const pace = 33;

const nothing: TrainingView = {
  ready: undefined,
  progress: undefined,
  playing: false,
  snapshot: undefined,
  observation: undefined,
  curve: emptyCurve,
  problem: undefined,
};

export class Training {
  view = nothing;
  readonly #listeners = new Set<() => void>();
  readonly #connection: Connection;
  /** Counts what was begun, so that answers to what was overtaken are left alone. */
  #turn = 0;
  #sample: number | null = null;
  #speed: Speed = 'steady';

  constructor(connection = connect()) {
    this.#connection = connection;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Makes a training ready at step 0, and plays it if the last one was playing. */
  async open(settings: Settings, table: TableRequest | undefined): Promise<void> {
    const again = this.view.playing;
    const turn = ++this.#turn;
    // What was drawn stays until there is something new, so that the page does not blink.
    this.#show({ playing: false, problem: undefined, progress: undefined });
    const progress = proxy((fraction: number) => {
      if (turn === this.#turn) this.#show({ progress: fraction });
    });
    const answer = await this.#connection.trainer.prepare(settings, table, progress);
    if (turn !== this.#turn || answer === undefined) return;
    if (isProblem(answer)) {
      this.#show({ ...nothing, problem: answer });
      return;
    }
    const snapshot = await this.#connection.trainer.snapshot(this.#sample, true);
    if (turn !== this.#turn || snapshot === undefined) return;
    this.#show({ ...nothing, ready: answer });
    this.#take(snapshot);
    if (again) await this.play(this.#speed);
  }

  /** Ends the training; what was drawn stays. */
  refuse(): void {
    this.#turn++;
    void this.#connection.trainer.pause();
    this.#show({ playing: false, problem: undefined, progress: undefined });
  }

  async play(speed: Speed): Promise<void> {
    if (this.view.ready === undefined || this.view.problem !== undefined) return;
    this.#speed = speed;
    const turn = ++this.#turn;
    this.#show({ playing: true });
    await this.#connection.trainer.play(speed);
    while (turn === this.#turn) {
      const begun = performance.now();
      const snapshot = await this.#connection.trainer.snapshot(this.#sample, false);
      await frame();
      if (turn !== this.#turn || snapshot === undefined) return;
      this.#take(snapshot);
      if (!snapshot.playing) return;
      await rest(Math.max(0, pace - (performance.now() - begun)));
    }
  }

  async pause(): Promise<void> {
    const turn = ++this.#turn;
    this.#show({ playing: false });
    await this.#connection.trainer.pause();
    await this.#look(turn);
  }

  async step(): Promise<void> {
    const turn = ++this.#turn;
    this.#show({ playing: false });
    await this.#connection.trainer.step();
    await this.#look(turn);
  }

  /** Chooses the sample whose gradient is looked at. */
  async choose(sample: number | null): Promise<void> {
    this.#sample = sample;
    if (!this.view.playing && this.view.ready !== undefined) await this.#look(this.#turn);
  }

  describeTable(text: string): Promise<TableDescription | Problem> {
    return this.#connection.trainer.describeTable(text);
  }

  close(): void {
    this.#turn++;
    this.#connection.close();
  }

  async #look(turn: number): Promise<void> {
    const snapshot = await this.#connection.trainer.snapshot(this.#sample, true);
    if (turn === this.#turn && snapshot !== undefined) this.#take(snapshot);
  }

  #take({ observation, ...snapshot }: Snapshot): void {
    this.#show({
      snapshot,
      playing: snapshot.playing,
      problem: snapshot.problem,
      ...(observation && { observation, curve: withPoint(this.view.curve, snapshot.steps, observation.loss) }),
    });
  }

  #show(change: Partial<TrainingView>): void {
    this.view = { ...this.view, ...change };
    for (const listener of this.#listeners) listener();
  }
}

const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
const rest = (milliseconds: number) => new Promise<void>((resolve) => void setTimeout(resolve, milliseconds));
