/** Where a pass left the finite numbers: think of walking up a wet pipe to the first joint that leaks. */
import type { SampleCache } from './cache.js';
import { allFinite, NnbpError } from './errors.js';
import type { Graph } from './graph.js';
import type { ReferenceExecutor } from './reference.js';

/**
 * Nothing, if every output of a prediction is finite.
 *
 * @throws NnbpError `OVERFLOW`, naming the first node in topological order whose value is not
 */
export function expectFiniteOutputs({ graph, cache }: ReferenceExecutor, outputs: ArrayLike<number>): void {
  if (allFinite(outputs)) return;
  cache.samples.forEach(({ x }, s) => expectFiniteForward(graph, x, s));
}

/**
 * Nothing, if the loss, every gradient and every dloss/dx of a pass is finite.
 *
 * @throws NnbpError `OVERFLOW`, naming the first quantity, in the order of computation, that is not
 */
export function expectFinitePass({ graph, cache, gradients }: ReferenceExecutor, loss: number): void {
  if (Number.isFinite(loss) && allFinite(gradients) && cache.samples.every(({ dLossDx }) => allFinite(dLossDx))) return;
  cache.samples.forEach((sample, s) => {
    expectFiniteForward(graph, sample.x, s);
    if (!Number.isFinite(loss)) throw overflow(`the loss is ${loss}, though every value is finite`, s);
    expectFiniteBackward(graph, sample, s);
  });
  throw overflow('a gradient overflowed as it was added up, though every node is finite', 0);
}

function expectFiniteForward(graph: Graph, x: ArrayLike<number>, s: number): void {
  for (let i = 0; i < graph.nodeCount; i++) {
    if (!Number.isFinite(x[i])) throw overflow(`x of node "${graph.ids[i]}" is ${x[i]}`, s);
  }
}

function expectFiniteBackward(graph: Graph, { slope, dLossDx }: SampleCache, s: number): void {
  for (let i = graph.nodeCount - 1; i >= 0; i--) {
    const id = graph.ids[i];
    if (!Number.isFinite(dLossDx[i])) throw overflow(`dloss/dx of node "${id}" is ${dLossDx[i]}`, s);
    if (!Number.isFinite(slope[i])) throw overflow(`the slope of node "${id}" is ${slope[i]}`, s);
  }
}

const overflow = (what: string, sample: number): NnbpError =>
  new NnbpError(
    'OVERFLOW',
    `Sample ${sample}: ${what}, the first number of the pass that is not finite. Scale the data, or make the parameters smaller.`,
  );
