/** The minimum and maximum of a list of any length. (`Math.min(...values)` overflows the stack for long lists.) */
export function extentOf(values: readonly number[]): [min: number, max: number] {
  let [min, max] = [Infinity, -Infinity];
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return [min, max];
}
