/**
 * A worker for user code, which can be terminated at any time. The code is a module from a blob URL, so no `eval` is needed;
 * it has no access to the page.
 */
import { type Remote, wrap } from 'comlink';
import { withTimeLimit } from '../time-limit.js';
import type { CustomFunction } from '../../state.js';
import { compiler, endCompiler } from './compiler.js';
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
  /** The response; a `FunctionError` after `limit` milliseconds (2000), when the worker is terminated. */
  ask<Answer>(question: (runner: Remote<Runner>) => Promise<Answer>, limit?: number): Promise<Answer>;
  close(): void;
}

/** Milliseconds that a request may take. */
const timeLimit = 2000;
/** Milliseconds for TypeScript, which a type may keep busy forever. */
const compileLimit = 8000;
/** Milliseconds to load the worker's program. */
const loadLimit = 30_000;

/**
 * Starts a worker with these functions in it.
 *
 * @throws FunctionError
 */
export async function startUserWorker(functions: readonly UserFunction[]): Promise<UserWorker> {
  const typescript = await compiler();
  const parts: string[] = [];
  for (const { kind, name, source } of functions) {
    const compiled = await within<Compiled>(compileLimit, endCompiler, typescript.compile(source));
    if ('typeErrors' in compiled) throw new FunctionError('types', compiled.typeErrors);
    const [of, called] = [JSON.stringify(kind), JSON.stringify(name)];
    parts.push(
      `{ const exports = {}; (function () { "use strict";\n${compiled.code}\n}).call(undefined); nnbp.define(${of}, ${called}, exports.default); }`,
    );
  }
  const address = new URL(runnerAddress, location.href).href;
  const text = `import ${JSON.stringify(address)};\n${parts.join('\n')}\nnnbp.defined();\n`;
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  const worker = new Worker(url, { type: 'module', name: 'own functions' });
  const close = () => worker.terminate();
  try {
    const message = (what: string) => messageFrom(worker, what);
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

/** Resolves when the worker sends this message; rejects if its code throws. */
const messageFrom = (worker: Worker, what: string) =>
  new Promise<void>((resolve, reject) => {
    worker.addEventListener('message', ({ data }) => {
      if (data === what) resolve();
    });
    worker.addEventListener('error', ({ message }) => {
      worker.terminate();
      // A script that could not be loaded has no message.
      const thrown = message?.replace(/^Uncaught (\w*Error: )?/, '');
      reject(thrown === undefined ? new FunctionError('load') : new FunctionError('start', [thrown]));
    });
  });

/** The answer within a time limit, after which the worker is terminated. */
const within = <Answer>(milliseconds: number, close: () => void, answer: Promise<Answer>): Promise<Answer> =>
  withTimeLimit(answer, milliseconds, () => {
    close();
    return new FunctionError('time');
  });
