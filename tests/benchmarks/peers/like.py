"""What the libraries themselves print as the loss of the same rows: what ``cecli score --like`` is held to.

    python like.py     prints as JSON what each library that is installed gives for each of the CASES

A case is a dict: ``kind`` (probabilities, logits, log-probabilities), ``values`` of shape (n, K), or (n,) for the
figures of class 1 alone; ``labels`` (n,) or ``soft`` (n, K); and, where there are any, ``weights`` (n,),
``class_weights`` (K,) and ``smoothing``. ``libraries`` names those that have a number for it.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Case = dict[str, Any]


def is_binary(case: Case) -> bool:
    """Whether there is one figure a row."""
    return np.ndim(case["values"]) == 1


def probabilities(case: Case, dtype: Any = None) -> Any:
    """The softmax of logits, exp of log-probabilities, in their own precision or that of ``dtype``."""
    values = np.asarray(case["values"], dtype=dtype)
    if case["kind"] == "log-probabilities":
        values = np.exp(values)
    elif case["kind"] == "logits" and is_binary(case):
        values = np.exp(-np.logaddexp(0, -values))
    elif case["kind"] == "logits":
        values = np.exp(values - values.max(axis=1, keepdims=True))
        values = values / values.sum(axis=1, keepdims=True)
    return values


def torch(case: Case) -> float:
    """float32, as models are."""
    import torch
    from torch.nn import functional

    values = torch.tensor(np.asarray(case["values"]).astype(np.float32))
    if is_binary(case):
        observed = torch.tensor(np.asarray(case["labels"], dtype=np.float32))
        if case["kind"] == "logits":
            return functional.binary_cross_entropy_with_logits(values, observed).item()
        return functional.binary_cross_entropy(torch.tensor(probabilities(case, np.float32)), observed).item()
    weight = case.get("class_weights")
    weight = None if weight is None else torch.tensor(np.asarray(weight, dtype=np.float32))
    smoothing = case.get("smoothing", 0.0)
    scores = torch.log(values) if case["kind"] == "probabilities" else values
    if "soft" in case:
        target = torch.tensor(np.asarray(case["soft"], dtype=np.float32))
    else:
        target = torch.tensor(np.asarray(case["labels"], dtype=np.int64))
        if case["kind"] != "logits" and not smoothing:
            return functional.nll_loss(scores, target, weight=weight).item()
    return functional.cross_entropy(scores, target, weight=weight, label_smoothing=smoothing).item()


def keras(case: Case) -> float:
    """float32, as Keras makes of everything; the default reduction, which divides by the number of rows."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras

    logits, smoothing = case["kind"] == "logits", case.get("smoothing", 0.0)
    values = np.asarray(case["values"]) if logits else probabilities(case)
    weights = case.get("weights")
    if is_binary(case):
        loss = keras.losses.BinaryCrossentropy(from_logits=logits, label_smoothing=smoothing)
        return float(loss(np.asarray(case["labels"], dtype=np.float32)[:, None], values[:, None], weights))
    if "soft" in case or smoothing:
        soft = case["soft"] if "soft" in case else np.eye(values.shape[1])[np.asarray(case["labels"])]
        loss = keras.losses.CategoricalCrossentropy(from_logits=logits, label_smoothing=smoothing)
        return float(loss(np.asarray(soft, dtype=np.float32), values, weights))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=logits)
    return float(loss(np.asarray(case["labels"]), values, weights))


