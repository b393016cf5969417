/** The script of the worker. */
import { runSuite } from './suite.js';

self.addEventListener('message', ({ data }: MessageEvent<number | 'auto'>) => {
  void runSuite(data).then((outcome) => self.postMessage(outcome));
});
