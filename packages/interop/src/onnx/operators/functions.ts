/** Activations, functions that equal an activation up to scale and shift, and the final softmax of a model. */
import { elu, gelu, hardSigmoid, selu, silu } from '@nnbp/activations';
import type { Activation } from '@nnbp/core';
import { affine } from '../tape.js';
import { clamped } from './extremes.js';
import { apply, map, type Operator, activationPart } from './operator.js';

/** An activation without options. */
export const activation =
  (g: Activation): Operator =>
  (call) =>
    apply(call, g);

/** An activation with an option, which is an attribute of the operator. */
export const withOption =
  (make: (option: number) => Activation, attribute: string, defaultValue: number): Operator =>
  (call) =>
    apply(call, call.tape.activation(make, call.number(attribute, defaultValue)));

/** `Clip` between two bounds, each of which can be missing. */
export const clip: Operator = (call) => {
  const bound = (input: number, attribute: string, defaultValue: number) =>
    call.has(input) ? call.constant(input).values[0] : call.number(attribute, defaultValue);
  const low = bound(1, 'min', -Infinity);
  const high = bound(2, 'max', Infinity);
  if (low >= high) call.unsupported(`a range from ${low} to ${high}`);
  return map(call, (h) => clamped(call.tape, h, low, high));
};

/** `HardSigmoid`: max(0, min(1, α h + β)) = hardSigmoid(6 (α h + β − ½)). */
export const hardSigmoidWith: Operator = (call) => {
  const alpha = call.number('alpha', 0.2);
  const beta = call.number('beta', 0.5);
  // The float32 number closest to 1/6 means 1/6.
  const scale = alpha === Math.fround(1 / 6) ? 1 : 6 * alpha;
  return map(call, (h) => call.tape.apply(hardSigmoid, affine(h, scale, 6 * (beta - 0.5))));
};

/** `Selu`: selu if the constants are those of the paper, otherwise γ · elu. */
export const seluWith: Operator = (call) => {
  const [alpha, gamma] = [call.number('alpha', 1.6732632), call.number('gamma', 1.050701)];
  if (Math.abs(alpha - 1.6732632) < 1e-6 && Math.abs(gamma - 1.050701) < 1e-6) return apply(call, selu);
  const g = call.tape.activation(elu.alpha, alpha);
  return map(call, (h) => affine(call.tape.apply(g, h), gamma, 0));
};

/** `Celu`: max(0, h) + min(0, α (e^(h/α) − 1)) = α elu(h / α). */
export const celu: Operator = (call) => {
  const alpha = call.number('alpha', 1);
  if (!(alpha > 0)) call.unsupported(`alpha = ${alpha}; expected a number above 0`);
  return map(call, (h) => affine(call.tape.apply(elu, affine(h, 1 / alpha, 0)), alpha, 0));
};

/** `Swish`: h σ(α h) = silu(α h) / α, or h / 2 if α is 0. */
export const swish: Operator = (call) => {
  const alpha = call.number('alpha', 1);
  if (alpha === 0) return map(call, (h) => affine(h, 0.5, 0));
  return map(call, (h) => affine(call.tape.apply(silu, affine(h, alpha, 0)), 1 / alpha, 0));
};

/** `Gelu` with erf; its tanh approximation is not supported. */
export const geluExact: Operator = (call) => {
  const form = call.text('approximate', 'none');
  if (form !== 'none') call.unsupported(`approximate = "${form}"; expected the exact form, "none"`);
  return apply(call, gelu);
};

/** `Pow` with exponent 2, which may be part of an exported activation, such as the gaussian. */
export const power: Operator = (call) => {
  const { values } = call.constant(1);
  if (values.length !== 1 || values[0] !== 2) call.unsupported('a power other than 2');
  return activationPart('square')(call);
};

/** A softmax or log-softmax, which is supported only as the last operation of the model. */
const finalTransform =
  (transform: 'softmax' | 'logSoftmax'): Operator =>
  (call) => {
    const rows = call.table(0);
    // Before operator set 13, the default was axis 1. It is rejected for sequences, since their columns are on axis 2.
    call.expectAxis(call.integer('axis', call.operatorSet < 13 ? 1 : -1));
    return { ...rows, endedBy: call.label, transform };
  };

export const softmax = finalTransform('softmax');
export const logSoftmax = finalTransform('logSoftmax');
