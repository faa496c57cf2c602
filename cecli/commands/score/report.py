"""What ``cecli score`` reports: the document with SPEC's keys, and its rows as a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cecli.commands.few_clusters import few_clusters
from cecli.commands.options.metrics import MetricOptions
from cecli.commands.signature import signed, with_signature
from cecli.core.metrics import HEADLINE, OF_LOSSES, REPORT
from cecli.core.scores.scorer import Score, Scorer, skill
from cecli.core.units import Unit
from cecli.errors import InputError, UsageError
from cecli.report.flat import listed, scalars
from cecli.report.model import OutputOptions, Report, Table
from cecli.report.write import resolve_format, write
from cecli.results.requirements import Requirement, checked, raise_unmet

if TYPE_CHECKING:
    from cecli.core.pmfs.pmf import Pmf
    from cecli.core.rows.facts import Facts
    from cecli.readers.sources.ledger import Ledger

_IN_UNIT = ("cross_entropy", "standard_error", "low", "high", "label_entropy", "finite_cross_entropy")
_SUMMED = ("cross_entropy", "standard_error", "low", "high")
_OF_LOSS = ("cross_entropy", "standard_error", "low", "high", "perplexity")
_OF_ERROR = ("standard_error", "low", "high")
_OF_CLASSES = ("label_entropy", "skill")
_OF_ROWS = (
    "accuracy",
    "top_k_accuracy",
    "brier",
    "ece",
    "ece_expected",
    "ece_band",
    "macro_f1",
    "weighted_f1",
    "balanced_accuracy",
    "mcc",
)
"""Keys of figures that need the predictions of all classes."""


@dataclass(frozen=True, eq=False, repr=False)
class Plan:
    """What is wanted of a run, whatever it finds."""

    unit: Unit
    confidence: float
    summed: bool
    by: str | None
    table: str | None
    gated: bool
    wanted: MetricOptions
    output: OutputOptions
    page: str | None = None

    @property
    def is_number(self) -> bool:
        """Whether nothing but the loss is printed."""
        more = self.by or self.table or self.gated or self.output.get is not None or self.page or self.wanted.metrics()
        return not more and (self.output.value or resolve_format(self.output) == "plain")

    @property
    def with_classes(self) -> bool:
        """Whether the figures of each class are wanted, which are many where the classes are."""
        if self.gated or self.table == "classes" or self.output.get is not None or self.page:
            return True
        return not self.output.value and resolve_format(self.output) in ("json", "table")

    def metrics(self, observed_only: bool) -> tuple[str, ...]:
        """The names in METRICS of what must be measured."""
        if self.is_number:
            return HEADLINE[:1] if observed_only else HEADLINE
        return OF_LOSSES if observed_only else (*REPORT, *self.wanted.metrics())


@dataclass(frozen=True, eq=False, repr=False)
class Scored:
    """A finished run, or the states of several."""

    facts: Facts
    total: Scorer
    groups: Scorer | None
    plan: Plan
    prior: Pmf | None = None

    @cached_property
    def score(self) -> Score:
        """The figures of all rows."""
        return self.total.result(self.plan.confidence, classes=self.plan.with_classes)

    def document(self) -> dict[str, Any]:
        """The report's keys in SPEC's order. Raises InputError where no row is left to score."""
        if not self.score.rows or not self.score.mass:
            raise InputError(
                f"{self.facts.name}: no row is left to score of {self.facts.rows_read:,} that were read",
                "all are of classes of weight 0" if self.score.rows else "all are ignored or have a weight of 0",
            )
        document = self.entry(self.score)
        if self.groups is not None:
            of = {
                name: self.groups.result(self.plan.confidence, number, self.plan.with_classes)
                for number, name in enumerate(self.facts.groups)
            }
            document["groups"] = [{"group": name} | self.entry(of[name], of_group=True) for name in sorted(of)]
        return document

    def entry(self, score: Score, of_group: bool = False) -> dict[str, Any]:
        """The keys of one score: of all rows, or of a group of them."""
        facts, figures = self.facts, self._figures(score)
        all_classes = not facts.observed_only
        entry: dict[str, Any] = {"unit": self.plan.unit.name}
        entry |= {key: figures[key] for key in _OF_LOSS}
        if all_classes:
            entry |= {key: figures[key] for key in _OF_CLASSES}
            entry |= {} if self.prior is None else self._against_prior(score, self.prior)
            entry |= {key: figures[key] for key in _OF_ROWS}
        read = score.rows + score.left_out if of_group else facts.rows_read
        entry["rows"] = {"read": read, "scored": score.rows, "ignored": read - score.rows}
        for key in ("effective_rows", "zero_probability_rows", "finite_cross_entropy"):
            entry[key] = figures[key]
        if all_classes:
            entry["max_row_sum_deviation"] = figures["max_row_sum_deviation"]
        if facts.clustered:
            entry["clusters"] = score.clusters or 0
        entry["worst_percent_share"] = score.worst_percent_share
        if all_classes:
            entry |= {"labels_read_as": facts.labels_read_as, "matched_by": facts.matched_by}
        if all_classes and self.plan.with_classes:
            entry["classes"] = self._classes(score)
        return entry | self._asked_for(score, of_group)

    def like(self) -> list[dict[str, Any]]:
        """What other libraries give for the same rows."""
        return [
            {
                "library": each.library,
                "cross_entropy": self._in_unit(each.cross_entropy) if each.cross_entropy is not None else None,
                "note": each.reason or each.note,
            }
            for each in self.score.like
        ]

    def _against_prior(self, score: Score, prior: Pmf) -> dict[str, Any]:
        """The loss of the prior as a forecast, and the skill against it."""
        import numpy as np

        from cecli.core.pmfs.information import cross_entropy
        from cecli.core.pmfs.pmf import Pmf

        if not any(score.label_masses):
            return {"prior_cross_entropy": None, "prior_skill": None}
        reference = cross_entropy(Pmf(np.array(score.label_masses)), prior)
        gain = None if reference == math.inf or not score.mass else skill(score.cross_entropy, reference)
        return {"prior_cross_entropy": self._in_unit(reference), "prior_skill": gain}

    def _asked_for(self, score: Score, of_group: bool) -> dict[str, Any]:
        """What is in a report only where an option asks for it."""
        wanted = self.plan.wanted
        asked: dict[str, Any] = {}
        if wanted.worst and not of_group:
            asked["worst"] = self.worst_rows(score)
        if wanted.confusions and not of_group:
            asked["confusions"] = self._confusions(score, wanted.confusions)
        if wanted.decompose:
            asked["decomposition"] = self._decomposition(score)
        if wanted.corp:
            asked["corp"] = self._corp(score)
        return asked

    def worst_rows(self, score: Score) -> list[dict[str, Any]]:
        """The rows of largest loss, numbered from 1, with their ids where there are any; of several files also the file
        and the number there."""
        names, entries = self.facts.class_names, []
        for row in score.worst:
            entry: dict[str, Any] = {"row": row.row + 1}
            if len(self.facts.shards) > 1:
                file, number = self.facts.place_of(row.row)
                entry |= {"file": file, "file_row": number + 1}
            if self.facts.has_ids:
                entry["id"] = row.id
            if not self.facts.observed_only:
                entry["label"] = None if row.label is None else names[row.label]
                entry["predicted"] = None if row.predicted is None else names[row.predicted]
            entries.append(entry | {"probability": row.probability, "loss": self._in_unit(row.loss)})
        return entries

    def _confusions(self, score: Score, most: int) -> list[dict[str, Any]]:
        """The pairs of classes whose confusion costs most."""
        names = self.facts.class_names
        return [
            {
                "label": names[pair.observed],
                "predicted": names[pair.predicted],
                "rows": pair.rows,
                "excess_cost": self._in_unit(pair.excess_cost),
            }
            for pair in score.confusions[:most]
        ]

    def _decomposition(self, score: Score) -> dict[str, Any]:
        """loss = reliability - resolution + uncertainty."""
        found = score.decomposition
        keys = ("cross_entropy", "reliability", "resolution", "uncertainty")
        figures = {key: None if found is None else self._maybe_in_unit(getattr(found, key)) for key in keys}
        return {"forecasts": None if found is None else found.forecasts} | figures

    def _corp(self, score: Score) -> dict[str, Any]:
        """Both scores = miscalibration - discrimination + uncertainty; AUC."""
        found = score.corp
        asked: dict[str, Any] = {}
        for name in ("log_loss", "brier"):
            parts = None if found is None else getattr(found, name)
            for key in ("miscalibration", "discrimination", "uncertainty"):
                figure = None if parts is None else getattr(parts, key)
                asked[f"{name}_{key}"] = self._maybe_in_unit(figure) if name == "log_loss" else figure
        return asked | {"auc": found and found.auc, "bins": found and found.bins}

    def _in_unit(self, nats: float) -> float | None:
        return None if math.isnan(nats) else self.plan.unit.from_nats(nats)

    def _maybe_in_unit(self, nats: float | None) -> float | None:
        return None if nats is None else self._in_unit(nats)

    def _figures(self, score: Score) -> dict[str, Any]:
        """The fields of a score: undefined ones None, in the unit, and summed over the rows where that is wanted."""
        figures: dict[str, Any] = {name: getattr(score, name) for name in Score.__dataclass_fields__}
        if not score.rows:
            figures = {key: value if isinstance(value, int) else None for key, value in figures.items()}
        if not score.mass:  # a group of classes whose weights are 0
            figures |= dict.fromkeys((*_OF_LOSS, "skill"))
        for key in _SUMMED if self.plan.summed else ():
            figures[key] = None if figures[key] is None else figures[key] * score.mass
        return figures | {key: self._maybe_in_unit(figures[key]) for key in _IN_UNIT}

    def _classes(self, score: Score) -> list[dict[str, Any]]:
        return [
            {
                "class": name,
                "rows": figures.rows,
                "cross_entropy": self._maybe_in_unit(figures.cross_entropy),
                "precision": figures.precision,
                "recall": figures.recall,
                "f1": figures.f1,
            }
            for name, figures in zip(self.facts.class_names, score.classes, strict=False)
        ]


def write_report(scored: Scored, requirements: Sequence[Requirement], inputs: Ledger | None = None) -> None:
    """Write the report of a run, signed where its ``inputs`` are given, and its page where one is wanted. Raises
    GateError where a requirement is not met, once that is done."""
    document = scored.document()
    if requirements:
        document["requirements"] = checked(requirements, document, "score")
    if scored.plan.wanted.like:
        document["like"] = scored.like()
    if inputs is not None:
        document |= signed(document, "score", "cross_entropy", document["rows"]["scored"], inputs)
    made = report(scored, document)
    if scored.plan.page is not None:
        from cecli.commands.score.page import page
        from cecli.report.pages.page import write_page

        write_page(page(scored, document, made.notes), scored.plan.page, scored.plan.output.digits)
    write(with_signature(made, scored.plan.output), scored.plan.output)
    raise_unmet(document.get("requirements", []))


def check_pairs(soft: bool, wanted: MetricOptions) -> None:
    """Raise UsageError for the pairs of a label and the class predicted where no row has one label."""
    if soft and wanted.confusions:
        raise UsageError("--confusions counts pairs of classes, and LABELS holds a PMF for every row")


def check_table(table: str | None, output: OutputOptions) -> None:
    """Raise UsageError where ``--table`` has no meaning: JSON holds all lists, and a number is none."""
    if table is None:
        return
    if output.value or output.get is not None:
        raise UsageError(f"--table prints a list: --{'value' if output.value else 'get'} has no meaning beside it")
    if resolve_format(output) == "json":
        raise UsageError("--table is for CSV, TSV and Markdown: JSON holds all lists")


def report(scored: Scored, document: dict[str, Any]) -> Report:
    """The report, or just its number where nothing else is printed."""
    from cecli.commands.score.notes import notes

    plan = scored.plan
    headline, said = [document["cross_entropy"]], [*scored.facts.said(), *notes(scored, document)]
    if not plan.output.value and plan.output.get in (None, *_OF_ERROR):
        said += few_clusters(document.get("clusters"))
    if plan.is_number:
        return Report("score", document, Table((), ()), headline, view=(), notes=said)
    return Report(
        command="score",
        document=document,
        table=_table(scored, document),
        headline=headline,
        view=_view(scored, document),
        plain="headline" if plan.table is None and not plan.by else "table",
        turned=plan.table is None and not plan.by,
        notes=said,
    )


def _view(scored: Scored, document: dict[str, Any]) -> Any:
    if scored.plan.output.value or resolve_format(scored.plan.output) != "table":
        return ()
    from cecli.commands.score.view import view

    return view(scored, document)


def _table(scored: Scored, document: dict[str, Any]) -> Table:
    """The list that ``--table`` names, else the report as one row, or a row a group."""
    table, by = scored.plan.table, scored.plan.by
    if table == "groups" and not by:
        raise UsageError("--table groups needs --by COLUMN")
    if table == "classes" and scored.facts.observed_only:
        raise UsageError("--table classes: with --observed there are no classes")
    if table in ("worst", "confusions", "like") and table not in document:
        raise UsageError(f"--table {table} needs --{table} {'LIBRARY' if table == 'like' else 'N'}")
    if table == "confusions" and not document[table]:  # every row is right
        return Table(("label", "predicted", "rows", "excess_cost"), ())
    if table is not None and table != "groups":
        return listed(document[table])
    return listed([scalars(entry) for entry in document["groups"]] if by else [scalars(document)])
