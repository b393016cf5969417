/** The script of the service worker. */
import { runQuarter } from './suite.js';

/** What is used of a service worker's events, which the types of web workers do not know. */
type ServiceMessage = MessageEvent<number | 'auto'> & { waitUntil(work: Promise<unknown>): void };

self.addEventListener('message', (event) => {
  const { data, ports, waitUntil } = event as ServiceMessage;
  waitUntil.call(
    event,
    runQuarter(data).then((outcome) => ports[0].postMessage(outcome)),
  );
});
