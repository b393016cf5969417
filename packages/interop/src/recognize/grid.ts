/**
 * Finds the grid, kernel, stride, padding and dilation of windows from the cells that each window reads. A geometry is
 * guessed from a few windows and accepted only if it matches the cells of all windows. Several geometries can match.
 */

/** One axis of a grid. */
export interface Axis {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Number of padding cells before the first cell and after the last cell. */
  readonly padding: readonly [begin: number, end: number];
  /** The number of windows. */
  readonly windows: number;
}

/** The geometry of windows on a grid: the axis of the rows and the axis of the columns. */
export type Geometry = readonly [rows: Axis, columns: Axis];

/** The axes of the exported operator: one axis if the grid has a single row, otherwise two. */
export const operatorAxes = ([rows, columns]: Geometry): readonly Axis[] =>
  rows.size === 1 && rows.kernel === 1 ? [columns] : [rows, columns];

/**
 * Yields the geometries that match the windows, the simplest first.
 *
 * @param windows - The windows, row by row. Each window is a list of the cells that it reads, in ascending order.
 * @param cells - The number of cells of the grid. Cells are numbered row by row.
 */
export function* geometriesOf(windows: readonly (readonly number[])[], cells: number): Generator<Geometry> {
  for (const width of divisors(cells).reverse()) {
    for (const windowsPerRow of divisors(windows.length).reverse()) {
      const sides = sidesOf(windows, width, windowsPerRow);
      if (sides === undefined) continue;
      for (const rows of axesOf(sides.rows, cells / width)) {
        for (const columns of axesOf(sides.columns, width)) yield [rows, columns];
      }
    }
  }
}

/** Returns the row-major kernel index at which a window reads a cell. */
export function kernelIndexOf([rows, columns]: Geometry, window: number, cell: number): number {
  const along = ({ stride, dilation, padding }: Axis, at: number, position: number) =>
    (position - at * stride + padding[0]) / dilation;
  const row = along(rows, Math.floor(window / columns.windows), Math.floor(cell / columns.size));
  return row * columns.kernel + along(columns, window % columns.windows, cell % columns.size);
}

/** All divisors of n, in ascending order. */
export function divisors(n: number): number[] {
  const found: number[] = [];
  for (let d = 1; d <= n; d++) if (n % d === 0) found.push(d);
  return found;
}

/**
 * The rows that each row of windows reads, and the columns that each column of windows reads. Undefined unless every
 * window reads exactly the cells where its rows and columns intersect.
 */
function sidesOf(
  windows: readonly (readonly number[])[],
  width: number,
  windowsPerRow: number,
): { readonly rows: readonly number[][]; readonly columns: readonly number[][] } | undefined {
  const rows: number[][] = [];
  const columns: number[][] = [];
  for (let w = 0; w < windows.length; w++) {
    const window = windows[w];
    const [r, c] = [Math.floor(w / windowsPerRow), w % windowsPerRow];
    if (c === 0) rows.push(distinct(window, (cell) => Math.floor(cell / width)));
    if (r === 0) columns.push(distinct(window, (cell) => cell % width));
    const [ys, xs] = [rows[r], columns[c]];
    if (window.length !== ys.length * xs.length) return undefined;
    for (let k = 0; k < window.length; k++) {
      if (window[k] !== ys[Math.floor(k / xs.length)] * width + xs[k % xs.length]) return undefined;
    }
  }
  return { rows, columns };
}

const distinct = (window: readonly number[], coordinate: (cell: number) => number) =>
  [...new Set(window.map(coordinate))].sort((a, b) => a - b);

/**
 * Maximum difference to try between the size of the kernel and the size of the largest window. The kernel is larger
 * than every window if a part of the kernel is in the padding at every position.
 */
const maxHidden = 2;
/** Maximum stride to try if no two windows of the largest size determine the stride. */
const maxStride = 8;

/** Yields the axes that match these windows. The cells of a window are in ascending order. */
function* axesOf(windows: readonly (readonly number[])[], size: number): Generator<Axis> {
  const longest = windows.reduce((max, { length }) => Math.max(max, length), 0);
  const longestWindow = windows.find(({ length }) => length === longest)!;
  const dilation = longest > 1 ? longestWindow[1] - longestWindow[0] : 1;
  const complete = windows.flatMap((window, k) => (window.length === longest ? [{ k, first: window[0] }] : []));
  const [first, last] = [complete[0], complete[complete.length - 1]];
  const measuredStride =
    windows.length === 1 ? 1 : last.k > first.k ? (last.first - first.first) / (last.k - first.k) : 0;
  const candidates = Array.from({ length: windows.length === 1 ? 1 : maxStride }, (_, k) => k + 1);
  for (let kernel = longest; kernel <= longest + maxHidden; kernel++) {
    for (const stride of kernel === longest && Number.isInteger(measuredStride) && measuredStride > 0
      ? [measuredStride]
      : candidates) {
      for (let begin = 0; begin <= (kernel - 1) * dilation; begin++) {
        const span = (kernel - 1) * dilation + 1;
        const end = Math.max(0, (windows.length - 1) * stride + span - size - begin);
        const count = Math.floor((size + begin + end - span) / stride) + 1;
        const axis: Axis = { size, kernel, stride, dilation, padding: [begin, end], windows: windows.length };
        if (count === windows.length && windows.every((window, k) => reads(axis, k, window))) yield axis;
      }
    }
  }
}

/** Whether a window of this axis reads exactly these cells. */
function reads({ size, kernel, stride, dilation, padding }: Axis, window: number, cells: readonly number[]): boolean {
  let at = 0;
  for (let k = 0; k < kernel; k++) {
    const position = window * stride - padding[0] + k * dilation;
    if (position < 0 || position >= size) continue;
    if (cells[at++] !== position) return false;
  }
  return at === cells.length;
}
