/** Tests the points, targets and tolerances that the gradient checks use. */
import { identity, relu, tanh } from '@nnbp/activations';
import { type Activation, GraphBuilder, type Loss, mlp, Network } from '@nnbp/core';
import { checkActivation, checkLoss, checkNetwork } from '@nnbp/gradcheck';
import { binaryCrossEntropy, hinge, mae, mse, softmaxCrossEntropy } from '@nnbp/losses';
import { describe, expect, test } from 'vitest';

/** An activation with a kink at 1: slope · |h − 1| + 1. */
const bent = (slope: number, kinks: readonly number[] = []): Activation => ({
  name: 'bent',
  value: (h) => slope * Math.abs(h - 1) + 1,
  derivative: (h) => slope * Math.sign(h - 1),
  kinks,
});

describe('checkActivation', () => {
  test('checkActivation evaluates at h = 0 and at 30 points of each sign', () => {
    const points = checkActivation(identity).comparisons.map(({ at }) => at ?? NaN);
    expect(points).toHaveLength(61);
    expect(points.map(Math.abs).sort((a, b) => a - b)).toEqual(
      [
        ...[
          0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1, 1.1, 1.3, 1.5, 1.8, 2, 2.3, 2.5, 2.7, 3, 3.5, 4, 5, 6.1, 7.7,
        ],
        ...[10, 16.3, 31, 77, 300, 1000, 10000],
      ].flatMap((h) => (h === 0 ? [h] : [h, h])),
    );
    expect(points.reduce((sum, h) => sum + h, 0)).toBe(0);
  });

  test('checkActivation skips a point on a kink, and does not step across the kink from any other point', () => {
    const seen: number[] = [];
    const recording = { ...bent(1, [1]), value: (h: number) => (seen.push(h), Math.abs(h - 1) + 1) };
    const report = checkActivation(recording, { at: [-1, 1] });
    expect(report.excluded).toEqual([{ name: 'h = 1', reason: 'a declared kink' }]);
    expect(report.comparisons.map(({ at }) => at)).toEqual([-1]);
    seen.length = 0;
    checkActivation(recording, { at: [1.1] });
    expect(Math.min(...seen)).toBeGreaterThan(1);
  });

  test.each([1, 0.1, 0.001])('checkActivation finds an undeclared kink with slopes of ±%d', (slope) => {
    expect(checkActivation(bent(slope), { at: [1] }).violations[0]).toMatch(
      new RegExp(`^At h = 1: .* differ by ${(2 * slope).toPrecision(2)}`),
    );
    expect(checkActivation(bent(slope), { at: [0, 2] }).violations).toEqual([]);
  });

  test('checkActivation allows an error relative to the derivative', () => {
    for (const h of [10, 0.001]) {
      const square = { name: 'square', value: (x: number) => x * x, derivative: (x: number) => 2 * x };
      const [{ tolerance }] = checkActivation(square, { at: [h], relativeTolerance: 0.5 }).comparisons;
      expect(tolerance).toBeCloseTo(h, 10);
    }
  });
});

