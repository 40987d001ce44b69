"""Makes multilabel.json: random problems with several labels a sample, measured by scikit-learn in float64.

    apt-get install python3-sklearn && python3 test/golden/metrics/multilabel.py

Inputs come from the formula of the golden data (a hash of a name), so only results are kept. Entries that are not known are
dropped label by label (or sample by sample, for what is a mean over samples) before scikit-learn sees them; where everything is
known its own functions of indicator matrices are asked too, and must agree. scikit-learn has no calibration error: the one here
is torchmetrics' definition in numpy, compared with scikit-learn's calibration_curve where no probability lies on an edge.
"""

import json
import os
import warnings

import numpy as np
import sklearn.metrics as sk
from sklearn.calibration import calibration_curve

warnings.filterwarnings("ignore")
EPSILON = 2.0**-23
NAN = float("nan")
checks = 0


def fill(name, shape, low, high):
    """The formula tensor `name`, as float32."""
    h = 0x811C9DC5
    for byte in name.encode():
        h = ((h ^ byte) * 0x01000193) & 0xFFFFFFFF
    x = (h + np.arange(np.prod(shape), dtype=np.uint64) * 0x9E3779B9) & 0xFFFFFFFF
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        x = ((x ^ (x >> np.uint64(shift))) * factor) & 0xFFFFFFFF
    x ^= x >> np.uint64(16)
    return (low + (high - low) * x.astype(np.float64) / 2**32).astype(np.float32).reshape(shape)


