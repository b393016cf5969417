/** The number of processor cores, as the host reports them; 1 if it does not. */
export function cores(): number {
  const { navigator, process } = globalThis as Host;
  const os = process?.getBuiltinModule?.('node:os') as { availableParallelism(): number } | undefined;
  return os?.availableParallelism() ?? navigator?.hardwareConcurrency ?? 1;
}

/** What Node, web pages, Bun and Deno offer, without importing a module that browsers do not have. */
interface Host {
  readonly navigator?: { readonly hardwareConcurrency?: number };
  readonly process?: { readonly getBuiltinModule?: (name: string) => unknown };
}
