/** The script of the service worker that runs a quarter of the conformance suite in a browser test. */
import { runQuarter } from './suite.js';

/** A message event of a service worker. The types of web workers do not declare its `waitUntil`. */
type ServiceMessage = MessageEvent<number | 'auto'> & { waitUntil(work: Promise<unknown>): void };

self.addEventListener('message', (event) => {
  const { data, ports, waitUntil } = event as ServiceMessage;
  waitUntil.call(
    event,
    runQuarter(data).then((outcome) => ports[0].postMessage(outcome)),
  );
});
