"""scikit-learn's L-BFGS to a training loss: reads problems with goals on the standard input, writes
CPU time.

Used by speed.ts. MLPRegressor has no callback: the smallest number of iterations from 5 that reaches the goal is searched
for, and the fit with that number is timed, in CPU time, the median of three.
"""
import json
import sys
import time
import warnings

import numpy as np
from sklearn.neural_network import MLPRegressor

warnings.filterwarnings("ignore")
most = 3000


def fit(problem, seed, iterations):
    x, t = np.array(problem["inputs"]), np.array(problem["targets"])
    options = {"activation": "tanh", "solver": "lbfgs", "alpha": 0, "tol": 1e-12, "max_fun": 10**6}
    network = MLPRegressor(tuple(problem["layers"][1:-1]), random_state=seed, max_iter=iterations, **options)
    before = time.process_time()
    network.fit(x, t if t.shape[1] > 1 else t.ravel())
    seconds = time.process_time() - before
    return seconds, np.mean((network.predict(x).reshape(t.shape) - t) ** 2)


def seconds_to(problem, seed, goal):
    high = 8
    while fit(problem, seed, high)[1] > goal:
        high *= 2
        if high > most:
            return {"seconds": fit(problem, seed, most)[0], "reached": False}
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        if fit(problem, seed, middle)[1] > goal:
            low = middle
        else:
            high = middle
    seconds = sorted(fit(problem, seed, high)[0] for _ in range(3))[1]
    return {"seconds": seconds, "reached": True}


found = []
for problem in json.load(sys.stdin):
    found.append([seconds_to(problem, seed, goal) for seed, goal in enumerate(problem["goals"])])
json.dump(found, sys.stdout)
