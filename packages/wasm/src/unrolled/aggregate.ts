/**
 * For groups of nodes whose edges are processed column by column: computes z_e = w_e · x, the aggregation A(z), and its
 * derivatives dA/dz_e. A column consists of one edge e of each node.
 */
import { type Code, f32x4, type Local } from '../assembler.js';
import { product } from '../kernels/aggregations/product.js';
import { type CodegenContext, gather, valuesOf } from './codegen-context.js';
import type { Column } from './edges.js';

const { add, mul } = f32x4;

/** Returns the values of a column's predecessors. */
export function valueOf({ x, row }: CodegenContext, { group, rows }: Column): Code {
  return group === undefined ? gather(rows.map((at) => row('x', at))) : x[group].get;
}

export function weighted(context: CodegenContext, { weightSlots }: Column, value: Code): Code {
  const isOne = weightSlots.every((slot) => context.constant(slot) === 1);
  return isOne ? value : mul(value, valuesOf(context, weightSlots));
}

/** Returns z_e of the nodes of a group, for one edge e of each. */
const zOf = (context: CodegenContext, column: Column): Code => weighted(context, column, valueOf(context, column));

/** Whether A is the product of two numbers, so that each is the derivative with respect to the other. */
const isProductOfTwo = ({ groups, columnsOf }: CodegenContext, k: number): boolean =>
  groups[k].aggregation === product && columnsOf(k).length === 2;

/** Sets `a` to A(z) of the nodes of a group. */
export function aggregate(context: CodegenContext, k: number, a: Local): Code {
  const { groups, columnsOf, local } = context;
  const [first, ...others] = columnsOf(k);
  const combine = isProductOfTwo(context, k) ? mul : add;
  if (groups[k].aggregation !== undefined && combine === add) {
    return aggregateWithSlopes(context, k, a, columnsOf(k).map(local));
  }
  return [a.set(zOf(context, first)), others.map((column) => a.set(combine(a.get, zOf(context, column))))];
}

/**
 * Sets `a` to A(z) and the slopes to dA/dz_e, for an aggregation other than the sum.
 *
 * @param slopes - For each column, the local for dA/dz_e.
 */
function aggregateWithSlopes(context: CodegenContext, k: number, a: Local, slopes: readonly Local[]): Code {
  const { multiplyAdd, local } = context;
  const columns = context.columnsOf(k);
  const [z, slope] = [local(), local()];
  const each = (order: readonly number[], body: Code): Code =>
    order.map((e) => [z.set(zOf(context, columns[e])), slope.set(slopes[e].get), body, slopes[e].set(slope.get)]);
  const order = [...columns.keys()];
  return context.groups[k].aggregation!.emit(
    { multiplyAdd, local },
    {
      z,
      slope: slope.get,
      setSlope: (value) => slope.set(value),
      forward: (...body) => each(order, body),
      backward: (...body) => each([...order].reverse(), body),
      share: f32x4.const(1 / columns.length),
    },
    a,
  );
}

/**
 * Computes delta · dA/dz_e for each column of a group. For the sum, this is delta. For a product of two numbers,
 * dA/dz_e is the other number. Any other aggregation is evaluated again.
 */
export function edgeDeltas(context: CodegenContext, k: number): { code: Code; deltas: readonly Local[] } {
  const { delta, groups, local, columnsOf } = context;
  const columns = columnsOf(k);
  if (groups[k].aggregation === undefined) return { code: [], deltas: columns.map(() => delta[k]) };
  const slopes = columns.map(local);
  return {
    code: [
      isProductOfTwo(context, k)
        ? slopes.map((slope, e) => slope.set(zOf(context, columns[1 - e])))
        : aggregateWithSlopes(context, k, local(), slopes),
      slopes.map((slope) => slope.set(mul(slope.get, delta[k].get))),
    ],
    deltas: slopes,
  };
}
