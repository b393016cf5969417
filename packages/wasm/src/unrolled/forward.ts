/** Computes h = b + A(z), x = c g(h) and slope = c g'(h) for groups of up to four nodes. */
import { type Code, f32x4, int, type Local } from '../assembler.js';
import { activationKernels } from '../kernels/activations/index.js';
import type { ActivationKernel } from '../kernels/activations/kernel.js';
import { aggregate } from './aggregate.js';
import { type CodegenContext, gather, loadFirst, splat, valuesOf } from './codegen-context.js';
import type { Stretch } from './edges.js';

const { add, mul, shuffle, store } = f32x4;

/**
 * Computes the values of all groups, inputs first. The registers of memories (values of earlier steps) must already be
 * loaded.
 */
export function forward(context: CodegenContext): Code {
  const { groups, graph, inputs, x, row, multiplyAdd, local } = context;
  const sums = Array.from({ length: 4 }, local);
  const [h, g, derivative, c] = Array.from({ length: 4 }, local);
  const kernels = Object.values<ActivationKernel>(activationKernels);
  return groups.map(({ nodes, activation, gIsX, isCopy, byColumns, delay }, k) => {
    if (delay > 0) return [];
    if (activation === undefined) {
      // Inputs were just stored one by one, so they are loaded one by one: a vector load would wait for all four
      // stores.
      const inputAt = (lane: number) => int.add(inputs.get, int.const(16 * k + 4 * lane));
      return [x[k].set(gather(nodes.map((_, lane) => inputAt(lane)))), store(row('x', 4 * k), x[k].get)];
    }
    const { options = [], emit } = kernels[activation.number];
    const values = Object.fromEntries(options.map((name, n) => [name, f32x4.const(activation.options[n])]));
    const scaleSlots = nodes.map((i) => graph.scaleSlot(i));
    // In lanes without a node, c is 0, so that x and the slope are 0 too.
    const scaled = ({ get }: Local): Code => (gIsX && nodes.length === 4 ? get : mul(c.get, get));
    return [
      byColumns ? aggregateColumns(context, k, h) : sumsOfNodes(context, k, sums, h),
      c.set(valuesOf(context, scaleSlots)),
      isCopy ? g.set(h.get) : emit({ multiplyAdd, local }, h, g, derivative, values),
      x[k].set(scaled(g)),
      gIsX ? [] : store(row('g', 4 * k), g.get),
      store(row('x', 4 * k), x[k].get),
      isCopy ? [] : store(row('slope', 4 * k), scaled(derivative)),
    ];
  });
}

/** Sets h of a group that is processed column by column. A column consists of one edge into each node. */
function aggregateColumns(context: CodegenContext, k: number, h: Local): Code {
  const biasSlots = context.groups[k].nodes.map((i) => context.graph.biasSlot(i));
  return [
    aggregate(context, k, h),
    biasSlots.every((slot) => context.constant(slot) === 0) ? [] : h.set(add(h.get, valuesOf(context, biasSlots))),
  ];
}

/** Sets h of the nodes of a group one by one. */
function sumsOfNodes(context: CodegenContext, k: number, sums: readonly Local[], h: Local): Code {
  const { nodes } = context.groups[k];
  return [
    sums.map((sum, lane) => (lane < nodes.length ? preActivation(context, nodes[lane], sum) : sum.set(f32x4.const(0)))),
    nodes.length === 1 ? addUpOne(sums[0], h) : addUp(sums, h),
  ];
}

/** Sets the lanes of `sum` to four numbers that add up to h. */
function preActivation(context: CodegenContext, i: number, sum: Local): Code {
  const { graph, x, multiplyAdd, stretchesOf } = context;
  return [
    sum.set(valuesOf(context, [graph.biasSlot(i)])),
    stretchesOf(i).map((stretch) => {
      const { group, lane } = stretch;
      const values = lane === undefined ? x[group].get : splat(x[group], lane);
      return sum.set(multiplyAdd(weightsOf(context, stretch), values, sum.get));
    }),
  ];
}

/** Loads the weights of a stretch (edges that are processed together) into the first lanes; the other lanes are 0. */
function weightsOf(context: CodegenContext, { count, firstSlot }: Stretch): Code {
  return count === 1 ? valuesOf(context, [firstSlot]) : loadFirst(count, context.parameter(firstSlot));
}

/** Sets lane n of h to the sum of the four lanes of `sums[n]`: a 4 × 4 transpose and a sum. */
function addUp(sums: readonly Local[], h: Local): Code {
  const pair = (a: Local, b: Local): Code =>
    a.set(add(shuffle(a.get, b.get, [0, 4, 1, 5]), shuffle(a.get, b.get, [2, 6, 3, 7])));
  const [a, b, c, d] = sums;
  return [pair(a, b), pair(c, d), h.set(add(shuffle(a.get, c.get, [0, 1, 4, 5]), shuffle(a.get, c.get, [2, 3, 6, 7])))];
}

function addUpOne(sum: Local, h: Local): Code {
  return [
    sum.set(add(sum.get, shuffle(sum.get, sum.get, [2, 3, 2, 3]))),
    h.set(add(sum.get, shuffle(sum.get, sum.get, [1, 1, 1, 1]))),
  ];
}
