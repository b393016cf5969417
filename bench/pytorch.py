"""Runs workloads in PyTorch. Reads requests from stdin and writes responses to stdout, one JSON object per line.

Networks without shared weights are implemented in two ways, and the faster one is measured.
"""

import base64
import json
import sys
import time
import warnings

import torch
from torch import nn

torch.set_num_threads(1)
# PyTorch warns that sparse CSR is in beta.
warnings.filterwarnings("ignore", message="Sparse CSR")


def floats(text):
    return torch.frombuffer(bytearray(base64.b64decode(text)), dtype=torch.float32)


def ints(text):
    return torch.frombuffer(bytearray(base64.b64decode(text)), dtype=torch.int32).long()


class Modules:
    name = "torch.nn, autograd and torch.optim.SGD"

    def __init__(self, layers, rate):
        modules = []
        for weights, biases in layers:
            linear = nn.Linear(weights.shape[1], weights.shape[0])
            linear.weight.data.copy_(weights)
            linear.bias.data.copy_(biases)
            modules += [linear, nn.Sigmoid()]
        self.network = nn.Sequential(*modules)
        self.optimizer = torch.optim.SGD(self.network.parameters(), lr=rate)

    def predict(self, x):
        return self.network(x)

    def step(self, x, t):
        loss = nn.functional.mse_loss(self.network(x), t)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return loss.item()


class HandWritten:
    name = "matrix products, hand-written backward pass"

    def __init__(self, layers, rate):
        self.layers = [(weights.clone(), biases.clone()) for weights, biases in layers]
        self.rate = rate

    def forward(self, x):
        values = [x]
        for weights, biases in self.layers:
            values.append(torch.addmm(biases, values[-1], weights.t()).sigmoid_())
        return values

    def predict(self, x):
        return self.forward(x)[-1]

    def step(self, x, t):
        values = self.forward(x)
        error = values[-1] - t
        d_x = error * (2 / error.numel())
        for l in range(len(self.layers) - 1, -1, -1):
            weights, biases = self.layers[l]
            out = values[l + 1]
            d_h = d_x.mul_(out - out * out)
            if l > 0:
                d_x = d_h @ weights
            weights.addmm_(d_h.t(), values[l], alpha=-self.rate)
            biases.sub_(d_h.sum(0), alpha=self.rate)
        return error.square_().mean().item()


class Levels:
    """The edges of a graph, sorted by the level of their target node. Nodes on a level do not depend on each other."""

    def __init__(self, graph):
        level, start, predecessors = (ints(graph[key]) for key in ("levels", "edgeStart", "predecessors"))
        self.outputs = ints(graph["outputs"])
        self.count, self.inputs = len(level), graph["inputs"]
        order = torch.argsort(level, stable=True)
        position = torch.empty_like(order)
        position[order] = torch.arange(self.count)
        self.outputs = position[self.outputs]
        to = torch.repeat_interleave(torch.arange(self.count), start[1:] - start[:-1])
        edges = torch.argsort(position[to] * self.count + position[predecessors])
        self.to, self.source = position[to][edges], position[predecessors][edges]
        weights, biases = floats(graph["weights"]), floats(graph["biases"])
        self.weights, self.biases = weights[edges].clone(), biases[order][:, None].clone()
        sizes = torch.bincount(level).tolist()
        # The range of nodes of each level. The end is exclusive.
        self.ranges = []
        first = 0
        for size in sizes:
            self.ranges.append((first, first + size))
            first += size


def csr(rows, columns, values, first, last, width):
    """Rows `first` to `last` (exclusive) of a sparse matrix with the given entries.

    `rows` and `columns` are the indices of the entries, sorted by row. The result shares the memory of `values`.
    """
    low, high = torch.searchsorted(rows, torch.tensor([first, last])).tolist()
    counts = torch.bincount(rows[low:high] - first, minlength=last - first)
    starts = torch.cat([torch.zeros(1, dtype=torch.long), counts.cumsum(0)])
    return torch.sparse_csr_tensor(starts, columns[low:high].contiguous(), values[low:high], (last - first, width))


