/**
 * Exports a network as a PyTorch module: a Python file, a weights file, and a script for training on one or more
 * machines.
 */
import { type Aggregation, type Graph, type Network, NnbpError, type OutputTransform } from '@nnbp/core';
import type { FileBytes } from '@nnbp/formats';
import { encode, neededNodes, nextState } from '@nnbp/formats/shared';
import { pythonOf } from './activations.js';
import { pythonOfAggregation } from './aggregations.js';
import { type BlockParameters, layout, type Layout, type ModuleBlock } from './layout.js';
import { TensorLocations } from './tensor-locations.js';
import { list, names } from './python.js';
import { moduleSource } from './module-source.js';
import type { ModuleLayer } from './standard-layers.js';
import { trainSource } from './train-source.js';

/** The files of {@link toPyTorch}, by name. */
export interface PyTorchFiles {
  /** The network as `Network`, a `torch.nn.Module`. Needs only `torch`. */
  readonly 'network.py': string;
  /** Trains the network, with `torchrun` or in a single process. */
  readonly 'train.py': string;
  /** All parameters, in float64. */
  readonly 'weights.safetensors': FileBytes;
}

/**
 * Exports a network for PyTorch 1.13 and later. In Python, in the directory of the three files:
 *
 * ```python
 * from network import Network
 *
 * network = Network().load("weights.safetensors")  # Network(torch.float64) for the same precision as @nnbp
 * outputs = network(inputs)                        # [batch, inputs] to [batch, outputs], in the original units
 * ```
 *
 * A network with delays reads sequences, `[batch, steps, inputs]` to `[batch, steps, outputs]`; its method `step`
 * computes a single step. Nodes that exactly match an `nn.RNN`, `nn.LSTM`, `nn.GRU`, convolution or pooling layer become
 * that module. Other nodes are computed in blocks: a dense layer as a matrix, irregular nodes as a list of edges.
 * {@link fromPyTorch} imports the trained weights.
 *
 * @throws NnbpError `UNSUPPORTED` (a custom activation or aggregation)
 *
 * @example
 * ```ts
 * import { tanh } from '@nnbp/activations';
 * import { mlp, Network } from '@nnbp/core';
 * import { fromPyTorch, toPyTorch } from '@nnbp/interop';
 *
 * const network = new Network(mlp([2, 8, 1], { activation: tanh }), { seed: 1 });
 * const files = toPyTorch(network);
 * Object.keys(files); // ['network.py', 'train.py', 'weights.safetensors']
 *
 * // After training in PyTorch.
 * fromPyTorch(files['weights.safetensors'], network).predict([1, 2])[0] === network.predict([1, 2])[0]; // true
 * ```
 */
export function toPyTorch(network: Network): PyTorchFiles {
  const { graph } = network;
  const functions = pythonFunctions(graph);
  const aggregations = pythonAggregations(graph);
  const plan = layout(graph);
  return {
    'network.py': [
      head(graph),
      moduleSource,
      ...[...functions, ...aggregations.values()].map(({ text }) => text),
      networkClass(network, plan, functions, aggregations),
    ].join('\n\n'),
    'train.py': trainSource,
    'weights.safetensors': weights(network, plan),
  };
}

/** A Python function: its name and its code. */
interface PythonFunction {
  readonly name: string;
  readonly text: string;
}

function pythonFunctions(graph: Graph): PythonFunction[] {
  return graph.activations.map((activation, k) => {
    const expression = pythonOf(activation);
    if (expression !== undefined) {
      const name = `g${k + 1}`;
      return { name, text: `def ${name}(h):\n    """${activation.name}"""\n    return ${expression}\n` };
    }
    const first = Array.from(graph.activationOf).findIndex((own, i) => i >= graph.inputCount && own === k);
    throw new NnbpError(
      'UNSUPPORTED',
      `Node "${graph.ids[first]}": the activation "${activation.name}" is custom, so it has no ` +
        'PyTorch equivalent. Use a built-in activation.',
    );
  });
}

function pythonAggregations(graph: Graph): ReadonlyMap<Aggregation, PythonFunction> {
  const used = graph.aggregations.filter((aggregation) => aggregation !== undefined);
  return new Map(
    used.map((aggregation, k) => {
      const expression = pythonOfAggregation(aggregation);
      if (expression !== undefined) {
        const name = `a${k + 1}`;
        const text = `def ${name}(z):\n    """${aggregation.name}"""\n    return ${expression}\n`;
        return [aggregation, { name, text }];
      }
      const first = graph.ids.findIndex((_, i) => graph.aggregation(i) === aggregation);
      throw new NnbpError(
        'UNSUPPORTED',
        `Node "${graph.ids[first]}": the aggregation "${aggregation.name}" is custom, so it has no ` +
          'PyTorch equivalent. Use a built-in aggregation.',
      );
    }),
  );
}

