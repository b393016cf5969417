/**
 * Imports one library and makes its first prediction and first training step. Prints milliseconds since the start of the
 * script, and the bytes of the modules that were loaded. Usage: start-up-process.mjs LIBRARY
 */
import { Session } from 'node:inspector/promises';

const [library] = process.argv.slice(2);
const counts = process.argv.includes('--bytes');
let bytes = 0;
if (counts) {
  const session = new Session();
  session.connect();
  session.on('Debugger.scriptParsed', ({ params: { url, length } }) => {
    if (url.startsWith('file:')) bytes += length;
  });
  await session.post('Debugger.enable');
  bytes = 0;
}
const startTime = performance.now();
const { first } = await import(`./start-ups/${library}.mjs`);
const imported = performance.now();
const { predict, step } = await first();
predict();
const predicted = performance.now();
await step();
const stepped = performance.now();
console.log(
  JSON.stringify({ import: imported - startTime, predict: predicted - startTime, step: stepped - startTime, ...(counts && { bytes }) }),
);
process.exit();
