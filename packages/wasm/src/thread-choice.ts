/**
 * Chooses between one thread and several by a trial, which times both on an executor's first calls. Results are
 * bit-identical either way, so a choice in the middle of training changes only the speed.
 */

/** Calls are timed together until they have taken this many milliseconds, since clocks in browsers are coarse. */
const segmentTime = 0.25;
/**
 * If a trial took n calls, its choice is kept for this factor × n calls. Then a new trial starts, since other programs
 * may have disturbed the last one.
 */
const retrialFactor = 200;
/**
 * Number of timed segments per side (one thread, or several threads). The first is a warm-up. Of the others, the
 * fastest counts, since the slower ones may have been interrupted.
 */
const segments = 5;

interface Trial {
  /** The fastest segment of each side, in milliseconds per call. */
  readonly best: [number, number];
  /** The side that is timed now: 0 with one thread, 1 with several. */
  side: 0 | 1;
  /** Number of finished segments of this side. */
  done: number;
  /** Milliseconds and calls of the current segment. */
  time: number;
  calls: number;
  /** Number of calls in the whole trial. */
  total: number;
}

/** The choices of one executor. */
export class ThreadChoice {
  readonly #trials = new Map<number, Trial>();
  readonly #chosen = new Map<number, { readonly several: boolean; left: number }>();

  /** Whether the next call of this kind and size runs on several threads. */
  isThreaded(kind: number, rows: number): boolean {
    const key = keyOf(kind, rows);
    return this.#chosen.get(key)?.several ?? this.#trials.get(key)?.side === 1;
  }

  /** Whether to time the executor's next call. Counts that call, so use this method exactly once per call. */
  isTrial(kind: number, rows: number): boolean {
    const key = keyOf(kind, rows);
    const chosen = this.#chosen.get(key);
    if (chosen !== undefined && --chosen.left <= 0) this.#chosen.delete(key);
    return !this.#chosen.has(key);
  }

  record(kind: number, rows: number, milliseconds: number): void {
    const key = keyOf(kind, rows);
    const trial = this.#trials.get(key) ?? {
      best: [Infinity, Infinity],
      side: 0,
      done: 0,
      time: 0,
      calls: 0,
      total: 0,
    };
    this.#trials.set(key, trial);
    trial.time += milliseconds;
    trial.calls++;
    trial.total++;
    if (trial.time < segmentTime) return;
    if (trial.done > 0) trial.best[trial.side] = Math.min(trial.best[trial.side], trial.time / trial.calls);
    trial.time = trial.calls = 0;
    if (++trial.done < segments) return;
    trial.done = 0;
    if (trial.side === 0) trial.side = 1;
    else {
      this.#trials.delete(key);
      this.#chosen.set(key, { several: trial.best[1] < trial.best[0], left: retrialFactor * trial.total });
    }
  }
}

/** Calls of one kind share a choice if their numbers of rows round up to the same power of two. */
const keyOf = (kind: number, rows: number): number => 64 * kind + Math.ceil(Math.log2(rows));
