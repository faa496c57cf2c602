"""What ``cecli score`` reports: the document with SPEC's keys, its rows, and how it looks on a terminal."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from cecli.core.information import cross_entropy
from cecli.core.pmf import Pmf
from cecli.core.scoring import Score, Scores, skill
from cecli.core.units import Unit
from cecli.errors import InputError, UsageError
from cecli.readers.predictions import Predictions
from cecli.report.model import Cell, Facts, Grid, OutputOptions, Report, Table

_IN_UNIT = ("cross_entropy", "standard_error", "low", "high", "label_entropy", "finite_cross_entropy")
_OF_CLASSES = (
    "ece_expected",
    "ece_band",
    "macro_f1",
    "weighted_f1",
    "balanced_accuracy",
    "mcc",
    "prior_cross_entropy",
    "prior_skill",
    "label_entropy",
    "skill",
    "accuracy",
    "top_k_accuracy",
    "brier",
    "ece",
    "max_row_sum_deviation",
    "labels_read_as",
    "matched_by",
    "classes",
)
"""Keys that need the predictions of all classes: left out with ``--observed``."""

_SUMMED = ("cross_entropy", "standard_error", "low", "high")


@dataclass(frozen=True)
class Scored:
    """A finished run, and how its figures are wanted."""

    opened: Predictions
    total: Scores
    groups: Scores | None
    unit: Unit
    confidence: float
    summed: bool
    by: str | None
    with_classes: bool = True
    prior: Pmf | None = None

    @cached_property
    def score(self) -> Score:
        """The figures of all rows."""
        return self.total.result(self.confidence, classes=self.with_classes)

    def document(self) -> dict[str, Any]:
        """The report's keys in SPEC's order. Raises InputError where no row is left to score."""
        names = self.opened.decoder.groups.texts
        document = self.entry(self.score)
        if self.groups is not None:
            scores = {name: self.groups.result(self.confidence, k, self.with_classes) for k, name in enumerate(names)}
            document["groups"] = [{"group": name} | self.entry(scores[name], of_group=True) for name in sorted(scores)]
        return document

    def entry(self, score: Score, of_group: bool = False) -> dict[str, Any]:
        """The keys of one score: of all rows, or of a group of them."""
        opened = self.opened
        if not score.rows and not of_group:
            raise InputError(
                f"{opened.preds.name}: no row is left to score of {opened.rows_read:,} that were read",
                "all are ignored or have a weight of 0",
            )
        figures = self._figures(score)
        entry: dict[str, Any] = {"unit": self.unit.name}
        for key in ("cross_entropy", "standard_error", "low", "high", "perplexity", "label_entropy", "skill"):
            entry[key] = figures[key]
        if self.prior is not None:
            entry |= self._against_prior(score)
        for key in ("accuracy", "top_k_accuracy", "brier", "ece", "ece_expected", "ece_band"):
            entry[key] = figures[key]
        for key in ("macro_f1", "weighted_f1", "balanced_accuracy", "mcc"):
            entry[key] = figures[key]
        read = score.rows if of_group else opened.rows_read
        entry["rows"] = {"read": read, "scored": score.rows, "ignored": read - score.rows}
        for key in ("effective_rows", "zero_probability_rows", "finite_cross_entropy", "max_row_sum_deviation"):
            entry[key] = figures[key]
        if opened.options.columns.cluster is not None:
            entry["clusters"] = score.clusters or 0
        if not of_group:
            entry["worst_percent_share"] = score.worst_percent_share
        entry["labels_read_as"] = opened.labels_read_as
        entry["matched_by"] = opened.matched_by
        entry["classes"] = self._classes(score)
        if self.total.spec.worst and not of_group:
            entry["worst"] = self._worst(score)
        return {key: value for key, value in entry.items() if not self._is_left_out(key)}

    def _against_prior(self, score: Score) -> dict[str, Any]:
        """The loss of the prior as a forecast, and the skill against it."""
        if self.prior is None or not any(score.label_masses):
            return {"prior_cross_entropy": None, "prior_skill": None}
        reference = cross_entropy(Pmf(np.array(score.label_masses)), self.prior)
        gain = None if reference == math.inf else skill(score.cross_entropy, reference)
        return {"prior_cross_entropy": self.unit.from_nats(reference), "prior_skill": gain}

    def _worst(self, score: Score) -> list[dict[str, Any]]:
        """The rows of largest loss, numbered from 1, with their ids where there are any."""
        names = self.opened.class_names
        entries = []
        for row in score.worst:
            entry: dict[str, Any] = {"row": row.row + 1}
            if self.opened.roles.preds.id is not None:
                entry["id"] = row.id
            if not self.opened.observed_only:
                entry["label"] = None if row.label is None else names[row.label]
                entry["predicted"] = None if row.predicted is None else names[row.predicted]
            entries.append(entry | {"probability": row.probability, "loss": self.unit.from_nats(row.loss)})
        return entries

    def _is_left_out(self, key: str) -> bool:
        return (self.opened.observed_only and key in _OF_CLASSES) or (key == "classes" and not self.with_classes)

    def _figures(self, score: Score) -> dict[str, Any]:
        """The fields of a score: undefined ones None, in the unit, and summed over the rows where that is wanted."""
        figures: dict[str, Any] = {name: getattr(score, name) for name in Score.__dataclass_fields__}
        if not score.rows:
            figures = {key: value if isinstance(value, int) else None for key, value in figures.items()}
        for key in _SUMMED if self.summed else ():
            figures[key] = None if figures[key] is None else figures[key] * score.mass
        for key in _IN_UNIT:
            figures[key] = None if figures[key] is None else self.unit.from_nats(figures[key])
        return figures

    def _classes(self, score: Score) -> list[dict[str, Any]]:
        return [
            {
                "class": name,
                "rows": figures.rows,
                "cross_entropy": None if figures.cross_entropy is None else self.unit.from_nats(figures.cross_entropy),
                "precision": figures.precision,
                "recall": figures.recall,
                "f1": figures.f1,
            }
            for name, figures in zip(self.opened.class_names, score.classes, strict=False)
        ]


def shows_classes(output: OutputOptions) -> bool:
    """Whether the output wants the figures of each class, which are many where the classes are."""
    from cecli.report.write import resolve_format

    if output.value:
        return False
    return output.get is not None or resolve_format(output) in ("json", "table")


def report(scored: Scored, document: dict[str, Any], table: str | None) -> Report:
    """The report; ``table`` names the list that CSV, TSV and Markdown print instead of it."""
    rows = _table(scored, document, table)
    return Report(
        command="score",
        document=document,
        table=rows,
        headline=[document["cross_entropy"]],
        view=_view(scored, document),
        plain="headline" if table is None and not scored.by else "table",
        turned=table is None and not scored.by,
        notes=[*scored.opened.notes, *_notes(document, scored)],
    )


def _table(scored: Scored, document: dict[str, Any], table: str | None) -> Table:
    if table == "groups" and not scored.by:
        raise UsageError("--table groups needs --by COLUMN")
    if table == "classes":
        if scored.opened.observed_only:
            raise UsageError("--table classes: with --observed there are no classes")
        return _listed(document["classes"])
    if table == "worst":
        if not document.get("worst"):
            raise UsageError("--table worst needs --worst N")
        return _listed(document["worst"])
    return _listed([_scalars(entry) for entry in document["groups"]] if scored.by else [_scalars(document)])


def _listed(entries: list[dict[str, Any]]) -> Table:
    return Table(list(entries[0]), [list(entry.values()) for entry in entries])


def _scalars(document: dict[str, Any]) -> dict[str, Any]:
    """The report as one row: its scalar keys, those of ``rows`` with their path."""
    scalars: dict[str, Any] = {}
    for key, value in document.items():
        if isinstance(value, dict):
            scalars |= {f"{key}.{inner}": figure for inner, figure in value.items()}
        elif not isinstance(value, list):
            scalars[key] = value
    return scalars


def _view(scored: Scored, document: dict[str, Any]) -> list[Facts | Grid]:
    view: list[Facts | Grid] = [_facts(scored, document)]
    if "classes" in document:
        view.append(_class_grid(scored, document))
    if document.get("worst"):
        listed = _listed(document["worst"])
        titles = [f"loss ({scored.unit.name})" if name == "loss" else name for name in listed.columns]
        view.append(Grid(Table(titles, listed.rows), title="The worst rows"))
    if scored.by:
        columns = ["group", "rows", "cross_entropy", "low", "high", "perplexity", "skill", "accuracy"]
        columns = [key for key in columns if key in ("group", *document)]
        titles = [str(scored.by), "rows", f"loss ({scored.unit.name})", *columns[3:]]
        rows = [
            [entry["rows"]["scored"] if key == "rows" else entry[key] for key in columns]
            for entry in document["groups"]
        ]
        view.append(Grid(Table(titles, rows), title=f"By {scored.by}", bars=_drawable(titles[2], [r[2] for r in rows])))
    return view


def _facts(scored: Scored, document: dict[str, Any]) -> Facts:
    unit, error = document["unit"], document["standard_error"]
    remark = unit
    if document["low"] is not None:
        remark += f", {scored.confidence * 100:g} % interval {document['low']:.6g} to {document['high']:.6g}"
    rows: list[tuple[str, Cell, str]] = [
        ("Sum of losses" if scored.summed else "Cross-entropy loss", document["cross_entropy"], remark)
    ]
    if error is not None:
        clusters = f", of {document['clusters']:,} clusters" if document.get("clusters") else ""
        rows.append(("Standard error", error, unit + clusters))
    if document["finite_cross_entropy"] is not None:
        rows.append(("Mean of the finite losses", document["finite_cross_entropy"], unit))
    observed_only = scored.opened.observed_only
    among = "equally likely outcomes" if observed_only else f"of {len(scored.opened.class_names)} classes"
    rows.append(("Perplexity", document["perplexity"], among))
    if document.get("worst_percent_share") is not None:
        rows.append(("Share of the worst 1 %", document["worst_percent_share"], "of the loss"))
    if not observed_only:
        rows += _class_facts(scored, document)
    rows.append(("Rows scored", document["rows"]["scored"], _how(document)))
    return Facts(rows)


def _class_facts(scored: Scored, document: dict[str, Any]) -> list[tuple[str, Cell, str]]:
    """What needs the predictions of all classes."""
    reference = "" if document["label_entropy"] is None else f"{document['label_entropy']:.6g}"
    rows: list[tuple[str, Cell, str]] = [
        ("Skill", document["skill"], f"1 - loss / {reference}, the entropy of the labels"),
        ("Accuracy", document["accuracy"], ""),
    ]
    if document.get("prior_skill") is not None:
        remark = f"1 - loss / {document['prior_cross_entropy']:.6g}, the loss of the prior"
        rows.insert(1, ("Skill over the prior", document["prior_skill"], remark))
    if document["top_k_accuracy"] is not None:
        rows.append((f"Top-{scored.total.spec.top_k} accuracy", document["top_k_accuracy"], ""))
    return [
        *rows,
        ("Macro F1", document["macro_f1"], f"balanced accuracy {_short(document['balanced_accuracy'])}"),
        ("MCC", document["mcc"], ""),
        ("Brier score", document["brier"], "sum over the classes, 0 to 2"),
        ("Calibration error", document["ece"], _calibration_remark(document)),
    ]


def _calibration_remark(document: dict[str, Any]) -> str:
    remark = "ECE of the top label, 15 bins"
    if document["ece_band"] is None:
        return remark
    return f"{remark}; calibrated: up to {_short(document['ece_band'])}"


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
    titles = ["class", "rows", f"loss ({scored.unit.name})", "precision", "recall", "F1"]
    rows = [[entry[key] for key in columns] for entry in document["classes"]]
    return Grid(Table(titles, rows), title="Per class", bars=_drawable(titles[2], [row[2] for row in rows]))


def _drawable(title: str, values: list[Any]) -> str | None:
    """Bars are drawn of finite figures >= 0 only."""
    finite = [value for value in values if value is not None]
    return title if finite and all(0 <= value < float("inf") for value in finite) else None


def _notes(document: dict[str, Any], scored: Scored) -> list[str]:
    warning = scored.score.tail_warning
    tail = [] if warning is None else [warning]
    count = document["zero_probability_rows"]
    if not count or document["cross_entropy"] != float("inf"):
        return tail
    named = scored.score.first_infinite
    shown = ", ".join(f"{row + 1:,}" for row in named)
    if count == 1:
        return [f"the loss is infinite: row {shown} gives the observed class a probability of 0"]
    more = f" and {count - len(named):,} more" if count > len(named) else ""
    return [f"the loss is infinite: {count:,} rows give the observed class a probability of 0 (rows {shown}{more})"]