class SparseHandWritten(Levels):
    """One CSR product per level: over incoming edges in the forward pass, over outgoing edges in the backward pass.

    All dloss/dw are then computed at once.
    """

    name = "sparse CSR per level, hand-written backward pass"

    def __init__(self, graph, rate):
        super().__init__(graph)
        self.rate = rate
        self.out_order = torch.argsort(self.source * self.count + self.to)
        self.out_weights = self.weights[self.out_order].clone()
        # These buffers are reused. Otherwise, each step would allocate their memory and return it to the system.
        self.d_h_of_edges, self.x_of_edges = torch.empty(0), torch.empty(0)
        n = self.count
        self.incoming = [csr(self.to, self.source, self.weights, a, b, n) for a, b in self.ranges[1:]]
        rows, columns = self.source[self.out_order], self.to[self.out_order]
        self.outgoing = [csr(rows, columns, self.out_weights, a, b, n) for a, b in self.ranges[1:]]

    def forward(self, inputs):
        x = torch.zeros(self.count, inputs.shape[0])
        x[: self.inputs] = inputs.t()
        for (a, b), matrix in zip(self.ranges[1:], self.incoming):
            torch.sigmoid(torch.addmm(self.biases[a:b], matrix, x), out=x[a:b])
        return x

    def predict(self, inputs):
        return self.forward(inputs)[self.outputs].t()

    def step(self, inputs, t):
        x = self.forward(inputs)
        error = x[self.outputs] - t.t()
        d_x = torch.zeros_like(x)
        d_x[self.outputs] = error * (2 / error.numel())
        d_h = torch.zeros_like(x)
        slope = x - x * x
        for (a, b), matrix in zip(reversed(self.ranges[1:]), reversed(self.outgoing)):
            torch.mul(torch.addmm(d_x[a:b], matrix, d_h), slope[a:b], out=d_h[a:b])
        torch.index_select(d_h, 0, self.to, out=self.d_h_of_edges)
        torch.index_select(x, 0, self.source, out=self.x_of_edges)
        self.weights.sub_(self.d_h_of_edges.mul_(self.x_of_edges).sum(1), alpha=self.rate)
        self.biases.sub_(d_h.sum(1, keepdim=True), alpha=self.rate)
        torch.index_select(self.weights, 0, self.out_order, out=self.out_weights)
        return error.square_().mean().item()


class SparseAutograd(Levels):
    """Per level: gathers the predecessors' values, multiplies them by the weights and sums the products per node."""

    name = "gather and index_add per level, autograd"

    def __init__(self, graph, rate):
        super().__init__(graph)
        self.levels = []
        for a, b in self.ranges[1:]:
            low, high = torch.searchsorted(self.to, torch.tensor([a, b])).tolist()
            weights = self.weights[low:high, None].clone().requires_grad_()
            biases = self.biases[a:b].clone().requires_grad_()
            self.levels.append((weights, biases, self.source[low:high], self.to[low:high] - a))
        parameters = [p for weights, biases, _, _ in self.levels for p in (weights, biases)]
        self.optimizer = torch.optim.SGD(parameters, lr=rate)

    def predict(self, inputs):
        x = inputs.t()
        for weights, biases, source, to in self.levels:
            products = weights * x.index_select(0, source)
            h = biases.expand(-1, x.shape[1]).index_add(0, to, products)
            x = torch.cat([x, torch.sigmoid(h)])
        return x[self.outputs].t()

    def step(self, inputs, t):
        loss = nn.functional.mse_loss(self.predict(inputs), t)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return loss.item()


class Autograd:
    def __init__(self, module, rate):
        self.module = module
        self.optimizer = torch.optim.SGD([p for p in module.parameters() if p.requires_grad], lr=rate)

    def predict(self, x):
        return self.module(x)

    def step(self, x, t):
        loss = nn.functional.mse_loss(self.module(x), t)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return loss.item()


def load(module, parameters):
    module.weight.data.copy_(floats(parameters["weights"]).view_as(module.weight))
    module.bias.data.copy_(floats(parameters["biases"]))


