"""How the report of ``cecli score`` looks on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cecli.report.flat import listed
from cecli.report.model import Cell, Facts, Grid, Remark, Table

if TYPE_CHECKING:
    from cecli.commands.score.report import Scored

_Rows = list[tuple[str, Cell, Remark]]


def view(scored: Scored, document: dict[str, Any]) -> list[Facts | Grid]:
    """The headline figures, then a block for each list; just the list that ``--table`` names."""
    blocks: dict[str, Facts | Grid] = {"figures": _facts(scored, document)}
    if "classes" in document:
        blocks["classes"] = _class_grid(scored, document)
    if document.get("worst"):
        blocks["worst"] = _grid(scored, document["worst"], "loss", "The worst rows")
    if document.get("confusions"):
        titles = "The pairs of classes confused at the greatest cost"
        blocks["confusions"] = _grid(scored, document["confusions"], "excess_cost", titles)
    if scored.plan.by:
        blocks["groups"] = _groups(scored, document)
    if document.get("like"):
        likes = [(each["library"], each["cross_entropy"], each["note"]) for each in document["like"]]
        blocks["like"] = Facts(likes, title=f"What other libraries give for these rows, in {scored.plan.unit.name}")
    return list(blocks.values()) if scored.plan.table is None else [blocks.get(scored.plan.table, blocks["figures"])]


def _facts(scored: Scored, document: dict[str, Any]) -> Facts:
    unit, error = document["unit"], document["standard_error"]
    remark: Remark = unit
    if document["low"] is not None:
        interval = f"{unit}, {scored.plan.confidence * 100:g} % interval "
        remark = interval, document["low"], " to ", document["high"]
    rows: _Rows = [("Sum of losses" if scored.plan.summed else "Cross-entropy loss", document["cross_entropy"], remark)]
    if error is not None:
        clusters = f", of {document['clusters']:,} clusters" if document.get("clusters") else ""
        rows.append(("Standard error", error, unit + clusters))
    if document["finite_cross_entropy"] is not None:
        rows.append(("Mean of the finite losses", document["finite_cross_entropy"], unit))
    observed_only = scored.facts.observed_only
    among = "equally likely outcomes" if observed_only else f"of {len(scored.facts.class_names)} classes"
    rows.append(("Perplexity", document["perplexity"], among))
    if document["worst_percent_share"] is not None:
        rows.append(("Share of the worst 1 %", document["worst_percent_share"], "of the loss"))
    if not observed_only:
        rows += _of_classes(scored, document)
    rows += _decomposition(document) + _corp(document)
    rows.append(("Rows scored", document["rows"]["scored"], _how(document)))
    return Facts(rows)


def _of_classes(scored: Scored, document: dict[str, Any]) -> _Rows:
    """What needs the predictions of all classes."""
    reference = "" if document["label_entropy"] is None else document["label_entropy"]
    rows: _Rows = [
        ("Skill", document["skill"], ("1 - loss / ", reference, ", the entropy of the labels")),
        ("Accuracy", document["accuracy"], ""),
    ]
    if document.get("prior_skill") is not None:
        remark = "1 - loss / ", document["prior_cross_entropy"], ", the loss of the prior"
        rows.insert(1, ("Skill over the prior", document["prior_skill"], remark))
    if document["top_k_accuracy"] is not None:
        rows.append((f"Top-{scored.plan.wanted.top_k} accuracy", document["top_k_accuracy"], ""))
    return [
        *rows,
        ("Macro F1", document["macro_f1"], f"balanced accuracy {_short(document['balanced_accuracy'])}"),
        ("MCC", document["mcc"], ""),
        ("Brier score", document["brier"], "sum over the classes, 0 to 2"),
        ("Calibration error", document["ece"], _calibration_remark(document)),
        *_row_sums(scored, document),
    ]


def _row_sums(scored: Scored, document: dict[str, Any]) -> _Rows:
    """Told where it is more than what the last of six decimals does."""
    deviation = document["max_row_sum_deviation"]
    if deviation is None or deviation <= 1e-5:
        return []
    divided = scored.facts.normalized
    how = "each row is divided by its sum" if divided else "rows are scored as they stand"
    return [("Largest row-sum error", deviation, f"from 1; {how}")]


def _decomposition(document: dict[str, Any]) -> _Rows:
    parts = document.get("decomposition")
    if parts is None or parts["forecasts"] is None:
        return []
    return [
        ("Reliability", parts["reliability"], f"what miscalibration costs, over {parts['forecasts']:,} forecasts"),
        ("Resolution", parts["resolution"], "what the forecasts tell apart"),
        ("Uncertainty", parts["uncertainty"], "what there is to tell; loss = reliability - resolution + it"),
    ]


def _corp(document: dict[str, Any]) -> _Rows:
    parts = document.get("corp")
    if parts is None or parts["bins"] is None:
        return []
    return [
        ("Miscalibration", parts["log_loss_miscalibration"], f"CORP, {parts['bins']:,} levels after recalibration"),
        ("Discrimination", parts["log_loss_discrimination"], ""),
        ("Uncertainty", parts["log_loss_uncertainty"], "loss = miscalibration - discrimination + it"),
        ("AUC", parts["auc"], ""),
    ]


def _calibration_remark(document: dict[str, Any]) -> str:
    remark = "ECE of the top label, 15 bins"
    if document["ece_band"] is None:
        return remark
    return f"{remark}; up to {_short(document['ece_band'])} is chance"


def _short(figure: float | None) -> str:
    return "undefined" if figure is None else f"{figure:.3g}"


def _how(document: dict[str, Any]) -> str:
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


def _class_grid(scored: Scored, document: dict[str, Any]) -> Grid:
    columns = ["class", "rows", "cross_entropy", "precision", "recall", "f1"]
    titles = ["class", "rows", f"loss ({scored.plan.unit.name})", "precision", "recall", "F1"]
    rows = [[entry[key] for key in columns] for entry in document["classes"]]
    return Grid(Table(titles, rows), title="Per class", bars=_drawable(titles[2], [row[2] for row in rows]))


def _grid(scored: Scored, entries: list[dict[str, Any]], in_unit: str, title: str) -> Grid:
    table = listed(entries)
    named = {in_unit: f"{in_unit.replace('_', ' ')} ({scored.plan.unit.name})"}
    return Grid(Table([named.get(name, name) for name in table.columns], table.rows), title=title)


def _groups(scored: Scored, document: dict[str, Any]) -> Grid:
    columns = ["group", "rows", "cross_entropy", "low", "high", "perplexity", "skill", "accuracy"]
    columns = [key for key in columns if key in ("group", *document)]
    titles = [str(scored.plan.by), "rows", f"loss ({scored.plan.unit.name})", *columns[3:]]
    rows = [
        [entry["rows"]["scored"] if key == "rows" else entry[key] for key in columns] for entry in document["groups"]
    ]
    bars = _drawable(titles[2], [row[2] for row in rows])
    return Grid(Table(titles, rows), title=f"By {scored.plan.by}", bars=bars)


def _drawable(title: str, values: list[Any]) -> str | None:
    """Bars are drawn of finite figures >= 0 only."""
    finite = [value for value in values if value is not None]
    return title if finite and all(0 <= value < float("inf") for value in finite) else None
