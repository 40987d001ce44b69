"""What Optuna's samplers reach on the objectives of bench/search/objectives.ts: prints JSON, the best value after 50 and 100 trials by seed.

python bench/peers/search_optuna.py [table.json] [seeds: 30] > optuna.json
"""

import json
import math
import sys

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
SEEDS = range(int(sys.argv[2]) if len(sys.argv) > 2 else 30)

A = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
P = [
    [1312, 1696, 5569, 124, 8283, 5886],
    [2329, 4135, 8307, 3736, 1004, 9991],
    [2348, 1451, 3522, 2883, 3047, 6650],
    [4047, 8828, 8732, 5743, 1091, 381],
]
ALPHA = [1, 1.2, 3, 3.2]


def branin(trial):
    x, y = trial.suggest_float("x", -5, 10), trial.suggest_float("y", 0, 15)
    bend = y - 5.1 / (4 * math.pi**2) * x * x + 5 / math.pi * x - 6
    return bend * bend + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


def hartmann6(trial):
    x = [trial.suggest_float(f"x{i}", 0, 1) for i in range(6)]
    return -sum(
        alpha * math.exp(-sum(a * (x[i] - P[k][i] / 10_000) ** 2 for i, a in enumerate(A[k])))
        for k, alpha in enumerate(ALPHA)
    )


def mixed10(trial):
    rate = trial.suggest_float("rate", 1e-5, 1, log=True)
    decay = trial.suggest_float("decay", 1e-6, 1e-1, log=True)
    dropout = trial.suggest_float("dropout", 0, 0.8)
    momentum = trial.suggest_float("momentum", 0.5, 0.999)
    smoothing = trial.suggest_float("smoothing", 0, 0.3)
    warmup = trial.suggest_float("warmup", 0, 1)
    batch = trial.suggest_int("batch", 8, 512, log=True)
    layers = trial.suggest_int("layers", 1, 12)
    optimizer = trial.suggest_categorical("optimizer", ["sgd", "adam", "rmsprop", "adagrad"])
    schedule = trial.suggest_categorical("schedule", ["constant", "cosine", "step"])
    best = {"sgd": -1, "adam": -3, "rmsprop": -3.5, "adagrad": -2}[optimizer]
    worse = {"sgd": 0.1, "adam": 0, "rmsprop": 0.25, "adagrad": 0.4}[optimizer]
    flat = {"constant": 0.3, "cosine": 0, "step": 0.12}[schedule]
    off = math.log10(rate) - best - 0.4 * math.log10(batch / 64)
    return (
        0.5 * off**2
        + 0.08 * (math.log10(decay) + 3.5) ** 2
        + 2 * (dropout - 0.25) ** 2
        + 3 * (momentum - 0.9) ** 2
        + 6 * (smoothing - 0.1) ** 2
        + 0.5 * (warmup - 0.2) ** 2
        + 0.15 * math.log2(batch / 64) ** 2 * 0.2
        + 0.02 * (layers - 6) ** 2
        + worse
        + flat
    )


def recorded(path):
    """The recorded trainings: every setting is one of a few values; the value is the best validation error."""
    table = json.load(open(path))
    names = table["parameters"]
    best = {tuple(row["settings"]): 1 - max(row["accuracy"]) for row in table["trainings"]}
    values = {name: sorted({row["settings"][i] for row in table["trainings"]}) for i, name in enumerate(names)}

    def objective(trial):
        settings = []
        for name in names:
            if isinstance(values[name][0], str):
                settings.append(trial.suggest_categorical(name, values[name]))
            else:
                index = trial.suggest_int(name, 0, len(values[name]) - 1)
                settings.append(values[name][index])
        return best[tuple(settings)]

    return objective


def reached(objective, sampler, seed):
    study = optuna.create_study(sampler=sampler(seed))
    study.optimize(objective, n_trials=100)
    values = [trial.value for trial in study.trials]
    return [min(values[:50]), min(values)]


objectives = {"branin": branin, "hartmann6": hartmann6, "mixed10": mixed10}
if len(sys.argv) > 1:
    objectives["recorded"] = recorded(sys.argv[1])
samplers = {
    "tpe": lambda seed: optuna.samplers.TPESampler(seed=seed),
    "random": lambda seed: optuna.samplers.RandomSampler(seed=seed),
}
results = {
    name: {label: [reached(objective, sampler, seed) for seed in SEEDS] for label, sampler in samplers.items()}
    for name, objective in objectives.items()
}
print(json.dumps({"optuna": optuna.__version__, "results": results}))
