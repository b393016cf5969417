/**
 * Finds convolution and pooling layers in a graph, such as those that `conv2d`, `maxPool` and `averagePool` from
 * @nnbp/layers create. The nodes of such a layer read windows of a grid. They share weights, or aggregate without
 * parameters. Channels may come first, as in PyTorch, or last, as in Keras.
 */
import { levels } from '@nnbp/core';
import { divisors, geometriesOf, type Geometry, kernelIndexOf } from './grid.js';
import type { Nodes } from './nodes.js';

/** A convolution or pooling layer. */
export interface WindowLayer {
  readonly kind: 'conv' | 'maxPool' | 'averagePool';
  /** The nodes that the layer reads, as `[channels, rows, columns]`. */
  readonly inputs: readonly number[];
  readonly channels: number;
  readonly geometry: Geometry;
  /** The nodes of the layer, as `[filters, rows, columns]`, or `[channels, rows, columns]` for pooling. */
  readonly nodes: readonly number[];
  /**
   * For each filter of a convolution, slots of the weights as `[channels, rows, columns]`; −1 where there is no edge.
   */
  readonly weights: readonly (readonly number[])[];
  /** For each filter of a convolution, the slot of b. */
  readonly biases: readonly number[];
}

/** Nodes that each read one window. */
interface Windows {
  /** In the order of the graph. */
  readonly nodes: readonly number[];
  /** The nodes that each of `nodes` reads, ascending. */
  readonly read: readonly (readonly number[])[];
}

export function windowLayers(nodes: Nodes): WindowLayer[] {
  const { graph } = nodes;
  const level = levels(graph);
  const found: WindowLayer[] = [];
  const layerOf = new Map<number, WindowLayer>();
  const add = (layer: WindowLayer | undefined) => {
    if (layer === undefined) return;
    found.push(layer);
    for (const i of layer.nodes) layerOf.set(i, layer);
  };
  const groups = [...filters(nodes, level), ...pools(nodes, level)].sort((a, b) => a.level - b.level);
  for (const group of groups) {
    if (group.kind === 'conv') add(convolution(nodes, group.filters, channelsOf(layerOf, group.filters[0])));
    else {
      const parts = groupBy(group.nodes, (i) => layerOf.get(nodes.edges(i)[0].node));
      for (const part of parts) {
        const windows = windowsOf(nodes, part);
        add(pooling(group.kind, windows, channelsOf(layerOf, windows)));
      }
    }
  }
  return found;
}

type Group =
  | { readonly kind: 'conv'; readonly level: number; readonly filters: readonly Windows[] }
  | { readonly kind: 'maxPool' | 'averagePool'; readonly level: number; readonly nodes: readonly number[] };

/** The number of channels of the convolution or pooling layer that the windows read; undefined if they read none. */
const channelsOf = (layerOf: ReadonlyMap<number, WindowLayer>, { read }: Windows): number | undefined => {
  const layer = layerOf.get(read[0][0]);
  return layer === undefined ? undefined : layer.nodes.length / (layer.geometry[0].windows * layer.geometry[1].windows);
};

/** Groups nodes that share weights into filters, and filters that read the same windows into layers. */
function filters(nodes: Nodes, level: ArrayLike<number>): Group[] {
  const { graph } = nodes;
  if (graph.weightSlots === undefined) return [];
  const parent = new Map<number, number>();
  const root = (i: number): number => {
    let at = i;
    for (let up = parent.get(at)!; up !== at; up = parent.get(at)!) at = up;
    parent.set(i, at);
    return at;
  };
  const userOf = new Map<number, number>();
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    const { options } = graph.activations[graph.activationOf[i]].builtin ?? {};
    if (options === undefined || graph.aggregation(i) !== undefined || nodes.known(graph.scaleSlot(i)) !== 1) continue;
    const edges = nodes.edges(i);
    if (edges.length === 0 || edges.some(({ delay, slot }) => delay > 0 || slot >= graph.parameterCount)) continue;
    parent.set(i, i);
    // At the border of a small grid, two windows of a filter may have no weight in common, but they always share b.
    const bias = graph.biasSlot(i);
    for (const slot of [...(bias < graph.parameterCount ? [bias] : []), ...edges.map((edge) => edge.slot)]) {
      const user = userOf.get(slot);
      if (user === undefined) userOf.set(slot, i);
      else parent.set(root(i), root(user));
    }
  }
  const sharing = groupBy([...parent.keys()], root).filter((group) => group.length > 1);
  const windows = sharing
    .filter((group) => {
      const keyOf = (i: number) => [level[i], graph.activationOf[i], graph.biasSlot(i)].join();
      return group.every((i) => keyOf(i) === keyOf(group[0]));
    })
    .map((group) => windowsOf(nodes, group));
  const layers = groupBy(windows, ({ nodes: [first], read }) =>
    [level[first], graph.activationOf[first], read.length, read[0].join(' '), read.at(-1)!.join(' ')].join(),
  );
  return layers.map((layer) => ({ kind: 'conv', level: level[layer[0].nodes[0]], filters: layer }));
}

