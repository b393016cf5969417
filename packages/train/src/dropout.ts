/**
 * Dropout: during training, successors read 0 instead of the values of random nodes, drawn independently for each row.
 */
import {
  type Activation,
  type Aggregation,
  type Engine,
  type Executor,
  expectList,
  type FloatArray,
  Graph,
  type Loss,
  mismatch,
  NnbpError,
  type Optimizer,
  type PassOptions,
  Random,
  rowsOf,
  type SampleCounts,
  successorsOf,
} from '@nnbp/core';

/** A group of nodes with the same dropout rate. */
export interface Dropout {
  /**
   * The probability that successors read 0 instead of a node's value: at least 0 and below 1. A value that is not
   * replaced by 0 is divided by 1 − rate.
   */
  readonly rate: number;
  /**
   * Ids of the nodes and inputs with dropout, or a function that returns true for these ids. Default: every node that
   * is neither an input nor an output and has a successor in the same step. Delayed edges read the value without
   * dropout, as in PyTorch's recurrent layers, which have no dropout between steps.
   */
  readonly nodes?: readonly string[] | ((id: string) => boolean);
}

/** An executor that applies dropout when it trains, but not when it predicts. */
export interface DropoutExecutor extends Executor {
  /** Determines the masks of the training steps after this call: equal arguments give equal masks. */
  seek(epoch: number, batch: number): void;
}

const identity: Activation = {
  name: 'identity',
  value: (h) => h,
  derivative: () => 1,
  builtin: { name: 'identity', options: {} },
};

/** The product x · mask. */
const gate: Aggregation = {
  name: 'product',
  value: (z) => z[0] * z[1],
  derivative(z, _, dAdz) {
    dAdz[0] = z[1];
    dAdz[1] = z[0];
  },
  builtin: { name: 'product', options: {} },
};

/**
 * Prepares an executor with dropout. For each node with dropout, adds two nodes: an input for the mask, and a product
 * node that multiplies the node's value by the mask. The node's successors read the product. So any engine can run the
 * graph and compute its derivatives. Parameters and state keep their layout.
 */
export function prepareWithDropout(
  engine: Engine,
  graph: Graph,
  dropout: Dropout | readonly Dropout[],
  seed: number,
  batchSize: number,
  steps: number,
): DropoutExecutor {
  const rates = ratesOf(graph, Array.isArray(dropout) ? (dropout as readonly Dropout[]) : [dropout as Dropout]);
  const executor = engine.prepare(withMasks(graph, [...rates.keys()]), batchSize, steps);
  const width = graph.inputCount + rates.size;
  const rows = new Float64Array(batchSize * steps * width);
  const rateOfMask = Float64Array.from(rates.values());
  const [low, high] = new Random(seed).state();
  const random = new Random();

  /** Appends masks to each row of inputs: random masks for training, 1 for predictions. */
  const withMaskInputs = (inputs: FloatArray, samples: SampleCounts, isTraining: boolean): Float64Array => {
    const { count } = rowsOf(samples);
    for (let r = 0, at = 0; r < count; r++) {
      for (let k = 0; k < graph.inputCount; k++) rows[at++] = inputs[r * graph.inputCount + k];
      for (let k = 0; k < rateOfMask.length; k++) {
        rows[at++] = isTraining ? (random.uniform() < rateOfMask[k] ? 0 : 1 / (1 - rateOfMask[k])) : 1;
      }
    }
    return rows;
  };
  return {
    batchSize,
    steps,
    parameters: executor.parameters,
    gradients: executor.gradients,
    cache: executor.cache,
    seek(epoch, batch) {
      random.restore([low, high, epoch, batch]);
      // After eight draws, every bit of the state depends on all four numbers.
      for (let k = 0; k < 8; k++) random.uniform();
    },
    predict: (inputs, samples, options?: PassOptions) =>
      executor.predict(withMaskInputs(inputs, samples, false), samples, options),
    backpropagate: (inputs, targets, samples, loss: Loss, options?: PassOptions) =>
      executor.backpropagate(withMaskInputs(inputs, samples, true), targets, samples, loss, options),
    jacobian: (inputs, samples, out, options?: PassOptions) =>
      executor.jacobian(withMaskInputs(inputs, samples, false), samples, out, options),
    step: (inputs, targets, samples, loss: Loss, optimizer: Optimizer, options?: PassOptions) =>
      executor.step(withMaskInputs(inputs, samples, true), targets, samples, loss, optimizer, options),
    dispose: () => executor.dispose(),
  };
}

/** Returns the rate of each node with dropout, in topological order. */
function ratesOf(graph: Graph, groups: readonly Dropout[]): ReadonlyMap<number, number> {
  const rates = new Map<number, number>();
  for (const group of groups) {
    if (typeof (group as Dropout | null)?.rate !== 'number') {
      throw mismatch('WRONG_TYPE', 'dropout', '{ rate } or an array of them', group, typeof group);
    }
    const { rate, nodes } = group;
    if (nodes !== undefined && typeof nodes !== 'function') expectList('dropout, nodes', nodes);
    if (!(rate >= 0 && rate < 1)) {
      throw mismatch('OUT_OF_RANGE', 'dropout', 'a rate ≥ 0 and < 1', rate);
    }
    const members = membersOf(graph, nodes);
    if (members.length === 0)
      throw new NnbpError('UNKNOWN_ID', 'dropout: a group has no nodes. Remove it, or add nodes to it.');
    for (const i of members) {
      const label = `dropout: node "${graph.ids[i]}"`;
      if (rates.has(i)) throw new NnbpError('CONFLICT', `${label} is in two groups. Remove it from one of them.`);
      if (!isRead(graph, i)) {
        throw new NnbpError(
          'CONFLICT',
          `${label} has no successor in the same step, so dropout would have no effect. Remove it from \`nodes\`.`,
        );
      }
      rates.set(i, rate);
    }
  }
  return new Map([...rates].sort(([a], [b]) => a - b));
}

