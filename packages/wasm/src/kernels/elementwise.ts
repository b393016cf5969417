/**
 * Elementwise units: nodes with one or two incoming edges and no parameters, such as the products and cell states of an
 * LSTM. The forward kernel computes h: the value of the only predecessor, or the sum or product of the values of both
 * predecessors. It writes h to the node's row in the table of x. The backward kernel computes delta = dloss/dx · slope.
 * It then adds one term of case 2 of backpropagation to the dLossDx of each predecessor: delta or, for a product, delta
 * times the other factor.
 */
import { type Assembler, type Callable, type Code, control, f32x4, i32, int, type Local, v128 } from '../assembler.js';
import { unit, word } from '../memory-map.js';

const { add, mul, shl, sub, load } = int;
const number = int.const;

/** The numbers of the operations, as stored in a unit's record. */
export const elementwise = { copy: 1, sum: 2, product: 3 } as const;

/** Emits the kernels of both passes: functions of a unit's address and the range of its nodes, `from` to `to`. */
export function elementwiseKernels(module: Assembler): { forward: Callable; backward: Callable } {
  const byKind = (emit: (kind: keyof typeof elementwise) => Callable): Callable => {
    const kernels = (Object.keys(elementwise) as (keyof typeof elementwise)[]).map(emit);
    return module.function(undefined, [i32, i32, i32], [], ([u, from, to]) =>
      control.choose(
        sub(load(u.get, unit.elementwise), number(1)),
        kernels.map((kernel) => kernel(u.get, from.get, to.get)),
        [],
      ),
    );
  };
  return {
    forward: byKind((kind) => forwardKernel(module, kind)),
    backward: byKind((kind) => backwardKernel(module, kind)),
  };
}

/** The position in the loop over a unit's nodes and their samples. */
interface Position {
  /** The offset of the node's row from the start of a table. */
  readonly row: Local;
  /** The address of the first predecessor's row of x. */
  readonly first: Local;
  /** The address of the second predecessor's row of x, if there is one. */
  readonly second: Local;
  /** The offset of the current four samples from the start of a row. */
  readonly column: Local;
}

function eachVector(
  [u, from, to]: readonly Local[],
  local: (type: typeof i32) => Local,
  hasSecond: boolean,
  body: (position: Position) => Code,
): Code {
  const [node, row, edge, first, second, column, columns] = Array.from({ length: 7 }, () => local(i32));
  return [
    columns.set(word('columns')),
    control.count(node, from.get, to.get, number(1), [
      row.set(add(load(u.get, unit.firstRow), node.get)),
      edge.set(add(word('inX'), shl(load(add(word('inStart'), shl(row.get, number(2)))), number(2)))),
      first.set(load(edge.get)),
      hasSecond ? second.set(load(edge.get, 4)) : [],
      row.set(mul(row.get, word('rowBytes'))),
      control.count(column, number(0), columns.get, number(16), body({ row, first, second, column })),
    ]),
  ];
}

function forwardKernel(module: Assembler, kind: keyof typeof elementwise): Callable {
  return module.function(undefined, [i32, i32, i32], [], (parameters, local) => {
    const x = local(i32);
    return [
      x.set(word('x')),
      eachVector(parameters, local, kind !== 'copy', ({ row, first, second, column }) => {
        const at = (operand: Local): Code => f32x4.load(add(operand.get, column.get));
        const h = {
          copy: at(first),
          sum: f32x4.add(at(first), at(second)),
          product: f32x4.mul(at(first), at(second)),
        }[kind];
        return f32x4.store(add(add(x.get, row.get), column.get), h);
      }),
    ];
  });
}

function backwardKernel(module: Assembler, kind: keyof typeof elementwise): Callable {
  return module.function(undefined, [i32, i32, i32], [], (parameters, local) => {
    const [dLossDx, slope, toDLossDx] = [local(i32), local(i32), local(i32)];
    const [delta, other] = [local(v128), local(v128)];
    const [u] = parameters;
    return [
      dLossDx.set(word('dLossDx')),
      slope.set(word('slope')),
      toDLossDx.set(sub(word('dLossDx'), word('x'))),
      eachVector(parameters, local, kind !== 'copy', ({ row, first, second, column }) => {
        const at = (start: Local): Code => add(start.get, column.get);
        const inRow = (table: Local): Code => f32x4.load(add(at(table), row.get));
        const addTo = (predecessor: Local, term: Code): Code => {
          const target = add(at(predecessor), toDLossDx.get);
          return f32x4.store(target, f32x4.add(f32x4.load(target), term));
        };
        return [
          delta.set(inRow(dLossDx)),
          control.when(load(u.get, unit.activates), delta.set(f32x4.mul(delta.get, inRow(slope)))),
          kind === 'product'
            ? [
                other.set(f32x4.load(at(first))),
                addTo(first, f32x4.mul(delta.get, f32x4.load(at(second)))),
                addTo(second, f32x4.mul(delta.get, other.get)),
              ]
            : [addTo(first, delta.get), kind === 'sum' ? addTo(second, delta.get) : []],
        ];
      }),
    ];
  });
}
