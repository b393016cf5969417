"""Computes Jacobians of random graphs with PyTorch's `torch.autograd.functional.jacobian`, in float64.

    python3 packages/conformance/test/torch/jacobian.py

reads graphs.generated.json and sequences.generated.json, and writes jacobians.generated.json next to this file. Only
the first 24 graphs of each file are used. For each graph in graphs.generated.json, `jacobians` contains the derivative
of every output of every sample with respect to every parameter: [samples × outputs × parameters]. For each graph in
sequences.generated.json, `sequences` contains the derivative of every output at every step of the graph's first
sequence: [steps × outputs × parameters]. Parameters are ordered as in make.py and sequences.py.
"""
import json
from pathlib import Path

import torch
import torch.nn.functional as F

from sequences import run, slots

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

here = Path(__file__).parent
count = 24

activations = {
    "elu": lambda h, alpha=1.0: F.elu(h, alpha=alpha),
    "gelu": F.gelu,
    "hardSigmoid": lambda h: torch.clamp(h / 6 + 0.5, 0, 1),
    "hardTanh": F.hardtanh,
    "leakyRelu": lambda h, negativeSlope=0.01: F.leaky_relu(h, negativeSlope),
    "mish": F.mish,
    "relu": F.relu,
    "selu": F.selu,
    "sigmoid": torch.sigmoid,
    "silu": F.silu,
    "softplus": lambda h: F.softplus(h, threshold=500),
    "softsign": F.softsign,
    "tanh": torch.tanh,
    "identity": lambda h: h,
    "sine": lambda h, frequency=1: torch.sin(frequency * h),
    "gaussian": lambda h: torch.exp(-h * h),
}


def outputs_of(entry, rows):
    """Returns a function that maps the parameters to the outputs of every sample."""

    def forward(parameters):
        x = [rows[:, i] for i in range(entry["inputs"])]
        shared, at = {}, 0
        for node in entry["nodes"]:
            h, at = parameters[at].expand(len(rows)), at + 1
            c = None
            if node["scale"]:
                c, at = parameters[at], at + 1
            for p, j in enumerate(node["from"]):
                name = node["share"].get(str(p))
                w = shared.get(name, at) if name is not None else at
                if w == at:
                    at += 1
                if name is not None:
                    shared[name] = w
                h = h + parameters[w] * x[j]
            g = activations[node["activation"]](h, **node["options"])
            x.append(g if c is None else c * g)
        return torch.stack([x[k] for k in entry["outputs"]], dim=1).flatten()

    return forward


entries = json.loads((here / "graphs.generated.json").read_text())["entries"][:count]
jacobians = []
for entry in entries:
    rows = torch.tensor([sample[: entry["inputs"]] for sample in entry["samples"]])
    parameters = torch.tensor(entry["parameters"])
    jacobians.append(torch.autograd.functional.jacobian(outputs_of(entry, rows), parameters).flatten().tolist())


def sequence_outputs_of(entry):
    """Returns a function that maps the parameters to the outputs of the first sequence at every step."""
    graph = {**entry, "initial": {int(i): value for i, value in entry["initial"].items()}}
    for node in graph["nodes"]:
        for kind in ("fixed", "shared"):
            node[kind]["w"] = {int(k): value for k, value in node[kind]["w"].items()}
    node_slots, _ = slots(graph)

    def forward(parameters):
        history = run(graph, node_slots, parameters, entry["sequences"][0]["inputs"])
        return torch.stack([torch.stack([values[i] for i in graph["outputs"]]) for values in history]).flatten()

    return forward


sequences = [
    torch.autograd.functional.jacobian(sequence_outputs_of(entry), torch.tensor(entry["parameters"])).flatten().tolist()
    for entry in json.loads((here / "sequences.generated.json").read_text())[:count]
]
(here / "jacobians.generated.json").write_text(
    json.dumps({"torch": torch.__version__, "jacobians": jacobians, "sequences": sequences}) + "\n"
)
