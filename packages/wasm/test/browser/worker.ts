/** The script of the worker. */
import { runQuarter } from './suite.js';

self.addEventListener('message', ({ data }: MessageEvent<number | 'auto'>) => {
  void runQuarter(data).then((outcome) => self.postMessage(outcome));
});
