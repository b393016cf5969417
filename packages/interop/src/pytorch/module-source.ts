/** The part of `network.py` that is the same for every network: Python, to be read by whoever trains there. */

/** What stands before the class `Network`. */
export const moduleSource = String.raw`import array
import json

import torch
from torch import nn
from torch.nn import functional


def index(places):
    return torch.tensor(places, dtype=torch.long)


def pick(own, pool, places):
    """Numbers of a block: its own parameters, or those at places among these and the pool of shared and fixed ones."""
    if places is None:
        return own
    return (pool if own is None else torch.cat([own, pool]))[places]


class Block(nn.Module):
    """Nodes of one level, computed together: x = c * g(h), h = b + A(w * x of the predecessors), A a sum unless said.

    reads: which tensors the predecessors are in: 0 is the inputs, 1 the state if there is one, then the blocks.
    functions: for each run of nodes with one activation, how many they are, and g.
    columns: the predecessors' columns in what is read, side by side; None: all, in their order.
    bias, scale: how many b and c are the block's own; None for the scale: every c is 1.
    bias_places, scale_places: for each node, the place of b and c among its own, then the pool's; None: as they stand.
    """

    def __init__(self, nodes, reads, functions, bias, columns=None, scale=None, bias_places=None, scale_places=None):
        super().__init__()
        self.nodes = nodes
        self.reads = reads
        self.sizes = [size for size, _ in functions]
        self.functions = [function for _, function in functions]
        self.has_scale = scale is not None
        self.keep(columns=columns, bias_places=bias_places, scale_places=scale_places)
        self.bias = nn.Parameter(torch.zeros(bias)) if bias > 0 else None
        self.scale = nn.Parameter(torch.ones(scale)) if self.has_scale and scale > 0 else None

    def keep(self, **places):
        for name, values in places.items():
            self.register_buffer(name, None if values is None else index(values), persistent=False)

    def prepare(self, pool):
        """What a step needs of the parameters, the same for all steps: weights, b and c."""
        scale = pick(self.scale, pool, self.scale_places) if self.has_scale else None
        return self.weights(pool), pick(self.bias, pool, self.bias_places), scale

    def forward(self, values, prepared):
        weights, bias, scale = prepared
        x = values[self.reads[0]] if len(self.reads) == 1 else torch.cat([values[k] for k in self.reads], 1)
        if self.columns is not None:
            x = x[:, self.columns]
        parts = self.sums(x, weights, bias).split(self.sizes, 1)
        g = torch.cat([function(h) for function, h in zip(self.functions, parts)], 1)
        return g if scale is None else g * scale


class Dense(Block):
    """Every node has an edge from each predecessor of the block."""

    def __init__(self, nodes, predecessors, **common):
        super().__init__(nodes, **common)
        self.weight = drawn((nodes, predecessors), predecessors)

    def weights(self, pool):
        return self.weight

    def sums(self, x, weights, bias):
        return functional.linear(x, weights, bias)


class Edges(Block):
    """Nodes with edges from some of the predecessors.

    fan_in: how many edges each node has.
    sources: for each edge, node after node, the place of its predecessor.
    weight: how many weights are the block's own.
    weight_places: for each edge, the place of its weight among these, then the pool's; None: as they stand.
    """

    def __init__(self, nodes, predecessors, fan_in, sources, weight, weight_places=None, **common):
        super().__init__(nodes, **common)
        self.predecessors = predecessors
        targets = torch.repeat_interleave(torch.arange(nodes), index(fan_in))
        self.register_buffer("targets", targets, persistent=False)
        self.keep(sources=sources, weight_places=weight_places)
        self.weight = drawn((weight,), max(1, len(sources) // nodes)) if weight > 0 else None

    def weights(self, pool):
        weights = pick(self.weight, pool, self.weight_places)
        return pool.new_zeros(0) if weights is None else weights


class Packed(Edges):
    """Edges written into a matrix, with zeros where there are none."""

    def weights(self, pool):
        empty = pool.new_zeros(self.nodes, self.predecessors)
        return empty.index_put((self.targets, self.sources), super().weights(pool))

    def sums(self, x, weights, bias):
        return functional.linear(x, weights, bias)


class Sparse(Edges):
    """Edges summed one by one, where a matrix would be nearly all zeros."""

    def sums(self, x, weights, bias):
        return bias.expand(len(x), -1).index_add(1, self.targets, x[:, self.sources] * weights)


class Aggregated(Edges):
    """Nodes with as many edges each, and an aggregation over them."""

    def __init__(self, aggregation, **edges):
        super().__init__(**edges)
        self.aggregation = aggregation

    def sums(self, x, weights, bias):
        return bias + self.aggregation((x[:, self.sources] * weights).unflatten(1, (self.nodes, -1)))


def drawn(shape, fan_in):
    """A parameter to start from where none is loaded."""
    return nn.Parameter((2 * torch.rand(shape) - 1) / fan_in**0.5)


def read_safetensors(path):
    """The tensors of a .safetensors file, by name."""
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
    """Writes float32 and float64 tensors by name, as fromPyTorch reads them."""
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
