/**
 * How far another program's float32 outputs are from ours, and whether that is allowed. The bound is the one our own
 * engines are held to, carried from node to node along the graph; it is doubled, because c has been multiplied into the
 * weights first.
 */
import { errorBounds } from '@nnbp/conformance';
import { mse } from '@nnbp/losses';
import { expect } from 'vitest';

const unit = 2 ** -24;

/** The worst that was seen of many networks. */
export class WorstError {
  /** In parts of the output where that is above 1. */
  difference = 0;
  /** In parts of what is allowed. */
  part = 0;

  /** Throws if an output is further from ours than float32 allows. */
  hold(network, rows, outputs, label = '') {
    const { graph, inputScaler, outputScaler } = network;
    const width = graph.outputs.length;
    const inputs = Float64Array.from(
      rows.flatMap((row) => row.map((value, k) => inputScaler?.apply(value, k) ?? value)),
    );
    const data = { samples: rows.length, inputs, targets: new Float64Array(rows.length * width) };
    const bounds = errorBounds(graph, network.parameters.vector, data, mse(), unit);
    const largest = inputs.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    expect(outputs).toHaveLength(rows.length * width);
    bounds.samples.forEach(({ x: errors }, s) => {
      const { x } = bounds.reference.cache.samples[s];
      Array.from(graph.outputs, (i, k) => {
        const scale = outputScaler?.deviation[k] ?? 1;
        const expected = outputScaler?.undo(x[i], k) ?? x[i];
        // Inputs are standardised in float32 too: a rounding or two more at each.
        const bound = scale * (2 * errors[i] + (inputScaler ? 8 * unit * largest * (1 + Math.abs(x[i])) : 0));
        const rounding = 4 * unit * (Math.abs(expected) + Math.abs(outputScaler?.mean[k] ?? 0));
        const difference = Math.abs(outputs[s * width + k] - expected);
        const part = difference / (bound + rounding);
        expect(part, `${label} sample ${s}, output ${k}: ${outputs[s * width + k]} for ${expected}`).toBeLessThan(1);
        this.difference = Math.max(this.difference, difference / Math.max(1, Math.abs(expected)));
        this.part = Math.max(this.part, part);
      });
    });
  }

  toString() {
    return (
      `outputs at most ${this.difference.toExponential(1)} off (relative where above 1), ` +
      `and at most ${Math.ceil(100 * this.part)} % of what float32 allows`
    );
  }
}
