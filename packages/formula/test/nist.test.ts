import { fitStatistics } from '@nnbp/formula';
import { expect, test } from 'vitest';
import { dataOf, digits, problems, solve } from './nist.js';

/**
 * The problem whose residuals are near float64 precision, so the residual sum of squares and the standard deviations
 * have few correct digits.
 */
const nearlyExact = 'Lanczos1';

test.each(
  problems.flatMap((problem) =>
    [1, 2].map((start) => ({
      name: problem.name,
      start,
      problem,
      deviationDigits: problem.name === nearlyExact ? 2 : 6,
    })),
  ),
)(
  '$name from start $start is solved to at least 9 digits of every parameter and $deviationDigits of every standard deviation',
  async ({ name, start, problem, deviationDigits }) => {
    const { network, names, report } = await solve(problem, start - 1);
    expect(report.stoppedBy).toBe('converged');
    const { parameters, residualSumOfSquares } = fitStatistics(network, dataOf(problem));
    const estimateOf = (id: string) => parameters.find(({ node }) => node === id)!;
    expect(
      digits(
        names.map((id) => estimateOf(id).estimate),
        problem.certified,
      ),
    ).toBeGreaterThan(9);
    const deviations = digits(
      names.map((id) => estimateOf(id).standardError),
      problem.standardDeviations,
    );
    expect(deviations).toBeGreaterThan(deviationDigits);
    expect(digits([residualSumOfSquares], [problem.residualSumOfSquares])).toBeGreaterThan(
      name === nearlyExact ? 2 : 8,
    );
  },
  60_000,
);
