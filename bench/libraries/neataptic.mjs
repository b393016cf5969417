/**
 * Trains with neataptic by calling `activate` and `propagate`, as neataptic's own `train` does. neataptic can also
 * generate a standalone function from a network, but that function cannot learn.
 */
import neataptic from 'neataptic';
import { eachComputed, meanSquaredError, rows } from '../workloads.mjs';

/** @type {import('./library.mjs').Prepare} */
export function prepare(workload) {
  const { ordinary: graph, weights, batch, samples } = workload;
  if (graph.edgeCount > 1e6) return { reason: 'each edge is an object with its own lists; two million such objects do not fit in memory' };
  const network = buildNetwork(graph, weights);
  const outputs = graph.outputs.length;
  const inputs = rows(workload.inputs, graph.inputCount);
  const targets = rows(workload.targets, outputs);
  // The gradient in neataptic lacks the factor 2 / outputs of mse, and is a sum over the samples of a batch, not a
  // mean.
  const rate = (workload.learningRate * 2) / outputs / batch;
  return {
    step() {
      for (let s = 0; s < samples; s++) {
        network.activate(inputs[s]);
        network.propagate(rate, 0, (s + 1) % batch === 0, targets[s]);
      }
    },
    loss: () => meanSquaredError(workload, (input) => network.activate(input)),
    note: 'activate and propagate; the error of an output is target − output, without g′: not the gradient of squared error',
  };
}

/**
 * neataptic activates nodes in the order of `network.nodes`, and takes the last nodes as outputs. The outputs of this
 * graph can be last, since they have no successors.
 */
function buildNetwork(graph, weights) {
  const nodes = Array.from({ length: graph.nodeCount }, (_, i) => {
    const type = i < graph.inputCount ? 'input' : graph.outputPosition[i] >= 0 ? 'output' : 'hidden';
    return new neataptic.Node(type);
  });
  const network = new neataptic.Network(0, 0);
  network.input = graph.inputCount;
  network.output = graph.outputs.length;
  network.nodes = [...nodes.filter(({ type }) => type !== 'output'), ...Array.from(graph.outputs, (i) => nodes[i])];
  eachComputed(graph, (i) => {
    nodes[i].bias = weights[graph.biasIndex(i)];
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++)
      network.connections.push(...nodes[graph.predecessors[e]].connect(nodes[i], weights[graph.weightIndex(e, i)]));
  });
  return network;
}
