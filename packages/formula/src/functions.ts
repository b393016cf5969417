/**
 * The functions of one variable that formulas use, as activations. Unlike the built-in activations, they need not be
 * finite for every h: `log` and `sqrt` are undefined below 0, and `reciprocal` and `tangent` have poles.
 */
import { type Activation, expectFiniteNumber } from '@nnbp/core';

/** The exponential function $e^h$. $g'(h) = g$. */
export const exp: Activation = { name: 'exp', value: Math.exp, derivative: (_, g) => g };

/** The natural logarithm. $g'(h) = 1/h$. */
export const log: Activation = { name: 'log', value: Math.log, derivative: (h) => 1 / h };

/** The reciprocal $1/h$. $g'(h) = -g^2$. */
export const reciprocal: Activation = { name: 'reciprocal', value: (h) => 1 / h, derivative: (_, g) => -g * g };

/** The square root $\sqrt h$. $g'(h) = 1 / (2 g)$. */
export const sqrt: Activation = { name: 'sqrt', value: Math.sqrt, derivative: (_, g) => 0.5 / g };

/** The cosine of h in radians. $g'(h) = -\sin h$. */
export const cosine: Activation = { name: 'cosine', value: Math.cos, derivative: (h) => -Math.sin(h) };

/** The tangent of h in radians. $g'(h) = 1 + g^2$. */
export const tangent: Activation = { name: 'tangent', value: Math.tan, derivative: (_, g) => 1 + g * g };

/** The arctangent, in radians. $g'(h) = 1 / (1 + h^2)$. */
export const arctangent: Activation = {
  name: 'arctangent',
  value: Math.atan,
  derivative: (h) => 1 / (1 + h * h),
};

/** The hyperbolic sine $\sinh h$. $g'(h) = \cosh h$. */
export const sinh: Activation = { name: 'sinh', value: Math.sinh, derivative: (h) => Math.cosh(h) };

/** The hyperbolic cosine $\cosh h$. $g'(h) = \sinh h$. */
export const cosh: Activation = { name: 'cosh', value: Math.cosh, derivative: (h) => Math.sinh(h) };

/** The absolute value $|h|$. $g'(h) = \operatorname{sign} h$. */
export const absolute: Activation = { name: 'absolute', value: Math.abs, derivative: Math.sign, kinks: [0] };

const powers = new Map<number, Activation>();

/**
 * The power $h^n$ with exponent n. $g'(h) = n h^{n-1}$. Returns the same object for the same exponent.
 *
 * @throws NnbpError `NOT_FINITE`
 */
export function power(exponent: number): Activation {
  expectFiniteNumber('exponent', exponent);
  let activation = powers.get(exponent);
  if (activation === undefined) {
    activation = {
      name: `power(${exponent})`,
      value: (h) => h ** exponent,
      derivative: (h) => exponent * h ** (exponent - 1),
    };
    powers.set(exponent, activation);
  }
  return activation;
}

/** All functions in this file except powers, for the `activations` option of `load`. */
export const formulaActivations: readonly Activation[] = [
  exp,
  log,
  reciprocal,
  sqrt,
  cosine,
  tangent,
  arctangent,
  sinh,
  cosh,
  absolute,
];
