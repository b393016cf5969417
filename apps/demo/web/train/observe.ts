/**
 * What there is to see of a network at one moment: think of a doctor's round. One executor beside the one that trains
 * takes its parameters and answers every question; what comes out is small and flat, so that it crosses to the page's
 * thread without being copied.
 */
import type { Engine, Executor, FloatArray, GradientCache, Graph } from '@nnbp/core';
import { WasmCache } from '@nnbp/wasm';
import type { Dataset, Part } from './data/dataset.js';
import type { Rows, Session } from './session.js';

/** One layer as it is drawn: the first of its nodes. */
interface ShownLayer {
  /** How many nodes it has. */
  readonly size: number;
  /** The ids of those that are drawn; none if the inputs are too many. */
  readonly ids: readonly string[];
}

/** What is drawn of the network. Nodes are numbered through all layers' `ids`. */
export interface Layout {
  readonly layers: readonly ShownLayer[];
  /** From and to, numbers of drawn nodes. */
  readonly edges: readonly (readonly [from: number, to: number])[];
}

/** Two numbers for two parts; held-out ones only where something is held out. */
export interface Both {
  readonly training: number;
  readonly heldOut: number | undefined;
}

/** What became of one sample of the training data. */
export interface SampleAnswer {
  readonly number: number;
  readonly input: Float32Array;
  readonly answer: number;
  /** The class that the outputs stand for. */
  readonly found: number;
  /** The outputs: of a regression in the data's units. */
  readonly outputs: readonly number[];
}

export interface Observation {
  readonly loss: Both;
  /** Of a class question. */
  readonly accuracy: Both | undefined;
  /** A row a true class, a column a class found; of the held-out samples, or of all where none are held out. */
  readonly confusion: readonly (readonly number[])[] | undefined;
  /**
   * The output over the picture, row after row from the top, or along the curve. Two classes: from −1 to 1. Several:
   * the class, plus how sure it is of it (from 0 to below 1). A regression: the value in the data's units.
   */
  readonly picture: Float32Array | undefined;
  /** Each drawn node's values over `nodePlaces`, −127 to 127 for its own largest; one or two inputs only. */
  readonly responses: Int8Array | undefined;
  /** Each drawn node's mean value over the samples looked at. */
  readonly means: Float32Array;
  /** How far its values are from that, by standard deviation. */
  readonly deviations: Float32Array;
  /** Mean |dloss/dx| of each drawn node. */
  readonly gradients: Float32Array;
  /** The same, the mean over all nodes of each layer. */
  readonly layerGradients: Float32Array;
  /** The weight of each drawn edge. */
  readonly weights: Float32Array;
  /** b of each drawn node; NaN for inputs, which have none. */
  readonly biases: Float32Array;
  /** For the chosen sample: dloss/dx_j · slope_j · w_ij, what each drawn edge carries back. */
  readonly flow: Float32Array | undefined;
  readonly sample: SampleAnswer | undefined;
}

export interface Observer {
  readonly layout: Layout;
  /** How many places the picture has on a side (two inputs) or along it (one); 0 if there is none. */
  readonly places: number;
  /** The same for the small pictures of the nodes. */
  readonly nodePlaces: number;
  /** The least and largest value of each axis, for one or two inputs. */
  readonly axes: readonly (readonly [number, number])[];
  observe(sample: number | null): Observation;
  dispose(): void;
}

/** More nodes of a layer than this are not drawn. */
const maxShown = 10;
/** Samples in one pass. */
const chunk = 512;
/** Samples of a part whose loss is taken while one looks on. */
const maxJudged = 1000;
const maxProbed = 128;
/** Edges times places, so that one round stays short. */
const maxWork = 4e6;
/** Of a surface's places the small pictures show every third one. */
const stride = 3;

