"""Prints the mean test accuracy of two scikit-learn classifiers with default settings.

Reads the training and test splits from standard input.
"""

import json
import sys
import warnings

from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

warnings.filterwarnings("ignore")
splits = json.load(sys.stdin)


def mean_accuracy(classifier_for):
    total = 0.0
    for seed, split in enumerate(splits):
        x, y = zip(*((row["x"], row["y"]) for row in split["training"]))
        test_x, test_y = zip(*((row["x"], row["y"]) for row in split["test"]))
        total += classifier_for(seed).fit(x, y).score(test_x, test_y)
    return total / len(splits)


print(
    json.dumps(
        [
            mean_accuracy(lambda seed: LogisticRegression()),
            mean_accuracy(lambda seed: MLPClassifier(random_state=seed)),
        ]
    )
)