def sklearn(case: Case) -> float:
    """In the precision of the predictions."""
    from sklearn.metrics import log_loss

    values = probabilities(case)
    classes = 2 if is_binary(case) else values.shape[1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rows that do not sum to 1
        return float(log_loss(case["labels"], values, labels=range(classes), sample_weight=case.get("weights")))


def xgboost(case: Case) -> float:
    """The metric of a model whose margins are the predictions; of probabilities one without a link function."""
    import xgboost

    logits = case["kind"] == "logits"
    values = np.asarray(case["values"]) if logits else probabilities(case)
    classes = None if is_binary(case) else values.shape[1]
    table = np.zeros((len(values), 1))
    rows = xgboost.DMatrix(table, label=case["labels"], base_margin=values, weight=case.get("weights"))
    linked = "multi:softprob" if classes else "binary:logistic"
    settings = {
        "objective": linked if logits else "reg:squarederror",
        "eval_metric": "mlogloss" if classes else "logloss",
        "base_score": 0.5 if linked == "binary:logistic" and logits else 0.0,
    }
    booster = xgboost.Booster(settings | ({"num_class": classes} if classes else {}), [rows])
    return float(booster.eval(rows).rpartition(":")[2])


def lightgbm(case: Case) -> float:
    """The metric of a model whose initial scores are the predictions; of probabilities one without an objective."""
    import lightgbm

    logits = case["kind"] == "logits"
    values = np.asarray(case["values"], dtype=np.float64) if logits else probabilities(case, np.float64)
    classes = 1 if is_binary(case) else values.shape[1]
    small = {"verbose": -1, "min_data_in_leaf": 1, "min_data_in_bin": 1, "feature_pre_filter": False}
    table = np.arange(len(values), dtype=np.float64)[:, None]
    rows = lightgbm.Dataset(
        table, label=case["labels"], weight=case.get("weights"), init_score=values, params=small
    )  # fmt: skip
    settings = small | {
        "objective": ("binary" if classes == 1 else "multiclass") if logits else "none",
        "metric": "binary_logloss" if classes == 1 else "multi_logloss",
        "num_class": classes,
        "boost_from_average": False,
    }
    return float(lightgbm.Booster(settings, rows).eval_train()[0][2])


LIBRARIES: dict[str, Callable[[Case], float]] = {
    "torch": torch,
    "keras": keras,
    "sklearn": sklearn,
    "xgboost": xgboost,
    "lightgbm": lightgbm,
}

PACKAGES = {"sklearn": "scikit-learn"}
"""What a library is installed as, where that is another name."""

ALL = tuple(LIBRARIES)
_UNWEIGHTED = tuple(name for name in ALL if name != "torch")


def _cases() -> dict[str, Case]:
    generator = np.random.default_rng(7)
    classes, rows = 4, 12
    table = generator.dirichlet(np.full(classes, 0.5), rows)
    logits = generator.normal(0, 3, (rows, classes))
    labels = generator.integers(0, classes, rows)
    soft = generator.dirichlet(np.ones(classes), rows)
    weights = np.round(generator.uniform(0.1, 3, rows), 3)
    class_weights = np.array([0.5, 2.0, 1.0, 0.25])
    column, ones = generator.uniform(0.01, 0.99, rows), generator.integers(0, 2, rows)
    binary_logits = generator.normal(0, 3, rows)
    zero = np.array([[1.0, 0.0, 0.0, 0.0], [0.7, 0.1, 0.1, 0.1]])
    ends = np.array([1.0, 0.0, 1e-9, 1 - 1e-9, 1e-20])
    made: dict[str, Case] = {}

    def add(name: str, kind: str, values: Any, libraries: tuple[str, ...] = ALL, **more: Any) -> None:
        made[name] = {"kind": kind, "values": np.asarray(values), "libraries": libraries} | {
            key: np.asarray(value) if key != "smoothing" else value for key, value in more.items()
        }

    for kind, values, column_of_one in (
        ("probabilities", table, column),
        ("logits", logits, binary_logits),
        ("log-probabilities", np.log(table), np.log(column)),
    ):
        add(kind, kind, values, labels=labels)
        add(f"{kind}, float32", kind, values.astype(np.float32), labels=labels)
        add(f"{kind}, weights", kind, values, _UNWEIGHTED, labels=labels, weights=weights)
        add(f"{kind}, a weight of 0", kind, values, _UNWEIGHTED, labels=labels, weights=np.r_[0, weights[1:]])
        add(f"{kind}, class weights", kind, values, ("torch",), labels=labels, class_weights=class_weights)
        add(f"{kind}, smoothing", kind, values, ("torch", "keras"), labels=labels, smoothing=0.1)
        add(f"{kind}, both", kind, values, ("torch",), labels=labels, class_weights=class_weights, smoothing=0.3)
        add(f"{kind}, soft", kind, values, ("torch", "keras"), soft=soft)
        add(f"{kind}, soft, smoothing", kind, values, ("torch", "keras"), soft=soft, smoothing=0.2)
        add(f"{kind}, soft, class weights", kind, values, ("torch",), soft=soft, class_weights=class_weights)
        add(f"{kind}, soft, weights", kind, values, ("keras",), soft=soft, weights=weights)
        add(f"{kind}, binary", kind, column_of_one, labels=ones)
        add(f"{kind}, binary, float32", kind, column_of_one.astype(np.float32), labels=ones)
        add(f"{kind}, binary, weights", kind, column_of_one, _UNWEIGHTED, labels=ones, weights=weights)
        add(f"{kind}, binary, smoothing", kind, column_of_one, ("keras",), labels=ones, smoothing=0.1)
    add("float16", "probabilities", table.astype(np.float16), ("torch", "keras", "sklearn"), labels=labels)
    add("rows that do not sum to 1", "probabilities", table * 1.0009, labels=labels)
    add("the same, soft", "probabilities", table * 1.0009, ("torch", "keras"), soft=soft)
    add("the same, smoothing", "probabilities", table * 0.9995, ("torch", "keras"), labels=labels,
        smoothing=0.1)  # fmt: skip
    add("p = 0", "probabilities", zero, labels=[1, 0])
    add("p = 0, float32", "probabilities", zero.astype(np.float32), labels=[1, 0])
    add("p = 0, smoothing", "probabilities", zero, ("torch", "keras"), labels=[0, 0], smoothing=0.1)
    add("p = 0, soft", "probabilities", zero, ("torch", "keras"), soft=np.eye(4)[[0, 0]])
    add("p = 0, class weight 0", "probabilities", zero, ("torch",), labels=[1, 0], class_weights=[1, 0, 1, 1])
    add("p = 1", "probabilities", zero, labels=[0, 0])
    add("a logit of -inf", "logits", [[-np.inf, 0.0, 1.0], [0.0, 1.0, 2.0]], ("torch", "keras"), labels=[1, 2])
    add("the label's logit is -inf", "logits", [[-np.inf, 0.0, 1.0]], ("torch", "keras"), labels=[0])
    add("-inf, smoothing", "logits", [[-np.inf, 0.0, 1.0]], ("torch", "keras"), labels=[1], smoothing=0.1)
    add("-inf, soft", "logits", [[-np.inf, 0.0, 1.0]], ("torch", "keras"), soft=[[0.0, 1.0, 0.0]])
    add("far logits", "logits", [[0.0, 800.0, -800.0], [1e4, -1e4, 0.0]], labels=[2, 1])
    add("near certain logits", "logits", [[0.0, -40.0], [30.0, 0.0]], ("lightgbm", "sklearn"), labels=[0, 0])
    add("two columns", "probabilities", np.stack([1 - column, column], axis=1), labels=ones)
    add("two columns of logits", "logits", logits[:, :2], labels=ones)
    for label in (0, 1):
        add(f"binary ends, all {label}", "probabilities", ends, labels=np.full(5, label))
        add(f"binary ends, all {label}, float32", "probabilities", ends.astype(np.float32), labels=np.full(5, label))
    add("binary logits, far", "logits", [800.0, -800.0, 50.0, -50.0], labels=[0, 1, 1, 0])
    return made


CASES = _cases()


def arguments(case: Case, folder: Path) -> list[str]:
    """A case as files in a folder, and what to call ``cecli score`` with."""
    np.save(folder / "preds.npy", case["values"])
    classes = 2 if is_binary(case) else case["values"].shape[1]
    columns = {f"{k}": case["soft"][:, k] for k in range(classes)} if "soft" in case else {"label": case["labels"]}
    columns |= {"w": case["weights"]} if "weights" in case else {}
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    lines = [",".join(columns), *(",".join(map(repr, row)) for row in rows)]
    (folder / "labels.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = [
        str(folder / "preds.npy"),
        str(folder / "labels.csv"),
    ]
    found += {"logits": ["--logits"], "log-probabilities": ["--log-probs"]}.get(case["kind"], [])
    found += ["--weight-column", "w"] if "weights" in case else []
    found += ["--label-smoothing", str(case["smoothing"])] if "smoothing" in case else []
    if "class_weights" in case:
        lines = ["class,weight", *(f"{k},{weight!r}" for k, weight in enumerate(case["class_weights"].tolist()))]
        (folder / "class_weights.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        found += ["--class-weights", str(folder / "class_weights.csv")]
    return found


def main() -> None:
    versions: dict[str, str] = {}
    figures: dict[str, dict[str, float]] = {}
    for library, function in LIBRARIES.items():
        try:
            versions[library] = importlib.metadata.version(PACKAGES.get(library, library))
        except importlib.metadata.PackageNotFoundError:
            continue
        figures[library] = {name: function(case) for name, case in CASES.items() if library in case["libraries"]}
    json.dump({"versions": versions, "figures": figures}, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
