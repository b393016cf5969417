/** Scaled dot-product attention (Vaswani et al. 2017) over a few positions, built from products, logSumExp and elu. */
import { elu, identity } from '@nnbp/activations';
import { logSumExp } from '@nnbp/aggregations';
import { expectLength, type GraphBuilder, NnbpError } from '@nnbp/core';
import { fixedNode, nextName, productNode } from './unit.js';

/** Options of {@link attention}. */
export interface AttentionOptions {
  /** Node ids of the queries: [queries × size]. */
  readonly queries: readonly (readonly string[])[];
  /** Node ids of the keys: [keys × size]. */
  readonly keys: readonly (readonly string[])[];
  /** Node ids of the values, one for each key: [keys × value size]. */
  readonly values: readonly (readonly string[])[];
  /**
   * Prefix of the ids. Entry d of the result for query i is `name.i.d`. Default: `attention` for the first such layer,
   * then `attention2`, ….
   */
  readonly name?: string;
}

/**
 * Adds nodes that compute softmax(q · k / √size) · v for every query, like PyTorch's `scaled_dot_product_attention`.
 * These nodes have no parameters. Create the queries, keys and values with `builder.layer`.
 *
 *     qk     = q_d · k_d                for every entry d
 *     s      = Σ_d qk / √size           the score of query and key
 *     l      = logSumExp of the query's scores
 *     p      = exp(s − l)               the softmax weight, computed as elu(s − l) + 1: equal, since s − l ≤ 0
 *     result = Σ over keys of p · v
 *
 * @returns The ids of each query's result: [queries × value size].
 * @throws NnbpError `EMPTY_LAYER` (no query, no key, or an empty query), `WRONG_LENGTH` (queries and keys of different
 * sizes, values of different sizes, or not one value per key), and any error thrown by `builder.node`
 */
export function attention(builder: GraphBuilder, options: AttentionOptions): string[][] {
  const { queries, keys, values, name = nextName(builder, 'attention') } = options;
  if (queries.length === 0 || keys.length === 0 || queries[0].length === 0) {
    throw new NnbpError(
      'EMPTY_LAYER',
      'attention: expected at least one query and one key, with at least one id each.',
    );
  }
  const size = queries[0].length;
  expectLength('values', values.length, keys.length);
  queries.forEach((query, i) => {
    expectLength(`queries[${i}]`, query.length, size);
  });
  keys.forEach((key, j) => {
    expectLength(`keys[${j}]`, key.length, size);
    expectLength(`values[${j}]`, values[j].length, values[0].length);
  });
  return queries.map((query, i) => {
    const at = (part: string) => `${name}.${part}.${i}`;
    const scores = keys.map((key, j) => {
      const products = query.map((q, d) => productNode(builder, `${at('qk')}.${j}.${d}`, [q, key[d]]));
      return fixedNode(builder, `${at('s')}.${j}`, products, { w: 1 / Math.sqrt(size) });
    });
    const l = builder.node(at('l'), {
      from: scores,
      activation: identity,
      aggregation: logSumExp,
      fixed: { b: 0, c: 1, w: 1 },
    });
    const weights = scores.map((s, j) => {
      const expMinusOne = builder.node(`${at('e')}.${j}`, {
        from: [s, l],
        activation: elu,
        fixed: { b: 0, c: 1, w: { [s]: 1, [l]: -1 } },
      });
      return fixedNode(builder, `${at('p')}.${j}`, [expMinusOne], { b: 1 });
    });
    return values[0].map((_, d) => {
      const terms = weights.map((p, j) => productNode(builder, `${at('pv')}.${j}.${d}`, [p, values[j][d]]));
      return fixedNode(builder, `${name}.${i}.${d}`, terms);
    });
  });
}
