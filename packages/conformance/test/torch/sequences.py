"""Computes float64 reference values with PyTorch, for random graphs with delays, aggregations, and fixed and
shared parameters.

    python3 packages/conformance/test/torch/sequences.py

writes sequences.generated.json next to this file. Nodes are in topological order. Parameters are in the layout of @nnbp/core:
for each node, its b, its c and its weights, except those that are fixed. A shared parameter is stored with the first node
that uses it.
"""
import json
import random
from pathlib import Path

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
rng = random.Random(20261126)


def random_number(low, high):
    return round(rng.uniform(low, high) * 256) / 256


activations = {
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "identity": lambda h: h,
    "softplus": lambda h: F.softplus(h, threshold=500),
    "sine": torch.sin,
}


def first_largest(z, rank):
    return max(range(len(z)), key=lambda e: (rank(float(z[e])), -e))


def median(z):
    order = sorted(range(len(z)), key=lambda e: (float(z[e]), e))
    return (z[order[(len(z) - 1) // 2]] + z[order[len(z) // 2]]) / 2


aggregations = {
    "sum": lambda z: torch.stack(z).sum(),
    "product": lambda z: torch.stack(z).prod(),
    "mean": lambda z: torch.stack(z).mean(),
    "max": lambda z: z[first_largest(z, lambda v: v)],
    "min": lambda z: z[first_largest(z, lambda v: -v)],
    "maxAbs": lambda z: z[first_largest(z, abs)],
    "median": median,
    "logSumExp": lambda z: torch.logsumexp(torch.stack(z), 0),
}


def random_graph():
    inputs = rng.randint(1, 3)
    count = inputs + rng.randint(1, 6)
    nodes = []
    for i in range(inputs, count):
        edges = {}
        for _ in range(rng.randint(1, 4)):
            delay = rng.choice([0, 0, 1, 1, 2, 3])
            edges[(rng.randrange(count) if delay else rng.randrange(i), delay)] = None
        node = {
            "from": [list(edge) for edge in edges],
            "activation": rng.choice(list(activations)),
            "aggregation": rng.choice(["sum", "sum", "sum", "sum", *aggregations]),
            "fixed": {"w": {}},
            "shared": {"w": {}},
        }
        for letter, value in (("b", random_number(-1, 1)), ("c", rng.choice([1, 0.5, -1.25]))):
            draw = rng.random()
            if draw < 0.2:
                node["fixed"][letter] = value
            elif draw < 0.35:
                node["shared"][letter] = f"{letter}{rng.randrange(2)}"
        for k in range(len(edges)):
            draw = rng.random()
            if draw < 0.15:
                node["fixed"]["w"][k] = random_number(-1, 1)
            elif draw < 0.35:
                node["shared"]["w"][k] = f"w{rng.randrange(3)}"
        nodes.append(node)
    delayed = sorted({source for node in nodes for source, delay in node["from"] if delay})
    outputs = [count - 1] + ([inputs] if count - inputs > 2 and rng.random() < 0.5 else [])
    return {
        "inputs": inputs,
        "nodes": nodes,
        "initial": {i: random_number(-1, 1) for i in delayed if rng.random() < 0.5},
        "outputs": outputs,
    }


def slots(graph):
    """Returns b, c and the weights of each node as parameter indices or fixed constants, then the parameter count."""
    named = {}
    count = 0

    def slot(letter, fixed, name):
        nonlocal count
        if fixed is not None:
            return torch.tensor(float(fixed))
        if name is not None and (letter, name) in named:
            return named[letter, name]
        count += 1
        if name is not None:
            named[letter, name] = count - 1
        return count - 1

    node_slots = []
    for node in graph["nodes"]:
        fixed, shared = node["fixed"], node["shared"]
        b = slot("b", fixed.get("b"), shared.get("b"))
        c = slot("c", fixed.get("c"), shared.get("c"))
        w = [slot("w", fixed["w"].get(k), shared["w"].get(k)) for k in range(len(node["from"]))]
        node_slots.append((b, c, w))
    return node_slots, count


def run(graph, node_slots, parameters, rows):
    """Returns the values of all nodes at every step."""
    read = lambda slot: slot if torch.is_tensor(slot) else parameters[slot]
    history = []

    def value(i, t):
        return history[t][i] if t >= 0 else torch.tensor(float(graph["initial"].get(i, 0)))

    for t, row in enumerate(rows):
        history.append([torch.tensor(float(x)) for x in row])
        for node, (b, c, w) in zip(graph["nodes"], node_slots):
            z = [read(slot) * value(i, t - delay) for (i, delay), slot in zip(node["from"], w)]
            h = read(b) + aggregations[node["aggregation"]](z)
            history[t].append(read(c) * activations[node["activation"]](h))
    return history


def random_case():
    graph = random_graph()
    node_slots, count = slots(graph)
    values = [random_number(-1.5, 1.5) for _ in range(count)]
    parameters = [torch.tensor(value, requires_grad=True) for value in values]
    sequences = []
    total, target_count = torch.tensor(0.0), 0
    for _ in range(rng.randint(1, 3)):
        steps = rng.randint(1, 12)
        rows = [[random_number(-1, 1) for _ in range(graph["inputs"])] for _ in range(steps)]
        targets = [
            [random_number(-1, 1) for _ in graph["outputs"]] if t == steps - 1 or rng.random() < 0.5 else None
            for t in range(steps)
        ]
        history = run(graph, node_slots, parameters, rows)
        for t, target in enumerate(targets):
            if target is not None:
                x = torch.stack([history[t][i] for i in graph["outputs"]])
                total, target_count = total + F.mse_loss(x, torch.tensor(target)), target_count + 1
        last = [float(history[-1][i]) for i in graph["outputs"]]
        sequences.append({"inputs": rows, "targets": targets, "last": last})
    loss = total / target_count
    grads = torch.autograd.grad(loss, parameters, allow_unused=True) if count else []
    return {
        **graph,
        "parameters": values,
        "sequences": sequences,
        "loss": float(loss),
        "gradients": [0 if grad is None else float(grad) for grad in grads],
    }


def main():
    cases = []
    while len(cases) < 200:
        candidate = random_case()
        # Skip graphs without parameters, with a loss near 0, or with a huge loss or gradient.
        numbers = [candidate["loss"], *candidate["gradients"]]
        if candidate["parameters"] and all(abs(number) < 1e4 for number in numbers) and candidate["loss"] > 1e-3:
            cases.append(candidate)
    out = Path(__file__).parent / "sequences.generated.json"
    out.write_text(json.dumps(cases, separators=(",", ":")) + "\n")
    print(out, out.stat().st_size)


if __name__ == "__main__":
    main()
