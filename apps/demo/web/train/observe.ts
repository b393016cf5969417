/**
 * Observes a network during training: losses, accuracy, gradients and plots, computed by a second executor with the
 * current parameters. The results are small flat arrays, which are transferred to the page without copying.
 */
import { type Engine, type Executor, type FloatArray, type GradientCache, type Graph, RowCache } from '@nnbp/core';
import type { Dataset, SampleSet } from './data/dataset.js';
import { evaluate, maxWork, type RegressionFit } from './evaluation.js';
import { type MisclassifiedImage, misclassifiedImages, weightImages } from './observe-image.js';
import { predictionOf, chunk, classOf, inChunks, sideOf } from './outputs.js';
import { type RowPrediction, predictRow } from './row-prediction.js';
import type { Session } from './session.js';

/** A layer. At most `maxShown` of its nodes are drawn. */
interface ShownLayer {
  /** Number of nodes in the layer. */
  readonly size: number;
  /** Ids of the drawn nodes; empty for the inputs if there are too many. */
  readonly ids: readonly string[];
}

/** The drawn part of the network. Drawn nodes are numbered consecutively across the layers, in the order of `ids`. */
export interface Layout {
  readonly layers: readonly ShownLayer[];
  /** Pairs of indices of drawn nodes. */
  readonly edges: readonly (readonly [from: number, to: number])[];
}

export interface PerSet {
  readonly training: number;
  readonly validation: number | undefined;
}

export interface SamplePrediction {
  /** Index of the sample in the training set. */
  readonly number: number;
  /** Inputs in the original units of the data. */
  readonly input: Float32Array;
  /** Index of the true class, or for regression, the target in the original units of the data. */
  readonly target: number;
  /** Index of the predicted class; not meaningful for regression. */
  readonly predictedClass: number;
  /** Outputs of the network. For regression, in the original units of the data. */
  readonly outputs: readonly number[];
}

export interface Observation {
  readonly loss: PerSet;
  /** Undefined for regression. */
  readonly accuracy: PerSet | undefined;
  /**
   * Confusion matrix, [true class][predicted class], of the validation set, or of the training set if there is none.
   */
  readonly confusion: readonly (readonly number[])[] | undefined;
  /**
   * The output at the points of the plot: over a plane, row by row from the top, or along the x axis. Undefined for
   * more than two inputs. For two classes, a value from −1 to 1. For more classes, the index of the predicted class
   * plus its softmax probability, limited to 0.999. For regression, the prediction in the original units of the data.
   */
  readonly picture: Float32Array | undefined;
  /** Values of each drawn node at the points of its plot, scaled to ±127. Undefined for more than two inputs. */
  readonly responses: Int8Array | undefined;
  /** Mean value of each drawn node over the first `maxObservedSamples` training samples. */
  readonly means: Float32Array;
  /** Standard deviation of each drawn node over the same samples as `means`. */
  readonly deviations: Float32Array;
  /** Mean |dloss/dx| of each drawn node over the same samples. */
  readonly gradients: Float32Array;
  /** Mean |dloss/dx| over the nodes of each layer, or over evenly spaced nodes of a wide layer. */
  readonly layerGradients: Float32Array;
  /** The weight of each drawn edge. */
  readonly weights: Float32Array;
  /** b of each drawn node; NaN for inputs, which have none. */
  readonly biases: Float32Array;
  /** dloss/dx_j · slope_j · w_ij of each drawn edge for the selected sample; undefined if none is selected. */
  readonly flow: Float32Array | undefined;
  readonly sample: SamplePrediction | undefined;
  /** Undefined for classification. */
  readonly fit: { readonly training: RegressionFit; readonly validation: RegressionFit | undefined } | undefined;
  /**
   * Misclassified images of the validation set, or of the training set if there is none. Undefined if the inputs are not
   * an image.
   */
  readonly misclassified: readonly MisclassifiedImage[] | undefined;
  /**
   * Weights of the drawn nodes of the first layer, or of the filters of a convolution, scaled to ±127 and concatenated
   * node by node. Undefined if the inputs are not an image.
   */
  readonly weightImages: Int8Array | undefined;
  /** Prediction for the row in the options; undefined if there is none. */
  readonly row: RowPrediction | undefined;
}

export interface ObservationOptions {
  /** Index of the training sample whose gradient is shown. Null for none. */
  readonly sample: number | null;
  /** Inputs to predict, in the original units of the data. Null for none. */
  readonly row: ArrayLike<number> | null;
}

