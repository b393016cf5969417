"""Runs exported networks with recurrent layers step by step, and trains them with AdamW.

    python3 steps.py DIRECTORY...

Each directory contains network.py, weights.safetensors and samples.json. Prints a JSON array with one object per directory:

    stepError   max difference between the outputs of a step-by-step run and of a run on the whole sequence
    biasChange  max absolute change of the entries of bias_ih after 5 updates with AdamW, in the layer where this max is
                smallest
    unusedBias  max absolute value, after the updates, of the entries of bias_hh that must stay 0
"""

import importlib.util
import json
import sys
from pathlib import Path

import torch
from torch.nn import functional

torch.set_num_threads(1)
results = []
for directory in map(Path, sys.argv[1:]):
    spec = importlib.util.spec_from_file_location("network", directory / "network.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    network = module.Network(torch.float64).load(directory / "weights.safetensors")
    samples = json.loads((directory / "samples.json").read_text())
    x, t = (torch.tensor(samples[name], dtype=torch.float64) for name in ("inputs", "targets"))
    state, outputs = network.initial_state(len(x)), []
    for row in x.unbind(1):
        output, state = network.step(row, state)
        outputs.append(output)
    error = (torch.stack(outputs, 1) - network(x)).abs().max().item()

    parts = [part for part in network.blocks if isinstance(part, module.Recurrent)]
    before = [part.layer.bias_ih_l0.detach().clone() for part in parts]
    optimizer = torch.optim.AdamW(network.parameters(), lr=0.01)
    for _ in range(5):
        optimizer.zero_grad()
        functional.mse_loss(network(x), t).backward()
        optimizer.step()
    bias_change = min((part.layer.bias_ih_l0 - old).abs().max().item() for part, old in zip(parts, before))
    unused_bias = 0
    for part in parts:
        bias = part.layer.bias_hh_l0
        unused = bias[: 2 * part.layer.hidden_size] if isinstance(part.layer, torch.nn.GRU) else bias
        unused_bias = max(unused_bias, unused.abs().max().item())
    results.append({"stepError": error, "biasChange": bias_change, "unusedBias": unused_bias})
print(json.dumps(results))
