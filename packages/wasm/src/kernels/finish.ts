/**
 * Completes the backward pass of a node after its dense successors have added to its dloss/dx: adds the contributions
 * of its sparse successors (case 2), then computes delta (dloss/dx · slope), dloss/db and dloss/dc (case 3). The slope
 * of a node is dx/dh.
 */
import {
  type Assembler,
  type Callable,
  type Code,
  control,
  f32x4,
  i32,
  f32,
  int,
  memory,
  type Local,
  type MultiplyAdd,
  scalar,
  v128,
} from '../assembler.js';
import { word } from '../memory-map.js';
import { laneSum } from './loops.js';
import { sparseBackward } from './sparse-backward.js';

const { add, eq, mul, shl, sub, load, ltU } = int;
const number = int.const;

/** The kind of a node. It determines which gradients are written: `input`: none; `fixedScale`: b; `scaled`: b and c. */
export const nodeKind = { input: 0, fixedScale: 1, scaled: 2 } as const;

/**
 * Emits a function with these parameters: a range of rows (`from` to `to`), the {@link nodeKind} of the rows, the
 * address of the delta table, the distance between two rows of that table in bytes, and the address of the thread's
 * record, which starts with the sum of |gradient|.
 */
export function finishKernel(module: Assembler, multiplyAdd: MultiplyAdd): Callable {
  const caseTwo = sparseBackward(module, multiplyAdd);
  return module.function(undefined, [i32, i32, i32, i32, i32, i32], [], (parameters, local) => {
    const [from, to, kind, delta, deltaStride, record] = parameters;
    const [row, columns, rowEnd, offset, address, gradients, allColumns] = Array.from({ length: 7 }, () => local(i32));
    const [g, slope, dLossDx, deltaRow] = Array.from({ length: 4 }, () => local(i32));
    const [d, product, sumB, sumC] = Array.from({ length: 4 }, () => local(v128));
    const [gradient, total] = [local(f32), local(f32)];
    /** Writes the gradient of the row's b or c. Gradients of shared parameters are added up. */
    const writeGradient = (sum: Local, table: 'biasOf' | 'scaleOf'): Code => [
      gradient.set(laneSum(sum)),
      total.set(scalar.add(total.get, scalar.abs(gradient.get))),
      address.set(add(load(add(word(table), shl(row.get, number(2)))), gradients.get)),
      control.when(word('accumulates'), gradient.set(scalar.add(gradient.get, scalar.load(address.get)))),
      scalar.store(address.get, gradient.get),
    ];
    const at = (table: Local): Code => add(table.get, offset.get);
    const deltas = (isScaled: boolean): Code =>
      control.loop(
        d.set(f32x4.load(at(dLossDx))),
        product.set(f32x4.mul(d.get, f32x4.load(at(slope)))),
        f32x4.store(at(deltaRow), product.get),
        sumB.set(f32x4.add(sumB.get, product.get)),
        isScaled ? sumC.set(multiplyAdd(d.get, f32x4.load(at(g)), sumC.get)) : [],
        control.branchIf(0, ltU(offset.tee(add(offset.get, number(16))), rowEnd.get)),
      );
    const locals = { g, slope, dLossDx, gradients, columns } as const;
    return [
      Object.entries(locals).map(([name, variable]) => variable.set(word(name as keyof typeof locals))),
      allColumns.set(load(word('stepTable'))),
      control.count(row, from.get, to.get, number(1), [
        control.when(word('sparseEdges'), caseTwo(row.get, record.get)),
        control.when(kind.get, [
          offset.set(mul(row.get, word('rowBytes'))),
          // `at` adds the offset to the address of every table, so it is subtracted here.
          deltaRow.set(sub(add(delta.get, mul(row.get, deltaStride.get)), offset.get)),
          rowEnd.set(add(offset.get, columns.get)),
          sumB.set(f32x4.const(0)),
          sumC.set(f32x4.const(0)),
          control.when(eq(kind.get, number(nodeKind.scaled)), deltas(true), deltas(false)),
          // Lanes of sequences that have ended must be 0, since earlier steps read them.
          control.when(
            ltU(columns.get, allColumns.get),
            memory.fill(at(deltaRow), number(0), sub(allColumns.get, columns.get)),
          ),
          writeGradient(sumB, 'biasOf'),
          control.when(eq(kind.get, number(nodeKind.scaled)), writeGradient(sumC, 'scaleOf')),
        ]),
      ]),
      scalar.store(record.get, scalar.add(scalar.load(record.get), total.get)),
    ];
  });
}
