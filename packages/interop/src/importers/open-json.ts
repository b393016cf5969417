/** Opens a model from another library. The model is untrusted JSON. */
import { JsonValue, parseJson } from '@nnbp/formats/shared';

/**
 * Opens JSON, as a string or already parsed.
 *
 * @param what - Subject of error messages, such as "The brain.js model".
 * @throws NnbpError `MALFORMED`, `TOO_LARGE`
 */
export function openJson(json: unknown, what: string): JsonValue {
  return new JsonValue(typeof json === 'string' ? parseJson(json, what) : json, what);
}