export interface Observer {
  readonly layout: Layout;
  /** Points per side of the plot (two inputs) or along it (one input); 0 without a plot. */
  readonly resolution: number;
  /** Like `resolution`, but for the small plot of a node. */
  readonly nodeResolution: number;
  /** Minimum and maximum of each input axis of the plot; empty for more than two inputs. */
  readonly axes: readonly (readonly [number, number])[];
  observe(options: ObservationOptions): Observation;
  loss(): PerSet;
  dispose(): void;
}

/** Maximum number of drawn nodes per layer. */
const maxShown = 10;
/** Maximum number of samples for gradients and mean values. */
const maxObservedSamples = 128;
/** With two inputs, the small plot of a node shows every third point of the plot in both directions. */
const stride = 3;

export function observerOf(session: Session, dataset: Dataset, engine: Engine): Observer {
  const { graph, inputScaler } = session.network;
  const executor = engine.prepare(graph, chunk);
  const layers = layersOf(graph);
  const layout = layoutOf(graph, layers);
  const shown = layout.layers.flatMap(({ ids }) => ids);
  const axes = graph.inputCount > 2 ? [] : axesOf(dataset, graph.inputCount);
  const resolution = resolutionFor(graph);
  const grid = gridOf(axes, resolution);
  if (inputScaler)
    for (let at = 0; at < grid.length; at++) grid[at] = inputScaler.apply(grid[at], at % graph.inputCount);

  const evaluateBoth = () => {
    executor.parameters.set(session.parameters);
    const { training, validation } = session;
    return {
      training: evaluate(session, dataset, executor, training),
      validation: validation && evaluate(session, dataset, executor, validation),
    };
  };

  return {
    layout,
    resolution,
    nodeResolution: axes.length === 2 ? resolution / stride : resolution,
    axes,
    observe({ sample, row }) {
      const { training, validation } = evaluateBoth();
      const isClassification = dataset.task !== 'regression';
      const statistics = nodeStatistics(session, executor, layers, shown);
      const plotted = resolution === 0 ? undefined : pictureOf(session, dataset, executor, grid, shown);
      return {
        loss: { training: training.loss, validation: validation?.loss },
        accuracy: isClassification ? { training: training.accuracy, validation: validation?.accuracy } : undefined,
        confusion: isClassification ? (validation ?? training).confusion : undefined,
        ...(plotted ?? { picture: undefined, responses: undefined }),
        ...statistics,
        weights: Float32Array.from(layout.edges, ([from, to]) => weightOf(graph, executor, shown[from], shown[to])),
        biases: Float32Array.from(shown, (id) => biasOf(graph, executor, id)),
        ...sampleOf(sample),
        fit: training.fit && { training: training.fit, validation: validation?.fit },
        ...(dataset.side === undefined
          ? { misclassified: undefined, weightImages: undefined }
          : {
              misclassified: misclassifiedImages(
                dataset.validation ?? dataset.training,
                (validation ?? training).mistakes,
                dataset.side ** 2,
              ),
              weightImages: weightImages(graph, executor, layout.layers[1].ids),
            }),
        row: row?.length === graph.inputCount ? predictRow(session, dataset, executor, row) : undefined,
      };
    },
    loss() {
      const { training, validation } = evaluateBoth();
      return { training: training.loss, validation: validation?.loss };
    },
    dispose: () => executor.dispose(),
  };

  function sampleOf(number: number | null): Pick<Observation, 'flow' | 'sample'> {
    if (number === null || number >= session.training.count) return { flow: undefined, sample: undefined };
    const { inputCount, outputs } = graph;
    const { inputs, targets } = session.training;
    const input = inputs.slice(number * inputCount, (number + 1) * inputCount);
    const target = targets.slice(number * outputs.length, (number + 1) * outputs.length);
    executor.backpropagate(input, target, 1, session.loss);
    const { cache } = executor;
    const flow = Float32Array.from(layout.edges, ([from, to]) => {
      const j = shown[to];
      return cache.dLossDx(j) * cache.slope(j) * weightOf(graph, executor, shown[from], j);
    });
    const x = Array.from(outputs, (i) => cache.x(graph.ids[i]));
    return {
      flow,
      sample: {
        number,
        input: Float32Array.from(dataset.training.inputs.subarray(number * inputCount, (number + 1) * inputCount)),
        target: dataset.training.targets[number],
        predictedClass: classOf(x, 0, x.length, session.encoding.boundary),
        outputs: dataset.task === 'regression' ? [predictionOf(session, x[0])] : x,
      },
    };
  }
}

