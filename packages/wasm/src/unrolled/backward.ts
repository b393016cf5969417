/** Case 1 from the loss, then case 2, four predecessors at a time, and a bound of all gradients. */
import { type Callable, type Code, control, double, f32x4, int, type Local } from '../assembler.js';
import { laneSum } from '../kernels/loops.js';
import { header, word } from '../memory-map.js';
import { loadFirst, type CodegenContext, splat } from './codegen-context.js';

const { mul, load, store, loadLane, loadZero, shuffle } = f32x4;

/**
 * The outputs to where losses look for them: a row each, of which one lane counts. All four are written, since they are
 * read together a moment later, and the processor hands on what was written in one piece.
 */
export function handOver({ graph, rowOf, layout, x }: CodegenContext): Code {
  return Array.from(graph.outputs, (i, k) => {
    const row = int.const(layout.outputRows + k * layout.rowBytes);
    return store(row, splat(x[rowOf[i] >> 2], rowOf[i] & 3));
  });
}

/** The loss, and its dloss/dx into the outputs' lanes; 0 into all others. */
export function caseOne(
  { graph, groups, rowOf, layout, dLossDx }: CodegenContext,
  lossOf: Callable,
  loss: Local,
): Code {
  const outputs = Array.from(graph.outputs);
  const row = (table: number, k: number) => int.const(table + k * layout.rowBytes);
  return [
    outputs.map((_, k) => store(row(layout.targetRows, k), f32x4.loadSplat(int.const(layout.targets + 4 * k)))),
    double.store(int.const(header.loss), lossOf(loss.get)),
    groups.map((_, k) => dLossDx[k].set(f32x4.const(0))),
    outputs.map((i, k) => {
      const group = dLossDx[rowOf[i] >> 2];
      return group.set(loadLane(rowOf[i] & 3, row(layout.outputRows + layout.toDLossDx, k), group.get));
    }),
  ];
}

/** From the last group to the first. The inputs' dloss/dx is for those who ask: no parameter needs it. */
export function backward(context: CodegenContext): Code {
  const { groups, computed, layout, dLossDx, delta, dLossDc } = context;
  const isInput = (k: number) => groups[k].activation === undefined;
  const leave = (k: number): Code => store(int.const(layout.dLossDx + 16 * k), dLossDx[k].get);
  return [
    computed
      .map((k) => [
        leave(k),
        delta[k].set(mul(dLossDx[k].get, load(int.const(layout.slope + 16 * k)))),
        dLossDc[k].set(mul(dLossDx[k].get, load(int.const(layout.g + 16 * k)))),
        caseTwo(context, k, (group) => !isInput(group)),
      ])
      .reverse(),
    control.when(word('inputGradients'), [
      computed.map((k) => caseTwo(context, k, isInput)),
      groups.map((_, k) => (isInput(k) ? leave(k) : [])),
    ]),
  ];
}

/** What the nodes of group k hand on to those of their predecessors that are wanted. */
function caseTwo(context: CodegenContext, k: number, wanted: (group: number) => boolean): Code {
  const { groups, dLossDx, delta, factor, multiplyAdd, stretchesOf, parameter } = context;
  return groups[k].nodes.map((i, lane) => {
    const to = stretchesOf(i).filter(({ group }) => wanted(group));
    if (to.length === 0) return [];
    return [
      factor.set(splat(delta[k], lane)),
      to.map(({ group, lane: into, count, weight }) => {
        const weights = into === undefined ? loadFirst(count, parameter(weight)) : inLane(into, parameter(weight));
        return dLossDx[group].set(multiplyAdd(factor.get, weights, dLossDx[group].get));
      }),
    ];
  });
}

/** One number from memory in one lane, zeros in the others. */
const inLane = (lane: number, address: Code): Code =>
  shuffle(
    loadZero(address),
    f32x4.const(0),
    [0, 1, 2, 3].map((n) => (n === lane ? 0 : 4)),
  );

/** No gradient is larger than √(Σ delta² · (1 + Σ x²)), or, for a c, than √(Σ (dloss/dc)²). */
export function bound({ groups, computed, x, delta, dLossDc, factor, total, multiplyAdd }: CodegenContext): Code {
  const addSquare = (to: Local, of: Local): Code => to.set(multiplyAdd(of.get, of.get, to.get));
  return [
    factor.set(f32x4.const(0)),
    computed.map((k) => addSquare(factor, delta[k])),
    total.set(f32x4.const(1 / 4)),
    x.map((group) => addSquare(total, group)),
    total.set(mul(f32x4.splat(laneSum(total)), factor.get)),
    computed.map((k) => (groups[k].scaleTrainable ? addSquare(total, dLossDc[k]) : [])),
    total.set(f32x4.sqrt(f32x4.splat(laneSum(total)))),
    store(int.const(header.total), total.get),
  ];
}
