/** Validates the loss and the metrics that the caller passes. */
import { expectPlugin } from '@nnbp/core';

/** @throws NnbpError `WRONG_TYPE` unless `loss` is a loss and every entry of `metrics` is a metric */
export function expectLossAndMetrics(loss: unknown, metrics: readonly unknown[] = []): void {
  expectPlugin('loss', loss, 'derivative', 'a Loss, such as `mse()`');
  for (const metric of metrics) expectPlugin('metric', metric, 'start', 'a Metric, such as `accuracy()`');
}
