/**
 * Writes activations as ONNX operators. If ONNX has no operator for an activation, combines as few operators as
 * possible.
 */
import type { ActivationName } from '@nnbp/activations';
import type { Activation } from '@nnbp/core';
import type { Operations } from './operations.js';

type Options = Readonly<Record<string, number>>;

/** Describes how to write an activation. */
export interface Written {
  /** Adds operations that compute g(h) for the tensor h. Returns the name of the result. */
  readonly write: (operations: Operations, h: string, options: Options) => string;
  /** The factor of h in the activation. It is multiplied into b and w, which saves an operation. Default: 1. */
  readonly inner?: (options: Options) => number;
  /** True if g(c h) = c g(h), so that c can be multiplied into b and w too. */
  readonly linear?: true;
}

const operator = (opType: string): Written => ({ write: (operations, h) => operations.add(opType, [h]) });

/** Activations by name. TypeScript requires an entry for every built-in activation. */
const makeTable = () =>
  ({
    identity: { write: (_, h) => h, linear: true },
    sigmoid: operator('Sigmoid'),
    tanh: operator('Tanh'),
    relu: operator('Relu'),
    softplus: operator('Softplus'),
    softsign: operator('Softsign'),
    leakyRelu: {
      write: (operations, h, { negativeSlope }) => operations.add('LeakyRelu', [h], { alpha: negativeSlope }),
    },
    elu: { write: (operations, h, { alpha }) => operations.add('Elu', [h], { alpha }) },
    // The operator's default constants are those of the SELU paper, rounded to float32.
    selu: operator('Selu'),
    hardSigmoid: { write: (operations, h) => operations.add('HardSigmoid', [h], { alpha: 1 / 6, beta: 0.5 }) },
    hardTanh: {
      write: (operations, h) => operations.add('Clip', [h, operations.numbers([-1], []), operations.numbers([1], [])]),
    },
    sine: { write: (operations, h) => operations.add('Sin', [h]), inner: ({ frequency }) => frequency },
    hardSwish: {
      write: (operations, h) => {
        operations.needs(14);
        return operations.add('HardSwish', [h]);
      },
    },
    // h + ½ (√(h² + 1) − 1)
    bentIdentity: {
      write: (operations, h) => {
        const number = (value: number) => operations.numbers([value], []);
        const radicand = operations.add('Add', [operations.add('Mul', [h, h]), number(1)]);
        const rise = operations.add('Sub', [operations.add('Sqrt', [radicand]), number(1)]);
        return operations.add('Add', [h, operations.add('Mul', [rise, number(0.5)])]);
      },
    },
    // h σ(h)
    silu: { write: (operations, h) => operations.add('Mul', [h, operations.add('Sigmoid', [h])]) },
    // exp(−h²)
    gaussian: {
      write: (operations, h) => operations.add('Exp', [operations.add('Neg', [operations.add('Mul', [h, h])])]),
    },
    gelu: {
      write: (operations, h) => {
        operations.needs(20);
        // Without an attribute, Gelu is the exact form, with erf.
        return operations.add('Gelu', [h]);
      },
    },
    mish: {
      write: (operations, h) => {
        operations.needs(18);
        return operations.add('Mish', [h]);
      },
    },
  }) satisfies Readonly<Record<ActivationName, Written>>;

let table: Readonly<Record<string, Written | undefined>> | undefined;

/**
 * Returns how an activation is written; undefined for a custom activation. The table is created on first use, so that
 * bundlers can remove it.
 */
export function writtenActivation({ builtin }: Activation): Written | undefined {
  table ??= makeTable();
  return builtin && table[builtin.name];
}
