/**
 * A step-by-step trace of a pass: which numbers each step reads and writes, in the order of the reference engine.
 * Replaying it fills an empty cache.
 */
import {
  expectInteger,
  type Graph,
  type Loss,
  type Network,
  type Pass,
  type Row,
  type SampleCache,
  successorsOf,
} from '@nnbp/core';
import { expectQuantity, type QuantityName } from './quantity.js';
import { numberIn, type Computation, computePass, computeSequence } from './computation.js';

/** One step of a trace. Its lists are created when they are read, so the trace of a large graph is small. */
export interface TraceStep {
  /** Position in the trace, from 0. */
  readonly index: number;
  /** Id of the node. */
  readonly node: string;
  /**
   * `forward`, or the case of backpropagation: 1 and 2 compute dloss/dx, 3 the parameter derivatives. The step that
   * computes the slope counts as case 3.
   */
  readonly case: 'forward' | 1 | 2 | 3;
  /** The part of dloss/dx from case 1. Only for an output with successors, where case 2 adds the rest. */
  readonly caseOne?: number;
  /** Cached quantities that the step reads. Parameters and targets are not listed. */
  readonly reads: readonly QuantityName[];
  /**
   * Quantities that the step writes. The derivative of a shared parameter is written once per use, any other quantity
   * once per trace.
   */
  readonly writes: readonly QuantityName[];
  /** One number per write. For a shared parameter, the sum so far. */
  readonly values: readonly number[];
}

/** The trace of a pass over one sample or one sequence. */
export interface Trace {
  /** Graph of the network; for a sequence, the unrolled graph. */
  readonly graph: Graph;
  /** Result of the reference engine on that graph. */
  readonly pass: Pass;
  /**
   * The steps, from x of the first input to dLossDx of the first input: up to four per computed node, two per input.
   */
  readonly steps: readonly TraceStep[];
}

/** The cache and the gradients after some steps. */
export interface Replay {
  /** Cache of the sample; NaN where nothing has been written yet. */
  readonly cache: SampleCache;
  /** Gradients in the layout of the parameters; 0 where nothing has been written yet. */
  readonly gradients: Float64Array;
  /**
   * The value of a quantity; undefined if it has not been written yet.
   *
   * @throws NnbpError `UNKNOWN_ID`, `FIXED_PARAMETER`
   */
  value(quantity: QuantityName): number | undefined;
}

/**
 * Traces a forward and backward pass over one sample, in the order of the reference engine: h, g and x of each node;
 * then, from the last node to the first, dLossDx with case 1 or 2 (both for an output with successors), the slope, and
 * the parameter derivatives with case 3. All numbers are those of the reference engine.
 *
 * @param input - One sample in the original units of the data, as for `backpropagate`.
 * @throws NnbpError `UNSUPPORTED` (a graph with delays), and any error thrown by `backpropagate`
 *
 * @example
 * ```ts
 * import { sigmoid } from '@nnbp/activations';
 * import { mlp, Network } from '@nnbp/core';
 * import { nameOf, replay, trace } from '@nnbp/explain';
 * import { mse } from '@nnbp/losses';
 *
 * const network = new Network(mlp([1, 1], { activation: sigmoid }), { seed: 1 });
 * const passTrace = trace(network, [0.5], [1], mse());
 * passTrace.steps[1].writes.map(nameOf); // ['h_output.0', 'g_output.0', 'x_output.0']
 * passTrace.steps.map((step) => step.case); // ['forward', 'forward', 1, 3, 3, 2]
 * replay(passTrace, 2).value({ quantity: 'slope', node: 'output.0' }); // undefined
 * ```
 */
export function trace(network: Network, input: Row, target: Row, loss: Loss): Trace {
  return traceOf(computePass(network, input, target, loss));
}

