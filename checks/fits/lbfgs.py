"""Trains networks with SciPy's L-BFGS-B. Reads problems as JSON from stdin, and writes the loss of every evaluation to stdout.

Used by lbfgs.ts. The parameters are ordered by node: for each node its bias b, then its weights.
"""
import json
import sys

import numpy as np
from scipy.optimize import minimize


def objective(problem, losses):
    sizes, x, t = problem["layers"], np.array(problem["inputs"]), np.array(problem["targets"])

    def evaluate(p):
        parts, at, values = [], 0, [x]
        for k in range(1, len(sizes)):
            block = p[at : at + sizes[k] * (1 + sizes[k - 1])].reshape(sizes[k], 1 + sizes[k - 1])
            at += block.size
            parts.append(block)
            h = values[-1] @ block[:, 1:].T + block[:, 0]
            values.append(h if k == len(sizes) - 1 else np.tanh(h))
        difference = values[-1] - t
        delta = 2 * difference / difference.size
        gradients = []
        for k in range(len(sizes) - 1, 0, -1):
            gradients.insert(0, np.hstack([delta.sum(0)[:, None], delta.T @ values[k - 1]]).ravel())
            if k > 1:
                delta = (delta @ parts[k - 1][:, 1:]) * (1 - values[k - 1] ** 2)
        losses.append(np.mean(difference**2))
        return losses[-1], np.concatenate(gradients)

    return evaluate


options = {"maxcor": 10, "ftol": 1e-9, "gtol": 1e-6, "maxiter": 5000, "maxfun": 10000}
results = []
for problem in json.load(sys.stdin):
    runs = []
    for start in problem["starts"]:
        losses = []
        minimize(objective(problem, losses), np.array(start), jac=True, method="L-BFGS-B", options=options)
        runs.append(losses)
    results.append(runs)
json.dump(results, sys.stdout)
