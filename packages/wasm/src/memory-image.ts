/**
 * Writes the plan into memory once: the header, a record for each unit, and tables of addresses. A unit consists of
 * nodes that are computed together. Passes change only data and a few words of the header, such as the options of the
 * loss.
 */
import type { Graph, Plan } from '@nnbp/core';
import { activationKernelOf, aggregationNumberOf } from './builtins.js';
import {
  type CommonLayout,
  layout,
  type Layout,
  type MemoryUse,
  rowStride,
  slotAddress,
  tableLength,
} from './layout.js';
import { header, maxOptions, unit, unitBytes } from './memory-map.js';
import { isCopy, type RowUnit, rowUnits } from './row-units.js';
import { seriesOf } from './series.js';
import type { TimeGraph } from './time.js';
import { waits } from './waits.js';

/**
 * A graph prepared for the general kernels (`rowsForm`) or as unrolled code (`unrolledForm`): the memory layout, its
 * initial content, and the code that runs on it.
 */
export interface Form {
  readonly layout: CommonLayout;
  /** The row of each node in the tables of x, g, slope and dLossDx. Rows are `tableRowBytes` apart. */
  readonly rowOf: Uint32Array;
  readonly tableRowBytes: number;
  /** Whether g and x of a node share a row. */
  gIsX(node: number): boolean;
  /** Whether the number of samples is rounded up to whole vectors by repeating the first sample. */
  readonly padded: boolean;
  /**
   * Writes everything that does not change between training steps. `words` and `numbers` are views of the whole memory.
   */
  write(words: Uint32Array, numbers: Float32Array): void;
  /** Code generated for this graph, which calls the kernels that all graphs share. */
  readonly module?: WebAssembly.Module;
  /** Whether the code in `module` omits the division of gradients by the sum of the sample weights. */
  readonly withoutMean?: boolean;
}

export function rowsForm({ graph, steps, stepOf }: TimeGraph, plan: Plan, batchSize: number, threads: number): Form {
  const units = rowUnits(graph, plan);
  const series = seriesOf(graph, units, steps);
  const rowsLayout = layout(graph, units, series, batchSize, steps);
  const gIsX = new Set(units.flatMap(({ gIsX, nodes }) => (gIsX ? nodes : [])));
  return {
    layout: rowsLayout,
    rowOf: plan.rowOf,
    tableRowBytes: rowsLayout.rowBytes,
    padded: true,
    gIsX: (node) => gIsX.has(node),
    write(words, numbers) {
      writeTables(words, numbers, graph, plan, units, rowsLayout, threads);
      writeSeries(words, graph, units, series, rowsLayout);
      const wait = threads > 1 ? waits(graph, units, stepOf, threads) : undefined;
      units.forEach(({ nodes }, n) => {
        const set = (field: keyof typeof unit, value: number) =>
          (words[(rowsLayout.units + n * unitBytes + unit[field]) / 4] = value);
        set('step', stepOf?.[nodes[0]] ?? 0);
        set('waitsForward', Number(wait?.forward[n] ?? false));
        set('waitsBackward', Number(wait?.backward[n] ?? false));
      });
    },
  };
}

function writeTables(
  words: Uint32Array,
  numbers: Float32Array,
  graph: Graph,
  plan: Plan,
  units: readonly RowUnit[],
  layout: Layout,
  threads: number,
): void {
  writeHeader(words, numbers, graph, {
    ...layout,
    unitCount: units.length,
    threads,
    accumulates: Number(graph.weightSlots !== undefined),
    maySleep: Number(!('document' in globalThis)),
  });
  const { rowOf } = plan;
  const rowAddress = (table: number, i: number) => table + rowOf[i] * layout.rowBytes;
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    const address = (slot: number) => slotAddress(graph, layout, slot);
    words[layout.biasOf / 4 + rowOf[i]] = address(graph.biasSlot(i));
    words[layout.scaleOf / 4 + rowOf[i]] = address(graph.scaleSlot(i));
    const first = graph.edgeStart[i];
    if (first < graph.edgeStart[i + 1]) words[layout.weightsOf / 4 + rowOf[i]] = address(graph.weightSlot(first, i));
  }
  numbers.set(graph.constants, (layout.parameters + layout.parameterBytes) / 4);
  for (let k = 0; k < graph.outputs.length; k++) {
    words[layout.outputX / 4 + k] = rowAddress(layout.x, graph.outputs[k]);
  }
  writeUnits(words, numbers, graph, plan, units, layout);
  if (plan.sparseEdges > 0) writeSparseEdges(words, graph, plan, units, layout);
}

