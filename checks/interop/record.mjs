/** What a proof found, kept for RESULTS.md. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

/** Where the results of a run are collected. */
export const results = new URL('../../reports/interop/', import.meta.url);

/**
 * @param {string} name - Of the proof; results stand in the order of the names.
 * @param {string} program - What we were compared with, and its version.
 * @param {readonly (readonly [what: string, found: string])[]} rows
 */
export function record(name, program, rows) {
  mkdirSync(results, { recursive: true });
  writeFileSync(new URL(`${name}.json`, results), JSON.stringify({ program, rows }));
}

/** The version of a program that is installed here. */
export const versionOf = (name) =>
  JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;
