/**
 * Assigns a slot to each b, c and weight. A slot is an index in a vector that contains the parameters, followed by the
 * graph's constants (the values of fixed b, c and weights).
 */

/** Until the number of parameters is known, constants are numbered downwards from this slot. */
const lastSlot = 2 ** 32 - 1;

export class Layout {
  /** The number of parameters so far. */
  parameterCount = 0;
  /** For b, c and w: whether any name has occurred more than once, so that a parameter is shared. */
  readonly repeated = { b: false, c: false, w: false };
  /** The index of each constant. The first constant is always 1, since c is most often fixed at 1. */
  readonly #constants = new Map<number, number>([[1, 0]]);
  readonly #named = { b: new Map<string, number>(), c: new Map<string, number>(), w: new Map<string, number>() };

  /**
   * Returns the slot of a node's b, c or w: the slot of the constant if the parameter is fixed, the slot of the shared
   * parameter `name` if it has a name, or else a new slot.
   */
  slot(letter: 'b' | 'c' | 'w', fixed: number | undefined, name: string | undefined): number {
    if (fixed !== undefined) return this.#constant(fixed);
    if (name === undefined) return this.parameterCount++;
    const named = this.#named[letter];
    if (named.has(name)) this.repeated[letter] = true;
    else named.set(name, this.parameterCount++);
    return named.get(name)!;
  }

  /** Returns the values of the constants, in the order of their slots. */
  constants(): Float64Array {
    return Float64Array.from(this.#constants.keys());
  }

  /** Replaces the provisional slots of constants with their final slots, which follow those of the parameters. */
  complete(slots: Uint32Array): void {
    const firstProvisional = lastSlot - this.#constants.size + 1;
    for (let k = 0; k < slots.length; k++) {
      if (slots[k] >= firstProvisional) slots[k] = this.parameterCount + lastSlot - slots[k];
    }
  }

  #constant(value: number): number {
    const index = this.#constants.get(value) ?? this.#constants.size;
    this.#constants.set(value, index);
    return lastSlot - index;
  }
}
