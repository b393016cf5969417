/**
 * Compares another program's float32 outputs with ours. The error bound is propagated through the graph, as for our own
 * engines, and doubled because exporters multiply c into the weights.
 */
import { errorBounds } from '@nnbp/conformance';
import { applyOutputTransform } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { expect } from 'vitest';

/** The unit roundoff of float32. */
const roundoff = 2 ** -24;

/** The error of a value: relative if |expected| > 1, else absolute. */
export const relativeError = (expected, got) => Math.abs(got - expected) / Math.max(1, Math.abs(expected));

/** Tracks the largest errors over many networks. */
export class WorstError {
  /** Largest `relativeError`. */
  difference = 0;
  /** Largest error as a fraction of the error bound, 0 to 1. */
  fraction = 0;

  /** Throws if an error exceeds the bound. */
  check(network, rows, outputs, label = '') {
    const { graph, inputScaler, outputScaler, outputTransform } = network;
    const width = graph.outputs.length;
    const inputs = Float64Array.from(
      rows.flatMap((row) => row.map((value, k) => inputScaler?.apply(value, k) ?? value)),
    );
    const data = { samples: rows.length, inputs, targets: new Float64Array(rows.length * width) };
    const propagated = errorBounds(graph, network.parameters.vector, data, mse(), roundoff);
    const largest = inputs.reduce((max, value) => Math.max(max, Math.abs(value)), 1);
    expect(outputs).toHaveLength(rows.length * width);
    propagated.samples.forEach(({ x: errors }, s) => {
      const { x } = propagated.reference.cache.samples[s];
      const values = Array.from(graph.outputs, (i, k) => outputScaler?.undo(x[i], k) ?? x[i]);
      const bounds = Array.from(graph.outputs, (i, k) => {
        const scale = outputScaler?.deviation[k] ?? 1;
        // Inputs are standardized in float32 too, which adds one or two roundings to each.
        const bound = scale * (2 * errors[i] + (inputScaler ? 8 * roundoff * largest * (1 + Math.abs(x[i])) : 0));
        return bound + 4 * roundoff * (Math.abs(values[k]) + Math.abs(outputScaler?.mean[k] ?? 0));
      });
      if (outputTransform !== 'none') {
        // The result of an output transform changes by at most twice the largest change of its inputs.
        const worst = 2 * Math.max(...bounds);
        applyOutputTransform(outputTransform, values, 0, width);
        bounds.forEach((_, k) => (bounds[k] = worst + 8 * roundoff * (1 + Math.abs(values[k]))));
      }
      values.forEach((expected, k) => {
        const difference = Math.abs(outputs[s * width + k] - expected);
        const fraction = difference / bounds[k];
        expect(
          fraction,
          `${label} sample ${s}, output ${k}: received ${outputs[s * width + k]}, expected ${expected}`,
        ).toBeLessThan(1);
        this.difference = Math.max(this.difference, relativeError(expected, outputs[s * width + k]));
        this.fraction = Math.max(this.fraction, fraction);
      });
    });
  }

  toString() {
    return (
      `max output error ${this.difference.toExponential(1)} (relative for |output| > 1); ` +
      `max ${Math.ceil(100 * this.fraction)} % of the float32 error bound`
    );
  }
}
