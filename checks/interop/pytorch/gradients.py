"""Computes outputs and gradients of exported networks, in float64.

    python3 gradients.py DIRECTORY...

Each directory contains network.py, weights.safetensors and samples.json with "inputs" and "targets". Writes a file
result.json to each directory. It contains the outputs in the original units, the mean squared error against the
standardized targets, and the gradient of this error with respect to every parameter tensor.
"""

import importlib.util
import json
import sys
from pathlib import Path

import torch
from torch.nn import functional

torch.set_num_threads(1)

for directory in map(Path, sys.argv[1:]):
    spec = importlib.util.spec_from_file_location("network", directory / "network.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    network = module.Network(torch.float64).load(directory / "weights.safetensors")
    samples = json.loads((directory / "samples.json").read_text())
    x, t = (torch.tensor(samples[name], dtype=torch.float64) for name in ("inputs", "targets"))
    loss = functional.mse_loss(network(x, raw=True), network.standardize(t))
    # If every output node is an input node, the loss does not depend on any parameter.
    if loss.requires_grad:
        loss.backward()
    gradients = {
        name: torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
        for name, parameter in network.named_parameters()
    }
    result = {
        "outputs": network(x).tolist(),
        "loss": loss.item(),
        "gradients": {name: gradient.flatten().tolist() for name, gradient in gradients.items()},
    }
    (directory / "result.json").write_text(json.dumps(result))
