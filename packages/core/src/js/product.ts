/**
 * The matrix product of dense blocks. Cases 2 and 3 of backpropagation use it with different strides:
 *
 *     case 2    D += Wᵀ · Δ      predecessor × sample, a sum over nodes
 *     case 3    G += Δ · Xᵀ      node × predecessor, a sum over samples
 *
 * with D = dloss/dx and Δ = dloss/dx · slope. Two rows and four columns of the result are computed at a time (four rows
 * and one column for the last columns), to keep the processor's adders busy. The terms of each sum are added in
 * order.
 */

/**
 * Computes c += a · b, where a is rows × inner and b is inner × columns. Entry (r, k) of a is a[aFirst + r · aRow + k ·
 * aColumn], and likewise for b and c.
 */
export function addProduct(
  a: Float64Array,
  aFirst: number,
  aRow: number,
  aColumn: number,
  b: Float64Array,
  bFirst: number,
  bRow: number,
  bColumn: number,
  c: Float64Array,
  cFirst: number,
  cRow: number,
  cColumn: number,
  rows: number,
  inner: number,
  columns: number,
): void {
  let column = 0;
  for (; column + 3 < columns; column += 4) {
    const b0 = bFirst + column * bColumn;
    const b1 = b0 + bColumn;
    const b2 = b1 + bColumn;
    const b3 = b2 + bColumn;
    let row = 0;
    for (; row + 1 < rows; row += 2) {
      const c0 = cFirst + row * cRow + column * cColumn;
      const c1 = c0 + cRow;
      let s00 = c[c0];
      let s01 = c[c0 + cColumn];
      let s02 = c[c0 + 2 * cColumn];
      let s03 = c[c0 + 3 * cColumn];
      let s10 = c[c1];
      let s11 = c[c1 + cColumn];
      let s12 = c[c1 + 2 * cColumn];
      let s13 = c[c1 + 3 * cColumn];
      let at = aFirst + row * aRow;
      for (let k = 0, offset = 0; k < inner; k++) {
        const left0 = a[at];
        const left1 = a[at + aRow];
        const right0 = b[b0 + offset];
        const right1 = b[b1 + offset];
        const right2 = b[b2 + offset];
        const right3 = b[b3 + offset];
        s00 += left0 * right0;
        s01 += left0 * right1;
        s02 += left0 * right2;
        s03 += left0 * right3;
        s10 += left1 * right0;
        s11 += left1 * right1;
        s12 += left1 * right2;
        s13 += left1 * right3;
        at += aColumn;
        offset += bRow;
      }
      c[c0] = s00;
      c[c0 + cColumn] = s01;
      c[c0 + 2 * cColumn] = s02;
      c[c0 + 3 * cColumn] = s03;
      c[c1] = s10;
      c[c1 + cColumn] = s11;
      c[c1 + 2 * cColumn] = s12;
      c[c1 + 3 * cColumn] = s13;
    }
    if (row < rows) {
      const c0 = cFirst + row * cRow + column * cColumn;
      let s0 = c[c0];
      let s1 = c[c0 + cColumn];
      let s2 = c[c0 + 2 * cColumn];
      let s3 = c[c0 + 3 * cColumn];
      let at = aFirst + row * aRow;
      for (let k = 0, offset = 0; k < inner; k++) {
        const left = a[at];
        s0 += left * b[b0 + offset];
        s1 += left * b[b1 + offset];
        s2 += left * b[b2 + offset];
        s3 += left * b[b3 + offset];
        at += aColumn;
        offset += bRow;
      }
      c[c0] = s0;
      c[c0 + cColumn] = s1;
      c[c0 + 2 * cColumn] = s2;
      c[c0 + 3 * cColumn] = s3;
    }
  }
  for (; column < columns; column++) {
    const b0 = bFirst + column * bColumn;
    let row = 0;
    for (; row + 3 < rows; row += 4) {
      const c0 = cFirst + row * cRow + column * cColumn;
      let s0 = c[c0];
      let s1 = c[c0 + cRow];
      let s2 = c[c0 + 2 * cRow];
      let s3 = c[c0 + 3 * cRow];
      let a0 = aFirst + row * aRow;
      let a1 = a0 + aRow;
      let a2 = a1 + aRow;
      let a3 = a2 + aRow;
      for (let k = 0, at = b0; k < inner; k++) {
        const right = b[at];
        s0 += a[a0] * right;
        s1 += a[a1] * right;
        s2 += a[a2] * right;
        s3 += a[a3] * right;
        a0 += aColumn;
        a1 += aColumn;
        a2 += aColumn;
        a3 += aColumn;
        at += bRow;
      }
      c[c0] = s0;
      c[c0 + cRow] = s1;
      c[c0 + 2 * cRow] = s2;
      c[c0 + 3 * cRow] = s3;
    }
    for (; row < rows; row++) {
      const c0 = cFirst + row * cRow + column * cColumn;
      let sum = c[c0];
      for (let k = 0, a0 = aFirst + row * aRow, at = b0; k < inner; k++) {
        sum += a[a0] * b[at];
        a0 += aColumn;
        at += bRow;
      }
      c[c0] = sum;
    }
  }
}
