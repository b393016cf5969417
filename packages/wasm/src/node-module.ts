/** A module of Node, Bun or Deno, without importing what browsers do not have; undefined there. */
export function nodeModule<Module>(name: string): Module | undefined {
  const host = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return host.process?.getBuiltinModule?.(name) as Module | undefined;
}
