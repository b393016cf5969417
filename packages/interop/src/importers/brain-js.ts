/**
 * Imports models from brain.js and its predecessor brain: dense layers that all have the same activation.
 * `brain-js-time-step.ts` imports the recurrent networks.
 */
import { leakyRelu, relu, sigmoid, tanh } from '@nnbp/activations';
import type { Activation, Network } from '@nnbp/core';
import { assemble, type Part } from './assemble.js';
import { isTimeStep, timeStepNetwork } from './brain-js-time-step.js';
import { JsonValue } from '@nnbp/formats/shared';
import { openJson } from './open-json.js';

const what = 'The brain.js model';

/** One node. Its weights are in the order of the nodes in the previous layer. */
interface Neuron {
  readonly key: string;
  readonly bias: number;
  readonly weights: readonly number[];
}

const activations = new Map<string, Activation>([
  ['sigmoid', sigmoid],
  ['relu', relu],
  ['tanh', tanh],
]);

/** The activation of all layers, and the factor by which their weights and biases are multiplied. */
interface Rule {
  readonly activation: Activation;
  readonly factor: number;
}

/**
 * Imports the result of `NeuralNetwork.toJSON()` of brain.js (1.x and 2.x) or of its predecessor `brain`. A model
 * without an activation, as written by `brain` and the first versions of brain.js, uses the sigmoid. Node ids are
 * `input.KEY`, `layer1.0`, …, `output.KEY`. Keys are those of the training data if its rows were objects, otherwise 0,
 * 1, …. In training, brain.js sets inputs that are missing in a row to 0, so pass 0 for them. Each c is fixed at 1.
 *
 * Despite its name, the `leaky-relu` of 1.x computes α · max(h, 0), and so does the imported network: weights and
 * biases are multiplied by the default α = 0.01, because 1.x does not save α. In 2.x, `leaky-relu` is the leaky ReLU.
 *
 * `RNNTimeStep`, `LSTMTimeStep` and `GRUTimeStep` become networks with delays, whose node ids are `input.0`, …,
 * `layer1.0`, …, `output.0`. The result of `run(rows)` in brain.js is the last row of
 * `predictSequence(network, rows)`. If the rows were objects, inputs and outputs are in the order of the keys of the
 * first object. The LSTM of brain.js has no cell state; its last output takes the place of the cell state.
 *
 * @param json - The object, or a JSON string with up to about a hundred thousand connections. Parse a longer string
 * yourself.
 * @throws NnbpError `MALFORMED`, `UNSUPPORTED` (a recurrent network for text; an unknown activation), `TOO_LARGE` (a
 * string that is too long)
 *
 * @example
 * ```ts
 * import { fromBrainJs } from '@nnbp/interop';
 *
 * const json = {
 *   sizes: [1, 1],
 *   layers: [{ dark: {} }, { night: { bias: 0, weights: { dark: 2 } } }],
 *   activation: 'tanh',
 * };
 * fromBrainJs(json).getParameters('output.night').w['input.dark']; // 2
 * ```
 */
export function fromBrainJs(json: unknown): Network {
  const model = openJson(json, what);
  if (!model.at('layers').present) {
    const { value: type } = model.at('type');
    if (typeof type === 'string' && isTimeStep(type)) return timeStepNetwork(model, what);
    if (model.at('hiddenLayers').present || model.at('type').present || model.at('options').present) {
      model.unsupported(
        'only NeuralNetwork, RNNTimeStep, LSTMTimeStep and GRUTimeStep can be imported. The other recurrent networks of ' +
          'brain.js read and write text.',
      );
    }
    model.at('layers').throwExpected('an array of layers');
  }
  const layers = model.at('layers').list();
  if (layers.length < 2) model.at('layers').throwExpected('at least two layers');
  if (layers[1].at('nodes').present)
    return networkOf(
      byKeys(
        model,
        layers.map((layer) => layer.at('nodes')),
      ),
      sigmoidRule,
    );
  const hasLists = Array.isArray(layers[1].at('biases').value);
  const rule = hasLists ? ruleOf(model.at('trainOpts'), leakyReluOf2) : ruleOf(model, leakyReluOf1);
  return hasLists ? networkOf(inLists(model, layers), rule) : networkOf(byKeys(model, layers), rule);
}

const sigmoidRule: Rule = { activation: sigmoid, factor: 1 };
const leakyReluOf1 = (): Rule => ({ activation: relu, factor: 0.01 });
const leakyReluOf2 = (options: JsonValue): Rule => {
  const alpha = options.at('leakyReluAlpha');
  return { activation: leakyRelu.negativeSlope(alpha.present ? alpha.number() : 0.01), factor: 1 };
};

