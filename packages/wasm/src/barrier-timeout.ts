/**
 * The timeout of a thread that waits for other threads at a barrier: ten seconds plus three times the duration of its
 * own preceding work. After the timeout, the thread treats one of the other threads as lost.
 */

/**
 * Maximum milliseconds that one check adds to the measured wait. If more have passed since the last check, the machine
 * or the process was suspended.
 */
const maxElapsed = 100;
const minWait = 10_000;

export class BarrierTimeout {
  #startTime = performance.now();
  #last = 0;
  #worked = 0;
  #waited = 0;
  #turn: number | undefined;

  /** Starts timing the thread's own work. */
  begin(): void {
    this.#startTime = performance.now();
    this.#turn = undefined;
  }

  /**
   * Whether the wait identified by `turn` has lasted longer than the timeout. Must be called repeatedly during the
   * wait.
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
