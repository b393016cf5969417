/** Where a pass left the finite numbers: think of walking up a wet pipe to the first joint that leaks. */
import { allFinite, NnbpError } from './errors.js';
import type { ReferenceExecutor } from './reference.js';

/**
 * Nothing, if the results of a pass are finite: outputs after `predict`; the loss, every gradient and every dloss/dx after
 * `backpropagate`.
 *
 * @throws NnbpError `OVERFLOW`, naming the first number, in the order of computation, that is not
 */
export function expectNoOverflow({ graph, cache, gradients }: ReferenceExecutor, results: ArrayLike<number>): void {
  const { samples } = cache;
  if (allFinite(results) && allFinite(gradients) && samples.every(({ dLossDx }) => allFinite(dLossDx))) return;
  samples.forEach((sample, s) => {
    const look = (quantity: 'x' | 'dLossDx' | 'slope', i: number) => {
      const found = sample[quantity][i];
      if (!Number.isFinite(found)) throw overflow(s, `${quantity} of node "${graph.ids[i]}" is ${found}`);
    };
    for (let i = 0; i < graph.nodeCount; i++) look('x', i);
    for (let i = graph.nodeCount - 1; i >= 0; i--) {
      look('dLossDx', i);
      look('slope', i);
    }
  });
  throw overflow(0, allFinite(results) ? 'a gradient is not finite' : `the loss is ${results[0]}`);
}

const overflow = (sample: number, what: string): NnbpError =>
  new NnbpError('OVERFLOW', `Sample ${sample}: ${what}. Scale the data, or make the parameters smaller.`);
