/** Yields to the event loop, so that timers, messages, rendering and requests are not kept waiting. */

/** Only in Node. Runs its callback without the delay of a timer. */
declare const setImmediate: ((callback: () => void) => unknown) | undefined;

/** Resolves after one turn of the event loop. */
export function yieldToEventLoop(): Promise<void> {
  if (typeof setImmediate === 'function') return new Promise((resolve) => void setImmediate(resolve));
  // Browsers delay deeply nested timers by at least 4 ms, but not messages.
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

/**
 * Maximum planned time between two reads of the clock, in milliseconds. The clock is not read at every step, because a
 * read takes as long as a step of a small network.
 */
const maxInterval = 1;

/** Determines when to yield to the event loop, and measures how fast samples are processed. */
export class Pace {
  /** In the last measured interval; 0 before the first. */
  samplesPerSecond = 0;
  readonly #every: number;
  readonly #interval: number;
  #yielded = performance.now();
  /** Start of the current interval, and the samples in it. */
  #since = this.#yielded;
  #samples = 0;
  /** Batches between two reads of the clock, and batches left until the next read. */
  #batches = 1;
  #left = 1;

  /** @param every - Milliseconds of work after which it is time to yield. */
  constructor(every: number) {
    this.#every = every;
    this.#interval = Math.min(maxInterval, every);
  }

  get left(): number {
    return this.#left;
  }

  /** Counts batches that have `samples` samples in total. Returns true if it is time to yield. */
  count(samples: number, batches = 1): boolean {
    this.#samples += samples;
    this.#left -= batches;
    if (this.#left > 0) return false;
    const now = performance.now();
    const elapsed = now - this.#since;
    if (elapsed < this.#interval) this.#batches = Math.min(2 * this.#batches, 2 ** 20);
    else this.#batches = Math.max(1, Math.floor((this.#batches * this.#interval) / elapsed));
    this.#left = this.#batches;
    if (elapsed >= this.#interval || this.samplesPerSecond === 0) this.#measure(now);
    return now - this.#yielded >= this.#every;
  }

  /** Ends the current interval, since the work that follows is not training. */
  pause(): void {
    this.#measure(performance.now());
  }

  resume(): void {
    this.#samples = 0;
    this.#since = performance.now();
  }

  yieldIfDue(): Promise<void> | undefined {
    return performance.now() - this.#yielded < this.#every ? undefined : this.yield();
  }

  async yield(): Promise<void> {
    await yieldToEventLoop();
    this.#yielded = performance.now();
    this.#samples = 0;
    this.#since = this.#yielded;
  }

  #measure(now: number): void {
    if (this.#samples > 0 && now > this.#since) this.samplesPerSecond = (this.#samples * 1000) / (now - this.#since);
    this.#samples = 0;
    this.#since = now;
  }
}
