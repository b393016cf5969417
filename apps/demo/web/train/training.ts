/**
 * The page's side of a training run. It requests a snapshot from the worker, draws it in the next frame, and only then requests
 * the next one, so that drawing never falls behind.
 */
import { type Remote, transfer } from 'comlink';
import type { UserFunction } from '../shared/user-code/user-worker.js';
import { Listeners } from '../shared/listeners.js';
import { takePlayRequest } from '../shared/play-next.js';
import type { Settings } from '../shared/training-settings.js';
import { type Curve, emptyCurve, withPoint } from './curve.js';
import type { Access } from './connection.js';
import type { TableRequest } from './data/request.js';
import { allDrawn, restAfter } from './draw-queue.js';
import type { Observation, Question } from './observe.js';
import { isProblem, type Problem } from './problem.js';
import type { Speed } from './player.js';
import type { ReadTable, Ready, Result, Snapshot, Trainer } from './trainer.js';
import { TrainerWorker } from './trainer-worker.js';
import { inTime, loadTimeout } from './worker-problem.js';

/** The view model. A new object after each change. */
export interface TrainingView {
  /** Undefined while data are loaded and the network is prepared. */
  readonly ready: Ready | undefined;
  /** Fraction of the data loaded, while loading. */
  readonly progress: number | undefined;
  readonly playing: boolean;
  /** Whether another training run is being prepared; the previous one is shown. */
  readonly opening: boolean;
  readonly snapshot: Omit<Snapshot, 'observation'> | undefined;
  readonly observation: Observation | undefined;
  readonly curve: Curve;
  readonly problem: Problem | undefined;
}

const nothing: TrainingView = {
  ready: undefined,
  progress: undefined,
  playing: false,
  opening: false,
  snapshot: undefined,
  observation: undefined,
  curve: emptyCurve,
  problem: undefined,
};

const access: Access<Trainer> = {
  start: () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'trainer' }),
  inUserWorker: (runner) => runner,
};

export class Training {
  view = nothing;
  readonly #listeners = new Listeners();
  readonly subscribe = this.#listeners.subscribe;
  readonly #worker = new TrainerWorker(access);
  #question: Question = { sample: null, row: null };
  #speed: Speed = 'steady';
  /** Key of the open training. */
  #origin: readonly unknown[] = [];

