"""The document of ``cecli compare``: from the comparisons of the core, the keys of the catalogue."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cecli.core.functions.choice import AUTO, Choice
from cecli.core.functions.holm import holm
from cecli.core.paired.comparison import Comparer, Comparison, Test
from cecli.core.paired.extremes import ExtremeRow
from cecli.core.paired.pair_state import Comparisons
from cecli.core.paired.sign_flip import SignFlip
from cecli.core.rows.facts import PairFacts
from cecli.core.units import Unit
from cecli.errors import InputError
from cecli.results.compare.notes import notes
from cecli.results.finish import noted


@dataclass(frozen=True)
class Plan:
    """How the figures are wanted."""

    unit: Unit
    confidence: float
    by: str | None
    seed: int
    choice: Choice = AUTO


@dataclass(frozen=True)
class Finished:
    """A finished run: a comparer for each candidate, and one of its groups where there are some."""

    facts: PairFacts
    totals: Sequence[Comparer]
    groups: Sequence[Comparer | None]
    comparisons: Sequence[Comparison]
    plan: Plan

    @classmethod
    def of(cls, facts: PairFacts, found: Comparisons, plan: Plan) -> Finished:
        """The run in which the accumulators of the candidates have found this."""
        totals, groups = found.comparers()
        return cls(facts, totals, groups, [each.result(plan.confidence, choice=plan.choice) for each in totals], plan)

    def document(self) -> dict[str, Any]:
        """The report's keys in SPEC's order: those of the one comparison, or ``comparisons`` of several."""
        entries = [self._entry(k) for k in range(len(self.comparisons))]
        document: dict[str, Any] = {"unit": self.plan.unit.name}
        if len(entries) == 1:
            document |= entries[0]
        else:
            _adjust(entries)
            document["a"] = entries[0]["a"]
            for entry in entries:
                del entry["b"]["file"]  # named first
            document["comparisons"] = [
                {"file": name} | {key: value for key, value in entry.items() if key != "a"}
                for name, entry in zip(self.facts.candidates, entries, strict=True)
            ]
        if not self.facts.observed_only:
            document["labels_read_as"] = self.facts.labels_read_as
        document["matched_by"] = self.facts.matched_by
        document["confidence"] = self.plan.confidence
        document["weights"] = self.totals[0].spec.weights or "none"
        if self.facts.per is not None:
            document["per"] = self.facts.per
        if self.plan.by is not None:
            document["by"] = self.plan.by
        facts = self.facts
        return document | noted(input=[*facts.said(), *facts.remarks()], **notes(document))

    def _entry(self, k: int) -> dict[str, Any]:
        comparison, groups = self.comparisons[k], self.groups[k]
        if not comparison.rows:
            raise InputError(
                f"{self.facts.name}: no row is left to compare of {self.facts.rows_read:,} that were read",
                "all are ignored or have a weight of 0",
            )
        entry = self._figures(comparison, k)
        if comparison.classes:
            entry["classes"] = self._classes(comparison)
        if self.totals[k].spec.worst:
            entry["worse_rows"] = [self._row(row) for row in comparison.losses]
            entry["better_rows"] = [self._row(row) for row in comparison.gains]
        if groups is not None:
            names = self.facts.groups
            of_groups = {
                name: groups.result(self.plan.confidence, at, False, self.plan.choice) for at, name in enumerate(names)
            }
            entry["groups"] = [
                {"group": name} | self._figures(of_groups[name], k, of_group=True)
                for name in sorted(of_groups)
                if of_groups[name].rows
            ]
        return entry

    def _figures(self, comparison: Comparison, k: int, of_group: bool = False) -> dict[str, Any]:
        unit, loss, hits = self.plan.unit, comparison.loss, comparison.hits
        read, spec = self.facts, self.totals[k].spec
        accuracies = (None, None) if read.observed_only else (hits.first_accuracy, hits.second_accuracy)
        names = (read.name, read.candidates[k])
        means = (loss.first, loss.second)
        entry: dict[str, Any] = {
            side: ({} if of_group else {"file": name}) | {"cross_entropy": unit.from_nats(mean), "accuracy": accuracy}
            for side, name, mean, accuracy in zip("ab", names, means, accuracies, strict=True)
        }
        entry["difference"] = _in(unit, loss.difference)
        entry |= self._tested(comparison.test if comparison.is_finite else None)
        if not read.observed_only:
            entry["mcnemar"] = {
                "only_a_correct": hits.only_first, "only_b_correct": hits.only_second, "p_value": hits.p_value
            }  # fmt: skip
        entry["wins"] = {"a": hits.first_wins, "b": hits.second_wins, "ties": hits.ties}
        entry["rows"] = comparison.rows
        if not of_group:
            entry["rows_left_out"] = read.rows_read - comparison.rows
        entry["rows_needed"] = comparison.test.rows_needed if comparison.test and comparison.is_finite else None
        if spec.weights is not None:
            entry["effective_rows"] = loss.finite.effective if comparison.is_finite else None
        if read.clustered:
            entry["clusters"] = comparison.clusters or 0
            entry["cluster_error"] = self.plan.choice.of_clusters if comparison.clusters else None
        return entry | self._infinite(comparison)

    def _infinite(self, comparison: Comparison) -> dict[str, Any]:
        """Rows of infinite loss, and where there are any the comparison over the others."""
        only_a, only_b, both = comparison.loss.infinite
        counts: dict[str, Any] = {"only_a": only_a, "only_b": only_b, "both": both}
        if comparison.is_finite:
            return {"infinite_rows": counts}
        entry = {"infinite_rows": counts | {"first": [row + 1 for row in comparison.loss.first_infinite]}}
        test, unit = comparison.test, self.plan.unit
        if test is None:
            return entry | {"finite": None}
        finite: dict[str, Any] = {"rows": test.rows}
        finite |= {
            "a": {"cross_entropy": unit.from_nats(test.first)}, "b": {"cross_entropy": unit.from_nats(test.second)}
        }  # fmt: skip
        finite["difference"] = unit.from_nats(test.difference)
        return entry | {"finite": finite | self._tested(test) | {"rows_needed": test.rows_needed}}

    def _tested(self, test: Test | None) -> dict[str, Any]:
        """The tests of the difference; all undefined without one."""
        unit = self.plan.unit
        entry: dict[str, Any] = {
            key: None if test is None else _in(unit, getattr(test, key)) for key in ("standard_error", "low", "high")
        }
        entry["interval"] = "none" if test is None else test.interval
        if test is not None and test.interval_reason is not None:
            entry["interval_reason"] = test.interval_reason
        shape = None if test is None else test.tested.shape
        for key in ("skewness", "kurtosis"):
            entry[key] = None if shape is None else getattr(shape, key)
        entry["t"] = None if test is None else test.t
        entry["degrees_of_freedom"] = None if test is None or test.df <= 0 else _whole(test.df)
        entry["p_value"] = None if test is None else test.p_value
        entry["p_worse"] = None if test is None else test.upper
        entry["p_better"] = None if test is None else test.lower
        return entry | {"sign_flip": self._signs(None if test is None else test.sign_flip)}

    def _signs(self, found: SignFlip | None) -> dict[str, Any]:
        if found is None:
            return {"p_value": None, "p_worse": None, "p_better": None, "method": None}
        entry = {"p_value": found.p_value, "p_worse": found.upper, "p_better": found.lower, "method": found.method}
        return entry if found.flips is None else entry | {"flips": found.flips, "seed": self.plan.seed}

    def _classes(self, comparison: Comparison) -> list[dict[str, Any]]:
        unit = self.plan.unit
        return [
            {
                "class": name,
                "rows": each.rows,
                "a": _in(unit, each.first),
                "b": _in(unit, each.second),
                "difference": _in(unit, each.difference),
                "standard_error": _in(unit, each.standard_error),
                "contribution": _in(unit, each.share),
            }
            for name, each in zip(self.facts.class_names, comparison.classes, strict=True)
        ]

    def _row(self, row: ExtremeRow) -> dict[str, Any]:
        read, unit = self.facts, self.plan.unit
        entry: dict[str, Any] = {"row": row.row + 1}
        if row.id is not None:
            entry["id"] = row.id
        if not read.observed_only:
            names = read.class_names
            entry["label"] = None if row.label is None else names[row.label]
            entry |= {"predicted_a": names[row.first_predicted], "predicted_b": names[row.second_predicted]}
        losses = (row.first_loss, row.second_loss, row.difference)
        return entry | {key: unit.from_nats(loss) for key, loss in zip(("a", "b", "difference"), losses, strict=True)}


def _adjust(entries: list[dict[str, Any]]) -> None:
    """Holm's p-values over all comparisons, beside those of each."""
    _place(entries, holm([entry["p_value"] for entry in entries]))
    for name in ("sign_flip", "mcnemar"):
        inner = [entry[name] for entry in entries if name in entry]
        _place(inner, holm([entry["p_value"] for entry in inner]))


def _place(entries: list[dict[str, Any]], adjusted: list[float | None]) -> None:
    for entry, p_value in zip(entries, adjusted, strict=True):
        items = list(entry.items())
        entry.clear()
        for key, value in items:
            entry[key] = value
            if key == "p_value":
                entry["p_holm"] = p_value


def _in(unit: Unit, nats: float | None) -> float | None:
    """In the unit; None where it is undefined."""
    return None if nats is None or math.isnan(nats) else unit.from_nats(nats)


def _whole(figure: float) -> float:
    """As a whole number where it is one."""
    return int(figure) if figure.is_integer() else figure
