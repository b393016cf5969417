/** The state of a trained network, as a worker sends it to the page. */
import { type Network, Standardization } from '@nnbp/core';

/** The parameters and scalers of a worker's network. */
export interface TrainedState {
  readonly parameters: Float64Array;
  readonly inputScaler: PlainScaler | undefined;
  readonly outputScaler: PlainScaler | undefined;
}

/** A `Standardization` as plain data. */
export interface PlainScaler {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** Sets parameters and scalers of a network. */
export function withTrained(network: Network, { parameters, inputScaler, outputScaler }: TrainedState): Network {
  network.parameters.vector.set(parameters);
  network.inputScaler = scaler(inputScaler);
  network.outputScaler = scaler(outputScaler);
  return network;
}

const scaler = (found: PlainScaler | undefined) => found && new Standardization(found.mean, found.deviation);

/** The inverse of `scaler`, to be sent by a worker. */
export const plainScaler = (found: PlainScaler | undefined): PlainScaler | undefined =>
  found && { mean: [...found.mean], deviation: [...found.deviation] };
