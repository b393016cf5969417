/**
 * A network in writing: plain data that JSON can hold, version 1 for ever. `model.schema.json` is the same for other
 * programs. Here is what it may be, and the check that something from a stranger is that.
 */
import { NnbpError, type OutputTransform } from '@nnbp/core';
import type { FunctionName } from './plugins.js';

/** What every model says first. */
export const format = 'nnbp';
/** Raised only when old readers would misread new files; old files are read for ever. */
export const version = 1;

/** Mean and deviation of each column; see `Standardization`. */
export interface UnitsDocument {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** One node, or several in a row that have all but their id in common. */
export interface NodesDocument {
  readonly ids: readonly string[];
  readonly from: readonly string[];
  readonly activation: FunctionName | string;
  /** Whether c is fixed at 1. Absent: it is a parameter. */
  readonly fixed?: true;
  /** Names of shared weights, a pair each: the predecessor, the name. */
  readonly shared?: readonly (readonly [from: string, name: string])[];
}

/** A network without its parameters. */
export interface NetworkDocument {
  readonly format: typeof format;
  readonly version: typeof version;
  readonly inputs: readonly string[];
  /** In topological order. */
  readonly nodes: readonly NodesDocument[];
  readonly outputs: readonly string[];
  readonly inputUnits?: UnitsDocument;
  readonly outputUnits?: UnitsDocument;
  /** What predictions make of the output values. Absent: nothing. */
  readonly outputTransform?: Exclude<OutputTransform, 'none'>;
}

/** The entries of a {@link NetworkDocument}. */
export const networkEntries: readonly string[] = [
  'format',
  'version',
  'inputs',
  'nodes',
  'outputs',
  'inputUnits',
  'outputUnits',
  'outputTransform',
];

/** Where in a document one is, and how to complain about it. */
export class Place {
  constructor(
    readonly value: unknown,
    readonly path: string,
  ) {}

  /** @throws NnbpError `MALFORMED` */
  refuse(expected: string): never {
    const found = this.value === undefined ? 'nothing' : shortened(JSON.stringify(this.value));
    throw new NnbpError('MALFORMED', `${this.path}: expected ${expected}, found ${found}.`);
  }

  /** The entries of an object; any that is not in `known` is refused, so that a misspelt one is not passed over. */
  object(known: readonly string[]): (key: string) => Place {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.refuse('an object');
    const entries = new Map(Object.entries(value));
    for (const key of entries.keys()) {
      if (!known.includes(key)) new Place(entries.get(key), `${this.path}.${key}`).refuse(`no such entry`);
    }
    return (key) => new Place(entries.get(key), `${this.path}.${key}`);
  }

  list(): readonly Place[] {
    if (!Array.isArray(this.value)) this.refuse('a list');
    return (this.value as unknown[]).map((value, k) => new Place(value, `${this.path}[${k}]`));
  }

  text(): string {
    return typeof this.value === 'string' ? this.value : this.refuse('a text');
  }

  texts(): string[] {
    if (!Array.isArray(this.value) || this.value.some((value) => typeof value !== 'string'))
      this.refuse('a list of texts');
    return this.value as string[];
  }

  number(): number {
    return Number.isFinite(this.value) ? (this.value as number) : this.refuse('a finite number');
  }

  numbers(): number[] {
    if (!Array.isArray(this.value) || !this.value.every(Number.isFinite)) {
      this.refuse('a list of finite numbers');
    }
    return this.value as number[];
  }

  /** Undefined where there is nothing; else what `read` makes of it. */
  optional<T>(read: (place: Place) => T): T | undefined {
    return this.value === undefined ? undefined : read(this);
  }
}

const shortened = (text: string) => (text.length > 60 ? `${text.slice(0, 57)}…` : text);

/**
 * A function's name, as `"tanh"`, or `{ "name": "elu", "options": { "alpha": 0.5 } }`, or with `"custom": true`.
 *
 * @throws NnbpError `MALFORMED`
 */
export function readFunction(place: Place): FunctionName {
  if (typeof place.value === 'string') return { name: place.value };
  const at = place.object(['name', 'options', 'custom']);
  const options = at('options').optional((options) => {
    const { value } = options;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) options.refuse('an object of numbers');
    return Object.fromEntries(
      Object.entries(value as object).map(([key, number]) => [
        key,
        new Place(number, `${options.path}.${key}`).number(),
      ]),
    );
  });
  const custom = at('custom').optional((custom) => custom.value === true || custom.refuse('true'));
  return { name: at('name').text(), ...(options && { options }), ...(custom && { custom }) };
}

/** @throws NnbpError `MALFORMED` */
export function readUnits(place: Place): UnitsDocument {
  const at = place.object(['mean', 'deviation']);
  return { mean: at('mean').numbers(), deviation: at('deviation').numbers() };
}

/** @throws NnbpError `MALFORMED` */
export function readOutputTransform(place: Place): Exclude<OutputTransform, 'none'> {
  const { value } = place;
  const isKnown = value === 'sigmoid' || value === 'softmax' || value === 'logSoftmax';
  return isKnown ? value : place.refuse('"sigmoid", "softmax" or "logSoftmax"');
}

/**
 * Nothing, if a model is of a format and version that are read.
 *
 * @throws NnbpError `UNKNOWN_FORMAT` (another program's, or a newer version's)
 */
export function expectVersion(foundFormat: unknown, foundVersion: unknown): void {
  if (foundFormat !== format) {
    throw new NnbpError('UNKNOWN_FORMAT', `This is no model of @nnbp: expected "format": "${format}".`);
  }
  if (foundVersion !== version) {
    throw new NnbpError(
      'UNKNOWN_FORMAT',
      `The model is of version ${shortened(JSON.stringify(foundVersion) ?? 'none')}, and this reads version ${version}: update @nnbp/formats.`,
    );
  }
}

/**
 * The entries of a network in its form for people.
 *
 * @throws NnbpError `UNKNOWN_FORMAT`, `MALFORMED`
 */
export function opened(value: unknown): (key: string) => Place {
  const { format, version } = Object(value) as Record<string, unknown>;
  expectVersion(format, version);
  return new Place(value, 'model').object(networkEntries);
}

/**
 * What it begins and ends with.
 *
 * @throws NnbpError `MALFORMED`
 */
export function readFrame(at: (key: string) => Place): Omit<NetworkDocument, 'nodes'> {
  const inputUnits = at('inputUnits').optional(readUnits);
  const outputUnits = at('outputUnits').optional(readUnits);
  const outputTransform = at('outputTransform').optional(readOutputTransform);
  return {
    format,
    version,
    inputs: at('inputs').texts(),
    outputs: at('outputs').texts(),
    ...(inputUnits && { inputUnits }),
    ...(outputUnits && { outputUnits }),
    ...(outputTransform && { outputTransform }),
  };
}

/** @throws NnbpError `MALFORMED` */
export function readPair(place: Place): readonly [string, string] {
  const pair = place.texts();
  return pair.length === 2 ? [pair[0], pair[1]] : place.refuse('a predecessor and a name');
}
