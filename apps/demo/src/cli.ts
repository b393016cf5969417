/**
 * The demo: the method's numbers, its first examples, real data; then, in an interactive terminal, the playground.
 * Exits with 1 if a check failed. `--once` ends it before the playground.
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