  /** Opens a training run unless it is already open. */
  async openOnce(
    settings: Settings,
    table: TableRequest | undefined,
    own: readonly UserFunction[],
    steps: number,
  ): Promise<void> {
    const origin = [JSON.stringify(settings), table, JSON.stringify(own)];
    const isOpen = origin.every((part, k) => part === this.#origin[k]);
    const { ready, problem, opening, snapshot } = this.view;
    if (isOpen && ready !== undefined && problem === undefined && !opening && snapshot?.steps === steps) {
      await this.#playIfRequested();
      return;
    }
    this.#origin = origin;
    await this.open(settings, table, own, steps);
  }

  /**
   * Prepares a training run, and starts it if the last one was running.
   *
   * @param own - The user functions that are needed.
   * @param steps - Number of steps to repeat, for a link to a training run in progress.
   */
  async open(
    settings: Settings,
    table: TableRequest | undefined,
    own: readonly UserFunction[],
    steps = 0,
  ): Promise<void> {
    const again = this.view.playing;
    const turn = ++this.#worker.turn;
    // Keep the last picture until there is a new one, so that the page does not flicker.
    this.#show({ playing: false, opening: true, problem: undefined, progress: undefined });
    await this.#safely(turn, async () => {
      const { trainer } = await this.#worker.connectWith(own);
      // A port for numbers, not a callback: user code in the worker could reach the page through a callback.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => {
        if (turn === this.#worker.turn && typeof data === 'number') this.#show({ progress: data });
      };
      const answer = await inTime<Ready | Problem | undefined>(
        trainer.prepare(settings, table, transfer(port2, [port2])),
        loadTimeout,
      ).finally(() => port1.close());
      if (turn !== this.#worker.turn || answer === undefined) return;
      if (isProblem(answer)) {
        this.#show({ ...nothing, problem: answer });
        return;
      }
      const curve = await this.#replay(turn, trainer, steps);
      if (curve === undefined) return;
      const question = this.#question;
      const snapshot = await inTime(trainer.snapshot(question, true));
      if (turn !== this.#worker.turn || snapshot === undefined) return;
      this.#show({ ...nothing, ready: answer, curve });
      this.#take(snapshot);
      if (question !== this.#question) await this.#showSnapshot(turn, trainer);
      if (again) await this.play(this.#speed);
      else await this.#playIfRequested();
    });
  }

  /** Ends the training and keeps the last picture. */
  refuse(): void {
    this.#worker.turn++;
    if (this.#worker.isStarted) void this.#worker.connect().then(({ trainer }) => trainer.pause());
    this.#show({ playing: false, opening: true, problem: undefined, progress: undefined });
  }

  async #playIfRequested(): Promise<void> {
    if (takePlayRequest()) await this.play(this.#speed);
  }

  /** Repeats steps and returns their loss curve; undefined if another request has started in the meantime. */
  async #replay(turn: number, trainer: Remote<Trainer>, steps: number): Promise<Curve | undefined> {
    let curve = emptyCurve;
    for (let taken = 0; taken < steps;) {
      const repeated = await inTime(trainer.advance(steps));
      if (turn !== this.#worker.turn) return undefined;
      for (const { step, loss } of repeated.losses) curve = withPoint(curve, step, loss);
      // It diverges at the same step as before.
      if (repeated.steps === taken) break;
      taken = repeated.steps;
      this.#show({ progress: taken / steps });
    }
    return curve;
  }

  async play(speed: Speed): Promise<void> {
    if (this.view.ready === undefined || this.view.problem !== undefined) return;
    this.#speed = speed;
    const turn = ++this.#worker.turn;
    this.#show({ playing: true });
    await this.#safely(turn, async () => {
      const { trainer } = await this.#worker.connect();
      await inTime(trainer.play(speed));
      while (turn === this.#worker.turn) {
        const snapshot = await inTime(trainer.snapshot(this.#question, false));
        await frame();
        if (turn !== this.#worker.turn || snapshot === undefined) return;
        const startTime = performance.now();
        this.#take(snapshot);
        if (!snapshot.playing) return;
        await allDrawn();
        await rest(restAfter(performance.now() - startTime));
      }
    });
  }

  pause(): Promise<void> {
    return this.#press((trainer) => trainer.pause());
  }

  step(): Promise<void> {
    return this.#press((trainer) => trainer.step());
  }

  /** Selects the sample whose gradient is shown, or the row of inputs that is predicted. */
  async ask(part: Partial<Question>): Promise<void> {
    this.#question = { ...this.#question, ...part };
    // While another training run is prepared, an answer would not belong to the picture that is shown.
    if (this.view.playing || this.view.opening || this.view.ready === undefined) return;
    const turn = this.#worker.turn;
    await this.#safely(turn, async () => this.#showSnapshot(turn, (await this.#worker.connect()).trainer));
  }

  /** The current parameters and a training sample. */
  async result(sample: number): Promise<Result | undefined> {
    return inTime((await this.#worker.connect()).trainer.result(sample));
  }

  async describeTable(bytes: Uint8Array): Promise<ReadTable | Problem> {
    return (await this.#worker.connect()).trainer.describeTable(bytes);
  }

  async #press(button: (trainer: Remote<Trainer>) => Promise<void>): Promise<void> {
    const turn = ++this.#worker.turn;
    this.#show({ playing: false });
    await this.#safely(turn, async () => {
      const { trainer } = await this.#worker.connect();
      await inTime(button(trainer));
      await this.#showSnapshot(turn, trainer);
    });
  }

  async #showSnapshot(turn: number, trainer: Remote<Trainer>): Promise<void> {
    const snapshot = await inTime(trainer.snapshot(this.#question, true));
    if (turn === this.#worker.turn && snapshot !== undefined) this.#take(snapshot);
  }

  #safely(turn: number, work: () => Promise<void>): Promise<void> {
    return this.#worker.safely(turn, work, (problem) => this.#show({ playing: false, opening: false, problem }));
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
    this.#listeners.notify();
  }
}

const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
const rest = (milliseconds: number) => new Promise<void>((resolve) => void setTimeout(resolve, milliseconds));
