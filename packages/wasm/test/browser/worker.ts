/** The script of the web worker that runs a quarter of the conformance suite in a browser test. */
import { runQuarter } from './suite.js';

self.addEventListener('message', ({ data }: MessageEvent<number | 'auto'>) => {
  void runQuarter(data).then((outcome) => self.postMessage(outcome));
});
