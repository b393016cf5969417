/** Rows of a block that are folded together. */
const rowsAtOnce = 128;

/**
 * The triangular factor of a least-squares problem, min ‖J·p + r‖: J = Q·R, kept as R and z = Qᵀr. Rows of J arrive in
 * blocks and are folded in one block after another, so that memory is n² for n parameters however many rows there are.
 * Householder reflections (Golub and Van Loan, Matrix Computations, 5.2 and 5.4).
 */
export class TriangularFactor {
  /** Upper triangle, row-major, [n × n]. */
  readonly R: Float64Array;
  /** Qᵀr, [n]. */
  readonly z: Float64Array;
  /** The parameter that column k belongs to, [n]. The identity until {@link TriangularFactor.pivot}. */
  readonly columns: Uint32Array;
  #scratch: Float64Array | undefined;

  constructor(
    /** The number of parameters. */
    readonly n: number,
  ) {
    this.R = new Float64Array(n * n);
    this.z = new Float64Array(n);
    this.columns = new Uint32Array(n);
    this.clear();
  }

  /** Removes all rows. */
  clear(): void {
    this.R.fill(0);
    this.z.fill(0);
    for (let k = 0; k < this.n; k++) this.columns[k] = k;
  }

  /**
   * Adds rows. May overwrite both arguments.
   *
   * @param rows - Row-major, [count × n].
   * @param right - One number per row.
   */
  fold(rows: Float64Array, right: Float64Array, count: number): void {
    for (let first = 0; first < count; first += rowsAtOnce) {
      const some = Math.min(rowsAtOnce, count - first);
      this.#foldColumns(this.#transposed(rows, first, some), right.subarray(first, first + some), some);
    }
  }

  /** Some rows, column-major, so that what is read together is adjacent in memory. */
  #transposed(rows: Float64Array, first: number, count: number): Float64Array {
    const { n } = this;
    this.#scratch ??= new Float64Array(n * rowsAtOnce);
    for (let i = 0; i < count; i++) {
      for (let k = 0, from = (first + i) * n; k < n; k++) this.#scratch[k * count + i] = rows[from + k];
    }
    return this.#scratch;
  }

  #foldColumns(columns: Float64Array, right: Float64Array, count: number): void {
    const { R, z, n } = this;
    for (let j = 0; j < n; j++) {
      const own = j * count;
      const below = norm(columns, own, own + count);
      if (below === 0) continue;
      const a = R[j * n + j];
      const diagonal = a > 0 ? -Math.hypot(a, below) : Math.hypot(a, below);
      // The reflection I + v·vᵀ/(diagonal·head), with v = [head; column j of the block].
      const head = a - diagonal;
      const factor = 1 / (diagonal * head);
      R[j * n + j] = diagonal;
      for (let k = j + 1; k < n; k++) {
        const other = k * count;
        let dot = head * R[j * n + k];
        for (let i = 0; i < count; i++) dot += columns[own + i] * columns[other + i];
        dot *= factor;
        R[j * n + k] += dot * head;
        for (let i = 0; i < count; i++) columns[other + i] += dot * columns[own + i];
      }
      let dot = head * z[j];
      for (let i = 0; i < count; i++) dot += columns[own + i] * right[i];
      dot *= factor;
      z[j] += dot * head;
      for (let i = 0; i < count; i++) right[i] += dot * columns[own + i];
    }
  }

  /** Reorders the columns so that the diagonal decreases in size: undetermined parameters come last. */
  pivot(): void {
    const { R, z, n, columns } = this;
    const v = new Float64Array(n);
    for (let j = 0; j < n; j++) {
      let longest = j;
      let norm = -1;
      for (let k = j; k < n; k++) {
        const length = columnNorm(R, k, n, j, n);
        if (length > norm) [longest, norm] = [k, length];
      }
      if (!(norm > 0)) return;
      if (longest !== j) {
        [columns[j], columns[longest]] = [columns[longest], columns[j]];
        for (let i = 0; i < n; i++) [R[i * n + j], R[i * n + longest]] = [R[i * n + longest], R[i * n + j]];
      }
      const diagonal = R[j * n + j] > 0 ? -norm : norm;
      for (let i = j; i < n; i++) v[i] = R[i * n + j];
      v[j] -= diagonal;
      const factor = 1 / (diagonal * v[j]);
      R[j * n + j] = diagonal;
      for (let i = j + 1; i < n; i++) R[i * n + j] = 0;
      for (let k = j + 1; k < n; k++) {
        let dot = 0;
        for (let i = j; i < n; i++) dot += v[i] * R[i * n + k];
        dot *= factor;
        for (let i = j; i < n; i++) R[i * n + k] += dot * v[i];
      }
      let dot = 0;
      for (let i = j; i < n; i++) dot += v[i] * z[i];
      dot *= factor;
      for (let i = j; i < n; i++) z[i] += dot * v[i];
    }
  }

  /** How many parameters the rows determine: diagonal entries above `tolerance` times the first. After `pivot`. */
  rank(tolerance = 1e-13): number {
    const { R, n } = this;
    let rank = 0;
    while (rank < n && Math.abs(R[rank * n + rank]) > tolerance * Math.abs(R[0])) rank++;
    return rank;
  }

  /**
   * Writes the step that minimizes ‖J·step + r‖² + λ·‖D·step‖², with columns in pivoted order. A column without rows
   * gets 0.
   *
   * @param scale - The diagonal of D, in pivoted order.
   * @returns The factor of the damped problem, whose R satisfies RᵀR = JᵀJ + λ·D².
   */
  solve(lambda: number, scale: Float64Array, step: Float64Array): TriangularFactor {
    const { n } = this;
    const damped = new TriangularFactor(n);
    damped.R.set(this.R);
    damped.z.set(this.z);
    if (lambda > 0) {
      const rows = new Float64Array(n * n);
      for (let k = 0; k < n; k++) rows[k * n + k] = Math.sqrt(lambda) * scale[k];
      damped.fold(rows, new Float64Array(n), n);
    }
    for (let j = n - 1; j >= 0; j--) {
      let sum = -damped.z[j];
      for (let k = j + 1; k < n; k++) sum -= damped.R[j * n + k] * step[k];
      step[j] = damped.R[j * n + j] === 0 ? 0 : sum / damped.R[j * n + j];
    }
    return damped;
  }
}

/** ‖column‖ over the rows from `first` up to `end` of a row-major matrix. */
function columnNorm(matrix: Float64Array, column: number, n: number, first: number, end: number): number {
  return norm(matrix, first * n + column, end * n, n);
}

/** ‖v‖ of the entries `first`, `first` + `stride`, … before `end`, without overflow: scaled by the largest entry. */
function norm(values: Float64Array, first: number, end: number, stride = 1): number {
  let largest = 0;
  for (let k = first; k < end; k += stride) largest = Math.max(largest, Math.abs(values[k]));
  if (largest === 0) return 0;
  let sum = 0;
  for (let k = first; k < end; k += stride) sum += (values[k] / largest) ** 2;
  return largest * Math.sqrt(sum);
}
