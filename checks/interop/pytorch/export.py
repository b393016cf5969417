"""Exports models to ONNX with PyTorch, and writes their expected outputs.

    python3 export.py DIRECTORY

For each model, writes NAME.onnx, and NAME.json with "inputs" and "outputs", one row per sample. For a recurrent model, "sequence"
is true, the rows are the steps of one sequence, and "last" is true if the model returns only the output of the last step. For a
bidirectional model, an input row holds all steps and initial states of a sample, and an output row all its outputs.
"""

import json
import sys
from pathlib import Path

import torch
from torch import nn

torch.manual_seed(1)


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(5, 5), nn.Linear(10, 2)

    def forward(self, x):
        y = x + torch.tanh(self.first(x))
        return self.second(torch.cat([x, y], 1)) * 2 - 1


class Recurrent(nn.Module):
    """Recurrent layers, followed by a linear layer at every step or at the last step only."""

    def __init__(self, layer, last):
        super().__init__()
        self.layer, self.linear, self.last = layer, nn.Linear(layer.hidden_size, 2), last

    def forward(self, x):
        y, _ = self.layer(x)
        return self.linear((y[:, -1] if self.layer.batch_first else y[-1]) if self.last else y)


class Bidirectional(nn.Module):
    """Bidirectional layers with one of the common kinds of initial state and output."""

    def __init__(self, layer, initial, head):
        super().__init__()
        self.layer, self.initial, self.head = layer, initial, head
        self.linear = nn.Linear(2 * layer.hidden_size, 2)
        self.state_count = 2 if isinstance(layer, nn.LSTM) else 1
        self.shape = (2 * layer.num_layers, 1, layer.hidden_size)
        self.learned = nn.ParameterList([nn.Parameter(torch.randn(self.shape)) for _ in range(self.state_count)])

    def forward(self, x, *initial_states):
        batch_first = self.layer.batch_first
        batch = x.size(0 if batch_first else 1)
        zeros = [torch.zeros(self.shape[0], batch, self.shape[2], dtype=x.dtype)] * self.state_count
        learned = [state.expand(-1, batch, -1).contiguous() for state in self.learned]
        state = {"none": None, "zeros": zeros, "learned": learned, "input": initial_states}[self.initial]
        y, final = self.layer(x, state if state is None or self.state_count == 2 else state[0])
        h = final[0] if self.state_count == 2 else final
        rows = y if batch_first else y.transpose(0, 1)
        if self.head == "all":
            return y, *(final if self.state_count == 2 else [final])
        if self.head == "steps":
            return self.linear(y)
        if self.head == "ends":
            return self.linear(torch.cat([rows[:, -1, : self.shape[2]], rows[:, 0, self.shape[2] :]], 1))
        if self.head == "hidden":
            return self.linear(torch.cat([h[-2], h[-1]], 1))
        if self.head == "view":
            return torch.tanh(h.view(-1, 2, batch, self.shape[2])[-1].sum(0))
        return self.linear(rows.mean(1) if self.head == "mean" else rows.max(1)[0])


functions = [
    nn.Identity(),
    nn.Sigmoid(),
    nn.Tanh(),
    nn.ReLU(),
    nn.LeakyReLU(0.2),
    nn.ELU(0.7),
    nn.SELU(),
    nn.GELU(),
    nn.SiLU(),
    nn.Mish(),
    nn.Softplus(),
    nn.Softsign(),
    nn.Hardsigmoid(),
    nn.Hardtanh(),
    nn.ReLU6(),
]
models = {f"{function.__class__.__name__}": nn.Sequential(nn.Linear(5, 7), function, nn.Linear(7, 3)) for function in functions}
models["classifier"] = nn.Sequential(
    nn.Flatten(), nn.Linear(12, 8), nn.ReLU(), nn.Dropout(), nn.Linear(8, 4), nn.LogSoftmax(1)
)
models["residual"] = Residual()
models["convolution"] = nn.Sequential(
    nn.Conv2d(1, 4, 3, padding=1),
    nn.BatchNorm2d(4),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(4, 4, (2, 3), stride=2, dilation=(1, 2), groups=2, padding=(1, 2)),
    nn.AvgPool2d(2, stride=1, padding=1, count_include_pad=False),
    nn.Flatten(),
    nn.Linear(48, 3),
)
models["convolution-1d"] = nn.Sequential(
    nn.Conv1d(2, 3, 3), nn.Tanh(), nn.AvgPool1d(2), nn.Conv1d(3, 2, 2), nn.AdaptiveMaxPool1d(1), nn.Flatten()
)
shapes = {"classifier": (1, 3, 4), "convolution": (1, 8, 8), "convolution-1d": (2, 10)}

