/**
 * The timeout of a thread that waits for the others at a barrier: after ten seconds plus three times the duration of
 * the preceding work, one of them counts as lost.
 */

/** Maximum milliseconds that one check counts: if more have passed, the machine or the process was suspended. */
const maxElapsed = 100;
/** The minimum timeout, in milliseconds. */
const minWait = 10_000;

/** Measures the waits of one thread. */
export class BarrierTimeout {
  #startTime = performance.now();
  #last = 0;
  #worked = 0;
  #waited = 0;
  #turn: number | undefined;

  /** Starts timing the work that the thread does itself. */
  begin(): void {
    this.#startTime = performance.now();
    this.#turn = undefined;
  }

  /**
   * Whether the wait named `turn` has lasted ten seconds plus three times the time from `begin` to its start. Called
   * repeatedly during the wait.
   */
  isOver(turn: number): boolean {
    const now = performance.now();
    if (turn !== this.#turn) {
      this.#turn = turn;
      this.#worked = now - this.#startTime;
      this.#waited = 0;
    } else {
      this.#waited += Math.min(now - this.#last, maxElapsed);
    }
    this.#last = now;
    return this.#waited > minWait + 3 * this.#worked;
  }
}
