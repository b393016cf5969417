/** The text of a generated file as `pnpm fmt` would write it. */
import { readFileSync } from 'node:fs';
import { format } from 'oxfmt';

const config = new URL('../.oxfmtrc.json', import.meta.url);

/**
 * @param {string} path its extension says which language it is
 * @param {string} text
 */
export async function formatted(path, text) {
  const { code, errors } = await format(path, text, JSON.parse(readFileSync(config, 'utf8')));
  if (errors.length > 0) throw new Error(`${path} cannot be formatted: ${errors[0]?.message}`);
  return code;
}
