/**
 * Aggregations A other than the sum. For each node, the forward kernel writes one row with h = b + A(z), and, for each
 * incoming edge e, one row with dA/dz_e, where z_e = w_e · x. The backward kernel multiplies the row of each edge by
 * the node's delta. The kernels of sparse edges read these products in place of the delta, so cases 2 and 3 of
 * backpropagation are the same for every aggregation.
 */
import {
  type Assembler,
  type Callable,
  type Code,
  control,
  f32x4,
  i32,
  int,
  memory,
  type MultiplyAdd,
  scalar,
  v128,
} from '../assembler.js';
import { unit, word } from '../memory-map.js';
import { aggregationKernels } from './aggregations/index.js';
import type { AggregationKernel, Edges } from './aggregations/kernel.js';

const { add, sub, mul, shl, shrU, load, ltU, geU } = int;
const number = int.const;

const entryOf = (table: 'biasOf' | 'inStart' | 'edgeRowOf', row: Code): Code =>
  load(add(word(table), shl(row, number(2))));

/**
 * Emits the forward kernel: a function of a unit's address and the range of its nodes, `from` to `to`. A unit is a
 * group of nodes that are computed together; see `unit` for its record in memory.
 */
export function aggregationKernel(module: Assembler, multiplyAdd: MultiplyAdd, inJavaScript: Callable): Callable {
  const withKernel = Object.values<AggregationKernel | undefined>(aggregationKernels).flatMap((kernel) => kernel ?? []);
  const kernels = withKernel.map(({ emit }) =>
    module.function(undefined, [i32, i32, i32], [], ([u, from, to], local) => {
      const [node, row, columns, column, edge, first, end, edgeRow, firstRow, toWeight, h, rowBytes] = Array.from(
        { length: 12 },
        () => local(i32),
      );
      const [z, a, b, share] = Array.from({ length: 4 }, () => local(v128));
      const setZ = z.set(
        f32x4.mul(f32x4.loadSplat(load(add(edge.get, toWeight.get))), f32x4.load(add(load(edge.get), column.get))),
      );
      const edges: Edges = {
        z,
        share: share.get,
        slope: f32x4.load(edgeRow.get),
        setSlope: (value) => f32x4.store(edgeRow.get, value),
        forward: (...body) => [
          edge.set(first.get),
          edgeRow.set(add(firstRow.get, column.get)),
          control.loop(
            setZ,
            body,
            edgeRow.set(add(edgeRow.get, rowBytes.get)),
            control.branchIf(0, ltU(edge.tee(add(edge.get, number(4))), end.get)),
          ),
        ],
        backward: (...body) => [
          edge.set(end.get),
          edgeRow.set(add(add(firstRow.get, column.get), mul(shrU(sub(end.get, first.get), number(2)), rowBytes.get))),
          control.loop(
            edge.set(sub(edge.get, number(4))),
            edgeRow.set(sub(edgeRow.get, rowBytes.get)),
            setZ,
            body,
            control.branchIf(0, ltU(first.get, edge.get)),
          ),
        ],
      };
      return [
        columns.set(word('columns')),
        rowBytes.set(word('rowBytes')),
        toWeight.set(sub(word('inWeight'), word('inX'))),
        control.count(node, from.get, to.get, number(1), [
          row.set(add(load(u.get, unit.firstRow), node.get)),
          b.set(f32x4.loadSplat(entryOf('biasOf', row.get))),
          h.set(add(load(u.get, unit.h), mul(row.get, rowBytes.get))),
          first.set(add(word('inX'), shl(entryOf('inStart', row.get), number(2)))),
          end.set(add(word('inX'), shl(entryOf('inStart', add(row.get, number(1))), number(2)))),
          firstRow.set(entryOf('edgeRowOf', row.get)),
          share.set(f32x4.div(f32x4.const(1), f32x4.splat(scalar.fromInt(shrU(sub(end.get, first.get), number(2)))))),
          control.count(column, number(0), columns.get, number(16), [
            emit({ multiplyAdd, local }, edges, a),
            f32x4.store(add(h.get, column.get), f32x4.add(b.get, a.get)),
          ]),
        ]),
      ];
    }),
  );
  return module.function(undefined, [i32, i32, i32], [], ([u, from, to]) =>
    control.choose(
      sub(load(u.get, unit.aggregation), number(1)),
      kernels.map((kernel) => kernel(u.get, from.get, to.get)),
      inJavaScript(u.get, from.get, to.get),
    ),
  );
}

/**
 * Emits a function of a range of rows, `row` to `to`. For each incoming edge e of the rows' nodes, it multiplies
 * dA/dz_e by the node's delta.
 */
export function edgeDeltas(module: Assembler): Callable {
  return module.function(undefined, [i32, i32], [], ([row, to], local) => {
    const [edge, end, edgeRow, delta, column, columns, allColumns] = Array.from({ length: 7 }, () => local(i32));
    return [
      columns.set(word('columns')),
      allColumns.set(load(word('stepTable'))),
      control.count(row, row.get, to.get, number(1), [
        edge.set(entryOf('inStart', row.get)),
        end.set(entryOf('inStart', add(row.get, number(1)))),
        edgeRow.set(entryOf('edgeRowOf', row.get)),
        delta.set(add(word('delta'), mul(row.get, word('rowBytes')))),
        control.block(
          control.loop(
            control.branchIf(1, geU(edge.get, end.get)),
            control.count(column, number(0), columns.get, number(16), [
              f32x4.store(
                add(edgeRow.get, column.get),
                f32x4.mul(f32x4.load(add(edgeRow.get, column.get)), f32x4.load(add(delta.get, column.get))),
              ),
            ]),
            control.when(
              ltU(columns.get, allColumns.get),
              memory.fill(add(edgeRow.get, columns.get), number(0), sub(allColumns.get, columns.get)),
            ),
            edgeRow.set(add(edgeRow.get, word('rowBytes'))),
            edge.set(add(edge.get, number(1))),
            control.branch(0),
          ),
        ),
      ]),
    ];
  });
}
