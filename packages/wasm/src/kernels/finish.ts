/**
 * What remains of a node once the dense units after it have added their share to its dloss/dx: the share of its sparse
 * successors (case 2), then delta, dloss/db and dloss/dc (case 3), and dloss/dw of the edges to those successors, since
 * its own x and their delta are at hand: one reading of delta serves both cases.
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
  type Local,
  type MultiplyAdd,
  scalar,
  v128,
} from '../assembler.js';
import { word } from '../memory-map.js';
import { whileRoom } from './loops.js';

const { add, mul, shl, load, ltU } = int;
const number = int.const;

/** The sum of a vector's four lanes. */
export function laneSum(value: Local): Code {
  return scalar.add(
    scalar.add(f32x4.extract(value.get, 0), f32x4.extract(value.get, 1)),
    scalar.add(f32x4.extract(value.get, 2), f32x4.extract(value.get, 3)),
  );
}

/**
 * Called with the first row, the one after the last, the offset from b to the first weight (0: inputs, which have no
 * parameters) and a record of the largest gradient.
 */
export function finishKernel(module: Assembler, multiplyAdd: MultiplyAdd): Callable {
  return module.function(undefined, [i32, i32, i32, i32], [], ([from, to, weightOffset, record], local) => {
    const [row, columns, column, edge, firstEdge, end, offset, address, weight] = Array.from({ length: 9 }, () =>
      local(i32),
    );
    const [x, g, slope, dLossDx, delta, outDelta, gradients, b] = Array.from({ length: 8 }, () => local(i32));
    const d = Array.from({ length: 4 }, () => local(v128));
    const values = Array.from({ length: 4 }, () => local(v128));
    const [factor, product, other, sumB, sumC] = Array.from({ length: 5 }, () => local(v128));
    const [gradient, largest] = [local(f32), local(f32)];
    const at = (table: Parameters<typeof word>[0], index: Code): Code => load(add(word(table), shl(index, number(2))));
    const remember = (value: Code): Code => largest.set(scalar.max(largest.get, scalar.abs(value)));

    const strip = (vectors: number): Code => [
      offset.set(add(mul(row.get, word('rowBytes')), column.get)),
      d.slice(0, vectors).map((sum, v) => sum.set(f32x4.load(add(dLossDx.get, offset.get), 16 * v))),
      control.when(ltU(firstEdge.get, end.get), [
        values.slice(0, vectors).map((value, v) => value.set(f32x4.load(add(x.get, offset.get), 16 * v))),
        edge.set(firstEdge.get),
        control.loop(
          weight.set(load(add(edge.get, outDelta.get))),
          address.set(add(load(edge.get), column.get)),
          factor.set(f32x4.loadSplat(weight.get)),
          d.slice(0, vectors).map((sum, v) => [
            other.set(f32x4.load(address.get, 16 * v)),
            sum.set(multiplyAdd(factor.get, other.get, sum.get)),
            product.set(
              v === 0 ? f32x4.mul(other.get, values[v].get) : multiplyAdd(other.get, values[v].get, product.get),
            ),
          ]),
          weight.set(add(weight.get, gradients.get)),
          gradient.set(scalar.add(scalar.load(weight.get), laneSum(product))),
          scalar.store(weight.get, gradient.get),
          remember(gradient.get),
          control.branchIf(0, ltU(edge.tee(add(edge.get, number(4))), end.get)),
        ),
        d.slice(0, vectors).map((sum, v) => f32x4.store(add(dLossDx.get, offset.get), sum.get, 16 * v)),
      ]),
      control.when(
        b.get,
        d.slice(0, vectors).map((sum, v) => [
          other.set(f32x4.mul(sum.get, f32x4.load(add(slope.get, offset.get), 16 * v))),
          f32x4.store(add(delta.get, offset.get), other.get, 16 * v),
          sumB.set(f32x4.add(sumB.get, other.get)),
          sumC.set(multiplyAdd(sum.get, f32x4.load(add(g.get, offset.get), 16 * v), sumC.get)),
        ]),
      ),
    ];

    const tables = { x, g, slope, dLossDx, delta, gradients, columns } as const;
    return [
      Object.entries(tables).map(([name, table]) => table.set(word(name as keyof typeof tables))),
      // From an entry of outDelta to that of outWeight.
      outDelta.set(int.sub(word('outWeight'), word('outDelta'))),
      control.count(row, from.get, to.get, number(1), [
        b.set(at('parameterOf', row.get)),
        firstEdge.set(add(word('outDelta'), shl(at('outStart', row.get), number(2)))),
        end.set(add(word('outDelta'), shl(at('outStart', add(row.get, number(1))), number(2)))),
        sumB.set(f32x4.const(0)),
        sumC.set(f32x4.const(0)),
        column.set(number(0)),
        whileRoom(column, columns, 64, strip(4)),
        whileRoom(column, columns, 16, strip(1)),
        control.when(b.get, [
          gradient.set(laneSum(sumB)),
          scalar.store(add(b.get, gradients.get), gradient.get),
          remember(gradient.get),
          control.when(int.eq(weightOffset.get, number(8)), [
            gradient.set(laneSum(sumC)),
            scalar.store(add(b.get, gradients.get), gradient.get, 4),
            remember(gradient.get),
          ]),
        ]),
      ]),
      // Any lane will do for a maximum.
      f32x4.store(record.get, f32x4.max(f32x4.load(record.get), f32x4.splat(largest.get))),
    ];
  });
}