export function observerOf(session: Session, dataset: Dataset, engine: Engine): Observer {
  const { graph, inputScaler } = session.network;
  const executor = engine.prepare(graph, chunk);
  const layers = layersOf(graph);
  const layout = layoutOf(graph, layers);
  const shown = layout.layers.flatMap(({ ids }) => ids);
  const axes = graph.inputCount > 2 ? [] : axesOf(dataset, graph.inputCount);
  const places = placesFor(graph);
  const grid = gridOf(axes, places);
  if (inputScaler)
    for (let at = 0; at < grid.length; at++) grid[at] = inputScaler.apply(grid[at], at % graph.inputCount);

  return {
    layout,
    places,
    nodePlaces: axes.length === 2 ? places / stride : places,
    axes,
    observe(sample) {
      executor.parameters.set(session.parameters);
      const training = judge(session, dataset, executor, session.training);
      const heldOut = session.heldOut && judge(session, dataset, executor, session.heldOut);
      const classes = dataset.task !== 'regression';
      const gradients = gradientsOf(session, executor, layers, shown);
      const pictured = places === 0 ? undefined : pictureOf(session, dataset, executor, grid, shown);
      return {
        loss: { training: training.loss, heldOut: heldOut?.loss },
        accuracy: classes ? { training: training.accuracy, heldOut: heldOut?.accuracy } : undefined,
        confusion: classes ? (heldOut ?? training).confusion : undefined,
        ...(pictured ?? { picture: undefined, responses: undefined }),
        ...gradients,
        weights: Float32Array.from(layout.edges, ([from, to]) => weightOf(graph, executor, shown[from], shown[to])),
        biases: Float32Array.from(shown, (id) => biasOf(graph, executor, id)),
        ...sampleOf(sample),
      };
    },
    dispose: () => executor.dispose(),
  };

  function sampleOf(number: number | null): Pick<Observation, 'flow' | 'sample'> {
    if (number === null || number >= session.training.count) return { flow: undefined, sample: undefined };
    const { inputCount, outputs } = graph;
    const { inputs, targets } = session.training;
    const one = inputs.slice(number * inputCount, (number + 1) * inputCount);
    const answer = targets.slice(number * outputs.length, (number + 1) * outputs.length);
    executor.backpropagate(one, answer, 1, session.loss);
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
        answer: dataset.training.answers[number],
        found: classOf(x, 0, x.length, session.encoding.boundary),
        outputs: dataset.task === 'regression' ? [answerOf(session, x[0])] : x,
      },
    };
  }
}

/** One quantity of a node for all samples of a pass. The fast engine has them in a row; others are asked one by one. */
function valuesOf(cache: GradientCache, quantity: 'x' | 'dLossDx', id: string, count: number): ArrayLike<number> {
  if (cache instanceof WasmCache) return cache.row(quantity, id);
  return Float64Array.from({ length: count }, (_, s) => cache[quantity](id, s));
}

/** The class that outputs stand for. */
function classOf(outputs: ArrayLike<number>, at: number, width: number, boundary: number): number {
  if (width === 1) return Number(outputs[at] > boundary);
  let best = 0;
  for (let k = 1; k < width; k++) if (outputs[at + k] > outputs[at + best]) best = k;
  return best;
}

/** The mean loss, and what is taken for what. */
function judge(session: Session, { task, classes }: Dataset, executor: Executor, rows: Rows) {
  const { loss, encoding, network } = session;
  const width = network.graph.outputs.length;
  const affordable = Math.max(100, Math.floor((maxWork * 50) / network.graph.edgeCount));
  const count = Math.min(rows.count, maxJudged, affordable);
  const confusion = classes.map(() => classes.map(() => 0));
  let sum = 0;
  let right = 0;
  inChunks(executor, rows.inputs, network.graph.inputCount, count, (outputs, first, samples) => {
    for (let s = 0; s < samples; s++) {
      const at = s * width;
      const t = (first + s) * width;
      sum += loss.value(outputs.subarray(at, at + width), rows.targets.subarray(t, t + width));
      if (task === 'regression') continue;
      const found = classOf(outputs, at, width, encoding.boundary);
      const truth = classOf(rows.targets, t, width, encoding.boundary);
      confusion[truth][found]++;
      right += Number(found === truth);
    }
  });
  return { loss: sum / count, accuracy: right / count, confusion };
}

/** Predicts many rows, a chunk at a time; `outputs` is good for one call. */
function inChunks(
  executor: Executor,
  inputs: Float64Array,
  width: number,
  count: number,
  each: (outputs: FloatArray, first: number, samples: number) => void,
): void {
  for (let first = 0; first < count; first += chunk) {
    const samples = Math.min(chunk, count - first);
    each(executor.predict(inputs.subarray(first * width, (first + samples) * width), samples), first, samples);
  }
}

/** Sizes of dloss/dx, and mean values, over the first samples. */
function gradientsOf(
  session: Session,
  executor: Executor,
  layers: readonly (readonly string[])[],
  shown: readonly string[],
): Pick<Observation, 'means' | 'deviations' | 'gradients' | 'layerGradients'> {
  const { training, loss } = session;
  const count = Math.min(training.count, maxProbed);
  executor.backpropagate(training.inputs, training.targets, count, loss);
  const mean = (quantity: 'x' | 'dLossDx', id: string, of: (value: number) => number) => {
    const values = valuesOf(executor.cache, quantity, id, count);
    let sum = 0;
    for (let s = 0; s < count; s++) sum += of(values[s]);
    return sum / count;
  };
  const size = (id: string) => mean('dLossDx', id, Math.abs);
  const layerGradients = Float32Array.from(layers, (ids) => {
    // Of a wide layer a part is looked at, evenly spread.
    const stride = Math.max(1, Math.floor(ids.length / 32));
    let sum = 0;
    let looked = 0;
    for (let k = 0; k < ids.length; k += stride) {
      sum += size(ids[k]);
      looked++;
    }
    return sum / looked;
  });
  const means = Float32Array.from(shown, (id) => mean('x', id, (value) => value));
  return {
    means,
    deviations: Float32Array.from(shown, (id, k) => Math.sqrt(mean('x', id, (value) => (value - means[k]) ** 2))),
    gradients: Float32Array.from(shown, (id) => size(id)),
    layerGradients,
  };
}

