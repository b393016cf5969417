/** The derivative of every output by every parameter, from the three cases: case 1 is a unit vector. */
import type { Executor, FloatArray, Loss } from './contract.js';
import type { Graph } from './graph.js';

/**
 * Writes dx_k/dp for each sample, output k and parameter p, in that order:
 * `out[(sample * outputCount + k) * parameterCount + p]`. Backpropagates once per sample and output.
 */
export function jacobianOf(
  graph: Graph,
  executor: Executor,
  inputs: FloatArray,
  samples: number,
  out: FloatArray,
): void {
  const { inputCount, parameterCount } = graph;
  const outputCount = graph.outputs.length;
  const noTargets = new Float64Array(outputCount);
  for (let k = 0; k < outputCount; k++) {
    const unit = unitLoss(k);
    for (let s = 0; s < samples; s++) {
      executor.backpropagate(inputs.subarray(s * inputCount, (s + 1) * inputCount), noTargets, 1, unit);
      out.set(executor.gradients, (s * outputCount + k) * parameterCount);
    }
  }
}

/** The loss x_k, whose dloss/dx is 1 for output k and 0 for the others. */
const unitLoss = (output: number): Loss => ({
  name: `output ${output}`,
  value: (x) => x[output],
  derivative(_x, _t, dLossDx) {
    dLossDx.fill(0);
    dLossDx[output] = 1;
  },
});
