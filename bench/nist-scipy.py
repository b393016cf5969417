"""Runs SciPy's least_squares on NIST's 27 problems from both starting points: python3 bench/nist-scipy.py (needs python3-scipy).

Prints how many of the 54 fits agree with the certified parameters in at least 4 digits, and the mean number of matching
digits. The digits of a fit are those of its worst parameter, at most 11; a fit that fails has 0 digits. All fits run twice:
with the defaults, and with method "lm" and tolerances of 1e-15.
"""
import json
import pathlib
import re
import warnings

import numpy as np
from scipy.optimize import least_squares

warnings.filterwarnings("ignore")
path = pathlib.Path(__file__).parent.parent / "packages/formula/test/nist.generated.json"
problems = json.loads(path.read_text())
names = {"exp": np.exp, "cos": np.cos, "sin": np.sin, "arctan": np.arctan, "pi": np.pi}


def residuals_of(problem):
    code = compile(re.sub(r"\^", "**", problem["formula"]), problem["name"], "eval")
    columns = np.array(problem["x"]).T
    y = np.array(problem["y"])
    count = len(problem["certified"])

    def residuals(b):
        values = dict(names, **{f"b{k + 1}": b[k] for k in range(count)}, **dict(zip(problem["variables"], columns)))
        return np.nan_to_num(eval(code, {}, values) - y, nan=1e150, posinf=1e150, neginf=-1e150)

    return residuals


def matching_digits(estimates, certified):
    with np.errstate(divide="ignore"):
        digits = -np.log10(np.abs(estimates - certified) / np.abs(certified))
    return max(0, min(11, digits.min()))


tight = {"ftol": 1e-15, "xtol": 1e-15, "gtol": 1e-15, "max_nfev": 100_000}
for title, options in {"defaults": {}, 'method "lm", tolerances 1e-15': {"method": "lm", **tight}}.items():
    digits = []
    for problem in problems:
        for start in problem["starts"]:
            try:
                result = least_squares(residuals_of(problem), start, **options).x
                digits.append(matching_digits(result, np.array(problem["certified"])))
            except (ValueError, OverflowError):
                digits.append(0)
    print(f"{title}: {sum(d >= 4 for d in digits)} of {len(digits)}, mean {np.mean(digits):.2f} digits")
