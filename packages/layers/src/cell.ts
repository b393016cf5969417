/** What rnn, lstm and gru have in common: cells, which compute one step from the inputs and the previous step. */
import { type GraphBuilder, type Initializer, mismatch, type Source } from '@nnbp/core';
import { before, numbered } from './unit.js';

/** Options of every recurrent layer. */
export interface RecurrentOptions {
  /** The predecessors' ids, and delayed edges. */
  readonly from: readonly Source[];
  /** The number of units: an integer ≥ 1. */
  readonly units: number;
  /** The ids of the units are `name.0`, `name.1`, …; those of the nodes inside a unit begin with `name`, too. */
  readonly name?: string;
  /** Where the weights start. Default: uniform within ±1/√units, as in PyTorch. */
  readonly initializer?: Initializer;
}

/** A layer's values at one step that the next step reads: of the units, and of whatever else they remember. */
export interface Memory {
  /** The units' values. */
  readonly h: readonly Source[];
  /** Of an LSTM: the cell states. */
  readonly c: readonly Source[];
}

/** How a kind of recurrent layer computes a step. */
export interface Cell {
  /** The layer's name unless it is given one. */
  readonly name: string;
  /** Whether it reads cell states beside the units' values. */
  readonly hasCellStates?: boolean;
  /**
   * Adds the nodes of one step.
   *
   * @param name - What their ids begin with.
   * @param previous - The previous step.
   * @param share - The name under which the steps share their parameters, if there is more than one.
   */
  step(builder: GraphBuilder, name: string, from: readonly Source[], previous: Memory, share?: string): void;
}

/** Adds a recurrent layer: one step, which reads itself delayed. */
export function recurrent(builder: GraphBuilder, cell: Cell, options: RecurrentOptions): string[] {
  const { name = cell.name, units } = options;
  expectUnits(units);
  const h = numbered(name, units);
  cell.step(builder, name, options.from, { h: before(h), c: before(numbered(`${name}.c`, units)) });
  return h;
}

/** @throws NnbpError `EMPTY_LAYER` */
export function expectUnits(units: number): void {
  if (!Number.isInteger(units) || units < 1) {
    throw mismatch('EMPTY_LAYER', 'units', 'an integer ≥ 1', units);
  }
}
