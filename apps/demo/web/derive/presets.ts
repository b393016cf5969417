/** Example networks of the Derive view, each with a sample and a loss. */
import { articleDescription } from '../article.js';
import { recurrence, recurrentSequence } from '../recurrence.js';
import { defaultState, type NetworkDescription, type PlaygroundState } from '../state.js';

export interface Preset extends Pick<PlaygroundState['derive'], 'input' | 'target' | 'loss'> {
  /** Set only for a network with delays. */
  readonly time?: PlaygroundState['derive']['time'];
  readonly network: NetworkDescription;
  /** Name of the quantity to select, such as `dloss/dw_1to2`. Default: keep the selection. */
  readonly selected?: string;
}

export const presetNames = ['article', 'vanishing', 'exploding', 'dead-relu', 'recurrence'] as const;
export type PresetName = (typeof presetNames)[number];

const chain = (activation: string, w: number): NetworkDescription => ({
  inputs: ['1'],
  nodes: ['2', '3', '4', '5'].map((id, k) => ({ id, from: [String(k + 1)], activation, b: 0, c: 1, w: [w] })),
  outputs: ['5'],
});

const { input, target, loss } = defaultState.derive;

export const presets: Readonly<Record<PresetName, Preset>> = {
  article: { network: articleDescription, input, target, loss },
  // A sigmoid's slope is at most 0.25, so each layer passes on at most a quarter of dloss/dx.
  vanishing: { network: chain('sigmoid', 1), input: [0.5], target: [1], loss: 'mse', selected: 'dloss/dw_1to2' },
  // With slope 1 and weight 4, each layer multiplies dloss/dx by four.
  exploding: { network: chain('relu', 4), input: [0.5], target: [0], loss: 'mse', selected: 'dloss/dw_1to2' },
  // h of node 3 is negative, so its slope is 0: the gradients of its parameters are 0, and training cannot change them.
  'dead-relu': {
    network: {
      inputs: ['1'],
      nodes: [
        { id: '2', from: ['1'], activation: 'relu', b: 0.1, c: 1, w: [0.8] },
        { id: '3', from: ['1'], activation: 'relu', b: -1, c: 1, w: [0.6] },
        { id: '4', from: ['2', '3'], activation: 'identity', b: 0, c: 1, w: [0.7, -0.4] },
      ],
      outputs: ['4'],
    },
    input: [0.5],
    target: [1],
    loss: 'mse',
    selected: 'dloss/dw_1to3',
  },
  // The weight from node 1 is used at both steps, so its derivative is a sum of two terms.
  recurrence: {
    network: recurrence,
    input: recurrentSequence.inputs,
    target: [0, recurrentSequence.target],
    loss: 'mse',
    time: { steps: 2, targets: 'last' },
    selected: 'dloss/dw_1to2',
  },
};

/** The name of the preset with exactly this network, including all weights. */
export const presetOf = (network: NetworkDescription): PresetName | undefined =>
  presetNames.find((name) => JSON.stringify(presets[name].network) === JSON.stringify(network));
