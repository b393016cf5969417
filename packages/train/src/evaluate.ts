/** How good a network is on data it has not seen. */
import { type Engine, expectInteger, js, type Loss, type Network } from '@nnbp/core';
import { assess, type Assessment } from './assess.js';
import { turns } from './yield-to-event-loop.js';
import { batchesOf, close } from './batches.js';
import type { Data } from './data.js';
import type { Metric } from './metrics/metric.js';

/** What `evaluate` can be told. */
export interface EvaluateOptions {
  /** What the mean is taken of. */
  readonly loss: Loss;
  /** Further figures. */
  readonly metrics?: readonly Metric[];
  /** Default: `js()`. */
  readonly engine?: Engine;
  /** Samples at a time. Default 256. */
  readonly batchSize?: number;
  /** Ends it: `evaluate` rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** After how many milliseconds others get a turn. Default 12. */
  readonly yieldEvery?: number;
}

/**
 * The mean loss, in the network's units, and the metrics, in the data's.
 *
 * @throws NnbpError `OUT_OF_RANGE`, `EMPTY_DATA`, `WRONG_LENGTH`, `NOT_FINITE`, `WRONG_TARGET`
 */
export async function evaluate(network: Network, data: Data, options: EvaluateOptions): Promise<Assessment> {
  const { loss, metrics = [], engine = js(), batchSize = 256, signal, yieldEvery = 12 } = options;
  expectInteger('batchSize', batchSize, 1);
  signal?.throwIfAborted();
  const source = batchesOf(network, loss, data, batchSize, 'data');
  const executor = engine.prepare(network.graph, batchSize);
  try {
    executor.parameters.set(network.parameters.vector);
    return await assess(network, executor, source, loss, metrics, { turn: turns(yieldEvery), signal });
  } finally {
    executor.dispose();
    await close([source], signal);
  }
}
