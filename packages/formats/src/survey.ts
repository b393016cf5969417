/**
 * Validates the text of a model without building anything. Only valid text is then parsed by `JSON.parse` and built, so
 * an untrusted file takes no more memory than the network it describes.
 */
import { NnbpError } from '@nnbp/core';
import { maxState, networkEntries, readFunction, readOutputTransform, readVersion, type version } from './document.js';
import { JsonValue } from './json-value.js';
import { JsonScanner } from './json-scanner.js';
import { Names } from './names.js';
import type { FunctionName } from './plugins.js';
import { nameIn1, networkEntries1, nodeEntries1 } from './version-1.js';

/** The result of {@link survey}. Each function is listed once. */
export interface Survey {
  readonly version: 1 | typeof version;
  /** The length of the parameter vector. */
  readonly parameters: number;
  readonly activations: readonly FunctionName[];
  readonly aggregations: readonly FunctionName[];
}

const nodeEntries = ['ids', 'from', 'activation', 'aggregation', 'b', 'c', 'w'];
const maxFunctionLength = 2 ** 16;
/** Maximum number of distinct functions. Limits memory, since each function becomes an object. */
export const maxFunctions = 2 ** 14;

/**
 * Validates the text of a model: the JSON of a `NetworkDocument`.
 *
 * @throws NnbpError `MALFORMED`, `UNKNOWN_FORMAT`, `TOO_LARGE`
 */
export function survey(text: string): Survey {
  const scanner = new JsonScanner(text, 'The model in the file');
  const positions = new Map<string, number>();
  scanner.object([...new Set([...networkEntries, ...networkEntries1])], (key) => {
    positions.set(key, scanner.at);
    scanner.skip();
  });
  scanner.end();
  /** Moves to an entry, or to the end of the text if there is none. */
  const at = (key: string) => Object.assign(scanner, { at: positions.get(key) ?? text.length });
  const value = (key: string) => positions.has(key) && at(key).scalar();
  const version = readVersion(value('format'), value('version'));
  const expected = version === 1 ? networkEntries1 : networkEntries;
  for (const key of positions.keys()) {
    if (!expected.includes(key)) at(key).throwExpected(`no entry "${key}" in version ${version}`);
  }
  const reader = new NodeReader(scanner, version, at);
  const inputs = at('inputs').list(() => reader.declare());
  if (inputs === 0) at('inputs').throwExpected('an input');
  at('nodes').list(() => reader.node());
  reader.delayedEdges();
  if (positions.has('initial')) at('initial').list(() => reader.initial());
  const outputs = at('outputs').list(() => reader.output());
  if (outputs === 0) at('outputs').throwExpected('an output');
  for (const [key, columns] of Object.entries({ inputScaler: inputs, outputScaler: outputs })) {
    const name = version === 1 ? nameIn1(key) : key;
    if (positions.has(name)) surveyScaler(at(name), columns);
  }
  if (positions.has('outputTransform'))
    readOutputTransform(new JsonValue(value('outputTransform'), 'model.outputTransform'));
  return { version, ...reader.result() };
}

export const tooManyFunctions = () =>
  new NnbpError('TOO_LARGE', `The model has more than ${maxFunctions} distinct activations and aggregations.`);

const tooMuchState = () =>
  new NnbpError('TOO_LARGE', `The longest delays of the nodes in the file add up to more than ${maxState}.`);

/** Scans nodes in order, and records ids and the names of shared parameters. */
class NodeReader {
  readonly #scanner: JsonScanner;
  readonly #at: (key: string) => JsonScanner;
  readonly #isVersion1: boolean;
  readonly #ids: Names;
  readonly #shared: Readonly<Record<'b' | 'c' | 'w', Names>>;
  readonly #functions = { activation: new Set<string>(), aggregation: new Set<string>() };
  #parameters = 0;
  /** The last mark in use. Each list of ids has its own mark, which shows whether an id is already in the list. */
  #mark = 0;
  #hasDelayedEdges = false;
  /** If delayed edges read a node, the mark of the node is this number plus the longest delay. */
  #noDelayMark = 0;
  #initialMark = 0;
  #outputMark = 0;

