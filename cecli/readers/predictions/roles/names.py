"""What a column is for, by its name: the names that people and tools give to what stands beside the classes."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NAMES = {
    "index": "index row rows rowname rownames rowid rowids rowindex obs idx sampleid",
    "key": "id key uuid",
    "predicted": "predict prediction predictions predicted predictedlabel predictedclass pred predclass ypred yhat "
    "response output",
    "label": "label target y ytrue truth truelabel actual class",
    "weight": "weight sampleweight",
    "fold": "fold cvfold split",
    "time": "time timestamp date epoch",
    "right": "correct iscorrect hit match",
    "wrong": "error",
    "confidence": "confidence maxprob",
    "margin": "margin",
    "entropy": "entropy",
    "loss": "loss",
}
"""Role -> names in small letters, without what separates their words."""

_ROLES = {name: role for role, names in _NAMES.items() for name in names.split()}
_SEPARATORS = str.maketrans("", "", "_.- ")
_NUMBERED = re.compile(r"unnamed:\d+|indexlevel\d+")
_CATBOOST = re.compile(r"(?:Probability|LogProbability|RawFormulaVal)(?::Class=.*)?", re.DOTALL)
"""What CatBoost 1.2 calls its figures. Its column ``Class`` beside them holds what it predicts, ``Label`` labels."""

_KEY = re.compile(r".*[_.\- ]id", re.IGNORECASE | re.DOTALL)

GENERIC = frozenset(
    [
        "p",
        "prob",
        "probs",
        "proba",
        "probability",
        "probabilities",
        "score",
        "scores",
        "logit",
        "logits",
        "prediction",
        "predictions",
        "predicted",
        "pred",
        "ypred",
        "yhat",
        "yprob",
        "yproba",
        "yscore",
        "predict",
        "response",
        "output",
        "x",
        "value",
        "p1prob",
        "target",
        "label",
        "y",
        "figure",
        "raw",
        "margin",
        "decisionfunction",
        "logprob",
        "logprobability",
        "logprobabilities",
        "logodds",
    ]
)
"""Names of a single column of figures that do not say which class they are of."""

MEANINGS = {
    "index": "the numbers of rows",
    "key": "a key of rows",
    "predicted": "the predicted class",
    "label": "the label",
    "weight": "a weight",
    "fold": "a fold",
    "time": "a time",
    "right": "whether the prediction was right",
    "wrong": "whether the prediction was wrong",
    "confidence": "the probability of the predicted class",
    "margin": "a margin",
    "entropy": "an entropy",
    "loss": "a loss",
}
"""What messages call a column of a role."""


def plain(name: str) -> str:
    """A name in small letters, without what separates its words.

    >>> plain(".pred_class"), plain("Row Index")
    ('predclass', 'rowindex')
    """
    return name.strip().translate(_SEPARATORS).casefold()


def role_of(name: str, beside: Iterable[str] = ()) -> str | None:
    """What a column of this name is for among others, a key of MEANINGS; None where the name says nothing.

    >>> role_of("__index_level_0__"), role_of("doc_id"), role_of("cat")
    ('index', 'key', None)
    >>> role_of("Class"), role_of("Class", ["Probability:Class=a", "Class"])
    ('label', 'predicted')
    """
    if name == "Class" and any(map(_CATBOOST.fullmatch, beside)):
        return "predicted"
    bare = plain(name)
    if not bare or (bare[0] in "ui" and _NUMBERED.fullmatch(bare)):
        return "index"
    return _ROLES.get(bare) or ("key" if bare.endswith("id") and _KEY.fullmatch(name.strip()) else None)


def are_family(name: str, others: list[str]) -> bool:
    """Whether a name is built as all others are: ``class_3`` among ``class_0, class_1``, ``7`` among numbers."""
    shapes = {re.sub(r"\d+", "#", other) for other in others}
    if len(shapes) == 1 and re.sub(r"\d+", "#", name) in shapes and "#" in next(iter(shapes)):
        return True
    if len(others) < 2:
        return False
    before, behind = common(others)
    return bool(
        (before and name.startswith(before) and before[-1] in "_.-: =")
        or (behind and name.endswith(behind) and behind[0] in "_.-: =")
    )


def common(names: list[str]) -> tuple[str, str]:
    """What all names begin with, and what they then all end with; never a part of a run of digits.

    >>> common(["X1.30", "X10.30"]), common([".pred_a", ".pred_b"])
    (('X', '.30'), ('.pred_', ''))
    """
    least, most = min(names), max(names)
    size = next((k for k, (a, b) in enumerate(zip(least, most, strict=False)) if a != b), min(len(least), len(most)))
    while size and least[size - 1].isdigit() and any(name[size : size + 1].isdigit() for name in names):
        size -= 1
    rest = [name[size:][::-1] for name in names]
    least, most = min(rest), max(rest)
    end = next((k for k, (a, b) in enumerate(zip(least, most, strict=False)) if a != b), min(len(least), len(most)))
    while end and least[end - 1].isdigit() and any(name[end : end + 1].isdigit() for name in rest):
        end -= 1
    return names[0][:size], rest[0][:end][::-1]
