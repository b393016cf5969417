/**
 * The demo: checks the numbers of the article, trains on the data sets of its follow-up and on real data, then serves
 * the playground if the terminal is interactive. Exits with code 1 if a check fails. `--once` skips the playground.
 */
import { article } from './article.js';
import { followUp } from './follow-up.js';
import { servePlayground } from './playground.js';
import { realData } from './real-data.js';
import { Checks } from './screen.js';

const checks = new Checks();
const startTime = performance.now();
article(checks);
await followUp(checks);
await realData(checks);

const seconds = ((performance.now() - startTime) / 1000).toFixed(0);
if (checks.failed.length === 0) {
  console.log(`\nDone in ${seconds} s: all checks passed.`);
} else {
  console.error(`\nDone in ${seconds} s. Failed checks: ${checks.failed.join(' ')}`);
  process.exitCode = 1;
}

if (process.stdout.isTTY && !process.argv.includes('--once')) await servePlayground();
