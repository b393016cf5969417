"""Records the points that SciPy's L-BFGS-B evaluates.

    python3 packages/optim/test/scipy/lbfgs.py

writes lbfgs.generated.json next to this file. For each run: the name of the function, the memory, the number of evaluations until
SciPy stops, and the first points. The functions are repeated in lbfgs.test.ts.
"""
import json
from pathlib import Path

import numpy as np
from scipy.optimize import minimize


def rosenbrock(x):
    a, b = x[1:] - x[:-1] ** 2, 1 - x[:-1]
    gradient = np.zeros(len(x))
    gradient[:-1] += -400 * x[:-1] * a - 2 * b
    gradient[1:] += 200 * a
    return np.sum(100 * a**2 + b**2), gradient


def quadratic(x):
    scale = np.array([1, 10, 100, 3])
    return np.sum(scale * (x - 1) ** 2) / 2, scale * (x - 1)


def cosines(x):
    return np.sum(0.01 * x**2 - np.cos(x)), np.sin(x) + 0.02 * x


def bent(x):
    """Piecewise linear along x[0]: the slope is -1 up to x[0] = 1, -3 up to x[0] = 2, and 50 beyond."""
    t = x[0]
    value, slope = (-t, -1) if t < 1 else (2 - 3 * t, -3) if t < 2 else (50 * t - 104, 50)
    return value + x[1] ** 2 / 2, np.array([slope, x[1]])


def creases(x):
    """Piecewise quadratic, with two lines across which the gradient jumps."""
    a, b = 3 * x[0] + 3 * x[1] - 1, -4 * x[0] - 3 * x[1] + 2
    gradient = x + np.sign(a) * np.array([3, 3]) - np.sign(b) * np.array([4, 3])
    return abs(a) + abs(b) + np.sum(x**2) / 2, gradient


def record(name, function, start, memory=10, stored=25):
    points = []

    def objective(x):
        points.append(x.tolist())
        return function(x)

    options = {"maxcor": memory, "gtol": 1e-8, "ftol": 0}
    minimize(objective, start, jac=True, method="L-BFGS-B", options=options)
    return [name, memory, len(points), points[:stored]]


runs = [
    record("rosenbrock", rosenbrock, [-1.2, 1]),
    record("rosenbrock", rosenbrock, [-1.2, 1] * 5),
    record("rosenbrock", rosenbrock, [-1.2, 1] * 2, memory=3),
    record("quadratic", quadratic, [0, 0, 0, 0]),
    record("cosines", cosines, [3, 2.9]),
    record("bent", bent, [0, 1]),
    # Ends a line search at a point that is not the last one it has evaluated, and evaluates it again.
    record("bent", bent, [-2.125, 1]),
    # A line search fails after 42 evaluations. The next iteration searches along the negative gradient.
    record("creases", creases, [-1, -5], stored=60),
]
lines = ",\n".join(json.dumps(run) for run in runs)
(Path(__file__).parent / "lbfgs.generated.json").write_text("[\n" + lines + "\n]\n")
