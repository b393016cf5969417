/**
 * Activations run inside: for whole rows, g(h), the node's value c · g(h) and its slope c · g'(h) at once, since all
 * three come from the same intermediate results.
 */
import {
  type Assembler,
  type Callable,
  type Code,
  control,
  f32x4,
  i32,
  i32x4,
  int,
  type Local,
  type MultiplyAdd,
  v128,
} from '../assembler.js';
import { unit, word } from '../memory-map.js';
import { exp, type Workshop } from './elementary.js';
import { whileRoom } from './loops.js';

/** Leaves g(h) in `g` and g'(h) in `derivative`. `option` is the number the activation was given, in all lanes. */
type VectorActivation = (shop: Workshop, h: Local, g: Local, derivative: Local, option: Local) => Code;

const one = f32x4.const(1);
const zero = f32x4.const(0);

/** By the name a built-in gives itself. */
export const vectorActivations: Readonly<Record<string, VectorActivation>> = {
  identity: (_, h, g, derivative) => [g.set(h.get), derivative.set(one)],

  /** g = 1 / (1 + exp(−h)), g' = g (1 − g) */
  sigmoid: (shop, h, g, derivative) => [
    exp(shop, h.get, g, -1),
    g.set(f32x4.div(one, f32x4.add(one, g.get))),
    derivative.set(f32x4.mul(g.get, f32x4.sub(one, g.get))),
  ],

  /** g = max(h, 0), g' = 1 where h > 0 */
  relu: (_, h, g, derivative) => [
    g.set(f32x4.pmax(h.get, zero)),
    derivative.set(i32x4.and(f32x4.gt(h.get, zero), one)),
  ],
};

/** The names in the order of their codes. */
export const activationNames = Object.keys(vectorActivations);

/** Codes from here on are custom activations, called back. */
export const customActivation = 256;

/**
 * Called with a unit's address and the nodes from, to of it: reads h from the g rows, writes g, x and slope rows.
 */
export function activationKernel(module: Assembler, multiplyAdd: MultiplyAdd, custom: Callable): Callable {
  const kernels = activationNames.map((name) =>
    module.function(undefined, [i32, i32, i32], [], ([u, from, to], local) => {
      const [node, row, column, columns, x, g, slope, b] = Array.from({ length: 8 }, () => local(i32));
      const [h, c, value, derivative, option] = Array.from({ length: 5 }, () => local(v128));
      const shop: Workshop = { multiplyAdd, local };
      const code = vectorActivations[name](shop, h, value, derivative, option);
      const offset = (table: Local): Code => int.add(table.get, column.get);
      return [
        columns.set(word('columns')),
        option.set(f32x4.loadSplat(u.get, unit.option)),
        control.count(node, from.get, to.get, int.const(1), [
          row.set(int.add(int.load(u.get, unit.firstRow), node.get)),
          b.set(int.load(int.add(word('parameterOf'), int.shl(row.get, int.const(2))))),
          control.when(
            int.eq(int.load(u.get, unit.weightOffset), int.const(8)),
            c.set(f32x4.loadSplat(b.get, 4)),
            c.set(one),
          ),
          row.set(int.mul(row.get, word('rowBytes'))),
          x.set(int.add(word('x'), row.get)),
          g.set(int.add(word('g'), row.get)),
          slope.set(int.add(word('slope'), row.get)),
          column.set(int.const(0)),
          whileRoom(column, columns, 16, [
            h.set(f32x4.load(offset(g))),
            code,
            f32x4.store(offset(g), value.get),
            f32x4.store(offset(x), f32x4.mul(c.get, value.get)),
            f32x4.store(offset(slope), f32x4.mul(c.get, derivative.get)),
          ]),
        ]),
      ];
    }),
  );
  return module.function(undefined, [i32, i32, i32], [], ([u, from, to]) =>
    control.choose(
      int.load(u.get, unit.activation),
      kernels.map((kernel) => kernel(u.get, from.get, to.get)),
      custom(u.get, from.get, to.get),
    ),
  );
}
