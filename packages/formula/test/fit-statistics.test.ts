import { identity } from '@nnbp/activations';
import { mlp, Network, Standardization } from '@nnbp/core';
import { type FittedData, fitStatistics, formulaGraph } from '@nnbp/formula';
import { mse } from '@nnbp/losses';
import { levenbergMarquardt } from '@nnbp/optim';
import { fit } from '@nnbp/train';
import { describe, expect, test } from 'vitest';
import { twoSidedP, twoSidedQuantile } from '../src/student-t.js';

const code = (expected: string): unknown => expect.objectContaining({ code: expected });
const data = {
  inputs: [1, 2, 3, 4, 5, 6, 7, 8].map((x) => [x]),
  targets: [8.3, 11.0, 13.9, 14.6, 16.2, 16.1, 17.4, 17.0].map((y) => [y]),
};

async function fitted(
  formula: string,
  starts: Readonly<Record<string, number>>,
  rows: FittedData = data,
): Promise<Network> {
  const network = new Network(formulaGraph(formula, ['x']).graph);
  for (const [name, b] of Object.entries(starts)) network.setParameters(name, { b });
  await fit(network, rows, { loss: mse(), optimizer: levenbergMarquardt(), epochs: 500 });
  return network;
}

/** Expects a relative error below 1e-8. */
const expectClose = (actual: number, expected: number) =>
  expect(Math.abs(actual - expected) / Math.abs(expected), `expected ${expected}, received ${actual}`).toBeLessThan(
    1e-8,
  );

