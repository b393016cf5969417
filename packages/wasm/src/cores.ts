import { nodeModule } from './node-module.js';

/** The number of processor cores, as the host reports them; 1 if it does not. */
export function cores(): number {
  const { navigator } = globalThis as { navigator?: { readonly hardwareConcurrency?: number } };
  const os = nodeModule('node:os') as { availableParallelism(): number } | undefined;
  return os?.availableParallelism() ?? navigator?.hardwareConcurrency ?? 1;
}