  constructor(scanner: JsonScanner, version: Survey['version'], at: (key: string) => JsonScanner) {
    this.#scanner = scanner;
    this.#at = at;
    this.#isVersion1 = version === 1;
    // Count the names first, since name sets are allocated at their maximum size.
    let declared = at('inputs').list(() => scanner.string());
    const count = { b: 0, c: 0, w: 0 };
    const entries = this.#entries();
    const countName = (letter: 'b' | 'c' | 'w') => {
      if (scanner.begins('"')) count[letter]++;
      scanner.skip();
    };
    at('nodes').list(() => {
      scanner.object(entries, (key) => {
        if (key === 'ids') declared += scanner.list(() => scanner.string());
        else if (key === 'shared') count.w += scanner.list(() => scanner.skip());
        else if (key === 'w') scanner.list(() => countName('w'));
        else if (key === 'b' || key === 'c') countName(key);
        else scanner.skip();
      });
    });
    const { text } = scanner;
    this.#ids = new Names(text, declared);
    this.#shared = { b: new Names(text, count.b), c: new Names(text, count.c), w: new Names(text, count.w) };
  }

  #entries(): readonly string[] {
    return this.#isVersion1 ? nodeEntries1 : nodeEntries;
  }

  result(): Omit<Survey, 'version'> {
    const named = (kind: 'activation' | 'aggregation') =>
      Array.from(this.#functions[kind], (text) => readFunction(new JsonValue(JSON.parse(text), kind)));
    const { b, c, w } = this.#shared;
    return {
      parameters: this.#parameters + b.size + c.size + w.size,
      activations: named('activation'),
      aggregations: named('aggregation'),
    };
  }

  /** Scans the id of a new node. */
  declare(): void {
    const id = this.#scanner.string();
    if (!this.#ids.add(id)) this.#scanner.throwExpectedAt(id, 'an id that no other node has');
  }

  node(): void {
    const scanner = this.#scanner;
    const begin = scanner.at;
    const positions = new Map<string, number>();
    scanner.object(this.#entries(), (key) => {
      positions.set(key, scanner.at);
      const value = scanner.skip();
      if (key === 'activation' || key === 'aggregation') this.#function(key, value);
    });
    const end = scanner.at;
    const at = (key: string) => Object.assign(scanner, { at: positions.get(key) ?? begin });
    for (const key of ['ids', 'from', 'activation'])
      if (!positions.has(key)) at(key).throwExpected(`an entry "${key}"`);
    const predecessorMark = ++this.#mark;
    const edges = at('from').list(() => this.#source(predecessorMark));
    if (edges === 0 && positions.has('aggregation'))
      at('aggregation').throwExpected('no aggregation without predecessors');
    let ownParameters = 2 + edges;
    if (this.#isVersion1) {
      if (positions.has('fixed')) {
        at('fixed').literal('true');
        ownParameters--;
      }
      const sharedMark = ++this.#mark;
      if (positions.has('shared')) {
        ownParameters -= at('shared').list(() => {
          if (this.#ids.mark(this.#pair(), sharedMark) !== predecessorMark)
            at('shared').throwExpected('pairs of a predecessor and a name');
        });
      }
    } else {
      for (const letter of ['b', 'c'] as const) {
        if (!positions.has(letter)) continue;
        this.#fixedOrShared(at(letter), letter);
        ownParameters--;
      }
      if (positions.has('w')) {
        const entries = at('w').list(() => {
          if (scanner.begins('n')) scanner.literal('null');
          else {
            this.#fixedOrShared(scanner, 'w');
            ownParameters--;
          }
        });
        if (entries !== edges) at('w').throwExpected(`an entry per edge (${edges})`);
      }
    }
    const count = at('ids').list(() => this.declare());
    // If weights are fixed or shared, only one id is allowed, since otherwise a short file could describe any number of
    // edges without parameters.
    const allowsOnlyOneId = positions.has('shared') || positions.has('w');
    if (count === 0 || (allowsOnlyOneId && count > 1))
      at('ids').throwExpected('at least one id, and only one if weights are fixed or shared');
    this.#parameters += count * ownParameters;
    scanner.at = end;
  }

  /**
   * Checks that each delayed edge reads an existing node. Call this method after all nodes, since a node may be
   * declared after the edge that reads it. Also limits the size of the state, which is the sum of the nodes' longest
   * delays.
   */
  delayedEdges(): void {
    this.#noDelayMark = this.#mark;
    this.#mark += maxState;
    this.#initialMark = ++this.#mark;
    this.#outputMark = ++this.#mark;
    if (!this.#hasDelayedEdges) return;
    let state = 0;
    const scanner = this.#scanner;
    this.#at('nodes').list(() => {
      scanner.object(this.#entries(), (key) => {
        if (key !== 'from') {
          scanner.skip();
          return;
        }
        scanner.list(() => {
          if (scanner.begins('"')) scanner.string();
          else {
            const { id, delay } = this.#delayedEdge();
            state += this.#raiseDelay(id, delay);
            if (state > maxState) throw tooMuchState();
          }
        });
      });
    });
  }

  /** Records a delay with which an edge reads the node. Returns by how much this raises the node's longest delay. */
  #raiseDelay(id: number, delay: number): number {
    if (delay > maxState) throw tooMuchState();
    const mark = this.#ids.mark(id, this.#noDelayMark + delay);
    if (mark === undefined) this.#scanner.throwExpectedAt(id, 'the id of a node');
    const longest = Math.max(0, mark - this.#noDelayMark);
    if (longest > delay) this.#ids.mark(id, mark);
    return Math.max(0, delay - longest);
  }

  /** Scans an initial value: an id and a number. */
  initial(): void {
    const scanner = this.#scanner;
    const begin = scanner.at;
    let k = 0;
    scanner.list(() => {
      if (++k === 2) scanner.number();
      else {
        const id = scanner.string();
        const mark = this.#ids.mark(id, this.#initialMark) ?? 0;
        if (mark <= this.#noDelayMark || mark === this.#initialMark)
          scanner.throwExpectedAt(id, 'the id of a node read by a delayed edge, listed only once');
      }
    });
    if (k !== 2) scanner.throwExpectedAt(begin, 'an id and a number');
  }

  output(): void {
    const id = this.#scanner.string();
    const mark = this.#ids.mark(id, this.#outputMark);
    if (mark === undefined || mark === this.#outputMark)
      this.#scanner.throwExpectedAt(id, 'the id of a node that is not an output yet');
  }

  #function(kind: 'activation' | 'aggregation', value: string): void {
    if (value.length > maxFunctionLength)
      this.#scanner.throwExpected(`the ${kind} before this position to have at most ${maxFunctionLength} characters`);
    this.#functions[kind].add(value);
    if (this.#functions.activation.size + this.#functions.aggregation.size > maxFunctions) throw tooManyFunctions();
  }

  /** Scans an edge. The node of a delayed edge is looked up later, in {@link delayedEdges}. */
  #source(predecessorMark: number): void {
    const scanner = this.#scanner;
    if (scanner.begins('{') && !this.#isVersion1) {
      this.#delayedEdge();
      this.#hasDelayedEdges = true;
      return;
    }
    const id = scanner.string();
    const mark = this.#ids.mark(id, predecessorMark);
    if (mark === undefined || mark === predecessorMark)
      scanner.throwExpectedAt(id, 'the id of an earlier node, listed only once');
  }

  /** Scans a delayed edge. The returned `id` is the position of the id in the text. */
  #delayedEdge(): { id: number; delay: number } {
    const scanner = this.#scanner;
    const begin = scanner.at;
    let id = -1;
    let delay = 0;
    scanner.object(['id', 'delay'], (key) => {
      if (key === 'id') id = scanner.string();
      else delay = scanner.number();
    });
    if (id < 0 || !Number.isInteger(delay) || delay < 1)
      scanner.throwExpectedAt(begin, 'an id and an integer delay ≥ 1');
    return { id, delay };
  }

  /** Scans the number at which a parameter is fixed, or the name under which it is shared. */
  #fixedOrShared(scanner: JsonScanner, letter: 'b' | 'c' | 'w'): void {
    if (scanner.begins('"')) this.#shared[letter].add(scanner.string());
    else scanner.number();
  }

  /** Scans a predecessor and a name, in version 1. Returns the position of the predecessor. */
  #pair(): number {
    const scanner = this.#scanner;
    const sides: number[] = [];
    scanner.list(() => sides.push(scanner.string()));
    if (sides.length !== 2) scanner.throwExpected('a pair before this position');
    this.#shared.w.add(sides[1]);
    return sides[0];
  }
}

function surveyScaler(scanner: JsonScanner, columns: number): void {
  const begin = scanner.at;
  const counts = new Map<string, number>();
  scanner.object(['mean', 'deviation'], (key) => {
    const count = scanner.list(() => {
      if (scanner.number() <= 0 && key === 'deviation')
        scanner.throwExpected('a deviation above 0 before this position');
    });
    counts.set(key, count);
  });
  scanner.at = begin;
  if (counts.get('mean') !== columns || counts.get('deviation') !== columns)
    scanner.throwExpected(`mean and deviation of ${columns === 1 ? 'one column' : `${columns} columns`}`);
}
