/** The simple recurrent layer (Elman 1990): each unit reads the current inputs and the previous values of all units. */
import { tanh } from '@nnbp/activations';
import type { Activation, GraphBuilder } from '@nnbp/core';
import { type Cell, recurrent, type RecurrentOptions } from './cell.js';
import { numbered, uniformWithinInverseRoot, weighted } from './unit.js';

/** Options of {@link rnn}. */
export interface RnnOptions extends RecurrentOptions {
  /** The activation of every unit. Default: `tanh`. */
  readonly activation?: Activation;
}

/**
 * Adds a layer h(t) = g(b + W x(t) + U h(t − 1)): PyTorch's `nn.RNN`. b is the sum of PyTorch's two biases.
 *
 * @returns The ids of the units: one node each.
 * @throws NnbpError `EMPTY_LAYER` (`units` is not an integer ≥ 1), and any error thrown by `builder.node`
 *
 * @example
 * ```ts
 * import { GraphBuilder } from '@nnbp/core';
 * import { rnn } from '@nnbp/layers';
 *
 * const builder = new GraphBuilder();
 * builder.output(...rnn(builder, { from: builder.inputs(2), units: 3 }));
 * // 3 units, each with a bias, 2 input weights and 3 recurrent weights.
 * builder.build().parameterCount; // 18
 * ```
 */
export const rnn = (builder: GraphBuilder, options: RnnOptions): string[] =>
  recurrent(builder, rnnCell(options), options);

export function rnnCell({
  units,
  activation = tanh,
  initializer = uniformWithinInverseRoot(units),
}: Omit<RnnOptions, 'from'>): Cell {
  return {
    name: 'rnn',
    step(builder, name, from, { h }, share) {
      numbered(name, units).forEach((id, k) => {
        const sources = [...from, ...h];
        weighted(builder, id, {
          from: sources,
          activation,
          weights: initializer,
          share: share && `${share}.${k}`,
        });
      });
    },
  };
}
