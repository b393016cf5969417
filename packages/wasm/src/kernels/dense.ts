/**
 * Kernels of dense units. A dense unit is a group of nodes with the same predecessors and the same activation. Its three
 * sums are matrix products,
 *
 *     C[row][column] = Σ over k of  A[row][k] · B[k][column]
 *
 * forward   h of node i and sample s           = b + Σ_j  w_ji · x_j[s]    (row: i, column: s, k: j)
 * case 2    dloss/dx of node j and sample s   += Σ_i  w_ji · delta_i[s]    (row: j, column: s, k: i)
 * case 3    dloss/dw_ji                        = Σ_s  delta_i[s] · x_j[s]  (row: i, column: j, k: s)
 *
 * with delta = dloss/dx · slope. A tile of C stays in registers while k runs: each k loads a few vectors of B, and one
 * number of A per row of the tile, copied to all lanes. A slice of B, 16 KiB, stays in the L1 cache while up to 240
 * rows of C use it, and their part of A (240 KiB) stays in the L2 cache for the next columns.
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
import { whileStepFits } from './loops.js';

const { add, mul, sub, shl, shrU, load, ltU, gtU } = int;
const number = int.const;

/** Addresses and counters of a product. All except `row` are in bytes: k advances by 4, `column` by 16 per vector. */
interface Frame {
  /** Address of the unit. */
  readonly u: Local;
  readonly rowBytes: Local;
  /** Distance between rows of delta. */
  readonly deltaStride: Local;
  /**
   * A byte offset in each row of delta. In case 2, the samples of the time step start at this offset. In case 3, the
   * samples that the product sums over end at this offset.
   */
  readonly deltaOffset: Local;
  /** Addresses and distances that are constant during a product. Their order is that of the product's `prepare`. */
  readonly bases: readonly Local[];
  /** The tile's first row and first column of C. */
  readonly row: Local;
  readonly column: Local;
  /**
   * Addresses of the tile's rows of A. Case 2 uses only a[0], the address of A[row][k], and a[1], the byte offset of
   * this entry in the weights of node k.
   */
  readonly a: readonly Local[];
  /** Addresses of the tile's rows of C, starting at `column`. */
  readonly c: readonly Local[];
  /** Address of B[k][column]. */
  readonly b: Local;
  readonly k: Local;
}

/** One of the three products, which differ in where the rows of A, B and C are. */
interface Product {
  readonly name: string;
  /** How far k runs in a slice of B that stays in the L1 cache, in bytes. */
  readonly depth: (frame: Frame) => Code;
  /** Sets `bases`. */
  prepare(frame: Frame): Code;
  readonly kEnd: (frame: Frame) => Code;
  readonly columnEnd: (frame: Frame) => Code;
  /** Sets c[r] to the address of C[row + r][column] and, except in case 2, a[r] to the address of A[row + r]. */
  beginRow(frame: Frame, r: number): Code;
  /** Sets b for the first k, and a[1] in case 2. */
  beforeLoop?(frame: Frame): Code;
  beforeEachK?(frame: Frame): Code;
  afterEachK?(frame: Frame): Code;
  /** Returns the address of A[row + r][k] as the sum of an address and a constant offset. */
  factor(frame: Frame, r: number): readonly [address: Code, offset: number];
  /** The initial value of row r of C, at k = 0. Default: its current value. */
  initial?(frame: Frame, r: number): Code;
  /**
   * Whether C is part of the gradient vector. If so, the rows of C may end within a SIMD vector, and the kernel sums the
   * absolute values of the elements of C.
   */
  readonly gradients: boolean;
}

const firstRowOf = (frame: Frame, table: 'h' | 'delta'): Code =>
  add(
    load(frame.u.get, unit[table]),
    mul(load(frame.u.get, unit.firstRow), (table === 'h' ? frame.rowBytes : frame.deltaStride).get),
  );
const entryOf = (frame: Frame, table: 'biasOf' | 'weightsOf'): Code =>
  add(word(table), shl(load(frame.u.get, unit.firstRow), number(2)));
const nth = (table: Local, index: Code): Code => load(add(table.get, shl(index, number(2))));

