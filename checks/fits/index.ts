/**
 * `pnpm fits NAME`: compares the second-order optimizers with first-order optimizers and with other libraries. NAME is
 * `lbfgs`, `speed`, `proben1` or `regression`. With `--smoke`, each comparison runs only its smallest workload, and
 * NAME is optional (default: all four).
 */
import { compareWithScipy } from './lbfgs.js';
import { proben1 } from './proben1.js';
import { regression } from './regression.js';
import { timeToLoss } from './speed.js';

const smoke = process.argv.includes('--smoke');
const measurements: Readonly<Record<string, (smoke: boolean) => void | Promise<void>>> = {
  lbfgs: compareWithScipy,
  speed: timeToLoss,
  proben1,
  regression,
};
const name = process.argv.slice(2).find((argument) => !argument.startsWith('-'));
const selected = name === undefined && smoke ? Object.keys(measurements) : [name ?? ''];
for (const measurement of selected) {
  if (!(measurement in measurements)) {
    console.error(`Expected one of ${Object.keys(measurements).join(', ')}, received "${measurement}".`);
    process.exit(2);
  }
  await measurements[measurement](smoke);
}
