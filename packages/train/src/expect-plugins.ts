/** Validates the loss, the metrics and the optimizer that the caller passes. */
import { expectPlugin, NnbpError, type Optimizer } from '@nnbp/core';

/** @throws NnbpError `WRONG_TYPE` unless `loss` is a loss and every entry of `metrics` is a metric */
export function expectLossAndMetrics(loss: unknown, metrics: readonly unknown[] = []): void {
  expectPlugin('loss', loss, 'derivative', 'a Loss, such as `mse()`');
  for (const metric of metrics) expectPlugin('metric', metric, 'start', 'a Metric, such as `accuracy()`');
}

/** @throws NnbpError `WRONG_STATE` if the optimizer has trained another number of parameters */
export function expectStateFits({ builtin }: Optimizer, parameterCount: number): void {
  const other = Object.values(builtin?.vectors ?? {}).find(({ length }) => length !== parameterCount);
  if (other !== undefined) {
    throw new NnbpError(
      'WRONG_STATE',
      `optimizer: it has trained ${other.length} parameters, but would now train ${parameterCount}. Create an optimizer for each network and each choice of \`freeze\`.`,
    );
  }
}
