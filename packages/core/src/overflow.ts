/** Finds the first non-finite number of a pass. */
import { NnbpError } from './errors.js';
import { allFinite } from './expect.js';
import type { ReferenceExecutor } from './reference.js';

/**
 * Throws unless the mean loss, every gradient and every dloss/dx of a pass are finite.
 *
 * @param lossOf - Returns the loss of one step of a sample.
 * @throws NnbpError `OVERFLOW`. The message names the first non-finite number. Each sample is searched in the order of
 * computation: first x and the loss, step by step; then dLossDx and slope, from the last step and node to the first. If
 * all of these are finite in every sample, the message names a gradient or the mean loss.
 */
export function expectNoOverflow(
  { graph, cache, gradients }: ReferenceExecutor,
  mean: number,
  lossOf: (sample: number, step: number) => number,
): void {
  const { ids } = graph;
  const derivativesAreFinite = cache.sequences.every(({ steps, length }) =>
    steps.slice(0, length).every(({ dLossDx }) => allFinite(dLossDx)),
  );
  if (Number.isFinite(mean) && allFinite(gradients) && derivativesAreFinite) return;
  cache.sequences.forEach(({ steps, length }, s) => {
    const expect = (t: number, what: string, value: number) => {
      if (!Number.isFinite(value)) throw overflow(`Sample ${s}${length > 1 ? `, step ${t}` : ''}: ${what} is ${value}`);
    };
    for (let t = 0; t < length; t++) {
      for (let i = 0; i < ids.length; i++) expect(t, `x of node "${ids[i]}"`, steps[t].x[i]);
      expect(t, 'the loss', lossOf(s, t));
    }
    for (let t = length - 1; t >= 0; t--) {
      for (let i = ids.length - 1; i >= 0; i--) {
        expect(t, `dLossDx of node "${ids[i]}"`, steps[t].dLossDx[i]);
        expect(t, `slope of node "${ids[i]}"`, steps[t].slope[i]);
      }
    }
  });
  const p = gradients.findIndex((gradient) => !Number.isFinite(gradient));
  const i = graph.ids.findIndex((_, i) => p < graph.parameterStart[i + 1]);
  throw overflow(p < 0 ? 'The mean loss is not finite' : `A gradient of node "${graph.ids[i]}" is ${gradients[p]}`);
}

export const overflow = (what: string): NnbpError =>
  new NnbpError('OVERFLOW', `${what}. Scale the data or reduce the parameters.`);
