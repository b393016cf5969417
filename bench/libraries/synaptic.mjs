/** synaptic: layered networks run as generated code, other graphs as objects. */
import synaptic from 'synaptic';
import { eachComputed, levelsOf, meanSquaredError, rows } from '../workloads.mjs';

/** @type {import('./library.mjs').Prepare} */
export function prepare(workload) {
  const { ordinary: graph, weights, samples } = workload;
  if (graph.edgeCount > 1e6) return { reason: 'each edge is an object with its own tables; two million such objects do not fit in memory' };
  // For a graph with skip edges, synaptic generates code that computes a wrong loss.
  const generated = workload.sizes !== undefined;
  const network = buildNetwork(graph, weights);
  network.setOptimize(generated);
  const outputs = graph.outputs.length;
  const inputs = rows(workload.inputs, graph.inputCount);
  const targets = rows(workload.targets, outputs);
  // The gradient in synaptic lacks the factor 2 / outputs of mse.
  const rate = (workload.learningRate * 2) / outputs;
  return {
    step() {
      for (let s = 0; s < samples; s++) {
        network.activate(inputs[s]);
        network.propagate(rate, targets[s]);
      }
    },
    loss: () => meanSquaredError(workload, (input) => network.activate(input)),
    note: `activate and propagate, ${generated ? 'generated code' : 'objects (the code that it generates for this graph computes a wrong loss)'}; no batches; its error at an output is target − output, without g′: not the gradient of squared error`,
  };
}

/**
 * A synaptic network is a list of layers with edges from any layer to any later layer, so each level of the graph
 * becomes a layer.
 */
function buildNetwork(graph, weights) {
  const { Layer, Network, Neuron } = synaptic;
  const neurons = Array.from({ length: graph.nodeCount }, () => new Neuron());
  const level = levelsOf(graph);
  const deepest = Math.max(...level);
  const layerOf = (members) => {
    const layer = new Layer(0);
    for (const i of members) layer.add(neurons[i]);
    return layer;
  };
  const members = Array.from({ length: deepest + 1 }, () => []);
  for (let i = 0; i < graph.nodeCount; i++) if (graph.outputPosition[i] < 0) members[level[i]].push(i);
  eachComputed(graph, (i) => {
    neurons[i].bias = weights[graph.biasIndex(i)];
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++)
      neurons[graph.predecessors[e]].project(neurons[i], weights[graph.weightIndex(e, i)]);
  });
  return new Network({
    input: layerOf(members[0]),
    hidden: members
      .slice(1)
      .filter(({ length }) => length > 0)
      .map(layerOf),
    output: layerOf(Array.from(graph.outputs)),
  });
}
