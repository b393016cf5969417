/** Records the result of a test for RESULTS.md. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

/** Directory for the results of a run. */
export const results = new URL('../../reports/interop/', import.meta.url);

/**
 * @param {string} name - Name of the result. RESULTS.md lists the results in the order of their names.
 * @param {string} program - The program that @nnbp is compared with, and its version.
 * @param {readonly (readonly [what: string, result: string])[]} rows - What was compared, and the result.
 */
export function record(name, program, rows) {
  mkdirSync(results, { recursive: true });
  writeFileSync(new URL(`${name}.json`, results), JSON.stringify({ program, rows }));
}

/** Version of an npm package that is installed for these tests. */
export const versionOf = (name) =>
  JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;
