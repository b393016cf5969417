/** What an observation shows of inputs that are the pixels of a square image: misread images, and weights as images. */
import type { Executor, Graph } from '@nnbp/core';
import type { Part } from './data/dataset.js';
import type { Mistake } from './evaluation.js';

/** A misread image. */
export interface MisreadImage extends Mistake {
  /** Pixels from 0 to 255. */
  readonly pixels: Uint8Array;
}

export function misreadImages({ inputs }: Part, mistakes: readonly Mistake[], pixels: number): MisreadImage[] {
  return mistakes.map((mistake) => ({
    ...mistake,
    pixels: Uint8Array.from(
      inputs.subarray(mistake.number * pixels, (mistake.number + 1) * pixels),
      (value) => 255 * value,
    ),
  }));
}

/** The weights from the inputs to these nodes, node after node, scaled per node to ±127. */
export function weightImages(graph: Graph, executor: Executor, ids: readonly string[]): Int8Array {
  const { inputCount, edgeStart, predecessors } = graph;
  const images = new Int8Array(ids.length * inputCount);
  for (const [k, id] of ids.entries()) {
    const j = graph.indexOf(id);
    let largest = 1e-12;
    const weight = (edge: number) => executor.parameters[graph.weightIndex(edge, j)];
    for (let edge = edgeStart[j]; edge < edgeStart[j + 1]; edge++) largest = Math.max(largest, Math.abs(weight(edge)));
    for (let edge = edgeStart[j]; edge < edgeStart[j + 1]; edge++) {
      const i = predecessors[edge];
      if (i < inputCount) images[k * inputCount + i] = Math.round((127 * weight(edge)) / largest);
    }
  }
  return images;
}
