/**
 * Measures the time to build a graph of the given size, to prepare the engine and to run a training step, and the
 * memory of the graph and of the engine. Needs --expose-gc.
 */
import { sigmoid } from '@nnbp/activations';
import { mlp } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { sgd } from '@nnbp/optim';
import { ourEngine } from './our-engine.mjs';
import { median } from './table.mjs';
import { randomGraph } from './workloads.mjs';

const [kind, requestedEdges] = [process.argv[2], Number(process.argv[3])];
const batch = 32;
const outputs = 10;

/**
 * Builds a dense network with about `edges` edges. A network of n inputs, two hidden layers of n nodes and 10 outputs
 * has 2 n² + 10 n edges.
 */
function dense(edges) {
  const n = Math.round((Math.sqrt(outputs ** 2 + 8 * edges) - outputs) / 4);
  return mlp([n, n, n, outputs], { activation: sigmoid });
}

/** Builds a random graph with ten edges per node. */
const sparse = (edges) =>
  randomGraph({ inputs: Math.min(64, edges / 20), hidden: edges / 10 - outputs, edges, outputs, scale: 'trainable' });

/** Waits before measuring, since V8 releases pages some time after it has collected their objects. */
const memoryInUse = async () => {
  globalThis.gc();
  await new Promise((resolve) => setTimeout(resolve, 200));
  globalThis.gc();
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  return { rss, heapUsed, external, arrayBuffers };
};
const timed = (work) => {
  const startTime = performance.now();
  const result = work();
  return [(performance.now() - startTime) / 1000, result];
};

const engine = await ourEngine();
const initial = await memoryInUse();
const [secondsToBuild, graph] = timed(() => (kind === 'dense' ? dense : sparse)(requestedEdges));
const built = await memoryInUse();
const [secondsToPrepare, executor] = timed(() => engine.prepare(graph, batch));
for (let k = 0; k < executor.parameters.length; k++) executor.parameters[k] = 0.1 * Math.sin(k);
const inputs = new Float32Array(batch * graph.inputCount).fill(0.5);
const targets = new Float32Array(batch * outputs).fill(0.3);
const [loss, optimizer] = [mse(), sgd({ learningRate: 0.01 })];
const step = () => executor.step(inputs, targets, batch, loss, optimizer);
step();
const prepared = await memoryInUse();

const warmUpStart = performance.now();
while (performance.now() - warmUpStart < 200) step();
const times = [];
const startTime = performance.now();
while (times.length < 5 || performance.now() - startTime < 500) {
  const [seconds] = timed(step);
  times.push(seconds);
}
const { edgeCount } = graph;
console.log(
  JSON.stringify({
    kind,
    edges: edgeCount,
    engine: engine.name,
    batch,
    secondsToBuild,
    secondsToPrepare,
    secondsPerStep: median(times),
    // The graph is on V8's heap and in array buffers. WebAssembly's memory is in neither. Part of this memory is
    // reserved for momenta, which this optimizer does not use. Only the resident set size excludes such unused memory.
    graphBytesPerEdge: (built.heapUsed + built.arrayBuffers - initial.heapUsed - initial.arrayBuffers) / edgeCount,
    engineBytesPerEdge: (prepared.rss - built.rss) / edgeCount,
    engineReservedBytesPerEdge: executor.parameters.buffer.byteLength / edgeCount,
    memory: { initial, built, prepared },
  }),
);
