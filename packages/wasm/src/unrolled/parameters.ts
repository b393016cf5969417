/** Case 3 of backpropagation: writes the gradients, or updates the parameters with plain gradient descent. */
import { type Code, f32x4, int, type Local, scalar } from '../assembler.js';
import { header } from '../memory-map.js';
import { loadFirst, type CodegenContext, splat, storeFirst } from './codegen-context.js';

const { sub, mul, shuffle, extract, loadPair, loadPairZero, storePair, storeLane } = f32x4;

/** Computes the gradient of each parameter. */
export function gradients(context: CodegenContext): Code {
  const { graph, x, delta, factor, product, stretchesOf, gradient } = context;
  return eachGroup(context, ({ nodes, scaleTrainable }, k, pairs) => [
    nodes.map((i, lane) => {
      const b = gradient(graph.biasSlot(i));
      return scaleTrainable ? storePair(lane & 1, b, pairs[lane >> 1].get) : storeLane(lane, b, delta[k].get);
    }),
    nodes.map((i, lane) => [
      factor.set(splat(delta[k], lane)),
      stretchesOf(i).map(({ group, lane: from, count, firstSlot }) => [
        product.set(mul(factor.get, x[group].get)),
        from === undefined
          ? storeFirst(count, gradient(firstSlot), product)
          : storeLane(from, gradient(firstSlot), product.get),
      ]),
    ]),
  ]);
}

/** Computes p ← p − rate · gradient for each parameter. Overwrites delta and dLossDc. */
export function descend(context: CodegenContext): Code {
  const { graph, computed, x, delta, dLossDc, factor, product, stretchesOf, parameter, local } = context;
  const rate = local();
  const subtractOne = (address: Code, amount: Code): Code =>
    scalar.store(address, scalar.sub(scalar.load(address), amount));
  return [
    rate.set(f32x4.loadSplat(int.const(0), header.stepScalars)),
    computed.map((k) => [delta[k], dLossDc[k]].map((amount) => amount.set(mul(rate.get, amount.get)))),
    eachGroup(context, ({ nodes, scaleTrainable }, k, pairs) => [
      scaleTrainable
        ? pairs.map((pair, n) => subtractPair(context, nodes.slice(2 * n, 2 * n + 2), pair))
        : nodes.map((i, lane) => subtractOne(parameter(graph.biasSlot(i)), extract(delta[k].get, lane))),
      nodes.map((i, lane) => [
        factor.set(splat(delta[k], lane)),
        stretchesOf(i).map(({ group, lane: from, count, firstSlot }) => {
          const amount = mul(factor.get, x[group].get);
          const address = parameter(firstSlot);
          if (from !== undefined) return subtractOne(address, extract(amount, from));
          return [product.set(sub(loadFirst(count, address), amount)), storeFirst(count, address, product)];
        }),
      ]),
    ]),
  ];
}

/**
 * Emits code for each computed group. `pairs` holds delta and dLossDc of the group's nodes, interleaved like b and c in
 * memory: `pairs[0]` for the first two nodes, `pairs[1]` for the others.
 */
function eachGroup(
  { groups, computed, delta, dLossDc, local }: CodegenContext,
  body: (group: CodegenContext['groups'][number], k: number, pairs: readonly Local[]) => Code,
): Code {
  const pairs = [local(), local()];
  return computed.map((k) => [
    pairs[0].set(shuffle(delta[k].get, dLossDc[k].get, [0, 4, 1, 5])),
    pairs[1].set(shuffle(delta[k].get, dLossDc[k].get, [2, 6, 3, 7])),
    body(groups[k], k, pairs),
  ]);
}

/** Subtracts `amount` from b and c of up to two nodes at once. */
function subtractPair({ graph, product, parameter }: CodegenContext, nodes: readonly number[], amount: Local): Code {
  const [first, second] = nodes.map((i) => parameter(graph.biasSlot(i))) as (Code | undefined)[];
  if (first === undefined) return [];
  return [
    product.set(loadPairZero(first)),
    second ? product.set(loadPair(1, second, product.get)) : [],
    product.set(sub(product.get, amount.get)),
    storePair(0, first, product.get),
    second ? storePair(1, second, product.get) : [],
  ];
}
