/**
 * A worker for a user's code, which can be ended whatever it is doing: think of a guest room with its own fuse. The code is
 * a module made from a blob, so that no `eval` is needed; the room has no door to the page.
 */
import { type Remote, wrap } from 'comlink';
import type { CustomFunction } from '../state.js';
import { compiler, endCompiler } from './compiler.js';
import type { Compiled } from './language-worker.js';
import type { Runner } from './runner.js';
import runnerAddress from './runner.ts?worker&url';
import type { Kind } from './user-functions.js';

export interface OwnFunction extends CustomFunction {
  readonly kind: Kind;
}

/** Why a function cannot be used. */
export class FunctionError extends Error {
  constructor(
    readonly reason: 'types' | 'start' | 'time',
    readonly details: readonly string[],
  ) {
    super(details.join('\n'));
  }
}

export interface UserWorker {
  readonly runner: Remote<Runner>;
  /** The answer, or a `FunctionError` when it takes longer than `limit` milliseconds (2000); the worker is then ended. */
  ask<Answer>(question: (runner: Remote<Runner>) => Promise<Answer>, limit?: number): Promise<Answer>;
  close(): void;
}

/** Milliseconds for what takes a few: a function of numbers answers at once, or never. */
const timeLimit = 2000;
/** For TypeScript, which a type may keep busy without end. */
const compileLimit = 8000;
/** For our own program to arrive. */
const loadLimit = 30_000;

/**
 * Starts a worker with these functions in it.
 *
 * @throws FunctionError if a type does not fit, the code throws, or it never comes to its end
 */
export async function startUserWorker(functions: readonly OwnFunction[]): Promise<UserWorker> {
  const typescript = await compiler();
  const parts: string[] = [];
  for (const { kind, name, source } of functions) {
    const compiled = await within<Compiled>(compileLimit, endCompiler, typescript.compile(source));
    if ('complaints' in compiled) throw new FunctionError('types', compiled.complaints);
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
    const said = (what: string) => told(worker, what);
    const [loaded, defined] = [said('loaded'), said('defined')];
    defined.catch(() => undefined);
    await within(loadLimit, close, loaded);
    await within(timeLimit, close, defined);
  } finally {
    URL.revokeObjectURL(url);
  }
  const runner = wrap<Runner>(worker);
  return { runner, close, ask: (question, limit = timeLimit) => within(limit, close, question(runner)) };
}

const notFetched = 'A part of the page could not be fetched: reload it.';

/** Resolves when the worker says this; rejects if its code throws. */
const told = (worker: Worker, what: string) =>
  new Promise<void>((resolve, reject) => {
    worker.addEventListener('message', ({ data }) => {
      if (data === what) resolve();
    });
    worker.addEventListener('error', ({ message }) => {
      worker.terminate();
      // A script that could not be fetched has no message.
      reject(new FunctionError('start', [message?.replace(/^Uncaught (\w*Error: )?/, '') ?? notFetched]));
    });
  });

async function within<Answer>(milliseconds: number, close: () => void, answer: Promise<Answer>): Promise<Answer> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      close();
      reject(new FunctionError('time', []));
    }, milliseconds);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
