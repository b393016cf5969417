/**
 * Exports a network as an ONNX model. A block of nodes becomes one matrix product. c is multiplied into the weights of
 * the edges that read the node, so a dense layer becomes a Gemm and its activation.
 */
import { type Aggregation, type Graph, mismatch, type Network, NnbpError } from '@nnbp/core';
import { type Block, neededByOutputs, nextState as sourcesOfNextState, sourceOf } from '@nnbp/formats/shared';
import { planSteps, type Step, type UnrolledStep } from '../recognize/plan.js';
import { type Written, writtenActivation } from './activations.js';
import { writeAggregation } from './aggregations.js';
import { Operations } from './operations.js';
import { isWritable, type LayerContext, writeRecurrent, writeUnrolled, writeWindows } from './standard-layers.js';

/** Options of {@link toOnnx}. */
export interface OnnxOptions {
  /** The name of the model. Default: `network`. */
  readonly name?: string;
  /** The name of the input tensor, `[samples × inputs]`. Default: `input`. */
  readonly input?: string;
  /** The name of the output tensor, `[samples × outputs]`. Default: `output`. */
  readonly output?: string;
  /** For a network with delays, the name of the input tensor of the state. Default: `state`. */
  readonly state?: string;
  /** For a network with delays, the name of the output tensor of the next state. Default: `next_state`. */
  readonly nextState?: string;
  /**
   * Whether the model reads whole sequences, `[steps, batch, nodes]`, with recurrent layers exported as `RNN`, `LSTM` and
   * `GRU`. Default: false; the model reads single samples or steps.
   */
  readonly sequences?: boolean;
}

/**
 * Exports a network as the bytes of an ONNX file, in float32. Input and output are one tensor each, `[batch, nodes]`
 * with any `batch`, in the units of the data. Nodes that are exactly a convolution or a pooling layer become `Conv`,
 * `MaxPool` or `AveragePool`; those of a `bidirectional` layer become `RNN`, `LSTM` or `GRU` over the steps of a
 * sample. Nodes on which no output depends are left out. The operator set is 13, or later if an activation of the
 * network needs it (`hardSwish` 14, `mish` 18, `gelu` 20). The ids of the input and output nodes are in the metadata
 * `nnbp.inputs` and `nnbp.outputs`, as JSON.
 *
 * A network with delays becomes a single-step model. It has a second input `state`, `[batch, graph.stateSize]`, and a
 * second output `next_state`, which is the `state` of the next step. The initial state, equal to `stream(network).state`,
 * is in the metadata `nnbp.initialState`, as JSON. `nnbp.states` names both tensors, for `fromOnnx`.
 *
 * With `sequences`, the model reads all steps at once, `[steps, batch, nodes]` with any `steps` and `batch`, and
 * returns the outputs of each step. Every delayed edge must then belong to a recurrent layer like those that `rnn`,
 * `lstm` and `gru` of `@nnbp/layers` create, with or without peepholes, and with the reset gate before or after the
 * recurrent weights. The layers are recognized by their structure, independent of their ids.
 *
 * @throws NnbpError `UNSUPPORTED` (a custom activation or aggregation; with `sequences`, a delayed edge outside a
 * recurrent layer), `NOT_FINITE` (a parameter or product of parameters is out of the range of float32), `OUT_OF_RANGE`
 * (the name of a tensor is not allowed in ONNX or is used twice)
 *
 * @example
 * ```ts
 * import { relu } from '@nnbp/activations';
 * import { mlp, Network } from '@nnbp/core';
 * import { fromOnnx, toOnnx } from '@nnbp/interop';
 *
 * const network = new Network(mlp([4, 16, 3], { activation: relu }), { seed: 1 });
 * const bytes = toOnnx(network);
 * fromOnnx(bytes).graph.edgeCount; // 112
 * ```
 */
