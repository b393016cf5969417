/**
 * The program of a helping thread, as text: so that it needs no file of its own, whatever bundles or serves this
 * package. `control` has the words that `pool.ts` names. A helper watches for its next job for a millisecond or so before it goes
 * to sleep, since in training the next step comes at once.
 */
export const workerSource = `
const isWebWorker = typeof self === 'object';
const port = isWebWorker ? self : require('node:worker_threads').parentPort;
const [JOB, COMMAND, EXECUTOR, KIND, LOSS, OPTIMIZER, READY] = [0, 1, 2, 3, 4, 5, 6];
const [RUN, END] = [0, 2];
const WATCH = 1000000;
const COUNTED = 2 ** 27;
const runs = new Map();
let control, kernels, thread, seen;

function work() {
  for (;;) {
    for (let k = 0; k < WATCH && Atomics.load(control, JOB) === seen; k++);
    while (Atomics.load(control, JOB) === seen) Atomics.wait(control, JOB, seen);
    seen = Atomics.load(control, JOB);
    if (control[COMMAND] === END) return port.close();
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
      const environment = { memory: message.memory, activation: none, loss: none, waiting: none };
      runs.set(message.executor, new WebAssembly.Instance(kernels, { environment }).exports.run);
    } else {
      runs.delete(message.executor);
      // The garbage collector does not count shared memory, of which a page may have few at a time. An ordinary buffer
      // it counts, used or not, and comes by.
      try {
        new ArrayBuffer(COUNTED);
      } catch {}
    }
    Atomics.add(control, READY, 1);
  }
  work();
}

if (isWebWorker) port.addEventListener('message', (event) => receive(event.data));
else port.on('message', receive);
`;
