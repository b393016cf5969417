"""Computes reference values with PyTorch for random graphs, every optimizer and every schedule, in float64.

    python3 packages/conformance/test/torch/make.py

writes graphs.generated.json, optimizers.generated.json and schedules.generated.json next to this file. Floats are written with
enough digits to be restored exactly. Nodes are in topological order. Parameters are in the layout of @nnbp/core: for each node, its
b, then its c if c is trained, then its weights; a shared weight is stored with the first edge that uses it. Parameters, inputs and
targets are multiples of 1/1024, so that they are exact in float32.
"""
import inspect
import itertools
import json
import random
from pathlib import Path

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

here = Path(__file__).parent
seed = 20261125
rng = random.Random(seed)


def random_number(low, high):
    return round(rng.uniform(low, high) * 1024) / 1024


# The name and options in @nnbp, and the PyTorch function. If PyTorch lacks the function, it is built from operations.
activations = [
    ("elu", {}, F.elu),
    ("elu", {"alpha": 0.5}, lambda h: F.elu(h, alpha=0.5)),
    ("gelu", {}, F.gelu),
    # PyTorch 1.13 rounds the 1/6 in hardsigmoid's derivative to float32 in every precision, an error of 3e-8.
    ("hardSigmoid", {}, lambda h: torch.clamp(h / 6 + 0.5, 0, 1)),
    ("hardTanh", {}, F.hardtanh),
    ("leakyRelu", {}, F.leaky_relu),
    ("leakyRelu", {"negativeSlope": 0.25}, lambda h: F.leaky_relu(h, 0.25)),
    ("mish", {}, F.mish),
    ("relu", {}, F.relu),
    ("selu", {}, F.selu),
    ("sigmoid", {}, torch.sigmoid),
    ("silu", {}, F.silu),
    # PyTorch's softplus is linear above a threshold, here so large that it makes no difference.
    ("softplus", {}, lambda h: F.softplus(h, threshold=500)),
    ("softsign", {}, F.softsign),
    ("tanh", {}, torch.tanh),
    ("identity", {}, lambda h: h),
    ("sine", {}, torch.sin),
    ("sine", {"frequency": 3}, lambda h: torch.sin(3 * h)),
    ("gaussian", {}, lambda h: torch.exp(-h * h)),
]


def real_numbers(n):
    return [random_number(-1, 1) for _ in range(n)]


def fractions(n):
    return [random_number(0, 1) for _ in range(n)]


