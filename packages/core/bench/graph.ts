/** Measures the build time and the memory of a graph of two million edges. Run: pnpm bench:graph */
import { sigmoid } from '@nnbp/activations';
import { mlp } from '@nnbp/core';

const collect = (globalThis as { gc?: () => void }).gc;
if (collect === undefined) throw new Error('This benchmark requires node --expose-gc. Run pnpm bench:graph.');
for (let round = 1; round <= 3; round++) {
  collect();
  const before = process.memoryUsage();
  const startTime = performance.now();
  const graph = mlp([1024, 1024, 1024], { activation: sigmoid });
  const seconds = (performance.now() - startTime) / 1000;
  collect();
  const after = process.memoryUsage();
  const bytes = after.arrayBuffers + after.heapUsed - before.arrayBuffers - before.heapUsed;
  console.log(
    `round ${round}: ${graph.edgeCount} edges in ${seconds.toFixed(2)} s, ${(bytes / graph.edgeCount).toFixed(1)} bytes per edge`,
  );
}
