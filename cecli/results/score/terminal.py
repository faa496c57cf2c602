"""How the document of ``cecli score`` looks on a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cecli.report.flat import listed
from cecli.report.model import Cell, Facts, Grid, Remark, Table
from cecli.results.figures import figure_of, within

Document = Mapping[str, Any]
_Rows = list[tuple[str, Cell, Remark]]

_FIRST = ("cross_entropy", "standard_error", "design_effect", "finite_cross_entropy", "perplexity",
          "worst_percent_share", "skill", "prior_skill", "accuracy", "top_k_accuracy", "macro_f1", "mcc", "brier",
          "ece")  # fmt: skip
"""The figures that stand first; the others that have a line follow, in the order of the catalogue."""

_ALWAYS = ("cross_entropy", "perplexity", "skill", "accuracy", "macro_f1", "mcc", "brier", "ece")
"""Those that are shown where they are undefined, too."""


_ERRORS = {"cr1": ", CR1", "cr2": ", CR2", "jackknife": ", jackknife"}


def view(document: Document, table: str | None = None) -> list[Facts | Grid]:
    """The headline figures, then a block for each list; just the list that ``--table`` names."""
    blocks: dict[str, Facts | Grid] = {"figures": Facts(_figures(document))}
    if "classes" in document:
        blocks["classes"] = _class_grid(document)
    for key, cost in (("worst", "loss"), ("confusions", "excess_cost")):
        if document.get(key):
            blocks[key] = list_grid(document, document[key], cost, figure_of("score", key).title)
    if "groups" in document:
        blocks["groups"] = _groups(document)
    if document.get("like"):
        likes = [(each["library"], each["cross_entropy"], each["note"]) for each in document["like"]]
        blocks["like"] = Facts(likes, title=f"What other libraries give for these rows, in {document['unit']}")
    return list(blocks.values()) if table is None else [blocks.get(table, blocks["figures"])]


def loss_title(document: Document) -> str:
    """What the headline figure is called."""
    return "Sum of losses" if document["reduction"] == "sum" else figure_of("score", "cross_entropy").title


def _figures(document: Document) -> _Rows:
    figures = {figure.key: figure for figure in within("score") if figure.line is not None}
    rows: _Rows = []
    for key in dict.fromkeys([*_FIRST, *figures]):
        if key in document and (document[key] is not None or key in _ALWAYS):
            rows += _line(document, key, figures[key].title, figures[key].line or "")
    rows += _decomposition(document) + _corp(document)
    return [*rows, ("Rows scored", document["rows"]["scored"], _how(document))]


def _line(document: Document, key: str, title: str, remark: Remark) -> _Rows:
    """The line of a figure, with what stands beside it; none where there is nothing to say."""
    value, unit = document[key], unit_of(document)
    if key == "cross_entropy":
        title, remark = loss_title(document), _interval(document)
    elif key == "standard_error":
        remark = unit
        if document.get("clusters"):
            how = _ERRORS.get(document["cluster_error"], "")
            remark = f"{unit}, of {document['clusters']:,} clusters{how}"
    elif key == "design_effect":
        worth = document["worth_rows"]
        remark = "" if worth is None else ("worth ", worth, " independent rows")
    elif key == "finite_cross_entropy":
        remark = unit
    elif key == "perplexity":
        observed = "class_count" not in document
        remark = "equally likely outcomes" if observed else f"of {document['class_count']} classes"
        if document["perplexity_low"] is not None:
            share = f"{document['confidence'] * 100:g} %"
            remark = f"{remark}, {share} interval ", document["perplexity_low"], " to ", document["perplexity_high"]
    elif key == "skill":
        entropy = "" if document["label_entropy"] is None else document["label_entropy"]
        remark = "1 - loss / ", entropy, ", the entropy of the labels"
    elif key == "prior_skill":
        remark = "1 - loss / ", document["prior_cross_entropy"], ", the loss of the prior"
    elif key == "top_k_accuracy":
        title = f"Top-{document['top_k']} accuracy"
    elif key == "macro_f1":
        remark = f"balanced accuracy {_short(document['balanced_accuracy'])}"
    elif key == "ece":
        remark = _calibration_remark(document)
    elif key == "max_row_sum_deviation":
        if value <= 1e-5:  # what the last of six decimals does
            return []
        how = "each row is divided by its sum" if document["normalized"] else "rows are scored as they stand"
        remark = f"from 1; {how}"
    return [(title, value, remark)]


def unit_of(document: Document) -> str:
    """The unit of the loss, and what the sum was divided by."""
    per = f" per {document['per'].removesuffix('s')}" if document.get("per") else ""
    return f"{document['unit']}{per}"


def _interval(document: Document) -> Remark:
    unit = unit_of(document)
    if document["low"] is None:
        return unit
    interval = f"{unit}, {document['confidence'] * 100:g} % interval "
    return interval, document["low"], " to ", document["high"]


def _decomposition(document: Document) -> _Rows:
    parts = document.get("decomposition")
    if parts is None or parts["forecasts"] is None:
        return []
    return [
        ("Reliability", parts["reliability"], f"what miscalibration costs, over {parts['forecasts']:,} forecasts"),
        ("Resolution", parts["resolution"], "what the forecasts tell apart"),
        ("Uncertainty", parts["uncertainty"], "what there is to tell; loss = reliability - resolution + it"),
    ]


def _corp(document: Document) -> _Rows:
    parts = document.get("corp")
    if parts is None or parts["bins"] is None:
        return []
    return [
        ("Miscalibration", parts["log_loss_miscalibration"], f"CORP, {parts['bins']:,} levels after recalibration"),
        ("Discrimination", parts["log_loss_discrimination"], ""),
        ("Uncertainty", parts["log_loss_uncertainty"], "loss = miscalibration - discrimination + it"),
        ("AUC", parts["auc"], ""),
    ]


def _calibration_remark(document: Document) -> str:
    remark = "ECE of the top label, 15 bins"
    if document["ece_band"] is None:
        return remark
    limit = _short(document["ece_band"])
    return f"{remark}; a perfectly calibrated model stays below {limit} in 95 of 100 samples"


def _short(figure: float | None) -> str:
    return "undefined" if figure is None else f"{figure:.3g}"


def _how(document: Document) -> str:
    """How rows were read, and what was left out."""
    rows = document["rows"]
    parts = []
    if "labels_read_as" in document:
        read_as = document["labels_read_as"]
        parts.append("soft labels" if read_as == "soft" else f"labels read by {read_as}")
        parts.append(f"rows matched by {document['matched_by']}")
    if rows["ignored"]:
        parts.append(f"{rows['ignored']:,} of {rows['read']:,} left out")
    return ", ".join(parts)


def _class_grid(document: Document) -> Grid:
    columns = ["class", "rows", "cross_entropy", "precision", "recall", "f1"]
    titles = ["class", "rows", f"loss ({document['unit']})", "precision", "recall", "F1"]
    rows = [[entry[key] for key in columns] for entry in document["classes"]]
    return Grid(Table(titles, rows), title="Per class", bars=_drawable(titles[2], [row[2] for row in rows]))


def list_grid(document: Document, entries: list[dict[str, Any]], in_unit: str, title: str) -> Grid:
    """Entries as they are, the unit beside the key that is in it."""
    table = listed(entries)
    named = {in_unit: f"{in_unit.replace('_', ' ')} ({document['unit']})"}
    return Grid(Table([named.get(name, name) for name in table.columns], table.rows), title=title)


def _groups(document: Document) -> Grid:
    columns = ["group", "rows", "cross_entropy", "low", "high", "perplexity", "skill", "accuracy"]
    columns = [key for key in columns if key in ("group", *document)]
    titles = [str(document["by"]), "rows", f"loss ({document['unit']})", *columns[3:]]
    rows = [
        [entry["rows"]["scored"] if key == "rows" else entry[key] for key in columns] for entry in document["groups"]
    ]
    bars = _drawable(titles[2], [row[2] for row in rows])
    return Grid(Table(titles, rows), title=f"By {document['by']}", bars=bars)


def _drawable(title: str, values: list[Any]) -> str | None:
    """Bars are drawn of finite figures >= 0 only."""
    finite = [value for value in values if value is not None]
    return title if finite and all(0 <= value < float("inf") for value in finite) else None
