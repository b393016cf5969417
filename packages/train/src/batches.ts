/** Creates batches from a table in memory or from a stream, in buffers that are reused. */
import {
  copyRows,
  type Loss,
  type Network,
  NnbpError,
  type PassOptions,
  type Random,
  type SampleCounts,
  type SampleTable,
  shuffle,
} from '@nnbp/core';
import {
  areSequences,
  checkSample,
  checkTables,
  type Data,
  type FlatData,
  flatten,
  isStream,
  iteratorOf,
  type Sample,
  type SampleStream,
  tablesOf,
  writeSample,
} from './data.js';
import {
  checkSequences,
  flattenSequences,
  isSequenceList,
  type SequenceBatchOptions,
  sequenceBatches,
  type SequenceStream,
  sequenceStreamBatches,
} from './sequences.js';
import { yieldToEventLoop } from './yield-to-event-loop.js';

/** A batch of samples, row after row, in buffers that the next batch overwrites. */
export interface Batch {
  readonly inputs: Float64Array;
  readonly targets: Float64Array;
  /** The number of samples; for sequences, the number of samples at each step. */
  readonly counts: SampleCounts;
  /** For sequences, the step of the first row; otherwise 0. */
  readonly firstStep: number;
  /** The number of rows: one per sample or, for sequences, one per sample and step. */
  readonly rowCount: number;
  /** The sum of the rows' sample weights. If it is 0, the batch does not change the parameters. */
  readonly weight: number;
  /** The sample weights and, for sequences, the recurrent state from which the batch starts. */
  readonly options: PassOptions | undefined;
  /** Returns the index that sample s of the batch has in the data. */
  indexInData(s: number): number;
}

export interface BatchSource {
  /** Begins an epoch. */
  start(): void;
  /** Returns undefined at the end of the epoch. */
  next(): Batch | undefined | Promise<Batch | undefined>;
  /** Closes the stream, if there is one. */
  stop(): Promise<void>;
  /** Only for sequences in memory: the recurrent state from which the next batch starts. */
  readonly carried?: Float64Array;
  /** The table, if the data are a table without sample weights. */
  readonly table?: BatchTable | undefined;
}

/** The remaining samples of an epoch, for an executor that takes several batches in one call. */
export interface BatchTable extends SampleTable {
  /** The indices of the samples, in the order of the epoch. */
  readonly order: Uint32Array;
  /** The index in `order` at which the next batch begins. */
  readonly first: number;
  /** Skips samples on which the network has already been trained. */
  skip(samples: number): void;
}

/** Creates batches from a table, in the order of its rows or, with `random`, in a new order in each epoch. */
export function tableBatches(network: Network, data: FlatData, batchSize: number, random?: Random): BatchSource {
  const size = Math.min(batchSize, data.samples);
  const inputCount = network.graph.inputCount;
  const outputCount = network.graph.outputs.length;
  const order = new Uint32Array(data.samples);
  let batchStart = 0;
  let nextStart = 0;
  const batch = {
    inputs: new Float64Array(size * inputCount),
    targets: new Float64Array(size * outputCount),
    counts: 0,
    firstStep: 0,
    rowCount: 0,
    weight: 0,
    options: data.weights && { weights: new Float64Array(size) },
    indexInData: (s: number) => data.rows?.[order[batchStart + s]] ?? order[batchStart + s],
  };
  const table: BatchTable = {
    inputs: data.inputs,
    targets: data.targets,
    order,
    get first() {
      return nextStart;
    },
    skip(samples) {
      nextStart += samples;
    },
  };
  return {
    // No object spread, which would give each source a different hidden class and deoptimize the code that uses it.
    table: data.weights === undefined ? table : undefined,
    start() {
      nextStart = 0;
      // Start from the same order in each epoch, so that the shuffled order depends on the random state alone.
      for (let s = 0; s < order.length; s++) order[s] = s;
      if (random !== undefined) shuffle(order, random);
    },
    next() {
      if (nextStart === order.length) return undefined;
      batchStart = nextStart;
      batch.rowCount = Math.min(size, order.length - nextStart);
      copyRows(data.inputs, batch.inputs, inputCount, order, nextStart, batch.rowCount);
      copyRows(data.targets, batch.targets, outputCount, order, nextStart, batch.rowCount);
      batch.counts = batch.weight = batch.rowCount;
      if (batch.options !== undefined) {
        batch.weight = 0;
        for (let s = 0; s < batch.rowCount; s++) {
          batch.weight += batch.options.weights[s] = data.weights![order[nextStart + s]];
        }
      }
      nextStart += batch.rowCount;
      return batch;
    },
    stop: () => Promise.resolve(),
  };
}

/**
 * Creates batches from a stream. Each sample is checked when it arrives.
 *
 * @param what - The name of the stream in error messages.
 */
export function streamBatches(
  network: Network,
  loss: Loss,
  stream: SampleStream,
  batchSize: number,
  what: string,
): BatchSource {
  const batch = {
    inputs: new Float64Array(batchSize * network.graph.inputCount),
    targets: new Float64Array(batchSize * network.graph.outputs.length),
    counts: 0,
    firstStep: 0,
    rowCount: 0,
    weight: 0,
    options: undefined,
    indexInData: (s: number) => count - batch.rowCount + s,
  };
  let samples: AsyncIterator<Sample> | undefined;
  let count = 0;
  return {
    start() {
      samples = iteratorOf(stream, what);
      count = 0;
    },
    async next() {
      batch.rowCount = 0;
      while (samples !== undefined && batch.rowCount < batchSize) {
        const next = await samples.next();
        if (next.done === true) {
          samples = undefined;
          break;
        }
        const label = `${what}, sample ${count}`;
        checkSample(network, next.value, label);
        writeSample(network, loss, next.value, batch.rowCount, batch.inputs, batch.targets, label);
        batch.rowCount++;
        count++;
      }
      if (count === 0) {
        throw new NnbpError(
          'EMPTY_DATA',
          `${what}: the stream is empty. For several epochs, pass a function that returns a new stream.`,
        );
      }
      batch.counts = batch.weight = batch.rowCount;
      return batch.rowCount === 0 ? undefined : batch;
    },
    async stop() {
      await samples?.return?.();
      samples = undefined;
    },
  };
}

/** Creates batches from any data, in the order of the data. `window` and `stateful` apply only to sequences. */
export function batchesOf(
  network: Network,
  loss: Loss,
  data: Data,
  options: SequenceBatchOptions,
  what: string,
): BatchSource {
  if (areSequences(data)) {
    if (!isSequenceList(data)) {
      return sequenceStreamBatches(network, loss, data.sequences as SequenceStream, options, what);
    }
    checkSequences(network, data, what);
    return sequenceBatches(network, flattenSequences(network, loss, data, what), options);
  }
  const { batchSize } = options;
  if (isStream(data)) return streamBatches(network, loss, data, batchSize, what);
  const tables = tablesOf(data);
  checkTables(network, tables, what);
  return tableBatches(network, flatten(network, loss, tables, what), batchSize);
}

/** Stops the sources. A stream that never responds does not block an abort. */
export async function close(sources: readonly BatchSource[], signal: AbortSignal | undefined): Promise<void> {
  const closed = Promise.all(sources.map((source) => source.stop()));
  await (signal?.aborted === true ? Promise.race([closed.catch(() => undefined), yieldToEventLoop()]) : closed);
}
