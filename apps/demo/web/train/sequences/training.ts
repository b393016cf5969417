/** The page's side of training on sequences. It repeatedly requests steps from the worker and shows the results. */
import type { Remote } from 'comlink';
import { Listeners } from '../../shared/listeners.js';
import { hasSameContent } from '../../shared/same-content.js';
import type { Kind, SequenceTable, Settings } from '../../shared/sequence-settings.js';
import type { UserFunction } from '../../shared/user-code/user-worker.js';
import type { Access } from '../connection.js';
import { TrainerWorker } from '../trainer-worker.js';
import { withTimeout, loadTimeout } from '../worker-problem.js';
import type { SequenceObservation } from './observe.js';
import type { Prepared, PreparationProblem, SequenceResult, SequenceTrainer, DescribedTable } from './trainer.js';

/** Loss curves: the validation loss of each kind of network at some of the steps. */
export interface LossCurve {
  readonly steps: readonly number[];
  readonly losses: Readonly<Partial<Record<Kind, readonly (number | undefined)[]>>>;
}

/** The view model. Each change replaces it with a new object. */
export interface SequenceTrainingView {
  /** Undefined until the first networks are prepared, or if the settings were rejected. */
  readonly prepared: Prepared | undefined;
  readonly problem: PreparationProblem | undefined;
  readonly observation: SequenceObservation | undefined;
  readonly curve: LossCurve;
  readonly playing: boolean;
}

/** The settings that start another training run when they change. */
export type Start = Omit<Settings, 'shown' | 'taken' | 'open'>;

export interface Origin {
  readonly settings: Start;
  readonly table: SequenceTable | undefined;
  readonly functions: readonly UserFunction[];
}

/** Milliseconds of training between two updates of the page. */
const updateInterval = 30;
/** Maximum number of points of a curve. When a curve has this many points, every second one is dropped. */
const maxPoints = 400;

const access: Access<SequenceTrainer> = {
  start: () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'sequences' }),
  // Comlink proxies also expose methods of nested objects, but Comlink's types omit them.
  inUserWorker: ({ sequences }) => sequences as unknown as Remote<SequenceTrainer>,
};

export class SequenceTraining {
  view: SequenceTrainingView = {
    prepared: undefined,
    problem: undefined,
    observation: undefined,
    curve: { steps: [], losses: {} },
    playing: false,
  };
  readonly #listeners = new Listeners();
  readonly subscribe = this.#listeners.subscribe;
  readonly #storeSteps: (steps: number) => void;
  readonly #worker = new TrainerWorker(access);
  /** Set by `pause`. Training stops after the current response. */
  #stopped = false;
  #shown: Kind = 'lstm';
  #opened: Origin | undefined;
  /**
   * The last step count passed to `open` or written to the store. If the store contains a different count, that count
   * came from a link.
   */
  #storedSteps = 0;

