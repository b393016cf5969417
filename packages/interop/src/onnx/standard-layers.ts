/** Writes recognized layers as the ONNX operators that compute them. */
import type { Graph } from '@nnbp/core';
import { type Axis, operatorAxes } from '../recognize/grid.js';
import type { Gate, RecurrentLayer } from '../recognize/recurrent.js';
import type { UnrolledLayer } from '../recognize/unrolled.js';
import type { WindowLayer } from '../recognize/windows.js';
import type { Attributes, Operations } from './operations.js';

/** The network to export, and functions that add tensors to the ONNX model. */
export interface LayerContext {
  readonly graph: Graph;
  readonly operations: Operations;
  /** Parameters and constants by slot. */
  readonly slots: ArrayLike<number>;
  /** Returns a tensor whose columns are the values of these nodes. */
  readonly values: (nodes: readonly number[], label: string) => string;
  /** Adds numbers as a constant float32 tensor. */
  readonly numbers: (label: string, values: ArrayLike<number>, dims: readonly number[]) => string;
}

const operators = { rnn: 'RNN', lstm: 'LSTM', gru: 'GRU' } as const;
/** For each gate in the order of ONNX (LSTM: i, o, f, c; GRU: z, r, h), its index in the order of @nnbp. */
const gateOrders = { rnn: [0], lstm: [0, 3, 1, 2], gru: [1, 0, 2] } as const;
/** For each gate with peepholes in the order of ONNX (i, o, f), its index in the order of @nnbp. */
const peepholeOrder = [0, 3, 1] as const;
const activationNames: Readonly<Record<string, string>> = {
  tanh: 'Tanh',
  relu: 'Relu',
  sigmoid: 'Sigmoid',
  softsign: 'Softsign',
  softplus: 'Softplus',
};

/**
 * Adds `RNN`, `LSTM` or `GRU` over all steps. Returns the values of the units, [steps, batch, units].
 *
 * @param sequence - A tensor [steps, batch, …] that determines the number of samples.
 */
export function writeRecurrent(context: LayerContext, layer: RecurrentLayer, sequence: string): string {
  const { graph, operations } = context;
  const initialOf = (nodes: readonly number[]) => nodes.map((i) => graph.initialValues![i]);
  const direction = { layer, initial: { h: initialOf(layer.units), c: initialOf(layer.cells) } };
  const x = context.values(layer.inputs, `the inputs of the layer of "${graph.ids[layer.units[0]]}"`);
  return operations.add('Squeeze', [writeDirections(context, [direction], x, sequence), operations.positions([1])]);
}

/**
 * Adds `RNN`, `LSTM` or `GRU` for a layer that is unrolled over the steps of a sample, or for two layers that read the
 * steps in opposite directions. Returns a tensor with the values of the units, [batch, nodes], and the node of each
 * column. Columns are ordered by step, then by direction.
 */
export function writeUnrolled(
  context: LayerContext,
  directions: readonly UnrolledLayer[],
): { readonly tensor: string; readonly nodes: readonly number[] } {
  const { graph, operations } = context;
  const [{ layer, inputs, units }] = directions;
  const columns = context.values(inputs.flat(), `the inputs of the layer of "${graph.ids[layer.units[0]]}"`);
  const bySample = operations.add('Reshape', [columns, operations.positions([0, inputs.length, layer.inputs.length])]);
  const x = operations.add('Transpose', [bySample], { perm: [1n, 0n, 2n] });
  const all = writeDirections(context, directions, x, x);
  const tensor = operations.add('Flatten', [operations.add('Transpose', [all], { perm: [2n, 0n, 1n, 3n] })]);
  const backward = directions.slice(1).map((direction) => direction.units.toReversed());
  return { tensor, nodes: units.flatMap((forward, t) => [...forward, ...backward.flatMap((steps) => steps[t])]) };
}

/** A direction of a recurrent operator, with the values of units and cells before the first step. */
type Direction = Pick<UnrolledLayer, 'layer' | 'initial'>;

