/** The trained network on the page, and as the graph of Build and Derive. */
import { type Activation, type Network, NnbpError, Standardization } from '@nnbp/core';
import { builtinActivations } from '../functions.js';
import { describe } from '../network.js';
import type { NetworkDescription } from '../state.js';
import { update } from '../store.js';
import type { Settings } from '../shared/training-settings.js';
import { networkFor } from './network-for.js';
import type { Ready, Result } from './trainer.js';

/** Maximum number of parameters that fit in a link. */
const maxParameters = 1500;
/** Maximum number of inputs or outputs of a readable graph. */
const maxInputs = 40;

/** Whether Build and Derive can show the network. */
export const isReadable = ({ parameterCount, inputCount }: Ready): boolean =>
  parameterCount <= maxParameters && inputCount <= maxInputs;

/**
 * The network with its trained parameters and scalers. User functions are known by name only.
 *
 * @throws NnbpError, as `networkFor` does
 */
export function trainedNetwork(settings: Settings, ready: Ready, result: Result): Network {
  const shape = { ...ready, inputNames: { length: ready.inputCount } };
  const network = networkFor(settings, shape, { activation: byName });
  network.parameters.vector.set(result.parameters);
  network.inputScaler = scaler(result.inputScaler);
  network.outputScaler = scaler(result.outputScaler);
  return network;
}

const scaler = (found: Result['inputScaler']) => found && new Standardization(found.mean, found.deviation);

function byName(name: string): Activation {
  if (Object.hasOwn(builtinActivations, name)) return builtinActivations[name];
  const refuse = (): never => {
    throw new NnbpError('MISSING_PLUGIN', `The activation "${name}" cannot run on the page.`);
  };
  return { name, value: refuse, derivative: refuse };
}

/** Opens Derive with a sample and the trained network, both in standardized units. */
export function deriveSample(settings: Settings, ready: Ready, result: Result): void {
  const network = describe(trainedNetwork(settings, ready, result));
  update((state) => ({
    ...withNetwork(state, network),
    view: 'derive',
    derive: {
      ...state.derive,
      input: [...result.input],
      target: [...result.target],
      loss: settings.loss,
      mode: 'own',
      selected: `dloss/dx_${network.outputs[0]}`,
      step: null,
      order: [],
    },
  }));
}

/** Opens the trained network in Build. */
export function buildOn(settings: Settings, ready: Ready, result: Result): void {
  const network = describe(trainedNetwork(settings, ready, result));
  update((state) => ({ ...withNetwork(state, network), view: 'build' }));
}

const withNetwork = <State extends { readonly network: NetworkDescription }>(
  state: State,
  network: NetworkDescription,
): State => ({ ...state, network });