def distribution(n):
    parts = [rng.randint(1, 100) for _ in range(n)]
    shares = [part * 1024 // sum(parts) for part in parts]
    shares[0] += 1024 - sum(shares)
    return [share / 1024 for share in shares]


def signs(n):
    return [rng.choice([-1, 1]) for _ in range(n)]


def counts(n):
    return [rng.randint(0, 4) for _ in range(n)]


# Name, options, function that draws targets, PyTorch loss. hinge and logCosh are built from PyTorch operations.
losses = [
    ("mse", {}, real_numbers, F.mse_loss),
    ("mae", {}, real_numbers, F.l1_loss),
    ("huber", {}, real_numbers, F.huber_loss),
    ("huber", {"delta": 0.25}, real_numbers, lambda x, t: F.huber_loss(x, t, delta=0.25)),
    ("binaryCrossEntropy", {}, fractions, F.binary_cross_entropy),
    ("binaryCrossEntropyWithLogits", {}, fractions, F.binary_cross_entropy_with_logits),
    ("softmaxCrossEntropy", {}, distribution, F.cross_entropy),
    ("klDivergence", {}, distribution, lambda x, t: F.kl_div(x, t, reduction="batchmean")),
    ("poisson", {}, counts, F.poisson_nll_loss),
    ("hinge", {}, signs, lambda x, t: torch.clamp(1 - t * x, min=0).mean()),
    ("logCosh", {}, real_numbers, lambda x, t: torch.log(torch.cosh(x - t)).mean()),
]


def random_graph(number, activation, loss_name):
    """Draws a graph whose nodes have 1 to 4 predecessors each.

    About half of the nodes use the activation with index `activation`.
    """
    inputs = rng.randint(1, 3)
    computed = rng.randint(3, 9)
    outputs = rng.randint(1, 3)
    needs_probabilities = loss_name == "binaryCrossEntropy"
    nodes = []
    for k in range(computed):
        available = inputs + k
        predecessors = sorted(rng.sample(range(available), rng.randint(1, min(4, available))))
        activation_index = activation if rng.random() < 0.5 or k == 0 else rng.randrange(len(activations))
        nodes.append({"from": predecessors, "activation": activation_index, "scale": rng.random() < 0.7, "share": {}})
    # In every third graph, outputs can have successors.
    ids = list(range(inputs, inputs + computed))
    chosen = sorted(rng.sample(ids, outputs)) if number % 3 == 0 else ids[-outputs:]
    if needs_probabilities:
        sigmoid = [name for name, _, _ in activations].index("sigmoid")
        for k in chosen:
            nodes[k - inputs].update(activation=sigmoid, scale=False)
    # Every second graph has shared weights.
    if number % 2 == 0:
        edges = [(k, p) for k in range(computed) for p in range(len(nodes[k]["from"]))]
        for k, p in rng.sample(edges, min(len(edges), rng.randint(2, 5))):
            nodes[k]["share"][str(p)] = rng.choice("ab")
    return inputs, nodes, chosen


def layout(nodes):
    """Returns the parameter indices of b, c (-1 if fixed) and the weights of each node, and the number of parameters."""
    positions, shared, count = [], {}, 0
    for node in nodes:
        b, count = count, count + 1
        c = -1
        if node["scale"]:
            c, count = count, count + 1
        weights = []
        for p in range(len(node["from"])):
            name = node["share"].get(str(p))
            if name in shared:
                weights.append(shared[name])
                continue
            if name is not None:
                shared[name] = count
            weights.append(count)
            count += 1
        positions.append((b, c, weights))
    return positions, count


def forward(inputs, nodes, positions, parameters, columns):
    x = list(columns)
    for node, (b, c, weights) in zip(nodes, positions):
        h = parameters[b] + sum(parameters[w] * x[j] for w, j in zip(weights, node["from"]))
        g = activations[node["activation"]][2](h)
        x.append(g * parameters[c] if c >= 0 else g)
    return x


def run(number, activation, loss):
    name, options, targets_of, loss_function = loss
    inputs, nodes, chosen = random_graph(number, activation, name)
    positions, count = layout(nodes)
    values = [0.0] * count
    for node, (b, c, weights) in zip(nodes, positions):
        values[b] = random_number(-0.5, 0.5)
        if c >= 0:
            values[c] = rng.choice([-1, 1]) * random_number(0.5, 1.25)
        for w in weights:
            values[w] = random_number(-1, 1)
    samples = rng.choice([1, 2, 5])
    data = [[random_number(-1, 1) for _ in range(inputs)] for _ in range(samples)]
    targets = [targets_of(len(chosen)) for _ in range(samples)]

    parameters = torch.tensor(values, requires_grad=True)
    rows = torch.tensor(data)
    x = forward(inputs, nodes, positions, parameters, [rows[:, i] for i in range(inputs)])
    out = torch.stack([x[k] for k in chosen], dim=1)
    value = loss_function(out, torch.tensor(targets, dtype=torch.float64))
    value.backward()
    return {
        "inputs": inputs,
        "nodes": [
            {
                "from": node["from"],
                "activation": activations[node["activation"]][0],
                "options": activations[node["activation"]][1],
                "scale": node["scale"],
                "share": node["share"],
            }
            for node in nodes
        ],
        "outputs": chosen,
        "loss": name,
        "lossOptions": options,
        "parameters": values,
        "samples": [[*row, *target] for row, target in zip(data, targets)],
        "value": value.item(),
        "predictions": out.detach().flatten().tolist(),
        "gradients": (parameters.grad if parameters.grad is not None else torch.zeros(count)).tolist(),
    }


def patch_nadam():
    """Fixes NAdam as PyTorch 2.0 does: in PyTorch 1.13, the momentum product of the next step contains mu twice."""
    from torch.optim import nadam

    source = inspect.getsource(nadam._single_tensor_nadam)
    exec(source.replace("mu_product * mu * mu_next", "mu_product * mu_next"), nadam.__dict__)


patch_nadam()

optimizers = [
    ("sgd", {"learningRate": 0.1}, lambda p: torch.optim.SGD(p, 0.1)),
    ("sgd", {"learningRate": 0.1, "weightDecay": 0.2}, lambda p: torch.optim.SGD(p, 0.1, weight_decay=0.2)),
    ("sgd", {"learningRate": 0.1, "momentum": 0.9}, lambda p: torch.optim.SGD(p, 0.1, 0.9)),
    (
        "sgd",
        {"learningRate": 0.1, "momentum": 0.9, "dampening": 0.3, "weightDecay": 0.1},
        lambda p: torch.optim.SGD(p, 0.1, 0.9, 0.3, 0.1),
    ),
    (
        "sgd",
        {"learningRate": 0.1, "momentum": 0.8, "nesterov": True, "weightDecay": 0.1},
        lambda p: torch.optim.SGD(p, 0.1, 0.8, 0, 0.1, True),
    ),
    ("adam", {}, lambda p: torch.optim.Adam(p)),
    (
        "adam",
        {"learningRate": 0.05, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-4, "weightDecay": 0.1},
        lambda p: torch.optim.Adam(p, 0.05, (0.8, 0.95), 1e-4, 0.1),
    ),
    ("adamw", {}, lambda p: torch.optim.AdamW(p)),
    (
        "adamw",
        {"learningRate": 0.05, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-4, "weightDecay": 0.3},
        lambda p: torch.optim.AdamW(p, 0.05, (0.8, 0.95), 1e-4, 0.3),
    ),
    ("nadam", {}, lambda p: torch.optim.NAdam(p)),
    (
        "nadam",
        {"learningRate": 0.05, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-4, "weightDecay": 0.1, "momentumDecay": 0.01},
        lambda p: torch.optim.NAdam(p, 0.05, (0.8, 0.95), 1e-4, 0.1, 0.01),
    ),
    ("rmsprop", {}, lambda p: torch.optim.RMSprop(p)),
    (
        "rmsprop",
        {"learningRate": 0.05, "smoothing": 0.9, "epsilon": 1e-4, "weightDecay": 0.1, "momentum": 0.5, "centered": True},
        lambda p: torch.optim.RMSprop(p, 0.05, 0.9, 1e-4, 0.1, 0.5, True),
    ),
    ("adagrad", {}, lambda p: torch.optim.Adagrad(p)),
    (
        "adagrad",
        {"learningRate": 0.05, "learningRateDecay": 0.1, "weightDecay": 0.1, "initialSum": 0.5, "epsilon": 1e-4},
        lambda p: torch.optim.Adagrad(p, 0.05, 0.1, 0.1, 0.5, 1e-4),
    ),
    ("rprop", {}, lambda p: torch.optim.Rprop(p)),
    (
        "rprop",
        {"initialStep": 0.05, "etaMinus": 0.4, "etaPlus": 1.3, "minimumStep": 0.001, "maximumStep": 0.2},
        lambda p: torch.optim.Rprop(p, 0.05, (0.4, 1.3), (0.001, 0.2)),
    ),
]

schedules = [
    ("stepDecay", {"initial": 0.3, "factor": 0.5, "every": 7}, lambda o: torch.optim.lr_scheduler.StepLR(o, 7, 0.5)),
    ("exponentialDecay", {"initial": 0.3, "factor": 0.9}, lambda o: torch.optim.lr_scheduler.ExponentialLR(o, 0.9)),
    (
        "cosine",
        {"peak": 0.3, "steps": 50, "final": 0.01},
        lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 50, 0.01),
    ),
    # By default, PyTorch also cycles the momentum; our schedule changes only the learning rate.
    (
        "oneCycle",
        {"peak": 0.3, "steps": 50},
        lambda o: torch.optim.lr_scheduler.OneCycleLR(o, 0.3, 50, cycle_momentum=False),
    ),
    (
        "oneCycle",
        {"peak": 0.3, "steps": 50, "rise": 0.5, "startFactor": 10, "finalFactor": 100},
        lambda o: torch.optim.lr_scheduler.OneCycleLR(
            o, 0.3, 50, pct_start=0.5, cycle_momentum=False, div_factor=10, final_div_factor=100
        ),
    ),
    (
        "plateau",
        {"initial": 0.3, "factor": 0.5, "patience": 2, "threshold": 0.01, "cooldown": 1, "minimum": 0.01},
        lambda o: torch.optim.lr_scheduler.ReduceLROnPlateau(
            o, factor=0.5, patience=2, threshold=0.01, cooldown=1, min_lr=0.01
        ),
    ),
]

