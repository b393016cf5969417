/** Operators on matrices: `Gemm`, `MatMul` and `Transpose`. */
import { permute } from '../axes.js';
import type { Call } from '../call.js';
import { sizeOf } from '../../size-of.js';
import { affine, type Entry, type Rows, sum } from '../tape.js';
import type { Operator } from './operator.js';

/** A constant matrix. */
interface Matrix {
  readonly rows: number;
  readonly columns: number;
  at(row: number, column: number): number;
}

/** Computes rows · matrix + bias. Removes edges whose weight is exactly 0, unless all weights are 0. */
function matrixProduct(call: Call, rows: Rows, matrix: Matrix, bias: (column: number) => number): Rows {
  const fanIn = rows.shape.at(-1);
  if (fanIn !== matrix.rows) {
    call.malformed(`the matrix has ${matrix.rows} rows, but the other operand has ${fanIn} columns`);
  }
  const others = rows.shape.slice(0, -1);
  call.spend(sizeOf(others) * (matrix.columns + 1) * (matrix.rows + 1));
  const sums = isSparse(matrix) ? sparseSums : denseSums;
  const entries: Entry[] = [];
  for (let first = 0; first < rows.entries.length; first += fanIn) {
    const inputs = rows.entries.slice(first, first + fanIn).map((entry) => call.tape.single(entry));
    // If a node occurs in several inputs, `sparseSums` merges its edges into one.
    const distinct = new Set(inputs.flatMap(({ from }) => from)).size === fanIn;
    for (const entry of (distinct ? sums : sparseSums)(inputs, matrix, bias)) entries.push(entry);
  }
  return { shape: [...others, matrix.columns], entries };
}

function isSparse({ rows, columns, at }: Matrix): boolean {
  let zeros = 0;
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) if (at(r, c) === 0) zeros++;
  return zeros > 0 && zeros < rows * columns;
}

type Sums = (inputs: readonly Entry[], matrix: Matrix, bias: (column: number) => number) => Entry[];

/**
 * Used if all nodes are distinct, and the entries of the matrix are all nonzero or all 0. All columns share one list of
 * nodes.
 */
const denseSums: Sums = (inputs, matrix, bias) => {
  const from = inputs.flatMap((input) => input.from);
  return Array.from({ length: matrix.columns }, (_, column) => {
    const weights = new Float64Array(inputs.length);
    let b = bias(column);
    inputs.forEach((input, row) => {
      weights[row] = matrix.at(row, column) * input.weights[0];
      b += matrix.at(row, column) * input.bias;
    });
    return { from, weights, bias: b };
  });
};

/**
 * Used if some but not all entries of the matrix are 0, or if a node occurs several times. Each column reads only the
 * inputs whose weight is not 0.
 */
const sparseSums: Sums = (inputs, matrix, bias) =>
  Array.from({ length: matrix.columns }, (_, column) => {
    const scaled = inputs.flatMap((input, row) => {
      const w = matrix.at(row, column);
      return w === 0 ? [] : [affine(input, w, 0)];
    });
    const { from, weights, bias: b } = sum(scaled);
    return { from, weights, bias: b + bias(column) };
  });

/** `Gemm`: alpha · A · B + beta · C, with constant B and C. */
export const gemm: Operator = (call) => {
  const rows = call.table(0);
  const b = call.constant(1);
  if (b.dims.length !== 2) call.malformed(`expected a matrix with 2 axes, received ${b.dims.length}`);
  if (call.integer('transA', 0) !== 0) call.unsupported('transA');
  const transposed = call.integer('transB', 0) !== 0;
  const [height, width] = b.dims;
  const alpha = call.number('alpha', 1);
  const beta = call.number('beta', 1);
  const columns = transposed ? height : width;
  const c = call.has(2) ? call.constant(2) : undefined;
  const indices = c && call.broadcast([columns], call.withoutBatch(c, rows)).right;
  if (indices !== undefined && indices.length !== columns)
    call.malformed(`C has ${indices.length} entries per row; expected ${columns}`);
  return matrixProduct(
    call,
    rows,
    {
      rows: transposed ? width : height,
      columns,
      at: (r, k) => alpha * b.values[transposed ? k * width + r : r * width + k],
    },
    (k) => (c && indices ? beta * c.values[indices[k]] : 0),
  );
};

/** `MatMul`: A · B, with constant B. */
export const matMul: Operator = (call) => {
  const b = call.constant(1);
  if (b.dims.length !== 2) call.unsupported(`a matrix with ${b.dims.length} axes; expected 2`);
  const [rows, columns] = b.dims;
  if (call.afterBatch === 0) call.unsupported('rows whose last axis is the batch');
  return matrixProduct(call, call.rows(0), { rows, columns, at: (r, k) => b.values[r * columns + k] }, () => 0);
};

/**
 * `Transpose`. For sequences, it can only swap the batch and step axes. For other tensors, it can permute all axes,
 * including the batch axis.
 */
export const transpose: Operator = (call) => {
  const { lead } = call;
  const rows = call.rows(0);
  const { shape, entries, batchAxis = 0 } = rows;
  if (lead !== undefined) {
    const order = call.order(shape.length + 2).join();
    if (order !== '1,0,2' && order !== '0,1,2') call.unsupported(`a sequence with its axes in the order [${order}]`);
    return { ...rows, lead: order === '1,0,2' ? [lead[1], lead[0]] : lead };
  }
  const sizes = shape.toSpliced(batchAxis, 0, 1);
  const order = call.order(sizes.length);
  call.spendCopies(entries.length);
  return {
    shape: order.filter((axis) => axis !== batchAxis).map((axis) => sizes[axis]),
    entries: permute(entries, sizes, order),
    batchAxis: order.indexOf(batchAxis),
  };
};
