/**
 * Dense units: nodes with the same predecessors and the same g. All three of their sums are one matrix product,
 *
 *     C[row][column] = Σ over k of  A[row][k] · B[k][column]
 *
 * forward   h of node i and sample s           = b + Σ_j  w_ji · x_j[s]    (row: i, column: s, k: j)
 * case 2    dloss/dx of predecessor j and s   += Σ_i  w_ji · delta_i[s]    (row: j, column: s, k: i)
 * case 3    dloss/dw_ji                        = Σ_s  delta_i[s] · x_j[s]  (row: i, column: j, k: s)
 *
 * with delta = dloss/dx · slope. A tile of C stays in registers while k runs: of A one number at a time is read and
 * splatted, of B a few vectors. A tall slice of B (16 KiB of cache lines) stays in the first-level cache while rows of C
 * pass over it: up to 240, whose part of A (240 KiB) stays in the second-level cache for the next columns. `pnpm bench`
 * compares this with multiplying and adding in registers alone.
 */
import {
  type Assembler,
  type Callable,
  type Code,
  control,
  f32x4,
  fusedMultiplyAdd,
  i32,
  int,
  type Local,
  type MultiplyAdd,
  v128,
} from '../assembler.js';
import { unit, word } from '../memory-map.js';
import { whileRoom } from './loops.js';

const { add, mul, sub, shl, shrU, load, ltU, gtU } = int;
const number = int.const;

/** Addresses and counters of a product; everything is in bytes, and so is k (4 bytes each). */
interface Frame {
  readonly u: Local;
  readonly rowBytes: Local;
  /** From one row of delta to the next. */
  readonly deltaStride: Local;
  /** Where the samples of the step begin (case 2), or those of the product end (case 3), in a row of delta. */
  readonly samples: Local;
  /** Addresses that stay the same for the whole product; each product uses them in its own way. */
  readonly kept: readonly Local[];
  /** The tile's first row and first column of C. */
  readonly row: Local;
  readonly column: Local;
  /** The tile's rows of A and of C; the address of B[k][column]. */
  readonly a: readonly Local[];
  readonly c: readonly Local[];
  readonly b: Local;
  readonly k: Local;
}

/** Where the rows of A, B and C are: what the three products differ in. */
interface Product {
  readonly name: string;
  /** How much of k makes a slice of B that fills the first-level cache. */
  readonly depth: (frame: Frame) => Code;
  /** Once: sets `kept`. */
  prepare(frame: Frame): Code;
  readonly kEnd: (frame: Frame) => Code;
  readonly columnEnd: (frame: Frame) => Code;
  /** Sets a[r] and c[r] (with the column) for row `row + r`. */
  beginRow(frame: Frame, r: number): Code;
  /** Sets b for the first k; then, at the top and at the end of each k, moves on. */
  beginK?(frame: Frame): Code;
  top?(frame: Frame): Code;
  end?(frame: Frame): Code;
  /** The address of A[row + r][k] and a constant to add to it. */
  factor(frame: Frame, r: number): readonly [address: Code, offset: number];
  /** The initial value of row r of C, at k = 0. Default: its current value. */
  initial?(frame: Frame, r: number): Code;
  /** Whether C is the gradient vector: columns are not rounded up to vectors, and absolute values are summed. */
  readonly gradients: boolean;
}

const firstRowOf = (frame: Frame, table: 'h' | 'delta'): Code =>
  add(
    load(frame.u.get, unit[table]),
    mul(load(frame.u.get, unit.firstRow), (table === 'h' ? frame.rowBytes : frame.deltaStride).get),
  );
/** The entry of a unit's first row in a table of addresses. */
const entryOf = (frame: Frame, table: 'biasOf' | 'weightsOf'): Code =>
  add(word(table), shl(load(frame.u.get, unit.firstRow), number(2)));
const nth = (table: Local, index: Code): Code => load(add(table.get, shl(index, number(2))));

const forward: Product = {
  name: 'denseForward',
  depth: () => number(256 * 4),
  prepare: (frame) => {
    const [weights, h, biases, predecessorX] = frame.kept;
    return [
      weights.set(entryOf(frame, 'weightsOf')),
      h.set(firstRowOf(frame, 'h')),
      biases.set(entryOf(frame, 'biasOf')),
      predecessorX.set(load(frame.u.get, unit.predecessorX)),
    ];
  },
  kEnd: ({ u }) => shl(load(u.get, unit.predecessors), number(2)),
  columnEnd: () => word('columns'),
  beginRow: ({ kept: [weights, h], row, rowBytes, column, a, c }, r) => [
    a[r].set(nth(weights, add(row.get, number(r)))),
    c[r].set(add(add(h.get, mul(add(row.get, number(r)), rowBytes.get)), column.get)),
  ],
  initial: ({ kept: [, , biases], row }, r) => f32x4.loadSplat(nth(biases, add(row.get, number(r)))),
  top: ({ kept: [, , , predecessorX], b, k, column }) => b.set(add(load(add(predecessorX.get, k.get)), column.get)),
  factor: ({ a, k }, r) => [add(a[r].get, k.get), 0],
  gradients: false,
};

