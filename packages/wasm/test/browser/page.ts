/** The script of the page; the test calls these two. */
import { type Outcome, runSuite } from './suite.js';

const inWorker = (threads: number | 'auto') =>
  new Promise<Outcome>((resolve, reject) => {
    const worker = new Worker('worker.js', { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<Outcome>) => resolve(data));
    worker.addEventListener('error', ({ message }) => reject(new Error(message)));
    worker.postMessage(threads);
  });

Object.assign(globalThis, { runSuite, inWorker });
