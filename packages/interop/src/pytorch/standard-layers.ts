/**
 * Writes a recognized layer as a PyTorch module if its weights and biases are distinct parameters that nothing else
 * uses.
 */
import type { Graph } from '@nnbp/core';
import { type Axis, operatorAxes } from '../recognize/grid.js';
import { planSteps, type Step } from '../recognize/plan.js';
import type { RecurrentLayer } from '../recognize/recurrent.js';
import type { WindowLayer } from '../recognize/windows.js';

/** A tensor of a PyTorch module: its name in the state dict, its shape and its parameters. */
export interface ParameterTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /**
   * One parameter index per entry of the tensor. If several entries have the same parameter, its value is the sum of
   * these entries: exports store the value in the first of them and 0 in the others.
   */
  readonly parameters: readonly number[];
}

/** A layer that is written as a PyTorch module. */
export interface ModuleLayer {
  readonly kind: 'Recurrent' | 'Windows';
  /** The nodes that the layer computes, one per column of its output. */
  readonly nodes: readonly number[];
  readonly from: readonly number[];
  /** The arguments of the Python class that `kind` names, as Python code. `layer` is the PyTorch module. */
  readonly options: Readonly<Record<string, string>>;
  /** The tensors of the PyTorch module, with their names in PyTorch. */
  readonly tensors: readonly ParameterTensor[];
  /** The state before the first step: the output of each unit, then, for an LSTM, the cell state of each unit. */
  readonly initial: readonly number[];
}

/** The blocks and layers of a graph, each after everything it reads. */
export interface LayerPlan {
  readonly steps: readonly Step[];
  /** Whether the graph has delays, all of them in recurrent layers. A sequence is then computed layer by layer. */
  readonly isLayered: boolean;
}

/**
 * Finds the layers that match PyTorch modules. A match can depend on the values of fixed parameters, but not on the
 * values of the others, because training changes them.
 *
 * @param useCounts - For each parameter, the number of edges and nodes that use it.
 */
export function layerPlan(graph: Graph, useCounts: Uint32Array): LayerPlan {
  const known = (slot: number) =>
    slot < graph.parameterCount ? undefined : graph.constants[slot - graph.parameterCount];
  const all = () => true;
  const windows = (layer: WindowLayer) => isWindowModule(graph, layer, useCounts);
  if (graph.stateSize > 0) {
    const steps = planSteps(graph, known, all, {
      recurrent: (layer) => isRecurrentModule(graph, layer, useCounts),
      windows,
    });
    const readsState = ({ from }: { readonly from: readonly number[] }) =>
      from.some((source) => source >= graph.nodeCount);
    if (!steps.some((step) => 'block' in step && readsState(step.block))) return { steps, isLayered: true };
  }
  return { steps: planSteps(graph, known, all, { recurrent: () => false, windows }), isLayered: false };
}

/** Returns, for each parameter, how many of the given nodes and of their incoming edges use it. */
export function useCountsOf(graph: Graph, nodes: Iterable<number>): Uint32Array {
  const useCounts = new Uint32Array(graph.parameterCount);
  const countUse = (slot: number) => {
    if (slot < graph.parameterCount) useCounts[slot]++;
  };
  for (const i of nodes) {
    if (i < graph.inputCount) continue;
    countUse(graph.biasSlot(i));
    countUse(graph.scaleSlot(i));
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) countUse(graph.weightSlot(e, i));
  }
  return useCounts;
}

/** Whether `slots` are distinct parameters that only `nodes` use. */
function areUsedOnlyBy(
  graph: Graph,
  slots: readonly number[],
  nodes: readonly number[],
  useCounts: Uint32Array,
): boolean {
  if (!slots.every((slot) => slot >= 0 && slot < graph.parameterCount) || new Set(slots).size < slots.length)
    return false;
  const countsInLayer = useCountsOf(graph, nodes);
  return slots.every((slot) => countsInLayer[slot] === useCounts[slot]);
}

const recurrentModules = { rnn: 'RNN', lstm: 'LSTM', gru: 'GRU' } as const;

function isRecurrentModule(graph: Graph, layer: RecurrentLayer, useCounts: Uint32Array): boolean {
  const { kind, activation, gates, nodes, resetAfter } = layer;
  if (kind === 'rnn' && activation !== 'tanh' && activation !== 'relu') return false;
  if (kind === 'gru' && !resetAfter) return false;
  const slots = gates.flatMap(({ inputs, units, bias, resetBias = [] }) => [inputs, units, bias, resetBias].flat(2));
  return gates.every(({ peepholes }) => peepholes === undefined) && areUsedOnlyBy(graph, slots, nodes, useCounts);
}