/** Finds the nodes that aggregate without parameters, and groups them by level. */
function pools(nodes: Nodes, level: ArrayLike<number>): Group[] {
  const { graph } = nodes;
  if (graph.aggregationOf === undefined) return [];
  return (['max', 'mean'] as const).flatMap((name) => {
    const all = graph.ids.flatMap((_, i) => {
      const edges = nodes.aggregated(i, name);
      return edges !== undefined && edges.length > 0 && edges.every(({ delay }) => delay === 0) ? [i] : [];
    });
    return groupBy(all, (i) => level[i]).map((group): Group => ({
      kind: name === 'max' ? 'maxPool' : 'averagePool',
      level: level[group[0]],
      nodes: group,
    }));
  });
}

function windowsOf(nodes: Nodes, group: readonly number[]): Windows {
  const sorted = group.toSorted((a, b) => a - b);
  return {
    nodes: sorted,
    read: sorted.map((i) =>
      nodes
        .edges(i)
        .map(({ node }) => node)
        .sort((a, b) => a - b),
    ),
  };
}

/** The layout of a grid: the channel and cell of each position. */
interface Layout {
  readonly channels: number;
  readonly cells: number;
  readonly channel: (position: number) => number;
  readonly cell: (position: number) => number;
  readonly position: (channel: number, cell: number) => number;
}

/**
 * The ways to divide `size` nodes into channels, in the order in which they are tried: the layouts with as many
 * channels as the previous layer, then the channels-first layouts, then the channels-last layouts. All layouts that fit
 * compute the same outputs.
 */
function layouts(size: number, channelCounts: readonly number[], previousChannels: number | undefined): Layout[] {
  const all = channelCounts.map((channels) => layoutsOf(size, channels));
  const preferred =
    previousChannels !== undefined && channelCounts.includes(previousChannels) ? layoutsOf(size, previousChannels) : [];
  return [...preferred, ...all.map(([first]) => first), ...all.flatMap(([, last]) => last ?? [])];
}

function layoutsOf(size: number, channels: number): Layout[] {
  const cells = size / channels;
  const first: Layout = {
    channels,
    cells,
    channel: (position) => Math.floor(position / cells),
    cell: (position) => position % cells,
    position: (channel, cell) => channel * cells + cell,
  };
  const last: Layout = {
    channels,
    cells,
    channel: (position) => position % channels,
    cell: (position) => Math.floor(position / channels),
    position: (channel, cell) => cell * channels + channel,
  };
  return channels === 1 ? [first] : [first, last];
}

/** In ascending order. */
const commonDivisors = (a: number, b: number) => divisors(a).filter((divisor) => b % divisor === 0);

/** All nodes that the windows read, in the order of the graph, and the position of each in this list. */
function gridOf(windows: readonly Windows[]) {
  const nodes = [...new Set(windows.flatMap(({ read }) => read.flat()))].sort((a, b) => a - b);
  return { nodes, positionOf: new Map(nodes.map((i, k) => [i, k])) };
}

/** A convolution whose filters read the same windows of all channels. Undefined if no geometry matches. */
function convolution(
  nodes: Nodes,
  filters: readonly Windows[],
  previousChannels: number | undefined,
): WindowLayer | undefined {
  const [{ read }] = filters;
  const isAlike = ({ read: other }: Windows) => other.every((window, k) => isEqual(window, read[k]));
  if (!filters.every(isAlike)) return undefined;
  const { nodes: grid, positionOf } = gridOf([filters[0]]);
  const sizeDivisor = read.reduce((all, { length }) => greatestCommonDivisor(all, length), 0);
  const positions = read.map((window) => window.map((i) => positionOf.get(i)!));
  for (const layout of layouts(grid.length, commonDivisors(grid.length, sizeDivisor).reverse(), previousChannels)) {
    const windows = cellsOfAll(positions, layout);
    for (const geometry of windows === undefined ? [] : geometriesOf(windows, layout.cells)) {
      const weights = filters.map((filter) => kernelOf(nodes, filter, positionOf, layout, geometry));
      if (weights.includes(undefined)) continue;
      return {
        kind: 'conv',
        inputs: gridIn(layout, grid),
        channels: layout.channels,
        geometry,
        nodes: filters.flatMap((filter) => filter.nodes),
        weights: weights as number[][],
        biases: filters.map((filter) => nodes.graph.biasSlot(filter.nodes[0])),
      };
    }
  }
  return undefined;
}