/** Writes each value to the header word with the same name. Values without such a word are ignored. */
export function writeHeader(
  words: Uint32Array,
  numbers: Float32Array,
  graph: Graph,
  values: Readonly<Record<string, number | MemoryUse>> &
    Pick<CommonLayout, 'parameters' | 'gradients' | 'outputX' | 'targetRows' | 'weights'> & { readonly steps?: number },
): void {
  const { steps = 1 } = values;
  const derived = {
    inputCount: graph.inputCount,
    targetCount: graph.outputs.length,
    outputCount: graph.outputs.length / steps,
    outputXStart: values.outputX,
    targetRowsStart: values.targetRows,
    weightsStart: values.weights,
    // A distance: kernels add it to the address of a parameter to get the address of its gradient.
    gradients: values.gradients - values.parameters,
  };
  for (const [name, value] of Object.entries({ ...values, ...derived })) {
    if (typeof value === 'number' && name in header) words[header[name as keyof typeof header] / 4] = value;
  }
  numbers[header.outputShare / 4] = 1 / derived.outputCount;
}

function writeUnits(
  words: Uint32Array,
  numbers: Float32Array,
  graph: Graph,
  plan: Plan,
  units: readonly RowUnit[],
  layout: Layout,
): void {
  let table = layout.predecessorTables;
  units.forEach((rowUnit, n) => {
    const at = layout.units + n * unitBytes;
    const set = (field: keyof typeof unit, value: number) => (words[(at + unit[field]) / 4] = value);
    const { number, options } = activationKernelOf(rowUnit.activation);
    set('dense', Number(rowUnit.dense));
    set('nodes', rowUnit.nodes.length);
    set('firstRow', rowUnit.firstRow);
    set('scaleTrainable', Number(rowUnit.scaleTrainable));
    set('aggregation', aggregationNumberOf(rowUnit.aggregation));
    set('activation', number);
    numbers.set(options.slice(0, maxOptions), (at + unit.options) / 4);
    const { rowBytes } = layout;
    const onlyCopies = rowUnit.elementwise !== undefined && isCopy(graph, rowUnit);
    set('h', rowUnit.gIsX ? layout.x : layout.g);
    set('delta', rowUnit.dense ? layout.denseDelta - rowUnit.firstRow * rowBytes : layout.delta);
    set('deltaStride', rowBytes);
    set('elementwise', rowUnit.elementwise ?? 0);
    set('activates', Number(!onlyCopies));
    if (onlyCopies) {
      // No kernel writes the slope of these nodes.
      const slope = layout.slope + rowUnit.firstRow * rowBytes;
      numbers.fill(1, slope / 4, (slope + rowUnit.nodes.length * rowBytes) / 4);
    }
    if (!rowUnit.dense) return;

    const [first] = rowUnit.nodes;
    const start = graph.edgeStart[first];
    const count = graph.edgeStart[first + 1] - start;
    const length = tableLength(count);
    let inputsInOrder = count === graph.inputCount;
    let leadingInputs = 0;
    for (let k = 0; k < length; k++) {
      const j = k < count ? graph.predecessors[start + k] : -1;
      words[table / 4 + k] = j < 0 ? layout.zeroRow : layout.x + plan.rowOf[j] * layout.rowBytes;
      if (j >= 0 && j !== k) inputsInOrder = false;
      if (j >= 0 && j < graph.inputCount && leadingInputs === k) leadingInputs++;
    }
    set('predecessors', count);
    set('predecessorX', table);
    set('panel', inputsInOrder ? layout.inputs : layout.panel);
    set('panelStride', inputsInOrder ? layout.inputStride : layout.panelStride);
    set('makesPanel', Number(!inputsInOrder));
    set('leadingInputs', leadingInputs);
    table += 4 * length;
  });
}

/**
 * Sets the fields of units that belong to a series (see series.ts). The units of a series share a panel (see
 * memory-map.ts) and rows of delta. The panel and these rows hold the samples of several steps.
 */
