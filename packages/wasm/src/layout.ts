/** The memory layout for a graph, a batch size and a number of steps: the address and size of each part. */
import { type Graph, NnbpError } from '@nnbp/core';
import { maxEdgesAtOnce } from './kernels/sparse-backward.js';
import { headerBytes, maxOptimizerVectors, maxThreads, normBlock, unitBytes } from './memory-map.js';
import type { RowUnit } from './row-units.js';
import { seriesSamples } from './series.js';

/**
 * Addresses and sizes in bytes of the parts that the executor itself reads and writes. For a field without a comment,
 * see the entry of `header` in memory-map.ts with the same name.
 */
export interface CommonLayout {
  readonly rowBytes: number;
  readonly x: number;
  readonly g: number;
  readonly slope: number;
  readonly dLossDx: number;
  readonly parameters: number;
  readonly parameterBytes: number;
  /** The address of the gradients. */
  readonly gradients: number;
  readonly optimizerVectors: number;
  readonly squareSums: number;
  readonly inputs: number;
  readonly inputStride: number;
  readonly targets: number;
  readonly targetStride: number;
  /** The number of batches that the queue holds. Their rows are contiguous and start at `inputs` and `targets`. */
  readonly queue: number;
  readonly queueInputBytes: number;
  readonly queueTargetBytes: number;
  readonly queueLosses: number;
  readonly targetRows: number;
  readonly outputX: number;
  /** The sample weights, one row per step. */
  readonly weights: number;
  /** The size of the whole memory. */
  readonly total: number;
  /** Bytes by purpose. */
  readonly use: MemoryUse;
}

/** The purposes of memory. */
export type Purpose = 'values' | 'parameters' | 'gradients' | 'optimizer' | 'samples' | 'tables';

/** Bytes by purpose. */
export type MemoryUse = Readonly<Record<Purpose, number>>;

/**
 * Addresses and sizes that only the kernels need. For a field without a comment, see the entry of `header` or `unit` in
 * memory-map.ts with the same name.
 */
export interface Layout extends CommonLayout {
  readonly rowCount: number;
  /**
   * The rows of delta of dense units. All dense units share these rows, since no other unit reads the delta of a dense
   * unit.
   */
  readonly denseDelta: number;
  /** The rows of delta of all other nodes. */
  readonly delta: number;
  /** For a series (see series.ts): the maximum number of samples in a row of delta, and in a panel. */
  readonly seriesSamples: number;
  /** The distance between the rows of delta of a series. */
  readonly seriesStride: number;
  /** The rows of delta of all series, concatenated. */
  readonly seriesDeltas: number;
  /** The panels of all series, concatenated. */
  readonly seriesPanels: number;
  readonly sparseEdges: number;
  readonly biasOf: number;
  readonly scaleOf: number;
  readonly weightsOf: number;
  readonly edgeRowOf: number;
  readonly steps: number;
  readonly stepTable: number;
  /**
   * The rows of dA/dz: one for each edge into a node with an aggregation, unless the node is in an elementwise unit.
   */
  readonly edgeRows: number;
  /**
   * The end of the rows of dA/dz. The memory from `delta` to this address contains `delta`, `seriesDeltas`,
   * `seriesPanels` and `edgeRows`.
   */
  readonly deltasEnd: number;
  readonly units: number;
  readonly outStart: number;
  readonly outDelta: number;
  readonly outWeight: number;
  readonly inStart: number;
  readonly inX: number;
  readonly inWeight: number;
  /** A row of zeros. Tables whose length is rounded up to whole vectors are padded with its address. */
  readonly zeroRow: number;
  readonly scratch: number;
  /** For each dense unit, a table of its predecessors' rows. The tables are concatenated. */
  readonly predecessorTables: number;
  /** The panel for the values of a dense unit's predecessors. All dense units share this panel. */
  readonly panel: number;
  readonly panelStride: number;
}

const lineBytes = 64;
/** Bytes of a 32-bit address space. */
const addressable = 2 ** 32;

export const roundedUp = (value: number, to: number) => Math.ceil(value / to) * to;

/**
 * Returns the distance in bytes between rows of `count` numbers: an odd number of cache lines, so that columns use all
 * cache sets.
 */
export function rowStride(count: number): number {
  const lines = Math.ceil((count * 4) / lineBytes);
  return (lines % 2 === 0 ? lines + 1 : lines) * lineBytes;
}

/** An L1 cache: the number of lines per set, and the number of sets. */
const [cacheWays, cacheSets] = [8, 64];

