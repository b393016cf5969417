"""Models as PyTorch itself writes them to ONNX, with outputs to compare.

    python3 export.py DIRECTORY

writes NAME.onnx and NAME.json with "inputs" and "outputs" for each.
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

for name, model in models.items():
    model.eval()
    x = torch.randn(6, 1, 3, 4) if name == "classifier" else torch.randn(6, 5)
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
