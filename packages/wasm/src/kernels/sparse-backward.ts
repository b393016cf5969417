/**
 * The backward pass over sparse edges. For each node, adds the successors' contributions to the node's dloss/dx (case
 * 2), and computes the gradients of the weights of the outgoing edges (case 3).
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
  type MultiplyAdd,
  scalar,
  v128,
} from '../assembler.js';
import { header, word } from '../memory-map.js';
import { laneSum, whileStepFits } from './loops.js';

const { add, sub, mul, shl, load, ltU } = int;
const number = int.const;

/**
 * Maximum number of outgoing edges processed at once. The partial sums of their gradients, 16 bytes per edge, fit into
 * a thread's scratch memory.
 */
export const maxEdgesAtOnce = 256;

/**
 * Emits a function that processes the edges from one node to sparse nodes (see `memory-map.ts`). It skips case 3 if the
 * weights of all edges that are processed at once are constants. The node's x and dLossDx stay in registers during the
 * loop over edges. The four partial sums of each edge's gradient stay in scratch memory until all samples have been
 * added.
 *
 * The function's arguments are the index of the node's row, and the address of the thread's record, which starts with
 * the sum of |gradient|.
 */
export function sparseBackward(module: Assembler, multiplyAdd: MultiplyAdd): Callable {
  return module.function(undefined, [i32, i32], [], ([row, record], local) => {
    const [edge, chunkStart, chunkEnd, edgesEnd, toWeight, address, weight, scratch, sums] = Array.from(
      { length: 9 },
      () => local(i32),
    );
    const [x, dLossDx, columns, column, toGradient, constants, isTrained] = Array.from({ length: 7 }, () => local(i32));
    const d = Array.from({ length: 4 }, () => local(v128));
    const values = Array.from({ length: 4 }, () => local(v128));
    const [factor, product, delta] = Array.from({ length: 3 }, () => local(v128));
    const [gradient, total] = [local(f32), local(f32)];

    const startOf = (index: Code): Code =>
      add(word('outDelta'), shl(load(add(word('outStart'), shl(index, number(2)))), number(2)));
    const eachEdge = (...body: Code): Code => [
      edge.set(chunkStart.get),
      sums.set(scratch.get),
      control.loop(
        weight.set(load(add(edge.get, toWeight.get))),
        body,
        sums.set(add(sums.get, number(16))),
        control.branchIf(0, ltU(edge.tee(add(edge.get, number(4))), chunkEnd.get)),
      ),
    ];

    /**
     * Processes `vectors` vectors of four samples each.
     *
     * @param trains - Whether to compute gradients of the weights.
     */
    const strip = (vectors: number, trains: boolean): Code => {
      const sumsOfCaseTwo = d.slice(0, vectors);
      const caseThree = (v: number): Code =>
        product.set(v === 0 ? f32x4.mul(delta.get, values[v].get) : multiplyAdd(delta.get, values[v].get, product.get));
      return [
        sumsOfCaseTwo.map((sum, v) => sum.set(f32x4.load(add(dLossDx.get, column.get), 16 * v))),
        trains ? values.slice(0, vectors).map((value, v) => value.set(f32x4.load(add(x.get, column.get), 16 * v))) : [],
        eachEdge(
          address.set(add(load(edge.get), column.get)),
          factor.set(f32x4.loadSplat(weight.get)),
          sumsOfCaseTwo.map((sum, v) => [
            delta.set(f32x4.load(address.get, 16 * v)),
            sum.set(multiplyAdd(factor.get, delta.get, sum.get)),
            trains ? caseThree(v) : [],
          ]),
          trains
            ? [
                control.when(column.get, product.set(f32x4.add(product.get, f32x4.load(sums.get)))),
                f32x4.store(sums.get, product.get),
              ]
            : [],
        ),
        sumsOfCaseTwo.map((sum, v) => f32x4.store(add(dLossDx.get, column.get), sum.get, 16 * v)),
      ];
    };
    const strips = (trains: boolean): Code => [
      column.set(number(0)),
      whileStepFits(column, columns, 64, strip(4, trains)),
      whileStepFits(column, columns, 16, strip(1, trains)),
    ];

    return [
      chunkStart.set(startOf(row.get)),
      edgesEnd.set(startOf(add(row.get, number(1)))),
      control.when(ltU(chunkStart.get, edgesEnd.get), [
        // The distance from an edge's entry in outDelta to its entry in outWeight.
        toWeight.set(sub(word('outWeight'), word('outDelta'))),
        // The distance from a weight to its gradient.
        toGradient.set(word('gradients')),
        constants.set(add(word('parameters'), word('parameterBytes'))),
        columns.set(word('columns')),
        row.set(mul(row.get, word('rowBytes'))),
        x.set(add(word('x'), row.get)),
        dLossDx.set(add(word('dLossDx'), row.get)),
        // Each thread has 4 KiB of scratch memory. The records of the threads are 64 bytes apart.
        scratch.set(add(word('scratch'), shl(sub(record.get, number(header.total)), number(6)))),
        control.loop(
          chunkEnd.set(add(chunkStart.get, number(4 * maxEdgesAtOnce))),
          control.when(int.gtU(chunkEnd.get, edgesEnd.get), chunkEnd.set(edgesEnd.get)),
          isTrained.set(number(0)),
          eachEdge(isTrained.set(int.or(isTrained.get, ltU(weight.get, constants.get)))),
          control.when(
            isTrained.get,
            [
              strips(true),
              eachEdge(
                weight.set(add(weight.get, toGradient.get)),
                product.set(f32x4.load(sums.get)),
                gradient.set(laneSum(product)),
                total.set(scalar.add(total.get, scalar.abs(gradient.get))),
                control.when(word('accumulates'), gradient.set(scalar.add(gradient.get, scalar.load(weight.get)))),
                scalar.store(weight.get, gradient.get),
              ),
            ],
            strips(false),
          ),
          control.branchIf(0, ltU(chunkStart.tee(chunkEnd.get), edgesEnd.get)),
        ),
        scalar.store(record.get, scalar.add(scalar.load(record.get), total.get)),
      ]),
    ];
  });
}
