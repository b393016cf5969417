/** Builds networks for forecasting: dense networks that read a window, or recurrent networks that read its steps. */
import { identity } from '@nnbp/activations';
import { type Activation, type Engine, GraphBuilder, Network } from '@nnbp/core';
import { gru, lstm, rnn } from '@nnbp/layers';
import type { Sample, Sequence } from '@nnbp/train';
import { inputRow, inputRows, type Shape, targetRow, type Window } from './windows.js';

export const recurrentLayers = { rnn, lstm, gru };
export type Recurrent = keyof typeof recurrentLayers;

export interface NetworkShape extends Shape {
  /** Type of the recurrent layers; undefined for a dense network over the window. */
  readonly recurrent: Recurrent | undefined;
  readonly hidden: readonly number[];
}

/**
 * Builds a network with random parameters. In a dense network, inputs also connect directly to outputs, so that the
 * network includes a linear model.
 */
export function forecaster(shape: NetworkShape, activation: Activation, seed: number): Network {
  const { recurrent, hidden, window, horizon, calendar } = shape;
  const builder = new GraphBuilder();
  const calendarInputs = calendar.flatMap((period) => [`sin ${period}`, `cos ${period}`]);
  const lags = Array.from({ length: window - 1 }, (_, k) => `lag ${window - 1 - k}`);
  const inputs = [...(recurrent === undefined ? lags : ['value']), ...calendarInputs].map((id) => builder.input(id));
  let layer = inputs;
  hidden.forEach((units, k) => {
    const name = `hidden${k + 1}`;
    layer =
      recurrent === undefined
        ? builder.layer(units, { name, from: layer, activation })
        : recurrentLayers[recurrent](builder, { name, from: layer, units });
  });
  const from = recurrent === undefined && hidden.length > 0 ? [...inputs, ...layer] : layer;
  for (let h = 1; h <= horizon; h++) {
    builder.output(builder.node(`step ${h}`, { from, activation: identity, fixed: { c: 1 } }));
  }
  return new Network(builder.build(), { seed });
}

/** Converts windows to samples for a dense network. */
export const samplesOf = (windows: readonly Window[], shape: Shape): Sample[] =>
  windows.map((window) => ({
    input: inputRow(window, shape, window.series.times[window.end]),
    target: targetRow(window, shape),
  }));

/** Converts windows to sequences for a recurrent network, with a target at the last step. */
export const sequencesOf = (windows: readonly Window[], shape: Shape): { sequences: Sequence[] } => ({
  sequences: windows.map((window) => {
    const inputs = inputRows(window, shape, window.series.times[window.end]);
    return { inputs, targets: inputs.map((_, t) => (t === inputs.length - 1 ? targetRow(window, shape) : null)) };
  }),
});

/** Batch size for predictions. */
const batchSize = 256;

/**
 * Computes the outputs of the network for each window. An output is the predicted change since the last value of the
 * window, divided by the scale of the series.
 *
 * @param next - Returns the time of the first step to forecast.
 */
export function outputsOf(
  engine: Engine,
  network: Network,
  windows: readonly Window[],
  shape: NetworkShape,
  next = (window: Window) => window.series.times[window.end],
): number[][] {
  const { graph } = network;
  const steps = shape.recurrent === undefined ? 1 : shape.window;
  const size = Math.min(batchSize, windows.length);
  const executor = engine.prepare(graph, size, steps);
  try {
    executor.parameters.set(network.parameters.vector);
    const results: number[][] = [];
    for (let first = 0; first < windows.length; first += size) {
      const batch = windows.slice(first, first + size);
      const rows = new Float64Array(steps * batch.length * graph.inputCount);
      batch.forEach((window, s) => {
        const windowRows =
          shape.recurrent === undefined
            ? [inputRow(window, shape, next(window))]
            : inputRows(window, shape, next(window));
        windowRows.forEach((row, t) => {
          rows.set(row, (t * batch.length + s) * graph.inputCount);
        });
      });
      const counts = new Array<number>(steps).fill(batch.length);
      const outputs = executor.predict(rows, steps === 1 ? batch.length : counts);
      const width = graph.outputs.length;
      batch.forEach((_, s) => {
        const start = ((steps - 1) * batch.length + s) * width;
        results.push(Array.from(outputs.subarray(start, start + width)));
      });
    }
    return results;
  } finally {
    executor.dispose();
  }
}