/** Returns a quantity of a node for each sample of a pass. */
function valuesOf(cache: GradientCache, quantity: 'x' | 'dLossDx', id: string, count: number): ArrayLike<number> {
  if (cache instanceof RowCache) return cache.row(quantity, id);
  return Float64Array.from({ length: count }, (_, s) => cache[quantity](id, s));
}

/** Computes the mean |dloss/dx|, and the mean and standard deviation of the values, over the first samples. */
function nodeStatistics(
  session: Session,
  executor: Executor,
  layers: readonly (readonly string[])[],
  shown: readonly string[],
): Pick<Observation, 'means' | 'deviations' | 'gradients' | 'layerGradients'> {
  const { training, loss } = session;
  const count = Math.min(training.count, maxObservedSamples);
  executor.backpropagate(training.inputs, training.targets, count, loss);
  const mean = (quantity: 'x' | 'dLossDx', id: string, transform: (value: number) => number) => {
    const values = valuesOf(executor.cache, quantity, id, count);
    let sum = 0;
    for (let s = 0; s < count; s++) sum += transform(values[s]);
    return sum / count;
  };
  const meanGradient = (id: string) => mean('dLossDx', id, Math.abs);
  const layerGradients = Float32Array.from(layers, (ids) => {
    const spacing = Math.max(1, Math.floor(ids.length / 32));
    let sum = 0;
    let observedCount = 0;
    for (let k = 0; k < ids.length; k += spacing) {
      sum += meanGradient(ids[k]);
      observedCount++;
    }
    return sum / observedCount;
  });
  const means = Float32Array.from(shown, (id) => mean('x', id, (value) => value));
  return {
    means,
    deviations: Float32Array.from(shown, (id, k) => Math.sqrt(mean('x', id, (value) => (value - means[k]) ** 2))),
    gradients: Float32Array.from(shown, (id) => meanGradient(id)),
    layerGradients,
  };
}

/** Computes the output and the values of all drawn nodes at the points of the plot. */
function pictureOf(
  session: Session,
  { task }: Dataset,
  executor: Executor,
  grid: Float64Array,
  shown: readonly string[],
): Pick<Observation, 'picture' | 'responses'> {
  const { graph } = session.network;
  const width = graph.outputs.length;
  const count = grid.length / graph.inputCount;
  const picture = new Float32Array(count);
  const values = shown.map(() => new Float32Array(count));
  inChunks(executor, grid, graph.inputCount, count, (outputs, first, samples) => {
    for (let s = 0; s < samples; s++) {
      const at = s * width;
      if (task === 'regression') picture[first + s] = predictionOf(session, outputs[at]);
      else if (task === 'binary') picture[first + s] = sideOf(session, outputs[at]);
      else picture[first + s] = classOf(outputs, at, width, 0) + confidence(outputs, at, width);
    }
    for (const [k, id] of shown.entries()) {
      const x = valuesOf(executor.cache, 'x', id, samples);
      for (let s = 0; s < samples; s++) values[k][first + s] = x[s];
    }
  });
  return { picture, responses: responsesOf(values, graph.inputCount) };
}

/** Scales the values of each node to ±127. With two inputs, keeps only every `stride`-th point in both directions. */
function responsesOf(values: readonly Float32Array[], inputCount: number): Int8Array {
  const count = values[0].length;
  const side = inputCount === 1 ? count : Math.sqrt(count);
  const pixels = inputCount === 1 ? count : (side / stride) ** 2;
  const responses = new Int8Array(values.length * pixels);
  for (const [k, nodeValues] of values.entries()) {
    const largest = nodeValues.reduce((max, value) => Math.max(max, Math.abs(value)), 1e-6);
    for (let p = 0; p < pixels; p++) {
      const row = Math.floor((p * stride) / side) * stride + 1;
      const at = inputCount === 1 ? p : row * side + ((p * stride) % side) + 1;
      responses[k * pixels + p] = Math.round((127 * nodeValues[at]) / largest);
    }
  }
  return responses;
}

/** Returns the softmax of the largest output, limited to 0.999 so that it stays below 1. */
function confidence(outputs: FloatArray, at: number, width: number): number {
  const row = Array.from(outputs.subarray(at, at + width));
  const max = Math.max(...row);
  return Math.min(0.999, 1 / row.reduce((sum, x) => sum + Math.exp(x - max), 0));
}

