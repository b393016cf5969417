/**
 * Computes case 2 of backpropagation (dloss/dx of the predecessors of a node), for four predecessors at a time. Also
 * computes an upper bound on the absolute values of all gradients.
 */
import { type Code, control, f32x4, int, type Local } from '../assembler.js';
import { laneSum } from '../kernels/loops.js';
import { header, word } from '../memory-map.js';
import { edgeDeltas, weighted } from './aggregate.js';
import { loadFirst, type CodegenContext, moveLane, splat, valuesOf } from './codegen-context.js';
import type { Column } from './edges.js';

const { add, mul, load, store } = f32x4;

/**
 * Computes delta (dloss/dx · slope), dloss/dc and case 2, from the last group of nodes to the first. Computes dloss/dx
 * of inputs only on request.
 */
export function backward(context: CodegenContext): Code {
  const { groups, computed, row, dLossDx, delta, dLossDc } = context;
  const isInput = (k: number) => groups[k].activation === undefined && groups[k].delay === 0;
  const storeGroup = (k: number): Code => store(row('dLossDx', 4 * k), dLossDx[k].get);
  return [
    computed
      .map((k) => [
        storeGroup(k),
        delta[k].set(groups[k].isCopy ? dLossDx[k].get : mul(dLossDx[k].get, load(row('slope', 4 * k)))),
        groups[k].scaleTrainable ? dLossDc[k].set(mul(dLossDx[k].get, load(row('g', 4 * k)))) : [],
        caseTwo(context, k, (group) => !isInput(group)),
      ])
      .reverse(),
    control.when(word('inputGradients'), [
      computed.map((k) => caseTwo(context, k, isInput)),
      groups.map((_, k) => (isInput(k) ? storeGroup(k) : [])),
    ]),
  ];
}

/**
 * Adds what the nodes of group k contribute to dloss/dx of their predecessors. Skips predecessors in groups for which
 * `needed` returns false.
 */
function caseTwo(context: CodegenContext, k: number, needed: (group: number) => boolean): Code {
  const { groups } = context;
  if (groups[k].byColumns) return caseTwoOfColumns(context, k, needed);
  return groups[k].nodes.map((i, lane) => caseTwoOfNode(context, k, i, lane, needed));
}

function caseTwoOfNode(
  context: CodegenContext,
  k: number,
  i: number,
  lane: number,
  needed: (group: number) => boolean,
): Code {
  const { dLossDx, delta, factor, multiplyAdd, stretchesOf, parameter } = context;
  const to = stretchesOf(i).filter(({ group }) => needed(group));
  if (to.length === 0) return [];
  return [
    factor.set(splat(delta[k], lane)),
    to.map(({ group, lane: into, count, firstSlot }) => {
      const weights =
        into === undefined ? loadFirst(count, parameter(firstSlot)) : moveLane(valuesOf(context, [firstSlot]), 0, into);
      return dLossDx[group].set(multiplyAdd(factor.get, weights, dLossDx[group].get));
    }),
  ];
}

function caseTwoOfColumns(context: CodegenContext, k: number, needed: (group: number) => boolean): Code {
  const { dLossDx, product, columnsOf } = context;
  const groupsOf = ({ rows }: Column) => rows.map((at) => at >> 2);
  const columns = columnsOf(k);
  if (!columns.some((column) => groupsOf(column).some(needed))) return [];
  const { code, deltas } = edgeDeltas(context, k);
  const addTo = (group: number, share: Code): Code => dLossDx[group].set(add(dLossDx[group].get, share));
  return [
    code,
    columns.map((column, e) => {
      const share = weighted(context, column, deltas[e].get);
      if (column.group !== undefined) return needed(column.group) ? addTo(column.group, share) : [];
      return [
        product.set(share),
        column.rows.map((at, lane) => (needed(at >> 2) ? addTo(at >> 2, moveLane(product.get, lane, at & 3)) : [])),
      ];
    }),
  ];
}

/** Sets `gradientBound` to √(Σ delta² · (1 + Σ x²) + Σ (dloss/dc)²): no |gradient| is larger. */
export function bound({
  groups,
  computed,
  x,
  delta,
  dLossDc,
  factor: deltaSquares,
  gradientBound,
  multiplyAdd,
}: CodegenContext): Code {
  const addSquare = (sum: Local, value: Local): Code => sum.set(multiplyAdd(value.get, value.get, sum.get));
  return [
    deltaSquares.set(f32x4.const(0)),
    computed.map((k) => addSquare(deltaSquares, delta[k])),
    gradientBound.set(f32x4.const(1 / 4)),
    x.map((group) => addSquare(gradientBound, group)),
    gradientBound.set(mul(f32x4.splat(laneSum(gradientBound)), deltaSquares.get)),
    computed.map((k) => (groups[k].scaleTrainable ? addSquare(gradientBound, dLossDc[k]) : [])),
    gradientBound.set(f32x4.sqrt(f32x4.splat(laneSum(gradientBound)))),
    store(int.const(header.total), gradientBound.get),
  ];
}