describe('checkLoss', () => {
  /** Returns a copy of the loss that records all arguments with which it is called. */
  function recording(loss: Loss) {
    const seen: { x: number[]; t: number[] }[] = [];
    const value = (x: ArrayLike<number>, t: ArrayLike<number>) => {
      seen.push({ x: Array.from(x), t: Array.from(t) });
      return loss.value(x, t);
    };
    return { loss: { ...loss, value }, seen };
  }

  test('checkLoss draws five kinds of targets', () => {
    const offered: number[][][] = [[], [], [], [], []];
    let calls = 0;
    const recordingLoss: Loss = {
      ...mse(),
      targetProblem: (t) => void offered[calls++ % 5].push(Array.from(t)),
    };
    expect(checkLoss(recordingLoss).comparisons).toHaveLength(10 + 20 + 50);
    const [any, fractions, signs, counts, oneHot] = offered;
    const ends = (rows: number[][]) => [Math.min(...rows.flat()), Math.max(...rows.flat())];
    expect(ends(any)[0]).toBeGreaterThanOrEqual(-2);
    expect(ends(any)[0]).toBeLessThan(-1.5);
    expect(ends(any)[1]).toBeLessThan(2);
    expect(ends(any)[1]).toBeGreaterThan(1.5);
    expect(ends(fractions)[0]).toBeGreaterThanOrEqual(0);
    expect(ends(fractions)[1]).toBeLessThan(1);
    expect(new Set(signs.flat())).toEqual(new Set([-1, 1]));
    expect(new Set(counts.flat())).toEqual(new Set([0, 1, 2, 3, 4]));
    expect(new Set(oneHot.flat())).toEqual(new Set([0, 1]));
    for (const row of oneHot) expect(row.reduce((sum, t) => sum + t)).toBe(1);
    expect(new Set(oneHot.filter(({ length }) => length === 5).map((row) => row.indexOf(1))).size).toBe(5);
  });

  test('checkLoss draws outputs from −3 to 3, or between 0 and 1 for a loss on probabilities', () => {
    const at = (loss: Loss) => checkLoss(loss).comparisons.map(({ at }) => at ?? NaN);
    expect(Math.min(...at(mse()))).toBeLessThan(-2.5);
    expect(Math.max(...at(mse()))).toBeGreaterThan(2.5);
    const { loss, seen } = recording(binaryCrossEntropy());
    const report = checkLoss(loss).assert();
    const [below, ...inside] = seen;
    expect(below).toEqual({ x: [-1], t: [1] });
    expect(inside.length).toBeGreaterThan(1000);
    for (const { x } of inside) {
      expect(Math.min(...x)).toBeGreaterThan(0);
      expect(Math.max(...x)).toBeLessThan(1);
    }
    expect(Math.min(...report.comparisons.map(({ at }) => at ?? NaN))).toBeGreaterThan(0.02);
  });

  test.each<[string, (x: number) => boolean]>([
    ['below 0', (x) => x < 0],
    ['above 1', (x) => x > 1],
  ])('checkLoss treats a loss that is NaN only %s as a loss on probabilities', (_, isOutside) => {
    const half: Loss = {
      ...mse(),
      value: (x, t) => {
        expect(x).toHaveLength(t.length);
        return Array.from(x).some(isOutside) ? NaN : mse().value(x, t);
      },
    };
    for (const { at } of checkLoss(half).assert().comparisons) expect(Math.abs((at ?? NaN) - 0.5)).toBeLessThan(0.48);
  });

  test('if a range is given, checkLoss evaluates only points whose distance from it is less than 0.1', () => {
    const { loss, seen } = recording(mse());
    checkLoss(loss, { x: [5, 6], outputs: 1 }).assert();
    const all = seen.flatMap(({ x }) => x);
    expect(Math.min(...all)).toBeGreaterThan(4.9);
    expect(Math.max(...all)).toBeLessThan(6.1);
    expect(Math.max(...all) - Math.min(...all)).toBeGreaterThan(1);
  });

  test('checkLoss stays on one side of a kink and skips the kink', () => {
    const { loss, seen } = recording(hinge());
    checkLoss(loss, { x: [0.95, 0.95], outputs: 1, samples: 1, target: () => [1] }).assert();
    const evaluated = seen.map(({ x }) => x[0]);
    expect(Math.max(...evaluated)).toBeLessThan(1);
    expect(checkLoss(hinge(), { x: [1, 1], outputs: 1, samples: 1, target: () => [1] }).excluded).toEqual([
      { name: 'sample 0, dloss/dx_0', reason: 'a declared kink' },
    ]);
  });

  test('checkLoss does not skip an output at a distance of 1e-6 from a kink', () => {
    const near = { x: [1e-6, 1e-6], outputs: 1, samples: 1, target: () => [0] } as const;
    expect(checkLoss(mae(), near).comparisons).toHaveLength(1);
  });

  test('checkLoss allows an error relative to the derivative', () => {
    for (const x of [10, 0.001]) {
      const report = checkLoss(mse(), { x: [x, x], outputs: 1, target: () => [0], relativeTolerance: 0.5 });
      expect(report.comparisons[0].tolerance).toBeCloseTo(x, 10);
    }
  });
});

