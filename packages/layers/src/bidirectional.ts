/** Bidirectional recurrent layers over a sequence of a fixed number of steps. */
import { type GraphBuilder, mismatch, NnbpError, type Source } from '@nnbp/core';
import { type Cell, expectUnits, type LayerState } from './cell.js';
import { gruCell, type GruOptions } from './gru.js';
import { lstmCell, type LstmOptions } from './lstm.js';
import { rnnCell, type RnnOptions } from './rnn.js';
import { fixedNode, nextName, numbered } from './unit.js';

/** Options of {@link bidirectional}. */
export interface BidirectionalOptions extends Omit<RnnOptions & LstmOptions & GruOptions, 'from'> {
  /** The input ids of each step: [steps × inputs]. */
  readonly steps: readonly (readonly string[])[];
  /** The cell type of both layers. */
  readonly cell: 'rnn' | 'lstm' | 'gru';
  /** Prefix of all node ids. Default: `bidirectional` for the first such layer, then `bidirectional2`, …. */
  readonly name?: string;
}

const cells = { rnn: rnnCell, lstm: lstmCell, gru: gruCell };

/**
 * Adds two recurrent layers over a sequence of a fixed number of steps, given as one sample. One layer reads the steps
 * from first to last, the other from last to first. A delay cannot read later steps, so both layers are unrolled, and
 * all steps of a layer share its parameters.
 *
 * @returns The unit ids of each step: first those of the forward layer, then those of the backward layer.
 * @throws NnbpError `EMPTY_LAYER` (`steps` is empty, or `units` is not an integer ≥ 1), `WRONG_LENGTH` (steps with
 * different numbers of inputs), and any error thrown by `builder.node`
 *
 * @example
 * ```ts
 * import { GraphBuilder } from '@nnbp/core';
 * import { bidirectional } from '@nnbp/layers';
 *
 * const builder = new GraphBuilder();
 * const steps = [0, 1, 2, 3].map((t) => builder.inputs(2, `step${t}`));
 * const outputs = bidirectional(builder, { steps, cell: 'gru', units: 5 });
 * builder.output(...outputs[0], ...outputs[3]);
 * outputs[0].length; // 10
 * ```
 */
export function bidirectional(builder: GraphBuilder, options: BidirectionalOptions): string[][] {
  const { steps, units, cell: kind, name = nextName(builder, 'bidirectional') } = options;
  expectUnits(units);
  if (steps.length === 0)
    throw new NnbpError('EMPTY_LAYER', 'steps is empty: expected the input ids of at least one step.');
  steps.forEach(({ length }, t) => {
    if (length === steps[0].length) return;
    throw mismatch('WRONG_LENGTH', `steps[${t}]`, `as many ids as steps[0] (${steps[0].length})`, length);
  });
  const zero = fixedNode(builder, `${name}.zero`, []);
  const cell = cells[kind](options);
  const forward = layer(builder, cell, steps, units, `${name}.forward`, zero);
  const backward = layer(builder, cell, steps.toReversed(), units, `${name}.backward`, zero).toReversed();
  return forward.map((ids, t) => [...ids, ...backward[t]]);
}

/** Adds one unrolled layer. Returns the unit ids of each step, in the order in which the layer reads the steps. */
function layer(
  builder: GraphBuilder,
  cell: Cell,
  steps: readonly (readonly Source[])[],
  units: number,
  name: string,
  zero: string,
): string[][] {
  const zerosOf = (part: string) => numbered(`${name}.${part}`, units).map((id) => fixedNode(builder, id, [zero]));
  const h = zerosOf('zero');
  let previous: LayerState = { h, c: cell.hasCellStates === true ? zerosOf('zero.c') : h };
  return steps.map((from, t) => {
    const step = `${name}.${t}`;
    cell.step(builder, step, from, previous, name);
    const h = numbered(step, units);
    previous = { h, c: numbered(`${step}.c`, units) };
    return h;
  });
}
