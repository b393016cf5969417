"""Computes reference values for the least-squares tests with NumPy and SciPy, in float64.

    python3 packages/optim/test/scipy/make.py

writes least-squares.generated.json next to this file:

factors   matrices with the triangular factor that LAPACK computes with column pivoting, the rank and the condition number
steps     trust-region subproblems with the exact λ, found by SciPy's root finder
fits      curve fits with the parameters found by MINPACK or, if there are bounds, by SciPy's dogbox
"""
import json
from pathlib import Path

import numpy as np
from scipy.linalg import qr
from scipy.optimize import brentq, least_squares

rng = np.random.default_rng(20261127)


def short(*shape):
    """Returns random multiples of 1/64, which have few decimal digits."""
    return np.round(rng.normal(size=shape) * 64) / 64


def factor(title, rows, rank):
    m, n = rows.shape
    right = short(m)
    q, r, columns = qr(rows, mode="economic", pivoting=True)
    z = q.T @ right
    # The signs of the rows of R are arbitrary: they are chosen so that the diagonal is positive.
    signs = np.where(np.diag(r) < 0, -1.0, 1.0)
    singular = np.linalg.svd(rows, compute_uv=False)
    return {
        "title": title,
        "parameters": n,
        "rows": rows.ravel().tolist(),
        "right": right.tolist(),
        "rank": rank,
        # The order of dependent columns is arbitrary.
        "columns": columns[:rank].tolist(),
        "R": (signs[:, None] * r)[:rank].ravel().tolist(),
        "z": (signs * z)[:rank].tolist(),
        # ‖R‖·‖R⁻¹‖: the Frobenius norm of R times the spectral norm of R⁻¹.
        "condition": float(np.linalg.norm(rows) / singular[-1]) if rank == n else None,
    }


def kahan(n, angle=1.2):
    """A matrix whose smallest singular value is much smaller than the diagonal of its pivoted factor."""
    c, s = np.cos(angle), np.sin(angle)
    return np.diag(s ** np.arange(n)) @ (np.eye(n) - c * np.triu(np.ones((n, n)), 1))


def growing(n, sign):
    """An upper triangle of entries `sign` with a diagonal of 1. For sign −1, its inverse has entries up to 2^(n − 2)."""
    return np.eye(n) + sign * np.triu(np.ones((n, n)), 1)


deficient = short(9, 3) @ np.round(rng.normal(size=(3, 5)) * 4)
# Columns of equal length would be ordered by rounding errors.
distinct = 1 + np.arange(8) ** 2 / 64
vandermonde = np.vander(np.arange(1, 13) / 8, 6)
factors = [
    factor("random rows", short(9, 4), 4),
    factor("as many rows as columns", short(7, 7), 7),
    factor("columns of very different size", short(11, 6) * 2.0 ** np.array([-10, 17, 0, 21, -9, 5]), 6),
    factor("rows of very different size", short(8, 3) * 2.0 ** np.array([[0, -20, 20, 3, 9, -5, 1, -30]]).T, 3),
    factor("rank 3 of 5", deficient, 3),
    factor("a column of zeros and two dependent columns", short(6, 4)[:, [0, 1, 1, 2]] * np.array([1, 0.5, 1, 0]), 2),
    factor("powers of x, which are almost dependent", vandermonde, 6),
    factor("powers of x, times 2^-40", vandermonde * 2.0**-40, 6),
    factor("Kahan's matrix", kahan(8) * (16 - np.arange(8)), 8),
    factor("columns whose inverse grows", growing(8, -1.0) * distinct, 8),
    factor("columns of alternating sign whose inverse grows", growing(8, 1.0) * (-1.0) ** np.arange(8) * distinct, 8),
]


def step(title, rows, right, scale, radius, guess, determined=True):
    n = rows.shape[1]
    # In the variables D·s, the length of the step is a function of the singular values.
    u, singular, vt = np.linalg.svd(rows / scale, full_matrices=False)
    kept = singular > 1e-12 * singular[0]
    u, singular, vt = u[:, kept], singular[kept], vt[kept]
    part = u.T @ right
    length = lambda damping: float(np.linalg.norm(singular * part / (singular**2 + damping)))
    change = lambda damping: -float(np.sum((singular * part) ** 2 / (singular**2 + damping) ** 3)) / length(damping)
    solution = lambda damping: (-(vt.T @ (singular * part / (singular**2 + damping))) / scale).tolist()
    bound = float(np.linalg.norm(singular * part)) / radius
    exact = lambda target: brentq(lambda x: length(x) - target, 0, bound * 10, xtol=1e-300, rtol=1e-14)
    if determined and length(0) <= 1.1 * radius:
        damping, between = 0.0, [0.0, 0.0]
    else:
        # Newton's method for 1/radius − 1/length = 0 (Moré 1978, 5.5), kept within bounds of the root.
        lower, upper = 0.0, bound
        damping = guess if 0 < guess < bound else bound / 1000
        while abs(length(damping) - radius) > 0.1 * radius:
            lower, upper = (damping, upper) if length(damping) > radius else (lower, damping)
            damping -= (length(damping) - radius) / radius * length(damping) / change(damping)
            if not lower < damping < upper:
                damping = float(np.sqrt(max(lower, upper / 1000) * upper))
        between = [exact(1.1 * radius), exact(0.9 * radius)]
        assert between[0] <= damping <= between[1]
    return {
        "title": title,
        "parameters": n,
        "rows": rows.ravel().tolist(),
        "right": right.tolist(),
        "scale": scale.tolist(),
        "radius": radius,
        "guess": guess,
        "determined": determined,
        "between": between,
        "lambda": damping,
        "step": solution(damping),
        "length": length(damping),
    }