const case2: Product = {
  name: 'denseCase2',
  // Each k is another node's weights, on another page of memory if there are many: the processor's address cache holds few.
  depth: ({ u }) => int.select(number(32 * 4), number(128 * 4), gtU(load(u.get, unit.predecessors), number(256))),
  prepare: (frame) => {
    const [weights, delta, predecessorX, dLossDx] = frame.kept;
    return [
      weights.set(entryOf(frame, 'weightsOf')),
      delta.set(add(firstRowOf(frame, 'delta'), frame.samples.get)),
      predecessorX.set(load(frame.u.get, unit.predecessorX)),
      dLossDx.set(sub(word('dLossDx'), word('x'))),
    ];
  },
  kEnd: ({ u }) => shl(load(u.get, unit.nodes), number(2)),
  columnEnd: () => word('columns'),
  beginRow: ({ kept: [, , predecessorX, dLossDx], row, column, c }, r) =>
    c[r].set(add(add(nth(predecessorX, add(row.get, number(r))), dLossDx.get), column.get)),
  beginK: ({ kept: [, delta], row, deltaStride, column, a, b, k }) => [
    b.set(add(add(delta.get, mul(shrU(k.get, number(2)), deltaStride.get)), column.get)),
    a[1].set(shl(row.get, number(2))),
  ],
  top: ({ kept: [weights], a, k }) => a[0].set(add(load(add(weights.get, k.get)), a[1].get)),
  end: ({ b, deltaStride }) => b.set(add(b.get, deltaStride.get)),
  factor: ({ a }, r) => [a[0].get, 4 * r],
  gradients: false,
};

const case3: Product = {
  name: 'denseCase3',
  depth: () => number(256 * 4),
  prepare: (frame) => {
    const [weights, delta, gradients, panelStride] = frame.kept;
    return [
      weights.set(entryOf(frame, 'weightsOf')),
      delta.set(firstRowOf(frame, 'delta')),
      gradients.set(word('gradients')),
      panelStride.set(load(frame.u.get, unit.panelStride)),
    ];
  },
  kEnd: ({ samples }) => samples.get,
  columnEnd: ({ u }) => shl(load(u.get, unit.predecessors), number(2)),
  beginRow: ({ kept: [weights, delta, gradients], row, deltaStride, column, a, c }, r) => [
    a[r].set(add(delta.get, mul(add(row.get, number(r)), deltaStride.get))),
    c[r].set(add(add(nth(weights, add(row.get, number(r))), gradients.get), column.get)),
  ],
  initial: () => f32x4.const(0),
  beginK: ({ kept: [, , , panelStride], u, column, b, k }) =>
    b.set(add(add(load(u.get, unit.panel), mul(shrU(k.get, number(2)), panelStride.get)), column.get)),
  end: ({ kept: [, , , panelStride], b }) => b.set(add(b.get, panelStride.get)),
  factor: ({ a, k }, r) => [add(a[r].get, k.get), 0],
  gradients: true,
};

/** A tile of C: how many rows by how many vectors of columns stay in registers. */
interface Shape {
  readonly rows: number;
  readonly vectors: number;
}

/** A product takes a register of its own before it is added: 15 registers hold 8 sums, 4 vectors of B and 2 of A. */
const separateShape: Shape = { rows: 2, vectors: 4 };
/** One instruction, and no such register: 12 sums, 2 vectors of B and 1 of A, for fewer loads per product. */
const fusedShape: Shape = { rows: 6, vectors: 2 };
/** Rows of C that pass over a slice of B, a multiple of both shapes' rows. */
const blockRows = 240;
/** Enough independent sums to keep the adders busy. */
const minSums = 4;

/**
 * Emits one product as a function of the unit's address, the rows of C to compute (from, to), the address at which the
 * sum of |C| is recorded, and a number of samples in bytes, as `Frame` says.
 */