steps = 50


def optimizer_run(start, gradients, optimizer):
    name, options, make = optimizer
    p = torch.tensor(start, requires_grad=True)
    torch_optimizer = make([p])
    path = []
    for row in gradients:
        p.grad = torch.tensor(row)
        torch_optimizer.step()
        path.append(p.tolist())
    return {"name": name, "options": options, "path": path}


def schedule_run(observed, schedule):
    name, options, make = schedule
    p = torch.tensor([0.0], requires_grad=True)
    optimizer = torch.optim.SGD([p], options.get("initial", options.get("peak")))
    scheduler = make(optimizer)
    rates = []
    for loss in observed:
        rates.append(optimizer.param_groups[0]["lr"])
        p.grad = torch.zeros(1)
        optimizer.step()
        if len(rates) < steps:
            scheduler.step(loss) if name == "plateau" else scheduler.step()
    return {"name": name, "options": options, "rates": rates}


def write(name, content):
    made_by = {"torch": torch.__version__, "seed": seed}
    lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in content.pop("entries"))
    head = json.dumps({**made_by, **content})[:-1]
    (here / name).write_text(f'{head}, "entries": [\n{lines}\n]}}\n')


pairs = 2 * list(itertools.product(range(len(activations)), losses))
write("graphs.generated.json", {"entries": [run(n, a, loss) for n, (a, loss) in enumerate(pairs)]})

start = [random_number(-1, 1) for _ in range(4)]
gradients = [[random_number(-1, 1) for _ in range(3)] + [0.0] for _ in range(steps)]
observed = [random_number(0.5, 1) / (1 + n // 6) for n in range(steps)]
write(
    "optimizers.generated.json",
    {"start": start, "gradients": gradients, "entries": [optimizer_run(start, gradients, o) for o in optimizers]},
)
write("schedules.generated.json", {"observed": observed, "entries": [schedule_run(observed, s) for s in schedules]})
print(f"{len(pairs)} graphs, {len(optimizers)} optimizers, {len(schedules)} schedules, from PyTorch {torch.__version__}")