export function toOnnx(network: Network, options: OnnxOptions = {}): Uint8Array {
  const { name = 'network', input = 'input', output = 'output', state = 'state', nextState = 'next_state' } = options;
  const { sequences = false } = options;
  const { graph } = network;
  const hasState = graph.stateSize > 0 && !sequences;
  expectNames({ input, output, ...(hasState && { state, nextState }) });
  const writer = new Writer(network, input, sequences);
  writer.inputs();
  if (hasState) writer.state(state);
  writer.steps();
  const width = graph.stateSize;
  const outputs = [{ name: output, width: graph.outputs.length, result: writer.outputs() }];
  return writer.operations.finish({
    name,
    axes: sequences ? ['steps', 'batch'] : ['batch'],
    inputs: [{ name: input, width: graph.inputCount }, ...(hasState ? [{ name: state, width }] : [])],
    outputs: [...outputs, ...(hasState ? [{ name: nextState, width, result: writer.nextState() }] : [])],
    metadata: {
      'nnbp.inputs': JSON.stringify(graph.ids.slice(0, graph.inputCount)),
      'nnbp.outputs': JSON.stringify(Array.from(graph.outputs, (i) => graph.ids[i])),
      ...(hasState && {
        'nnbp.states': JSON.stringify({ [state]: nextState }),
        'nnbp.initialState': JSON.stringify(Array.from(graph.initialState())),
      }),
    },
  });
}

/** A tensor, and for each of its columns the node or state (see `sourceOf`). */
interface Columns {
  readonly tensor: string;
  readonly nodes: readonly number[];
}

/**
 * Up to `smallMatrix` entries, or `fullMatrix` entries per edge, zeros for unused columns are cheaper than selecting
 * columns.
 */
const smallMatrix = 4096;
const fullMatrix = 2;
/**
 * Above `widestJoin` columns, and `sparsestJoin` columns per needed column, columns are selected from each tensor
 * before joining.
 */
const widestJoin = 1024;
const sparsestJoin = 4;

class Writer {
  readonly operations = new Operations();
  readonly #graph: Graph;
  /** Parameters and constants, by slot. */
  readonly #slots: Float64Array;
  /** How each activation of the graph is written. */
  readonly #written: readonly Written[];
  /** For each node or state, the tensor that contains its value. */
  readonly #columns: Columns[] = [];
  /** Concatenated tensors, by the names of their parts. */
  readonly #joined = new Map<string, Columns>();

  /** The axis of the columns. */
  readonly #axis: bigint;

