/** The gated recurrent unit (Cho et al. 2014), as PyTorch defines it: nine nodes per unit. */
import { identity, sigmoid, tanh } from '@nnbp/activations';
import type { GraphBuilder } from '@nnbp/core';
import { type Cell, recurrent, type RecurrentOptions } from './cell.js';
import { gate, numbered, plain, uniformWithin, weighted } from './unit.js';

/**
 * Adds a layer of gated recurrent units: PyTorch's `nn.GRU`, with the sum of its two biases as b where it adds both. Nodes
 * of unit k, by what their ids end in:
 *
 *     r.k  = sigmoid(b + W x + U h(t−1))   reset gate       keep.k = 1 − z.k
 *     z.k  = sigmoid(b + W x + U h(t−1))   update gate      new.k  = keep.k · n.k
 *     u.k  = b + U h(t−1)                                   old.k  = z.k · k(t−1)
 *     ru.k = r.k · u.k                                      k      = new.k + old.k     the unit's value
 *     n.k  = tanh(b + W x + ru.k)          candidate
 *
 * @returns The ids of the units.
 * @throws NnbpError `EMPTY_LAYER` (units that are not an integer ≥ 1), and what `builder.node` throws
 *
 * @example
 * ```ts
 * import { GraphBuilder } from '@nnbp/core';
 * import { gru } from '@nnbp/layers';
 *
 * const builder = new GraphBuilder();
 * builder.output(...gru(builder, { from: builder.inputs(2), units: 3 }));
 * // 2 + 3 · 9.
 * builder.build().nodeCount; // 29
 * ```
 */
export const gru = (builder: GraphBuilder, options: RecurrentOptions): string[] =>
  recurrent(builder, gruCell(options), options);

/** The cell of {@link gru}. */
export function gruCell({ units, initializer = uniformWithin(units) }: Omit<RecurrentOptions, 'from'>): Cell {
  return {
    name: 'gru',
    step(builder, name, from, { h }, share) {
      for (let k = 0; k < units; k++) {
        const inner = (part: string) => `${name}.${part}.${k}`;
        const shared = (part: string) => share && `${share}.${part}.${k}`;
        const all = { from: [...from, ...h], activation: sigmoid, weights: initializer };
        const r = weighted(builder, inner('r'), { ...all, share: shared('r') });
        const z = weighted(builder, inner('z'), { ...all, share: shared('z') });
        const u = weighted(builder, inner('u'), { ...all, from: h, activation: identity, share: shared('u') });
        const ru = gate(builder, inner('ru'), [r, u]);
        const n = weighted(builder, inner('n'), { ...all, from, plus: ru, activation: tanh, share: shared('n') });
        const keep = plain(builder, inner('keep'), [z], { b: 1, w: -1 });
        const added = gate(builder, inner('new'), [keep, n]);
        const old = gate(builder, inner('old'), [z, h[k]]);
        plain(builder, numbered(name, units)[k], [added, old]);
      }
    },
  };
}