function membersOf(graph: Graph, nodes: Dropout['nodes']): number[] {
  if (typeof nodes === 'object') return nodes.map((id) => graph.indexOf(id));
  const isHidden = (i: number) => i >= graph.inputCount && graph.outputPosition[i] < 0 && isRead(graph, i);
  return [...graph.ids.keys()].filter((i) => (nodes === undefined ? isHidden(i) : nodes(graph.ids[i])));
}

/** Whether another node reads node i in the same step. */
function isRead(graph: Graph, i: number): boolean {
  const { successorStart } = graph;
  return successorsOf(graph)
    .edges.subarray(successorStart[i], successorStart[i + 1])
    .some((edge) => graph.delay(edge) === 0);
}

/**
 * Returns the graph with two more nodes for each entry i of `nodes`: a mask after the inputs, and a product after node
 * i.
 */
function withMasks(graph: Graph, nodes: readonly number[]): Graph {
  const { inputCount, nodeCount, parameterCount } = graph;
  const inputs = inputCount + nodes.length;
  const maskOf = new Map(nodes.map((i, k) => [i, inputCount + k]));
  /** The new index of each node. */
  const indexOf = new Uint32Array(nodeCount);
  /** For each node, the new index that its successors use: that of its product if it has one, otherwise its own. */
  const readAt = new Uint32Array(nodeCount);
  const ids = [...graph.ids.slice(0, inputCount), ...nodes.map((i) => `${graph.ids[i]}@mask`)];
  const activationOf = new Array<number>(inputs).fill(0);
  const aggregationOf = new Array<number>(inputs).fill(0);
  const scaleTrainable = new Array<number>(inputs).fill(0);
  const parameterStart = new Array<number>(inputs).fill(0);
  const biasSlots = new Array<number>(inputs).fill(0);
  const scaleSlots = new Array<number>(inputs).fill(0);
  const initials = Array.from({ length: inputs }, (_, i) => (i < inputCount ? (graph.initialValues?.[i] ?? 0) : 0));
  const edgeStart = new Array<number>(inputs).fill(0);
  const predecessors: number[] = [];
  const delays: number[] = [];
  const weightSlots: number[] = [];
  // Slots of constants, which follow the parameters. The first constant is 1; 0 is appended.
  const [oneSlot, zeroSlot] = [parameterCount, parameterCount + graph.constants.length];

  const addProduct = (i: number) => {
    readAt[i] = ids.length;
    ids.push(`${graph.ids[i]}@dropped`);
    activationOf.push(graph.activations.length);
    aggregationOf.push(graph.aggregations.length);
    scaleTrainable.push(0);
    parameterStart.push(graph.parameterStart[Math.max(inputCount, i + 1)]);
    biasSlots.push(zeroSlot);
    scaleSlots.push(oneSlot);
    initials.push(0);
    edgeStart.push(predecessors.length);
    predecessors.push(indexOf[i], maskOf.get(i)!);
    delays.push(0, 0);
    weightSlots.push(oneSlot, oneSlot);
  };
  const addNode = (i: number) => {
    indexOf[i] = readAt[i] = ids.length;
    ids.push(graph.ids[i]);
    activationOf.push(graph.activationOf[i]);
    aggregationOf.push(graph.aggregationOf?.[i] ?? 0);
    scaleTrainable.push(graph.scaleTrainable[i]);
    parameterStart.push(graph.parameterStart[i]);
    biasSlots.push(graph.biasSlot(i));
    scaleSlots.push(graph.scaleSlot(i));
    initials.push(graph.initialValues?.[i] ?? 0);
    edgeStart.push(predecessors.length);
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
      const delay = graph.delay(e);
      // The indices of delayed sources are replaced at the end, since these nodes can come later.
      predecessors.push(delay === 0 ? readAt[graph.predecessors[e]] : graph.predecessors[e]);
      delays.push(delay);
      weightSlots.push(graph.weightSlot(e, i));
    }
  };
  for (let i = 0; i < inputCount; i++) indexOf[i] = readAt[i] = i;
  for (let i = 0; i < inputCount; i++) if (maskOf.has(i)) addProduct(i);
  for (let i = inputCount; i < nodeCount; i++) {
    addNode(i);
    if (maskOf.has(i)) addProduct(i);
  }
  edgeStart.push(predecessors.length);
  parameterStart.push(parameterCount);
  const hasDelays = graph.edgeDelay !== undefined;
  return new Graph({
    ids,
    inputCount: inputs,
    outputs: Uint32Array.from(graph.outputs, (i) => indexOf[i]),
    activations: [...graph.activations, identity],
    activationOf: Uint32Array.from(activationOf),
    aggregations: [...graph.aggregations, gate],
    aggregationOf: Uint32Array.from(aggregationOf),
    scaleTrainable: Uint8Array.from(scaleTrainable),
    edgeStart: Uint32Array.from(edgeStart),
    predecessors: Uint32Array.from(predecessors, (j, e) => (delays[e] === 0 ? j : indexOf[j])),
    edgeDelay: hasDelays ? Uint32Array.from(delays) : undefined,
    initialValues: hasDelays ? Float64Array.from(initials) : undefined,
    parameterStart: Uint32Array.from(parameterStart),
    biasSlots: Uint32Array.from(biasSlots),
    scaleSlots: Uint32Array.from(scaleSlots),
    weightSlots: Uint32Array.from(weightSlots),
    constants: Float64Array.from([...graph.constants, 0]),
    initializers: new Map(),
  });
}
