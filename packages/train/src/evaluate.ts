/** Evaluates a network on data. */
import { type Engine, expectEngine, expectInteger, js, type Loss, type Network, NnbpError } from '@nnbp/core';
import { assess, type Assessment } from './assess.js';
import { Pace } from './yield-to-event-loop.js';
import { batchesOf, close } from './batches.js';
import { areSequences, type Data } from './data.js';
import { isSequenceList, longestOf } from './sequences.js';
import { expectLossAndMetrics } from './expect-plugins.js';
import type { Metric } from './metrics/metric.js';

/** Options of {@link evaluate}. */
export interface EvaluateOptions {
  /** The loss to compute. */
  readonly loss: Loss;
  /** Metrics to compute. Default: none. */
  readonly metrics?: readonly Metric[];
  /** The engine, which determines the precision. Default: `js()`, float64. */
  readonly engine?: Engine;
  /** Number of samples per batch. Default: 256, or 1 for `stateful` sequences. */
  readonly batchSize?: number;
  /**
   * For sequences: whether sequence k of a batch continues the state of sequence k of the previous batch. With the
   * default batch size, each sequence continues the previous one. Default: false.
   */
  readonly stateful?: boolean;
  /** Stops the evaluation: `evaluate` rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Milliseconds of work after which `evaluate` yields to the event loop. Default: 12. */
  readonly yieldEvery?: number;
}

/** Maximum number of steps of a sequence that are computed at once. */
const maxWindow = 64;

/**
 * Computes the mean loss (on standardized targets if the network has an output scaler) and the metrics (in the original
 * units of the data).
 *
 * @throws NnbpError `OUT_OF_RANGE`, `WRONG_TYPE`, `EMPTY_DATA`, `WRONG_LENGTH`, `NOT_FINITE`, `WRONG_TARGET`
 */
export async function evaluate(network: Network, data: Data, options: EvaluateOptions): Promise<Assessment> {
  const { loss, metrics = [], engine = js(), stateful = false, signal, yieldEvery = 12 } = options;
  const { batchSize = stateful ? 1 : 256 } = options;
  expectEngine(engine);
  expectLossAndMetrics(loss, metrics);
  expectInteger('batchSize', batchSize, 1);
  signal?.throwIfAborted();
  if (stateful && !areSequences(data)) throw new NnbpError('WRONG_TYPE', 'stateful: expected data with sequences.');
  const steps = areSequences(data) ? Math.min(maxWindow, isSequenceList(data) ? longestOf(data) : Infinity) : 1;
  const source = batchesOf(network, loss, data, { batchSize, window: steps, stateful }, 'data');
  const executor = engine.prepare(network.graph, batchSize, steps);
  try {
    executor.parameters.set(network.parameters.vector);
    return await assess(network, executor, source, loss, metrics, { pace: new Pace(yieldEvery), signal });
  } finally {
    executor.dispose();
    await close([source], signal);
  }
}
