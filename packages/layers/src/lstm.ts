/** Long short-term memory (Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000): nine nodes per unit. */
import { sigmoid, tanh } from '@nnbp/activations';
import type { GraphBuilder } from '@nnbp/core';
import { type Cell, recurrent, type RecurrentOptions } from './cell.js';
import { productNode, numbered, fixedNode, uniformWithinInverseRoot, weighted } from './unit.js';

/** Options of {@link lstm}. */
export interface LstmOptions extends RecurrentOptions {
  /** Initial bias of the forget gates. Default: 1, so that a new unit keeps its state. */
  readonly forgetBias?: number;
  /** Whether gates also read the cell state of their unit (peepholes). Default: false. */
  readonly peepholes?: boolean;
}

/**
 * Adds a layer of LSTM units: PyTorch's `nn.LSTM`. The nodes of unit k are listed below, without the prefix of their
 * ids; x are the inputs, h the values of all units, and b the sum of PyTorch's two biases:
 *
 *     i.k = sigmoid(b + W x + U h(t−1))    input gate       ig.k = i.k · g.k
 *     f.k = sigmoid(b + W x + U h(t−1))    forget gate      fc.k = f.k · c.k(t−1)
 *     g.k = tanh(b + W x + U h(t−1))       candidate        c.k  = ig.k + fc.k           cell state
 *     o.k = sigmoid(b + W x + U h(t−1))    output gate      tanh.k = tanh(c.k)
 *                                                           k    = o.k · tanh.k          the unit's value
 *
 * With peepholes, i and f also read c.k(t−1), and o reads c.k.
 *
 * @returns The ids of the units.
 * @throws NnbpError `EMPTY_LAYER` (`units` is not an integer ≥ 1), and any error thrown by `builder.node`
 *
 * @example
 * ```ts
 * import { GraphBuilder } from '@nnbp/core';
 * import { lstm } from '@nnbp/layers';
 *
 * const builder = new GraphBuilder();
 * builder.output(...lstm(builder, { from: builder.inputs(2), units: 3 }));
 * // 2 inputs, and 3 units of 9 nodes.
 * builder.build().nodeCount; // 29
 * ```
 */
export const lstm = (builder: GraphBuilder, options: LstmOptions): string[] =>
  recurrent(builder, lstmCell(options), options);

export function lstmCell(options: Omit<LstmOptions, 'from'>): Cell {
  const { units, forgetBias = 1, peepholes = false, initializer = uniformWithinInverseRoot(units) } = options;
  return {
    name: 'lstm',
    hasCellStates: true,
    step(builder, name, from, { h, c }, share) {
      for (let k = 0; k < units; k++) {
        const inner = (part: string) => `${name}.${part}.${k}`;
        const gateOf = (part: string, peephole: (typeof c)[number], bias = 0) =>
          weighted(builder, inner(part), {
            from: [...from, ...h, ...(peepholes && part !== 'g' ? [peephole] : [])],
            activation: part === 'g' ? tanh : sigmoid,
            bias,
            weights: initializer,
            share: share && `${share}.${part}.${k}`,
          });
        const ig = productNode(builder, inner('ig'), [gateOf('i', c[k]), gateOf('g', c[k])]);
        const fc = productNode(builder, inner('fc'), [gateOf('f', c[k], forgetBias), c[k]]);
        const state = fixedNode(builder, inner('c'), [ig, fc]);
        const o = gateOf('o', state);
        productNode(builder, numbered(name, units)[k], [
          o,
          fixedNode(builder, inner('tanh'), [state], { activation: tanh }),
        ]);
      }
    },
  };
}
