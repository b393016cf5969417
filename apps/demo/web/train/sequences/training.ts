/** The page's side of a training run on sequences: it asks for steps, shows what they gave, and asks again. */
import type { Remote } from 'comlink';
import { Listeners } from '../../shared/listeners.js';
import { hasSameContent } from '../../shared/same-content.js';
import type { Kind, SequenceTable, Settings } from '../../shared/sequence-settings.js';
import type { UserFunction } from '../../shared/user-code/user-worker.js';
import type { Access } from '../connection.js';
import { TrainerWorker } from '../trainer-worker.js';
import { inTime, loadTimeout } from '../worker-problem.js';
import type { SequenceObservation } from './observe.js';
import type { Prepared, Refusal, SequenceResult, SequenceTrainer, TableAnswer } from './trainer.js';

/** The losses of each kind at some steps. */
export interface LossCurve {
  readonly steps: readonly number[];
  readonly losses: Readonly<Partial<Record<Kind, readonly (number | undefined)[]>>>;
}

/** The view model. A new object after each change. */
export interface SequenceTrainingView {
  /** Absent until the first networks are prepared, and after settings that were refused. */
  readonly prepared: Prepared | undefined;
  readonly problem: Refusal | undefined;
  readonly observation: SequenceObservation | undefined;
  readonly curve: LossCurve;
  readonly playing: boolean;
}

/** The settings that start another training run when they change. */
export type Start = Omit<Settings, 'shown' | 'taken' | 'open'>;

/** Everything that determines a training run. */
export interface Origin {
  readonly settings: Start;
  readonly table: SequenceTable | undefined;
  /** The user functions that are needed. */
  readonly own: readonly UserFunction[];
}

/** Milliseconds of training between two pictures. */
const work = 30;
/** Points of a curve; with more, every second is dropped. */
const longest = 400;

const access: Access<SequenceTrainer> = {
  start: () => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'sequences' }),
  // Comlink's types know methods of the exposed object only, its proxies also those of objects in it.
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
  readonly #note: (steps: number) => void;
  readonly #worker = new TrainerWorker(access);
  /** Set by `pause`: the current response is the last one. */
  #stopped = false;
  #shown: Kind = 'lstm';
  #opened: Origin | undefined;
  /** The steps that the state has of this training: others are those of a link. */
  #noted = 0;

  /** @param note - Called with the number of steps when training pauses or is reset. */
  constructor(note: (steps: number) => void) {
    this.#note = (steps) => {
      this.#noted = steps;
      note(steps);
    };
  }

  /** Opens a training run unless it is already open. */
  async openOnce(origin: Origin, steps: number): Promise<void> {
    const { settings, table, own } = this.#opened ?? {};
    const isOpen =
      table === origin.table && hasSameContent(settings, origin.settings) && hasSameContent(own, origin.own);
    if (isOpen && this.#noted === steps && this.view.problem === undefined) return;
    await this.open(origin, steps);
  }

  /** Replaces the training run by a new one, and takes a number of steps, for a link to a training run in progress. */
  async open(origin: Origin, steps: number): Promise<void> {
    const turn = ++this.#worker.turn;
    const { settings, table, own } = origin;
    this.#opened = origin;
    this.#noted = steps;
    this.#stopped = false;
    // Keep the last observation until there is a new one, so that the page does not flicker.
    this.#show({ playing: false, problem: undefined, curve: { steps: [], losses: {} } });
    await this.#safely(turn, async () => {
      const { trainer } = await this.#worker.connectWith(own);
      const asked = { ...settings, shown: this.#shown, taken: 0, open: true };
      const answer = await inTime<Prepared | Refusal>(trainer.prepare(asked, table), loadTimeout);
      if (turn !== this.#worker.turn) return;
      if ('kind' in answer) {
        this.#show({ prepared: undefined, observation: undefined, problem: answer });
        return;
      }
      this.#show({ prepared: answer });
      const start = await inTime(trainer.advance(0, 0, this.#shown));
      if (turn !== this.#worker.turn || start === undefined) return;
      this.#take(start);
      if (steps > 0) await this.#advance(steps);
    });
  }

  /** Observes another kind of network. */
  async observe(shown: Kind): Promise<void> {
    if (shown === this.#shown) return;
    this.#shown = shown;
    if (this.view.playing || this.view.observation === undefined) return;
    const turn = this.#worker.turn;
    await this.#safely(turn, async () => {
      const { trainer } = await this.#worker.connect();
      const observation = await inTime(trainer.advance(0, 0, shown));
      if (turn === this.#worker.turn && observation !== undefined) this.#show({ observation });
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

  /** Begins the same training again. */
  readonly reset = (): void => {
    if (this.#opened === undefined) return;
    this.#note(0);
    void this.open(this.#opened, 0);
  };

  /** The trained network of a kind, with the sequence that is shown. */
  async result(shown: Kind): Promise<SequenceResult | undefined> {
    return inTime((await this.#worker.connect()).trainer.result(shown));
  }

  async readTable(bytes: Uint8Array): Promise<TableAnswer> {
    return (await this.#worker.connect()).trainer.readTable(bytes);
  }

  /** Takes steps up to a total and shows them as they come, until another request replaces this one. */
  async #advance(total: number): Promise<void> {
    const turn = ++this.#worker.turn;
    await this.#safely(turn, async () => {
      const { trainer } = await this.#worker.connect();
      for (;;) {
        const found = await inTime(trainer.advance(total, work, this.#shown));
        if (turn !== this.#worker.turn || found === undefined) return;
        this.#take(found);
        if (found.steps >= total || found.diverged !== undefined || this.#stopped) {
          this.#show({ playing: false });
          this.#note(found.steps);
          return;
        }
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
    });
  }

  #safely(turn: number, work: () => Promise<void>): Promise<void> {
    return this.#worker.safely(turn, work, (problem) =>
      this.#show({ playing: false, prepared: undefined, observation: undefined, problem }),
    );
  }

  #take(observation: SequenceObservation): void {
    this.#show({ observation, curve: withResults(this.view.curve, observation) });
  }

  #show(change: Partial<SequenceTrainingView>): void {
    this.view = { ...this.view, ...change };
    this.#listeners.notify();
  }
}

function withResults(curve: LossCurve, { steps, results }: SequenceObservation): LossCurve {
  if (curve.steps.at(-1) === steps) return curve;
  const isFull = curve.steps.length >= longest;
  const thinned = <Value>(values: readonly Value[]) => (isFull ? values.filter((_, k) => k % 2 === 0) : values);
  return {
    steps: [...thinned(curve.steps), steps],
    losses: Object.fromEntries(
      results.map(({ kind, validation }) => [kind, [...thinned(curve.losses[kind] ?? []), validation]]),
    ),
  };
}
