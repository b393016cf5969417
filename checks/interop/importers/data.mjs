/** Small things to learn: what the models of other libraries are trained on. */

export const xor = [
  { input: [0, 0], output: [0] },
  { input: [0, 1], output: [1] },
  { input: [1, 0], output: [1] },
  { input: [1, 1], output: [0] },
];

/** Flowers no one picked: four measures, drawn around three kinds. Scaled to about 0 to 1. */
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

/** Places around and between the samples, as far as `reach` out. */
export function probes(inputs, count, reach = 2) {
  return Array.from({ length: count }, () => Array.from({ length: inputs }, () => reach * (2 * Math.random() - 1)));
}
