/** How much memory unrolled code needs, and where each part of it goes. */
import type { Graph } from '@nnbp/core';
import { type CommonLayout, parameterVectorBytes, allocator, queueLength, squareSumBytes } from '../layout.js';
import { maxOptimizerVectors } from '../memory-map.js';

/** The addresses that unrolled code uses. */
export interface UnrolledLayout extends CommonLayout {
  /** A row of four lanes for each output's value, of which one sample needs one, and from there to its dLossDx. */
  readonly outputRows: number;
  readonly toDLossDx: number;
}

/** Lays out the memory for this number of groups. */
export function unrolledLayout(graph: Graph, groups: number): UnrolledLayout {
  const { allocate, end, use } = allocator();
  const rowBytes = 16;
  const outputs = graph.outputs.length;
  const [queueInputBytes, queueTargetBytes] = [graph.inputCount * 4, outputs * 4];
  const queue = queueLength(queueInputBytes + queueTargetBytes);
  const parameterBytes = parameterVectorBytes(graph);
  const outputRows = allocate(outputs * rowBytes, 'values');
  const table = () => allocate(groups * 16, 'values');
  return {
    rowBytes,
    parameterBytes,
    outputRows,
    toDLossDx: allocate(outputs * rowBytes, 'values') - outputRows,
    outputX: allocate(outputs * 4, 'tables'),
    targetRows: allocate(outputs * rowBytes, 'samples'),
    weights: allocate(rowBytes, 'samples'),
    inputs: allocate(queue * queueInputBytes, 'samples'),
    inputStride: queueInputBytes,
    targets: allocate(queue * queueTargetBytes, 'samples'),
    targetStride: queueTargetBytes,
    queue,
    queueInputBytes,
    queueTargetBytes,
    queueLosses: allocate(8 * queue, 'samples'),
    x: table(),
    g: table(),
    slope: table(),
    dLossDx: table(),
    parameters: allocate(parameterBytes, 'parameters'),
    gradients: allocate(parameterBytes, 'gradients'),
    squareSums: allocate(squareSumBytes(parameterBytes), 'optimizer'),
    optimizerVectors: allocate(maxOptimizerVectors * parameterBytes, 'optimizer'),
    total: end(),
    use,
  };
}
