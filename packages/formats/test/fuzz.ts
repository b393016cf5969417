/** Damages models as accident and malice do: whatever comes of it is a typed error or a network that works. */
import { type Network, NnbpError, Random } from '@nnbp/core';
import { expect } from 'vitest';

const oddities: readonly unknown[] = [
  ...[null, true, false, 0, -0, -1, 0.5, 1e308, -1e308, NaN, Infinity, 2 ** 31, 2 ** 40, 2 ** 53],
  ...['', 'x', '0', '__proto__', 'constructor', '\u2028', 'a'.repeat(1000)],
  ...[[], {}, [[]], [null], { __proto__: null }, JSON.parse('{"__proto__": {"polluted": 1}}') as unknown],
];

/** Every place in the JSON: the thing that holds it, and its key there. */
function places(value: unknown, found: [Record<string, unknown>, string][] = []): [Record<string, unknown>, string][] {
  if (typeof value !== 'object' || value === null) return found;
  for (const key of Object.keys(value)) {
    found.push([value as Record<string, unknown>, key]);
    places((value as Record<string, unknown>)[key], found);
  }
  return found;
}

/** Puts something odd in, takes something out, or puts one part in the place of another; the original stays as it is. */
export function damaged(json: unknown, random: Random): unknown {
  const copy = structuredClone(json);
  for (let times = 1 + Math.floor(3 * random.uniform() ** 2); times > 0; times--) {
    const all = places(copy);
    if (all.length === 0) break;
    const pick = <T>(list: readonly T[]) => list[Math.floor(random.uniform() * list.length)];
    const [holder, key] = pick(all);
    const way = random.uniform();
    if (way < 0.5) set(holder, key, structuredClone(pick(oddities)));
    else if (way < 0.7 && Array.isArray(holder)) holder.splice(Number(key), 1);
    else if (way < 0.7) Reflect.deleteProperty(holder, key);
    else if (way < 0.8) set(holder, '__proto__', { polluted: 1 });
    else {
      const [other, name] = pick(all);
      set(holder, key, structuredClone(other[name]));
    }
  }
  return copy;
}

function set(holder: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

/** Truncates a string, or replaces one of its characters. */
export function damagedText(text: string, random: Random): string {
  const at = Math.floor(random.uniform() * text.length);
  const replacement =
    random.uniform() < 0.3 ? '' : `${String.fromCharCode(32 + 95 * random.uniform())}${text.slice(at + 1)}`;
  return text.slice(0, at) + replacement;
}

/** How many damaged models of each format are read; `FUZZ_FILES` asks for more. */
export const damagedFiles = Number(process.env.FUZZ_FILES ?? 10_000);

/**
 * Reads damaged models, a share of all. What was read has to predict; what was not has to be refused by a typed error.
 *
 * @returns How many were read.
 */
export function survives(damage: (random: Random) => () => Network, share: number): number {
  const tries = share * damagedFiles;
  const seed = Math.floor(Math.random() * 2 ** 32);
  let read = 0;
  for (let k = 0; k < tries; k++) {
    const action = damage(new Random(seed + k));
    try {
      const network = action();
      network.predict(new Array<number>(network.graph.inputCount).fill(0.5));
      read++;
    } catch (error) {
      if (!(error instanceof NnbpError)) throw new Error(`seed ${seed + k}`, { cause: error });
      expect(error.message, `seed ${seed + k}`).not.toHaveLength(0);
      expect(error.message.length, `seed ${seed + k}`).toBeLessThan(2000);
    }
    expect(({} as Record<string, unknown>).polluted, `seed ${seed + k}`).toBeUndefined();
  }
  return read;
}
