/**
 * Counts work instead of time: how often each block of JavaScript ran (V8 counts this for coverage), and how many
 * characters, bytes or entries were processed by built-in functions that search, copy or iterate. The counts are the
 * same on every machine.
 */
import { Session } from 'node:inspector';

const session = new Session();
session.connect();

let builtin = 0;

function count(owner: object, name: PropertyKey, cost: (self: never, result: never, args: never[]) => number): void {
  const original = Reflect.get(owner, name) as (...args: never[]) => unknown;
  const counted = function (this: never, ...args: never[]) {
    const result = Reflect.apply(original, this, args) as never;
    builtin += cost(this, result, args);
    return result;
  };
  Object.defineProperty(owner, name, { value: counted, configurable: true, writable: true });
}

interface Sized {
  readonly length: number;
}

/** Number of characters or entries up to the match; all of them if there is no match. */
const searched = (self: Sized, at: number, args: number[]) => (at < 0 ? self.length : at + 1) - (args[1] ?? 0);
const searchedBack = (self: Sized, at: number) => self.length - Math.max(0, at);
const wholeSelf = (self: Sized) => self.length;
const wholeResult = (_: unknown, result: Sized) => result.length;
const wholeArgument = (_: unknown, __: unknown, [argument]: readonly (Sized | undefined)[]) => argument?.length ?? 0;
/** Number of entries from the second argument to the third. */
const between = (self: Sized, _: unknown, [, from = 0, to = self.length]: number[]) => Math.max(0, to - from);
const one = () => 1;

function instrument(): void {
  const text = String.prototype;
  count(text, 'indexOf', searched);
  count(text, 'lastIndexOf', searchedBack);
  for (const name of [
    'includes',
    'split',
    'replace',
    'replaceAll',
    'trim',
    'trimStart',
    'trimEnd',
    'normalize',
  ] as const) {
    count(text, name, wholeSelf);
  }
  for (const name of ['toLowerCase', 'toUpperCase', 'padStart', 'padEnd', 'repeat'] as const)
    count(text, name, wholeResult);
  // All other methods of RegExp call `exec`. Backtracking is not counted because the linter forbids regular expressions
  // with excessive backtracking.
  const { exec } = RegExp.prototype;
  RegExp.prototype.exec = function (string) {
    const from = this.lastIndex;
    const found = exec.call(this, string);
    // A sticky regular expression, which `split` uses, reads only one position.
    if (found === null) builtin += this.sticky ? 1 : string.length - from;
    else builtin += found.index + found[0].length - from;
    return found;
  };
  for (const { prototype: list } of [Array, Object.getPrototypeOf(Uint8Array) as typeof Uint8Array]) {
    count(list, 'indexOf', searched);
    count(list, 'lastIndexOf', searchedBack);
    count(list, 'includes', wholeSelf);
    for (const name of ['slice', 'join', 'sort', 'reverse'] as const) count(list, name, wholeResult);
    for (const name of ['fill', 'copyWithin'] as const) count(list, name, between);
  }
  for (const name of ['concat', 'splice', 'flat'] as const) count(Array.prototype, name, wholeResult);
  count(Array.prototype, 'shift', wholeSelf);
  count(Array.prototype, 'unshift', wholeSelf);
  count(Object.getPrototypeOf(Uint8Array.prototype) as object, 'set', wholeArgument);
  count(Buffer, 'concat', wholeResult);
  for (const name of ['indexOf', 'includes'] as const) count(Buffer.prototype as object, name, wholeSelf);
  count(TextDecoder.prototype, 'decode', wholeResult);
  count(TextEncoder.prototype, 'encode', wholeResult);
  count(JSON, 'parse', wholeArgument);
  for (const name of ['keys', 'values', 'entries'] as const) count(Object, name, wholeResult);
  // Loops, spreads and `new Set(list)` call these iterators.
  for (const iterable of [[], new Map(), new Set(), '']) {
    const iterator: object = (iterable as Iterable<unknown>)[Symbol.iterator]();
    count(Object.getPrototypeOf(iterator) as object, 'next', one);
  }
}

interface Coverage {
  readonly result: readonly {
    readonly functions: readonly { readonly ranges: readonly { readonly count: number }[] }[];
  }[];
}

const post = (method: string, options: object = {}) =>
  new Promise<unknown>((resolve, reject) => {
    session.post(method, options, (error, answer) => (error === null ? resolve(answer) : reject(error)));
  });

/** Starts counting. Must be called once, after all modules are loaded. */
export async function startCounter(): Promise<void> {
  instrument();
  await post('Profiler.enable');
  await post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
}

/** Counts the work of an action. */
export async function workOf(action: () => unknown): Promise<number> {
  await post('Profiler.takePreciseCoverage');
  builtin = 0;
  try {
    await action();
  } catch {
    // The work before an error counts too.
  }
  const builtinWork = builtin;
  const { result } = (await post('Profiler.takePreciseCoverage')) as Coverage;
  let blocks = 0;
  for (const { functions } of result)
    for (const { ranges } of functions) for (const { count: times } of ranges) blocks += times;
  return blocks + builtinWork;
}
