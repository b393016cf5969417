/** Imports synaptic models: a list of neurons, and connections between their indices. */
import { identity, relu, sigmoid, tanh } from '@nnbp/activations';
import type { Activation, Network } from '@nnbp/core';
import type { JsonValue } from '@nnbp/formats/shared';
import { openJson } from './open-json.js';
import { sequentialNetwork } from './sequential-network.js';
import { step } from './step.js';

const what = 'The synaptic model';

const squashes = new Map<string, Activation>([
  ['LOGISTIC', sigmoid],
  ['TANH', tanh],
  ['IDENTITY', identity],
  ['RELU', relu],
  ['HLIM', step],
]);

/**
 * Imports the result of `Network.toJSON()` of synaptic 1.x. Node ids are the indices of the neurons in the list
 * `neurons`. Each c is fixed at 1. Traces, which synaptic uses in training, are ignored.
 *
 * A recurrent model, such as `Architect.LSTM`, becomes a network with delays: `predictSequence` returns the outputs
 * that synaptic's `Network.fromJSON(json).activate(row)` returns for one row after another. Both start from the state in
 * the file. A gate becomes a node with the id `FROM*GATER` and the aggregation `product`. The sum of a neuron that has a
 * connection to itself becomes a node with the id `INDEX.sum`.
 *
 * `HLIM` becomes {@link step}, whose derivative is 0: a network with such nodes can predict, but no gradient passes
 * through these nodes in training.
 *
 * @param json - The object, or a JSON string with up to about ten thousand connections. Parse a longer string yourself.
 * @throws NnbpError `UNSUPPORTED` (a custom squash), `MALFORMED` (including an unknown squash), `TOO_LARGE` (a string
 * that is too long)
 *
 * @example
 * ```ts
 * import { fromSynaptic } from '@nnbp/interop';
 *
 * const json = {
 *   neurons: [
 *     { layer: 'input', squash: 'LOGISTIC', bias: 0 },
 *     { layer: 'output', squash: 'LOGISTIC', bias: 1 },
 *   ],
 *   connections: [{ from: 0, to: 1, weight: 2, gater: null }],
 * };
 * fromSynaptic(json).getParameters('1').w['0']; // 2
 * ```
 */
export function fromSynaptic(json: unknown): Network {
  const model = openJson(json, what);
  const neurons = model
    .at('neurons')
    .list()
    .map((json) => ({ json, layer: layerOf(json.at('layer')) }));
  return sequentialNetwork({
    what,
    connections: model.at('connections'),
    // Layers run one after another, and the neurons of a layer in the order of the list.
    order: neurons.map((_, k) => k).sort((a, b) => neurons[a].layer - neurons[b].layer || a - b),
    nodes: neurons.map(({ json, layer }) => {
      if (layer === -1) return 'input';
      const squash = json.at('squash');
      return {
        output: layer === Infinity,
        bias: json.at('bias').number(),
        activation: squash.present
          ? activationOf(squash)
          : squash.unsupported('custom squash functions are not supported.'),
        initial: { sum: numberOr0(json.at('state')), value: numberOr0(json.at('activation')) },
      };
    }),
  });
}

/** The number, or 0 if it is missing, as in models written by hand. */
const numberOr0 = (json: JsonValue): number => (json.present ? json.number() : 0);

/** Index of the layer of a neuron: −1 for inputs, Infinity for outputs. */
function layerOf(json: JsonValue): number {
  if (json.value === 'input') return -1;
  if (json.value === 'output') return Infinity;
  // Some programs write the index as a string.
  return typeof json.value === 'string' && /^\d{1,9}$/.test(json.value)
    ? Number(json.value)
    : json.integer(0, Number.MAX_SAFE_INTEGER);
}

function activationOf(json: JsonValue): Activation {
  const name = json.text();
  return squashes.get(name) ?? json.throwExpected(`one of ${[...squashes.keys()].join(', ')}`);
}
