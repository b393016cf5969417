/** A network as a PyTorch module: a file of Python, a file of weights, and a script that trains them on many machines. */
import { expectFeatures, type Graph, type Network, NnbpError, type OutputTransform } from '@nnbp/core';
import { encode, neededByOutputs, oneLine } from '@nnbp/formats/shared';
import { pythonOf } from './activations.js';
import { layout, type Layout, type ModuleBlock } from './layout.js';
import { moduleSource } from './module-source.js';
import { trainSource } from './train-source.js';

/** The files of {@link toPyTorch}, by name. */
export interface PyTorchFiles {
  /** The network as `Network`, a `torch.nn.Module`. Needs nothing but `torch`. */
  readonly 'network.py': string;
  /** Trains it, by `torchrun` or alone. */
  readonly 'train.py': string;
  /** All parameters, in float64. */
  readonly 'weights.safetensors': Uint8Array;
}

/**
 * The network for PyTorch 1.13 and later. In Python, beside the three files:
 *
 * ```python
 * from network import Network
 *
 * network = Network().load("weights.safetensors")  # Network(torch.float64) for the same numbers as here
 * outputs = network(inputs)                        # [batch, inputs] to [batch, outputs], in the data's own units
 * ```
 *
 * Levels and blocks are those of the graph: a dense layer is a matrix, irregular nodes are a list of edges.
 * {@link fromPyTorch} brings trained weights back.
 *
 * @throws NnbpError `UNSUPPORTED` (a node whose activation is none of `@nnbp/activations`)
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
 * // Trained elsewhere, and brought back.
 * fromPyTorch(files['weights.safetensors'], network).predict([1, 2])[0] === network.predict([1, 2])[0]; // true
 * ```
 */
export function toPyTorch(network: Network): PyTorchFiles {
  const { graph } = network;
  expectFeatures('toPyTorch', graph);
  const functions = pythonFunctions(graph);
  const plan = layout(graph);
  return {
    'network.py': [
      head(graph),
      moduleSource,
      ...functions.map(({ text }) => text),
      networkClass(network, plan, functions),
    ].join('\n\n'),
    'train.py': trainSource,
    'weights.safetensors': weights(network, plan),
  };
}

/** g in Python: the name of a function, and its text. */
interface PythonFunction {
  readonly name: string;
  readonly text: string;
}

/** For each of the graph's activations, a function. */
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
      `Node "${graph.ids[first]}": its activation "${activation.name}" is none of @nnbp/activations, so there is no ` +
        'PyTorch for it. Expected a built-in one.',
    );
  });
}

function weights({ parameters }: Network, { seatings }: Layout): Uint8Array {
  const tensors = seatings.map(({ name, shape, parameters: places }) => ({
    name,
    shape,
    values: Float64Array.from(places, (p) => parameters.vector[p]),
  }));
  return encode(tensors, { format: 'pt' });
}

const head = (graph: Graph) =>
  `"""A network of ${graph.nodeCount} nodes and ${graph.edgeCount} edges as a PyTorch module. Written by @nnbp/interop; see train.py.

    from network import Network
    network = Network().load("weights.safetensors")
    outputs = network(inputs)

Parameters stand in blocks of nodes: blocks.K.weight, .bias (b) and .scale (c).
"""
`;

/** What `forward` returns of the output values x, [batch, outputs]. */
const transforms = {
  none: 'x',
  sigmoid: 'torch.sigmoid(x)',
  softmax: 'torch.softmax(x, 1)',
  logSoftmax: 'torch.log_softmax(x, 1)',
} satisfies Readonly<Record<OutputTransform, string>>;

