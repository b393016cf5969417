/** The metadata that `toOnnx` writes into a model: JSON by key. */
import type { Proto } from './schema.js';

/** Parses the entry `key`. Undefined if it is missing or not JSON, because other programs may write any metadata. */
export function metadataOf({ metadataProps }: Proto<'ModelProto'>, key: string): unknown {
  const text = metadataProps.find((entry) => entry.key === key)?.value;
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
