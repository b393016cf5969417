/** The gated recurrent unit (Cho et al. 2014), as in PyTorch. By default, a unit consists of nine nodes. */
import { identity, sigmoid, tanh } from '@nnbp/activations';
import type { GraphBuilder } from '@nnbp/core';
import { type Cell, recurrent, type RecurrentOptions } from './cell.js';
import { productNode, numbered, fixedNode, uniformWithinInverseRoot, weighted } from './unit.js';

/** Options of {@link gru}. */
export interface GruOptions extends RecurrentOptions {
  /**
   * Whether the reset gate is applied after the recurrent weights, as in PyTorch. If false, it is applied before them,
   * as in Cho et al. and, by default, in ONNX (`linear_before_reset` 0). Default: true.
   */
  readonly resetAfter?: boolean;
}

/**
 * Adds a layer of gated recurrent units: PyTorch's `nn.GRU`. Where PyTorch adds two biases, b is their sum. The nodes
 * of unit k are listed below, without the prefix of their ids; x are the inputs, h the values of all units, W the input
 * weights, and U the recurrent weights. The node of the unit's value, h_k, has the id `k`:
 *
 *     r.k  = sigmoid(b + W x + U h(t−1))   reset gate       take.k = 1 − z.k
 *     z.k  = sigmoid(b + W x + U h(t−1))   update gate      new.k  = take.k · n.k
 *     u.k  = b + U h(t−1)                                   old.k  = z.k · h_k(t−1)
 *     ru.k = r.k · u.k                                      h_k    = new.k + old.k
 *     n.k  = tanh(b + W x + ru.k)          candidate
 *
 * With `resetAfter: false`, `rh.k = r.k · h_k(t−1)` and `n.k = tanh(b + W x + U rh)` replace u, ru and n, which makes
 * eight nodes per unit.
 *
 * @returns The ids of the units.
 * @throws NnbpError `EMPTY_LAYER` (`units` is not an integer ≥ 1), and any error thrown by `builder.node`
 *
 * @example
 * ```ts
 * import { GraphBuilder } from '@nnbp/core';
 * import { gru } from '@nnbp/layers';
 *
 * const builder = new GraphBuilder();
 * builder.output(...gru(builder, { from: builder.inputs(2), units: 3 }));
 * // 2 inputs, and 3 units of 9 nodes.
 * builder.build().nodeCount; // 29
 * ```
 */
export const gru = (builder: GraphBuilder, options: GruOptions): string[] =>
  recurrent(builder, gruCell(options), options);

export function gruCell(options: Omit<GruOptions, 'from'>): Cell {
  const { units, resetAfter = true, initializer = uniformWithinInverseRoot(units) } = options;
  return {
    name: 'gru',
    step(builder, name, from, { h }, share) {
      const inner = (part: string, k: number) => `${name}.${part}.${k}`;
      const shared = (part: string, k: number) => share && `${share}.${part}.${k}`;
      const gateOf = (part: string, k: number) =>
        weighted(builder, inner(part, k), {
          from: [...from, ...h],
          activation: sigmoid,
          weights: initializer,
          share: shared(part, k),
        });
      /** Adds the nodes u = b + U h and ru = r · u of unit k. Returns the id of ru. */
      const resetSum = (k: number, r: string) => {
        const u = { from: h, activation: identity, weights: initializer, share: shared('u', k) };
        return productNode(builder, inner('ru', k), [r, weighted(builder, inner('u', k), u)]);
      };
      const gated = resetAfter
        ? []
        : h.map((source, k) => productNode(builder, inner('rh', k), [gateOf('r', k), source]));
      for (let k = 0; k < units; k++) {
        const r = resetAfter ? gateOf('r', k) : undefined;
        const z = gateOf('z', k);
        const n = weighted(builder, inner('n', k), {
          from: [...from, ...gated],
          ...(r !== undefined && { plus: resetSum(k, r) }),
          activation: tanh,
          weights: initializer,
          share: shared('n', k),
        });
        const take = fixedNode(builder, inner('take', k), [z], { b: 1, w: -1 });
        const added = productNode(builder, inner('new', k), [take, n]);
        const old = productNode(builder, inner('old', k), [z, h[k]]);
        fixedNode(builder, numbered(name, units)[k], [added, old]);
      }
    },
  };
}
