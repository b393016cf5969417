/**
 * The forward kernel of sparse units: nodes on the same level that have few common predecessors. The sums of a node
 * for 32 samples stay in eight vector registers during the loop over its edges, so that each weight and each address is
 * read once for 32 samples.
 */
import {
  type Assembler,
  type Callable,
  type Code,
  control,
  f32x4,
  i32,
  int,
  type MultiplyAdd,
  v128,
} from '../assembler.js';
import { unit, word } from '../memory-map.js';
import { whileStepFits } from './loops.js';

const { add, mul, sub, shl, load, ltU, geU } = int;
const number = int.const;

/**
 * Emits a function that computes h_i = b_i + Σ_j w_ji · x_j for the nodes of a unit from `from` up to, but not
 * including, `to`. It stores each h_i in the row that the activation kernel reads.
 *
 * @param shared - If true, weights can be shared, and the address of each weight is read from a table. If false, the
 * weights of a node are contiguous.
 */
export function sparseForward(module: Assembler, multiplyAdd: MultiplyAdd, shared: boolean): Callable {
  return module.function(undefined, [i32, i32, i32], [], ([u, from, to], local) => {
    const [node, row, columns, column, edge, end, h, x, w] = Array.from({ length: 9 }, () => local(i32));
    const [firstEdge, b] = [local(i32), local(i32)];
    const sums = Array.from({ length: 8 }, () => local(v128));
    const factor = local(v128);
    const at = (table: Parameters<typeof word>[0], index: Code): Code => load(add(word(table), shl(index, number(2))));

    const strip = (vectors: number): Code => [
      sums.slice(0, vectors).map((sum) => sum.set(f32x4.loadSplat(b.get))),
      edge.set(firstEdge.get),
      // If shared: the distance from an edge's entry in inX to its entry in inWeight. Otherwise: the address of the next
      // weight.
      w.set(shared ? sub(word('inWeight'), word('inX')) : at('weightsOf', row.get)),
      control.block(
        control.branchIf(0, geU(edge.get, end.get)),
        control.loop(
          x.set(add(load(edge.get), column.get)),
          shared
            ? factor.set(f32x4.loadSplat(load(add(edge.get, w.get))))
            : [factor.set(f32x4.loadSplat(w.get)), w.set(add(w.get, number(4)))],
          sums.slice(0, vectors).map((sum, v) => sum.set(multiplyAdd(factor.get, f32x4.load(x.get, 16 * v), sum.get))),
          control.branchIf(0, ltU(edge.tee(add(edge.get, number(4))), end.get)),
        ),
      ),
      sums.slice(0, vectors).map((sum, v) => f32x4.store(add(h.get, column.get), sum.get, 16 * v)),
    ];

    return [
      columns.set(word('columns')),
      control.count(node, from.get, to.get, number(1), [
        row.set(add(load(u.get, unit.firstRow), node.get)),
        b.set(at('biasOf', row.get)),
        h.set(add(load(u.get, unit.h), mul(row.get, word('rowBytes')))),
        firstEdge.set(add(word('inX'), shl(at('inStart', row.get), number(2)))),
        end.set(add(word('inX'), shl(at('inStart', add(row.get, number(1))), number(2)))),
        column.set(number(0)),
        whileStepFits(column, columns, 128, strip(8)),
        whileStepFits(column, columns, 16, strip(1)),
      ]),
    ];
  });
}
