/** Reads damaged models. Reading a model must throw a typed error or return a network that works. */
import { type Network, NnbpError, Random } from '@nnbp/core';
import { expect } from 'vitest';

export { damaged, damagedBytes, damagedText } from './damage.js';

/** The number of damaged models per format. Set `FUZZ_FILES` to change it. */
export const damagedFileCount = Number(process.env.FUZZ_FILES ?? 10_000);

/**
 * Damages and reads `share` · `damagedFileCount` models. Each must either load and predict, or be rejected with a typed
 * error.
 *
 * @param damage - Damages a model and returns a function that reads the damaged model.
 * @returns The number of models that loaded.
 */
export function countLoaded(damage: (random: Random) => () => Network, share: number): number {
  const tries = share * damagedFileCount;
  const seed = Math.floor(Math.random() * 2 ** 32);
  let loaded = 0;
  for (let k = 0; k < tries; k++) {
    const readDamaged = damage(new Random(seed + k));
    try {
      const network = readDamaged();
      network.predict(new Array<number>(network.graph.inputCount).fill(0.5));
      loaded++;
    } catch (error) {
      if (!(error instanceof NnbpError)) throw new Error(`seed ${seed + k}`, { cause: error });
      expect(error.message, `seed ${seed + k}`).not.toHaveLength(0);
      expect(error.message.length, `seed ${seed + k}`).toBeLessThan(2000);
    }
    expect(({} as Record<string, unknown>).polluted, `seed ${seed + k}`).toBeUndefined();
  }
  return loaded;
}