const forward: Product = {
  name: 'denseForward',
  depth: () => number(256 * 4),
  prepare: (frame) => {
    const [weights, h, biases, predecessorX] = frame.bases;
    return [
      weights.set(entryOf(frame, 'weightsOf')),
      h.set(firstRowOf(frame, 'h')),
      biases.set(entryOf(frame, 'biasOf')),
      predecessorX.set(load(frame.u.get, unit.predecessorX)),
    ];
  },
  kEnd: ({ u }) => shl(load(u.get, unit.predecessors), number(2)),
  columnEnd: () => word('columns'),
  beginRow: ({ bases: [weights, h], row, rowBytes, column, a, c }, r) => [
    a[r].set(nth(weights, add(row.get, number(r)))),
    c[r].set(add(add(h.get, mul(add(row.get, number(r)), rowBytes.get)), column.get)),
  ],
  initial: ({ bases: [, , biases], row }, r) => f32x4.loadSplat(nth(biases, add(row.get, number(r)))),
  beforeEachK: ({ bases: [, , , predecessorX], b, k, column }) =>
    b.set(add(load(add(predecessorX.get, k.get)), column.get)),
  factor: ({ a, k }, r) => [add(a[r].get, k.get), 0],
  gradients: false,
};

const case2: Product = {
  name: 'denseCase2',
  // Each k reads the weights of a different node. If nodes have many weights, each k reads a different memory page, and
  // the TLB holds few pages.
  depth: ({ u }) => int.select(number(32 * 4), number(128 * 4), gtU(load(u.get, unit.predecessors), number(256))),
  prepare: (frame) => {
    const [weights, delta, predecessorX, dLossDx] = frame.bases;
    return [
      weights.set(entryOf(frame, 'weightsOf')),
      delta.set(add(firstRowOf(frame, 'delta'), frame.deltaOffset.get)),
      predecessorX.set(load(frame.u.get, unit.predecessorX)),
      dLossDx.set(sub(word('dLossDx'), word('x'))),
    ];
  },
  kEnd: ({ u }) => shl(load(u.get, unit.nodes), number(2)),
  columnEnd: () => word('columns'),
  beginRow: ({ bases: [, , predecessorX, dLossDx], row, column, c }, r) =>
    c[r].set(add(add(nth(predecessorX, add(row.get, number(r))), dLossDx.get), column.get)),
  beforeLoop: ({ bases: [, delta], row, deltaStride, column, a, b, k }) => [
    b.set(add(add(delta.get, mul(shrU(k.get, number(2)), deltaStride.get)), column.get)),
    a[1].set(shl(row.get, number(2))),
  ],
  beforeEachK: ({ bases: [weights], a, k }) => a[0].set(add(load(add(weights.get, k.get)), a[1].get)),
  afterEachK: ({ b, deltaStride }) => b.set(add(b.get, deltaStride.get)),
  factor: ({ a }, r) => [a[0].get, 4 * r],
  gradients: false,
};

const case3: Product = {
  name: 'denseCase3',
  depth: () => number(256 * 4),
  prepare: (frame) => {
    const [weights, delta, gradients, panelStride] = frame.bases;
    return [
      weights.set(entryOf(frame, 'weightsOf')),
      delta.set(firstRowOf(frame, 'delta')),
      gradients.set(word('gradients')),
      panelStride.set(load(frame.u.get, unit.panelStride)),
    ];
  },
  kEnd: ({ deltaOffset }) => deltaOffset.get,
  columnEnd: ({ u }) => shl(load(u.get, unit.predecessors), number(2)),
  beginRow: ({ bases: [weights, delta, gradients], row, deltaStride, column, a, c }, r) => [
    a[r].set(add(delta.get, mul(add(row.get, number(r)), deltaStride.get))),
    c[r].set(add(add(nth(weights, add(row.get, number(r))), gradients.get), column.get)),
  ],
  initial: () => f32x4.const(0),
  beforeLoop: ({ bases: [, , , panelStride], u, column, b, k }) =>
    b.set(add(add(load(u.get, unit.panel), mul(shrU(k.get, number(2)), panelStride.get)), column.get)),
  afterEachK: ({ bases: [, , , panelStride], b }) => b.set(add(b.get, panelStride.get)),
  factor: ({ a, k }, r) => [add(a[r].get, k.get), 0],
  gradients: true,
};

/** The size of a tile of C, which stays in registers: rows by vectors of columns. */
interface Shape {
  readonly rows: number;
  readonly vectors: number;
}

/** Separate multiply and add: 15 registers hold 8 sums, 4 vectors of B, 2 of A, and the product before it is added. */
const separateShape: Shape = { rows: 2, vectors: 4 };
/** Fused multiply-add: 15 registers hold 12 sums, 2 vectors of B and 1 of A. This shape needs fewer loads per sum. */
const fusedShape: Shape = { rows: 6, vectors: 2 };
/** Rows of C that use a slice of B before the next slice is loaded: a multiple of both shapes' rows. */
const blockRows = 240;
/** Minimum number of independent sums that keeps the adders busy. */
const minSums = 4;

/**
 * Emits one product as a function of the unit's address, the rows of C to compute (`from` to `to`), the address of the
 * thread's record (which starts with the sum of |gradient|), and `Frame.deltaOffset`.
 */
