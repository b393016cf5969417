/** Evaluation of a network on data. */
import { type Engine, expectInteger, js, type Loss, type Network } from '@nnbp/core';
import { assess, type Assessment } from './assess.js';
import { Pace } from './yield-to-event-loop.js';
import { batchesOf, close } from './batches.js';
import { areSequences, type Data } from './data.js';
import { longestOf } from './sequences.js';
import type { Metric } from './metrics/metric.js';

/** Options of {@link evaluate}. */
export interface EvaluateOptions {
  /** The loss whose mean is computed. */
  readonly loss: Loss;
  /** Further figures. Default: none. */
  readonly metrics?: readonly Metric[];
  /** Where it is computed, and in which precision. Default: `js()`, float64. */
  readonly engine?: Engine;
  /** Samples computed together. Default: 256. */
  readonly batchSize?: number;
  /** Ends the evaluation: `evaluate` rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Milliseconds of work after which it yields to the event loop. Default: 12. */
  readonly yieldEvery?: number;
}

/** Steps of a sequence that are computed together. Longer ones continue. */
const maxWindow = 64;

/**
 * Computes the mean loss, in the network's units, and the metrics, in the data's.
 *
 * @throws NnbpError `OUT_OF_RANGE`, `EMPTY_DATA`, `WRONG_LENGTH`, `NOT_FINITE`, `WRONG_TARGET`
 */
export async function evaluate(network: Network, data: Data, options: EvaluateOptions): Promise<Assessment> {
  const { loss, metrics = [], engine = js(), batchSize = 256, signal, yieldEvery = 12 } = options;
  expectInteger('batchSize', batchSize, 1);
  signal?.throwIfAborted();
  const steps = areSequences(data) ? Math.min(maxWindow, longestOf(data)) : 1;
  const source = batchesOf(network, loss, data, batchSize, steps, 'data');
  const executor = engine.prepare(network.graph, batchSize, steps);
  try {
    executor.parameters.set(network.parameters.vector);
    return await assess(network, executor, source, loss, metrics, { pace: new Pace(yieldEvery), signal });
  } finally {
    executor.dispose();
    await close([source], signal);
  }
}
