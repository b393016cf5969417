/** Small training problems. */
import { Random, Standardization } from '@nnbp/core';
import { iris } from '../../apps/demo/src/data.js';
import { readProben1 } from './proben1-data.js';

/** Training samples, and the layer sizes of the network to train on them. */
export interface Problem {
  readonly name: string;
  readonly layers: readonly number[];
  readonly inputs: readonly number[][];
  readonly targets: readonly number[][];
}

/**
 * Creates all problems. Pima (the training samples of Proben1's diabetes1) is included only if the environment variable
 * PROBEN1 is set.
 */
export function smallProblems(): Problem[] {
  const random = new Random(7);
  const xs = Array.from({ length: 20 }, (_, k) => k / 9.5 - 1);
  const spirals = [0, 1].flatMap((side) =>
    Array.from({ length: 97 }, (_, k) => {
      const [radius, angle] = [(104 - k) / 104, (k * Math.PI) / 16 + side * Math.PI];
      return { input: [radius * Math.sin(angle), radius * Math.cos(angle)], target: [side === 0 ? -1 : 1] };
    }),
  );
  const flowers = iris(1).training;
  const pima = readProben1('diabetes1')?.training;
  return [
    {
      name: 'five points',
      layers: [1, 4, 1],
      inputs: [-1, -0.5, 0, 0.5, 1].map((x) => [x]),
      targets: [0.2, -0.4, 0.7, 0.1, -0.3].map((y) => [y]),
    },
    {
      name: 'sine, 20 noisy points',
      layers: [1, 8, 1],
      inputs: xs.map((x) => [x]),
      targets: xs.map((x) => [Math.sin(Math.PI * x) + 0.05 * random.normal()]),
    },
    {
      name: 'iris',
      layers: [4, 8, 3],
      ...standardized(flowers.inputs as number[][]),
      targets: flowers.targets as number[][],
    },
    ...(pima === undefined
      ? []
      : [{ name: 'Pima', layers: [8, 8, 1], inputs: pima.inputs, targets: pima.targets.map(([yes]) => [yes]) }]),
    {
      name: 'two spirals',
      layers: [2, 12, 12, 1],
      inputs: spirals.map(({ input }) => input),
      targets: spirals.map(({ target }) => target),
    },
  ];
}

function standardized(rows: readonly number[][]): { readonly inputs: number[][] } {
  const scaler = Standardization.fit(rows);
  return { inputs: rows.map((row) => [...scaler.applyRow(row)]) };
}
