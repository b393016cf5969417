/** A player takes training steps at a chosen speed until it is paused or a step fails, and measures the speed. */
import type { Settings } from '../shared/training-settings.js';

export type Speed = Settings['speed'];

/** These globals are saved here because `lockDown` removes them from a worker that runs user code. */
const { MessageChannel, setTimeout } = globalThis;

/** Maximum number of steps per second. */
const maxRate: Readonly<Record<Speed, number>> = { slow: 6, steady: 300, full: Infinity };
/** Milliseconds of training before the player yields to messages. */
const yieldInterval = 8;
/** Milliseconds between measurements of the speed. */
const meterTime = 400;

export class Player {
  readonly #takeStep: () => boolean;
  readonly #stepCount: () => number;
  /** Id of the current run: 1, 2, …; 0 while paused. A run ends when this number changes. */
  #currentRun = 0;
  #runCount = 0;
  #meter = { since: 0, steps: 0, rate: 0 };

  /**
   * @param takeStep - Takes one step. Returns false if it fails.
   * @param stepCount - Returns the number of steps taken so far.
   */
  constructor(takeStep: () => boolean, stepCount: () => number) {
    this.#takeStep = takeStep;
    this.#stepCount = stepCount;
  }

  get playing(): boolean {
    return this.#currentRun !== 0;
  }

  play(speed: Speed): void {
    this.#currentRun = ++this.#runCount;
    this.#meter = { since: performance.now(), steps: this.#stepCount(), rate: 0 };
    void this.#run(this.#currentRun, speed);
  }

  pause(): void {
    this.#currentRun = 0;
  }

  /** Returns the steps per second, updated at most every 400 ms; 0 while paused. */
  stepsPerSecond(): number {
    const { since, steps } = this.#meter;
    const now = performance.now();
    if (now - since > meterTime) {
      const taken = this.#stepCount();
      this.#meter = { since: now, steps: taken, rate: ((taken - steps) * 1000) / (now - since) };
    }
    return this.playing ? this.#meter.rate : 0;
  }

  async #run(id: number, speed: Speed): Promise<void> {
    const start = performance.now();
    let taken = 0;
    while (this.#currentRun === id) {
      const until = performance.now() + yieldInterval;
      while (performance.now() < until) {
        if (taken >= ((performance.now() - start) / 1000) * maxRate[speed]) break;
        if (!this.#takeStep()) {
          this.pause();
          return;
        }
        taken++;
      }
      await (speed === 'full' ? yieldToEventLoop() : sleep(yieldInterval));
    }
  }
}

const sleep = (milliseconds: number) => new Promise<void>((resolve) => void setTimeout(resolve, milliseconds));

/** Lets the worker receive messages. A timer would do the same, but it would wait 4 ms. */
const yieldToEventLoop = () =>
  new Promise<void>((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
