/**
 * A worker that runs user code and can be terminated at any time. The code has no access to the page. It runs as a
 * module from a blob URL, so no `eval` is needed.
 */
import { type Remote, wrap } from 'comlink';
import { withTimeLimit } from '../time-limit.js';
import type { CustomFunction } from '../../state.js';
import { compiler, terminateCompiler } from './compiler.js';
import { FunctionError } from './function-error.js';
import type { Compiled } from './language-worker.js';
import type { Runner } from '../../user-code-worker.js';
import runnerAddress from '../../user-code-worker.ts?worker&url';
import type { Kind } from './user-functions.js';

export interface UserFunction extends CustomFunction {
  readonly kind: Kind;
}

export interface UserWorker {
  readonly runner: Remote<Runner>;
  /**
   * Resolves with the response. If there is none after `limit` milliseconds (default: 2000), terminates the worker and
   * rejects with a `FunctionError`.
   */
  ask<Value>(question: (runner: Remote<Runner>) => Promise<Value>, limit?: number): Promise<Value>;
  close(): void;
}

/** Time limit of a request, in milliseconds. */
const timeLimit = 2000;
/** Time limit for the compilation, in milliseconds. Some types keep TypeScript busy forever. */
const compileLimit = 8000;
/** Time limit for loading the worker's code, in milliseconds. */
const loadLimit = 30_000;

/**
 * Starts a worker that defines these functions.
 *
 * @throws FunctionError if a function cannot be compiled or defined, or if the worker cannot be loaded
 */
export async function startUserWorker(functions: readonly UserFunction[]): Promise<UserWorker> {
  const typescript = await compiler();
  const parts: string[] = [];
  for (const { kind, name, source } of functions) {
    const compiled = await within<Compiled>(compileLimit, terminateCompiler, typescript.compile(source));
    if ('typeErrors' in compiled) throw new FunctionError('types', compiled.typeErrors);
    const [kindLiteral, nameLiteral] = [JSON.stringify(kind), JSON.stringify(name)];
    parts.push(
      `{ const exports = {}; (function () { "use strict";\n${compiled.code}\n}).call(undefined); nnbp.define(${kindLiteral}, ${nameLiteral}, exports.default); }`,
    );
  }
  const address = new URL(runnerAddress, location.href).href;
  const text = `import ${JSON.stringify(address)};\n${parts.join('\n')}\nnnbp.defined();\n`;
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  const worker = new Worker(url, { type: 'module', name: 'user functions' });
  const close = () => worker.terminate();
  try {
    const message = (expected: string) => messageFrom(worker, expected);
    const [loaded, defined] = [message('loaded'), message('defined')];
    defined.catch(() => undefined);
    await within(loadLimit, close, loaded);
    await within(timeLimit, close, defined);
  } finally {
    URL.revokeObjectURL(url);
  }
  const runner = wrap<Runner>(worker);
  return { runner, close, ask: (question, limit = timeLimit) => within(limit, close, question(runner)) };
}

/** Resolves when the worker sends `expected`. Rejects if the worker's code throws or cannot be loaded. */
const messageFrom = (worker: Worker, expected: string) =>
  new Promise<void>((resolve, reject) => {
    worker.addEventListener('message', ({ data }) => {
      if (data === expected) resolve();
    });
    worker.addEventListener('error', ({ message }) => {
      worker.terminate();
      // If the script cannot be loaded, the event has no message.
      const thrown = message?.replace(/^Uncaught (\w*Error: )?/, '');
      reject(thrown === undefined ? new FunctionError('load') : new FunctionError('start', [thrown]));
    });
  });

/** Settles like `promise`. After the time limit, calls `close` and rejects. */
const within = <Value>(milliseconds: number, close: () => void, promise: Promise<Value>): Promise<Value> =>
  withTimeLimit(promise, milliseconds, () => {
    close();
    return new FunctionError('time');
  });
