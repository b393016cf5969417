/** The script of the test page. The test calls the four global functions that this script defines. */
import { type Outcome, runQuarter, runSuite } from './suite.js';

const inWorker = (threads: number | 'auto') =>
  new Promise<Outcome>((resolve, reject) => {
    const worker = new Worker('worker.js', { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<Outcome>) => resolve(data));
    worker.addEventListener('error', ({ message }) => reject(new Error(message)));
    worker.postMessage(threads);
  });

const inServiceWorker = async (threads: number | 'auto') => {
  const registration = await navigator.serviceWorker.register('service.js', { type: 'module' });
  await navigator.serviceWorker.ready;
  const { port1, port2 } = new MessageChannel();
  const response = new Promise<Outcome>((resolve) => {
    port1.onmessage = ({ data }: MessageEvent<Outcome>) => resolve(data);
  });
  registration.active!.postMessage(threads, [port2]);
  const outcome = await response;
  await registration.unregister();
  return outcome;
};

Object.assign(globalThis, { runSuite, runQuarter, inWorker, inServiceWorker });
