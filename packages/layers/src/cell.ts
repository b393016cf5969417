/** The code that rnn, lstm and gru share: cells, which compute one step from the inputs and the previous step. */
import { type GraphBuilder, type Initializer, mismatch, type Source } from '@nnbp/core';
import { atPreviousStep, numbered } from './unit.js';

/** Options of every recurrent layer. */
export interface RecurrentOptions {
  /** The predecessors' ids, and delayed edges. */
  readonly from: readonly Source[];
  /** The number of units: an integer ≥ 1. */
  readonly units: number;
  /** The ids of the units are `name.0`, `name.1`, …; those of the nodes inside a unit begin with `name` too. Default: `rnn`, `lstm` or `gru`. */
  readonly name?: string;
  /** Initializer of the weights. Default: uniform within ±1/√units, as in PyTorch. */
  readonly initializer?: Initializer;
}

/** The values of a layer at one step that the next step reads. */
export interface Memory {
  /** The units' values. */
  readonly h: readonly Source[];
  /** For an LSTM, the cell states. */
  readonly c: readonly Source[];
}

/** A kind of recurrent layer: the code that adds the nodes of one step. */
export interface Cell {
  /** Default name of the layer. */
  readonly name: string;
  /** Whether the next step also reads cell states. */
  readonly hasCellStates?: boolean;
  /**
   * Adds the nodes of one step.
   *
   * @param name - Prefix of their ids.
   * @param previous - The previous step.
   * @param share - The name under which the steps share their parameters, if there is more than one.
   */
  step(builder: GraphBuilder, name: string, from: readonly Source[], previous: Memory, share?: string): void;
}

/** Adds a recurrent layer: one step, which reads its own previous values through delayed edges. */
export function recurrent(builder: GraphBuilder, cell: Cell, options: RecurrentOptions): string[] {
  const { name = cell.name, units } = options;
  expectUnits(units);
  const h = numbered(name, units);
  cell.step(builder, name, options.from, { h: atPreviousStep(h), c: atPreviousStep(numbered(`${name}.c`, units)) });
  return h;
}

/** @throws NnbpError `EMPTY_LAYER` */
export function expectUnits(units: number): void {
  if (!Number.isInteger(units) || units < 1) {
    throw mismatch('EMPTY_LAYER', 'units', 'an integer ≥ 1', units);
  }
}
