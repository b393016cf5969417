/** Writes a network as ONNX operations. For example, a dense layer becomes a Gemm and an activation. */
import { type Aggregation, type Graph, type Network, NnbpError } from '@nnbp/core';
import { type Block, neededNodes, nextState as sourcesOfNextState, sourceOf } from '@nnbp/formats/shared';
import { planSteps, type Step, type UnrolledStep } from '../recognize/plan.js';
import { writeAggregation } from './aggregations.js';
import { ColumnIndex } from './columns.js';
import { FoldedParameters } from './folded-parameters.js';
import { Operations } from './operations.js';
import { isWritable, type LayerContext, writeRecurrent, writeUnrolled, writeWindows } from './standard-layers.js';

export class Writer {
  readonly operations = new Operations();
  readonly #graph: Graph;
  readonly #parameters: FoldedParameters;
  readonly #columns: ColumnIndex;
  /** The axis along which a tensor has one column per node. */
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
    this.#graph = network.graph;
    this.#axis = sequences ? 2n : 1n;
    this.#parameters = new FoldedParameters(network, this.operations);
    this.#columns = new ColumnIndex(this.operations, this.#axis);
  }

  /** Adds the inputs, standardized if the network has an `inputScaler`: (x − mean) / deviation. */
  inputs(): void {
    const { inputScaler } = this.network;
    let tensor = this.input;
    if (inputScaler !== undefined) {
      const centred = this.operations.add('Sub', [tensor, this.#parameters.numbers('inputScaler', inputScaler.mean)]);
      tensor = this.operations.add('Div', [centred, this.#parameters.numbers('inputScaler', inputScaler.deviation)]);
    }
    this.#columns.add({ tensor, nodes: Array.from({ length: this.#graph.inputCount }, (_, i) => i) });
  }

  /** Adds the input tensor of the state: the values read by delayed edges. */
  state(name: string): void {
    const { nodeCount, stateSize } = this.#graph;
    this.#columns.add({ tensor: name, nodes: Array.from({ length: stateSize }, (_, k) => nodeCount + k) });
  }

  /** Writes all nodes on which the outputs or the state depend. */
  steps(): void {
    const graph = this.#graph;
    const needed = neededNodes(graph);
    const steps = planSteps(
      graph,
      (slot) => this.#parameters.slots[slot],
      (i) => needed[i] === 1,
      // A layer with delayed edges becomes a recurrent operator only if the model reads whole sequences. Unrolled
      // recurrent layers, convolutions and pooling are recognized only if the inputs are not sequences.
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
      slots: this.#parameters.slots,
      values: (nodes, label) => this.#values(nodes, label),
      numbers: (label, values, dims) => this.#parameters.numbers(label, values, dims),
    };
    if ('recurrent' in step) {
      const { recurrent } = step;
      this.#columns.add({ tensor: writeRecurrent(context, recurrent, this.input), nodes: recurrent.units });
    } else if ('unrolled' in step) this.#columns.add(writeUnrolled(context, step.unrolled));
    else {
      const { windows } = step;
      this.#activate(
        windows.nodes,
        writeWindows(context, windows, (i) => this.#parameters.factorOfH(i)),
      );
    }
  }

  /**
   * Writes h of the nodes of a block: as an aggregation if the block has one, as sums of gathered products if the block
   * is sparse, otherwise as one matrix product. Then writes g for each run of nodes with the same activation.
   */
  #block(block: Block): void {
    if (block.aggregation !== undefined) this.#aggregate(block, block.aggregation);
    else if (block.form === 'sparse')
      for (const nodes of this.#byFanIn(block.nodes)) this.#activate(nodes, this.#sums(nodes));
    else this.#activate(block.nodes, this.#product(block));
  }

  /** Writes the outputs: multiplies by c, scales to the original units, and applies the output transform. */
  outputs(): string {
    const nodes = Array.from(this.#graph.outputs);
    const { outputScaler } = this.network;
    let tensor = this.#values(nodes, 'the scale of the outputs', outputScaler?.deviation);
    if (outputScaler?.mean.some((value) => value !== 0)) {
      tensor = this.operations.add('Add', [tensor, this.#parameters.numbers('outputScaler', outputScaler.mean)]);
    }
    const { outputTransform } = this.network;
    if (outputTransform === 'none') return tensor;
    if (outputTransform === 'sigmoid') return this.operations.add('Sigmoid', [tensor]);
    return this.operations.add(outputTransform === 'softmax' ? 'Softmax' : 'LogSoftmax', [tensor], {
      axis: this.#axis,
    });
  }

  /** Writes the next state: for each node read by delayed edges, its value and its previous values except the oldest. */
  nextState(): string {
    return this.#values(sourcesOfNextState(this.#graph), 'the scale of the state');
  }

  /** Returns a tensor with x of these nodes in this order, each multiplied by its factor. Default of `factors`: 1. */
  #values(nodes: readonly number[], label: string, factors?: readonly number[]): string {
    const tensor = this.#columns.inOrder(nodes);
    const scale = nodes.map((i, k) => this.#parameters.factorOfX(i) * (factors?.[k] ?? 1));
    if (scale.every((value) => value === 1)) return tensor;
    return this.operations.add('Mul', [tensor, this.#parameters.numbers(label, scale)]);
  }

  /** Writes h = b + A(z), where A is the aggregation and z contains w · x of each edge. Then writes g. */
  #aggregate({ nodes, from }: Block, aggregation: Aggregation): void {
    const { operations } = this;
    const graph = this.#graph;
    const width = graph.edgeStart[nodes[0] + 1] - graph.edgeStart[nodes[0]];
    const isPair = width === 2 && aggregation.builtin?.name === 'product';
    const a = isPair ? this.#pairProduct(nodes) : this.#reduced(nodes, from, width, aggregation);
    const b = nodes.map((i) => this.#parameters.slots[graph.biasSlot(i)]);
    let h = b.every((value) => value === 0) ? a : operations.add('Add', [a, this.#parameters.constant('b', nodes, b)]);
    const factors = nodes.map((i) => this.#parameters.factorOfH(i));
    if (factors.some((value) => value !== 1)) {
      h = operations.add('Mul', [h, this.#parameters.constant('the factor of h', nodes, factors)]);
    }
    this.#activate(nodes, h);
  }

  /** Writes A(z) for nodes that are products of two values each. */
  #pairProduct(nodes: readonly number[]): string {
    const factors = [0, 1].map((side) => {
      const edges = nodes.map((i) => this.#graph.edgeStart[i] + side);
      return this.#weighted(nodes, edges, this.#columns.inOrder(this.#sources(edges)), [nodes.length]);
    });
    return this.operations.add('Mul', factors);
  }

  /** Writes A(z): gathers z with the shape [nodes, edges per node], then reduces the last axis. */
  #reduced(nodes: readonly number[], from: readonly number[], width: number, aggregation: Aggregation): string {
    const { operations } = this;
    const graph = this.#graph;
    const edges = nodes.flatMap((i) => Array.from({ length: width }, (_, k) => graph.edgeStart[i] + k));
    const read = this.#columns.join(from);
    const columnOf = new Map(read.nodes.map((j, column) => [j, column]));
    const dims = [nodes.length, width];
    const positions = operations.positions(
      this.#sources(edges).map((j) => columnOf.get(j)!),
      dims,
    );
    const gathered = operations.add('Gather', [read.tensor, positions], { axis: this.#axis });
    const z = this.#weighted(nodes, edges, gathered, dims);
    const written = writeAggregation(operations, aggregation, z, width, Number(this.#axis) + 1);
    if (written === undefined) {
      throw new NnbpError(
        'UNSUPPORTED',
        `Node "${graph.ids[nodes[0]]}": the aggregation "${aggregation.name}" is custom, so ONNX has ` +
          'no operation for it. Use a built-in aggregation.',
      );
    }
    return written;
  }

  /**
   * Multiplies the weights of edges by the values that the edges read. Each node has the same number of these edges.
   */
  #weighted(nodes: readonly number[], edges: readonly number[], values: string, dims: readonly number[]): string {
    const perNode = edges.length / nodes.length;
    const weights = edges.map((e, k) => {
      const slot = this.#graph.weightSlot(e, nodes[Math.floor(k / perNode)]);
      return this.#parameters.slots[slot] * this.#parameters.factorOfX(sourceOf(this.#graph, e));
    });
    if (weights.every((w) => w === 1)) return values;
    return this.operations.add('Mul', [values, this.#parameters.constant('weights', nodes, weights, dims)]);
  }

  #sources(edges: readonly number[]): number[] {
    return edges.map((e) => sourceOf(this.#graph, e));
  }

  /** Writes h as one matrix product plus b. The matrix has one row per column of the tensor that it multiplies. */
  #product({ nodes, from }: Block): string {
    const graph = this.#graph;
    const read = this.#columns.covering(from, nodes);
    const rowOf = new Map(read.nodes.map((j, row) => [j, row]));
    const matrix = new Float64Array(read.nodes.length * nodes.length);
    nodes.forEach((i, column) => {
      for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
        const row = rowOf.get(sourceOf(graph, e))!;
        matrix[row * nodes.length + column] = this.#parameters.weight(e, i);
      }
    });
    const dims = [read.nodes.length, nodes.length];
    const operands = [read.tensor, this.#parameters.constant('weights', nodes, matrix, dims)];
    if (!this.sequences) return this.operations.add('Gemm', [...operands, this.#parameters.biases(nodes)]);
    return this.operations.add('Add', [this.operations.add('MatMul', operands), this.#parameters.biases(nodes)]);
  }

  /**
   * Writes h without a matrix, which would be nearly all zeros: gathers the predecessors of each node, multiplies them
   * by w and sums them.
   */
  #sums(nodes: readonly number[]): string {
    const graph = this.#graph;
    const read = this.#columns.join(nodes.flatMap((i) => this.#predecessors(i)));
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
        weights[row * width + e - first] = this.#parameters.weight(e, i);
      }
    });
    const { operations } = this;
    const dims = [nodes.length, width];
    const gathered = operations.add('Gather', [read.tensor, operations.positions(positions, dims)], {
      axis: this.#axis,
    });
    const products = operations.add('Mul', [gathered, this.#parameters.constant('weights', nodes, weights, dims)]);
    const sums = operations.add('ReduceSum', [products, operations.positions([Number(this.#axis) + 1])], {
      keepdims: 0n,
    });
    return operations.add('Add', [sums, this.#parameters.biases(nodes)]);
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
      this.#columns.add({
        tensor: this.#parameters.written[activation].write(this.operations, parts[k], options),
        nodes: run,
      });
    });
  }

  /**
   * Groups nodes whose fan-ins differ by at most a factor of two, so that at most half of the gathered entries are
   * unused.
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
}

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
