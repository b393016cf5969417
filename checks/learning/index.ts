/**
 * `pnpm learning [task [last [first]]]`: trains on one or all tasks with the seeds `first` (default: 1) to `last`
 * (default: 20), and writes the results to results.json. If `first` is above 1, the results of earlier seeds are kept.
 */
import { auto } from '@nnbp/wasm';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { tasks } from './tasks.js';

/** An entry of results.json. */
interface Result {
  readonly measures: number[];
}

const [selected, last = '20', first = '1'] = process.argv.slice(2);
if (selected !== undefined && !(selected in tasks)) {
  console.error(`Unknown task "${selected}": expected one of ${Object.keys(tasks).join(', ')}.`);
  process.exit(2);
}
const path = new URL('results.json', import.meta.url);
// Read before each write, because another process may have added the results of another task.
const read = () => JSON.parse(readFileSync(path, 'utf8')) as Record<string, Result>;
const engine = await auto();
let failed = 0;
for (const [name, task] of Object.entries(tasks)) {
  if (selected !== undefined && name !== selected) continue;
  const measures = first === '1' ? [] : read()[name].measures.slice(0, Number(first) - 1);
  for (let seed = Number(first); seed <= Number(last); seed++) {
    measures.push(Number((await task.run(seed, engine)).toPrecision(4)));
    console.log(`${name}, seed ${seed}: ${measures.at(-1)}`);
    const passed = measures.filter((measure) => task.passes(measure)).length;
    const result = {
      date: new Date().toISOString().slice(0, 10),
      processor: cpus()[0].model,
      engine: engine.name,
      measure: task.measure,
      threshold: task.threshold,
      passed,
      seeds: measures.length,
      required: Math.ceil((task.requiredOf20 / 20) * measures.length),
      measures,
    };
    writeFileSync(path, `${JSON.stringify({ ...read(), [name]: result }, null, 2)}\n`);
  }
  const passed = measures.filter((measure) => task.passes(measure)).length;
  if (passed < Math.ceil((task.requiredOf20 / 20) * measures.length)) failed++;
  console.log(`${name}: ${task.measure} ${task.threshold} with ${passed} of ${measures.length} seeds`);
}
engine.dispose();
process.exit(failed > 0 ? 1 : 0);