function writeSeries(
  words: Uint32Array,
  graph: Graph,
  units: readonly RowUnit[],
  series: readonly (number | undefined)[],
  { units: records, seriesSamples, seriesStride, seriesDeltas, seriesPanels }: Layout,
): void {
  const addressesOf = new Map<number, { delta: number; panel: number }>();
  let [delta, panel] = [seriesDeltas, seriesPanels];
  units.forEach(({ nodes, firstRow }, n) => {
    const first = series[n];
    if (first === undefined) return;
    const panelStride = rowStride(graph.edgeStart[nodes[0] + 1] - graph.edgeStart[nodes[0]]);
    if (first === n) {
      addressesOf.set(n, { delta, panel });
      delta += nodes.length * seriesStride;
      panel += seriesSamples * panelStride;
    }
    const addresses = addressesOf.get(first)!;
    const set = (field: keyof typeof unit, value: number) =>
      (words[(records + n * unitBytes + unit[field]) / 4] = value);
    set('inSeries', 1);
    set('delta', addresses.delta - firstRow * seriesStride);
    set('deltaStride', seriesStride);
    set('panel', addresses.panel);
    set('panelStride', panelStride);
    set('makesPanel', 1);
  });
}

/**
 * Writes the incoming edges of sparse nodes, ordered by target. Writes them again, ordered by source, except those of
 * elementwise units.
 */
function writeSparseEdges(
  words: Uint32Array,
  graph: Graph,
  { rowOf }: Plan,
  units: readonly RowUnit[],
  layout: Layout,
): void {
  const { edgeStart, predecessors } = graph;
  const inStart = layout.inStart / 4;
  const outStart = layout.outStart / 4;
  const sparse = units.filter((rowUnit) => !rowUnit.dense);
  const eachNode = (visit: (i: number, isElementwise: boolean) => void) =>
    sparse.forEach(({ nodes, elementwise }) => nodes.forEach((i) => visit(i, elementwise !== undefined)));

  // Dense nodes have no incoming edges in these tables; the running sum below fills in their entries.
  eachNode((i, isElementwise) => {
    words[inStart + rowOf[i] + 1] = edgeStart[i + 1] - edgeStart[i];
    if (isElementwise) return;
    for (let e = edgeStart[i]; e < edgeStart[i + 1]; e++) words[outStart + rowOf[predecessors[e]] + 1]++;
  });
  for (let row = 0; row < graph.nodeCount; row++) {
    words[inStart + row + 1] += words[inStart + row];
    words[outStart + row + 1] += words[outStart + row];
  }

  // A node with an aggregation has one row of derivatives per edge; see `edgeRowOf` in memory-map.ts.
  let edgeRow = layout.edgeRows;
  for (const { aggregation, elementwise, nodes } of sparse) {
    if (aggregation === undefined || elementwise !== undefined) continue;
    for (const i of nodes) {
      words[layout.edgeRowOf / 4 + rowOf[i]] = edgeRow;
      edgeRow += (edgeStart[i + 1] - edgeStart[i]) * layout.rowBytes;
    }
  }

  const next = words.slice(outStart, outStart + graph.nodeCount);
  eachNode((i, isElementwise) => {
    const firstEdgeRow = layout.edgeRowOf === 0 ? 0 : words[layout.edgeRowOf / 4 + rowOf[i]];
    const delta = layout.delta + rowOf[i] * layout.rowBytes;
    let entry = words[inStart + rowOf[i]];
    for (let e = edgeStart[i]; e < edgeStart[i + 1]; e++, entry++) {
      const row = rowOf[predecessors[e]];
      const weight = slotAddress(graph, layout, graph.weightSlot(e, i));
      words[layout.inX / 4 + entry] = layout.x + row * layout.rowBytes;
      if (layout.inWeight > 0) words[layout.inWeight / 4 + entry] = weight;
      if (isElementwise) continue;
      const out = next[row]++;
      words[layout.outDelta / 4 + out] =
        firstEdgeRow === 0 ? delta : firstEdgeRow + (e - edgeStart[i]) * layout.rowBytes;
      words[layout.outWeight / 4 + out] = weight;
    }
  });
}
