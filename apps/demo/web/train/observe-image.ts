/**
 * Extracts the misclassified images, and the weights as images, for a network whose inputs are the pixels of a square
 * image.
 */
import type { Executor, Graph } from '@nnbp/core';
import type { SampleSet } from './data/dataset.js';
import type { Mistake } from './evaluation.js';

export interface MisclassifiedImage extends Mistake {
  /** Pixel values from 0 to 255, row by row. */
  readonly pixels: Uint8Array;
}

export function misclassifiedImages(
  { inputs }: SampleSet,
  mistakes: readonly Mistake[],
  pixelCount: number,
): MisclassifiedImage[] {
  return mistakes.map((mistake) => ({
    ...mistake,
    pixels: Uint8Array.from(
      inputs.subarray(mistake.number * pixelCount, (mistake.number + 1) * pixelCount),
      (value) => 255 * value,
    ),
  }));
}

/**
 * Returns the weights from the inputs to the nodes with these ids, node by node. The weights of each node are scaled so
 * that the largest magnitude is 127. Each node has one weight per pixel of the image or, if all nodes see square windows
 * of the same size, one per pixel of its window.
 */
export function weightImages(graph: Graph, executor: Executor, ids: readonly string[]): Int8Array {
  const { inputCount, edgeStart, predecessors } = graph;
  const nodes = ids.map((id) => graph.indexOf(id));
  const window = windowSize(graph, nodes);
  const size = window ?? inputCount;
  const images = new Int8Array(ids.length * size);
  for (const [k, j] of nodes.entries()) {
    let largest = 1e-12;
    const weight = (edge: number) => executor.parameters[graph.weightIndex(edge, j)];
    for (let edge = edgeStart[j]; edge < edgeStart[j + 1]; edge++) largest = Math.max(largest, Math.abs(weight(edge)));
    for (let edge = edgeStart[j]; edge < edgeStart[j + 1]; edge++) {
      const pixel = window === undefined ? predecessors[edge] : edge - edgeStart[j];
      if (pixel < size) images[k * size + pixel] = Math.round((127 * weight(edge)) / largest);
    }
  }
  return images;
}

/**
 * Returns the number of pixels of the square window that each node sees; undefined unless all windows have the same
 * size.
 */
function windowSize({ inputCount, edgeStart, predecessors }: Graph, nodes: readonly number[]): number | undefined {
  const size = edgeStart[nodes[0] + 1] - edgeStart[nodes[0]];
  const [windowSide, imageSide] = [Math.sqrt(size), Math.sqrt(inputCount)];
  const offsets = Array.from({ length: size }, (_, k) => Math.floor(k / windowSide) * imageSide + (k % windowSide));
  const isWindow = nodes.every((j) => {
    const first = edgeStart[j];
    return (
      edgeStart[j + 1] - first === size &&
      offsets.every((offset, k) => predecessors[first + k] === predecessors[first] + offset)
    );
  });
  return isWindow && Number.isInteger(windowSide) ? size : undefined;
}
