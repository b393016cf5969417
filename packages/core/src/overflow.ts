/** Where a pass left the finite numbers: think of walking up a wet pipe to the first joint that leaks. */
import { allFinite, NnbpError } from './errors.js';
import type { ReferenceExecutor } from './reference.js';

/**
 * Nothing, if the results of a pass are finite: outputs after `predict`; the loss, every gradient and every dloss/dx after
 * `backpropagate`.
 *
 * @param lossOf - The loss of one sample, after `backpropagate`.
 * @throws NnbpError `OVERFLOW`, naming the first number, in the order of computation, that is not
 */
export function expectNoOverflow(
  { graph, cache, gradients }: ReferenceExecutor,
  results: ArrayLike<number>,
  lossOf?: (sample: number) => number,
): void {
  const { samples } = cache;
  if (allFinite(results) && allFinite(gradients) && samples.every(({ dLossDx }) => allFinite(dLossDx))) return;
  samples.forEach((sample, s) => {
    const expect = (what: string, found: number) => {
      if (!Number.isFinite(found)) throw overflow(`Sample ${s}: ${what} is ${found}`);
    };
    const { ids } = graph;
    for (let i = 0; i < ids.length; i++) expect(`x of node "${ids[i]}"`, sample.x[i]);
    if (lossOf !== undefined) expect('the loss', lossOf(s));
    for (let i = ids.length - 1; i >= 0; i--) {
      expect(`dLossDx of node "${ids[i]}"`, sample.dLossDx[i]);
      expect(`slope of node "${ids[i]}"`, sample.slope[i]);
    }
  });
  // Products and sums over samples, which the cache does not keep.
  const p = gradients.findIndex((gradient) => !Number.isFinite(gradient));
  const i = graph.ids.findIndex((_, i) => p < graph.parameterStart[i + 1]);
  throw overflow(p < 0 ? 'The mean loss is not finite' : `A gradient of node "${graph.ids[i]}" is ${gradients[p]}`);
}

/** The error for a number that is not finite. */
export const overflow = (what: string): NnbpError =>
  new NnbpError('OVERFLOW', `${what}. Scale the data, or make the parameters smaller.`);
