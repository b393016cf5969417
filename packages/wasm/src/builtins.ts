/** Finds the kernel of a plugin. Plugins without a kernel run in JavaScript. */
import type { Activation, Aggregation, Builtin, BuiltinOptimizer, Loss } from '@nnbp/core';
import { customActivation } from './kernels/activation.js';
import { activationKernels } from './kernels/activations/index.js';
import { aggregationKernels } from './kernels/aggregations/index.js';
import type { AggregationKernel } from './kernels/aggregations/kernel.js';
import { codeOfAggregation, sumCode } from './kernels/aggregation.js';
import { customLoss } from './kernels/loss.js';
import { lossKernels } from './kernels/losses/index.js';
import { optimizerKernels } from './kernels/optimizers/index.js';
import type { OptimizerKernel, OptimizerKernels } from './kernels/optimizers/kernel.js';
import { transformKernels } from './kernels/transforms.js';

/** The code that selects a kernel, and the values of its options in the order in which the kernel declares them. */
export interface KernelChoice {
  readonly code: number;
  readonly options: readonly number[];
}

type Kernels = Readonly<Record<string, { readonly options?: readonly string[] | undefined }>>;

function kernelOf(kernels: Kernels, builtin: Builtin | undefined, custom: number): KernelChoice {
  const code = builtin === undefined ? -1 : Object.keys(kernels).indexOf(builtin.name);
  if (builtin === undefined || code < 0) return { code: custom, options: [] };
  return { code, options: (kernels[builtin.name].options ?? []).map((name) => builtin.options[name]) };
}

/** Returns the kernel of an activation. If there is none, the code is that of custom activations. */
export const activationKernelOf = ({ builtin }: Activation): KernelChoice =>
  kernelOf(activationKernels, builtin, customActivation);

/**
 * Returns the code of an aggregation's kernel. If no aggregation is set, this is the code of the sum. If the
 * aggregation has no kernel, this is the code of custom aggregations.
 */
export const aggregationCodeOf = (aggregation: Aggregation | undefined): number =>
  aggregation === undefined ? sumCode : codeOfAggregation(aggregation.builtin?.name ?? '');

/** Returns the kernel of an aggregation; undefined if it runs in JavaScript. */
export const aggregationKernelOf = ({ builtin }: Aggregation): AggregationKernel | undefined =>
  (aggregationKernels as Readonly<Record<string, AggregationKernel | undefined>>)[builtin?.name ?? ''];

/** Returns the kernel of a loss. If there is none, the code is that of custom losses. */
export const lossKernelOf = ({ builtin }: Loss): KernelChoice => kernelOf(lossKernels, builtin, customLoss);

/** Returns the kernel of an optimizer with these options; undefined if there is none. */
export function optimizerKernelOf({ name, options }: BuiltinOptimizer): OptimizerKernel | undefined {
  const kernels: Readonly<Record<string, OptimizerKernels>> = optimizerKernels;
  return Object.hasOwn(kernels, name) ? kernels[name].choose(options) : undefined;
}

/** Returns the code of a gradient transform and the value of its option; undefined if it has no kernel. */
export function transformKernelOf({ name, options }: Builtin): { code: number; option: number } | undefined {
  const code = Object.keys(transformKernels).indexOf(name);
  if (code < 0) return undefined;
  return { code, option: options[Object.values(transformKernels)[code].option] };
}