def problem(p):
    """Scores, targets and how they were made."""
    draw = fill(f"multilabel.{p}", [6], 0, 1).astype(np.float64)
    samples = 1 + int(draw[0] * (10 if p % 5 == 0 else 200))
    labels = 1 + int(draw[1] * 12)
    made = {
        "samples": samples,
        "labels": labels,
        "scores": "logits" if p % 2 == 0 else "probabilities",
        "steps": [4, 10, 1000][p % 3],
        "unknown": [0, 0.1, 0.6][p // 3 % 3],
        "threshold": "list" if p % 7 == 0 else 0.5,
    }
    rate = fill(f"multilabel.{p}.rate", [labels], -0.2, 1.1)
    shape = [samples, labels]
    targets = (fill(f"multilabel.{p}.present", shape, 0, 1) < rate).astype(np.float32)
    targets[fill(f"multilabel.{p}.known", shape, 0, 1) < np.float32(made["unknown"])] = -1
    raw = fill(f"multilabel.{p}.scores", shape, -3, 3).astype(np.float64) + (targets == 1)
    rounded = np.rint(raw * made["steps"]) / made["steps"]
    if made["scores"] == "probabilities":
        rounded = np.rint(np.clip(raw / 8 + 0.5, 0, 1) * made["steps"]) / made["steps"]
    return made, rounded.astype(np.float32), targets


def mean_defined(values):
    values = [value for value in values if not np.isnan(value)]
    return float(np.mean(values)) if values else NAN


def agree(ours, theirs):
    global checks
    checks += 1
    assert abs(ours - theirs) < 1e-9, (ours, theirs)


def binary(y, p):
    """tn, fp, fn, tp"""
    return [int(n) for n in sk.confusion_matrix(y, p, labels=[0, 1]).ravel()]


RATIOS = {
    "MultilabelAccuracy": lambda y, p: sk.accuracy_score(y, p) if len(y) else 0.0,
    "MultilabelHammingDistance": lambda y, p: sk.hamming_loss(y, p) if len(y) else 1.0,
    "MultilabelPrecision": lambda y, p: sk.precision_score(y, p, zero_division=0) if len(y) else 0.0,
    "MultilabelRecall": lambda y, p: sk.recall_score(y, p, zero_division=0) if len(y) else 0.0,
    "MultilabelSpecificity": lambda y, p: sk.recall_score(y, p, pos_label=0, zero_division=0) if len(y) else 0.0,
    "MultilabelF1Score": lambda y, p: sk.f1_score(y, p, zero_division=0) if len(y) else 0.0,
    "MultilabelFBetaScore": lambda y, p: sk.fbeta_score(y, p, beta=2, zero_division=0) if len(y) else 0.0,
    "MultilabelJaccardIndex": lambda y, p: sk.jaccard_score(y, p, zero_division=0) if len(y) else 0.0,
}
INDICATOR = {
    "MultilabelPrecision": lambda y, p, a: sk.precision_score(y, p, average=a, zero_division=0),
    "MultilabelRecall": lambda y, p, a: sk.recall_score(y, p, average=a, zero_division=0),
    "MultilabelF1Score": lambda y, p, a: sk.f1_score(y, p, average=a, zero_division=0),
    "MultilabelFBetaScore": lambda y, p, a: sk.fbeta_score(y, p, beta=2, average=a, zero_division=0),
    "MultilabelJaccardIndex": lambda y, p, a: sk.jaccard_score(y, p, average=a, zero_division=0),
}


def weighted(values, weights):
    """Of the values whose weight is not 0; 0 without any."""
    total = sum(weights)
    return sum(v * w for v, w in zip(values, weights) if w) / total if total else 0.0


def calibration(y, p, norm, bins=15):
    """torchmetrics' BinaryCalibrationError: bins hold their lower edge, 1 has a bin of its own."""
    if not len(y):
        return NAN
    step = np.float32(1 / bins)
    i = np.arange(bins + 1)
    edges = np.where(i < (bins + 1) / 2, step * i.astype(np.float64), 1 - step * (bins - i).astype(np.float64)).astype(np.float32)
    at = np.maximum(0, np.searchsorted(edges, p.astype(np.float32), side="right") - 1)
    gaps, shares = [], []
    for b in sorted(set(at)):
        own = at == b
        gaps.append(abs(float(np.mean(y[own])) - float(np.mean(p[own]))))
        shares.append(float(np.mean(own)))
    error = {
        "l1": sum(g * s for g, s in zip(gaps, shares)),
        "l2": sum(g * g * s for g, s in zip(gaps, shares)) ** 0.5,
        "max": max(gaps),
    }[norm]
    if norm == "max" and np.abs(p[:, None] - edges[None]).min() > 1e-6 and len(set(y)) == 2:
        true, predicted = calibration_curve(y, p, n_bins=bins)
        agree(error, float(np.max(np.abs(true - predicted))))
    return error


def samples_of(metric, known, y, p):
    """The mean over samples of which anything is known; what is not known is made a true negative, which these do not count."""
    rows = known.any(1)
    if not rows.any():
        return NAN
    known, y, p = known[rows], y[rows], p[rows]
    if metric in ("MultilabelAccuracy", "MultilabelHammingDistance"):
        right = ((y == p) & known).sum(1) / known.sum(1)
        return float(np.mean(right if metric == "MultilabelAccuracy" else 1 - right))
    if metric == "MultilabelSpecificity":
        y, p, metric = 1 - y, 1 - p, "MultilabelRecall"
    # A column of zeros, as scikit-learn takes one label alone for something else.
    y, p = (np.c_[np.where(known, a, 0), np.zeros(len(a), int)] for a in (y, p))
    return float(INDICATOR[metric](y, p, "samples"))


def of_samples(known, y, p, function):
    rows = [function(y[i][known[i]], p[i][known[i]]) for i in range(len(y)) if known[i].any()]
    return float(np.mean(rows)) if rows else NAN


def lrap(y, p):
    return float(sk.label_ranking_average_precision_score([y], [p])) if 0 < sum(y) < len(y) else 1.0


def coverage(y, p):
    return float(sk.coverage_error([y], [p])) if 0 < sum(y) < len(y) else float(sum(y))


def ranking_loss(y, p):
    return float(sk.label_ranking_loss([y], [p])) if 0 < sum(y) < len(y) else 0.0


def measure(p):
    made, scores, y = problem(p)
    labels = made["labels"]
    exact = scores.astype(np.float64)
    if made["scores"] == "logits":
        exact = 1 / (1 + np.exp(-exact))
    probabilities = exact.astype(np.float32).astype(np.float64)
    thresholds = np.full(labels, 0.5, np.float32)
    if made["threshold"] == "list":
        thresholds = fill(f"multilabel.{p}.thresholds", [labels], 0.2, 0.8)
    predicted = (probabilities > thresholds).astype(int)
    known = y >= 0
    all_known = bool(known.all())
    column = [(y[known[:, c], c].astype(int), predicted[known[:, c], c], probabilities[known[:, c], c]) for c in range(labels)]
    flat = (y[known].astype(int), predicted[known], probabilities[known])
    support = [int(np.sum(a)) for a, _, _ in column]
    results = []

    def add(metric, value, **options):
        results.append([metric, options, value])

    for metric, function in RATIOS.items():
        options = {"beta": 2} if metric == "MultilabelFBetaScore" else {}
        each = [float(function(a, b)) for a, b, _ in column]
        values = {
            "none": each,
            "macro": float(np.mean(each)),
            "weighted": weighted(each, support),
            "micro": float(function(flat[0], flat[1])),
            "samples": samples_of(metric, known, y.astype(int), predicted),
        }
        for average, value in values.items():
            add(metric, value, average=average, **options)
            if all_known and labels > 1 and average != "samples" and metric in INDICATOR:
                theirs = INDICATOR[metric](y.astype(int), predicted, None if average == "none" else average)
                if average == "weighted" and not sum(support):
                    continue
                for ours, other in zip(np.atleast_1d(value), np.atleast_1d(theirs)):
                    agree(ours, other)

    add("MultilabelExactMatch", of_samples(known, y.astype(int), predicted, lambda a, b: float(np.array_equal(a, b))))
    if all_known:
        agree(results[-1][2], sk.accuracy_score(y.astype(int), predicted))
    cells = [binary(a, b) for a, b, _ in column]
    add("MultilabelConfusionMatrix", cells)
    scores_of = [[tp, fp, tn, fn, tp + fn] for tn, fp, fn, tp in cells]
    add("MultilabelStatScores", scores_of, average="none")
    add("MultilabelStatScores", np.sum(scores_of, 0).tolist(), average="micro")
    add("MultilabelStatScores", np.mean(scores_of, 0).tolist(), average="macro")

    def precision(a, q):
        return float(sk.average_precision_score(a, q)) if sum(a) else NAN

    def area(a, q):
        return float(sk.roc_auc_score(a, q)) if 0 < sum(a) < len(a) else 0.0

    for metric, function in (("MultilabelAveragePrecision", precision), ("MultilabelAUROC", area)):
        each = [function(a, q) for a, _, q in column]
        add(metric, each, average="none")
        add(metric, mean_defined(each), average="macro")
        add(metric, weighted(each, support), average="weighted")
        add(metric, function(flat[0], flat[2]), average="micro")

    for metric, function, theirs in (
        ("MultilabelRankingAveragePrecision", lrap, sk.label_ranking_average_precision_score),
        ("MultilabelCoverageError", coverage, sk.coverage_error),
        ("MultilabelRankingLoss", ranking_loss, sk.label_ranking_loss),
    ):
        if all_known and labels > 1:
            add(metric, float(theirs(y.astype(int), probabilities)))
        else:
            add(metric, of_samples(known, y.astype(int), probabilities, function))

    for norm in ("l1", "l2", "max"):
        each = [calibration(a, q, norm) for a, _, q in column]
        add("MultilabelCalibrationError", mean_defined(each), norm=norm)
    add("MultilabelCalibrationError", each, norm="max", average="none")

    def loss(a, q):
        return float(sk.log_loss(a, q, labels=[0, 1])) if len(a) else NAN

    # What is left to the right answer is raised to epsilon, nothing else is cut.
    raised = np.where(y == 1, np.maximum(probabilities, EPSILON), np.minimum(probabilities, 1 - EPSILON))
    clipped = exact if made["scores"] == "logits" else raised
    each = [loss(column[c][0], clipped[known[:, c], c]) for c in range(labels)]
    add("MultilabelLogLoss", each, average="none")
    add("MultilabelLogLoss", mean_defined(each), average="macro")
    add("MultilabelLogLoss", loss(flat[0], clipped[known]), average="micro")
    return {**made, "results": [value for _, _, value in results]}, [[metric, options] for metric, options, _ in results]


def plain(value):
    """Numbers that are not defined as text, the others without a tail of zeros."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return "nan" if np.isnan(value) else int(value) if value.is_integer() else float(f"{value:.13g}")
    return value


problems = [measure(p) for p in range(300)]
golden = {"metrics": problems[0][1], "problems": [plain(made) for made, _ in problems]}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "multilabel.json"), "w") as file:
    json.dump(golden, file, separators=(",", ":"))
    file.write("\n")
print(f"{len(problems)} problems, {checks} comparisons with functions of whole matrices")