/**
 * Traces a pass over a sequence on the unrolled graph, in the same order as `trace`: node `h` at time step 3 is `h@3`,
 * and its value before the first time step is `h@-1`. A parameter derivative is written once per time step, as the sum
 * so far divided by the number of time steps with a target. The last value is the gradient.
 *
 * @param inputs - [time steps × inputs], as for `backpropagateSequence`.
 * @param targets - One row per time step; null for a time step without a target.
 * @throws NnbpError any error thrown by `backpropagateSequence`
 *
 * @example
 * ```ts
 * import { identity } from '@nnbp/activations';
 * import { delayed, GraphBuilder, Network } from '@nnbp/core';
 * import { traceSequence } from '@nnbp/explain';
 * import { mse } from '@nnbp/losses';
 *
 * const builder = new GraphBuilder();
 * const from = [builder.input('x'), delayed('h')];
 * builder.output(builder.node('h', { from, activation: identity, fixed: { b: 0, c: 1 } }));
 * const network = new Network(builder.build(), { initializer: () => 2 });
 * const { steps } = traceSequence(network, [[1], [1]], [null, [5]], mse());
 * steps.filter((step) => step.case === 'forward').map((step) => step.node); // ['x@0', 'x@1', 'h@-1', 'h@0', 'h@1']
 * ```
 */
export function traceSequence(
  network: Network,
  inputs: ArrayLike<Row>,
  targets: ArrayLike<Row | null>,
  loss: Loss,
): Trace {
  return traceOf(computeSequence(network, inputs, targets, loss));
}

function traceOf(computation: Computation): Trace {
  const { graph, pass } = computation;
  const steps: TraceStep[] = [];
  const add = (unnumbered: readonly UnnumberedStep[]) => {
    for (const one of unnumbered) steps.push(step(steps.length, one));
  };
  const { forwards, backwards } = stepsOf(computation);
  for (let i = 0; i < graph.nodeCount; i++) add(forwards(i));
  for (let i = graph.nodeCount - 1; i >= 0; i--) add(backwards(i));
  return { graph, pass, steps };
}

/**
 * Reconstructs the cache and the gradients after the first `steps` steps of a trace. dA/dz is taken from `pass`.
 *
 * @throws NnbpError `OUT_OF_RANGE` (not an integer from 0 to the number of steps)
 */
export function replay({ graph, pass, steps: all }: Trace, steps: number = all.length): Replay {
  expectInteger('steps', steps, 0, all.length);
  const row = () => new Float64Array(graph.nodeCount).fill(NaN);
  const cache: SampleCache = { h: row(), g: row(), x: row(), slope: row(), dLossDx: row() };
  const gradients = new Float64Array(graph.parameterCount);
  const written = new Uint8Array(graph.nodeCount);
  for (const { node, writes, values } of all.slice(0, steps)) {
    const i = graph.indexOf(node);
    // The derivatives of a node's weights are written in the order of its edges.
    const edges = trainedEdges(graph, i);
    let edge = 0;
    writes.forEach(({ quantity }, k) => {
      if (quantity === 'dLossDb') gradients[graph.biasIndex(i)] = values[k];
      else if (quantity === 'dLossDc') gradients[graph.scaleIndex(i)] = values[k];
      else if (quantity === 'dLossDw') gradients[graph.weightIndex(edges[edge++], i)] = values[k];
      else if (quantity !== 'dAdz') cache[quantity][i] = values[k];
    });
    written[i] |= stepBit(writes[0]);
  }
  return {
    cache,
    gradients,
    value(name) {
      const quantity = expectQuantity(graph, name);
      const i = graph.indexOf(quantity.node);
      if ((written[i] & stepBit(quantity)) === 0) return undefined;
      // No step writes dA/dz. It is known as soon as h is known.
      const { aggregated } = pass.cache.samples[0];
      return numberIn(graph, { ...cache, ...(aggregated && { aggregated }) }, gradients, quantity);
    },
  };
}

/** The bit, in `written`, of the step that writes a quantity. A node has up to four steps. */
function stepBit({ quantity }: QuantityName): number {
  if (quantity === 'h' || quantity === 'g' || quantity === 'x' || quantity === 'dAdz') return 1;
  if (quantity === 'dLossDx') return 2;
  return quantity === 'slope' ? 4 : 8;
}

/** A step without its index. Each list is a function, which is called only when the list is read. */
interface UnnumberedStep extends Pick<TraceStep, 'node' | 'case' | 'caseOne'> {
  readonly reads: () => readonly QuantityName[];
  readonly writes: () => readonly QuantityName[];
  readonly values: () => readonly number[];
}