/**
 * Returns the distance in bytes between rows of samples. A matrix product reads one cache line from each of `rowsRead`
 * rows. Without gaps between rows, these lines may all fall into the same few cache sets. If these sets can hold
 * 2 · `rowsRead` lines or more, rows have no gaps, to save memory: sequences need many rows. Otherwise, `rowStride`
 * adds gaps.
 */
function sampleRowBytes(batchSize: number, rowsRead: number): number {
  const lines = Math.ceil((batchSize * 4) / lineBytes);
  // The largest power of two that divides the number of lines. Without gaps, only every `setStep`-th cache set is used.
  const setStep = lines & -lines;
  const fits = 2 * rowsRead * setStep <= cacheWays * cacheSets;
  return fits ? lines * lineBytes : rowStride(batchSize);
}

/**
 * Returns the distance in bytes between the inputs, or targets, of adjacent samples. As in the arrays that callers
 * pass, there are no gaps, unless all samples would then use the same few cache sets.
 */
export const sampleStride = (count: number): number => ((count * 4) % 512 === 0 ? rowStride(count) : count * 4);

/** Returns the length of the table of a dense unit's predecessors: their number, rounded up to whole vectors. */
export const tableLength = (predecessors: number): number => roundedUp(predecessors, 4);

/**
 * The maximum size in bytes of a queue of several batches. A larger batch is alone in the queue: its training step
 * takes much longer than the overhead of a call.
 */
const queueBytes = 32768;

export const queueLength = (batchBytes: number): number => Math.max(1, Math.floor(queueBytes / batchBytes));

export const parameterVectorBytes = (graph: Graph): number => roundedUp(graph.parameterCount * 4, lineBytes);

export const squareSumBytes = (parameterBytes: number): number => 8 * Math.ceil(parameterBytes / normBlock);

/** Returns the address of a slot. Parameters come first; the graph's constants start at the next cache line. */
export const slotAddress = (graph: Graph, { parameters, parameterBytes }: CommonLayout, slot: number): number =>
  parameters + (slot < graph.parameterCount ? 4 * slot : parameterBytes + 4 * (slot - graph.parameterCount));

/** Returns an allocator of consecutive addresses, each at the start of a cache line. */
export function allocator(): {
  allocate(bytes: number, purpose: Purpose): number;
  end(): number;
  readonly use: MemoryUse;
} {
  let next = headerBytes;
  const use = { values: 0, parameters: 0, gradients: 0, optimizer: 0, samples: 0, tables: headerBytes };
  return {
    allocate(bytes, purpose) {
      const address = next;
      next += roundedUp(bytes, lineBytes);
      use[purpose] += next - address;
      return address;
    },
    end: () => next,
    use,
  };
}

/**
 * @param graph - The plain graph (see time.ts), which covers all steps.
 * @param series - For each unit, the index of the first unit of its series, if any; see `seriesOf`.
 * @throws NnbpError `OUT_OF_RANGE` if the graph needs more memory than WebAssembly can address
 */
