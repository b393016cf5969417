/**
 * A set of names that stand in a text: think of a register with page numbers. It holds where each name stands and not the
 * name, 11 bytes each, where a map of JavaScript takes 80.
 */
import { NnbpError } from '@nnbp/core';
import { textAt } from './json-scanner.js';

/** Whoever chooses names cannot know which of them are looked for in one place. */
const secret = (Math.random() * 2 ** 32) >>> 0;

/** The register. */
export class Names {
  /** The place of a name in the text, plus 1; 0 is nothing. */
  readonly #places: Uint32Array;
  readonly #marks: Uint32Array;
  #size = 0;
  #lookUps = 0;
  #steps = 0;

  /** @param most - The most names it will hold. */
  constructor(
    readonly text: string,
    most: number,
  ) {
    this.#places = new Uint32Array(Math.ceil(most * 1.4) + 1);
    this.#marks = new Uint32Array(this.#places.length);
  }

  /** How many there are. */
  get size(): number {
    return this.#size;
  }

  /** Adds the name that stands at this place; false if there is such a name already. */
  add(place: number): boolean {
    const slot = this.#slot(place);
    if (this.#places[slot] !== 0) return false;
    this.#places[slot] = place + 1;
    this.#size++;
    return true;
  }

  /** Marks the name; returns the mark it had, 0 for none; undefined if there is no such name. */
  mark(place: number, mark: number): number | undefined {
    const slot = this.#slot(place);
    if (this.#places[slot] === 0) return undefined;
    const before = this.#marks[slot];
    this.#marks[slot] = mark;
    return before;
  }

  /** Where the name is, or the free slot where it would be. */
  #slot(place: number): number {
    const name = textAt(this.text, place);
    let hash = secret;
    for (let k = 0; k < name.length; k++) {
      hash = Math.imul(hash ^ name.charCodeAt(k), 0x5bd1e995);
      hash ^= hash >>> 15;
    }
    let slot = (hash >>> 0) % this.#places.length;
    this.#lookUps++;
    while (this.#places[slot] !== 0 && textAt(this.text, this.#places[slot] - 1) !== name) {
      slot = (slot + 1) % this.#places.length;
      // Some three steps a name are usual.
      if (++this.#steps > 10_000 + 100 * this.#lookUps) {
        throw new NnbpError('MALFORMED', 'The names in the file were chosen to be slow to tell apart.');
      }
    }
    return slot;
  }
}
