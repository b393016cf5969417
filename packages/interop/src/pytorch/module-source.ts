/** The part of `network.py` that is the same for every network: Python, to be read by whoever trains there. */

/** What stands before the class `Network`. */
export const moduleSource = String.raw`import array
import json

import torch
from torch import nn
from torch.nn import functional


def index(places):
    return torch.tensor(places, dtype=torch.long)


class Block(nn.Module):
    """Nodes of one level, computed together: x = c * g(h), h = b + sum over predecessors of w * x.

    reads: which tensors the predecessors are in: 0 is the inputs, k + 1 is block k.
    functions: for each run of nodes with one activation, how many they are, and g.
    columns: the predecessors' columns in what is read, side by side; None: all, in their order.
    scaled: the places of nodes whose c is a parameter; of any other c is 1. None: all.
    """

    def __init__(self, nodes, reads, functions, columns=None, scaled=None):
        super().__init__()
        self.reads = reads
        self.sizes = [size for size, _ in functions]
        self.functions = [function for _, function in functions]
        self.register_buffer("columns", None if columns is None else index(columns), persistent=False)
        self.register_buffer("scaled", None if scaled is None else index(scaled), persistent=False)
        self.bias = nn.Parameter(torch.zeros(nodes))
        count = nodes if scaled is None else len(scaled)
        self.scale = nn.Parameter(torch.ones(count)) if count > 0 else None

    def forward(self, values, shared):
        x = values[self.reads[0]] if len(self.reads) == 1 else torch.cat([values[k] for k in self.reads], 1)
        if self.columns is not None:
            x = x[:, self.columns]
        parts = self.sums(x, shared).split(self.sizes, 1)
        g = torch.cat([function(h) for function, h in zip(self.functions, parts)], 1)
        if self.scale is None:
            return g
        if self.scaled is None:
            return g * self.scale
        return g * torch.ones_like(self.bias).index_put((self.scaled,), self.scale)


class Dense(Block):
    """Every node has an edge from each predecessor of the block."""

    def __init__(self, nodes, predecessors, **common):
        super().__init__(nodes, **common)
        self.weight = drawn((nodes, predecessors), predecessors)

    def sums(self, x, shared):
        return functional.linear(x, self.weight, self.bias)


class Edges(Block):
    """Nodes with edges from some of the predecessors.

    fan_in: how many edges each node has.
    sources: for each edge, node after node, the place of its predecessor.
    weights: how many weights are the block's own.
    places: for each edge, the place of its weight among these and the shared ones; None: as they stand.
    """

    def __init__(self, nodes, predecessors, fan_in, sources, weights, places=None, **common):
        super().__init__(nodes, **common)
        self.predecessors = predecessors
        targets = torch.repeat_interleave(torch.arange(nodes), index(fan_in))
        self.register_buffer("targets", targets, persistent=False)
        self.register_buffer("sources", index(sources), persistent=False)
        self.register_buffer("places", None if places is None else index(places), persistent=False)
        self.weight = drawn((weights,), max(1, len(sources) // nodes)) if weights > 0 else None

    def weights(self, shared):
        if self.places is None:
            return self.bias.new_zeros(0) if self.weight is None else self.weight
        return torch.cat([part for part in (self.weight, shared) if part is not None])[self.places]


class Packed(Edges):
    """Edges written into a matrix, with zeros where there are none."""

    def sums(self, x, shared):
        empty = self.bias.new_zeros(len(self.bias), self.predecessors)
        return functional.linear(x, empty.index_put((self.targets, self.sources), self.weights(shared)), self.bias)


class Sparse(Edges):
    """Edges summed one by one, where a matrix would be nearly all zeros."""

    def sums(self, x, shared):
        products = x[:, self.sources] * self.weights(shared)
        return self.bias.expand(len(x), -1).index_add(1, self.targets, products)


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
