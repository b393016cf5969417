/**
 * Computes the forward sums of a dense unit for one sample, h_i = b_i + Σ_j w_ji · x_j. A dense unit is a group of
 * nodes with the same predecessors and the same activation. In `dense.ts`, each lane of a vector is a sample: with one
 * sample, three of four lanes would be unused. Here, each lane is a predecessor. The weights of a node are contiguous,
 * and eight nodes share each load of x.
 */
import {
  type Assembler,
  type Callable,
  type Code,
  f32x4,
  i32,
  int,
  type MultiplyAdd,
  scalar,
  v128,
} from '../assembler.js';
import { unit, word } from '../memory-map.js';
import { laneSum, whileStepFits } from './loops.js';

const { add, mul, shl, and, load } = int;
const number = int.const;

/** Number of nodes computed together: enough independent sums to keep the adders busy. */
const nodesPerTile = 8;

/**
 * Emits a function of a unit's address and the range of its nodes, `node` to `to`. It reads x from the unit's panel,
 * which holds the predecessors' values contiguously.
 */
export function denseOneKernel(module: Assembler, multiplyAdd: MultiplyAdd): Callable {
  return module.function(undefined, [i32, i32, i32], [], ([u, node, to], local) => {
    const [firstRow, panel, h, biases, weights, k, vectorEnd, end] = Array.from({ length: 8 }, () => local(i32));
    const weightAddress = Array.from({ length: nodesPerTile }, () => local(i32));
    const sums = Array.from({ length: nodesPerTile }, () => local(v128));
    const [x, w] = [local(v128), local(v128)];
    const nth = (table: Code, index: Code): Code => load(add(table, shl(index, number(2))));

    const nodes = (count: number): Code => {
      const each = (body: (r: number) => Code): Code => Array.from({ length: count }, (_, r) => body(r));
      const addAll = (weight: (r: number) => Code): Code =>
        each((r) => [weight(r), sums[r].set(multiplyAdd(w.get, x.get, sums[r].get))]);
      return [
        each((r) => [weightAddress[r].set(nth(weights.get, add(node.get, number(r)))), sums[r].set(f32x4.const(0))]),
        k.set(number(0)),
        whileStepFits(k, vectorEnd, 16, [
          x.set(f32x4.load(add(panel.get, k.get))),
          addAll((r) => w.set(f32x4.load(add(weightAddress[r].get, k.get)))),
        ]),
        // The last one to three predecessors are added one by one: a vector load would read beyond the weights.
        whileStepFits(k, end, 4, [
          x.set(f32x4.loadZero(add(panel.get, k.get))),
          addAll((r) => w.set(f32x4.loadZero(add(weightAddress[r].get, k.get)))),
        ]),
        each((r) =>
          f32x4.store(
            add(h.get, mul(add(node.get, number(r)), word('rowBytes'))),
            f32x4.splat(scalar.add(scalar.load(nth(biases.get, add(node.get, number(r)))), laneSum(sums[r]))),
          ),
        ),
      ];
    };

    return [
      firstRow.set(load(u.get, unit.firstRow)),
      panel.set(load(u.get, unit.panel)),
      h.set(add(load(u.get, unit.h), mul(firstRow.get, word('rowBytes')))),
      biases.set(add(word('biasOf'), shl(firstRow.get, number(2)))),
      weights.set(add(word('weightsOf'), shl(firstRow.get, number(2)))),
      end.set(shl(load(u.get, unit.predecessors), number(2))),
      vectorEnd.set(and(end.get, number(-16))),
      whileStepFits(node, to, nodesPerTile, nodes(nodesPerTile)),
      whileStepFits(node, to, 1, nodes(1)),
    ];
  });
}
