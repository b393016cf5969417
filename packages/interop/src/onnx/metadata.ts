/** Reads the metadata that `toOnnx` writes into a model. Each entry has a key and a JSON value. */
import type { Proto } from './schema.js';

/** Returns the parsed value of the entry `key`: undefined if there is no such entry, null if its value is not JSON. */
export function metadataOf({ metadataProps }: Proto<'ModelProto'>, key: string): unknown {
  const entry = metadataProps.find((each) => each.key === key);
  if (entry === undefined) return undefined;
  try {
    return JSON.parse(entry.value ?? '');
  } catch {
    return null;
  }
}
