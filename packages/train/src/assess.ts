/** Computes loss and metrics over data with an executor that has already been prepared. */
import { applyOutputTransform, type Executor, type Loss, type Network, rowsOf } from '@nnbp/core';
import { untilAborted } from './abort.js';
import type { Batch, BatchSource } from './batches.js';
import type { Metric, MetricResult } from './metrics/metric.js';
import type { Pace } from './yield-to-event-loop.js';

/** The results of an evaluation. */
export interface Assessment {
  /** The weighted mean of the samples' losses, on standardized targets if the network has an output scaler. */
  readonly loss: number;
  /**
   * The value of each metric, by name. Metrics are computed from outputs as `predict` returns them: after the output
   * transform, in the original units of the data.
   */
  readonly metrics: Readonly<Record<string, MetricResult>>;
}

/** Options for long-running work. */
export interface YieldOptions {
  /** Determines when to yield to the event loop. */
  readonly pace: Pace;
  /** Aborts the work. */
  readonly signal?: AbortSignal | undefined;
}

/** Returns `PassOptions` that contain only the initial state of a batch; undefined if the batch has none. */
export const stateOptionsOf = ({ options }: Batch) =>
  options?.state === undefined ? undefined : { state: options.state };

/** Evaluates all samples of the source. */
export async function assess(
  network: Network,
  executor: Executor,
  source: BatchSource,
  loss: Loss,
  metrics: readonly Metric[],
  { pace, signal }: YieldOptions,
): Promise<Assessment> {
  const width = network.graph.outputs.length;
  const { outputScaler, outputTransform } = network;
  const accumulators = metrics.map((metric) => metric.start(width));
  const [x, target] = [new Float64Array(width), new Float64Array(width)];
  let sum = 0;
  let total = 0;
  source.start();
  for (;;) {
    const next = source.next();
    const batch = next instanceof Promise ? await untilAborted(next, signal) : next;
    if (batch === undefined) break;
    const weights = batch.options?.weights;
    const outputs = executor.predict(batch.inputs, batch.counts, stateOptionsOf(batch));
    const { start } = rowsOf(batch.counts);
    for (let r = 0, t = 0; r < batch.rowCount; r++) {
      if (r === start[t + 1]) t++;
      const weight = weights?.[r] ?? 1;
      if (weight === 0) continue;
      for (let k = 0; k < width; k++) {
        x[k] = outputs[r * width + k];
        target[k] = batch.targets[r * width + k];
      }
      sum += weight * loss.value(x, target);
      if (outputScaler !== undefined) {
        for (let k = 0; k < width; k++) {
          x[k] = outputScaler.undo(x[k], k);
          target[k] = outputScaler.undo(target[k], k);
        }
      }
      applyOutputTransform(outputTransform, x, 0, width);
      for (const accumulator of accumulators) accumulator.add(x, target, batch.firstStep + t);
    }
    total += batch.weight;
    const pause = pace.yieldIfDue();
    if (pause !== undefined) await pause;
    signal?.throwIfAborted();
  }
  return {
    loss: sum / total,
    metrics: Object.fromEntries(metrics.map((metric, k) => [metric.name, accumulators[k].result()])),
  };
}
