/**
 * Measures start-up: the time from `import` to the first prediction and to the first training step (medians of 10
 * processes), and the bytes of JavaScript loaded. Node loads whole packages. Bundlers include only what is used;
 * `pnpm size` measures that.
 *
 * Usage: node bench/start-up.mjs [--smoke]
 */
import { writeFileSync } from 'node:fs';
import { runScript } from './processes.mjs';
import { readmesWithTable } from './readme-table.mjs';
import { changeResults } from './results.mjs';
import { smoke } from './smoke.mjs';
import { median, short, table } from './table.mjs';

/** `nnbp` is the package that exports everything, `scoped` the separate `@nnbp/*` packages. */
const libraries = ['nnbp', 'scoped', ...(smoke ? [] : ['brain.js', 'synaptic', 'neataptic', 'tfjs-wasm'])];
const rounds = smoke ? 1 : 10;

const runs = new Map(libraries.map((library) => [library, []]));
for (let round = 0; round < rounds; round++) {
  for (const library of libraries) runs.get(library).push(runScript('start-up-process.mjs', [library]));
}
const startUp = libraries.map((library) => {
  const medianOf = (key) => Number(median(runs.get(library).map((run) => run[key])).toPrecision(3));
  const { bytes } = runScript('start-up-process.mjs', [library, '--bytes']);
  return { library, importMs: medianOf('import'), predictMs: medianOf('predict'), stepMs: medianOf('step'), bytes };
});
console.log(
  table(
    ['library', 'import ms', 'first prediction ms', 'first step ms', 'kB loaded'],
    startUp.map(({ library, importMs, predictMs, stepMs, bytes }) => [library, importMs, predictMs, stepMs, short(bytes / 1000)]),
  ),
);
if (!smoke) {
  changeResults(() => ({ startUp }));
  for (const [path, text] of await readmesWithTable()) writeFileSync(path, text);
}
