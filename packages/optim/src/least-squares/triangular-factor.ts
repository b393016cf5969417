/** A QR factorization to which rows are added block by block. */

/** The maximum number of rows that `fold` adds at once. */
const rowsPerBlock = 128;
/**
 * √ε. `pivot` updates squared column norms by subtraction. If a squared norm falls below this fraction of its last
 * exact value, the norm is computed again.
 */
const minSquaredNormRatio = 1.5e-8;

/**
 * The triangular factor of a least-squares problem, min ‖J·p + r‖: J = Q·R, stored as R and z = Qᵀr. The rows of J are
 * added block by block, so that memory does not depend on the number of rows. Uses Householder reflections
 * (Golub and Van Loan, Matrix Computations, 5.2 and 5.4).
 */
export class TriangularFactor {
  /** Upper triangle, row-major, [n × n]. */
  readonly R: Float64Array;
  /** Qᵀr, [n]. */
  readonly z: Float64Array;
  /** The parameter that column k belongs to, [n]. The identity until {@link TriangularFactor.pivot}. */
  readonly columns: Uint32Array;
  #scratch: Float64Array | undefined;
  #damped: TriangularFactor | undefined;

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
   * Adds rows to J and r. May overwrite `rows` and `right`.
   *
   * @param rows - Rows of J, row-major, [count × n].
   * @param right - The entries of r for these rows.
   */
  fold(rows: Float64Array, right: Float64Array, count: number): void {
    for (let first = 0; first < count; first += rowsPerBlock) {
      const size = Math.min(rowsPerBlock, count - first);
      this.#foldColumns(this.#transposed(rows, first, size), right.subarray(first, first + size), size);
    }
  }

