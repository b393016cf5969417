"""Computes reference data for the layers with PyTorch, in float64, using random weights.

    python3 packages/layers/test/torch/make.py

Writes layers.generated.json next to this file: weights, inputs, outputs, and the gradients of the mean squared error.
"""
import json
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
torch.manual_seed(20261126)


def case(module, x, run):
    y = run(x)
    target = torch.rand_like(y)
    x.grad = None
    F.mse_loss(y, target).backward()
    return {
        "parameters": {name: p.tolist() for name, p in module.named_parameters()} if module else {},
        "gradients": {name: p.grad.tolist() for name, p in module.named_parameters()} if module else {},
        "inputs": x.tolist(),
        "outputs": y.tolist(),
        "targets": target.tolist(),
        "inputGradients": x.grad.tolist(),
    }


def tensor(*shape):
    return torch.randn(*shape).requires_grad_()


cases = {}
for name, kind in (("rnn", nn.RNN), ("lstm", nn.LSTM), ("gru", nn.GRU)):
    two = kind(3, 4, num_layers=2)
    cases[name] = case(two, tensor(6, 3), lambda x: two(x)[0])
    both = kind(2, 3, bidirectional=True)
    cases[f"{name}, bidirectional"] = case(both, tensor(5, 2), lambda x: both(x)[0])

conv1d = nn.Conv1d(2, 3, 3, stride=2, padding=1, dilation=2)
cases["conv1d"] = case(conv1d, tensor(2, 9), conv1d)
conv2d = nn.Conv2d(2, 3, (3, 2), stride=(2, 1), padding=(1, 1), dilation=(1, 2))
cases["conv2d"] = case(conv2d, tensor(2, 6, 5), conv2d)
cases["maxPool"] = case(None, tensor(2, 5, 6), lambda x: F.max_pool2d(x[None], (2, 3), stride=(1, 2))[0])
cases["averagePool"] = case(None, tensor(2, 5, 6), lambda x: F.avg_pool2d(x[None], (2, 3), stride=(1, 2))[0])
cases["maxPool, default stride"] = case(None, tensor(2, 1, 7), lambda x: F.max_pool2d(x[None], (1, 2))[0])


def attend(x):
    q, k, v = x[0, :2, :2], x[1, :, :2], x[2]
    return torch.softmax(q @ k.T / 2**0.5, dim=-1) @ v


# Two queries and three keys of 2 entries each, and three values of 3 entries.
cases["attention"] = case(None, tensor(3, 3, 3), attend)

out = Path(__file__).parent / "layers.generated.json"
out.write_text(json.dumps(cases, separators=(",", ":")) + "\n")
print(out, out.stat().st_size)