  /**
   * @param input - The tensor of inputs.
   * @param sequences - Whether the inputs are sequences, [steps, batch, nodes].
   */
  constructor(
    readonly network: Network,
    readonly input: string,
    readonly sequences: boolean,
  ) {
    const { graph, parameters } = network;
    this.#axis = sequences ? 2n : 1n;
    this.#graph = graph;
    this.#slots = graph.slots(parameters.vector);
    this.#written = graph.activations.map((activation, k) => {
      const found = writtenActivation(activation);
      if (found !== undefined) return found;
      const first = Array.from(graph.activationOf).findIndex((own, i) => i >= graph.inputCount && own === k);
      throw new NnbpError(
        'UNSUPPORTED',
        `Node "${graph.ids[first]}": the activation "${activation.name}" is custom, so ONNX has no ` +
          'operation for it. Use a built-in activation.',
      );
    });
  }

  /** Adds the inputs, standardized if the network has an `inputScaler`: (x − mean) / deviation. */
  inputs(): void {
    const { inputScaler } = this.network;
    let tensor = this.input;
    if (inputScaler !== undefined) {
      const centred = this.operations.add('Sub', [tensor, this.#numbers('inputScaler', inputScaler.mean)]);
      tensor = this.operations.add('Div', [centred, this.#numbers('inputScaler', inputScaler.deviation)]);
    }
    this.#place({ tensor, nodes: Array.from({ length: this.#graph.inputCount }, (_, i) => i) });
  }

  /** Adds the input tensor of the state: the values that delayed edges read. */
  state(name: string): void {
    const { nodeCount, stateSize } = this.#graph;
    this.#place({ tensor: name, nodes: Array.from({ length: stateSize }, (_, k) => nodeCount + k) });
  }

  /** Writes all nodes on which the outputs or the state depend. */
  steps(): void {
    const graph = this.#graph;
    const needed = neededByOutputs(graph);
    const steps = planSteps(
      graph,
      (slot) => this.#slots[slot],
      (i) => needed[i] === 1,
      // A recurrent operator needs all steps. Windows are recognized only in models of samples.
      this.sequences
        ? { windows: () => false, unrolled: false }
        : { recurrent: () => false, windows: isWritable, unrolled: true },
    );
    if (this.sequences) expectRecurrent(graph, steps);
    for (const step of steps) this.#step(step);
  }

  #step(step: Step | UnrolledStep): void {
    if ('block' in step) {
      this.#block(step.block);
      return;
    }
    const context: LayerContext = {
      graph: this.#graph,
      operations: this.operations,
      slots: this.#slots,
      values: (nodes, label) => this.#values(nodes, label),
      numbers: (label, values, dims) => this.#numbers(label, values, dims),
    };
    if ('recurrent' in step) {
      const { recurrent } = step;
      this.#place({ tensor: writeRecurrent(context, recurrent, this.input), nodes: recurrent.units });
    } else if ('unrolled' in step) this.#place(writeUnrolled(context, step.unrolled));
    else {
      const { windows } = step;
      this.#activate(
        windows.nodes,
        writeWindows(context, windows, (i) => this.#inner(i)),
      );
    }
  }

  /** Writes h = b + Σ w x as one product, then g for each run of nodes with the same activation. */
  #block(block: Block): void {
    if (block.aggregation !== undefined) this.#aggregate(block, block.aggregation);
    else if (block.form === 'sparse')
      for (const nodes of this.#byFanIn(block.nodes)) this.#activate(nodes, this.#sums(nodes));
    else this.#activate(block.nodes, this.#product(block));
  }

  /** Writes the outputs: multiplies by c, scales to the units of the data, and applies the output transform. */
  outputs(): string {
    const nodes = Array.from(this.#graph.outputs);
    const { outputScaler } = this.network;
    let tensor = this.#values(nodes, 'the scale of the outputs', outputScaler?.deviation);
    if (outputScaler?.mean.some((value) => value !== 0)) {
      tensor = this.operations.add('Add', [tensor, this.#numbers('outputScaler', outputScaler.mean)]);
    }
    const { outputTransform } = this.network;
    if (outputTransform === 'none') return tensor;
    if (outputTransform === 'sigmoid') return this.operations.add('Sigmoid', [tensor]);
    return this.operations.add(outputTransform === 'softmax' ? 'Softmax' : 'LogSoftmax', [tensor], {
      axis: this.#axis,
    });
  }

  /** Writes the next state: for each node with delayed edges, its value and its previous values except the oldest. */
  nextState(): string {
    return this.#values(sourcesOfNextState(this.#graph), 'the scale of the state');
  }

  /** A tensor with the values of these nodes in this order, each multiplied by a factor. Default: 1. */
  #values(nodes: readonly number[], label: string, factors?: readonly number[]): string {
    const tensor = this.#inOrder(nodes);
    const scale = nodes.map((i, k) => this.#outer(i) * (factors?.[k] ?? 1));
    if (scale.every((value) => value === 1)) return tensor;
    return this.operations.add('Mul', [tensor, this.#numbers(label, scale)]);
  }

  /** A tensor with the columns of these nodes in this order. */
  #inOrder(nodes: readonly number[]): string {
    const joined = this.#join(nodes);
    if (joined.nodes.join() === nodes.join()) return joined.tensor;
    const columnOf = new Map(joined.nodes.map((i, column) => [i, column]));
    const positions = this.operations.positions(nodes.map((i) => columnOf.get(i)!));
    return this.operations.add('Gather', [joined.tensor, positions], { axis: this.#axis });
  }

  /** Writes h = b + A(z), with the z of each node side by side, then g. */
  #aggregate({ nodes, from }: Block, aggregation: Aggregation): void {
    const { operations } = this;
    const graph = this.#graph;
    const width = graph.edgeStart[nodes[0] + 1] - graph.edgeStart[nodes[0]];
    const edges = nodes.flatMap((i) => Array.from({ length: width }, (_, k) => graph.edgeStart[i] + k));
    const sources = edges.map((e) => sourceOf(graph, e));
    const weights = edges.map((e, k) => {
      const i = nodes[Math.floor(k / width)];
      return this.#slots[graph.weightSlot(e, i)] * this.#outer(sources[k]);
    });
    const weighted = (tensor: string, own: readonly number[], dims: readonly number[]) =>
      own.every((w) => w === 1)
        ? tensor
        : operations.add('Mul', [tensor, this.#numbers(this.#label('weights', nodes), own, dims)]);
    let a: string;
    if (width === 2 && aggregation.builtin?.name === 'product') {
      const factors = [0, 1].map((side) => {
        const column = <T>(list: readonly T[]) => list.filter((_, k) => k % 2 === side);
        return weighted(this.#inOrder(column(sources)), column(weights), [nodes.length]);
      });
      a = operations.add('Mul', factors);
    } else {
      const read = this.#join(from);
      const columnOf = new Map(read.nodes.map((j, column) => [j, column]));
      const dims = [nodes.length, width];
      const positions = operations.positions(
        sources.map((j) => columnOf.get(j)!),
        dims,
      );
      const z = weighted(operations.add('Gather', [read.tensor, positions], { axis: this.#axis }), weights, dims);
      const written = writeAggregation(operations, aggregation, z, width, Number(this.#axis) + 1);
      if (written === undefined) {
        throw new NnbpError(
          'UNSUPPORTED',
          `Node "${graph.ids[nodes[0]]}": the aggregation "${aggregation.name}" is custom, so ONNX has ` +
            'no operation for it. Use a built-in aggregation.',
        );
      }
      a = written;
    }
    const b = nodes.map((i) => this.#slots[graph.biasSlot(i)]);
    let h = b.every((value) => value === 0) ? a : operations.add('Add', [a, this.#numbers(this.#label('b', nodes), b)]);
    const inner = nodes.map((i) => this.#inner(i));
    if (inner.some((value) => value !== 1)) {
      h = operations.add('Mul', [h, this.#numbers(this.#label('the factor of h', nodes), inner)]);
    }
    this.#activate(nodes, h);
  }

  /** Writes h as one matrix product plus b. The matrix has one row per column read and one column per node. */
  #product({ nodes, from }: Block): string {
    const graph = this.#graph;
    const read = from.length === 0 ? this.#columns[0] : this.#read(from, nodes);
    const rowOf = new Map(read.nodes.map((j, row) => [j, row]));
    const matrix = new Float64Array(read.nodes.length * nodes.length);
    nodes.forEach((i, column) => {
      for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
        const row = rowOf.get(sourceOf(graph, e))!;
        matrix[row * nodes.length + column] = this.#weight(e, i);
      }
    });
    const dims = [read.nodes.length, nodes.length];
    const operands = [read.tensor, this.#numbers(this.#label('weights', nodes), matrix, dims)];
    if (!this.sequences) return this.operations.add('Gemm', [...operands, this.#biases(nodes)]);
    return this.operations.add('Add', [this.operations.add('MatMul', operands), this.#biases(nodes)]);
  }

  /**
   * Writes h without a matrix, which would be nearly all zeros: gathers the predecessors of each node, multiplies them by
   * w and sums them.
   */
  #sums(nodes: readonly number[]): string {
    const graph = this.#graph;
    const read = this.#join(nodes.flatMap((i) => this.#predecessors(i)));
    const columnOf = new Map(read.nodes.map((j, column) => [j, column]));
    const width = nodes.reduce((max, i) => Math.max(max, this.#predecessors(i).length), 1);
    const positions = new Array<number>(nodes.length * width).fill(0);
    const weights = new Float64Array(nodes.length * width);
    nodes.forEach((i, row) => {
      const first = graph.edgeStart[i];
      // Unused entries of the row read the first predecessor again, multiplied by 0.
      if (graph.edgeStart[i + 1] > first) {
        positions.fill(columnOf.get(sourceOf(graph, first))!, row * width, (row + 1) * width);
      }
      for (let e = first; e < graph.edgeStart[i + 1]; e++) {
        positions[row * width + e - first] = columnOf.get(sourceOf(graph, e))!;
        weights[row * width + e - first] = this.#weight(e, i);
      }
    });
    const { operations } = this;
    const dims = [nodes.length, width];
    const gathered = operations.add('Gather', [read.tensor, operations.positions(positions, dims)], {
      axis: this.#axis,
    });
    const products = operations.add('Mul', [gathered, this.#numbers(this.#label('weights', nodes), weights, dims)]);
    const sums = operations.add('ReduceSum', [products, operations.positions([Number(this.#axis) + 1])], {
      keepdims: 0n,
    });
    return operations.add('Add', [sums, this.#biases(nodes)]);
  }

  #activate(nodes: readonly number[], h: string): void {
    const { activations, activationOf } = this.#graph;
    const runs: number[][] = [];
    for (const i of nodes) {
      const run = runs.at(-1);
      if (run !== undefined && activationOf[run[0]] === activationOf[i]) run.push(i);
      else runs.push([i]);
    }
    const parts =
      runs.length === 1
        ? [h]
        : this.operations.addMany('Split', [h, this.operations.positions(runs.map((run) => run.length))], runs.length, {
            axis: this.#axis,
          });
    runs.forEach((run, k) => {
      const activation = activationOf[run[0]];
      const { options } = activations[activation].builtin!;
      this.#place({ tensor: this.#written[activation].write(this.operations, parts[k], options), nodes: run });
    });
  }

  /**
   * Returns a tensor with the columns of these nodes in any order, plus other columns if keeping them is cheaper than
   * selecting.
   */
  #read(from: readonly number[], readers: readonly number[]): Columns {
    const joined = this.#join(from);
    const max = Math.max(smallMatrix, fullMatrix * from.length * readers.length);
    if (joined.nodes.length === from.length || joined.nodes.length * readers.length <= max) return joined;
    return this.#narrow(joined, new Set(from));
  }

  /** Joins all tensors that contain any of these nodes. If the result is too wide, only the needed columns. */
  #join(nodes: readonly number[]): Columns {
    const whole = [...new Set(nodes.length === 0 ? [this.#columns[0]] : nodes.map((i) => this.#columns[i]))];
    if (whole.length === 1) return whole[0];
    const requested = new Set(nodes);
    const width = whole.reduce((all, part) => all + part.nodes.length, 0);
    const wide = width > Math.max(widestJoin, sparsestJoin * requested.size);
    const parts = wide ? whole.map((part) => this.#narrow(part, requested)) : whole;
    const tensors = parts.map(({ tensor }) => tensor);
    const key = tensors.join();
    const known = this.#joined.get(key);
    if (known !== undefined) return known;
    const joined = {
      tensor: this.operations.add('Concat', tensors, { axis: this.#axis }),
      nodes: parts.flatMap((part) => part.nodes),
    };
    this.#joined.set(key, joined);
    return joined;
  }

  /** Selects the columns of the requested nodes. */
  #narrow({ tensor, nodes }: Columns, requested: ReadonlySet<number>): Columns {
    const columns = [...nodes.keys()].filter((column) => requested.has(nodes[column]));
    if (columns.length === nodes.length) return { tensor, nodes };
    return {
      tensor: this.operations.add('Gather', [tensor, this.operations.positions(columns)], { axis: this.#axis }),
      nodes: columns.map((column) => nodes[column]),
    };
  }

  #place(columns: Columns): void {
    for (const i of columns.nodes) this.#columns[i] = columns;
  }

  /**
   * Groups nodes whose fan-ins differ by at most a factor of two, so that at most half of the gathered entries are unused.
   */
  #byFanIn(nodes: readonly number[]): number[][] {
    const groups = new Map<number, number[]>();
    for (const i of nodes) {
      const size = Math.ceil(Math.log2(Math.max(1, this.#predecessors(i).length)));
      const group = groups.get(size);
      if (group === undefined) groups.set(size, [i]);
      else group.push(i);
    }
    return [...groups.values()];
  }

  #predecessors(i: number): number[] {
    const { edgeStart } = this.#graph;
    return Array.from({ length: edgeStart[i + 1] - edgeStart[i] }, (_, k) => sourceOf(this.#graph, edgeStart[i] + k));
  }

  /** The factor by which h of node i is multiplied. For a sum, it is folded into b and w. */
  #inner(i: number): number {
    const activation = this.#graph.activationOf[i];
    const { inner, linear } = this.#written[activation];
    const { options } = this.#graph.activations[activation].builtin!;
    return (inner?.(options) ?? 1) * (linear === true ? this.#scale(i) : 1);
  }

  /** The factor that converts the tensor's value of node i to x, usually c. It is folded into the edges that read the node. */
  #outer(i: number): number {
    if (i < this.#graph.inputCount || i >= this.#graph.nodeCount) return 1;
    return this.#written[this.#graph.activationOf[i]].linear === true ? 1 : this.#scale(i);
  }

  #scale(i: number): number {
    return this.#slots[this.#graph.scaleSlot(i)];
  }

  #weight(edge: number, i: number): number {
    const w = this.#slots[this.#graph.weightSlot(edge, i)];
    return this.#inner(i) * w * this.#outer(sourceOf(this.#graph, edge));
  }

  #biases(nodes: readonly number[]): string {
    const values = nodes.map((i) => this.#inner(i) * this.#slots[this.#graph.biasSlot(i)]);
    return this.#numbers(this.#label('b', nodes), values);
  }

  #label(what: string, nodes: readonly number[]): string {
    const { ids } = this.#graph;
    return nodes.length === 1
      ? `${what} of node "${ids[nodes[0]]}"`
      : `${what} of node "${ids[nodes[0]]}" and ${nodes.length - 1} more`;
  }

  #numbers(label: string, values: ArrayLike<number>, dims?: readonly number[]): string {
    for (let k = 0; k < values.length; k++) {
      if (!Number.isFinite(Math.fround(values[k]))) {
        throw mismatch('NOT_FINITE', label, 'a number in the range of float32', values[k]);
      }
    }
    return this.operations.numbers(values, dims);
  }
}

/** Throws if a delayed edge is not inside a recurrent layer. */
function expectRecurrent(graph: Graph, steps: readonly (Step | UnrolledStep)[]): void {
  for (const step of steps) {
    if ('recurrent' in step || 'unrolled' in step) continue;
    for (const i of ('block' in step ? step.block : step.windows).nodes) {
      for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
        if (graph.delay(e) === 0) continue;
        throw new NnbpError(
          'UNSUPPORTED',
          `Node "${graph.ids[i]}" has the delayed edge "${graph.edgeName(e)}", but is not part of a layer that is exactly an ` +
            'rnn, lstm or gru. Omit the option sequences to export a single-step model.',
        );
      }
    }
  }
}

/** Throws if a name is not allowed in ONNX or is used twice. */
function expectNames(names: Readonly<Record<string, string>>): void {
  const used = new Set<string>();
  for (const [option, name] of Object.entries(names)) {
    if (!/^[A-Za-z_][\w.:-]*$/.test(name)) {
      throw mismatch(
        'OUT_OF_RANGE',
        option,
        'a name of letters, digits, ".", ":", "-" and "_" that begins with a letter or "_"',
        name,
        `"${name}"`,
      );
    }
    if (used.has(name)) {
      throw new NnbpError('OUT_OF_RANGE', `${option}: expected a unique tensor name, received "${name}" twice.`);
    }
    used.add(name);
  }
}
