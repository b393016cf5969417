"""Computes the outputs of a trained network, in float64.

    python3 outputs.py DIRECTORY WEIGHTS.pt

Reads network.py and samples.json in the directory and the state dict saved by train.py, and prints the outputs as JSON.
"""

import json
import sys
from pathlib import Path

import torch

directory = Path(sys.argv[1])
sys.path.insert(0, str(directory))
from network import Network  # noqa: E402

network = Network()
network.load_state_dict(torch.load(sys.argv[2]))
network.double()
inputs = json.loads((directory / "samples.json").read_text())["inputs"]
with torch.no_grad():
    print(json.dumps(network(torch.tensor(inputs, dtype=torch.float64)).tolist()))