def problem(m, n, title, fraction, guess, determined=True, rank=None, scale=None, grade=None):
    """A random subproblem whose radius is `fraction` times the length of the step without damping."""
    rows, right = short(m, n), short(m)
    if rank is not None:
        rows = short(m, rank) @ short(rank, n)
    if grade is not None:
        rows = rows * np.array(grade)
    scale = np.array(scale) if scale is not None else np.sqrt((rows**2).sum(axis=0))
    full = np.linalg.norm(scale * (np.linalg.pinv(rows / scale) @ right) / scale)
    return step(title, rows, right, scale, float(fraction * full), guess, determined)


steps = [
    problem(6, 3, "a radius above the length of the step", 1.5, 0),
    problem(6, 3, "a radius 5 % below the length of the step", 0.95, 0),
    problem(6, 3, "a radius of half the length", 0.5, 0),
    problem(8, 5, "a small radius", 0.02, 0),
    problem(8, 5, "a small radius and a good guess", 0.1, 1.5),
    problem(8, 4, "a guess above the upper bound", 0.3, 1e6),
    problem(8, 4, "a guess that is much too large", 0.9, 5),
    problem(8, 4, "a guess that is much too small", 0.2, 1e-9),
    problem(7, 4, "columns and scales of different size", 0.4, 0, grade=[1, 64, 1 / 32, 8], scale=[3, 100, 0.25, 2]),
    problem(7, 4, "a scale unrelated to the columns", 0.3, 0.1, grade=[1, 16, 1 / 8, 2], scale=[0.5, 0.25, 4, 2]),
    problem(6, 4, "rank 2 of 4", 0.5, 0, determined=False, rank=2),
    problem(6, 4, "rank 2 of 4, a small radius and a guess", 0.05, 2, determined=False, rank=2),
    problem(3, 5, "fewer rows than parameters", 0.4, 0, determined=False),
]


def bard(p, x, y):
    u, v = x, 16 - x
    return p[0] + u / (v * p[1] + np.minimum(u, v) * p[2]) - y


models = {
    "bard": bard,
    "kowalik": lambda p, x, y: p[0] * (x * x + p[1] * x) / (x * x + p[2] * x + p[3]) - y,
    "meyer": lambda p, x, y: p[0] * np.exp(p[1] / (x + p[2])) - y,
    "logistic": lambda p, x, y: p[0] / (1 + np.exp(p[1] - p[2] * x)) - y,
}
data = {
    "bard": (
        list(range(1, 16)),
        [0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.1, 4.39],
    ),
    "kowalik": (
        [4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625],
        [0.1957, 0.1947, 0.1735, 0.16, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246],
    ),
    "meyer": (
        list(range(50, 126, 5)),
        [34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744, 8261, 7030, 6005, 5147, 4427, 3820, 3307, 2872],
    ),
    "logistic": (list(range(1, 9)), [0.3, 0.6, 1.4, 2.7, 4.4, 5.7, 6.4, 6.8]),
}


def fit(model, start, lower=None, upper=None):
    x, y = (np.array(values, dtype=float) for values in data[model])
    # "lm" is MINPACK, here with finite differences.
    options = {"method": "lm"} if lower is None else {"method": "dogbox", "jac": "3-point", "bounds": (lower, upper)}
    tolerances = {"ftol": 1e-15, "xtol": 1e-15, "gtol": 1e-15, "max_nfev": 5000}
    result = least_squares(lambda p: models[model](p, x, y), start, x_scale="jac", **tolerances, **options)
    entry = {"model": model, "start": start, "parameters": result.x.tolist(), "sum": 2 * float(result.cost)}
    return entry if lower is None else {**entry, "lower": lower, "upper": upper}


fits = [
    fit("bard", [1, 1, 1]),
    fit("kowalik", [0.25, 0.39, 0.415, 0.39]),
    fit("meyer", [0.02, 4000, 250]),
    fit("logistic", [1, 1, 1]),
    fit("bard", [1, 2, 1], [0.0, 1.2, 0.0], [2.0, 3.0, 2.3]),
    fit("kowalik", [0.1, 0.3, 0.1, 0.1], [0.0, 0.0, 0.0, 0.0], [0.19, 0.3, 0.5, 0.5]),
    fit("logistic", [5, 2, 1], [0.0, 0.0, 0.0], [6.5, 10.0, 10.0]),
]

sections = {"factors": factors, "steps": steps, "data": data, "fits": fits}
lines = []
for name, section in sections.items():
    entries = section.items() if isinstance(section, dict) else [(None, entry) for entry in section]
    rows = ",\n".join((f"{json.dumps(key)}: " if key else "") + json.dumps(entry) for key, entry in entries)
    lines.append(f"{json.dumps(name)}: " + ("{\n%s\n}" if isinstance(section, dict) else "[\n%s\n]") % rows)
(Path(__file__).parent / "least-squares.generated.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
