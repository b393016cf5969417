/** `pnpm learning [task [seeds]]`: trains each task with many seeds and writes what they reached into results.json. */
import { auto } from '@nnbp/wasm';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { tasks } from './tasks.js';

const [chosen, seeds = '20'] = process.argv.slice(2);
if (chosen !== undefined && !(chosen in tasks)) {
  console.error(`Unknown task "${chosen}": expected one of ${Object.keys(tasks).join(', ')}.`);
  process.exit(2);
}
const path = new URL('results.json', import.meta.url);
const engine = await auto();
let failed = 0;
for (const [name, task] of Object.entries(tasks)) {
  if (chosen !== undefined && name !== chosen) continue;
  const measures: number[] = [];
  const started = performance.now();
  for (let seed = 1; seed <= Number(seeds); seed++) {
    measures.push(await task.run(seed, engine));
    console.log(`${name}, seed ${seed}: ${measures.at(-1)!.toPrecision(4)}`);
  }
  const passed = measures.filter((measure) => task.passes(measure)).length;
  const wanted = Math.ceil((task.of20 / 20) * measures.length);
  if (passed < wanted) failed++;
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`${name}: ${task.measure} ${task.threshold} with ${passed} of ${measures.length} seeds, ${seconds} s`);
  // Read now: another process may have run another task meanwhile.
  const results = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  results[name] = {
    date: new Date().toISOString().slice(0, 10),
    processor: cpus()[0].model,
    engine: engine.name,
    measure: task.measure,
    threshold: task.threshold,
    passed,
    seeds: measures.length,
    wanted,
    measures: measures.map((measure) => Number(measure.toPrecision(4))),
  };
  writeFileSync(path, `${JSON.stringify(results, null, 2)}\n`);
}
engine.dispose();
process.exit(failed > 0 ? 1 : 0);
