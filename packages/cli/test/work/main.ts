/**
 * Measures the work of reading a file, as counted by counter.ts, for each case in files.ts and each size passed as an
 * argument. Also measures the work per byte for a 1.8 MB file that once made `convert` hang. Prints the results as
 * JSON.
 */
import { formatOf } from '../../src/formats.js';
import { startCounter, workOf } from './counter.js';
import { cases, pathsFile } from './files.js';

const sizes = process.argv.slice(2).map(Number);
await startCounter();
const work: Record<string, number[]> = {};
for (const [what, make] of Object.entries(cases)) {
  // A warm-up run, so that one-time work is not counted.
  await workOf(make(sizes[0]));
  work[what] = [];
  for (const size of sizes) work[what].push(await workOf(make(size)));
}
const file = pathsFile(1_800_000);
work['work per byte of a 1.8 MB file'] = [(await workOf(() => formatOf('file', file))) / file.length];
process.stdout.write(JSON.stringify(work));
