/**
 * The page's side of a training run. Requests a snapshot from the worker only after the previous one is drawn, so
 * that drawing never falls behind.
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
import type { Observation, ObservationOptions } from './observe.js';
import { isProblem, type Problem } from './problem.js';
import type { Speed } from './player.js';
import type { ReadTable, Ready, Result, Snapshot, Trainer } from './trainer.js';
import { TrainerWorker } from './trainer-worker.js';
import { withTimeout, loadTimeout } from './worker-problem.js';

/** The view model. Each change creates a new object. */
export interface TrainingView {
  /** Undefined until the first training run is prepared, and after the worker reports that it cannot prepare a run. */
  readonly ready: Ready | undefined;
  /**
   * While data are loading, the fraction loaded so far. While a run from a link is restored by repeating its steps, the
   * fraction repeated so far. Undefined at other times.
   */
  readonly progress: number | undefined;
  readonly playing: boolean;
  /** Whether another training run is being prepared, or the settings are invalid. The previous run stays visible. */
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
  #options: ObservationOptions = { sample: null, row: null };
  #speed: Speed = 'steady';
  /** The settings, table and user functions of the open training run. */
  #origin: readonly unknown[] = [];

  /** Opens a training run and takes `steps` steps, unless this run is already open and has taken `steps` steps. */
  async openOnce(
    settings: Settings,
    table: TableRequest | undefined,
    functions: readonly UserFunction[],
    steps: number,
  ): Promise<void> {
    const origin = [JSON.stringify(settings), table, JSON.stringify(functions)];
    const isOpen = origin.every((part, k) => part === this.#origin[k]);
    const { ready, problem, opening, snapshot } = this.view;
    if (isOpen && ready !== undefined && problem === undefined && !opening && snapshot?.steps === steps) {
      await this.#playIfRequested();
      return;
    }
    this.#origin = origin;
    await this.open(settings, table, functions, steps);
  }

  /**
   * Prepares a training run, and starts it if the previous run was playing or another view has requested that it
   * start.
   *
   * @param steps - Number of steps to take before the run is shown, to restore a run from a link. Default: 0.
   */
  async open(
    settings: Settings,
    table: TableRequest | undefined,
    functions: readonly UserFunction[],
    steps = 0,
  ): Promise<void> {
    const wasPlaying = this.view.playing;
    const request = ++this.#worker.request;
    // Keep the last picture until there is a new one, so that the page does not flicker.
    this.#show({ playing: false, opening: true, problem: undefined, progress: undefined });
    await this.#safely(request, async () => {
      const { trainer } = await this.#worker.connectWith(functions);
      // The worker reports its progress through a port. A callback would let user code in the worker reach the page.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => {
        if (request === this.#worker.request && typeof data === 'number') this.#show({ progress: data });
      };
      const response = await withTimeout<Ready | Problem | undefined>(
        trainer.prepare(settings, table, transfer(port2, [port2])),
        loadTimeout,
      ).finally(() => port1.close());
      if (request !== this.#worker.request || response === undefined) return;
      if (isProblem(response)) {
        this.#show({ ...nothing, problem: response });
        return;
      }
      const curve = await this.#replay(request, trainer, steps);
      if (curve === undefined) return;
      const options = this.#options;
      const snapshot = await withTimeout(trainer.snapshot(options, true));
      if (request !== this.#worker.request || snapshot === undefined) return;
      this.#show({ ...nothing, ready: response, curve });
      this.#take(snapshot);
      if (options !== this.#options) await this.#showSnapshot(request, trainer);
      if (wasPlaying) await this.play(this.#speed);
      else await this.#playIfRequested();
    });
  }

  /** Pauses the training because the settings are invalid. The page keeps the last picture. */
  block(): void {
    this.#worker.request++;
    if (this.#worker.isStarted) void this.#worker.connect().then(({ trainer }) => trainer.pause());
    this.#show({ playing: false, opening: true, problem: undefined, progress: undefined });
  }

  async #playIfRequested(): Promise<void> {
    if (takePlayRequest()) await this.play(this.#speed);
  }

  /**
   * Repeats the steps of a run opened from a link. Returns the loss curve; undefined if another request starts in the
   * meantime.
   */
  async #replay(request: number, trainer: Remote<Trainer>, steps: number): Promise<Curve | undefined> {
    let curve = emptyCurve;
    for (let taken = 0; taken < steps;) {
      const repeated = await withTimeout(trainer.advance(steps));
      if (request !== this.#worker.request) return undefined;
      for (const { step, loss } of repeated.losses) curve = withPoint(curve, step, loss);
      // If no step was taken, the training has diverged.
      if (repeated.steps === taken) break;
      taken = repeated.steps;
      this.#show({ progress: taken / steps });
    }
    return curve;
  }

  async play(speed: Speed): Promise<void> {
    if (this.view.ready === undefined || this.view.problem !== undefined) return;
    this.#speed = speed;
    const request = ++this.#worker.request;
    this.#show({ playing: true });
    await this.#safely(request, async () => {
      const { trainer } = await this.#worker.connect();
      await withTimeout(trainer.play(speed));
      while (request === this.#worker.request) {
        const snapshot = await withTimeout(trainer.snapshot(this.#options, false));
        await frame();
        if (request !== this.#worker.request || snapshot === undefined) return;
        const startTime = performance.now();
        this.#take(snapshot);
        if (!snapshot.playing) return;
        await allDrawn();
        await delay(restAfter(performance.now() - startTime));
      }
    });
  }

  pause(): Promise<void> {
    return this.#send((trainer) => trainer.pause());
  }

  step(): Promise<void> {
    return this.#send((trainer) => trainer.step());
  }

  /** Selects the sample whose gradient is shown, or the row of inputs for which the output is predicted. */
  async observe(part: Partial<ObservationOptions>): Promise<void> {
    this.#options = { ...this.#options, ...part };
    // While another training run is being prepared, the response would not match the picture that is shown.
    if (this.view.playing || this.view.opening || this.view.ready === undefined) return;
    const request = this.#worker.request;
    await this.#safely(request, async () => this.#showSnapshot(request, (await this.#worker.connect()).trainer));
  }

  /**
   * Returns the current parameters and the training sample with index `sample`. If the index is too large, returns the
   * last sample.
   */
  async result(sample: number): Promise<Result | undefined> {
    return withTimeout((await this.#worker.connect()).trainer.result(sample));
  }

  async describeTable(bytes: Uint8Array): Promise<ReadTable | Problem> {
    return (await this.#worker.connect()).trainer.describeTable(bytes);
  }

  async #send(command: (trainer: Remote<Trainer>) => Promise<void>): Promise<void> {
    const request = ++this.#worker.request;
    this.#show({ playing: false });
    await this.#safely(request, async () => {
      const { trainer } = await this.#worker.connect();
      await withTimeout(command(trainer));
      await this.#showSnapshot(request, trainer);
    });
  }

  async #showSnapshot(request: number, trainer: Remote<Trainer>): Promise<void> {
    const snapshot = await withTimeout(trainer.snapshot(this.#options, true));
    if (request === this.#worker.request && snapshot !== undefined) this.#take(snapshot);
  }

  #safely(request: number, work: () => Promise<void>): Promise<void> {
    return this.#worker.safely(request, work, (problem) => this.#show({ playing: false, opening: false, problem }));
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
const delay = (milliseconds: number) => new Promise<void>((resolve) => void setTimeout(resolve, milliseconds));
