/**
 * A pass as a film: think of a list of frames, each of which says which numbers a node read and which it wrote down. The
 * order is the reference engine's own; running the film again fills an empty cache.
 */
import { expectInteger, type Graph, type Loss, type Network, type Pass, type Row, type SampleCache } from '@nnbp/core';
import { expectQuantity, type QuantityName } from './quantity.js';
import { numberIn, type Worked, workThrough } from './worked.js';

/** One frame. Its lists are made when they are read, so that a film of a large graph is small. */
export interface TraceStep {
  /** Its place in the film, from 0. */
  readonly index: number;
  /** The author's id of the node it is about. */
  readonly node: string;
  /** Which case computes what is written. A node's slope belongs to case 3: it is found inside the node. */
  readonly case: 'forward' | 1 | 2 | 3;
  /** For an output with successors, a step of case 2: what case 1 added. */
  readonly caseOne?: number;
  /** The kept quantities it needs, besides the node's parameters, its successors' weights and the targets. */
  readonly reads: readonly QuantityName[];
  /** What is known from here on. Each of h, g, x, slope and dLossDx is written once, and so is each edge's dLossDw. */
  readonly writes: readonly QuantityName[];
  /** One number a write. For a weight that edges share, the sum over those written so far. */
  readonly values: readonly number[];
}

/** A whole pass over one sample. */
export interface Trace {
  /** Of which network. */
  readonly graph: Graph;
  /** What the engine made of it. */
  readonly pass: Pass;
  /** From the first input's x to the last dLossDw; four for each computed node, two for each input. */
  readonly steps: readonly TraceStep[];
}

/** What is known after some steps. */
export interface Replay {
  /** As the engine keeps it; NaN where nothing is written yet. */
  readonly cache: SampleCache;
  /** In the graph's layout; 0 where nothing is written yet. */
  readonly gradients: Float64Array;
  /**
   * The number under a name, or undefined if it is not written yet.
   *
   * @throws NnbpError `UNKNOWN_ID`, `FIXED_PARAMETER`
   */
  value(quantity: QuantityName): number | undefined;
}

/**
 * Forward and backward over one sample, step by step, in the reference engine's order: of each node h, g and x; then,
 * from the last node back, dLossDx by case 1 or 2 (both for an output with successors), the slope, and by case 3 the
 * node's parameters. Every number is the engine's own.
 *
 * @param input - As for `backpropagate`, in the data's own units.
 * @throws NnbpError as `backpropagate`
 *
 * @example
 * ```ts
 * import { sigmoid } from '@nnbp/activations';
 * import { mlp, Network } from '@nnbp/core';
 * import { nameOf, replay, trace } from '@nnbp/explain';
 * import { mse } from '@nnbp/losses';
 *
 * const network = new Network(mlp([1, 1], { activation: sigmoid }), { seed: 1 });
 * const film = trace(network, [0.5], [1], mse());
 * film.steps[1].writes.map(nameOf); // ['h_output.0', 'g_output.0', 'x_output.0']
 * film.steps.map((step) => step.case); // ['forward', 'forward', 1, 3, 3, 2]
 * replay(film, 2).value({ quantity: 'slope', node: 'output.0' }); // undefined
 * ```
 */
export function trace(network: Network, input: Row, target: Row, loss: Loss): Trace {
  const worked = workThrough(network, input, target, loss);
  const { graph, pass } = worked;
  const steps: TraceStep[] = [];
  const add = (frames: readonly Frame[]) => {
    for (const frame of frames) steps.push(step(steps.length, frame));
  };
  const { forwards, backwards } = camera(worked);
  for (let i = 0; i < graph.nodeCount; i++) add(forwards(i));
  for (let i = graph.nodeCount - 1; i >= 0; i--) add(backwards(i));
  return { graph, pass, steps };
}

/**
 * What is known after the first `steps` steps: the engine's memory at that moment, filled from the film alone.
 *
 * @throws NnbpError `OUT_OF_RANGE` (not an integer from 0 to the number of steps)
 */