recurrent = {}
for kind in ["RNN", "LSTM", "GRU"]:
    for batch_first in [False, True]:
        for last in [False, True]:
            name = f"{kind}{'-last' if last else ''}{'-batch-first' if batch_first else ''}"
            recurrent[name] = Recurrent(getattr(nn, kind)(3, 4, num_layers=2, batch_first=batch_first), last)
recurrent["RNN-relu"] = Recurrent(nn.RNN(3, 4, nonlinearity="relu"), last=False)

bidirectional = {}
for kind in ["RNN", "LSTM", "GRU"]:
    for layers in [1, 2]:
        for batch_first in [False, True]:
            for initial, head in [
                ("none", "all"),
                ("zeros", "ends"),
                ("learned", "hidden"),
                ("learned", "steps"),
                ("input", "view"),
                ("input", "all"),
                ("none", "mean"),
                ("none", "max"),
            ]:
                layer = getattr(nn, kind)(3, 4, num_layers=layers, batch_first=batch_first, bidirectional=True)
                name = f"bidirectional-{kind}-{layers}{'-batch-first' if batch_first else ''}-{initial}-{head}"
                bidirectional[name] = Bidirectional(layer, initial, head)

for name, model in models.items():
    model.eval()
    x = torch.randn(6, *shapes.get(name, (5,)))
    path = Path(sys.argv[1]) / name
    torch.onnx.export(
        model,
        x,
        f"{path}.onnx",
        opset_version=13,
        input_names=["x"],
        output_names=["y"],
        dynamic_axes={"x": {0: "batch"}, "y": {0: "batch"}},
    )
    y = model.double()(x.double())
    path.with_suffix(".json").write_text(json.dumps({"inputs": x.flatten(1).tolist(), "outputs": y.tolist()}))

for name, model in recurrent.items():
    model.eval()
    batch_first = model.layer.batch_first
    x = torch.randn(1, 7, 3) if batch_first else torch.randn(7, 1, 3)
    path = Path(sys.argv[1]) / name
    torch.onnx.export(
        model,
        x,
        f"{path}.onnx",
        opset_version=13,
        input_names=["x"],
        output_names=["y"],
        dynamic_axes={"x": {0: "batch", 1: "steps"} if batch_first else {0: "steps", 1: "batch"}},
    )
    y = model.double()(x.double())
    outputs = y if model.last else (y[0] if batch_first else y[:, 0])
    sequence = x[0] if batch_first else x[:, 0]
    path.with_suffix(".json").write_text(
        json.dumps({"inputs": sequence.tolist(), "outputs": outputs.tolist(), "sequence": True, "last": model.last})
    )


def by_sample(tensor, batch_axis):
    return tensor.transpose(0, batch_axis).flatten(1)


for name, model in bidirectional.items():
    model.eval()
    batch_first = model.layer.batch_first
    x = torch.randn(2, 5, 3) if batch_first else torch.randn(5, 2, 3)
    states = [torch.randn(model.shape[0], 2, model.shape[2]) for _ in range(model.state_count)] if model.initial == "input" else []
    axes = {"x": {0 if batch_first else 1: "batch"}, **{f"state{k}": {1: "batch"} for k in range(len(states))}}
    path = Path(sys.argv[1]) / name
    torch.onnx.export(model, (x, *states), f"{path}.onnx", opset_version=13, input_names=list(axes), dynamic_axes=axes)
    y = model.double()(x.double(), *[state.double() for state in states])
    results = y if isinstance(y, tuple) else (y,)
    batch_axes = [0 if batch_first or results[0].dim() == 2 else 1, *[1] * (len(results) - 1)]
    inputs = torch.cat([by_sample(x, 0 if batch_first else 1), *[by_sample(state, 1) for state in states]], 1)
    outputs = torch.cat([by_sample(result, axis) for result, axis in zip(results, batch_axes)], 1)
    path.with_suffix(".json").write_text(json.dumps({"inputs": inputs.tolist(), "outputs": outputs.tolist()}))
