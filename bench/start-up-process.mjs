/**
 * Imports one library, then makes a first prediction and takes a first training step. Prints the time at which each was
 * done, in milliseconds since the start of the import; with `--bytes`, also the size of all loaded modules in bytes.
 *
 * Usage: start-up-process.mjs LIBRARY [--bytes]
 */
import { Session } from 'node:inspector/promises';

const [library] = process.argv.slice(2);
const countsBytes = process.argv.includes('--bytes');
let bytes = 0;
if (countsBytes) {
  const session = new Session();
  session.connect();
  session.on('Debugger.scriptParsed', ({ params: { url, length } }) => {
    if (url.startsWith('file:')) bytes += length;
  });
  await session.post('Debugger.enable');
  bytes = 0;
}
const startTime = performance.now();
const { prepare } = await import(`./start-up/${library}.mjs`);
const imported = performance.now();
const { predict, step } = await prepare();
predict();
const predicted = performance.now();
await step();
const stepped = performance.now();
console.log(
  JSON.stringify({ import: imported - startTime, predict: predicted - startTime, step: stepped - startTime, ...(countsBytes && { bytes }) }),
);
process.exit();
