/** Builds the initial network for sequences: an RNN, an LSTM, a GRU, or the user's graph. */
import { identity } from '@nnbp/activations';
import { GraphBuilder, Network } from '@nnbp/core';
import { gru, lstm, rnn } from '@nnbp/layers';
import type { Functions } from '../../functions.js';
import { networkOf } from '../../network.js';
import type { Kind, LayerKind, Settings } from '../../shared/sequence-settings.js';

/** The numbers of inputs and outputs that a network must have. */
export interface SequenceShape {
  readonly inputNames: { readonly length: number };
  readonly outputNames: { readonly length: number };
}

/** Builds a network with a recurrent layer and linear outputs, initialized with the seed. */
export function recurrentNetwork(
  kind: LayerKind,
  { inputNames, outputNames }: SequenceShape,
  { units, seed }: Pick<Settings, 'units' | 'seed'>,
): Network {
  const builder = new GraphBuilder();
  const layer = { rnn, lstm, gru }[kind];
  const from = layer(builder, { from: builder.inputs(inputNames.length), units });
  builder.output(...builder.layer(outputNames.length, { from, activation: identity, fixed: { c: 1 }, name: 'y' }));
  return new Network(builder.build(), { seed });
}

/**
 * Builds a network of the given kind: one with a recurrent layer, or the graph in the settings with its own parameters.
 * If `kind` is `graph`, the settings must contain a graph; `parseState` checks this.
 *
 * @throws NnbpError any error thrown by `networkOf`
 */
export const networkFor = (
  kind: Kind,
  shape: SequenceShape,
  settings: Pick<Settings, 'units' | 'seed' | 'graph'>,
  functions: Pick<Functions, 'activation'>,
): Network => (kind === 'graph' ? networkOf(settings.graph!, functions) : recurrentNetwork(kind, shape, settings));
