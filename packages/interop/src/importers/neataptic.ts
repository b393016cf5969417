/** Imports neataptic models. Their nodes are listed in the order in which they run. */
import {
  bentIdentity,
  gaussian,
  hardTanh,
  identity,
  leakyRelu,
  relu,
  selu,
  sigmoid,
  sine,
  softsign,
  tanh,
} from '@nnbp/activations';
import type { Activation, Network } from '@nnbp/core';
import type { JsonValue } from '@nnbp/formats/shared';
import { openJson } from './open-json.js';
import { type Computed, sequentialNetwork } from './sequential-network.js';
import { bipolarStep, step } from './step.js';

const what = 'The neataptic model';

/** A squash function: g(factor · h + shift). */
interface Squash {
  readonly activation: Activation;
  readonly factor?: number;
  readonly shift?: number;
}

const squashes = new Map<string, Squash>([
  ['LOGISTIC', { activation: sigmoid }],
  ['TANH', { activation: tanh }],
  ['IDENTITY', { activation: identity }],
  ['RELU', { activation: relu }],
  ['SOFTSIGN', { activation: softsign }],
  ['SINUSOID', { activation: sine }],
  ['GAUSSIAN', { activation: gaussian }],
  ['HARD_TANH', { activation: hardTanh }],
  ['SELU', { activation: selu }],
  ['BENT_IDENTITY', { activation: bentIdentity }],
  ['STEP', { activation: step }],
  ['BIPOLAR', { activation: bipolarStep }],
  // |h| is h above 0, and −1 · h below.
  ['ABSOLUTE', { activation: /* @__PURE__ */ leakyRelu.negativeSlope(-1) }],
  // 2 σ(h) − 1 = tanh(h / 2)
  ['BIPOLAR_SIGMOID', { activation: tanh, factor: 0.5 }],
  // 1 − h
  ['INVERSE', { activation: identity, factor: -1, shift: 1 }],
]);

/**
 * Imports the result of neataptic's `Network.toJSON()`. The id of a node is its index in the list `nodes`. The c of a
 * node is fixed at its dropout mask, which is 1 without dropout. `BIPOLAR_SIGMOID` becomes tanh(h / 2), `INVERSE` an
 * identity with negated weights, and `ABSOLUTE` a leaky ReLU with slope −1. `STEP` and `BIPOLAR` become {@link step} and
 * {@link bipolarStep}, whose derivative is 0: a network with such nodes can predict, but no gradient passes through
 * these nodes in training. To load such a network from a file, pass both as `activations`.
 *
 * A recurrent model, such as an LSTM, a GRU or NARX, becomes a network with delays. `predictSequence` returns the same
 * outputs as neataptic's `activate`, called once per row on `Network.fromJSON(json)`. A gated connection becomes a node `FROM*GATER` with the aggregation `product`. For a node with a connection to itself, an additional node
 * `INDEX.sum` computes the sum of b and the weighted values.
 *
 * @param json - The object, or a JSON string with up to about ten thousand connections. Parse a longer string yourself.
 * @throws NnbpError `UNSUPPORTED` (a custom squash), `MALFORMED`, `TOO_LARGE` (a string that is too long)
 *
 * @example
 * ```ts
 * import { fromNeataptic } from '@nnbp/interop';
 *
 * const json = {
 *   nodes: [
 *     { type: 'input', bias: 0, squash: 'LOGISTIC', mask: 1 },
 *     { type: 'output', bias: 1, squash: 'SINUSOID', mask: 1 },
 *   ],
 *   connections: [{ from: 0, to: 1, weight: 2, gater: null }],
 *   input: 1,
 *   output: 1,
 * };
 * fromNeataptic(json).predict([0.5])[0] === Math.sin(2); // true
 * ```
 */
export function fromNeataptic(json: unknown): Network {
  const model = openJson(json, what);
  const list = model.at('nodes').list();
  const nodes = list.map(nodeOf);
  const inputs = nodes.filter((node) => node === 'input').length;
  if (nodes.slice(0, inputs).some((node) => node !== 'input'))
    model.at('nodes').throwExpected('all inputs before other nodes');
  const outputs = nodes.filter((node) => node !== 'input' && node.output).length;
  if (model.at('input').integer(1, list.length) !== inputs)
    model.at('input').throwExpected(`${inputs}, the number of inputs`);
  if (model.at('output').integer(1, list.length) !== outputs)
    model.at('output').throwExpected(`${outputs}, the number of outputs`);
  return sequentialNetwork({ what, connections: model.at('connections'), nodes, order: list.map((_, k) => k) });
}

function nodeOf(json: JsonValue): Computed | 'input' {
  const type = json.at('type').text();
  if (type === 'input') return 'input';
  if (type !== 'hidden' && type !== 'output' && type !== 'constant') {
    json.at('type').throwExpected('input, hidden, output or constant');
  }
  const { activation, factor = 1, shift = 0 } = squashOf(json.at('squash'));
  const mask = json.at('mask').present ? json.at('mask').number() : 1;
  return {
    output: type === 'output',
    activation,
    factor,
    shift,
    bias: json.at('bias').number(),
    ...(mask !== 1 && { c: mask }),
  };
}

function squashOf(json: JsonValue): Squash {
  if (!json.present) json.unsupported('custom squash functions are not supported.');
  const name = json.text();
  return (
    squashes.get(name) ??
    json.unsupported(`this squash is not supported. Expected one of ${[...squashes.keys()].join(', ')}.`)
  );
}
