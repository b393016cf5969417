/** The metadata that `toOnnx` writes into a model: JSON by key. */
import type { Proto } from './schema.js';

/** Parses the entry `key`: undefined if it is missing, null if it is not JSON. */
export function metadataOf({ metadataProps }: Proto<'ModelProto'>, key: string): unknown {
  const entry = metadataProps.find((each) => each.key === key);
  if (entry === undefined) return undefined;
  try {
    return JSON.parse(entry.value ?? '');
  } catch {
    return null;
  }
}
