/** How much memory unrolled code needs, and where each part of it goes. */
import type { Graph } from '@nnbp/core';
import { type CommonLayout, parameterVectorBytes, placer, queueLength, squareSumBytes } from '../layout.js';
import { maxOptimizerVectors } from '../memory-map.js';

/** Where unrolled code finds things. */
export interface UnrolledLayout extends CommonLayout {
  /** A row of four lanes for each output's value, of which one sample needs one, and from there to its dLossDx. */
  readonly outputRows: number;
  readonly toDLossDx: number;
}

/** Lays out the memory for this number of groups. */
export function unrolledLayout(graph: Graph, groups: number): UnrolledLayout {
  const { place, end, use } = placer();
  const rowBytes = 16;
  const outputs = graph.outputs.length;
  const [queueInputBytes, queueTargetBytes] = [graph.inputCount * 4, outputs * 4];
  const queue = queueLength(queueInputBytes + queueTargetBytes);
  const parameterBytes = parameterVectorBytes(graph);
  const outputRows = place(outputs * rowBytes, 'values');
  const table = () => place(groups * 16, 'values');
  return {
    rowBytes,
    parameterBytes,
    outputRows,
    toDLossDx: place(outputs * rowBytes, 'values') - outputRows,
    outputX: place(outputs * 4, 'tables'),
    targetRows: place(outputs * rowBytes, 'samples'),
    weights: place(rowBytes, 'samples'),
    inputs: place(queue * queueInputBytes, 'samples'),
    inputStride: queueInputBytes,
    targets: place(queue * queueTargetBytes, 'samples'),
    targetStride: queueTargetBytes,
    queue,
    queueInputBytes,
    queueTargetBytes,
    queueLosses: place(8 * queue, 'samples'),
    x: table(),
    g: table(),
    slope: table(),
    dLossDx: table(),
    parameters: place(parameterBytes, 'parameters'),
    gradients: place(parameterBytes, 'gradients'),
    squareSums: place(squareSumBytes(parameterBytes), 'optimizer'),
    optimizerVectors: place(maxOptimizerVectors * parameterBytes, 'optimizer'),
    total: end(),
    use,
  };
}
