/** The error for a number that is not finite: reports where it first occurred, the likely cause, and what to try. */
import { type Executor, type Network, NnbpError, rowsOf, type SampleCounts } from '@nnbp/core';
import type { Batch } from './batches.js';

/** The likely cause of a number that is not finite. */
export type DivergenceCause = 'unscaled input' | 'rate' | 'saturation' | 'gradient';

/**
 * Thrown by `fit` and `Trainer`, with the code `DIVERGED`. The network's parameters are those before the failed step.
 */
export class DivergedError extends NnbpError {
  constructor(
    message: string,
    /** The epoch, counted from 1. */
    readonly epoch: number,
    /** The batch, counted from 1. */
    readonly batch: number,
    /**
     * The index of the sample (or of the sequence) in the data. If all values are finite, the index of the first sample
     * of the batch.
     */
    readonly sample: number,
    /** The first node, in topological order, whose value is not finite; undefined if all values are finite. */
    readonly node: string | undefined,
    /** The likely cause. */
    readonly likelyCause: DivergenceCause,
  ) {
    super('DIVERGED', message);
  }
}

const advice: Readonly<Record<DivergenceCause, string>> = {
  'unscaled input': 'The inputs are very large: use standardize: true, or scale them to about 1.',
  rate: 'Values or parameters have become very large: use a smaller learning rate, or chain(clipByNorm(1), optimizer).',
  saturation:
    'All values are finite but the loss is not: an output is outside the domain of the loss. Use a loss on logits, or clip the outputs.',
  gradient:
    'Use chain(clipByValue(1), optimizer), a smaller learning rate, or scaled targets. A custom loss must be finite for all output values.',
};

/** Finds the first value of the failed pass that is not finite, if there is one, and returns the error. */
export function diverged(
  network: Network,
  executor: Executor,
  batch: Batch,
  lossOfStep: number,
  epoch: number,
  batchNumber: number,
): DivergedError {
  const { graph } = network;
  const { cache } = executor;
  const overflow = firstWhere(batch.counts, graph.ids, (id, s, t) => !Number.isFinite(cache.x(id, s, t)));
  const largest = (values: ArrayLike<number>) => {
    let max = 0;
    for (let k = 0; k < values.length; k++) max = Math.max(max, Math.abs(values[k]));
    return max;
  };
  const cause = ((): DivergenceCause => {
    // The buffer can be longer than the batch.
    if (largest(batch.inputs.subarray(0, batch.rowCount * graph.inputCount)) > 1e4) return 'unscaled input';
    if (overflow !== undefined || largest(executor.parameters) > 1e4) return 'rate';
    return Number.isNaN(lossOfStep) ? 'gradient' : 'saturation';
  })();
  const sample = batch.indexInData(overflow?.sample ?? 0);
  const where = overflow
    ? `the value of node "${overflow.id}" is ${cache.x(overflow.id, overflow.sample, overflow.step)}`
    : cause === 'gradient'
      ? 'all values are finite, but the loss, its gradient or the update is not'
      : `the loss is ${lossOfStep}`;
  return new DivergedError(
    `Epoch ${epoch}, batch ${batchNumber}, sample ${sample}: ${where}. ${advice[cause]} The parameters are those before this step.`,
    epoch,
    batchNumber,
    sample,
    overflow?.id,
    cause,
  );
}

function firstWhere(
  counts: SampleCounts,
  ids: readonly string[],
  holds: (id: string, sample: number, step: number) => boolean,
): { id: string; sample: number; step: number } | undefined {
  const { steps, start } = rowsOf(counts);
  for (let step = 0; step < steps; step++) {
    for (let sample = 0; sample < start[step + 1] - start[step]; sample++) {
      for (const id of ids) if (holds(id, sample, step)) return { id, sample, step };
    }
  }
  return undefined;
}
