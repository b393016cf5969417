/** Case 2, four predecessors at a time, and a bound of all gradients. */
import { type Code, control, f32x4, int, type Local } from '../assembler.js';
import { laneSum } from '../kernels/loops.js';
import { header, word } from '../memory-map.js';
import { loadFirst, type CodegenContext, splat } from './codegen-context.js';

const { mul, load, store, loadZero, shuffle } = f32x4;

/** From the last group to the first. dloss/dx of inputs is computed only on request: no parameter needs it. */
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

/** Case 2 of the nodes of group k for the predecessors that need it. */
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