function weights({ parameters }: Network, plan: Layout): FileBytes {
  // PyTorch's recurrent layers add two biases. If both stand for the same parameter b, the first is b and the second 0.
  const seen = new Uint8Array(parameters.vector.length);
  const tensors = plan.tensors.map(({ name, shape, parameters: indices }) => ({
    name,
    shape,
    values: Float64Array.from(indices, (p) => (seen[p]++ === 0 ? parameters.vector[p] : 0)),
  }));
  return encode(tensors, { format: 'pt' });
}

const head = (graph: Graph) =>
  `"""A network of ${graph.nodeCount} nodes and ${graph.edgeCount} edges as a PyTorch module. Generated by @nnbp/interop; train it with train.py.

    from network import Network
    network = Network().load("weights.safetensors")
    outputs = network(inputs)${graph.stateSize > 0 ? '  # [batch, steps, inputs] to [batch, steps, outputs]' : ''}

Parameters belong to blocks of nodes: blocks.K.weight, .bias (b) and .scale (c). If block K is a PyTorch layer such as nn.LSTM, its parameters are in blocks.K.layer.
"""
`;

/** The output transforms as Python expressions in the output values x, whose last axis is the outputs. */
const transforms = {
  none: 'x',
  sigmoid: 'torch.sigmoid(x)',
  softmax: 'torch.softmax(x, -1)',
  logSoftmax: 'torch.log_softmax(x, -1)',
} satisfies Readonly<Record<OutputTransform, string>>;

function networkClass(
  network: Network,
  plan: Layout,
  functions: readonly PythonFunction[],
  aggregations: ReadonlyMap<Aggregation, PythonFunction>,
): string {
  const { graph, inputScaler, outputScaler, outputTransform } = network;
  const locations = new TensorLocations(graph, plan);
  const result = locations.of(Array.from(graph.outputs));
  const hasState = graph.stateSize > 0;
  const { isLayered } = plan;
  const next = isLayered ? { reads: [], columns: undefined } : locations.of(nextState(graph));
  const initials = plan.blocks.flatMap((block) => (block.kind === 'Recurrent' ? [block.initial] : []));
  const initial = isLayered ? initials.flat() : Array.from(graph.initialState());
  // Always true for a network with delays: in a sequence of one step, no output depends on a node that only delayed edges
  // read.
  const mayHaveUnreadNodes = hasState || neededNodes(graph).includes(0, graph.inputCount);
  const listOrNone = (numbers: readonly number[] | undefined) => (numbers === undefined ? 'None' : list(numbers));
  return `class Network(nn.Module):
    """Input and output are in the original units of the data: ${hasState ? '[batch, steps, inputs] to [batch, steps, outputs]' : '[batch, inputs] to [batch, outputs]'}."""

    inputs = ${graph.inputCount}
    outputs = ${graph.outputs.length}
    # The names of the nodes, in the order of the columns.
    input_names = ${names(Array.from({ length: graph.inputCount }, (_, i) => graph.ids[i]))}
    output_names = ${names(Array.from(graph.outputs, (i) => graph.ids[i]))}
    # Whether there may be nodes on which no output depends. PyTorch computes no gradient for them.
    has_unread_nodes = ${mayHaveUnreadNodes ? 'True' : 'False'}
    # Whether the network has delays. Its inputs are then sequences.
    has_state = ${hasState ? 'True' : 'False'}

    def __init__(self, dtype=torch.float32):
        super().__init__()
        self.shared = ${plan.sharedCount > 0 ? `random_parameter((${plan.sharedCount},), 1)` : 'None'}
        self.blocks = nn.ModuleList(
            [
${plan.blocks
  .map((block) =>
    'tensors' in block
      ? layerSource(graph, block, locations, functions)
      : blockSource(graph, block, locations, functions, aggregations),
  )
  .join('\n')}
            ]
        )
        self.result_reads = ${list(result.reads)}
${isLayered ? `        self.state_sizes = ${list(initials.map(({ length }) => length))}` : `        self.next_reads = ${list(next.reads)}`}
        for name, columns in {
            "result_columns": ${result.columns === undefined ? 'None' : list(result.columns)},
            "next_columns": ${next.columns === undefined ? 'None' : list(next.columns)},
        }.items():
            self.register_buffer(name, None if columns is None else index(columns), persistent=False)
        for name, numbers in {
            "input_mean": ${listOrNone(inputScaler?.mean)},
            "input_deviation": ${listOrNone(inputScaler?.deviation)},
            "output_mean": ${listOrNone(outputScaler?.mean)},
            "output_deviation": ${listOrNone(outputScaler?.deviation)},
            "fixed": ${list(Array.from(graph.constants))},
            "initial": ${list(initial)},
        }.items():
            self.register_buffer(name, None if numbers is None else torch.tensor(numbers, dtype=torch.float64), persistent=False)
        self.to(dtype)

    def forward(self, x, raw=False):
        """If raw is True, returns the outputs for the loss: neither scaled to the original units nor transformed."""
${isLayered ? allSteps : eachStep}
    def initial_state(self, batch):
        """Returns the state before the first step."""
        return self.initial.expand(batch, -1)

    def prepare(self):
        """Prepares the parameters of each block once for all steps."""
        pool = self.fixed if self.shared is None else torch.cat([self.shared, self.fixed])
        return [block.prepare(pool) for block in self.blocks]

    def step(self, x, state, prepared=None, raw=False):
        """${isLayered ? 'Returns the outputs and the next state. For one step, outputs are [batch, outputs]; for all steps, [batch, steps, outputs].' : 'Returns the outputs of one step, [batch, outputs], and the next state.'}"""
        prepared = self.prepare() if prepared is None else prepared
        if self.input_mean is not None:
            x = (x - self.input_mean) / self.input_deviation
${isLayered ? valuesOfLayers : valuesOfBlocks}
        if raw:
            return x, state
        if self.output_mean is not None:
            x = x * self.output_deviation + self.output_mean
        return ${transforms[outputTransform]}, state

    def standardize(self, t):
        """Returns the standardized targets."""
        return t if self.output_mean is None else (t - self.output_mean) / self.output_deviation

    def load(self, path):
        """Loads the weights from a .safetensors file. Returns the network."""
        self.load_state_dict(read_safetensors(path))
        return self
`;
}

