/** The memory layout of unrolled code: the address and size of each part. */
import type { Graph } from '@nnbp/core';
import { allocator, type CommonLayout, parameterVectorBytes, queueLength, squareSumBytes } from '../layout.js';
import { maxOptimizerVectors } from '../memory-map.js';

export interface UnrolledLayout extends CommonLayout {
  /**
   * The address of the rows for x of the outputs, one row per output and step. Only one of a row's four lanes is used.
   */
  readonly outputRows: number;
  /** The distance from the row of an output's x to the row of its dLossDx. */
  readonly toDLossDx: number;
  /** In `x`, `g`, `slope` and `dLossDx`: the distance from the rows of a step to the rows of the next step. */
  readonly stepBytes: number;
}

/**
 * `x`, `g`, `slope` and `dLossDx` each contain the rows of the last `graph.maxDelay` steps before the sequence, then
 * the rows of the sequence itself.
 *
 * @param groups - The number of groups of up to four nodes; see `groupsOf`.
 */
export function unrolledLayout(graph: Graph, groups: number, steps: number): UnrolledLayout {
  const { allocate, end, use } = allocator();
  const rowBytes = 16;
  const outputs = steps * graph.outputs.length;
  const [queueInputBytes, queueTargetBytes] = [(steps * graph.inputCount + graph.stateSize) * 4, outputs * 4];
  const usesQueue = steps === 1 && graph.stateSize === 0;
  const queue = usesQueue ? queueLength(queueInputBytes + queueTargetBytes) : 1;
  const parameterBytes = parameterVectorBytes(graph);
  const outputRows = allocate(outputs * rowBytes, 'values');
  const stepBytes = groups * 16;
  const allSteps = () => allocate((graph.maxDelay + steps) * stepBytes, 'values');
  return {
    rowBytes,
    stepBytes,
    parameterBytes,
    outputRows,
    toDLossDx: allocate(outputs * rowBytes, 'values') - outputRows,
    outputX: allocate(outputs * 4, 'tables'),
    targetRows: allocate(graph.outputs.length * rowBytes, 'samples'),
    weights: allocate(steps * rowBytes, 'samples'),
    inputs: allocate(queue * queueInputBytes, 'samples'),
    inputStride: queueInputBytes,
    targets: allocate(queue * queueTargetBytes, 'samples'),
    targetStride: queueTargetBytes,
    queue,
    queueInputBytes,
    queueTargetBytes,
    queueLosses: allocate(8 * queue, 'samples'),
    x: allSteps(),
    g: allSteps(),
    slope: allSteps(),
    dLossDx: allSteps(),
    parameters: allocate(parameterBytes, 'parameters'),
    gradients: allocate(parameterBytes, 'gradients'),
    squareSums: allocate(squareSumBytes(parameterBytes), 'optimizer'),
    optimizerVectors: allocate(maxOptimizerVectors * parameterBytes, 'optimizer'),
    total: end(),
    use,
  };
}
