/**
 * Computes g(h), x = c · g(h) and slope = c · g'(h) for a unit: a group of nodes that are computed together. One pass
 * computes all three, since they share intermediate results. The kernels of the activations are in `activations/`, one
 * file each.
 */
import {
  type Assembler,
  type Callable,
  type Code,
  control,
  f32x4,
  i32,
  int,
  type Local,
  type MultiplyAdd,
  v128,
} from '../assembler.js';
import { unit, word } from '../memory-map.js';
import { activationKernels } from './activations/index.js';
import type { ActivationKernel } from './activations/kernel.js';

/**
 * Emits a function whose parameters are a unit's address and the range of its nodes, `from` to `to` (exclusive). The
 * function overwrites the rows of h with g, and writes the rows of x and slope. It uses one loop over all vectors of
 * all rows, so that the options of g are loaded once.
 */
export function activationKernel(module: Assembler, multiplyAdd: MultiplyAdd, inJavaScript: Callable): Callable {
  const kernels = Object.values<ActivationKernel>(activationKernels).map((kernel) =>
    module.function(undefined, [i32, i32, i32], [], ([u, from, to], local) => {
      const [row, endRow, rowBytes, end, at, scaleOf, toX, toSlope] = Array.from({ length: 8 }, () => local(i32));
      const [h, c, value, derivative] = Array.from({ length: 4 }, () => local(v128));
      const options = (kernel.options ?? []).map((name) => ({ name, value: local(v128) }));
      const code = kernel.emit(
        { multiplyAdd, local },
        h,
        value,
        derivative,
        Object.fromEntries(options.map((option) => [option.name, option.value.get])),
      );
      const firstRow = int.load(u.get, unit.firstRow);
      const rowAt = (index: Local): Code =>
        int.add(int.load(u.get, unit.h), int.mul(int.add(firstRow, index.get), word('rowBytes')));
      const beginRow: Code = [
        at.set(row.get),
        end.set(int.add(row.get, word('columns'))),
        c.set(f32x4.loadSplat(int.load(scaleOf.get))),
        scaleOf.set(int.add(scaleOf.get, int.const(4))),
      ];
      return control.when(int.ltU(from.get, to.get), [
        options.map((option, k) => option.value.set(f32x4.loadSplat(u.get, unit.options + 4 * k))),
        rowBytes.set(word('rowBytes')),
        toX.set(int.sub(word('x'), int.load(u.get, unit.h))),
        toSlope.set(int.sub(word('slope'), int.load(u.get, unit.h))),
        scaleOf.set(int.add(word('scaleOf'), int.shl(int.add(firstRow, from.get), int.const(2)))),
        row.set(rowAt(from)),
        endRow.set(rowAt(to)),
        beginRow,
        control.loop(
          h.set(f32x4.load(at.get)),
          code,
          f32x4.store(at.get, value.get),
          f32x4.store(int.add(at.get, toX.get), f32x4.mul(c.get, value.get)),
          f32x4.store(int.add(at.get, toSlope.get), f32x4.mul(c.get, derivative.get)),
          control.branchIf(0, int.ltU(at.tee(int.add(at.get, int.const(16))), end.get)),
          row.set(int.add(row.get, rowBytes.get)),
          control.when(int.ne(row.get, endRow.get), [beginRow, control.branch(1)]),
        ),
      ]);
    }),
  );
  return module.function(undefined, [i32, i32, i32], [], ([u, from, to]) =>
    control.choose(
      int.load(u.get, unit.activation),
      kernels.map((kernel) => kernel(u.get, from.get, to.get)),
      inJavaScript(u.get, from.get, to.get),
    ),
  );
}
