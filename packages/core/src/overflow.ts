/** Finds the first number of a pass that is not finite. */
import { NnbpError } from './errors.js';
import { allFinite } from './expect.js';
import type { ReferenceExecutor } from './reference.js';

/**
 * Throws unless the mean loss, every gradient and every dloss/dx of a pass are finite.
 *
 * @param lossOf - Returns the loss of one step of a sample.
 * @throws NnbpError `OVERFLOW`. The message names the first number that is not finite. The search goes through x, the
 * loss, then dLossDx and slope (from the last node to the first) of each step in turn; then through the gradients and
 * the mean loss.
 */
export function expectNoOverflow(
  { graph, cache, gradients }: ReferenceExecutor,
  mean: number,
  lossOf: (sample: number, step: number) => number,
): void {
  const steps = cache.sequences.flatMap((sequence, s) =>
    sequence.steps.slice(0, sequence.length).map((step, t) => ({ step, s, t, stepCount: sequence.length })),
  );
  if (Number.isFinite(mean) && allFinite(gradients) && steps.every(({ step }) => allFinite(step.dLossDx))) return;
  steps.forEach(({ step, s, t, stepCount }) => {
    const expect = (what: string, value: number) => {
      if (!Number.isFinite(value))
        throw overflow(`Sample ${s}${stepCount > 1 ? `, step ${t}` : ''}: ${what} is ${value}`);
    };
    const { ids } = graph;
    for (let i = 0; i < ids.length; i++) expect(`x of node "${ids[i]}"`, step.x[i]);
    expect('the loss', lossOf(s, t));
    for (let i = ids.length - 1; i >= 0; i--) {
      expect(`dLossDx of node "${ids[i]}"`, step.dLossDx[i]);
      expect(`slope of node "${ids[i]}"`, step.slope[i]);
    }
  });
  // All cached values are finite, so the number that is not finite is a gradient or the mean loss.
  const p = gradients.findIndex((gradient) => !Number.isFinite(gradient));
  const i = graph.ids.findIndex((_, i) => p < graph.parameterStart[i + 1]);
  throw overflow(p < 0 ? 'The mean loss is not finite' : `A gradient of node "${graph.ids[i]}" is ${gradients[p]}`);
}

/** Creates the error for a number that is not finite. */
export const overflow = (what: string): NnbpError =>
  new NnbpError('OVERFLOW', `${what}. Scale the data or reduce the parameters.`);
