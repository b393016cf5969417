/** h = b + Σ w x, x = c g(h), slope = c g'(h), four nodes at a time. */
import { type Code, f32x4, int, type Local } from '../assembler.js';
import { activationKernels } from '../kernels/activations/index.js';
import type { ActivationKernel } from '../kernels/activations/kernel.js';
import { type CodegenContext, gather, loadFirst, splat } from './codegen-context.js';

const { add, mul, shuffle, store, loadZero } = f32x4;

/** All groups, inputs first. */
export function forward(context: CodegenContext): Code {
  const { groups, layout, inputs, x, multiplyAdd, local } = context;
  const sums = Array.from({ length: 4 }, local);
  const [h, g, derivative, c] = Array.from({ length: 4 }, local);
  const kernels = Object.values<ActivationKernel>(activationKernels);
  return groups.map(({ nodes, activation }, k) => {
    const address = (table: number): Code => int.const(table + 16 * k);
    if (activation === undefined) {
      // One by one, as they were just written: the processor forwards a single number sooner than a part of a vector.
      const inputAt = (lane: number) => int.add(inputs.get, int.const(16 * k + 4 * lane));
      return [x[k].set(gather(nodes.map((_, lane) => inputAt(lane)))), store(address(layout.x), x[k].get)];
    }
    const { options = [], emit } = kernels[activation.code];
    const values = Object.fromEntries(options.map((name, n) => [name, f32x4.const(activation.options[n])]));
    return [
      sums.map((sum, lane) =>
        lane < nodes.length ? preActivation(context, nodes[lane], sum) : sum.set(f32x4.const(0)),
      ),
      nodes.length === 1 ? addUpOne(sums[0], h) : addUp(sums, h),
      c.set(scales(context, k)),
      emit({ multiplyAdd, local }, h, g, derivative, values),
      x[k].set(mul(c.get, g.get)),
      store(address(layout.g), g.get),
      store(address(layout.x), x[k].get),
      store(address(layout.slope), mul(c.get, derivative.get)),
    ];
  });
}

/** Sets the sum to four numbers that make h together. */
function preActivation({ graph, x, multiplyAdd, stretchesOf, parameter }: CodegenContext, i: number, sum: Local): Code {
  return [
    sum.set(loadZero(parameter(graph.biasIndex(i)))),
    stretchesOf(i).map(({ group, lane, count, weight }) => {
      const values = lane === undefined ? x[group].get : splat(x[group], lane);
      return sum.set(multiplyAdd(loadFirst(count, parameter(weight)), values, sum.get));
    }),
  ];
}

/** Sets lane n of h to the sum of the lanes of sum n: a 4 × 4 transpose and a sum. */
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

/** The c of a group's nodes; 0 in lanes without a node. */
function scales({ graph, groups, parameter }: CodegenContext, k: number): Code {
  const { nodes, scaleTrainable } = groups[k];
  if (scaleTrainable) return gather(nodes.map((i) => parameter(graph.scaleIndex(i))));
  return f32x4.lanes([0, 1, 2, 3].map((lane) => (lane < nodes.length ? 1 : 0)));
}
