/** Recognized layers as the operators of ONNX that compute them. */
import type { Graph } from '@nnbp/core';
import { type Axis, operatorAxes } from '../recognize/grid.js';
import type { Gate, RecurrentLayer } from '../recognize/recurrent.js';
import type { WindowLayer } from '../recognize/windows.js';
import type { Attributes, Operations } from './operations.js';

/** What a layer is written with. */
export interface LayerContext {
  readonly graph: Graph;
  readonly operations: Operations;
  /** Parameters and constants, by slot. */
  readonly slots: ArrayLike<number>;
  /** The values of these nodes as the columns of a tensor. */
  readonly values: (nodes: readonly number[], label: string) => string;
  /** Numbers as a constant tensor of float32. */
  readonly numbers: (label: string, values: ArrayLike<number>, dims: readonly number[]) => string;
}

const operators = { rnn: 'RNN', lstm: 'LSTM', gru: 'GRU' } as const;
/** Our gates in the order of ONNX, by index: i, o, f, c of an LSTM; z, r, h of a GRU. */
const gateOrders = { rnn: [0], lstm: [0, 3, 1, 2], gru: [1, 0, 2] } as const;
/** Gates with peepholes, in the order of ONNX. */
const peepholeOrder = [0, 3, 1] as const;
const activationNames: Readonly<Record<string, string>> = {
  tanh: 'Tanh',
  relu: 'Relu',
  sigmoid: 'Sigmoid',
  softsign: 'Softsign',
  softplus: 'Softplus',
};

/**
 * Adds `RNN`, `LSTM` or `GRU` over all steps; returns the units' values, [steps, batch, units].
 *
 * @param sequence - A tensor [steps, batch, …], from which the number of samples is taken.
 */
export function writeRecurrent(context: LayerContext, layer: RecurrentLayer, sequence: string): string {
  const { graph, operations, slots } = context;
  const { kind, units, cells, inputs, gates } = layer;
  const label = `the layer of "${graph.ids[units[0]]}"`;
  const value = (slot: number) => (slot < 0 ? 0 : slots[slot]);
  const ordered = gateOrders[kind].map((k) => gates[k]);
  const matrix = (name: string, rows: (gate: Gate) => readonly (readonly number[])[], width: number) => {
    const values = ordered.flatMap((gate) => rows(gate).flat()).map(value);
    return context.numbers(`${name} of ${label}`, values, [1, ordered.length * units.length, width]);
  };
  const biases = [
    ...ordered.flatMap(({ bias }) => bias),
    ...ordered.flatMap(({ resetBias, bias }) => resetBias ?? bias.map(() => -1)),
  ];
  const peepholes = peepholeOrder.map((k) => gates[k]?.peepholes ?? units.map(() => -1)).flat();
  const operands = [
    context.values(inputs, `the inputs of ${label}`),
    matrix('W', (gate) => gate.inputs, inputs.length),
    matrix('R', (gate) => gate.units, units.length),
    context.numbers(`B of ${label}`, biases.map(value), [1, biases.length]),
    '',
    initialState(context, units, sequence),
    ...(kind === 'lstm' ? [initialState(context, cells, sequence)] : []),
    ...(gates.some((gate) => gate.peepholes !== undefined)
      ? [context.numbers(`P of ${label}`, peepholes.map(value), [1, peepholes.length])]
      : []),
  ];
  while (operands.at(-1) === '') operands.pop();
  const attributes: Attributes = {
    hidden_size: BigInt(units.length),
    ...(kind === 'rnn' && { activations: [activationNames[layer.activation]] }),
    ...(layer.resetAfter && { linear_before_reset: 1n }),
  };
  const all = operations.add(operators[kind], operands, attributes);
  return operations.add('Squeeze', [all, operations.positions([1])]);
}

/** The values of these nodes before the first step, [1, batch, nodes]; an empty name if all are 0. */
function initialState(
  { graph, operations, numbers }: LayerContext,
  nodes: readonly number[],
  sequence: string,
): string {
  const values = nodes.map((i) => graph.initials![i]);
  if (values.every((value) => value === 0)) return '';
  const batch = operations.add('Gather', [operations.add('Shape', [sequence]), operations.positions([1])], {
    axis: 0n,
  });
  const shape = [operations.positions([1]), batch, operations.positions([nodes.length])];
  const one = numbers(`the initial state of "${graph.ids[nodes[0]]}"`, values, [1, 1, nodes.length]);
  return operations.add('Expand', [one, operations.add('Concat', shape, { axis: 0n })]);
}

/** Whether ONNX Runtime computes a layer: averages without dilation, and pooling whose windows begin on the grid. */
export const isWritable = ({ kind, geometry }: WindowLayer): boolean =>
  kind === 'conv' ||
  geometry.every(
    ({ kernel, dilation, padding }) => Math.max(...padding) < kernel && (kind === 'maxPool' || dilation === 1),
  );

/**
 * Adds `Conv`, `MaxPool` or `AveragePool`; returns h of the layer's nodes, [batch, nodes].
 *
 * @param inner - What h of a node is multiplied by.
 */
export function writeWindows(context: LayerContext, layer: WindowLayer, inner: (i: number) => number): string {
  const { graph, operations, slots } = context;
  const { kind, channels, inputs, nodes, weights } = layer;
  const label = `the layer of "${graph.ids[nodes[0]]}"`;
  const axes = operatorAxes(layer.geometry);
  const sizes = (of: (axis: Axis) => number) => axes.map((axis) => BigInt(of(axis)));
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
    const factor = inner(nodes[0]);
    const value = (slot: number) => (slot < 0 ? 0 : factor * slots[slot]);
    const dims = [weights.length, channels, ...axes.map(({ kernel }) => kernel)];
    const kernels = context.numbers(`the weights of ${label}`, weights.flat().map(value), dims);
    const biases = context.numbers(`b of ${label}`, layer.biases.map(value), [weights.length]);
    result = operations.add('Conv', [grid, kernels, biases], attributes);
  } else result = operations.add(kind === 'maxPool' ? 'MaxPool' : 'AveragePool', [grid], attributes);
  return operations.add('Flatten', [result]);
}
