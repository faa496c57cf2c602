"""``cecli score --check``: what would be read as what, from the heads of the files, without scoring."""

from __future__ import annotations

from typing import Any

import numpy as np

from cecli.core.sums.layout import row_sum, shaped
from cecli.readers.predictions.predictions import PredictionOptions, Predictions
from cecli.report.model import Facts, OutputOptions, Report, Table
from cecli.report.write import write

_ROWS = 1000
"""Rows whose figures are looked at."""


def write_check(options: PredictionOptions, output: OutputOptions) -> None:
    """Open the files, look at the first rows, and report the role of every column."""
    with Predictions(options) as opened:
        document = _document(opened)
    rows = [[key, _shown(value)] for key, value in document.items()]
    facts = Facts([(str(key).replace("_", " ").capitalize(), shown, "") for key, shown in rows])
    write(
        Report(
            command="score",
            document=document,
            table=Table(["key", "value"], rows),
            headline=[],
            view=[facts],
            plain="table",
            notes=opened.notes,
        ),
        output,
    )


def _document(opened: Predictions) -> dict[str, Any]:
    roles, options = opened.roles, opened.options
    columns = opened.preds.columns
    used = {
        *roles.classes,
        roles.preds.label,
        roles.preds.weight,
        roles.preds.group,
        roles.preds.cluster,
        roles.preds.id,
    }
    return {
        "preds": opened.preds.name,
        "labels": None if opened.labels is None else opened.labels.name,
        "scored_as": "losses of what was observed" if options.kind == "losses" else options.kind,
        "looks_like": _looks_like(opened),
        "classes": list(opened.class_names),
        "labels_read_as": opened.labels_read_as,
        "matched_by": opened.matched_by,
        "label_column": _named(opened, "label"),
        "weight_column": _named(opened, "weight"),
        "group_column": _named(opened, "group"),
        "cluster_column": _named(opened, "cluster"),
        "id_column": _named(opened, "id"),
        "left_out": [columns[k] for k in range(len(columns)) if k not in used],
    }


def _named(opened: Predictions, role: str) -> str | None:
    """The name of the column of a role, in whichever file it stands."""
    inside: int | None = getattr(opened.roles.preds, role)
    if inside is not None:
        return opened.preds.columns[inside]
    outside: int | None = getattr(opened.roles.labels, role)
    return None if outside is None or opened.labels is None else opened.labels.columns[outside]


def _looks_like(opened: Predictions) -> str | None:
    """The kind of figures that the first rows look like; None without rows."""
    block = next(opened.blocks(), None)
    if block is None:
        return None
    numbers = block.parse().numbers[:_ROWS, : len(opened.classes)]
    if opened.binary or opened.roles.classes == ():
        return "probabilities" if numbers.min() >= 0 and numbers.max() <= 1 else "logits"
    values, axis = shaped(numbers)
    if values.min() >= 0 and values.max() <= 1 and _sums_to_one(values, axis):
        return "probabilities"
    with np.errstate(over="ignore"):
        if values.max() <= 0 and _sums_to_one(np.exp(values), axis):
            return "log-probabilities"
    return "logits"


def _sums_to_one(values: np.ndarray[Any, np.dtype[np.float64]], axis: int) -> bool:
    return bool(np.abs(row_sum(values, axis) - 1.0).max() < 0.01)


def _shown(value: Any) -> str | None:
    """A list as one text, cut after some names."""
    if not isinstance(value, list):
        return None if value is None else str(value)
    more = len(value) - 12
    return ", ".join(str(name) for name in value[:12]) + (f" and {more:,} more" if more > 0 else "")