export function layout(
  graph: Graph,
  rowUnits: readonly RowUnit[],
  series: readonly (number | undefined)[],
  batchSize: number,
  steps: number,
): Layout {
  const { allocate, end, use } = allocator();
  const outputCount = graph.outputs.length;
  // Transposing can write up to three extra rows.
  const rowCount = graph.nodeCount + 3;
  const fanIn = (i: number) => graph.edgeStart[i + 1] - graph.edgeStart[i];
  const dense = rowUnits.filter((unit) => unit.dense);
  const sparse = rowUnits.filter((unit) => !unit.dense);
  const largest = (size: (unit: RowUnit) => number) => dense.reduce((max, unit) => Math.max(max, size(unit)), 0);
  const widest = largest(({ nodes }) => fanIn(nodes[0]));
  const rowBytes = sampleRowBytes(batchSize, widest);
  const samplesOfSeries = seriesSamples(batchSize, steps);
  const seriesStride = rowStride(samplesOfSeries);
  const firstOfSeries = rowUnits.filter((_, n) => series[n] === n);
  const rows = () => allocate(rowCount * rowBytes, 'values');
  const predecessorEntries = dense.reduce((sum, { nodes }) => sum + tableLength(fanIn(nodes[0])), 0);
  const edgesOf = (units: readonly RowUnit[]) =>
    units.reduce((total, { nodes }) => nodes.reduce((sum, i) => sum + fanIn(i), total), 0);
  const inEdges = edgesOf(sparse);
  const nonElementwise = sparse.filter((unit) => unit.elementwise === undefined);
  const outEdges = edgesOf(nonElementwise);
  const aggregatedEdges = edgesOf(nonElementwise.filter(({ aggregation }) => aggregation !== undefined));
  const parameterBytes = parameterVectorBytes(graph);
  const slotBytes = parameterBytes + roundedUp(graph.constants.length * 4, lineBytes);
  const samples = roundedUp(batchSize, 4);
  const inputStride = sampleStride(graph.inputCount);
  const targetStride = sampleStride(outputCount);
  const [queueInputBytes, queueTargetBytes] = [samples * inputStride, samples * targetStride];
  const queue = steps === 1 ? queueLength(queueInputBytes + queueTargetBytes) : 1;

  const result = {
    rowBytes,
    rowCount,
    parameterBytes,
    units: allocate(rowUnits.length * unitBytes, 'tables'),
    biasOf: allocate(rowCount * 4, 'tables'),
    scaleOf: allocate(rowCount * 4, 'tables'),
    weightsOf: allocate(rowCount * 4, 'tables'),
    edgeRowOf: aggregatedEdges === 0 ? 0 : allocate(rowCount * 4, 'tables'),
    outStart: allocate((graph.nodeCount + 1) * 4, 'tables'),
    inStart: allocate((graph.nodeCount + 1) * 4, 'tables'),
    outputX: allocate(roundedUp(outputCount, 4) * 4, 'tables'),
    steps,
    stepTable: allocate(16 * steps, 'tables'),
    weights: allocate(steps * rowBytes, 'samples'),
    zeroRow: allocate(rowBytes, 'values'),
    scratch: allocate(maxThreads * maxEdgesAtOnce * 16, 'tables'),
    predecessorTables: allocate(predecessorEntries * 4, 'tables'),
    inX: allocate(inEdges * 4, 'tables'),
    inWeight: graph.weightSlots === undefined && aggregatedEdges === 0 ? 0 : allocate(inEdges * 4, 'tables'),
    outDelta: allocate(outEdges * 4, 'tables'),
    outWeight: allocate(outEdges * 4, 'tables'),
    sparseEdges: outEdges,
    slotBytes,
    parameters: allocate(slotBytes, 'parameters'),
    gradients: allocate(slotBytes + lineBytes, 'gradients'),
    x: rows(),
    g: rows(),
    slope: rows(),
    dLossDx: rows(),
    denseDelta: allocate(largest(({ nodes }) => nodes.length) * rowBytes, 'values'),
    delta: rows(),
    seriesSamples: samplesOfSeries,
    seriesStride,
    seriesDeltas: allocate(firstOfSeries.reduce((sum, { nodes }) => sum + nodes.length, 0) * seriesStride, 'values'),
    seriesPanels: allocate(
      firstOfSeries.reduce((sum, { nodes }) => sum + rowStride(fanIn(nodes[0])), 0) * samplesOfSeries,
      'values',
    ),
    edgeRows: allocate(aggregatedEdges * rowBytes, 'values'),
    targetRows: allocate(roundedUp(outputCount, 4) * rowBytes, 'samples'),
    inputStride,
    // Kernels read whole vectors, and thus up to three numbers after the last.
    inputs: allocate(queue * queueInputBytes + 12, 'samples'),
    targetStride,
    targets: allocate(queue * queueTargetBytes + 12, 'samples'),
    queue,
    queueInputBytes,
    queueTargetBytes,
    queueLosses: allocate(8 * queue, 'samples'),
    panelStride: rowStride(widest),
    panel: allocate(samples * rowStride(widest), 'values'),
    // The optimizer's memory is last, because plain gradient descent does not use it: the operating system provides
    // memory only when the memory is first used.
    squareSums: allocate(squareSumBytes(parameterBytes), 'optimizer'),
    optimizerVectors: allocate(maxOptimizerVectors * parameterBytes, 'optimizer'),
  };
  const total = end();
  if (total > addressable) {
    const gigabytes = (total / 2 ** 30).toFixed(1);
    throw new NnbpError(
      'OUT_OF_RANGE',
      `The graph${steps > 1 ? ` unrolled over ${steps} steps` : ''} (${graph.nodeCount} nodes, ${graph.edgeCount} edges) with ` +
        `batches of ${batchSize} needs ${gigabytes} GiB of memory, but WebAssembly can address only 4 GiB. Use a smaller ` +
        `batch${steps > 1 ? ', fewer steps' : ''} or another engine.`,
    );
  }
  return { ...result, deltasEnd: result.edgeRows + aggregatedEdges * rowBytes, total, use };
}