function ruleOf(options: JsonValue, leaky: (options: JsonValue) => Rule): Rule {
  const json = options.at('activation');
  if (!json.present) return sigmoidRule;
  const name = json.text();
  if (name === 'leaky-relu') return leaky(options);
  const activation =
    activations.get(name) ?? json.unsupported('expected the activation sigmoid, relu, leaky-relu or tanh.');
  return { activation, factor: 1 };
}

interface Layers {
  readonly inputs: readonly string[];
  /** From the first hidden layer to the output layer. */
  readonly computed: readonly (readonly Neuron[])[];
}

/**
 * Reads layers of `brain` and 1.x. A layer is an object of nodes, and the weights of a node are an object with the keys
 * of the previous layer.
 */
function byKeys(model: JsonValue, [first, ...others]: readonly JsonValue[]): Layers {
  const inputs = first.entries().map(([key]) => key);
  const computed: Neuron[][] = [];
  let before = inputs;
  for (const layer of others) {
    const neurons = layer.entries().map(([key, neuron]) => {
      const weights = neuron.at('weights');
      if (weights.entries().length !== before.length)
        weights.throwExpected(`a weight for each of ${before.length} nodes`);
      return { key, bias: neuron.at('bias').number(), weights: before.map((from) => weights.at(from).number()) };
    });
    computed.push(neurons);
    before = neurons.map(({ key }) => key);
  }
  expectSizes(model, [inputs.length, ...computed.map(({ length }) => length)]);
  return { inputs, computed };
}

/** Reads layers of 2.x. A layer is a list of rows of weights and a list of biases; keys are in lookup tables. */
function inLists(model: JsonValue, layers: readonly JsonValue[]): Layers {
  const last = layers.length - 1;
  const keys = (table: JsonValue, count: number) => {
    const names = Array.from({ length: count }, (_, k) => String(k));
    if (!table.present) return names;
    const seen = new Set<number>();
    for (const [key, json] of table.entries()) {
      const k = json.integer(0, count - 1);
      if (seen.has(k)) json.throwExpected('a different number for each key');
      seen.add(k);
      names[k] = key;
    }
    return seen.size === count ? names : table.throwExpected(`${count} keys`);
  };
  const computed = layers.slice(1).map((layer, l): Neuron[] => {
    const weights = layer.at('weights').list();
    const biases = layer.at('biases').list();
    if (biases.length !== weights.length) layer.throwExpected('a bias for each row of weights');
    const names = keys(l + 1 === last ? model.at('outputLookup') : new JsonValue(null, ''), weights.length);
    return weights.map((row, k) => ({
      key: names[k],
      bias: biases[k].number(),
      weights: row.list().map((w) => w.number()),
    }));
  });
  // Every row of the first computed layer has one weight per input.
  const width = computed[0][0]?.weights.length ?? 0;
  const inputs = keys(model.at('inputLookup'), width);
  computed.forEach((neurons, l) => {
    const expected = l === 0 ? width : computed[l - 1].length;
    neurons.forEach(({ weights }, k) => {
      if (weights.length !== expected) layers[l + 1].at('weights').list()[k].throwExpected(`${expected} weights`);
    });
  });
  expectSizes(model, [width, ...computed.map(({ length }) => length)]);
  return { inputs, computed };
}

/** Checks `sizes` against the layers. This entry is optional, because `brain` does not write it. */
function expectSizes(model: JsonValue, counts: readonly number[]): void {
  if (!model.at('sizes').present) return;
  const sizes = model.at('sizes').list();
  if (sizes.length !== counts.length) model.at('sizes').throwExpected(`${counts.length} numbers, one per layer`);
  counts.forEach((count, l) => {
    const size = sizes[l].integer(1, Number.MAX_SAFE_INTEGER);
    if (size !== count) sizes[l].throwExpected(`${count}, the number of nodes in that layer`);
  });
}

function networkOf({ inputs, computed }: Layers, { activation, factor }: Rule): Network {
  const nodes: Part[] = [];
  const inputIds = inputs.map((key) => `input.${key}`);
  let from = inputIds;
  computed.forEach((neurons, l) => {
    const name = l === computed.length - 1 ? 'output' : `layer${l + 1}`;
    const ids = neurons.map(({ key }) => `${name}.${key}`);
    neurons.forEach(({ bias, weights }, k) => {
      nodes.push({ id: ids[k], from, activation, b: factor * bias, w: weights.map((w) => factor * w) });
    });
    from = ids;
  });
  return assemble({ what, inputs: inputIds, nodes, outputs: from });
}
