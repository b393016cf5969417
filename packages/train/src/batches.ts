/** Where batches come from: a table in memory, shuffled by index, or a stream. The buffers are made once. */
import { type Loss, type Network, NnbpError, type Random } from '@nnbp/core';
import {
  checkSample,
  checkTables,
  type Data,
  type FlatData,
  flatten,
  isStream,
  type Sample,
  type SampleStream,
  tablesOf,
  writeSample,
} from './data.js';
import { yieldToEventLoop } from './yield-to-event-loop.js';

/** Some samples, row after row, in buffers that the next batch overwrites. */
export interface Batch {
  readonly inputs: Float64Array;
  readonly targets: Float64Array;
  samples: number;
  /** Where the samples stand in the data: the number of each in its table or stream. */
  readonly numbers: Uint32Array;
}

/** Gives one batch after another, then undefined. */
export interface BatchSource {
  /** Begins an epoch. */
  start(): void;
  next(): Batch | undefined | Promise<Batch | undefined>;
  /** Ends an epoch before its end. */
  stop(): Promise<void>;
}

function emptyBatch(network: Network, batchSize: number): Batch {
  return {
    inputs: new Float64Array(batchSize * network.graph.inputCount),
    targets: new Float64Array(batchSize * network.graph.outputs.length),
    samples: 0,
    numbers: new Uint32Array(batchSize),
  };
}

/** Batches of a table, in its order or, with `random`, in a new one each epoch. */
export function tableBatches(network: Network, data: FlatData, batchSize: number, random?: Random): BatchSource {
  const batch = emptyBatch(network, Math.min(batchSize, data.samples));
  const inputCount = network.graph.inputCount;
  const outputCount = network.graph.outputs.length;
  const order = new Uint32Array(data.samples);
  let at = 0;
  return {
    start() {
      at = 0;
      // From the same start each epoch, so that the order follows from the random state alone.
      for (let s = 0; s < order.length; s++) order[s] = s;
      random?.shuffle(order);
    },
    next() {
      if (at === order.length) return undefined;
      batch.samples = Math.min(batch.numbers.length, order.length - at);
      for (let s = 0; s < batch.samples; s++) {
        const from = order[at++];
        batch.numbers[s] = data.rows?.[from] ?? from;
        for (let k = 0; k < inputCount; k++) batch.inputs[s * inputCount + k] = data.inputs[from * inputCount + k];
        for (let k = 0; k < outputCount; k++) batch.targets[s * outputCount + k] = data.targets[from * outputCount + k];
      }
      return batch;
    },
    stop: () => Promise.resolve(),
  };
}

/** Batches of a stream, each sample checked as it comes. */
export function streamBatches(network: Network, loss: Loss, stream: SampleStream, batchSize: number): BatchSource {
  const batch = emptyBatch(network, batchSize);
  let samples: AsyncIterator<Sample> | undefined;
  let count = 0;
  return {
    start() {
      samples = (typeof stream === 'function' ? stream() : stream)[Symbol.asyncIterator]();
      count = 0;
    },
    async next() {
      batch.samples = 0;
      while (samples !== undefined && batch.samples < batchSize) {
        const next = await samples.next();
        if (next.done === true) {
          samples = undefined;
          break;
        }
        const label = `data, sample ${count}`;
        checkSample(network, next.value, label);
        writeSample(network, loss, next.value, batch.samples, batch.inputs, batch.targets, label);
        batch.numbers[batch.samples++] = count++;
      }
      if (count === 0) {
        throw new NnbpError(
          'EMPTY_DATA',
          'data: the stream gave no sample. For several epochs give a function that returns a fresh stream.',
        );
      }
      return batch.samples === 0 ? undefined : batch;
    },
    async stop() {
      await samples?.return?.();
      samples = undefined;
    },
  };
}

/** Batches of any data, in its order. */
export function batchesOf(network: Network, loss: Loss, data: Data, batchSize: number, what: string): BatchSource {
  if (isStream(data)) return streamBatches(network, loss, data, batchSize);
  const tables = tablesOf(data);
  checkTables(network, tables, what);
  return tableBatches(network, flatten(network, loss, tables, what), batchSize);
}

/** Ends what is open. A stream that never answers does not hold up who has given the signal to end. */
export async function close(sources: readonly BatchSource[], signal: AbortSignal | undefined): Promise<void> {
  const closed = Promise.all(sources.map((source) => source.stop()));
  await (signal?.aborted === true ? Promise.race([closed.catch(() => undefined), yieldToEventLoop()]) : closed);
}
