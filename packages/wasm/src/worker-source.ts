/**
 * The program of a worker thread, as a string, so that it needs no file of its own in a bundle or on a server.
 * `pool.ts` defines the commands and the entries of the shared array `control`. A worker polls for its next job for
 * about a millisecond before it sleeps, since the next training step usually follows immediately. On the command
 * `receive`, a worker returns to the event loop, which then delivers a message.
 */
export const workerSource = `
const isWebWorker = typeof self === 'object';
const port = isWebWorker ? self : require('node:worker_threads').parentPort;
const [JOB, COMMAND, EXECUTOR, KIND, LOSS, OPTIMIZER, READY] = [0, 1, 2, 3, 4, 5, 6];
const [RUN, TERMINATE] = [0, 2];
const MAX_POLLS = 1000000;
const COUNTED_BYTES = 2 ** 27;
const runs = new Map();
let control, kernels, thread, seen;

function work() {
  for (;;) {
    for (let k = 0; k < MAX_POLLS && Atomics.load(control, JOB) === seen; k++);
    while (Atomics.load(control, JOB) === seen) Atomics.wait(control, JOB, seen);
    seen = Atomics.load(control, JOB);
    if (control[COMMAND] === TERMINATE) return port.close();
    if (control[COMMAND] !== RUN) return;
    runs.get(control[EXECUTOR])(thread, control[KIND], control[LOSS], control[OPTIMIZER]);
  }
}

function receive(message) {
  if (message.control) {
    ({ control, kernels, thread } = message);
    seen = Atomics.load(control, JOB);
    Atomics.add(control, READY, 1);
    port.postMessage('ready');
  } else {
    if (message.memory) {
      const none = () => 0;
      const environment = { memory: message.memory, activation: none, aggregation: none, loss: none, waiting: none };
      runs.set(message.executor, new WebAssembly.Instance(kernels, { environment }).exports.run);
    } else {
      runs.delete(message.executor);
      // The garbage collector does not count shared memory, of which a page can have only a limited amount. Allocating an
      // ordinary buffer, which is counted, triggers a collection.
      try {
        new ArrayBuffer(COUNTED_BYTES);
      } catch {}
    }
    Atomics.add(control, READY, 1);
  }
  work();
}

if (isWebWorker) port.addEventListener('message', (event) => receive(event.data));
else port.on('message', receive);
`;
