/**
 * Defines version 2 of the JSON document that stores a network, and reads its entries. `model.schema.json` is the schema
 * for other programs; `version-1.ts` reads version 1.
 */
import { NnbpError, type OutputTransform } from '@nnbp/core';
import { JsonValue, shortened } from './json-value.js';
import type { FunctionName } from './plugins.js';

/** The value of `format`, the first entry of every model. */
export const format = 'nnbp';
/** Increased only if older readers would misread newer files. Older versions stay readable. */
export const version = 2;
/** Maximum `Graph.stateSize` of a network in a file. */
export const maxState = 2 ** 24;

/** Mean and deviation of each column; see `Standardization`. */
export interface ScalerDocument {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** The source of an edge: a node at the same step, or `delay` steps earlier. */
export type SourceDocument = string | { readonly id: string; readonly delay: number };

/** A parameter b, c or w: a number if it is fixed at this value, or a string if it is shared under this name. */
export type ParameterDocument = number | string;

/** One node, or several consecutive ones that differ only in their ids. */
export interface NodesDocument {
  readonly ids: readonly string[];
  readonly from: readonly SourceDocument[];
  readonly activation: FunctionName | string;
  /** Default: the sum. */
  readonly aggregation?: FunctionName | string;
  /** Default: a separate parameter for each node. */
  readonly b?: ParameterDocument;
  /** Default: a separate parameter for each node. */
  readonly c?: ParameterDocument;
  /** One entry per edge; null for a separate parameter. Default: all are separate. */
  readonly w?: readonly (ParameterDocument | null)[];
}

/** A network without the values of its parameters. */
export interface NetworkDocument {
  readonly format: typeof format;
  readonly version: typeof version;
  readonly inputs: readonly string[];
  /** The nodes other than inputs, in topological order. */
  readonly nodes: readonly NodesDocument[];
  readonly outputs: readonly string[];
  /** Values before the first step, by node id. Default: 0. */
  readonly initial?: readonly (readonly [id: string, value: number])[];
  readonly inputScaler?: ScalerDocument;
  readonly outputScaler?: ScalerDocument;
  /** Default: none. */
  readonly outputTransform?: Exclude<OutputTransform, 'none'>;
}

export const networkEntries: readonly string[] = [
  'format',
  'version',
  'inputs',
  'nodes',
  'outputs',
  'initial',
  'inputScaler',
  'outputScaler',
  'outputTransform',
];

/**
 * Reads the name of a function: `"tanh"`, `{ "name": "elu", "options": { "alpha": 0.5 } }`, or an object with
 * `"custom": true`.
 *
 * @throws NnbpError `MALFORMED`
 */
export function readFunction(json: JsonValue): FunctionName {
  if (typeof json.value === 'string') return { name: json.value };
  const at = json.object(['name', 'options', 'custom']);
  const options = at('options').optional((options) => {
    const { value } = options;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      options.throwExpected('an object of numbers');
    return Object.fromEntries(
      Object.entries(value as object).map(([key, number]) => [
        key,
        new JsonValue(number, `${options.path}.${key}`).number(),
      ]),
    );
  });
  const custom = at('custom').optional((custom) => custom.value === true || custom.throwExpected('true'));
  return { name: at('name').text(), ...(options && { options }), ...(custom && { custom }) };
}

/** @throws NnbpError `MALFORMED` */
export function readSource(json: JsonValue): SourceDocument {
  if (typeof json.value === 'string') return json.value;
  const at = json.object(['id', 'delay']);
  return { id: at('id').text(), delay: at('delay').number() };
}

/** @throws NnbpError `MALFORMED` */
export function readScaler(json: JsonValue): ScalerDocument {
  const at = json.object(['mean', 'deviation']);
  return { mean: at('mean').numbers(), deviation: at('deviation').numbers() };
}

/** @throws NnbpError `MALFORMED` */
export function readOutputTransform(json: JsonValue): Exclude<OutputTransform, 'none'> {
  const { value } = json;
  const isKnown = value === 'sigmoid' || value === 'softmax' || value === 'logSoftmax';
  return isKnown ? value : json.throwExpected('"sigmoid", "softmax" or "logSoftmax"');
}

/** @throws NnbpError `UNKNOWN_FORMAT` (a model from another program or a newer version) */
export function readVersion(actualFormat: unknown, actualVersion: unknown): 1 | typeof version {
  if (actualFormat !== format) {
    throw new NnbpError('UNKNOWN_FORMAT', `This is not an @nnbp model: expected "format": "${format}".`);
  }
  if (actualVersion !== 1 && actualVersion !== version) {
    throw new NnbpError(
      'UNKNOWN_FORMAT',
      `The model has version ${shortened(JSON.stringify(actualVersion) ?? 'none')}: expected 1 or ${version}. If a newer release wrote it, update @nnbp/formats.`,
    );
  }
  return actualVersion;
}

/** Reads all entries except the nodes. @throws NnbpError `MALFORMED` */
export function readFrame(at: (key: string) => JsonValue): Omit<NetworkDocument, 'nodes'> {
  const initial = at('initial').optional((pairs) => pairs.list().map(readInitial));
  const inputScaler = at('inputScaler').optional(readScaler);
  const outputScaler = at('outputScaler').optional(readScaler);
  const outputTransform = at('outputTransform').optional(readOutputTransform);
  return {
    format,
    version,
    inputs: at('inputs').texts(),
    outputs: at('outputs').texts(),
    ...(initial && { initial }),
    ...(inputScaler && { inputScaler }),
    ...(outputScaler && { outputScaler }),
    ...(outputTransform && { outputTransform }),
  };
}

function readInitial(pair: JsonValue): readonly [string, number] {
  const parts = pair.list();
  return parts.length === 2 ? [parts[0].text(), parts[1].number()] : pair.throwExpected('an id and a number');
}