export function replay({ graph, steps: film }: Trace, steps: number = film.length): Replay {
  expectInteger('steps', steps, 0, film.length);
  const row = () => new Float64Array(graph.nodeCount).fill(NaN);
  const cache: SampleCache = { h: row(), g: row(), x: row(), slope: row(), dLossDx: row() };
  const gradients = new Float64Array(graph.parameterCount);
  const written = new Uint8Array(graph.nodeCount);
  for (const { node, writes, values } of film.slice(0, steps)) {
    const i = graph.indexOf(node);
    // A node's weights are written in the order of its edges.
    const edges = trainedEdges(graph, i);
    let edge = 0;
    writes.forEach(({ quantity }, k) => {
      if (quantity === 'dLossDb') gradients[graph.biasIndex(i)] = values[k];
      else if (quantity === 'dLossDc') gradients[graph.scaleIndex(i)] = values[k];
      else if (quantity === 'dLossDw') gradients[graph.weightIndex(edges[edge++], i)] = values[k];
      else cache[quantity][i] = values[k];
    });
    written[i] |= stepOf(writes[0]);
  }
  return {
    cache,
    gradients,
    value(name) {
      const quantity = expectQuantity(graph, name);
      const i = graph.indexOf(quantity.node);
      if ((written[i] & stepOf(quantity)) === 0) return undefined;
      return numberIn(graph, cache, gradients, quantity);
    },
  };
}

/** A node is written in four steps; each has a bit. */
function stepOf({ quantity }: QuantityName): number {
  if (quantity === 'h' || quantity === 'g' || quantity === 'x') return 1;
  if (quantity === 'dLossDx') return 2;
  return quantity === 'slope' ? 4 : 8;
}

/** A step before it has its place; lists are functions until someone reads them. */
interface Frame extends Pick<TraceStep, 'node' | 'case' | 'caseOne'> {
  readonly reads: () => readonly QuantityName[];
  readonly writes: () => readonly QuantityName[];
  readonly values: () => readonly number[];
}

function step(index: number, { reads, writes, values, ...rest }: Frame): TraceStep {
  return {
    index,
    ...rest,
    get reads() {
      return reads();
    },
    get writes() {
      return writes();
    },
    get values() {
      return values();
    },
  };
}

/** The frames of each node, forwards and backwards. */
function camera(worked: Worked) {
  const { graph, sample, caseOne } = worked;
  const { ids, edgeStart, predecessors, successorStart, successors, outputPosition } = graph;
  const sums = runningSums(worked);
  const outputs = Array.from(graph.outputs, (k) => named('x', ids[k]));
  const range = <T>(from: number, to: number, of: (k: number) => T) =>
    Array.from({ length: to - from }, (_, k) => of(from + k));
  const predecessorsOf = (i: number) => range(edgeStart[i], edgeStart[i + 1], (e) => ids[predecessors[e]]);

  const forwards = (i: number): Frame[] => {
    const node = ids[i];
    const kinds = i < graph.inputCount ? (['x'] as const) : (['h', 'g', 'x'] as const);
    return [
      {
        node,
        case: 'forward',
        reads: () => predecessorsOf(i).map((from) => named('x', from)),
        writes: () => kinds.map((kind) => named(kind, node)),
        values: () => kinds.map((kind) => sample[kind][i]),
      },
    ];
  };

  const value = (i: number): Frame => {
    const node = ids[i];
    const last = successorStart[i + 1] === successorStart[i];
    const isOutput = outputPosition[i] >= 0;
    return {
      node,
      case: isOutput && last ? 1 : 2,
      ...(isOutput && !last && { caseOne: caseOne[outputPosition[i]] }),
      reads: () => [
        ...(isOutput ? outputs : []),
        ...range(successorStart[i], successorStart[i + 1], (k) => ids[successors[k]]).flatMap((to) => [
          named('dLossDx', to),
          named('slope', to),
        ]),
      ],
      writes: () => [named('dLossDx', node)],
      values: () => [sample.dLossDx[i]],
    };
  };

  const slope = (i: number): Frame => {
    const node = ids[i];
    return {
      node,
      case: 3,
      reads: () => [named('h', node), named('g', node)],
      writes: () => [named('slope', node)],
      values: () => [sample.slope[i]],
    };
  };

  const parameters = (i: number): Frame => {
    const node = ids[i];
    const [bias, scale] = [graph.biasIndex(i), graph.scaleIndex(i)];
    const edges = trainedEdges(graph, i);
    return {
      node,
      case: 3,
      reads: () => [
        named('dLossDx', node),
        named('slope', node),
        ...(scale < 0 ? [] : [named('g', node)]),
        ...predecessorsOf(i).map((from) => named('x', from)),
      ],
      writes: () => [
        ...(bias < 0 ? [] : [named('dLossDb', node)]),
        ...(scale < 0 ? [] : [named('dLossDc', node)]),
        ...edges.map((e): QuantityName => ({ quantity: 'dLossDw', node, from: ids[predecessors[e]] })),
      ],
      values: () => [...(bias < 0 ? [] : [sums.b(i)]), ...(scale < 0 ? [] : [sums.c(i)]), ...edges.map(sums.w)],
    };
  };

  /** A node whose parameters are all fixed ends with its slope. */
  const isFixed = (i: number) =>
    graph.biasIndex(i) < 0 && graph.scaleIndex(i) < 0 && trainedEdges(graph, i).length === 0;
  const backwards = (i: number): Frame[] =>
    i < graph.inputCount ? [value(i)] : [value(i), slope(i), ...(isFixed(i) ? [] : [parameters(i)])];
  return { forwards, backwards };
}

