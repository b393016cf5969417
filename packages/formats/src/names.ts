/**
 * A hash set of the strings in a JSON text. It stores positions instead of strings and needs about 11 bytes per string;
 * a JavaScript map would need 80 bytes or more.
 */
import { NnbpError } from '@nnbp/core';
import { textAt } from './json-scanner.js';

/** A random seed, so that a file cannot contain names chosen to collide. */
const secret = (Math.random() * 2 ** 32) >>> 0;

/** Each string is given by its position in the text, and can have a mark. */
export class Names {
  /** Position of a name in the text, plus 1; 0 for a free slot. */
  readonly #positions: Uint32Array;
  readonly #marks: Uint32Array;
  #size = 0;
  #lookups = 0;
  #probes = 0;

  constructor(
    readonly text: string,
    maxNames: number,
  ) {
    this.#positions = new Uint32Array(Math.ceil(maxNames * 1.4) + 1);
    this.#marks = new Uint32Array(this.#positions.length);
  }

  get size(): number {
    return this.#size;
  }

  /** Adds the name at this position; returns false if it is already in the set. */
  add(position: number): boolean {
    const slot = this.#slot(position);
    if (this.#positions[slot] !== 0) return false;
    this.#positions[slot] = position + 1;
    this.#size++;
    return true;
  }

  /** Marks a name. Returns its previous mark, 0 for none; undefined if the name is not in the set. */
  mark(position: number, mark: number): number | undefined {
    const slot = this.#slot(position);
    if (this.#positions[slot] === 0) return undefined;
    const before = this.#marks[slot];
    this.#marks[slot] = mark;
    return before;
  }

  /** The slot of the name, or the free slot for it. */
  #slot(position: number): number {
    const name = textAt(this.text, position);
    let hash = secret;
    for (let k = 0; k < name.length; k++) {
      hash = Math.imul(hash ^ name.charCodeAt(k), 0x5bd1e995);
      hash ^= hash >>> 15;
    }
    let slot = (hash >>> 0) % this.#positions.length;
    this.#lookups++;
    while (this.#positions[slot] !== 0 && textAt(this.text, this.#positions[slot] - 1) !== name) {
      slot = (slot + 1) % this.#positions.length;
      // Normally, a lookup probes only a few slots.
      if (++this.#probes > 10_000 + 100 * this.#lookups) {
        throw new NnbpError('MALFORMED', 'Too many names in the file collide in the hash table.');
      }
    }
    return slot;
  }
}
