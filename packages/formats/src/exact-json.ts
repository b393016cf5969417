/** Bit-exact JSON. JSON.stringify drops the sign of −0, but JSON.parse preserves it. */
import { NnbpError } from '@nnbp/core';
import { expectJsonLimits } from './json-limits.js';

/** Serializes a JSON value. */
export function exactJson(value: unknown): string {
  if (Object.is(value, -0)) return '-0';
  if (Array.isArray(value)) return `[${value.map(exactJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${exactJson(entry)}`).join(',')}}`;
}

/**
 * Parses an untrusted JSON string.
 *
 * @throws NnbpError `MALFORMED`, `TOO_LARGE`
 */
export function parseJson(text: string, what: string): unknown {
  expectJsonLimits(text, what);
  try {
    return JSON.parse(text);
  } catch {
    throw new NnbpError('MALFORMED', `${what} is not valid JSON.`);
  }
}