/** The body of `forward` if the network is computed step by step. */
const eachStep = `        if not self.has_state:
            return self.step(x, None, self.prepare(), raw)[0]
        prepared, state, outputs = self.prepare(), self.initial_state(len(x)), []
        for row in x.unbind(1):
            output, state = self.step(row, state, prepared, raw)
            outputs.append(output)
        return torch.stack(outputs, 1)
`;
const allSteps = `        return self.step(x, self.initial_state(len(x)), raw=raw)[0]
`;

/** The lines of `step` that compute the output values x and the next state, if the network is computed step by step. */
const valuesOfBlocks = `        values = [x, state] if self.has_state else [x]
        for block, own in zip(self.blocks, prepared):
            values.append(block(values, own))
        x = torch.cat([values[k] for k in self.result_reads], 1)
        if self.result_columns is not None:
            x = x[:, self.result_columns]
        if self.has_state:
            state = torch.cat([values[k] for k in self.next_reads], 1)
            if self.next_columns is not None:
                state = state[:, self.next_columns]`;
/** The same lines if the network is computed layer by layer. */
const valuesOfLayers = `        values, states, after = [x], iter(state.split(self.state_sizes, 1)), []
        for block, own in zip(self.blocks, prepared):
            if isinstance(block, Recurrent):
                value, state = block(values, next(states))
                after.append(state)
            else:
                value = block(values, own)
            values.append(value)
        state = torch.cat(after, 1)
        x = torch.cat([values[k] for k in self.result_reads], -1)
        if self.result_columns is not None:
            x = x[..., self.result_columns]`;

function layerSource(
  graph: Graph,
  layer: ModuleLayer,
  locations: TensorLocations,
  functions: readonly PythonFunction[],
): string {
  const { kind, options, nodes, from } = layer;
  return callSource(kind, {
    ...options,
    ...(kind === 'Windows' && { function: functions[graph.activationOf[nodes[0]]].name }),
    ...readSource(locations.of(from)),
  });
}

function blockSource(
  graph: Graph,
  block: ModuleBlock,
  locations: TensorLocations,
  functions: readonly PythonFunction[],
  aggregations: ReadonlyMap<Aggregation, PythonFunction>,
): string {
  const { nodes, from, kind, fanIn, columns, weights, biases, scales, aggregation } = block;
  const runs: { activation: number; size: number }[] = [];
  for (const i of nodes) {
    const run = runs.at(-1);
    if (run?.activation === graph.activationOf[i]) run.size++;
    else runs.push({ activation: graph.activationOf[i], size: 1 });
  }
  const optionsOf = (name: string, { own, indices }: BlockParameters) => ({
    [name]: own,
    ...(indices !== undefined && { [`${name}_indices`]: list(indices) }),
  });
  const options = {
    ...(aggregation !== undefined && { aggregation: aggregations.get(aggregation)!.name }),
    nodes: nodes.length,
    predecessors: from.length,
    ...(kind !== 'Dense' && { fan_in: list(fanIn), sources: list(columns), ...optionsOf('weight', weights) }),
    ...readSource(locations.of(from)),
    functions: `[${runs.map(({ activation, size }) => `(${size}, ${functions[activation].name})`).join(', ')}]`,
    ...optionsOf('bias', biases),
    ...(scales !== undefined && optionsOf('scale', scales)),
  };
  return callSource(kind, options);
}

const readSource = ({ reads, columns }: ReturnType<TensorLocations['of']>) => ({
  reads: list(reads),
  ...(columns !== undefined && { columns: list(columns) }),
});

/** Formats an entry of `self.blocks`. */
function callSource(kind: string, options: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries(options).map(([name, value]) => `                    ${name}=${value},`);
  return [`                ${kind}(`, ...lines, '                ),'].join('\n');
}
