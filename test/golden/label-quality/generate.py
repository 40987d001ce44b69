"""Writes cleanlab.json: what cleanlab makes of random predictions with planted wrong labels.

    pip install cleanlab numpy && python generate.py

Where rounding a row of the joint has a tie, floating point decides it; these problems have none that is decided otherwise here.
"""

import json
import pathlib

import cleanlab
import numpy as np
from cleanlab.count import compute_confident_joint, get_confident_thresholds
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_label_quality_scores

SCORES = ["self_confidence", "normalized_margin", "confidence_weighted_entropy"]
FILTERS = ["prune_by_noise_rate", "prune_by_class", "both"]


def problem(seed, samples, classes, noise, sharpness):
    """Rows of a softmax that mostly favour the true class, and labels of which a share is another."""
    random = np.random.default_rng(seed)
    true = random.choice(classes, samples, p=random.dirichlet(np.full(classes, 5.0)))
    logits = random.normal(size=(samples, classes))
    logits[np.arange(samples), true] += sharpness
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = true.copy()
    wrong = random.random(samples) < noise
    labels[wrong] = (true[wrong] + random.integers(1, classes, wrong.sum())) % classes
    probabilities = np.round(probabilities, 6)
    return {
        "classes": classes,
        "labels": labels.tolist(),
        "probabilities": probabilities.ravel().tolist(),
        "thresholds": get_confident_thresholds(labels, probabilities).tolist(),
        "joint": compute_confident_joint(labels, probabilities).tolist(),
        "scores": {name: get_label_quality_scores(labels, probabilities, method=name).tolist() for name in SCORES},
        "issues": {
            name: np.flatnonzero(find_label_issues(labels, probabilities, filter_by=name, n_jobs=1)).tolist()
            for name in FILTERS
        },
    }


problems = [
    problem(1, 60, 2, 0.1, 2.0),
    problem(5, 150, 4, 0.15, 2.5),
    problem(3, 200, 7, 0.3, 1.5),
    problem(4, 40, 10, 0.05, 3.0),
]
here = pathlib.Path(__file__).parent
(here / "cleanlab.json").write_text(json.dumps({"cleanlab": cleanlab.__version__, "problems": problems}) + "\n")
