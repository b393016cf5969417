/** The Python code of `network.py` that is the same for every network. */

/** The code before the class `Network`. */
export const moduleSource = String.raw`import array
import json

import torch
from torch import nn
from torch.nn import functional


def index(values):
    return torch.tensor(values, dtype=torch.long)


def pick(own, pool, indices):
    """Concatenates the block's own parameters and the pool of shared and fixed parameters, and selects by index."""
    if indices is None:
        return own
    return (pool if own is None else torch.cat([own, pool]))[indices]


class Part(nn.Module):
    """Nodes that are computed together. They read tensors that have one column per node.

    reads: indices of the tensors with the predecessors. Tensor 0 is the inputs. Tensor 1 is the state, unless the
        network has no state or only recurrent layers read it. One tensor per part follows.
    columns: columns of the predecessors in the concatenated tensors; None for all columns, in order.
    """

    def __init__(self, reads, columns=None):
        super().__init__()
        self.reads = reads
        self.register_indices(columns=columns)

    def register_indices(self, **indices):
        for name, values in indices.items():
            self.register_buffer(name, None if values is None else index(values), persistent=False)

    def prepare(self, pool):
        """Prepares the parameters once for all steps."""

    def read(self, values):
        x = values[self.reads[0]] if len(self.reads) == 1 else torch.cat([values[k] for k in self.reads], -1)
        return x if self.columns is None else x[..., self.columns]


class Recurrent(Part):
    """Nodes that form an nn.RNN, nn.LSTM or nn.GRU.

    PyTorch adds two biases, but a node has one b, which is stored in bias_ih. bias_hh stays 0, so that training does not
    update b twice. Only the candidate of an nn.GRU has both biases.
    """

    def __init__(self, layer, **common):
        super().__init__(**common)
        self.layer = layer
        bias, units = layer.bias_hh_l0, layer.hidden_size
        trained = torch.zeros(len(bias), dtype=torch.bool)
        trained[2 * units :] = isinstance(layer, nn.GRU)
        self.register_buffer("trained", trained, persistent=False)
        with torch.no_grad():
            bias.masked_fill_(~trained, 0)
        bias.register_hook(lambda gradient: gradient * self.trained)

    def forward(self, values, state):
        """Returns the values of the units (one step or all steps), and the next state: hidden state, then any cell state."""
        x = self.read(values)
        h = state.unflatten(1, (-1, self.layer.hidden_size)).transpose(0, 1).contiguous()
        has_cells = isinstance(self.layer, nn.LSTM)
        y, after = self.layer(x if x.dim() == 3 else x.unsqueeze(1), (h[:1], h[1:]) if has_cells else h)
        after = torch.cat(after) if has_cells else after
        return y if x.dim() == 3 else y.squeeze(1), after.transpose(0, 1).flatten(1)


class Windows(Part):
    """Nodes that form a PyTorch convolution or pooling layer, and their activation.

    grid: number of channels, and the size of each axis.
    pads: numbers of cells to add before and after each axis, last axis first; None if the layer itself pads.
    fill: value of the added cells.
    """

    def __init__(self, layer, grid, function, pads=None, fill=0.0, **common):
        super().__init__(**common)
        self.layer = layer
        self.grid = grid
        self.function = function
        self.pads = pads
        self.fill = fill

    def forward(self, values, prepared):
        x = self.read(values)
        cells = x.unflatten(-1, self.grid).flatten(0, x.dim() - 2)
        if self.pads is not None:
            cells = functional.pad(cells, self.pads, value=self.fill)
        return self.function(self.layer(cells).flatten(1).unflatten(0, tuple(x.shape[:-1])))


class Block(Part):
    """Nodes on the same level: x = c * g(h), where h = b + A(w * x of the predecessors). A is the sum by default.

    functions: for each run of nodes with the same activation, the number of nodes and g.
    bias, scale: number of b and c that only this block uses; scale is None if every c is 1.
    bias_indices, scale_indices: for each node, the index of its b and c (see pick); None if in order.
    """

    def __init__(self, nodes, functions, bias, scale=None, bias_indices=None, scale_indices=None, **common):
        super().__init__(**common)
        self.nodes = nodes
        self.sizes = [size for size, _ in functions]
        self.functions = [function for _, function in functions]
        self.has_scale = scale is not None
        self.register_indices(bias_indices=bias_indices, scale_indices=scale_indices)
        self.bias = nn.Parameter(torch.zeros(bias)) if bias > 0 else None
        self.scale = nn.Parameter(torch.ones(scale)) if self.has_scale and scale > 0 else None

    def prepare(self, pool):
        """Returns weights, b and c."""
        scale = pick(self.scale, pool, self.scale_indices) if self.has_scale else None
        return self.weights(pool), pick(self.bias, pool, self.bias_indices), scale

    def forward(self, values, prepared):
        weights, bias, scale = prepared
        parts = self.pre_activations(self.read(values), weights, bias).split(self.sizes, -1)
        g = torch.cat([function(h) for function, h in zip(self.functions, parts)], -1)
        return g if scale is None else g * scale


class Dense(Block):
    """Every node has an edge from each predecessor of the block."""

    def __init__(self, nodes, predecessors, **common):
        super().__init__(nodes, **common)
        self.weight = random_parameter((nodes, predecessors), predecessors)

    def weights(self, pool):
        return self.weight

    def pre_activations(self, x, weights, bias):
        return functional.linear(x, weights, bias)


class Edges(Block):
    """Nodes with edges from some of the predecessors.

    fan_in: number of incoming edges of each node.
    sources: for each edge, node by node, the index of its predecessor.
    weight: number of weights that only this block uses.
    weight_indices: for each edge, the index of its weight (see pick); None if in order.
    """

    def __init__(self, nodes, predecessors, fan_in, sources, weight, weight_indices=None, **common):
        super().__init__(nodes, **common)
        self.predecessors = predecessors
        targets = torch.repeat_interleave(torch.arange(nodes), index(fan_in))
        self.register_buffer("targets", targets, persistent=False)
        self.register_indices(sources=sources, weight_indices=weight_indices)
        self.weight = random_parameter((weight,), max(1, len(sources) // nodes)) if weight > 0 else None

    def weights(self, pool):
        weights = pick(self.weight, pool, self.weight_indices)
        return pool.new_zeros(0) if weights is None else weights


class Packed(Edges):
    """Nodes whose weights are written into a matrix, with zeros for missing edges."""

    def weights(self, pool):
        empty = pool.new_zeros(self.nodes, self.predecessors)
        return empty.index_put((self.targets, self.sources), super().weights(pool))

    def pre_activations(self, x, weights, bias):
        return functional.linear(x, weights, bias)


class Sparse(Edges):
    """Nodes whose edges are summed one by one, because a matrix would be nearly all zeros."""

    def pre_activations(self, x, weights, bias):
        return bias.expand(*x.shape[:-1], -1).index_add(-1, self.targets, x[..., self.sources] * weights)


class Aggregated(Edges):
    """Nodes with the same number of edges each, and an aggregation over these edges."""

    def __init__(self, aggregation, **edges):
        super().__init__(**edges)
        self.aggregation = aggregation

    def pre_activations(self, x, weights, bias):
        return bias + self.aggregation((x[..., self.sources] * weights).unflatten(-1, (self.nodes, -1)))


def random_parameter(shape, fan_in):
    """Returns a random parameter, used if no weights are loaded."""
    return nn.Parameter((2 * torch.rand(shape) - 1) / fan_in**0.5)


def read_safetensors(path):
    """Reads the tensors of a .safetensors file, by name."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    types = {"F32": torch.float32, "F64": torch.float64}
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            tensor = torch.frombuffer(bytearray(data[begin:end]), dtype=types[entry["dtype"]])
            tensors[name] = tensor.reshape(entry["shape"])
    return tensors


def write_safetensors(path, tensors):
    """Writes float32 and float64 tensors by name, in the format that fromPyTorch reads."""
    header, data = {"__metadata__": {"format": "pt"}}, []
    at = 0
    for name, tensor in tensors.items():
        code, kind = {torch.float32: ("f", "F32"), torch.float64: ("d", "F64")}[tensor.dtype]
        data.append(array.array(code, tensor.detach().cpu().flatten().tolist()).tobytes())
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [at, at + len(data[-1])]}
        at += len(data[-1])
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + b"".join(data))
`;
