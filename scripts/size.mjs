// Checks that the minified and gzipped size of common imports of the built packages stays within a budget.
import sizeLimit from 'size-limit';
import preset from '@size-limit/preset-small-lib';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const kilobyte = 1000;
/** Returns the names of the values that the index of a package exports, except names that end in `Records`. */
const exported = (name) =>
  [...readFileSync(`packages/${name}/src/index.ts`, 'utf8').matchAll(/export \{([^}]*)\}/g)]
    .flatMap(([, list]) => list.split(','))
    .map((entry) => entry.trim())
    .filter((entry) => entry && !entry.startsWith('type ') && !entry.endsWith('Records'));

/** @typedef {[what: string, kilobytes: number, source: string]} Budget */

/** @type {(kind: string, name: string, kilobytes: number) => Budget[]} */
const functions = (kind, name, kilobytes) =>
  exported(name).map((value) => [`${kind} ${value}`, kilobytes, `export { ${value} } from '@nnbp/${name}';`]);

/**
 * The budgets. A typical application takes 8.8 kB, including 3.3 kB for building and validating graphs, 1.5 for
 * predictions, 1.3 for the network and its parameters, 0.9 for the optimizer and 0.8 for the class `Graph`. The texts
 * of error messages take 1.2 of the 8.8 kB.
 * No application contains all of core: the js engine, the reference engine, sequences, `edit`, `unroll`, `compile` and
 * Jacobians are included only if they are imported. The js engine is a third of core. `explain` includes the reference
 * engine and sequences. Repeated code costs little, since gzip compresses it: sharing the unrolled loops of predictions
 * saved 21 bytes and made predictions 17 % slower.
 *
 * @type {Budget[]}
 */
const budgets = [
  ['all of core', 23.6, "export * from '@nnbp/core';"],
  [
    'a typical application',
    8.85,
    "export { GraphBuilder, Network } from '@nnbp/core'; export { sigmoid } from '@nnbp/activations'; export { mse } from '@nnbp/losses'; export { sgd } from '@nnbp/optim';",
  ],
  // The example of the guide "Choosing packages".
  [
    'with backpropagate',
    12.2,
    "export { GraphBuilder, Network, backpropagate } from '@nnbp/core'; export { sigmoid } from '@nnbp/activations'; export { mse } from '@nnbp/losses'; export { sgd } from '@nnbp/optim';",
  ],
  ['the fast engine', 49.2, "export { auto } from '@nnbp/wasm';"],
  ['a model, saved and loaded', 22.4, "export { load, save } from '@nnbp/formats';"],
  ['ONNX export', 24.3, "export { toOnnx } from '@nnbp/interop';"],
  ['explain', 13.8, "export { explain } from '@nnbp/explain';"],
  ['sgd alone', 1.3, "export { sgd } from '@nnbp/optim';"],
  ...functions('activation', 'activations', 0.45),
  ...functions('aggregation', 'aggregations', 0.5),
  ...functions('loss', 'losses', 0.7),
];

const folder = mkdtempSync('node_modules/.size-');
let exceeded = 0;
for (const [what, budget, source] of budgets) {
  const entry = join(folder, `${what.replaceAll(/\W+/g, '-')}.js`);
  writeFileSync(entry, source);
  const [{ size }] = /** @type {{ size: number }[]} */ (
    await sizeLimit(preset, { checks: [{ files: [join(process.cwd(), entry)], gzip: true }] })
  );
  const fits = size <= budget * kilobyte;
  if (!fits) exceeded++;
  console.log(`${fits ? '  ' : '! '}${what.padEnd(42)} ${(size / kilobyte).toFixed(2).padStart(6)} of ${budget} kB`);
}
rmSync(folder, { recursive: true });
if (exceeded > 0) {
  console.error(`\n${exceeded} of ${budgets.length} bundles exceed their budget.`);
  process.exit(1);
}
