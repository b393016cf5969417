/** Small data sets for training models with other libraries. */

export const xor = [
  { input: [0, 0], output: [0] },
  { input: [0, 1], output: [1] },
  { input: [1, 0], output: [1] },
  { input: [1, 1], output: [0] },
];

/** Synthetic flowers: samples of three classes with four measurements each, scaled to about [0, 1]. */
export const flowers = Array.from({ length: 90 }, (_, k) => {
  const kind = k % 3;
  const middle = [
    [0.2, 0.6, 0.1, 0.1],
    [0.5, 0.3, 0.6, 0.5],
    [0.7, 0.4, 0.8, 0.8],
  ][kind];
  return {
    input: middle.map((m, j) => m + 0.15 * Math.sin(12.9898 * (k + 1) + 78.233 * (j + 1))),
    output: [0, 1, 2].map((other) => Number(other === kind)),
  };
});

/** Returns `count` random rows, each with `inputs` numbers from −2 to 2. */
export function probes(inputs, count) {
  return Array.from({ length: count }, () => Array.from({ length: inputs }, () => 4 * Math.random() - 2));
}
