"""Measures the CPU time that scikit-learn's L-BFGS takes to reach a training loss. Reads problems from stdin. The
`goals` of a problem are the losses to reach, one for each seed.

Used by speed.ts. MLPRegressor has no callback, so bisection finds the smallest number of iterations (at least 5) that
reaches the goal. The result is the median CPU time of three fits with that number of iterations. If 3,000 iterations do
not reach the goal, the result is the CPU time of one fit with 3,000 iterations.
"""
import json
import sys
import time
import warnings

import numpy as np
from sklearn.neural_network import MLPRegressor

warnings.filterwarnings("ignore")
max_iterations = 3000


def fit(problem, seed, iterations):
    x, t = np.array(problem["inputs"]), np.array(problem["targets"])
    options = {"activation": "tanh", "solver": "lbfgs", "alpha": 0, "tol": 1e-12, "max_fun": 10**6}
    network = MLPRegressor(tuple(problem["layers"][1:-1]), random_state=seed, max_iter=iterations, **options)
    before = time.process_time()
    network.fit(x, t if t.shape[1] > 1 else t.ravel())
    seconds = time.process_time() - before
    return seconds, np.mean((network.predict(x).reshape(t.shape) - t) ** 2)


def seconds_to(problem, seed, goal):
    low, high = 4, 8
    while fit(problem, seed, high)[1] > goal:
        if high == max_iterations:
            return {"seconds": fit(problem, seed, max_iterations)[0], "reached": False}
        low, high = high, min(2 * high, max_iterations)
    while high - low > 1:
        middle = (low + high) // 2
        if fit(problem, seed, middle)[1] > goal:
            low = middle
        else:
            high = middle
    seconds = sorted(fit(problem, seed, high)[0] for _ in range(3))[1]
    return {"seconds": seconds, "reached": True}


results = []
for problem in json.load(sys.stdin):
    results.append([seconds_to(problem, seed, goal) for seed, goal in enumerate(problem["goals"])])
json.dump(results, sys.stdout)
