/** The values between the layers of a Keras model, and the nodes that compute them. */
import type { Part } from '../assemble.js';
import type { ScaledActivation } from './activations.js';
import type { Layer } from './topology.js';

/** A layer, or the layer inside a `TimeDistributed`. */
export interface Applied extends Layer {
  /** The name of the layer inside a `TimeDistributed`. `name` is then the name of the `TimeDistributed`. */
  readonly inner?: string;
  /** The number of copies that share the weights. Default: 1. */
  readonly copies?: number;
}

/** Nodes of a layer, with their parameters. */
export interface Nodes {
  readonly ids: readonly string[];
  /** Predecessors of node u, where u is the index in `ids`. */
  readonly from: (u: number) => readonly string[];
  /** Weights of node u. A batch normalization after the layer may change `w` and `b`. */
  w: (u: number) => ArrayLike<number>;
  b: (u: number) => number;
  /** Names of the shared parameters of node u. Nodes u and u + `filters` share parameters. Default: not shared. */
  readonly shared?: (u: number) => NonNullable<Part['shared']>;
  readonly filters?: number;
  /** The activation, set by the layer itself or by an activation layer after it. */
  scaledActivation: ScaledActivation;
}

/** The values between two layers, for one sample. */
export interface Values {
  readonly shape: readonly number[];
  readonly ids: readonly string[];
  /**
   * The nodes that compute the values, if the next layer can still change the nodes: nothing else reads the values, and
   * the activation of the nodes is still the identity.
   */
  readonly unfinished?: Nodes;
  /** True if the model applies a softmax to the values. The nodes compute only the logits. */
  readonly softmax?: true;
  /** Whether there are values at each step of a sequence or only at the last step. Undefined for data without steps. */
  readonly steps?: 'all' | 'last';
}
