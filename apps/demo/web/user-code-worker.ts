/**
 * The code of the worker that runs user functions. A module generated from the user's code imports this file, which
 * locks the worker down. Then the user's code defines its functions, and the page sends requests.
 */
import { type Endpoint, expose } from 'comlink';
// own-fetch.js keeps a reference to `fetch` for loading the data sets. `lockDown` removes the global `fetch` later.
import './train/data/own-fetch.js';
import { createSequenceTrainer } from './train/sequences/trainer.js';
import { createTrainer } from './train/trainer.js';
import { check, type Verdict } from './shared/user-code/check.js';
import { lockDown } from './shared/user-code/lock-down.js';
import { record, type PassToRecord, type Recording } from './shared/user-code/recording.js';
import { define, type Kind, userFunctions } from './shared/user-code/user-functions.js';

/** The channel to the page, saved before the lock-down. */
const toPage: Endpoint = {
  postMessage: postMessage.bind(globalThis) as Endpoint['postMessage'],
  addEventListener: addEventListener.bind(globalThis),
  removeEventListener: removeEventListener.bind(globalThis),
};
lockDown();
toPage.postMessage('loaded');

const runner = {
  /** Responds as soon as the worker is idle. */
  ping: () => true,
  check: (kind: Kind, name: string): Verdict => check(kind, name, userFunctions),
  record: (pass: PassToRecord): Recording => record(pass, userFunctions),
  ...createTrainer(userFunctions),
  sequences: createSequenceTrainer(userFunctions),
};

/** The interface that the worker exposes to the page. */
export type Runner = typeof runner;

/** Called by the module generated from user code: `define` after each function, `defined` after the last one. */
const nnbp = Object.freeze({ define, defined: () => toPage.postMessage('defined') });
Object.defineProperty(globalThis, 'nnbp', { value: nnbp });

expose(runner, toPage);