function weightOf(graph: Graph, executor: Executor, from: string, to: string): number {
  const [i, j] = [graph.indexOf(from), graph.indexOf(to)];
  for (let edge = graph.edgeStart[j]; edge < graph.edgeStart[j + 1]; edge++) {
    if (graph.predecessors[edge] === i) return executor.parameters[graph.weightIndex(edge, j)];
  }
  return 0;
}

function biasOf(graph: Graph, executor: Executor, id: string): number {
  const i = graph.indexOf(id);
  return i < graph.inputCount ? NaN : executor.parameters[graph.biasIndex(i)];
}

/** Returns the ids by layer: inputs first, then each node one layer after its deepest predecessor. */
function layersOf({ ids, inputCount, nodeCount, edgeStart, predecessors }: Graph): string[][] {
  const depth = new Int32Array(nodeCount);
  const layers: string[][] = [];
  for (let i = 0; i < nodeCount; i++) {
    if (i >= inputCount) depth[i] = 1;
    for (let e = edgeStart[i]; e < edgeStart[i + 1]; e++) depth[i] = Math.max(depth[i], depth[predecessors[e]] + 1);
    (layers[depth[i]] ??= []).push(ids[i]);
  }
  return layers;
}

function layoutOf(graph: Graph, idsByLayer: readonly (readonly string[])[]): Layout {
  const layers = idsByLayer.map((ids, k) => ({
    size: ids.length,
    ids: k === 0 && ids.length > maxShown ? [] : representatives(graph, ids).slice(0, maxShown),
  }));
  const numberOf = new Map(layers.flatMap((layer) => layer.ids).map((id, k) => [graph.indexOf(id), k]));
  const edges: [number, number][] = [];
  for (const [j, to] of numberOf) {
    for (let e = graph.edgeStart[j]; e < graph.edgeStart[j + 1]; e++) {
      const from = numberOf.get(graph.predecessors[e]);
      if (from !== undefined) edges.push([from, to]);
    }
  }
  return { layers, edges };
}

/**
 * Returns the nodes of a layer. Of nodes that share b, such as all positions of a filter, it returns only the middle
 * one.
 */
function representatives(graph: Graph, ids: readonly string[]): string[] {
  const groups = new Map<number | string, string[]>();
  for (const id of ids) {
    const i = graph.indexOf(id);
    // Inputs have no b.
    const biasIndex = i < graph.inputCount ? -1 : graph.biasIndex(i);
    const key = biasIndex < 0 ? id : biasIndex;
    groups.set(key, [...(groups.get(key) ?? []), id]);
  }
  return Array.from(groups.values(), (group) => group[group.length >> 1]);
}

/**
 * Returns the number of points per side of the plot, limited so that an observation does not take too long; 0 without a
 * plot.
 */
function resolutionFor({ inputCount, edgeCount }: Graph): number {
  if (inputCount === 1) return 160;
  if (inputCount === 2) return stride * Math.max(8, Math.min(32, Math.floor(Math.sqrt(maxWork / edgeCount) / stride)));
  return 0;
}

function axesOf({ range, training, validation }: Dataset, width: number): (readonly [number, number])[] {
  return Array.from(
    { length: width },
    (_, k) => range ?? rangeOfColumn(validation ? [training, validation] : [training], width, k),
  );
}

/** Returns the range of a column, with a margin of 10 % on both sides. */
function rangeOfColumn(sets: readonly SampleSet[], width: number, column: number): readonly [number, number] {
  let min = Infinity;
  let max = -Infinity;
  for (const { inputs } of sets) {
    for (let at = column; at < inputs.length; at += width) {
      min = Math.min(min, inputs[at]);
      max = Math.max(max, inputs[at]);
    }
  }
  const margin = (max - min) / 10 || 1;
  return [min - margin, max + margin];
}

/** Returns the inputs of evenly spaced points: along one axis, or over a plane, row by row from the top left. */
function gridOf(axes: readonly (readonly [number, number])[], resolution: number): Float64Array {
  const along = ([min, max]: readonly [number, number], k: number) => min + ((max - min) * (k + 0.5)) / resolution;
  if (axes.length === 1) return Float64Array.from({ length: resolution }, (_, k) => along(axes[0], k));
  const grid = new Float64Array(axes.length * resolution * resolution);
  for (let p = 0; p < grid.length / 2; p++) {
    grid[2 * p] = along(axes[0], p % resolution);
    grid[2 * p + 1] = along(axes[1], resolution - 1 - Math.floor(p / resolution));
  }
  return grid;
}