const named = (quantity: QuantityName['quantity'], node: string): QuantityName => ({ quantity, node });

/** The edges into node i whose weights are not fixed. */
const trainedEdges = (graph: Graph, i: number) =>
  Array.from({ length: graph.edgeStart[i + 1] - graph.edgeStart[i] }, (_, k) => graph.edgeStart[i] + k).filter(
    (e) => graph.weightIndex(e, i) >= 0,
  );

/**
 * What the gradient of each node's b and c, and of each edge's w, is once the node was added. Only where parameters are
 * shared is that not the gradient itself; then the sums are made again, in the engine's order.
 */
function runningSums({ graph, sample, pass }: Worked) {
  const { nodeCount, inputCount, edgeStart, predecessors, sharedWeights } = graph;
  const { vector } = pass.gradients;
  if (sharedWeights === undefined) {
    const ownerOf = owners(graph);
    return {
      b: (i: number) => vector[graph.biasIndex(i)],
      c: (i: number) => vector[graph.scaleIndex(i)],
      w: (e: number) => vector[graph.weightIndex(e, ownerOf[e])],
    };
  }
  const gradients = new Float64Array(graph.parameterCount + graph.constants.length);
  const [b, c] = [new Float64Array(nodeCount), new Float64Array(nodeCount)];
  const w = new Float64Array(graph.edgeCount);
  const add = (slot: number, summand: number) => (gradients[slot] += summand);
  for (let i = nodeCount - 1; i >= inputCount; i--) {
    const dLossDb = sample.dLossDx[i] * sample.slope[i];
    b[i] = add(graph.biasSlot(i), dLossDb);
    c[i] = add(graph.scaleSlot(i), sample.dLossDx[i] * sample.g[i]);
    for (let e = edgeStart[i]; e < edgeStart[i + 1]; e++) {
      const dAdz = sample.aggregated?.dAdz[e] ?? 1;
      w[e] = add(graph.weightSlot(e, i), dLossDb * dAdz * sample.x[predecessors[e]]);
    }
  }
  return { b: (i: number) => b[i], c: (i: number) => c[i], w: (e: number) => w[e] };
}

/** For each edge the node it goes to. */
function owners({ nodeCount, edgeStart, edgeCount }: Graph): Uint32Array {
  const of = new Uint32Array(edgeCount);
  for (let i = 0; i < nodeCount; i++) of.fill(i, edgeStart[i], edgeStart[i + 1]);
  return of;
}