class Lstm(nn.Module):
    """nn.LSTM has two bias vectors, which always have the same gradients, so the second one is fixed at 0."""

    def __init__(self, workload):
        super().__init__()
        inputs, units, outputs = workload["sizes"]
        self.lstm = nn.LSTM(inputs, units)
        weights = floats(workload["first"]["weights"]).view(4 * units, inputs + units)
        self.lstm.weight_ih_l0.data.copy_(weights[:, :inputs])
        self.lstm.weight_hh_l0.data.copy_(weights[:, inputs:])
        self.lstm.bias_ih_l0.data.copy_(floats(workload["first"]["biases"]))
        self.lstm.bias_hh_l0.data.zero_()
        self.lstm.bias_hh_l0.requires_grad_(False)
        self.linear = nn.Linear(units, outputs)
        load(self.linear, workload["linear"])

    def forward(self, x):
        return self.linear(self.lstm(x)[0])


class Convolution(nn.Module):
    def __init__(self, workload):
        super().__init__()
        _, filters, outputs = workload["sizes"]
        self.convolution = nn.Conv2d(1, filters, 5, stride=2)
        self.linear = nn.Linear(filters * 12 * 12, outputs)
        load(self.convolution, workload["first"])
        load(self.linear, workload["linear"])

    def forward(self, x):
        return self.linear(torch.relu(self.convolution(x)).flatten(1))


class AutogradLstm(Autograd):
    name = "nn.LSTM, autograd and torch.optim.SGD"

    def __init__(self, workload, rate):
        super().__init__(Lstm(workload), rate)


class AutogradConvolution(Autograd):
    name = "nn.Conv2d, autograd and torch.optim.SGD"

    def __init__(self, workload, rate):
        super().__init__(Convolution(workload), rate)


def batches_of(workload):
    """The batches as pairs of inputs and targets, in the shapes that the model expects."""
    samples, batch = workload["samples"], workload["batch"]
    if "kind" not in workload:
        inputs, targets = floats(workload["inputs"]).view(samples, -1), floats(workload["targets"]).view(samples, -1)
        return list(zip(inputs.split(batch), targets.split(batch)))
    leading = (workload["steps"], batch) if workload["kind"] == "lstm" else (batch,)
    shape = (*leading, -1) if workload["kind"] == "lstm" else (batch, 1, 28, 28)
    pairs = zip(workload["inputs"], workload["targets"])
    return [(floats(x).view(shape), floats(t).view(*leading, -1)) for x, t in pairs]


class Runner:
    def __init__(self, workload):
        self.rate = workload["learningRate"]
        self.workload = workload
        self.batches = batches_of(workload)
        self.speeds = {}
        self.model = max(self.makers(), key=self.speed)()

    def makers(self):
        if "kind" in self.workload:
            kind = AutogradLstm if self.workload["kind"] == "lstm" else AutogradConvolution
            return [lambda: kind(self.workload, self.rate)]
        if "graph" in self.workload:
            graph = self.workload["graph"]
            return [lambda kind=kind: kind(graph, self.rate) for kind in (SparseHandWritten, SparseAutograd)]
        layers = [
            (floats(layer["weights"]).view(layer["outputs"], layer["inputs"]), floats(layer["biases"]))
            for layer in self.workload["layers"]
        ]
        return [lambda kind=kind: kind(layers, self.rate) for kind in (Modules, HandWritten)]

    def speed(self, make):
        self.model = make()
        self.run(0.3)
        result = self.run(0.5)
        speed = result["steps"] * self.workload["samples"] / result["seconds"]
        self.speeds[self.model.name] = round(speed)
        return speed

    def step(self):
        """Trains on all samples once."""
        for x, t in self.batches:
            self.model.step(x, t)

    def run(self, seconds):
        start = time.perf_counter()
        steps = 0
        while time.perf_counter() - start < seconds:
            self.step()
            steps += 1
        return {"steps": steps, "seconds": time.perf_counter() - start}

    def loss(self):
        with torch.no_grad():
            losses = [nn.functional.mse_loss(self.model.predict(x), t) for x, t in self.batches]
        return (sum(losses) / len(losses)).item()


runner = None
for line in sys.stdin:
    request = json.loads(line)
    if request["do"] == "prepare":
        runner = Runner(request["workload"])
        response = {"version": torch.__version__, "speeds": runner.speeds, "loss": runner.loss()}
    elif request["do"] == "step":
        runner.step()
        response = {"loss": runner.loss()}
    else:
        response = runner.run(request["seconds"])
    print(json.dumps(response), flush=True)
