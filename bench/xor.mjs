/**
 * Measures how long each library takes to learn XOR to a mean squared error of 0.005: the wall time of a process that
 * runs the quick start from the documentation of the library. Prints medians of 20 interleaved runs, and how many runs
 * reached that error.
 *
 * Usage: node bench/xor.mjs [--smoke]
 */
import { writeFileSync } from 'node:fs';
import { runScript } from './processes.mjs';
import { readmesWithTable } from './readme-table.mjs';
import { changeResults } from './results.mjs';
import { smoke } from './smoke.mjs';
import { median, table } from './table.mjs';

// The names of the files in bench/quick-starts. `scoped` uses the packages of the scope @nnbp, `nnbp` the package nnbp.
const libraries = ['nnbp', 'scoped', ...(smoke ? [] : ['brain.js', 'synaptic', 'neataptic'])];
const rounds = smoke ? 1 : 20;
const expected = [0, 1, 1, 0];

const runs = new Map(libraries.map((library) => [library, []]));
for (let round = 0; round < rounds; round++) {
  for (const library of libraries) {
    const startTime = performance.now();
    const outputs = runScript(`quick-starts/${library}.mjs`, []);
    const milliseconds = performance.now() - startTime;
    const error = outputs.reduce((sum, x, s) => sum + (x - expected[s]) ** 2 / 4, 0);
    runs.get(library).push({ milliseconds, reached: error < 0.0051 });
  }
}
const xor = libraries.map((library) => {
  const all = runs.get(library);
  return {
    library,
    milliseconds: Math.round(median(all.map(({ milliseconds }) => milliseconds))),
    reached: all.filter(({ reached }) => reached).length,
    runs: rounds,
  };
});
console.log(
  table(
    ['library', 'ms', 'reached'],
    xor.map(({ library, milliseconds, reached }) => [library, milliseconds, `${reached} of ${rounds}`]),
  ),
);
if (!smoke) {
  changeResults(() => ({ xor }));
  for (const [path, text] of await readmesWithTable()) writeFileSync(path, text);
}
