/** Finds the kernel of a plugin. Plugins without a kernel run in JavaScript. */
import type { Activation, Aggregation, Builtin, BuiltinOptimizer, Loss } from '@nnbp/core';
import { activationKernels } from './kernels/activations/index.js';
import { aggregationKernels } from './kernels/aggregations/index.js';
import type { AggregationKernel } from './kernels/aggregations/kernel.js';
import { lossKernels } from './kernels/losses/index.js';
import { optimizerKernels } from './kernels/optimizers/index.js';
import type { OptimizerKernel, OptimizerKernels } from './kernels/optimizers/kernel.js';
import { transformKernels } from './kernels/transforms.js';

/** The kernel number of a plugin that runs in JavaScript. */
export const noKernel = 256;

/**
 * The number that selects a kernel (`noKernel` if there is none), and the values of its options in the order in which
 * the kernel declares them.
 */
export interface KernelChoice {
  readonly number: number;
  readonly options: readonly number[];
}

type Kernels = Readonly<Record<string, { readonly options?: readonly string[] | undefined }>>;

function kernelOf(kernels: Kernels, builtin: Builtin | undefined): KernelChoice {
  const number = builtin === undefined ? -1 : Object.keys(kernels).indexOf(builtin.name);
  if (builtin === undefined || number < 0) return { number: noKernel, options: [] };
  return { number, options: (kernels[builtin.name].options ?? []).map((name) => builtin.options[name]) };
}

export const activationKernelOf = ({ builtin }: Activation): KernelChoice => kernelOf(activationKernels, builtin);

const aggregationNames = Object.entries(aggregationKernels).flatMap(([name, kernel]) => (kernel ? [name] : []));

/**
 * Returns the kernel number of an aggregation; undefined means the sum. The number is 0 for the sum and `noKernel` for
 * an aggregation without a kernel. Otherwise, it is the position in `aggregationNames`, counted from 1.
 */
export function aggregationNumberOf(aggregation: Aggregation | undefined): number {
  if (aggregation === undefined) return 0;
  const index = aggregationNames.indexOf(aggregation.builtin?.name ?? '');
  return index < 0 ? noKernel : 1 + index;
}

export const aggregationKernelOf = ({ builtin }: Aggregation): AggregationKernel | undefined =>
  (aggregationKernels as Readonly<Record<string, AggregationKernel | undefined>>)[builtin?.name ?? ''];

export const lossKernelOf = ({ builtin }: Loss): KernelChoice => kernelOf(lossKernels, builtin);

export function optimizerKernelOf({ name, options }: BuiltinOptimizer): OptimizerKernel | undefined {
  const kernels: Readonly<Record<string, OptimizerKernels>> = optimizerKernels;
  return Object.hasOwn(kernels, name) ? kernels[name].choose(options) : undefined;
}

export function transformKernelOf({ name, options }: Builtin): { number: number; option: number } | undefined {
  const number = Object.keys(transformKernels).indexOf(name);
  if (number < 0) return undefined;
  return { number, option: options[Object.values(transformKernels)[number].option] };
}