/** Adds one operator for all directions. Returns the values of the units, [steps, directions, batch, units]. */
function writeDirections(context: LayerContext, directions: readonly Direction[], x: string, sequence: string): string {
  const { graph, operations, slots } = context;
  const [{ layer }] = directions;
  const { kind, units, inputs } = layer;
  const label = `the layer of "${graph.ids[units[0]]}"`;
  const value = (slot: number) => (slot < 0 ? 0 : slots[slot]);
  /** Adds a constant with one row per direction. */
  const rows = (name: string, slotsOf: (layer: RecurrentLayer) => readonly number[], ...dims: readonly number[]) => {
    const values = directions.flatMap((direction) => slotsOf(direction.layer).map(value));
    const rest = dims.length > 0 ? dims : [values.length / directions.length];
    return context.numbers(`${name} of ${label}`, values, [directions.length, ...rest]);
  };
  const ordered = ({ gates }: RecurrentLayer) => gateOrders[kind].map((k) => gates[k]);
  const matrix = (name: string, rowsOf: (gate: Gate) => readonly (readonly number[])[], width: number) =>
    rows(
      name,
      (each) => ordered(each).flatMap((gate) => rowsOf(gate).flat()),
      gateOrders[kind].length * units.length,
      width,
    );
  const initial = (state: 'h' | 'c') =>
    initialState(
      context,
      label,
      directions.map((direction) => direction.initial[state]),
      sequence,
    );
  const operands = [
    x,
    matrix('W', (gate) => gate.inputs, inputs.length),
    matrix('R', (gate) => gate.units, units.length),
    rows('B', (each) => [
      ...ordered(each).flatMap(({ bias }) => bias),
      ...ordered(each).flatMap(({ resetBias, bias }) => resetBias ?? bias.map(() => -1)),
    ]),
    '',
    initial('h'),
    ...(kind === 'lstm' ? [initial('c')] : []),
    ...(layer.gates.some((gate) => gate.peepholes !== undefined)
      ? [rows('P', ({ gates }) => peepholeOrder.flatMap((k) => gates[k].peepholes ?? units.map(() => -1)))]
      : []),
  ];
  while (operands.at(-1) === '') operands.pop();
  const attributes: Attributes = {
    hidden_size: BigInt(units.length),
    ...(directions.length > 1 && { direction: 'bidirectional' }),
    ...(kind === 'rnn' && { activations: directions.map(() => activationNames[layer.activation]) }),
    ...(layer.resetAfter && { linear_before_reset: 1n }),
  };
  return operations.add(operators[kind], operands, attributes);
}

/** Adds the values before the first step, [directions, batch, nodes]. Returns '' if all are 0. */
function initialState(
  { operations, numbers }: LayerContext,
  label: string,
  values: readonly (readonly number[])[],
  sequence: string,
): string {
  if (values.flat().every((value) => value === 0)) return '';
  const batch = operations.add('Gather', [operations.add('Shape', [sequence]), operations.positions([1])], {
    axis: 0n,
  });
  const [directions, width] = [values.length, values[0].length];
  const shape = [operations.positions([directions]), batch, operations.positions([width])];
  const one = numbers(`the initial state of ${label}`, values.flat(), [directions, 1, width]);
  return operations.add('Expand', [one, operations.add('Concat', shape, { axis: 0n })]);
}

/**
 * Whether ONNX Runtime can compute a layer. For pooling, the padding must be smaller than the kernel. Average pooling
 * must also have no dilation.
 */
export const isWritable = ({ kind, geometry }: WindowLayer): boolean =>
  kind === 'conv' ||
  geometry.every(
    ({ kernel, dilation, padding }) => Math.max(...padding) < kernel && (kind === 'maxPool' || dilation === 1),
  );

/**
 * Adds `Conv`, `MaxPool` or `AveragePool`. Returns h of the nodes, [batch, nodes].
 *
 * @param factorOf - Returns the factor by which the weights and bias of a node are multiplied.
 */
export function writeWindows(context: LayerContext, layer: WindowLayer, factorOf: (i: number) => number): string {
  const { graph, operations, slots } = context;
  const { kind, channels, inputs, nodes, weights } = layer;
  const label = `the layer of "${graph.ids[nodes[0]]}"`;
  const axes = operatorAxes(layer.geometry);
  const sizes = (sizeOf: (axis: Axis) => number) => axes.map((axis) => BigInt(sizeOf(axis)));
  const attributes: Attributes = {
    kernel_shape: sizes(({ kernel }) => kernel),
    strides: sizes(({ stride }) => stride),
    pads: [...sizes(({ padding }) => padding[0]), ...sizes(({ padding }) => padding[1])],
    ...(kind !== 'averagePool' && { dilations: sizes(({ dilation }) => dilation) }),
  };
  const shape = operations.positions([0, channels, ...axes.map(({ size }) => size)]);
  const grid = operations.add('Reshape', [context.values(inputs, `the inputs of ${label}`), shape]);
  let result: string;
  if (kind === 'conv') {
    const factor = factorOf(nodes[0]);
    const value = (slot: number) => (slot < 0 ? 0 : factor * slots[slot]);
    const dims = [weights.length, channels, ...axes.map(({ kernel }) => kernel)];
    const kernels = context.numbers(`the weights of ${label}`, weights.flat().map(value), dims);
    const biases = context.numbers(`b of ${label}`, layer.biases.map(value), [weights.length]);
    result = operations.add('Conv', [grid, kernels, biases], attributes);
  } else result = operations.add(kind === 'maxPool' ? 'MaxPool' : 'AveragePool', [grid], attributes);
  return operations.add('Flatten', [result]);
}