function emitProduct(module: Assembler, product: Product, multiplyAdd: MultiplyAdd, shape: Shape): Callable {
  // If a node has few weights, its row of gradients fits in one vector. Tiles then need more rows to have enough sums.
  const narrowRows = product.gradients ? Math.max(shape.rows, minSums) : shape.rows;
  const maxRows = Math.max(shape.rows, narrowRows);
  return module.function(undefined, [i32, i32, i32, i32, i32], [], ([u, from, to, record, deltaOffset], local) => {
    const frame: Frame = {
      u,
      rowBytes: local(i32),
      deltaStride: local(i32),
      deltaOffset,
      bases: [local(i32), local(i32), local(i32), local(i32)],
      row: local(i32),
      column: local(i32),
      a: Array.from({ length: maxRows }, () => local(i32)),
      c: Array.from({ length: maxRows }, () => local(i32)),
      b: local(i32),
      k: local(i32),
    };
    const [slice, sliceEnd, depth, kEnd, columnEnd, first, last] = Array.from({ length: 7 }, () => local(i32));
    const sums = Array.from({ length: shape.rows * shape.vectors }, () => local(v128));
    const vectorsOfB = Array.from({ length: shape.vectors }, () => local(v128));
    const [factor, total] = [local(v128), local(v128)];
    const { row, column, k } = frame;

    // Partial vectors hold the last one to three columns of the gradients: the numbers after them belong to the next
    // node.
    const hasLane = (lane: number): Code => gtU(sub(columnEnd.get, column.get), number(4 * lane));
    const loadPartial = (address: Code, sum: Local): Code => [
      sum.set(f32x4.loadZero(address)),
      [1, 2].map((n) => control.when(hasLane(n), sum.set(f32x4.loadLane(n, address, sum.get, 4 * n)))),
    ];
    const storePartial = (address: Code, sum: Local): Code => [
      f32x4.storeLane(0, address, sum.get),
      [1, 2].map((n) => control.when(hasLane(n), f32x4.storeLane(n, address, sum.get, 4 * n))),
    ];

    /** Emits a tile of `rows` by `vectors`. `partial`: its only vector extends beyond the last column. */
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
              // Gradients of shared weights are added to the gradients of previous units.
              product.gradients ? int.eqz(int.or(slice.get, word('accumulates'))) : int.eqz(slice.get),
              each((r, _, sum) => sum.set(initial(frame, r))),
              resume,
            )
          : resume,
        product.beforeLoop?.(frame) ?? [],
        control.loop(
          product.beforeEachK?.(frame) ?? [],
          vectorsOfB.slice(0, vectors).map((vector, v) => vector.set(f32x4.load(frame.b.get, 16 * v))),
          Array.from({ length: rows }, (_, r) => [
            factor.set(f32x4.loadSplat(...product.factor(frame, r))),
            vectorsOfB.slice(0, vectors).map((vector, v) => {
              const sum = sums[r * vectors + v];
              return sum.set(multiplyAdd(factor.get, vector.get, sum.get));
            }),
          ]),
          product.afterEachK?.(frame) ?? [],
          control.branchIf(0, ltU(k.tee(add(k.get, number(4))), sliceEnd.get)),
        ),
        each((r, v, sum) => [
          partial ? storePartial(frame.c[r].get, sum) : f32x4.store(frame.c[r].get, sum.get, 16 * v),
          product.gradients ? total.set(f32x4.add(total.get, f32x4.abs(sum.get))) : [],
        ]),
      ];
    };

    /** Emits the tiles for the rows of C from `first` to `last`, in the columns of one tile. */
    const rows = (vectors: number, partial = false): Code => [
      row.set(first.get),
      [vectors < shape.vectors ? narrowRows : shape.rows, 2, 1]
        .filter((count, n, counts) => counts.indexOf(count) === n)
        .map((count) => whileStepFits(row, last, count, tile(count, vectors, partial))),
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
          whileStepFits(column, columnEnd, 16 * shape.vectors, rows(shape.vectors)),
          product.gradients ? whileStepFits(column, columnEnd, 32, rows(2)) : [],
          whileStepFits(column, columnEnd, 16, rows(1)),
          product.gradients ? whileStepFits(column, columnEnd, 1, rows(1, true), 16) : [],
        ]),
      ]),
      product.gradients ? f32x4.store(record.get, total.get) : [],
    ];
  });
}

export function denseKernels(module: Assembler, multiplyAdd: MultiplyAdd) {
  const shape = multiplyAdd === fusedMultiplyAdd ? fusedShape : separateShape;
  return {
    forward: emitProduct(module, forward, multiplyAdd, shape),
    case2: emitProduct(module, case2, multiplyAdd, shape),
    case3: emitProduct(module, case3, multiplyAdd, shape),
  };
}
