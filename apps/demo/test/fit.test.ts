/** The Fit view: parsing of data and formula. */
import { expect, test } from 'vitest';
import { prepareFit, runFit } from '../web/fit/fit.js';
import { recurrence } from '../web/recurrence.js';

const symbolsIn = (data: string, formula: string) => {
  const prepared = prepareFit({ data, formula, network: null, start: {} });
  return { variable: prepared.formula?.variable, parameters: prepared.parameters.map(({ label }) => label) };
};

test.each([
  ['t, y\n1, 2', 'a + b*x', 'x', ['a', 'b']],
  ['t, y\n1, 2', 'a + b*t', 't', ['a', 'b']],
  ['a, y\n1, 2', 'a + b*x', 'x', ['a', 'b']],
  ['1, 2', 'a + b*t', 'x', ['a', 'b', 't']],
])('with the data %j, the variable of %s is %s', (data, formula, variable, parameters) => {
  expect(symbolsIn(data, formula)).toEqual({ variable, parameters });
});

test('a network with delayed edges is rejected, because points have no order in time', () => {
  const prepare = () => prepareFit({ data: 'x, y\n1, 2', formula: '', network: recurrence, start: {} });
  expect(prepare).toThrow(expect.objectContaining({ problem: { kind: 'delays' } }));
});

test('a fit whose model is not finite at the initial values reports this', async () => {
  const data = 'x, y\n1, 2\n2, 3\n3, 5\n4, 6';
  const prepared = prepareFit({ data, formula: 'a*log(b*x)', network: null, start: { a: 1, b: -1 } });
  await expect(runFit(prepared, new AbortController().signal)).rejects.toMatchObject({
    problem: { kind: 'not-finite', iterations: 0 },
  });
});
