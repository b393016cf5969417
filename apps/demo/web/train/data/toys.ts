/** Small data sets: points of two classes in a plane, and points along a curve. */
import { Random } from '@nnbp/core';
import { type Dataset, sampleSetOf } from './dataset.js';
import { divide } from './divide.js';

type Point = readonly [x: number, y: number];

/** Returns a random point of one of the two classes, before noise is added. */
type Shape = (random: Random, isSecondClass: boolean) => Point;

const around = (radius: number, angle: number): Point => [radius * Math.cos(angle), radius * Math.sin(angle)];

/** The planar data sets. Before noise is added, all points lie in [−1, 1]². */
const shapes = {
  /** Four squares; diagonally opposite ones belong to the same class. */
  xor(random, isSecondClass) {
    const side = () => 0.08 + 0.87 * random.uniform();
    const sign = random.uniform() < 0.5 ? 1 : -1;
    return [sign * side(), (isSecondClass ? -sign : sign) * side()];
  },
  /** A disc, and a ring around it. */
  circles: (random, isSecondClass) =>
    around(
      isSecondClass ? 0.65 + 0.3 * random.uniform() : 0.42 * Math.sqrt(random.uniform()),
      2 * Math.PI * random.uniform(),
    ),
  /** Two interleaving crescents. */
  moons(random, isSecondClass) {
    const [x, y] = around(0.62, Math.PI * random.uniform());
    return isSecondClass ? [x + 0.31, 0.18 - y] : [x - 0.31, y - 0.18];
  },
  /** Two intertwined spirals. */
  spirals(random, isSecondClass) {
    const along = random.uniform();
    return around(0.08 + 0.87 * along, 2.5 * Math.PI * along + (isSecondClass ? Math.PI : 0));
  },
} satisfies Record<string, Shape>;

const samples = 400;

/** Returns 400 points in a plane, half of them for validation. `noise`: from 0 to 1. */
export function planar(name: keyof typeof shapes, noise: number, seed: number): Dataset {
  const random = new Random(seed);
  const shape: Shape = shapes[name];
  const rows: number[][] = [];
  const targets: number[] = [];
  for (let s = 0; s < samples; s++) {
    const isSecondClass = s % 2 === 1;
    rows.push(shape(random, isSecondClass).map((value) => value + 0.25 * noise * random.normal()));
    targets.push(Number(isSecondClass));
  }
  return {
    task: 'binary',
    inputNames: ['x', 'y'],
    targetName: '',
    classes: ['0', '1'],
    ...divide(rows, targets, samples / 2, seed),
    standardize: false,
    range: [-1.25, 1.25],
  };
}

const curve = (points: readonly Point[]) =>
  sampleSetOf(
    points.map(([x]) => [x]),
    points.map(([, y]) => y),
  );

export const tripling = (): Dataset => ({
  task: 'regression',
  inputNames: ['x'],
  targetName: 'y',
  classes: [],
  training: curve([1, 2, 3, 4, 5].map((x) => [x, 3 * x])),
  standardize: false,
  range: [0, 6],
});

/** Returns five points close to a line. */
export const fivePoints = (): Dataset => ({
  task: 'regression',
  inputNames: ['x'],
  targetName: 'y',
  classes: [],
  training: curve([
    [1, 3.2],
    [2, 7],
    [3, 8],
    [4, 11.2],
    [5, 15.3],
  ]),
  standardize: true,
  range: [0, 6],
});

/** A drawn function with at least this many points is split into training and validation points. */
const enoughToSplit = 12;

/**
 * Returns the data set of a drawn function. `points`: x₀, y₀, x₁, y₁, …, in [−1, 1]. If there are enough points, every
 * fourth is for validation.
 */
export function drawn(points: readonly number[]): Dataset {
  const pairs: Point[] = [];
  for (let at = 0; at + 1 < points.length; at += 2) pairs.push([points[at], points[at + 1]]);
  const isValidation = (_: Point, k: number) => pairs.length >= enoughToSplit && k % 4 === 2;
  const validation = pairs.filter(isValidation);
  return {
    task: 'regression',
    inputNames: ['x'],
    targetName: 'y',
    classes: [],
    training: curve(pairs.filter((pair, k) => !isValidation(pair, k))),
    ...(validation.length > 0 && { validation: curve(validation) }),
    standardize: false,
    range: [-1.1, 1.1],
  };
}
