/** Stores the results of each epoch as two numbers, and converts them to records when they are read. */
import type { EpochRecord } from './trainer.js';

const noMetrics = {};

/**
 * A growing list of losses and speeds. If the data set has only one sample, creating a record would take longer than
 * the epoch itself.
 */
export class EpochLog {
  readonly #first: number;
  #numbers = new Float64Array(256);
  #length = 0;

  /** @param first - The first epoch, counted from 1. */
  constructor(first: number) {
    this.#first = first;
  }

  push(loss: number, samplesPerSecond: number): void {
    if (2 * this.#length === this.#numbers.length) {
      const numbers = new Float64Array(2 * this.#numbers.length);
      numbers.set(this.#numbers);
      this.#numbers = numbers;
    }
    this.#numbers[2 * this.#length] = loss;
    this.#numbers[2 * this.#length + 1] = samplesPerSecond;
    this.#length++;
  }

  /** Returns one record per epoch. */
  records(): EpochRecord[] {
    return Array.from({ length: this.#length }, (_, k) => ({
      epoch: this.#first + k,
      loss: this.#numbers[2 * k],
      metrics: noMetrics,
      samplesPerSecond: this.#numbers[2 * k + 1],
    }));
  }
}
