/**
 * How far another program's outputs are from ours, in parts of what float32 allows: the error bound that our own engines
 * are held to, carried from node to node along the graph, doubled because c has been multiplied into the weights first.
 */
import { errorBounds } from '@nnbp/conformance';
import { mse } from '@nnbp/losses';

export function worstError(network, rows, outputs) {
  const { graph, inputUnits, outputUnits } = network;
  const width = graph.outputs.length;
  const inputs = Float64Array.from(rows.flatMap((row) => row.map((value, k) => inputUnits?.apply(value, k) ?? value)));
  const data = { samples: rows.length, inputs, targets: new Float64Array(rows.length * width) };
  const unit = 2 ** -24;
  const bounds = errorBounds(graph, network.parameters.vector, data, mse(), unit);
  const largest = Math.max(1, ...inputs.map(Math.abs));
  let worst = 0;
  bounds.samples.forEach(({ x: errors }, s) => {
    const { x } = bounds.reference.cache.samples[s];
    Array.from(graph.outputs, (i, k) => {
      const scale = outputUnits?.deviation[k] ?? 1;
      const expected = outputUnits?.undo(x[i], k) ?? x[i];
      // Inputs are standardised in float32 too: a rounding or two more at each.
      const bound = scale * (2 * errors[i] + (inputUnits ? 8 * unit * largest * (1 + Math.abs(x[i])) : 0));
      const rounding = 4 * unit * (Math.abs(expected) + Math.abs(outputUnits?.mean[k] ?? 0));
      worst = Math.max(worst, Math.abs(outputs[s * width + k] - expected) / (bound + rounding));
    });
  });
  return worst;
}