function step(index: number, { reads, writes, values, ...rest }: UnnumberedStep): TraceStep {
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

function stepsOf(computation: Computation) {
  const { graph, sample, caseOne } = computation;
  const { ids, edgeStart, predecessors, successorStart, outputPosition } = graph;
  const { nodes: successors } = successorsOf(graph);
  const sums = runningSums(computation);
  const outputs = Array.from(graph.outputs, (k) => named('x', ids[k]));
  const range = <T>(from: number, to: number, item: (k: number) => T) =>
    Array.from({ length: to - from }, (_, k) => item(from + k));
  const predecessorsOf = (i: number) => range(edgeStart[i], edgeStart[i + 1], (e) => ids[predecessors[e]]);

  const forwards = (i: number): UnnumberedStep[] => {
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

  const valueDerivative = (i: number): UnnumberedStep => {
    const node = ids[i];
    const hasSuccessors = successorStart[i + 1] > successorStart[i];
    const isOutput = outputPosition[i] >= 0;
    return {
      node,
      case: isOutput && !hasSuccessors ? 1 : 2,
      ...(isOutput && hasSuccessors && { caseOne: caseOne[outputPosition[i]] }),
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

  const slope = (i: number): UnnumberedStep => {
    const node = ids[i];
    return {
      node,
      case: 3,
      reads: () => [named('h', node), named('g', node)],
      writes: () => [named('slope', node)],
      values: () => [sample.slope[i]],
    };
  };

  const parameterDerivatives = (i: number): UnnumberedStep => {
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

  /** Whether all parameters of node i are fixed, so that its last step is its slope. */
  const isFixed = (i: number) =>
    graph.biasIndex(i) < 0 && graph.scaleIndex(i) < 0 && trainedEdges(graph, i).length === 0;
  const backwards = (i: number): UnnumberedStep[] =>
    i < graph.inputCount
      ? [valueDerivative(i)]
      : [valueDerivative(i), slope(i), ...(isFixed(i) ? [] : [parameterDerivatives(i)])];
  return { forwards, backwards };
}

const named = (quantity: QuantityName['quantity'], node: string): QuantityName => ({ quantity, node });

const trainedEdges = (graph: Graph, i: number) =>
  Array.from({ length: graph.edgeStart[i + 1] - graph.edgeStart[i] }, (_, k) => graph.edgeStart[i] + k).filter(
    (e) => graph.weightIndex(e, i) >= 0,
  );

/**
 * The gradients with respect to b and c of each node and w of each edge, right after the node's contribution has been
 * added. Without shared parameters, these are the final gradients. Otherwise, as in every unrolled graph, the sums are
 * recomputed in the engine's order.
 */
function runningSums({ graph, sample, pass, stepsWithTarget }: Computation) {
  const { nodeCount, inputCount, edgeStart, predecessors, weightSlots } = graph;
  const { vector } = pass.gradients;
  if (weightSlots === undefined) {
    const nodeOf = nodeOfEdges(graph);
    return {
      b: (i: number) => vector[graph.biasIndex(i)],
      c: (i: number) => vector[graph.scaleIndex(i)],
      w: (e: number) => vector[graph.weightIndex(e, nodeOf[e])],
    };
  }
  const gradients = new Float64Array(graph.parameterCount + graph.constants.length);
  const [b, c] = [new Float64Array(nodeCount), new Float64Array(nodeCount)];
  const w = new Float64Array(graph.edgeCount);
  const add = (slot: number, summand: number) => (gradients[slot] += summand);
  for (let i = nodeCount - 1; i >= inputCount; i--) {
    const dLossDb = sample.dLossDx[i] * sample.slope[i];
    b[i] = add(graph.biasSlot(i), dLossDb) / stepsWithTarget;
    c[i] = add(graph.scaleSlot(i), sample.dLossDx[i] * sample.g[i]) / stepsWithTarget;
    for (let e = edgeStart[i]; e < edgeStart[i + 1]; e++) {
      const dAdz = sample.aggregated?.dAdz[e] ?? 1;
      w[e] = add(graph.weightSlot(e, i), dLossDb * dAdz * sample.x[predecessors[e]]) / stepsWithTarget;
    }
  }
  return { b: (i: number) => b[i], c: (i: number) => c[i], w: (e: number) => w[e] };
}

function nodeOfEdges({ nodeCount, edgeStart, edgeCount }: Graph): Uint32Array {
  const nodeOf = new Uint32Array(edgeCount);
  for (let i = 0; i < nodeCount; i++) nodeOf.fill(i, edgeStart[i], edgeStart[i + 1]);
  return nodeOf;
}
