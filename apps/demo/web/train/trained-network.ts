/** Rebuilds, on the page, the network that a worker trained, and opens the network in the Build or Derive view. */
import { type Activation, type Network, NnbpError } from '@nnbp/core';
import { builtinActivations, type Functions } from '../functions.js';
import { describe } from '../network.js';
import type { PlaygroundState } from '../state.js';
import { update } from '../store.js';
import type { Settings } from '../shared/training-settings.js';
import { networkFor } from './network-for.js';
import { withTrained } from './trained-state.js';
import type { Ready, Result } from './trainer.js';

/** A trained network, and the state in which the Derive view opens it. */
export interface Trained {
  readonly network: Network;
  /** The loss, the standardized input and target of a sample, and the selected derivative. */
  readonly derive: Partial<PlaygroundState['derive']>;
}

/** Maximum number of parameters that fit in a link. */
const maxParameters = 1500;
/** Maximum number of inputs that the Build and Derive views can show. */
const maxInputs = 40;

/** Whether the Build and Derive views can show the network. */
export const isReadable = ({ parameterCount, inputCount }: Pick<Ready, 'parameterCount' | 'inputCount'>): boolean =>
  parameterCount <= maxParameters && inputCount <= maxInputs;

/** @throws NnbpError any error thrown by `networkFor` */
export function trainedNetwork(settings: Settings, ready: Ready, result: Result): Trained {
  const shape = { ...ready, inputNames: { length: ready.inputCount } };
  const network = withTrained(networkFor(settings, shape, functionsByName), result);
  const { loss } = settings;
  const selected = `dloss/dx_${network.graph.ids[network.graph.outputs[0]]}`;
  return { network, derive: { input: [...result.input], target: [...result.target], loss, selected } };
}

/** Functions for a network that is exported or described, but not run. User functions have only a name. */
export const functionsByName: Pick<Functions, 'activation'> = {
  activation(name): Activation {
    if (Object.hasOwn(builtinActivations, name)) return builtinActivations[name];
    const fail = (): never => {
      throw new NnbpError(
        'MISSING_PLUGIN',
        `The activation "${name}" is a user function, which can run only in a worker.`,
      );
    };
    return { name, value: fail, derivative: fail };
  },
};

export function openInDerive({ network, derive }: Trained): void {
  const description = describe(network);
  update((state) => ({
    ...state,
    network: description,
    view: 'derive',
    derive: { ...state.derive, mode: 'own', step: null, order: [], ...derive },
  }));
}

export function openInBuild({ network }: Trained): void {
  const description = describe(network);
  update((state) => ({ ...state, network: description, view: 'build' }));
}
