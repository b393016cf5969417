/** `pnpm fits lbfgs`, `speed`, `proben1` or `regression`: measurements of the second-order optimizers beside other programs. */
import { lbfgsBesideScipy } from './lbfgs.js';
import { proben1 } from './proben1.js';
import { regression } from './regression.js';
import { timeToLoss } from './speed.js';

const smoke = process.argv.includes('--smoke');
const measurements: Readonly<Record<string, (smoke: boolean) => void | Promise<void>>> = {
  lbfgs: lbfgsBesideScipy,
  speed: timeToLoss,
  proben1,
  regression,
};
const chosen = process.argv.slice(2).find((argument) => !argument.startsWith('-')) ?? '';
if (!(chosen in measurements)) {
  console.error(`Expected one of ${Object.keys(measurements).join(', ')}, received "${chosen}".`);
  process.exit(2);
}
await measurements[chosen](smoke);