function emitProduct(module: Assembler, product: Product, multiplyAdd: MultiplyAdd, shape: Shape): Callable {
  // Gradients of a small layer have columns for one vector only: more rows, so that there are enough sums.
  const narrow = product.gradients ? Math.max(shape.rows, minSums) : shape.rows;
  const most = Math.max(shape.rows, narrow);
  return module.function(undefined, [i32, i32, i32, i32, i32], [], ([u, from, to, record, samples], local) => {
    const frame: Frame = {
      u,
      rowBytes: local(i32),
      deltaStride: local(i32),
      samples,
      kept: [local(i32), local(i32), local(i32), local(i32)],
      row: local(i32),
      column: local(i32),
      a: Array.from({ length: most }, () => local(i32)),
      c: Array.from({ length: most }, () => local(i32)),
      b: local(i32),
      k: local(i32),
    };
    const [slice, sliceEnd, depth, kEnd, columnEnd, first, last] = Array.from({ length: 7 }, () => local(i32));
    const sums = Array.from({ length: shape.rows * shape.vectors }, () => local(v128));
    const line = Array.from({ length: shape.vectors }, () => local(v128));
    const [factor, total] = [local(v128), local(v128)];
    const { row, column, k } = frame;

    // The last one to three columns of the gradients: what is behind them belongs to the next node.
    const beyond = (lane: number): Code => gtU(sub(columnEnd.get, column.get), number(4 * lane));
    const loadPartial = (address: Code, sum: Local): Code => [
      sum.set(f32x4.loadZero(address)),
      [1, 2].map((n) => control.when(beyond(n), sum.set(f32x4.loadLane(n, address, sum.get, 4 * n)))),
    ];
    const storePartial = (address: Code, sum: Local): Code => [
      f32x4.storeLane(0, address, sum.get),
      [1, 2].map((n) => control.when(beyond(n), f32x4.storeLane(n, address, sum.get, 4 * n))),
    ];

    /** One tile: `rows` by `vectors`; `partial` if its only vector reaches beyond the last column. */
    const tile = (rows: number, vectors: number, partial: boolean): Code => {
      const each = (body: (r: number, v: number, sum: Local) => Code): Code =>
        Array.from({ length: rows * vectors }, (_, n) => body(Math.floor(n / vectors), n % vectors, sums[n]));
      const { initial } = product;
      const resume = each((r, v, sum) =>
        partial ? loadPartial(frame.c[r].get, sum) : sum.set(f32x4.load(frame.c[r].get, 16 * v)),
      );
      return [
        Array.from({ length: rows }, (_, r) => product.beginRow(frame, r)),
        k.set(slice.get),
        initial
          ? control.when(
              // Gradients of shared weights are added to those of the units before.
              product.gradients ? int.eqz(int.or(slice.get, word('accumulates'))) : int.eqz(slice.get),
              each((r, _, sum) => sum.set(initial(frame, r))),
              resume,
            )
          : resume,
        product.beginK?.(frame) ?? [],
        control.loop(
          product.top?.(frame) ?? [],
          line.slice(0, vectors).map((vector, v) => vector.set(f32x4.load(frame.b.get, 16 * v))),
          Array.from({ length: rows }, (_, r) => [
            factor.set(f32x4.loadSplat(...product.factor(frame, r))),
            line.slice(0, vectors).map((vector, v) => {
              const sum = sums[r * vectors + v];
              return sum.set(multiplyAdd(factor.get, vector.get, sum.get));
            }),
          ]),
          product.end?.(frame) ?? [],
          control.branchIf(0, ltU(k.tee(add(k.get, number(4))), sliceEnd.get)),
        ),
        each((r, v, sum) => [
          partial ? storePartial(frame.c[r].get, sum) : f32x4.store(frame.c[r].get, sum.get, 16 * v),
          product.gradients ? total.set(f32x4.add(total.get, f32x4.abs(sum.get))) : [],
        ]),
      ];
    };

    /** The rows of C from `first` to `last` for the columns of one tile. */
    const rows = (vectors: number, partial = false): Code => [
      row.set(first.get),
      [vectors < shape.vectors ? narrow : shape.rows, 2, 1]
        .filter((count, n, counts) => counts.indexOf(count) === n)
        .map((count) => whileRoom(row, last, count, tile(count, vectors, partial))),
    ];

    return [
      frame.rowBytes.set(word('rowBytes')),
      frame.deltaStride.set(load(u.get, unit.deltaStride)),
      product.prepare(frame),
      kEnd.set(product.kEnd(frame)),
      columnEnd.set(product.columnEnd(frame)),
      product.gradients ? total.set(f32x4.load(record.get)) : [],
      depth.set(product.depth(frame)),
      control.count(slice, number(0), kEnd.get, depth.get, [
        sliceEnd.set(add(slice.get, depth.get)),
        control.when(gtU(sliceEnd.get, kEnd.get), sliceEnd.set(kEnd.get)),
        control.count(first, from.get, to.get, number(blockRows), [
          last.set(add(first.get, number(blockRows))),
          control.when(gtU(last.get, to.get), last.set(to.get)),
          column.set(number(0)),
          whileRoom(column, columnEnd, 16 * shape.vectors, rows(shape.vectors)),
          product.gradients ? whileRoom(column, columnEnd, 32, rows(2)) : [],
          whileRoom(column, columnEnd, 16, rows(1)),
          product.gradients ? whileRoom(column, columnEnd, 1, rows(1, true), 16) : [],
        ]),
      ]),
      product.gradients ? f32x4.store(record.get, total.get) : [],
    ];
  });
}

/** The three products. Each is called as `emitProduct` says. */
export function denseKernels(module: Assembler, multiplyAdd: MultiplyAdd) {
  const shape = multiplyAdd === fusedMultiplyAdd ? fusedShape : separateShape;
  return {
    forward: emitProduct(module, forward, multiplyAdd, shape),
    case2: emitProduct(module, case2, multiplyAdd, shape),
    case3: emitProduct(module, case3, multiplyAdd, shape),
  };
}