describe('fitStatistics', () => {
  // The expected values were computed with SciPy 1.10: the estimates with Gauss–Newton iterations up to the stationary
  // point, the covariance as s² (JᵀJ)⁻¹, and the intervals and p-values with scipy.stats.t.
  test('fitStatistics agrees with SciPy to 8 digits', async () => {
    const network = await fitted('b1*(1 - exp(-b2*x))', { b1: 15, b2: 1 });
    const statistics = fitStatistics(network, data);
    const [b1, b2] = statistics.parameters;
    expect([b1.node, b2.node, b1.name]).toEqual(['b1', 'b2', 'b']);
    expect([statistics.observations, statistics.degreesOfFreedom]).toEqual([8, 6]);
    expectClose(b1.estimate, 17.078008780624273);
    expectClose(b2.estimate, 0.560887930136522);
    expectClose(b1.standardError, 0.403738393105338);
    expectClose(b2.standardError, 0.048294367546152);
    expectClose(b1.t, 42.299689779982145);
    expectClose(b2.p, 2.453483443025053e-5);
    expectClose(b1.interval[0], 16.09009652272271);
    expectClose(b2.interval[1], 0.679059990315103);
    expectClose(statistics.covariance[1], -0.01514840858736275);
    expectClose(statistics.residualSumOfSquares, 2.2696479622142878);
    expectClose(statistics.residualStandardDeviation, 0.6150403729585953);
    expectClose(statistics.rSquared, 0.9679829597472901);
    expectClose(statistics.aic, 18.624482091770147);
    expectClose(statistics.bic, 18.86280671680965);
    const [{ curve, observation }] = statistics.predict([10]);
    expectClose(curve.estimate, 17.01541489639907);
    expectClose(curve.standardError, 0.3792510538485912);
    expectClose(curve.interval[1], 17.94340879372792);
    expectClose(observation.standardError, 0.7225690432161587);
    const inverse = statistics.derived((p) => 1 / p.of('b2').b!);
    expectClose(inverse.estimate, 1.7828873581868594);
    expectClose(inverse.standardError, 0.1535126943250625);
    expect(network.getParameters('b2').b).toBe(b2.estimate);
  });

  test('fitStatistics agrees with SciPy to 8 digits for weighted data, ignores samples of weight 0, and rejects negative weights', async () => {
    const weighted = { ...data, weights: [1, 2, 0.5, 3, 0, 1, 4, 0.25] };
    const network = await fitted('b1*(1 - exp(-b2*x))', { b1: 15, b2: 1 }, weighted);
    const statistics = fitStatistics(network, weighted);
    const [b1, b2] = statistics.parameters;
    expect([statistics.observations, statistics.degreesOfFreedom]).toEqual([7, 5]);
    expectClose(b1.estimate, 17.514655075019796);
    expectClose(b2.estimate, 0.5030327355001437);
    expectClose(b1.standardError, 0.5230462817133358);
    expectClose(b2.standardError, 0.052037823819756586);
    expectClose(statistics.residualSumOfSquares, 3.908566905059059);
    expectClose(statistics.residualStandardDeviation, 0.8841455655104604);
    expectClose(statistics.rSquared, 0.9612549984365603);
    expectClose(statistics.aic, 20.687351637379017);
    expectClose(statistics.bic, 20.525082084544955);
    const negative = { ...data, weights: [1, 1, 1, 1, 1, 1, 1, -1] };
    expect(() => fitStatistics(network, negative)).toThrow(code('OUT_OF_RANGE'));
  });

  test('the option confidence sets the width of the intervals', async () => {
    const network = await fitted('b1*(1 - exp(-b2*x))', { b1: 15, b2: 1 });
    const width = (confidence: number) => {
      const { interval } = fitStatistics(network, data, { confidence }).parameters[0];
      return interval[1] - interval[0];
    };
    expectClose(width(0.99) / width(0.95), twoSidedQuantile(0.99, 6) / twoSidedQuantile(0.95, 6));
  });

  test('fitStatistics reports undetermined parameters, and treats them as fixed in all other statistics', async () => {
    // The data determine only the sum of b1 and b2, and b4 has no effect.
    const network = await fitted('b1 + b2 + b3*x + 0*b4', { b1: 1, b2: 1, b3: 1, b4: 1 });
    const statistics = fitStatistics(network, data);
    expect(statistics.undetermined).toHaveLength(2);
    expect(statistics.degreesOfFreedom).toBe(6);
    for (const index of statistics.undetermined) expect(statistics.parameters[index].standardError).toBe(Infinity);
    const line = fitStatistics(await fitted('a + b*x', {}), data);
    const statisticsOf = ({ parameters }: typeof statistics, node: string) =>
      parameters.find((parameter) => parameter.node === node)!;
    expectClose(statisticsOf(statistics, 'b3').standardError, statisticsOf(line, 'b').standardError);
  });

  test('fitStatistics counts the observations and names the parameters of a layered network with two outputs', () => {
    const network = new Network(mlp([1, 2], { activation: identity, fixed: { c: 1 } }));
    network.inputScaler = new Standardization([4.5], [2]);
    const rows = { inputs: data.inputs, targets: data.targets.map(([y]) => [y, -y]) };
    const statistics = fitStatistics(network, rows);
    expect(statistics.observations).toBe(16);
    expect(statistics.parameters.map(({ node, name }) => `${node} ${name}`)).toEqual([
      'output.0 b',
      'output.0 w from input.0',
      'output.1 b',
      'output.1 w from input.0',
    ]);
    expect(statistics.predict([3])).toHaveLength(2);
  });

  test('fitStatistics rejects invalid data and options', async () => {
    const network = await fitted('a + b*x', {});
    expect(() => fitStatistics(network, { inputs: [], targets: [] })).toThrow(code('EMPTY_DATA'));
    expect(() => fitStatistics(network, { inputs: [[1]], targets: [] })).toThrow(code('WRONG_LENGTH'));
    expect(() => fitStatistics(network, { inputs: [[1]], targets: [[1, 2]] })).toThrow(code('WRONG_LENGTH'));
    expect(() => fitStatistics(network, { inputs: [[1], [2]], targets: [[1], [2]] })).toThrow(code('OUT_OF_RANGE'));
    expect(() => fitStatistics(network, { inputs: [[NaN]], targets: [[1]] })).toThrow(code('NOT_FINITE'));
    expect(() => fitStatistics(network, data, { confidence: 1 })).toThrow(code('OUT_OF_RANGE'));
    network.outputScaler = new Standardization([0], [2]);
    expect(() => fitStatistics(network, data)).toThrow(code('UNSUPPORTED'));
  });
});

describe('Student’s t', () => {
  test('twoSidedQuantile and twoSidedP agree with SciPy', () => {
    for (const [confidence, degreesOfFreedom, expected] of [
      [0.95, 1, 12.706204736432095],
      [0.99, 3, 5.84090929975643],
      [0.9, 30, 1.6972608943617378],
      [0.999, 200, 3.339835406004972],
    ])
      expectClose(twoSidedQuantile(confidence, degreesOfFreedom), expected);
    for (const [t, degreesOfFreedom, expected] of [
      [0.5, 1, 0.7048327646991336],
      [2, 5, 0.10193947882985828],
      [12, 40, 7.82417130425597e-15],
      [3.3, 1000, 0.0010009967250020878],
    ])
      expectClose(twoSidedP(t, degreesOfFreedom), expected);
    expect(twoSidedP(0, 7)).toBe(1);
    expect(twoSidedP(Infinity, 7)).toBe(0);
  });
});
