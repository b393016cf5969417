/**
 * How long one thread waits for the others: think of friends who set out together. Whoever has walked for an hour waits
 * longer than whoever came from next door, and while all of them sleep nobody waits.
 */

/** Time that passes at once was not waited: the machine slept, or the process was stopped, and the others with it. */
const longestBlink = 100;
/** Milliseconds. */
const minWait = 10_000;

/** Waits of one thread. */
export class BarrierTimeout {
  #begun = performance.now();
  #last = 0;
  #worked = 0;
  #waited = 0;
  #turn: number | undefined;

  /** The work begins whose other parts are waited for. */
  begin(): void {
    this.#begun = performance.now();
    this.#turn = undefined;
  }

  /**
   * Asked again and again during the wait named `turn`: whether it has been ten seconds, and three times as long as from
   * the beginning to this wait.
   */
  isOver(turn: number): boolean {
    const now = performance.now();
    if (turn !== this.#turn) {
      this.#turn = turn;
      this.#worked = now - this.#begun;
      this.#waited = 0;
    } else {
      this.#waited += Math.min(now - this.#last, longestBlink);
    }
    this.#last = now;
    return this.#waited > minWait + 3 * this.#worked;
  }
}
