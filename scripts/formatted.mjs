/** Formats the content of a generated file as `pnpm fmt` does. */
import { readFileSync } from 'node:fs';
import { format } from 'oxfmt';

const config = new URL('../.oxfmtrc.json', import.meta.url);

/**
 * @param {string} path - Its extension determines the language.
 * @param {string} text
 */
export async function formatted(path, text) {
  const { code, errors } = await format(path, text, JSON.parse(readFileSync(config, 'utf8')));
  if (errors.length > 0) throw new Error(`${path} cannot be formatted: ${errors[0]?.message}`);
  return code;
}
