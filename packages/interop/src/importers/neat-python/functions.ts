/** Converts between the activations of neat-python and those of @nnbp, in both directions. */
import {
  elu,
  gaussian,
  hardTanh,
  identity,
  leakyRelu,
  relu,
  selu,
  sigmoid,
  sine,
  softplus,
  tanh,
} from '@nnbp/activations';
import type { Activation } from '@nnbp/core';
import { nameOf } from '@nnbp/formats/shared';

/** A neat-python activation of z, written as c · g(h) with h = factor · z and an activation g of @nnbp. */
interface FromNeat {
  readonly activation: Activation;
  readonly factor: number;
  /** neat-python clamps h to ± this value. Undefined if it does not clamp h, or if clamping hardly matters. */
  readonly clampedAt?: number;
  readonly c?: number;
}

/** $\sqrt5$ */
const rootOf5 = 2.23606797749979;
/** The slope of `lelu` below 0. */
const leluSlope = 0.005;

/**
 * The activations of neat-python by name. `clampedAt` is not set for sigmoid, tanh and gauss: neat-python clamps their
 * arguments, but this changes their values by less than 1e-24.
 */
export const fromNeat: ReadonlyMap<string, FromNeat> = new Map<string, FromNeat>([
  ['sigmoid', { activation: sigmoid, factor: 5 }],
  ['tanh', { activation: tanh, factor: 2.5 }],
  ['sin', { activation: sine, factor: 5, clampedAt: 60 }],
  // e^(−5 z²)
  ['gauss', { activation: gaussian, factor: rootOf5 }],
  ['relu', { activation: relu, factor: 1 }],
  ['elu', { activation: elu, factor: 1 }],
  ['lelu', { activation: /* @__PURE__ */ leakyRelu.negativeSlope(leluSlope), factor: 1 }],
  ['selu', { activation: selu, factor: 1 }],
  // 0.2 ln(1 + e^(5 z))
  ['softplus', { activation: softplus, factor: 5, clampedAt: 60, c: 0.2 }],
  ['identity', { activation: identity, factor: 1 }],
  ['clamped', { activation: hardTanh, factor: 1 }],
  ['abs', { activation: /* @__PURE__ */ leakyRelu.negativeSlope(-1), factor: 1 }],
]);

/** A term of the sum in {@link AsNeat}: coefficient · (the neat-python activation at z = factor · h). */
interface Term {
  readonly activation: string;
  readonly factor: number;
  readonly coefficient: number;
}

/** An activation of @nnbp at h, written as a sum: constant + Σ terms. */
export interface AsNeat {
  readonly terms: readonly Term[];
  readonly constant: number;
}

const oneTerm = (activation: string, factor = 1, coefficient = 1, constant = 0): AsNeat => ({
  terms: [{ activation, factor, coefficient }],
  constant,
});

/** Converts an activation of @nnbp. Returns undefined if neat-python has no equivalent. */
export function toNeat(activation: Activation): AsNeat | undefined {
  const { name, options = {}, custom } = nameOf(activation);
  return custom ? undefined : builtins[name]?.(options);
}

const builtins: Readonly<Record<string, ((options: Readonly<Record<string, number>>) => AsNeat) | undefined>> = {
  sigmoid: () => oneTerm('sigmoid', 1 / 5),
  tanh: () => oneTerm('tanh', 1 / 2.5),
  sine: ({ frequency }) => oneTerm('sin', frequency / 5),
  gaussian: () => oneTerm('gauss', 1 / rootOf5),
  relu: () => oneTerm('relu'),
  selu: () => oneTerm('selu'),
  softplus: () => oneTerm('softplus', 1 / 5, 5),
  identity: () => oneTerm('identity'),
  hardTanh: () => oneTerm('clamped'),
  hardSigmoid: () => oneTerm('clamped', 1 / 3, 0.5, 0.5),
  // ELU with any α: α · elu₁(h) + (1 − α) · relu(h), where elu₁ is the ELU with α = 1.
  elu: ({ alpha }) =>
    alpha === 1
      ? oneTerm('elu')
      : {
          terms: [
            { activation: 'elu', factor: 1, coefficient: alpha },
            { activation: 'relu', factor: 1, coefficient: 1 - alpha },
          ],
          constant: 0,
        },
  // Leaky ReLU with any `negativeSlope` s: relu(h) − s · relu(−h).
  leakyRelu: ({ negativeSlope }) => {
    if (negativeSlope === leluSlope) return oneTerm('lelu');
    if (negativeSlope === -1) return oneTerm('abs');
    return {
      terms: [
        { activation: 'relu', factor: 1, coefficient: 1 },
        { activation: 'relu', factor: -1, coefficient: -negativeSlope },
      ],
      constant: 0,
    };
  },
};