/** The nodes of a grid as `[channels, rows, columns]`. */
const gridIn = ({ channels, cells, position }: Layout, grid: readonly number[]) =>
  Array.from({ length: channels * cells }, (_, k) => grid[position(Math.floor(k / cells), k % cells)]);

/** The cells of each window; undefined if a window reads different cells of different channels. */
function cellsOfAll(windows: readonly (readonly number[])[], layout: Layout): number[][] | undefined {
  const all: number[][] = [];
  for (const window of windows) {
    const byChannel = Array.from({ length: layout.channels }, (): number[] => []);
    for (const position of window) byChannel[layout.channel(position)].push(layout.cell(position));
    for (const cells of byChannel) cells.sort((a, b) => a - b);
    if (!byChannel.every((cells) => isEqual(cells, byChannel[0]))) return undefined;
    all.push(byChannel[0]);
  }
  return all;
}

/**
 * The slots of the weights of a filter; undefined if its nodes do not have the same slots at the same kernel indices.
 */
function kernelOf(
  nodes: Nodes,
  filter: Windows,
  positionOf: ReadonlyMap<number, number>,
  { channels, channel, cell }: Layout,
  geometry: Geometry,
): number[] | undefined {
  const kernelSize = geometry[0].kernel * geometry[1].kernel;
  const slots = new Array<number>(channels * kernelSize).fill(-1);
  for (let w = 0; w < filter.nodes.length; w++) {
    for (const { node, slot } of nodes.edges(filter.nodes[w])) {
      const position = positionOf.get(node)!;
      const at = channel(position) * kernelSize + kernelIndexOf(geometry, w, cell(position));
      if (slots[at] >= 0 && slots[at] !== slot) return undefined;
      slots[at] = slot;
    }
  }
  return slots;
}

/** A pooling layer that reads the same windows of each channel. Undefined if no geometry matches. */
function pooling(
  kind: 'maxPool' | 'averagePool',
  all: Windows,
  previousChannels: number | undefined,
): WindowLayer | undefined {
  // A single node is treated as an aggregation, not as a pooling layer.
  if (all.nodes.length < 2) return undefined;
  const { nodes: grid, positionOf } = gridOf([all]);
  for (const layout of layouts(grid.length, commonDivisors(grid.length, all.nodes.length), previousChannels)) {
    const byChannel = Array.from({ length: layout.channels }, () => ({
      nodes: [] as number[],
      cells: [] as number[][],
    }));
    const isPerChannel = all.nodes.every((i, k) => {
      const positions = all.read[k].map((j) => positionOf.get(j)!);
      const channel = layout.channel(positions[0]);
      byChannel[channel].nodes.push(i);
      byChannel[channel].cells.push(positions.map(layout.cell).sort((a, b) => a - b));
      return positions.every((position) => layout.channel(position) === channel);
    });
    const [{ cells }] = byChannel;
    const isAlike = (other: readonly number[][]) =>
      other.length === cells.length && other.every((window, k) => isEqual(window, cells[k]));
    if (!isPerChannel || cells.length === 0 || !byChannel.every((channel) => isAlike(channel.cells))) continue;
    const [geometry] = geometriesOf(cells, layout.cells);
    if (geometry === undefined) continue;
    return {
      kind,
      inputs: gridIn(layout, grid),
      channels: layout.channels,
      geometry,
      nodes: byChannel.flatMap((channel) => channel.nodes),
      weights: [],
      biases: [],
    };
  }
  return undefined;
}

function groupBy<T>(all: readonly T[], keyOf: (each: T) => unknown): T[][] {
  const groups = new Map<unknown, T[]>();
  for (const each of all) {
    const key = keyOf(each);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  return [...groups.values()];
}

const isEqual = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((value, k) => value === b[k]);

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));
