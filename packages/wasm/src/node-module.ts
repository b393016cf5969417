/** A module of Node, Bun or Deno, without importing what browsers do not have; undefined there. */
export function nodeModule(name: string): unknown {
  const host = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return host.process?.getBuiltinModule?.(name);
}
