/** The script of the service worker that runs the conformance suite in a browser test. */
import { runQuarter } from './suite.js';

/** The part of a service worker's events that is used; it is missing from the types of web workers. */
type ServiceMessage = MessageEvent<number | 'auto'> & { waitUntil(work: Promise<unknown>): void };

self.addEventListener('message', (event) => {
  const { data, ports, waitUntil } = event as ServiceMessage;
  waitUntil.call(
    event,
    runQuarter(data).then((outcome) => ports[0].postMessage(outcome)),
  );
});