/** Writes a layer as `nn.RNN`, `nn.LSTM` or `nn.GRU`. */
export function recurrentModule(graph: Graph, layer: RecurrentLayer): ModuleLayer {
  const { kind, activation, units, cells, inputs, gates } = layer;
  const rows = gates.length * units.length;
  const biases = gates.flatMap(({ bias }) => bias);
  const nonlinearity = kind === 'rnn' ? `, nonlinearity="${activation}"` : '';
  return {
    kind: 'Recurrent',
    nodes: units,
    from: inputs,
    options: {
      layer: `nn.${recurrentModules[kind]}(${inputs.length}, ${units.length}${nonlinearity}, batch_first=True)`,
    },
    tensors: [
      { name: 'weight_ih_l0', shape: [rows, inputs.length], parameters: gates.flatMap((gate) => gate.inputs.flat()) },
      { name: 'weight_hh_l0', shape: [rows, units.length], parameters: gates.flatMap((gate) => gate.units.flat()) },
      { name: 'bias_ih_l0', shape: [rows], parameters: biases },
      { name: 'bias_hh_l0', shape: [rows], parameters: gates.flatMap(({ bias, resetBias }) => resetBias ?? bias) },
    ],
    initial: [...units, ...cells].map((i) => graph.initialValues![i]),
  };
}

function isWindowModule(graph: Graph, layer: WindowLayer, useCounts: Uint32Array): boolean {
  const { kind, geometry, inputs, nodes, weights, biases } = layer;
  switch (kind) {
    case 'conv':
      return areUsedOnlyBy(graph, [...weights.flat(), ...(hasBias(graph, layer) ? biases : [])], nodes, useCounts);
    case 'averagePool':
      // The average excludes padding cells. PyTorch supports this only for symmetric padding of at most half a window.
      return geometry.every(
        (axis) => axis.dilation === 1 && canPadSymmetrically(axis) && 2 * axis.padding[0] <= axis.kernel,
      );
    case 'maxPool': {
      // If several inputs tie for the maximum, the first receives the gradient, both in PyTorch and in @nnbp.
      const index = new Map(inputs.map((i, k) => [i, k]));
      return nodes.every((i) => {
        for (let e = graph.edgeStart[i] + 1; e < graph.edgeStart[i + 1]; e++) {
          if (index.get(graph.predecessors[e - 1])! > index.get(graph.predecessors[e])!) return false;
        }
        return true;
      });
    }
  }
}

/** Whether a convolution has biases: some b is a parameter, or is fixed at a value other than 0. */
const hasBias = ({ parameterCount, constants }: Graph, { biases }: WindowLayer) =>
  !biases.every((slot) => slot >= parameterCount && constants[slot - parameterCount] === 0);

/** Whether an axis has the same number of windows if it is padded equally at both ends, as in PyTorch modules. */
const canPadSymmetrically = ({ size, kernel, stride, dilation, padding: [begin], windows }: Axis) =>
  Math.floor((size + 2 * begin - dilation * (kernel - 1) - 1) / stride) + 1 === windows;

/** Writes a layer as `nn.Conv2d`, `nn.MaxPool2d` or `nn.AvgPool2d`, or as the one-dimensional version. */
export function windowModule(graph: Graph, layer: WindowLayer): ModuleLayer {
  const { kind, channels, geometry, inputs, nodes, weights, biases } = layer;
  const axes = operatorAxes(geometry);
  const sizes = (sizeOf: (axis: Axis) => number) =>
    axes.length === 1 ? `${sizeOf(axes[0])}` : `(${axes.map(sizeOf).join(', ')})`;
  // PyTorch modules pad both ends equally. For pooling, they pad at most half a window.
  const padsItself = axes.every(
    (axis) =>
      canPadSymmetrically(axis) && (kind === 'conv' || 2 * axis.padding[0] <= axis.dilation * (axis.kernel - 1) + 1),
  );
  const common = [
    sizes(({ kernel }) => kernel),
    `stride=${sizes(({ stride }) => stride)}`,
    `padding=${padsItself ? sizes(({ padding }) => padding[0]) : 0}`,
  ];
  const dilation = `dilation=${sizes((axis) => axis.dilation)}`;
  const bias = hasBias(graph, layer);
  const call = {
    conv: { name: 'Conv', values: [channels, weights.length, ...common, dilation, ...(bias ? [] : ['bias=False'])] },
    maxPool: { name: 'MaxPool', values: [...common, dilation] },
    averagePool: { name: 'AvgPool', values: [...common, 'count_include_pad=False'] },
  };
  const { name, values } = call[kind];
  const pads = axes.toReversed().flatMap(({ padding }) => padding);
  return {
    kind: 'Windows',
    nodes,
    from: inputs,
    options: {
      layer: `nn.${name}${axes.length}d(${values.join(', ')})`,
      grid: `(${[channels, ...axes.map(({ size }) => size)].join(', ')})`,
      ...(!padsItself && { pads: `[${pads.join(', ')}]`, fill: kind === 'conv' ? '0.0' : 'float("-inf")' }),
    },
    tensors:
      kind === 'conv'
        ? [
            {
              name: 'weight',
              shape: [weights.length, channels, ...axes.map(({ kernel }) => kernel)],
              parameters: weights.flat(),
            },
            ...(bias ? [{ name: 'bias', shape: [biases.length], parameters: biases }] : []),
          ]
        : [],
    initial: [],
  };
}