function networkClass(network: Network, plan: Layout, functions: readonly PythonFunction[]): string {
  const { graph, inputScaler, outputScaler, outputTransform } = network;
  const columns = new Places(graph, plan.blocks);
  const result = columns.of(Array.from(graph.outputs));
  const unread = neededByOutputs(graph).includes(0, graph.inputCount);
  const units = (numbers: readonly number[] | undefined) => (numbers === undefined ? 'None' : list(numbers));
  return `class Network(nn.Module):
    """Input and output in the data's own units: [batch, inputs] to [batch, outputs]."""

    inputs = ${graph.inputCount}
    outputs = ${graph.outputs.length}
    # The nodes' names, in the order of the columns.
    input_names = ${names(Array.from({ length: graph.inputCount }, (_, i) => graph.ids[i]))}
    output_names = ${names(Array.from(graph.outputs, (i) => graph.ids[i]))}
    # Whether there are nodes that no output depends on, whose gradient PyTorch leaves out.
    has_unread_nodes = ${unread ? 'True' : 'False'}

    def __init__(self, dtype=torch.float32):
        super().__init__()
        self.shared = ${plan.sharedWeights > 0 ? `drawn((${plan.sharedWeights},), 1)` : 'None'}
        self.blocks = nn.ModuleList(
            [
${plan.blocks.map((block) => blockSource(graph, block, columns, functions)).join('\n')}
            ]
        )
        self.result_reads = ${list(result.reads)}
        self.register_buffer("result_columns", ${result.columns === undefined ? 'None' : `index(${list(result.columns)})`}, persistent=False)
        for name, units in {
            "input_mean": ${units(inputScaler?.mean)},
            "input_deviation": ${units(inputScaler?.deviation)},
            "output_mean": ${units(outputScaler?.mean)},
            "output_deviation": ${units(outputScaler?.deviation)},
        }.items():
            self.register_buffer(name, None if units is None else torch.tensor(units, dtype=torch.float64), persistent=False)
        self.to(dtype)

    def forward(self, x, own_units=False):
        """own_units: the output values that a loss is computed on, not what they mean in the units of the data."""
        if self.input_mean is not None:
            x = (x - self.input_mean) / self.input_deviation
        values = [x]
        for block in self.blocks:
            values.append(block(values, self.shared))
        x = torch.cat([values[k] for k in self.result_reads], 1)
        if self.result_columns is not None:
            x = x[:, self.result_columns]
        if own_units:
            return x
        if self.output_mean is not None:
            x = x * self.output_deviation + self.output_mean
        return ${transforms[outputTransform]}

    def standardize(self, t):
        """Targets in the network's units."""
        return t if self.output_mean is None else (t - self.output_mean) / self.output_deviation

    def load(self, path):
        """Takes the weights of a .safetensors file; returns the network."""
        self.load_state_dict(read_safetensors(path))
        return self
`;
}

function blockSource(graph: Graph, block: ModuleBlock, places: Places, functions: readonly PythonFunction[]): string {
  const { nodes, from, kind, fanIn, columns, places: weightPlaces, ownWeights, scaled } = block;
  const read = places.of(from);
  const runs: { activation: number; size: number }[] = [];
  for (const i of nodes) {
    const run = runs.at(-1);
    if (run?.activation === graph.activationOf[i]) run.size++;
    else runs.push({ activation: graph.activationOf[i], size: 1 });
  }
  const edges = {
    fan_in: list(fanIn),
    sources: list(columns),
    weights: ownWeights,
    ...(weightPlaces.length !== ownWeights && { places: list(weightPlaces) }),
  };
  const options = {
    nodes: nodes.length,
    predecessors: from.length,
    ...(kind !== 'Dense' && edges),
    reads: list(read.reads),
    functions: `[${runs.map(({ activation, size }) => `(${size}, ${functions[activation].name})`).join(', ')}]`,
    ...(read.columns !== undefined && { columns: list(read.columns) }),
    ...(scaled.length !== nodes.length && { scaled: list(scaled) }),
  };
  const lines = Object.entries(options).map(([name, value]) => `                    ${name}=${value},`);
  return [`                ${kind}(`, ...lines, '                ),'].join('\n');
}

/** Which of the module's tensors a node is in, and where: 0 is the inputs, k + 1 is block k. */
class Places {
  readonly #tensor: Uint32Array;
  readonly #column: Uint32Array;
  readonly #widths: number[];

  constructor(graph: Graph, moduleBlocks: readonly ModuleBlock[]) {
    this.#tensor = new Uint32Array(graph.nodeCount);
    this.#column = new Uint32Array(graph.nodeCount);
    this.#widths = [graph.inputCount, ...moduleBlocks.map(({ nodes }) => nodes.length)];
    for (let i = 0; i < graph.inputCount; i++) this.#column[i] = i;
    moduleBlocks.forEach(({ nodes }, k) => {
      nodes.forEach((i, column) => {
        this.#tensor[i] = k + 1;
        this.#column[i] = column;
      });
    });
  }

  /** The tensors to put side by side for these nodes, and the columns to take, unless it is all as they stand. */
  of(nodes: readonly number[]): { readonly reads: readonly number[]; readonly columns: readonly number[] | undefined } {
    const reads = [...new Set(nodes.length === 0 ? [0] : nodes.map((i) => this.#tensor[i]))].sort((a, b) => a - b);
    const starts = new Map<number, number>();
    let width = 0;
    for (const tensor of reads) {
      starts.set(tensor, width);
      width += this.#widths[tensor];
    }
    const columns = nodes.map((i) => starts.get(this.#tensor[i])! + this.#column[i]);
    const whole = columns.length === width && columns.every((column, k) => column === k);
    return { reads, columns: whole ? undefined : columns };
  }
}

/** A list of numbers in Python, over several lines if it is long. */
function list(values: readonly number[]): string {
  if (values.length <= 16) return `[${values.join(', ')}]`;
  const lines: string[] = [];
  for (let k = 0; k < values.length; k += 16) lines.push(`    ${values.slice(k, k + 16).join(', ')},`);
  return `[\n${lines.join('\n')}\n]`;
}

/** Names in Python, which reads a JSON string as the same string. */
const names = (ids: readonly string[]) => `[${ids.map(oneLine).join(', ')}]`;
