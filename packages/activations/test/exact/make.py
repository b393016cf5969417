"""Computes every activation and its derivative in 60-digit arithmetic, rounded once to float64.

    python3 packages/activations/test/exact/make.py

writes exact.generated.json next to this file, with rows of h, g(h) and g'(h) for each activation.
"""
import json
import random
from pathlib import Path

from mpmath import cos, erfc, exp, expm1, log, log1p, mp, mpf, pi, sin, sqrt, tanh

mp.dps = 60
seed = 20261125
draw = random.Random(seed)

alpha, scale = mpf(1.6732632423543772), mpf(1.0507009873554805)
sigmoid = lambda h: 1 / (1 + exp(-h))
softplus = lambda h: log1p(exp(h))
normal = lambda h: erfc(-h / sqrt(mpf(2))) / 2
density = lambda h: exp(-h * h / 2) / sqrt(2 * pi)


def mish(h):
    t = tanh(softplus(h))
    return h * t, t + h * sigmoid(h) * (1 - t * t)


exact = {
    "bentIdentity": lambda h: (h + (sqrt(h * h + 1) - 1) / 2, 1 + h / (2 * sqrt(h * h + 1))),
    "elu": lambda h: (h, 1) if h > 0 else (expm1(h), exp(h)),
    "gaussian": lambda h: (exp(-h * h), -2 * h * exp(-h * h)),
    "gelu": lambda h: (h * normal(h), normal(h) + h * density(h)),
    "hardSigmoid": lambda h: (min(max(h / 6 + mpf(1) / 2, 0), 1), mpf(1) / 6 if -3 < h < 3 else 0),
    "hardSwish": lambda h: (h * min(max(h / 6 + mpf(1) / 2, 0), 1), h / 3 + mpf(1) / 2 if -3 < h < 3 else int(h >= 3)),
    "hardTanh": lambda h: (min(max(h, -1), 1), 1 if -1 < h < 1 else 0),
    "identity": lambda h: (h, 1),
    "leakyRelu": lambda h: (h, 1) if h > 0 else (mpf(0.01) * h, mpf(0.01)),
    "mish": mish,
    "relu": lambda h: (h, 1) if h > 0 else (0, 0),
    "selu": lambda h: (scale * h, scale) if h > 0 else (scale * alpha * expm1(h), scale * alpha * exp(h)),
    "sigmoid": lambda h: (sigmoid(h), sigmoid(h) * sigmoid(-h)),
    "silu": lambda h: (h * sigmoid(h), sigmoid(h) * (1 + h * sigmoid(-h))),
    "sine": lambda h: (sin(h), cos(h)),
    "softplus": lambda h: (softplus(h), sigmoid(h)),
    "softsign": lambda h: (h / (1 + abs(h)), 1 / (1 + abs(h)) ** 2),
    "tanh": lambda h: (tanh(h), 1 - tanh(h) ** 2),
}

# Both signs, and magnitudes from 1e-8 to 30, which include the curved and the saturated parts of the activations.
points = [sign * 10 ** draw.uniform(-8, 1.4771) for sign in (1, -1) for _ in range(150)]
rows = {
    name: [[h, *(float(value) for value in function(mpf(h)))] for h in points] for name, function in exact.items()
}
lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items())
(Path(__file__).parent / "exact.generated.json").write_text("{\n" + lines + "\n}\n")
