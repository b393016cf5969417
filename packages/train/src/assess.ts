/** Loss and metrics over data, by an executor that is at hand. */
import type { Executor, Loss, Network } from '@nnbp/core';
import { untilAborted } from './abort.js';
import type { BatchSource } from './batches.js';
import type { Metric, MetricResult } from './metrics/metric.js';

/** What an assessment found. */
export interface Assessment {
  /** The mean loss over the samples, in the network's units. */
  readonly loss: number;
  /** By the metrics' names, in the data's units. */
  readonly metrics: Readonly<Record<string, MetricResult>>;
}

/** How long work behaves towards others. */
export interface YieldOptions {
  /** Gives them a turn, if it is time. */
  readonly turn: () => Promise<void> | undefined;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
}

/** Runs all of the source's samples through the executor. */
export async function assess(
  network: Network,
  executor: Executor,
  source: BatchSource,
  loss: Loss,
  metrics: readonly Metric[],
  { turn, signal }: YieldOptions,
): Promise<Assessment> {
  const width = network.graph.outputs.length;
  const { outputScaler } = network;
  const counts = metrics.map((metric) => metric.start(width));
  const [x, t] = [new Float64Array(width), new Float64Array(width)];
  let sum = 0;
  let samples = 0;
  source.start();
  for (;;) {
    const next = source.next();
    const batch = next instanceof Promise ? await untilAborted(next, signal) : next;
    if (batch === undefined) break;
    const outputs = executor.predict(batch.inputs, batch.samples);
    for (let s = 0; s < batch.samples; s++) {
      for (let k = 0; k < width; k++) {
        x[k] = outputs[s * width + k];
        t[k] = batch.targets[s * width + k];
      }
      sum += loss.value(x, t);
      if (outputScaler !== undefined) {
        for (let k = 0; k < width; k++) {
          x[k] = outputScaler.undo(x[k], k);
          t[k] = outputScaler.undo(t[k], k);
        }
      }
      for (const count of counts) count.add(x, t);
    }
    samples += batch.samples;
    const others = turn();
    if (others !== undefined) await others;
    signal?.throwIfAborted();
  }
  return {
    loss: sum / samples,
    metrics: Object.fromEntries(metrics.map((metric, k) => [metric.name, counts[k].result()])),
  };
}
