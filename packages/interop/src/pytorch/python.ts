/** Writes values as Python code. */
import { oneLine } from '@nnbp/formats/shared';

/** Formats a list of numbers, on several lines if it is long. */
export function list(values: readonly number[]): string {
  if (values.length <= 16) return `[${values.join(', ')}]`;
  const lines: string[] = [];
  for (let k = 0; k < values.length; k += 16) lines.push(`    ${values.slice(k, k + 16).join(', ')},`);
  return `[\n${lines.join('\n')}\n]`;
}

/** Formats a list of names. A JSON string is also a valid Python string with the same value. */
export const names = (ids: readonly string[]): string => `[${ids.map(oneLine).join(', ')}]`;
