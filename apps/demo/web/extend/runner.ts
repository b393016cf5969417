/**
 * The program of the worker in which a user's code runs. It is imported by a module made from that code: this runs first, and
 * locks the doors; the code defines its functions; then the page may ask.
 */
import { type Endpoint, expose } from 'comlink';
// Before the lock: data of the library's own are fetched with it.
import '../train/data/own-fetch.js';
import { createTrainer } from '../train/trainer.js';
import { check, type Verdict } from './check.js';
import { lockDown } from './lock-down.js';
import { record, type Question, type Recording } from './recording.js';
import { define, type Kind, userFunctions } from './user-functions.js';

/** The only way to the page, kept from before the lock. */
const toPage: Endpoint = {
  postMessage: postMessage.bind(globalThis) as Endpoint['postMessage'],
  addEventListener: addEventListener.bind(globalThis),
  removeEventListener: removeEventListener.bind(globalThis),
};
lockDown();
toPage.postMessage('loaded');

const runner = {
  /** Answers when it is free to. */
  ping: () => true,
  check: (kind: Kind, name: string): Verdict => check(kind, name, userFunctions),
  record: (question: Question): Recording => record(question, userFunctions),
  ...createTrainer(userFunctions),
};

/** What the page can ask for. */
export type Runner = typeof runner;

/** Called by the module that is made from the user's code: `define` after each function, `defined` after the last. */
const nnbp = Object.freeze({ define, defined: () => toPage.postMessage('defined') });
Object.defineProperty(globalThis, 'nnbp', { value: nnbp });

expose(runner, toPage);
