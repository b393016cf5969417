/** The loss of a batch as a function of the parameters, for optimizers that choose where to evaluate it. */
import { type Executor, type Graph, jacobianOf, type Loss, type Objective } from '@nnbp/core';
import type { Batch } from './batches.js';

/** Numbers in one block of a Jacobian, about. */
const blockLength = 2 ** 18;

/** @param executor - In float64; left with parameters of its own. */
export function objectiveOf(graph: Graph, executor: Executor, batch: Batch, loss: Loss): Objective {
  const { inputs, targets, samples } = batch;
  const { inputCount, parameterCount } = graph;
  const width = graph.outputs.length;
  const { residuals } = loss;
  const row = (values: Float64Array, s: number, length: number) => values.subarray(s * length, (s + 1) * length);
  return {
    residualCount: residuals === undefined ? 0 : samples * width,
    loss(parameters) {
      executor.parameters.set(parameters);
      const x = executor.predict(inputs, samples);
      let sum = 0;
      for (let s = 0; s < samples; s++) {
        sum += loss.value(x.subarray(s * width, (s + 1) * width), row(targets, s, width));
      }
      return sum / samples;
    },
    gradient(parameters, gradients) {
      executor.parameters.set(parameters);
      const mean = executor.backpropagate(inputs, targets, samples, loss);
      gradients.set(executor.gradients);
      return mean;
    },
    jacobian(parameters, visit) {
      executor.parameters.set(parameters);
      const x = Float64Array.from(executor.predict(inputs, samples));
      const perBlock = Math.max(1, Math.min(samples, Math.floor(blockLength / (width * parameterCount || 1))));
      const block = new Float64Array(perBlock * width * parameterCount);
      const found = new Float64Array(perBlock * width);
      const slopes = new Float64Array(width);
      const share = 1 / Math.sqrt(samples);
      let sum = 0;
      for (let first = 0; first < samples; first += perBlock) {
        const count = Math.min(perBlock, samples - first);
        jacobianOf(graph, executor, inputs.subarray(first * inputCount), count, block);
        for (let s = 0; s < count; s++) {
          const output = row(x, first + s, width);
          const target = row(targets, first + s, width);
          residuals!.value(output, target, row(found, s, width));
          residuals!.derivative(output, target, slopes);
          for (let k = 0; k < width; k++) {
            const r = s * width + k;
            sum += found[r] ** 2;
            found[r] *= share;
            for (let p = r * parameterCount; p < (r + 1) * parameterCount; p++) block[p] *= slopes[k] * share;
          }
        }
        visit(found.subarray(0, count * width), block.subarray(0, count * width * parameterCount), count * width);
      }
      return sum / samples;
    },
  };
}
