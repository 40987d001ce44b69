"""Makes multilabel.json: losses of several labels a sample and their gradients by the logits, from torch in float64.

    apt-get install python3-torch && /usr/bin/python3 test/golden/losses/multilabel.py

Inputs come from the formula of the golden data (a hash of a name), so only results are kept. Binary cross-entropy is torch's own;
the asymmetric loss (Ridnik et al. 2021, formula 5) and the focal loss (Lin et al. 2017) are written out and differentiated by
torch, through everything. Labels of -1 are not known and leave the mean over entries.
"""

import json
import os

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

SHAPE = [6, 5]


def fill(name, shape, low, high):
    """The formula tensor `name`, as float32 widened to float64."""
    h = 0x811C9DC5
    for byte in name.encode():
        h = ((h ^ byte) * 0x01000193) & 0xFFFFFFFF
    x = (h + np.arange(np.prod(shape), dtype=np.uint64) * 0x9E3779B9) & 0xFFFFFFFF
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        x = ((x ^ (x >> np.uint64(shift))) * factor) & 0xFFFFFFFF
    x ^= x >> np.uint64(16)
    values = (low + (high - low) * x.astype(np.float64) / 2**32).astype(np.float32).reshape(shape)
    return torch.tensor(values.astype(np.float64))


def asymmetric(x, t, case, positive):
    p = torch.sigmoid(x)
    shifted = torch.clamp(p - case["clip"], min=0)
    present = (1 - p) ** case["gamma_positive"] * -torch.nn.functional.logsigmoid(x)
    absent_log = torch.nn.functional.logsigmoid(-x) if case["clip"] == 0 else torch.log(1 - shifted)
    return t * positive * present + (1 - t) * shifted ** case["gamma_negative"] * -absent_log


def focal(x, t, case, positive):
    p = torch.sigmoid(x)
    pt = p * t + (1 - p) * (1 - t)
    entropy = binary_cross_entropy_with_logits(x, t, reduction="none", pos_weight=positive)
    alpha = case["alpha"]
    balance = 1 if alpha is None else alpha * t + (1 - alpha) * (1 - t)
    return balance * (1 - pt) ** case["gamma"] * entropy


def bce(x, t, case, positive):
    return binary_cross_entropy_with_logits(x, t, reduction="none", pos_weight=positive)


LOSSES = {"bce": bce, "asymmetric": asymmetric, "sigmoid_focal": focal}


def measure(case):
    name = case["name"]
    x = (fill(f"{name}.logits", SHAPE, -3, 3) * case["scale"]).requires_grad_()
    labels = (fill(f"{name}.labels", SHAPE, 0, 1) > 0.6).double()
    if case["soft"]:
        labels = fill(f"{name}.labels", SHAPE, 0, 1)
    labels[fill(f"{name}.known", SHAPE, 0, 1) < case["unknown"]] = -1
    known = (labels >= 0).double()
    smoothing = case["smoothing"]
    t = labels.clamp(0, 1) * (1 - smoothing) + smoothing / 2
    positive = fill(f"{name}.weights", SHAPE[1:], 0.5, 3) if case["weights"] else torch.ones(SHAPE[1]).double()
    loss = (LOSSES[case["loss"]](x, t, case, positive) * known).sum() / known.sum().clamp(min=1)
    loss.backward()
    return {**case, "value": loss.item(), "grad": x.grad.flatten().tolist()}


VARIANTS = [
    {},
    {"unknown": 0.3},
    {"unknown": 2},
    {"smoothing": 0.1},
    {"weights": True},
    {"soft": True},
    {"scale": 8},
    {"unknown": 0.3, "smoothing": 0.05, "weights": True, "scale": 2},
]
PARAMETERS = {
    "bce": [{}],
    "asymmetric": [
        {"gamma_positive": 1, "gamma_negative": 4, "clip": 0.05},
        {"gamma_positive": 0, "gamma_negative": 2, "clip": 0},
        {"gamma_positive": 0, "gamma_negative": 0, "clip": 0.2},
    ],
    "sigmoid_focal": [{"alpha": 0.25, "gamma": 2}, {"alpha": None, "gamma": 1.5}, {"alpha": 0.75, "gamma": 0}],
}
DEFAULTS = {"unknown": 0, "smoothing": 0, "weights": False, "soft": False, "scale": 1}

cases = [
    measure({"name": f"multilabel.{loss}.{p}.{v}", "loss": loss, **parameters, **DEFAULTS, **variant})
    for loss, all_parameters in PARAMETERS.items()
    for p, parameters in enumerate(all_parameters)
    for v, variant in enumerate(VARIANTS)
]
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "multilabel.json"), "w") as file:
    json.dump({"shape": SHAPE, "cases": cases}, file, separators=(",", ":"))
    file.write("\n")
print(f"{len(cases)} losses")
