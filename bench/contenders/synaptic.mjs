/** synaptic: with its own code generation on layers, with its objects on a graph. */
import synaptic from 'synaptic';
import { eachComputed, levelsOf, meanSquaredError, rows } from '../works.mjs';

/** @type {import('./contender.mjs').Prepare} */
export function prepare(work) {
  const { ordinary: graph, weights, samples } = work;
  if (graph.edgeCount > 1e6) return { reason: 'an object an edge, with tables of its own: two million do not fit' };
  // The code it generates for a graph with skip edges computes another loss, so that only the objects can race there.
  const generated = work.sizes !== undefined;
  const network = buildNetwork(graph, weights);
  network.setOptimize(generated);
  const outputs = graph.outputs.length;
  const inputs = rows(work.inputs, graph.inputCount);
  const targets = rows(work.targets, outputs);
  // Its error is target − output, ours 2 (output − target) / outputs.
  const rate = (work.learningRate * 2) / outputs;
  return {
    step() {
      for (let s = 0; s < samples; s++) {
        network.activate(inputs[s]);
        network.propagate(rate, targets[s]);
      }
    },
    loss: () => meanSquaredError(work, (input) => network.activate(input)),
    note: `activate and propagate, ${generated ? 'generated code' : 'objects (the code it generates for this graph computes another loss)'}; no batches; its error at an output is target − output, without g′: not the gradient of squared error`,
  };
}

/** Its networks are lists of layers, but an edge may go from any layer to any later one: our levels are its layers. */
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
