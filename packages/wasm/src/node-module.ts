/** Returns a built-in module of Node, Bun or Deno; undefined in browsers, where an import would fail. */
export function nodeModule(name: string): unknown {
  const host = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return host.process?.getBuiltinModule?.(name);
}