  /** Transposes a block of rows to column-major order, so that columns are contiguous in memory. */
  #transposed(rows: Float64Array, first: number, count: number): Float64Array {
    const { n } = this;
    this.#scratch ??= new Float64Array(n * rowsPerBlock);
    for (let i = 0; i < count; i++) {
      for (let k = 0, from = (first + i) * n; k < n; k++) this.#scratch[k * count + i] = rows[from + k];
    }
    return this.#scratch;
  }

  /**
   * Folds a block of rows into R and z.
   *
   * @param columns - The rows in column-major order, one column every `stride` numbers.
   * @param isTriangular - Whether row i is 0 before column i.
   */
  #foldColumns(columns: Float64Array, right: Float64Array, stride: number, isTriangular = false): void {
    const { R, z, n } = this;
    for (let j = 0; j < n; j++) {
      const pivotStart = j * stride;
      const count = isTriangular ? j + 1 : stride;
      const below = norm(columns, pivotStart, pivotStart + count);
      if (below === 0) continue;
      const a = R[j * n + j];
      const length = Math.hypot(a, below);
      const diagonal = a > 0 ? -length : length;
      // The reflection I + v·vᵀ/(diagonal·head), with v = [head; column j of the block].
      const head = a - diagonal;
      const factor = 1 / (diagonal * head);
      R[j * n + j] = diagonal;
      let k = j + 1;
      // Four columns at once, because their sums are independent.
      for (; k + 3 < n; k += 4) {
        const [c0, c1, c2, c3] = [k * stride, (k + 1) * stride, (k + 2) * stride, (k + 3) * stride];
        const above = j * n + k;
        let d0 = head * R[above];
        let d1 = head * R[above + 1];
        let d2 = head * R[above + 2];
        let d3 = head * R[above + 3];
        for (let i = 0; i < count; i++) {
          const v = columns[pivotStart + i];
          d0 += v * columns[c0 + i];
          d1 += v * columns[c1 + i];
          d2 += v * columns[c2 + i];
          d3 += v * columns[c3 + i];
        }
        d0 *= factor;
        d1 *= factor;
        d2 *= factor;
        d3 *= factor;
        R[above] += d0 * head;
        R[above + 1] += d1 * head;
        R[above + 2] += d2 * head;
        R[above + 3] += d3 * head;
        for (let i = 0; i < count; i++) {
          const v = columns[pivotStart + i];
          columns[c0 + i] += d0 * v;
          columns[c1 + i] += d1 * v;
          columns[c2 + i] += d2 * v;
          columns[c3 + i] += d3 * v;
        }
      }
      for (; k < n; k++) {
        const columnStart = k * stride;
        let dot = head * R[j * n + k];
        for (let i = 0; i < count; i++) dot += columns[pivotStart + i] * columns[columnStart + i];
        dot *= factor;
        R[j * n + k] += dot * head;
        for (let i = 0; i < count; i++) columns[columnStart + i] += dot * columns[pivotStart + i];
      }
      let dot = head * z[j];
      for (let i = 0; i < count; i++) dot += columns[pivotStart + i] * right[i];
      dot *= factor;
      z[j] += dot * head;
      for (let i = 0; i < count; i++) right[i] += dot * columns[pivotStart + i];
    }
  }

  /**
   * Reorders the columns so that the diagonal entries decrease in magnitude. Undetermined parameters then come last.
   */
  pivot(): void {
    const { R, z, n, columns } = this;
    // Column-major, so that columns are contiguous in memory.
    const work = new Float64Array(n * n);
    for (let k = 0; k < n; k++) for (let i = 0; i <= k; i++) work[k * n + i] = R[i * n + k];
    const norms = Float64Array.from({ length: n }, (_, k) => norm(work, k * n, k * n + n));
    const exact = norms.slice();
    for (let j = 0; j < n; j++) {
      let longest = j;
      for (let k = j + 1; k < n; k++) if (norms[k] > norms[longest]) longest = k;
      if (longest !== j) {
        const column = work.slice(j * n, j * n + n);
        work.copyWithin(j * n, longest * n, longest * n + n);
        work.set(column, longest * n);
        [columns[j], columns[longest]] = [columns[longest], columns[j]];
        [norms[longest], exact[longest]] = [norms[j], exact[j]];
      }
      const pivotStart = j * n;
      const length = norm(work, pivotStart + j, pivotStart + n);
      if (!(length > 0)) break;
      const diagonal = work[pivotStart + j] > 0 ? -length : length;
      work[pivotStart + j] -= diagonal;
      const factor = 1 / (diagonal * work[pivotStart + j]);
      for (let k = j + 1; k < n; k++) {
        const columnStart = k * n;
        let dot = 0;
        for (let i = j; i < n; i++) dot += work[pivotStart + i] * work[columnStart + i];
        dot *= factor;
        for (let i = j; i < n; i++) work[columnStart + i] += dot * work[pivotStart + i];
        // The norm of column k below row j: computed by subtraction as long as that is accurate, as in LAPACK's xGEQP3.
        if (norms[k] === 0) continue;
        const share = Math.max(0, 1 - (work[columnStart + j] / norms[k]) ** 2);
        if (share * (norms[k] / exact[k]) ** 2 > minSquaredNormRatio) norms[k] *= Math.sqrt(share);
        else norms[k] = exact[k] = norm(work, columnStart + j + 1, columnStart + n);
      }
      let dot = 0;
      for (let i = j; i < n; i++) dot += work[pivotStart + i] * z[i];
      dot *= factor;
      for (let i = j; i < n; i++) z[i] += dot * work[pivotStart + i];
      work[pivotStart + j] = diagonal;
    }
    for (let i = 0; i < n; i++) for (let k = i; k < n; k++) R[i * n + k] = work[k * n + i];
  }

  /**
   * Returns a lower bound of the condition number ‖R‖·‖R⁻¹‖. The bound is rarely below a tenth of the condition number.
   * Returns Infinity if R is singular. Takes two triangular solves. The right-hand side of the first is chosen so that
   * the solution grows (Cline, Moler, Stewart and Wilkinson 1979).
   */
  condition(): number {
    const { R, n } = this;
    const sums = new Float64Array(n);
    const v = new Float64Array(n);
    // Solve Rᵀv = s for v. Each entry of s is chosen as 1 or −1.
    for (let j = 0; j < n; j++) {
      v[j] = (sums[j] > 0 ? -1 - sums[j] : 1 - sums[j]) / R[j * n + j];
      for (let k = j + 1; k < n; k++) sums[k] += R[j * n + k] * v[j];
    }
    const normOfV = norm(v, 0, n);
    // Solve R·w = v for w, which overwrites v.
    for (let j = n - 1; j >= 0; j--) {
      for (let k = j + 1; k < n; k++) v[j] -= R[j * n + k] * v[k];
      v[j] /= R[j * n + j];
    }
    const condition = (norm(v, 0, n) / normOfV) * norm(R, 0, n * n);
    return Number.isNaN(condition) ? Infinity : condition;
  }

  /**
   * Returns the number of parameters that the rows determine: the number of diagonal entries above `tolerance` times
   * the first. Call `pivot` first.
   */
  rank(tolerance = 1e-13): number {
    const { R, n } = this;
    let rank = 0;
    while (rank < n && Math.abs(R[rank * n + rank]) > tolerance * Math.abs(R[0])) rank++;
    return rank;
  }

  /**
   * Computes the step that minimizes ‖J·step + r‖² + λ·‖D·step‖², and writes it to `step`, in the order of the columns.
   * An entry of the step is 0 if the diagonal entry of the damped R in that column is 0, or if R has only zeros in that
   * column. (For a column of zeros and a small λ, the entry would otherwise be a rounding error divided by √λ.)
   *
   * @param scale - The diagonal of D, in the order of the columns.
   * @returns The factor of the damped problem, whose R satisfies RᵀR = JᵀJ + λ·D². Valid until the next call.
   */
  solve(lambda: number, scale: Float64Array, step: Float64Array): Pick<TriangularFactor, 'R' | 'z' | 'n'> {
    const { n } = this;
    const damped = lambda > 0 ? this.#damp(lambda, scale) : this;
    for (let j = n - 1; j >= 0; j--) {
      let sum = -damped.z[j];
      for (let k = j + 1; k < n; k++) sum -= damped.R[j * n + k] * step[k];
      step[j] = damped.R[j * n + j] === 0 || this.#isZeroColumn(j) ? 0 : sum / damped.R[j * n + j];
    }
    return damped;
  }

  #isZeroColumn(k: number): boolean {
    const { R, n } = this;
    for (let i = 0; i <= k; i++) if (R[i * n + k] !== 0) return false;
    return true;
  }

  /** Returns a copy of the factor with the additional rows √λ·D. */
  #damp(lambda: number, scale: Float64Array): TriangularFactor {
    const { n } = this;
    const damped = (this.#damped ??= new TriangularFactor(n));
    damped.R.set(this.R);
    damped.z.set(this.z);
    const rows = (damped.#scratch ??= new Float64Array(n * n));
    rows.fill(0);
    for (let j = 0; j < n; j++) rows[j * n + j] = Math.sqrt(lambda) * scale[j];
    damped.#foldColumns(rows, new Float64Array(n), n, true);
    return damped;
  }
}

/** Returns the norm of the entries `first` to `end` − 1. Scales by the largest entry, so that nothing overflows. */
function norm(values: Float64Array, first: number, end: number): number {
  let largest = 0;
  for (let k = first; k < end; k++) largest = Math.max(largest, Math.abs(values[k]));
  if (largest === 0) return 0;
  let sum = 0;
  for (let k = first; k < end; k++) sum += (values[k] / largest) ** 2;
  return largest * Math.sqrt(sum);
}
