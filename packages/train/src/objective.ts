/** The loss of a batch as a function of the parameters, for optimizers that choose where to evaluate it. */
import {
  type Executor,
  type FloatArray,
  type Graph,
  type Loss,
  type Objective,
  type Rows,
  rowsOf,
  type SampleCounts,
  totalWeight,
} from '@nnbp/core';
import type { Batch } from './batches.js';

/** Approximate number of entries in a block of a Jacobian. */
const blockLength = 2 ** 18;

/**
 * Returns a function that creates the objective of a batch. All objectives share memory, so only the objective that was
 * created last can be used. Rows of weight 0 have no residuals. Sequences start from the graph's initial state in each
 * evaluation.
 *
 * @param executor - A float64 executor. Its parameters are overwritten.
 */
export function objectivesOf(graph: Graph, executor: Executor, loss: Loss): (batch: Batch) => Objective {
  const { parameterCount } = graph;
  const width = graph.outputs.length;
  const { residuals } = loss;
  // Outputs, targets, residuals and residual derivatives of one row.
  const [output, target, residual, residualDerivatives] = Array.from({ length: 4 }, () => new Float64Array(width));
  let block = new Float64Array(0);
  let residualBlock = new Float64Array(0);
  const readRow = (values: FloatArray, row: number, to: Float64Array) => {
    for (let k = 0, from = row * width; k < width; k++) to[k] = values[from + k];
  };
  return ({ inputs, targets, counts, rowCount, options }) => {
    const weights = options?.weights;
    const total = totalWeight(weights, rowCount);
    const weightOf = (row: number) => weights?.[row] ?? 1;
    let residualCount = 0;
    if (residuals !== undefined) for (let r = 0; r < rowCount; r++) if (weightOf(r) > 0) residualCount += width;
    const rows = rowsOf(counts);
    return {
      residualCount,
      loss(parameters) {
        executor.parameters.set(parameters);
        const x = executor.predict(inputs, counts);
        let sum = 0;
        for (let r = 0; r < rowCount; r++) {
          const weight = weightOf(r);
          if (weight === 0) continue;
          readRow(x, r, output);
          readRow(targets, r, target);
          sum += weight * loss.value(output, target);
        }
        return sum / total;
      },
      gradient(parameters, gradients) {
        executor.parameters.set(parameters);
        const mean = executor.backpropagate(inputs, targets, counts, loss, weights && { weights });
        gradients.set(executor.gradients);
        return mean;
      },
      jacobian(parameters, visit) {
        executor.parameters.set(parameters);
        const entriesPerSample = rows.steps * width * parameterCount;
        const samplesPerBlock = Math.max(1, Math.min(rows.samples, Math.floor(blockLength / (entriesPerSample || 1))));
        const rowLimit = Math.min(rowCount, samplesPerBlock * rows.steps);
        if (residualBlock.length < rowLimit * width) {
          block = new Float64Array(rowLimit * width * parameterCount);
          residualBlock = new Float64Array(rowLimit * width);
        }
        let sum = 0;
        for (let first = 0; first < rows.samples; first += samplesPerBlock) {
          const part = partOf(graph, rows, inputs, first, Math.min(samplesPerBlock, rows.samples - first));
          const x = executor.jacobian(part.inputs, part.counts, block);
          let filled = 0;
          for (let r = 0; r < part.rowIndices.length; r++) {
            const weight = weightOf(part.rowIndices[r]);
            if (weight === 0) continue;
            readRow(x, r, output);
            readRow(targets, part.rowIndices[r], target);
            residuals!.value(output, target, residual);
            residuals!.derivative(output, target, residualDerivatives);
            const rowFactor = Math.sqrt(weight / total);
            for (let k = 0; k < width; k++, filled++) {
              residualBlock[filled] = residual[k] * rowFactor;
              sum += residualBlock[filled] ** 2;
              const factor = residualDerivatives[k] * rowFactor;
              const to = filled * parameterCount;
              const from = (r * width + k) * parameterCount;
              for (let p = 0; p < parameterCount; p++) block[to + p] = factor * block[from + p];
            }
          }
          if (filled > 0) visit(residualBlock.subarray(0, filled), block.subarray(0, filled * parameterCount), filled);
        }
        return sum;
      },
    };
  };
}

/** Returns a part of a batch: some of its samples, with all their steps. */
function partOf({ inputCount }: Graph, rows: Rows, inputs: Float64Array, first: number, count: number) {
  if (rows.steps === 1) {
    const rowIndices = Uint32Array.from({ length: count }, (_, s) => first + s);
    return { inputs: inputs.subarray(first * inputCount), counts: count, rowIndices };
  }
  const rowIndices: number[] = [];
  const counts: number[] = [];
  for (let t = 0; t < rows.steps; t++) {
    const present = Math.min(count, rows.start[t + 1] - rows.start[t] - first);
    if (present <= 0) break;
    counts.push(present);
    for (let s = 0; s < present; s++) rowIndices.push(rows.start[t] + first + s);
  }
  const copied = new Float64Array(rowIndices.length * inputCount);
  rowIndices.forEach((row, r) => copied.set(inputs.subarray(row * inputCount, (row + 1) * inputCount), r * inputCount));
  return { inputs: copied, counts: counts as SampleCounts, rowIndices };
}
