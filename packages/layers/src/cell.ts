/** Code that rnn, lstm and gru share. A cell computes one step from the inputs and the state of the previous step. */
import { type GraphBuilder, type Initializer, mismatch, type Source } from '@nnbp/core';
import { atPreviousStep, nextName, numbered } from './unit.js';

/** Options of every recurrent layer. */
export interface RecurrentOptions {
  /** Ids of the inputs; delayed edges are allowed. */
  readonly from: readonly Source[];
  /** The number of units: an integer ≥ 1. */
  readonly units: number;
  /**
   * Prefix of all node ids; the units are `name.0`, `name.1`, …. Default: `rnn`, `lstm` or `gru` for the first such
   * layer, then `rnn2`, ….
   */
  readonly name?: string;
  /** Initializer of the weights. Default: uniform within ±1/√units, as in PyTorch. */
  readonly initializer?: Initializer;
}

/** The state of a layer after one step, which the next step reads. */
export interface LayerState {
  /** The values of the units. */
  readonly h: readonly Source[];
  /** The cell states of an LSTM; other layers ignore them. */
  readonly c: readonly Source[];
}

export interface Cell {
  /** Default name of the layer. */
  readonly name: string;
  /** Whether the next step also reads cell states. */
  readonly hasCellStates?: boolean;
  /**
   * Adds the nodes of one step.
   *
   * @param name - Prefix of the node ids.
   * @param previous - The state after the previous step.
   * @param share - Prefix of the names of shared parameters, for an unrolled layer. Undefined for a layer with delayed
   * edges, because all steps use the same nodes.
   */
  step(builder: GraphBuilder, name: string, from: readonly Source[], previous: LayerState, share?: string): void;
}

/** Adds a recurrent layer: the nodes of one step, which read the previous state through delayed edges. */
export function recurrent(builder: GraphBuilder, cell: Cell, options: RecurrentOptions): string[] {
  const { name = nextName(builder, cell.name), units } = options;
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
