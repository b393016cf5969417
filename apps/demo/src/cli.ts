/**
 * The demo: the method's numbers, its first examples, and real data; then, for a person at a terminal, the playground.
 * Ends with 1 if a figure was not reached. `--once` ends it before the playground.
 */
import { article } from './article.js';
import { followUp } from './follow-up.js';
import { servePlayground } from './playground.js';
import { realData } from './real-data.js';
import { Promises } from './screen.js';

const promises = new Promises();
const begun = performance.now();
article(promises);
await followUp(promises);
await realData(promises);

const seconds = ((performance.now() - begun) / 1000).toFixed(0);
if (promises.broken.length === 0) {
  console.log(`\nThe demo ran to its end in ${seconds} s; every figure was reached.`);
} else {
  console.error(`\nThe demo ran to its end in ${seconds} s; not reached: ${promises.broken.join(' ')}`);
  process.exitCode = 1;
}

if (process.stdout.isTTY && !process.argv.includes('--once')) await servePlayground();
