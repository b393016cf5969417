/** Damages models at random, as accidents and attackers do. */
import type { Random } from '@nnbp/core';

const unusualValues: readonly unknown[] = [
  ...[null, true, false, 0, -0, -1, 0.5, 1e308, -1e308, NaN, Infinity, 2 ** 31, 2 ** 40, 2 ** 53],
  ...['', 'x', '0', '__proto__', 'constructor', '\u2028', 'a'.repeat(1000)],
  ...[[], {}, [[]], [null], { __proto__: null }, JSON.parse('{"__proto__": {"polluted": 1}}') as unknown],
];

/** The position of every value in the JSON: the object or array that contains it, and its key. */
function positions(
  value: unknown,
  found: [Record<string, unknown>, string][] = [],
): [Record<string, unknown>, string][] {
  if (typeof value !== 'object' || value === null) return found;
  for (const key of Object.keys(value)) {
    found.push([value as Record<string, unknown>, key]);
    positions((value as Record<string, unknown>)[key], found);
  }
  return found;
}

/**
 * Returns a copy of the JSON in which one to three values are changed. Each is removed, replaced by an unusual value or
 * by another part of the JSON, or gets a sibling with the key `__proto__`.
 */
export function damaged(json: unknown, random: Random): unknown {
  const copy = structuredClone(json);
  for (let times = 1 + Math.floor(3 * random.uniform() ** 2); times > 0; times--) {
    const all = positions(copy);
    if (all.length === 0) break;
    const pick = <T>(list: readonly T[]) => list[Math.floor(random.uniform() * list.length)];
    const [holder, key] = pick(all);
    const choice = random.uniform();
    if (choice < 0.5) set(holder, key, structuredClone(pick(unusualValues)));
    else if (choice < 0.7 && Array.isArray(holder)) holder.splice(Number(key), 1);
    else if (choice < 0.7) Reflect.deleteProperty(holder, key);
    else if (choice < 0.8) set(holder, '__proto__', { polluted: 1 });
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

/** Returns a copy in which bits are flipped and bytes overwritten. */
export function damagedBytes(file: Uint8Array, random: Random): Uint8Array {
  const below = (n: number) => Math.floor(random.uniform() * n);
  const bytes = file.slice();
  for (let n = 1 + below(4); n > 0 && bytes.length > 0; n--) {
    const at = below(bytes.length);
    bytes[at] = below(2) === 0 ? bytes[at] ^ (1 << below(8)) : below(256);
  }
  return bytes;
}

/** Truncates a string, or replaces one of its characters. */
export function damagedText(text: string, random: Random): string {
  const at = Math.floor(random.uniform() * text.length);
  const end = random.uniform() < 0.3 ? '' : `${String.fromCharCode(32 + 95 * random.uniform())}${text.slice(at + 1)}`;
  return text.slice(0, at) + end;
}
