/** Writes activations as PyTorch expressions in the tensor h. */
import type { ActivationName } from '@nnbp/activations';
import type { Activation } from '@nnbp/core';

type Options = Readonly<Record<string, number>>;

/** Expressions by name. TypeScript requires an entry for every built-in activation. */
const expressions = {
  identity: () => 'h',
  sigmoid: () => 'torch.sigmoid(h)',
  tanh: () => 'torch.tanh(h)',
  relu: () => 'functional.relu(h)',
  leakyRelu: ({ negativeSlope }) => `functional.leaky_relu(h, ${negativeSlope})`,
  elu: ({ alpha }) => `functional.elu(h, ${alpha})`,
  selu: () => 'functional.selu(h)',
  gelu: () => 'functional.gelu(h)',
  silu: () => 'functional.silu(h)',
  mish: () => 'functional.mish(h)',
  // functional.softplus is linear above a threshold.
  softplus: () => 'torch.logaddexp(h, torch.zeros_like(h))',
  softsign: () => 'functional.softsign(h)',
  // The derivative of functional.hardsigmoid uses 1/6 in float32, whatever the precision of h.
  hardSigmoid: () => 'torch.clamp(h / 6 + 0.5, 0, 1)',
  hardTanh: () => 'functional.hardtanh(h)',
  hardSwish: () => 'h * torch.clamp(h / 6 + 0.5, 0, 1)',
  bentIdentity: () => 'h + h * (h / (2 * (torch.sqrt(h * h + 1) + 1)))',
  gaussian: () => 'torch.exp(-h * h)',
  sine: ({ frequency }) => `torch.sin(${frequency} * h)`,
} satisfies Readonly<Record<ActivationName, (options: Options) => string>>;

/** Returns the activation as a Python expression in h; undefined for a custom activation. */
export const pythonOf = ({ builtin }: Activation): string | undefined =>
  builtin &&
  (expressions as Readonly<Record<string, ((options: Options) => string) | undefined>>)[builtin.name]?.(
    builtin.options,
  );