describe('checkNetwork', () => {
  const line = (w: number, b: number, activation = identity) => {
    const builder = new GraphBuilder();
    builder.output(builder.node('y', { from: [builder.input('x')], activation, fixed: { c: 1 } }));
    const network = new Network(builder.build());
    network.setParameters('y', { b, w: { x: w } });
    return network;
  };

  test('checkNetwork checks all parameter derivatives, then the input derivatives of each sample; if there are more than maxDerivatives, it checks a random selection', () => {
    const builder = new GraphBuilder();
    builder.input('1');
    builder.input('2');
    builder.node('3', { from: ['1', '2'], activation: tanh });
    builder.output(builder.node('4', { from: ['3', '1'], activation: tanh, fixed: { c: 1 } }));
    const network = new Network(builder.build(), { seed: 3 });
    const samples = [
      [0.1, 0.2],
      [0.3, -0.4],
    ];
    const report = checkNetwork(network, samples, [[1], [0]], mse(), { maxDerivatives: 11 }).assert();
    const names = report.comparisons.map(({ name }) => name);
    expect([...names].slice(0, 7).sort()).toEqual([
      ...['dloss/db_3', 'dloss/db_4', 'dloss/dc_3'],
      ...['dloss/dw_1to3', 'dloss/dw_1to4', 'dloss/dw_2to3', 'dloss/dw_3to4'],
    ]);
    expect(names.slice(7)).toEqual([
      ...['sample 0, dloss/dx_1', 'sample 0, dloss/dx_2', 'sample 1, dloss/dx_1', 'sample 1, dloss/dx_2'],
    ]);
    expect(report.excluded).toEqual([]);
    const drawn = checkNetwork(network, samples, [[1], [0]], mse(), { maxDerivatives: 10 }).comparisons;
    expect(drawn).toHaveLength(10);
    expect(drawn.map(({ name }) => name)).not.toEqual(names.slice(0, 10));
  });

  test.each([1e-8, -1e-8])('checkNetwork skips derivatives where a node is %d from a kink', (b) => {
    const { comparisons, excluded } = checkNetwork(line(1, b, relu), [[0]], [[1]], mse());
    expect(comparisons.map(({ name }) => name)).toEqual(['dloss/dw_xtoy']);
    expect(excluded.map(({ name }) => name)).toEqual(['dloss/db_y', 'sample 0, dloss/dx_x']);
  });

  test.each([1e-8, -1e-8])('checkNetwork skips derivatives where an output is %d from a kink of the loss', (b) => {
    const { excluded } = checkNetwork(line(1, b), [[0]], [[0]], mae());
    expect(excluded).toEqual([
      { name: 'dloss/db_y', reason: 'a kink within the smallest step' },
      { name: 'sample 0, dloss/dx_x', reason: 'a kink within the smallest step' },
    ]);
    const away = checkNetwork(line(1, b), [[0]], [[1]], mae()).assert();
    expect(away.comparisons).toHaveLength(3);
  });

  test('checkNetwork names a shared weight after its first edge and checks it once', () => {
    const builder = new GraphBuilder();
    const from = [builder.input('x'), builder.input('y')];
    const node = (id: string, w: Record<string, string>) =>
      builder.node(id, { from, activation: tanh, fixed: { c: 1 }, shared: { w } });
    builder.output(node('a', { x: 'one' }), node('b', { y: 'one' }));
    const { comparisons } = checkNetwork(new Network(builder.build()), [[1, 2]], [[0, 0]], mse());
    expect(comparisons.map(({ name }) => name).sort()).toEqual([
      ...['dloss/db_a', 'dloss/db_b', 'dloss/dw_xtoa', 'dloss/dw_xtob', 'dloss/dw_ytoa'],
      ...['sample 0, dloss/dx_x', 'sample 0, dloss/dx_y'],
    ]);
  });

  test.each([
    ['a node', relu, mse()],
    ['an output', identity, mae()],
  ])('checkNetwork does not skip derivatives where %s touches a kink without crossing it', (_, activation, loss) => {
    const square: Activation = { name: 'square', value: (h) => h * h, derivative: (h) => 2 * h };
    const builder = new GraphBuilder();
    const touching = builder.node('a', { from: [builder.input('x')], activation: square, fixed: { c: 1 } });
    builder.output(builder.node('y', { from: [touching], activation, fixed: { c: 1 } }));
    const network = new Network(builder.build());
    network.setParameters('y', { w: { a: 1 } });
    const { comparisons } = checkNetwork(network, [[0]], [[0]], loss).assert();
    expect(comparisons.map(({ name }) => name)).toContain('dloss/db_a');
  });

  test('the tolerance of checkNetwork is relative to the derivative, or to a thousandth of the loss if that is larger', () => {
    const tolerances = (w: number, x: number, t: number) =>
      checkNetwork(line(w, 0), [[x]], [[t]], mse(), { relativeTolerance: 0.5 }).comparisons.map((c) => c.tolerance);
    // For the loss (w x − t)²: dloss/db = 2 (w x − t), dloss/dw = x · dloss/db, dloss/dx = w · dloss/db.
    for (const [k, expected] of [10, 10, 10].entries()) expect(tolerances(1, 1, -9)[k]).toBeCloseTo(expected, 8);
    // dloss/dx is 0.002, and a thousandth of the loss is 0.1. The tolerance is half of the larger number.
    expect(tolerances(1e-4, 0, -10)[2]).toBeCloseTo(0.05, 8);
  });

  test('checkNetwork uses larger steps for larger numbers', () => {
    const { comparisons } = checkNetwork(line(100, 0), [[1]], [[0]], mse(), { relativeTolerance: 0 });
    const weightComparison = comparisons.find(({ name }) => name.startsWith('dloss/dw'));
    expect(weightComparison?.numeric).toBeCloseTo(200, 8);
    expect(weightComparison?.tolerance).toBeLessThan(1e-9);
  });

  test('checkNetwork allows for cancellation when the loss is computed from large outputs', () => {
    const network = new Network(mlp([1, 2], { activation: identity, outputActivation: identity }), { seed: 1 });
    network.setParameters('output.0', { b: 1e6 });
    const { comparisons } = checkNetwork(network, [[0.5]], [[1, 0]], softmaxCrossEntropy(), { relativeTolerance: 0 });
    const inputComparison = comparisons.find(({ name }) => name.includes('dx'));
    expect(inputComparison?.tolerance).toBeGreaterThan(1e-8);
  });
});