/** The output, and every drawn node, over the places. */
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
      if (task === 'regression') picture[first + s] = answerOf(session, outputs[at]);
      else if (task === 'binary') picture[first + s] = sideOf(session, outputs[at]);
      else picture[first + s] = classOf(outputs, at, width, 0) + sureness(outputs, at, width);
    }
    for (const [k, id] of shown.entries()) {
      const x = valuesOf(executor.cache, 'x', id, samples);
      for (let s = 0; s < samples; s++) values[k][first + s] = x[s];
    }
  });
  return { picture, responses: responsesOf(values, graph.inputCount) };
}

/** Values in bytes, each node's by its own largest; of a surface the middle of every `stride` places either way. */
function responsesOf(values: readonly Float32Array[], inputCount: number): Int8Array {
  const count = values[0].length;
  const side = inputCount === 1 ? count : Math.sqrt(count);
  const kept = inputCount === 1 ? count : (side / stride) ** 2;
  const responses = new Int8Array(values.length * kept);
  for (const [k, of] of values.entries()) {
    const largest = of.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
    for (let p = 0; p < kept; p++) {
      const row = Math.floor((p * stride) / side) * stride + 1;
      const at = inputCount === 1 ? p : row * side + ((p * stride) % side) + 1;
      responses[k * kept + p] = Math.round((127 * of[at]) / largest);
    }
  }
  return responses;
}

/** An output as an answer in the data's units. A poisson loss learns the logarithm of a rate. */
function answerOf({ loss, network }: Session, x: number): number {
  if (loss.name === 'poisson') return Math.exp(x);
  return network.outputScaler?.undo(x, 0) ?? x;
}

/** On which side of the boundary an output is, and how far, from −1 to 1. */
function sideOf({ encoding, loss }: Session, x: number): number {
  if (loss.name === 'binaryCrossEntropyWithLogits') return Math.tanh(x / 2);
  return Math.max(-1, Math.min(1, (x - encoding.boundary) / (encoding.yes - encoding.boundary)));
}

/** The softmax of the largest output, from 0 to below 1. */
function sureness(outputs: FloatArray, at: number, width: number): number {
  const row = Array.from(outputs.subarray(at, at + width));
  const most = Math.max(...row);
  return Math.min(0.999, 1 / row.reduce((sum, x) => sum + Math.exp(x - most), 0));
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

/** Ids by depth: every node a layer after the last of its predecessors, all inputs in the first. */
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

function layoutOf(graph: Graph, ids: readonly (readonly string[])[]): Layout {
  const layers = ids.map((layer, k) => ({
    size: layer.length,
    ids: k === 0 && layer.length > maxShown ? [] : layer.slice(0, maxShown),
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

/** As many places as one round can afford. */
function placesFor({ inputCount, edgeCount }: Graph): number {
  if (inputCount === 1) return 160;
  if (inputCount === 2) return stride * Math.max(8, Math.min(32, Math.floor(Math.sqrt(maxWork / edgeCount) / stride)));
  return 0;
}

function axesOf({ range, training, heldOut }: Dataset, width: number): (readonly [number, number])[] {
  return Array.from({ length: width }, (_, k) => range ?? spread(heldOut ? [training, heldOut] : [training], width, k));
}

/** From the least to the largest value of a column, and a tenth more. */
function spread(parts: readonly Part[], width: number, column: number): readonly [number, number] {
  let least = Infinity;
  let most = -Infinity;
  for (const { inputs } of parts) {
    for (let at = column; at < inputs.length; at += width) {
      least = Math.min(least, inputs[at]);
      most = Math.max(most, inputs[at]);
    }
  }
  const edge = (most - least) / 10 || 1;
  return [least - edge, most + edge];
}

/** Places evenly over the axes: along the one, or from the top left, row after row. */
function gridOf(axes: readonly (readonly [number, number])[], places: number): Float64Array {
  const along = ([least, most]: readonly [number, number], k: number) => least + ((most - least) * (k + 0.5)) / places;
  if (axes.length === 1) return Float64Array.from({ length: places }, (_, k) => along(axes[0], k));
  const grid = new Float64Array(axes.length * places * places);
  for (let p = 0; p < grid.length / 2; p++) {
    grid[2 * p] = along(axes[0], p % places);
    grid[2 * p + 1] = along(axes[1], places - 1 - Math.floor(p / places));
  }
  return grid;
}
