/** The state of a trained network, in a form that a worker can send to the page. */
import { type Network, Standardization } from '@nnbp/core';

/** Parameters and scalers of a network. */
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

/** Sets the parameters and scalers of a network, and returns it. */
export function withTrained(network: Network, { parameters, inputScaler, outputScaler }: TrainedState): Network {
  network.parameters.vector.set(parameters);
  network.inputScaler = scaler(inputScaler);
  network.outputScaler = scaler(outputScaler);
  return network;
}

const scaler = (value: PlainScaler | undefined) => value && new Standardization(value.mean, value.deviation);

/** Converts a scaler to plain data, which a worker can send; the inverse of `scaler`. */
export const plainScaler = (value: PlainScaler | undefined): PlainScaler | undefined =>
  value && { mean: [...value.mean], deviation: [...value.deviation] };
