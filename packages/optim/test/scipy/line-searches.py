"""Records line searches of SciPy's DCSRCH, with the constants of L-BFGS-B 3.0.

    python3 packages/optim/test/scipy/line-searches.py

writes line-searches.generated.json next to this file. For each search: a name, the value and slope at step 0, one row
of step, value and slope for each evaluation, the resulting step, and whether this step is accepted. If the bracket is
narrow, DCSRCH evaluates the best point again and ends with a warning. As in L-BFGS-B, that point counts as accepted;
the repeated evaluation is omitted.
"""
import json
import math
import random
from pathlib import Path

import numpy as np
from scipy.optimize._dcsrch import DCSRCH

seed = 20261127
draw = random.Random(seed)
max_evaluations = 20


def record(name, function, first):
    search = DCSRCH(None, None, ftol=1e-3, gtol=0.9, xtol=0.1, stpmin=0, stpmax=math.inf)
    start = [float(x) for x in function(0.0)]
    step, value, slope, task = search._iterate(first, *start, b"START")
    rows = []
    for _ in range(max_evaluations):
        value, slope = (float(x) for x in function(step))
        rows.append([float(step), value, slope])
        step, _, _, task = search._iterate(step, value, slope, task)
        if task == b"CONVERGENCE":
            return [name, start, rows, float(step), True]
        narrow = search.brackt and search.stmax - search.stmin <= search.xtol * search.stmax
        if narrow and step > 0 and task == b"FG":
            assert step == search.stx
            return [name, start, rows, float(step), True]
        if task != b"FG":
            raise RuntimeError(f"{name}: {task}")
    return [name, start, rows, float(search.stx), False]


# The six functions of Moré and Thuente (1994), section 5, with their parameters.
def more_thuente_1(t, beta=2):
    return -t / (t * t + beta), (t * t - beta) / (t * t + beta) ** 2


def more_thuente_2(t, beta=0.004):
    return (t + beta) ** 5 - 2 * (t + beta) ** 4, 5 * (t + beta) ** 4 - 8 * (t + beta) ** 3


def more_thuente_3(t, beta=0.01, l=39):
    if t <= 1 - beta:
        value, slope = 1 - t, -1
    elif t >= 1 + beta:
        value, slope = t - 1, 1
    else:
        value, slope = (t - 1) ** 2 / (2 * beta) + beta / 2, (t - 1) / beta
    wave = l * math.pi / 2
    return value + 2 * (1 - beta) / (l * math.pi) * math.sin(wave * t), slope + (1 - beta) * math.cos(wave * t)


def yanai(b1, b2):
    gamma = lambda b: math.sqrt(1 + b * b) - b

    def function(t):
        root1, root2 = math.sqrt((1 - t) ** 2 + b2 * b2), math.sqrt(t * t + b1 * b1)
        return gamma(b1) * root1 + gamma(b2) * root2, gamma(b1) * (t - 1) / root1 + gamma(b2) * t / root2

    return function


more_thuente = [more_thuente_1, more_thuente_2, more_thuente_3, yanai(0.001, 0.001), yanai(0.01, 0.001), yanai(0.001, 0.01)]


def waves():
    """A sum of cosines and a parabola: decreases at 0, is bounded below, and is not convex."""
    terms = [(draw.gauss(0, 1), draw.uniform(0, 5), draw.uniform(0, 6)) for _ in range(4)]
    fall = draw.uniform(0, 1)
    return lambda t: (
        sum(a * math.cos(f * t + at) for a, f, at in terms) + 0.05 * t * t - fall * t,
        sum(-a * f * math.sin(f * t + at) for a, f, at in terms) + 0.1 * t - fall,
    )


def kinks():
    """A convex, piecewise linear function. Near its minimum, its slopes can be almost as steep as at the start."""
    terms = [(draw.uniform(0, 3), 10 ** draw.uniform(-2, 1.5)) for _ in range(3)]
    return lambda t: (
        sum(a * abs(t - at) for a, at in terms),
        sum(a * math.copysign(1, t - at) for a, at in terms),
    )


def steepening():
    """Flat at the start, then steeper and steeper until a minimum far away."""
    power, fall, end = draw.uniform(1.5, 4), 10 ** draw.uniform(-3, 0), 10 ** draw.uniform(0, 2)
    rise = draw.uniform(1, 3)
    return lambda t: (
        -fall * t - t**power + (max(0, t - end)) ** (power + rise),
        -fall - power * t ** (power - 1) + (power + rise) * max(0, t - end) ** (power + rise - 1),
    )

def ripples():
    """A falling line with ripples, almost level at the start, so that most other slopes are steeper."""
    terms = [(draw.gauss(0, 1), draw.uniform(0, 5), draw.uniform(0, 6)) for _ in range(4)]
    end = draw.uniform(2, 40)
    flat = sum(-a * f * math.sin(f * 0 + at) for a, f, at in terms)
    start = -(10 ** draw.uniform(-3, 0))
    return lambda t: (
        sum(a * math.cos(f * t + at) for a, f, at in terms) + (start - flat) * t + (t / end) ** 4,
        sum(-a * f * math.sin(f * t + at) for a, f, at in terms) + (start - flat) + 4 * (t / end) ** 3 / end,
    )


def levels():
    """Small integers, drawn for each evaluation, so that values, slopes and interpolated steps are often equal."""
    return lambda t: (0, -1) if t == 0 else (draw.randrange(-8, 3), draw.choice([-8, -4, -2, -1, 1, 2, 4, 8]))


def inflection(t):
    """At steps 1 and 5, has the values and slopes of (9 - t)³, a cubic that has one stationary point but no minimum."""
    return (729.5, -1) if t == 0 else ((9 - t) ** 3, -3 * (9 - t) ** 2) if t < 8 else (0, 0)


# The value and slope at each step, chosen so that the search compares two equal numbers.
exactly_accepted = {0: (0, -10), 1: (-0.01, 9)}.get
exactly_narrow = {0: (0, -1), 2: (-1, -7), 10: (-41, 1), 9: (-40, -1)}.get
# Between the steps 1 and 5, three times the mean slope is equal to the sum of the slopes.
balanced = lambda t: {0: (0, -1), 1: (-1, -4), 5: (-5, 1)}.get(t, (-20, 0))


def endless(t):
    """Has no minimum: every slope is steeper than the last."""
    return -t - t * t, -1 - 2 * t


searches = [
    record(f"Moré–Thuente function {k + 1}, first step {first}", function, first)
    for k, function in enumerate(more_thuente)
    for first in (0.001, 0.1, 10, 1000)
]
searches += [
    record("a cubic without a minimum", inflection, 1),
    record("both conditions are satisfied exactly", exactly_accepted, 1),
    record("the bracket is exactly narrow enough", exactly_narrow, 2),
    record("three times the mean slope equals the sum of the slopes", balanced, 1),
    record("no minimum", endless, 1),
]
for family, count in [(waves, 10), (kinks, 10), (steepening, 6), (ripples, 12), (levels, 14)]:
    k = 0
    while k < count:
        function = family()
        if function(0.0)[1] < -1e-3:
            first = 1 if family == levels else 10 ** draw.gauss(0, 1)
            search = record(f"{family.__name__} {k + 1}", function, first)
            if 3 <= len(search[2]) <= 10:
                searches.append(search)
                k += 1

lines = ",\n".join(json.dumps(search, ensure_ascii=False) for search in searches)
(Path(__file__).parent / "line-searches.generated.json").write_text("[\n" + lines + "\n]\n", encoding="utf-8")
