import { expect, test } from 'vitest';
import { metricText } from '../src/metrics.js';

test.each([
  ['accuracy', 0.97333, '97.3 %'],
  ['rSquared', 0.51239, '0.5124'],
  ['rSquared', -Infinity, 'not defined'],
  ['rSquared', NaN, 'not defined'],
  ['meanAbsoluteError', 12.3456789, '12.35'],
])('metricText shows %s of %d as %s', (name, value, expected) => {
  expect(metricText(name, value)).toBe(expected);
});
