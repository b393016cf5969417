/**
 * Converts states to delayed edges. If the next value of a state is a node's value times a factor, the state becomes an
 * edge from this node with a delay of one step. If the next value of state s comes from state r, the delay of s is one
 * step longer than the delay of r.
 */
import { identity } from '@nnbp/activations';
import type { Tape } from './tape.js';

/** A delayed edge, which reads scale · x_node(t − steps). */
export interface Delay {
  readonly node: number;
  readonly steps: number;
  readonly scale: number;
}

export class Delays {
  readonly #tape: Tape;
  readonly #known = new Map<number, Delay>();
  readonly #initials = new Map<number, number>();
  /** Delayed edges that a state already uses: `NODE@STEPS`. */
  readonly #taken = new Set<string>();

  constructor(tape: Tape) {
    this.#tape = tape;
  }

  /** The value of a node before the first step. */
  initial(node: number): number {
    return this.#initials.get(node) ?? 0;
  }

  /**
   * The delayed edge that replaces a state. If the edge cannot start at an existing node, adds an identity node to the
   * tape.
   */
  of(state: number): Delay {
    // A chain of states: each gets its next value from the state that follows it in the chain. The chain ends if a
    // next value comes from a node, from a state whose delay is known, or from a state that is already in the chain.
    const chain = new Set<number>();
    for (let at: number | undefined = state; at !== undefined && !this.#known.has(at) && !chain.has(at);) {
      chain.add(at);
      const single = this.#single(at);
      at = single !== undefined && this.#tape.states.has(single.node) ? single.node : undefined;
    }
    for (const at of [...chain].reverse()) this.#known.set(at, this.#delay(at));
    return this.#known.get(state)!;
  }

  #delay(state: number): Delay {
    const { initial, next } = this.#tape.states.get(state)!;
    const delay = this.#direct(state);
    if (delay !== undefined && this.#take(delay, initial)) return delay;
    const copy = { node: this.#tape.apply(identity, next!).from[0], steps: 1, scale: 1 };
    this.#take(copy, initial);
    return copy;
  }

  #direct(state: number): Delay | undefined {
    const single = this.#single(state);
    if (single === undefined || !this.#tape.states.has(single.node)) return single;
    const before = this.#known.get(single.node);
    return before && { node: before.node, steps: before.steps + 1, scale: before.scale * single.scale };
  }

  /** The node or state whose value, times a factor, is the next value of `state`. Undefined if the factor is 0. */
  #single(state: number): Delay | undefined {
    const entry = this.#tape.states.get(state)!.next!;
    const isMultiple = entry.from.length === 1 && entry.bias === 0;
    const { from, weights } = isMultiple ? entry : this.#tape.node(entry);
    return weights[0] === 0 ? undefined : { node: from[0], steps: 1, scale: weights[0] };
  }

  /**
   * Reserves a delayed edge for a state. Returns false if another state uses it, or if the node would need two
   * different values before the first step.
   */
  #take({ node, steps, scale }: Delay, initial: number): boolean {
    const value = initial / scale;
    const edge = `${node}@${steps}`;
    if (this.#taken.has(edge) || value * scale !== initial || (this.#initials.get(node) ?? value) !== value)
      return false;
    this.#taken.add(edge);
    this.#initials.set(node, value);
    return true;
  }
}