  /** @param storeSteps - Called with the number of steps when training stops or is reset. */
  constructor(storeSteps: (steps: number) => void) {
    this.#storeSteps = (steps) => {
      this.#storedSteps = steps;
      storeSteps(steps);
    };
  }

  /** Opens a training run and takes `steps` steps, unless this run is already open and has taken `steps` steps. */
  async openOnce(origin: Origin, steps: number): Promise<void> {
    const { settings, table, functions } = this.#opened ?? {};
    const isOpen =
      table === origin.table &&
      hasSameContent(settings, origin.settings) &&
      hasSameContent(functions, origin.functions);
    if (isOpen && this.#storedSteps === steps && this.view.problem === undefined) return;
    await this.open(origin, steps);
  }

  /** Starts a new training run and takes `steps` steps: the number stored in a link, or 0. */
  async open(origin: Origin, steps: number): Promise<void> {
    const request = ++this.#worker.request;
    const { settings, table, functions } = origin;
    this.#opened = origin;
    this.#storedSteps = steps;
    this.#stopped = false;
    // Keep the last observation until there is a new one, so that the page does not flicker.
    this.#show({ playing: false, problem: undefined, curve: { steps: [], losses: {} } });
    await this.#safely(request, async () => {
      const { trainer } = await this.#worker.connectWith(functions);
      const requested = { ...settings, shown: this.#shown, taken: 0, open: true };
      const response = await withTimeout<Prepared | PreparationProblem>(trainer.prepare(requested, table), loadTimeout);
      if (request !== this.#worker.request) return;
      if ('kind' in response) {
        this.#show({ prepared: undefined, observation: undefined, problem: response });
        return;
      }
      this.#show({ prepared: response });
      const initial = await withTimeout(trainer.advance(0, 0, this.#shown));
      if (request !== this.#worker.request || initial === undefined) return;
      this.#record(initial);
      if (steps > 0) await this.#advance(steps);
    });
  }

  /** Changes the kind of network whose states are shown. */
  async observe(shown: Kind): Promise<void> {
    if (shown === this.#shown) return;
    this.#shown = shown;
    if (this.view.playing || this.view.observation === undefined) return;
    const request = this.#worker.request;
    await this.#safely(request, async () => {
      const { trainer } = await this.#worker.connect();
      const observation = await withTimeout(trainer.advance(0, 0, shown));
      if (request === this.#worker.request && observation !== undefined) this.#show({ observation });
    });
  }

  readonly play = (): void => {
    this.#stopped = false;
    this.#show({ playing: true });
    void this.#advance(Infinity);
  };

  readonly pause = (): void => {
    this.#stopped = true;
  };

  readonly step = (): void => {
    void this.#advance((this.view.observation?.steps ?? 0) + 1);
  };

  readonly reset = (): void => {
    if (this.#opened === undefined) return;
    this.#storeSteps(0);
    void this.open(this.#opened, 0);
  };

  /** Returns the trained network of the given kind, with the sequence whose states are shown. */
  async result(shown: Kind): Promise<SequenceResult | undefined> {
    return withTimeout((await this.#worker.connect()).trainer.result(shown));
  }

  async readTable(bytes: Uint8Array): Promise<DescribedTable> {
    return (await this.#worker.connect()).trainer.readTable(bytes);
  }

  /**
   * Takes steps until `total` steps have been taken, and shows the results. Ends early if training is paused or
   * diverges, or if another request replaces this one.
   */
  async #advance(total: number): Promise<void> {
    const request = ++this.#worker.request;
    await this.#safely(request, async () => {
      const { trainer } = await this.#worker.connect();
      for (;;) {
        const observation = await withTimeout(trainer.advance(total, updateInterval, this.#shown));
        if (request !== this.#worker.request || observation === undefined) return;
        this.#record(observation);
        if (observation.steps >= total || observation.diverged !== undefined || this.#stopped) {
          this.#show({ playing: false });
          this.#storeSteps(observation.steps);
          return;
        }
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
    });
  }

  #safely(request: number, work: () => Promise<void>): Promise<void> {
    return this.#worker.safely(request, work, (problem) =>
      this.#show({ playing: false, prepared: undefined, observation: undefined, problem }),
    );
  }

  #record(observation: SequenceObservation): void {
    this.#show({ observation, curve: withResults(this.view.curve, observation) });
  }

  #show(change: Partial<SequenceTrainingView>): void {
    this.view = { ...this.view, ...change };
    this.#listeners.notify();
  }
}

function withResults(curve: LossCurve, { steps, results }: SequenceObservation): LossCurve {
  if (curve.steps.at(-1) === steps) return curve;
  const isFull = curve.steps.length >= maxPoints;
  const thinned = <Value>(values: readonly Value[]) => (isFull ? values.filter((_, k) => k % 2 === 0) : values);
  return {
    steps: [...thinned(curve.steps), steps],
    losses: Object.fromEntries(
      results.map(({ kind, validation }) => [kind, [...thinned(curve.losses[kind] ?? []), validation]]),
    ),
  };
}
