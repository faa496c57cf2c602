"""The document of ``cecli fidelity``: from the figures of the core, the keys of the catalogue."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cecli.core.fidelity.fidelity import Change, Fidelity, FidelityResult
from cecli.core.fidelity.quantiles import QUANTILE_WIDTH
from cecli.core.rows.facts import PairFacts
from cecli.core.units import Unit
from cecli.errors import InputError
from cecli.results.fidelity.comparisons import comparisons
from cecli.results.fidelity.entries import notes
from cecli.results.fidelity.perplexities import perplexities
from cecli.results.finish import noted

QUANTILES = {
    "min": 0.0,
    "p00_1": 0.001,
    "p01": 0.01,
    "p05": 0.05,
    "p10": 0.1,
    "p25": 0.25,
    "median": 0.5,
    "p75": 0.75,
    "p90": 0.9,
    "p95": 0.95,
    "p99": 0.99,
    "p99_9": 0.999,
    "max": 1.0,
}
"""Key -> the share of the rows below."""

_IN_UNIT = {"kl", "reverse_kl", "jensen_shannon", "cross_entropy", "entropy_teacher", "entropy_student",
            "entropy_change"}  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """How the figures are wanted."""

    unit: Unit
    confidence: float
    by: str | None
    lists: bool = True


@dataclass(frozen=True)
class Finished:
    """A finished run: an accumulator for each student, and one of its groups where there are some."""

    facts: PairFacts
    totals: Sequence[Fidelity]
    groups: Sequence[Fidelity | None]
    plan: Plan

    def document(self) -> dict[str, Any]:
        """The report's keys: those of the one student, or ``students`` and how they compare with the first."""
        results = [each.result(self.plan.confidence) for each in self.totals]
        entries = [self._entry(k, result) for k, result in enumerate(results)]
        document: dict[str, Any] = {"unit": self.plan.unit.name, "teacher": self.facts.name}
        if len(entries) == 1:
            document |= {"student": self.facts.candidates[0]} | entries[0]
        else:
            names = self.facts.candidates
            document["students"] = [{"file": name} | entry for name, entry in zip(names, entries, strict=True)]
            document["comparisons"] = comparisons(self.totals, names, self.plan.unit, self.plan.confidence)
        document |= {"quantile_width": 0.0 if self.totals[0].spec.exact else QUANTILE_WIDTH}
        document |= {"top_k": self.totals[0].spec.top_k, "class_count": len(self._names())}
        if self.facts.labels_read_as is not None:
            document["labels_read_as"] = self.facts.labels_read_as
        document |= {"matched_by": self.facts.matched_by, "confidence": self.plan.confidence}
        document["weights"] = self.totals[0].spec.weights or "none"
        if self.plan.by is not None:
            document["by"] = self.plan.by
        first = [result.means["kl"].first for result in results]
        return document | noted(input=[*self.facts.said(), *self.facts.remarks()], **notes(document, first))

    def _names(self) -> tuple[str, ...]:
        """The names of all classes; of two of which one alone has a name, both."""
        names = self.facts.class_names
        return names if len(names) > 1 else (f"not {names[0]}", names[0])

    def _entry(self, k: int, result: FidelityResult) -> dict[str, Any]:
        total, groups = self.totals[k], self.groups[k]
        if not result.rows:
            raise InputError(
                f"{self.facts.name}: no row is left to compare of {self.facts.rows_read:,} that were read",
                "all are ignored or have a weight of 0",
            )
        entry = self._figures(result, total)
        if self.facts.labels_at_cut:
            teacher, *students = self.facts.labels_at_cut
            entry |= {"labels_at_cut": teacher, "labels_at_cut_student": students[k]}
        if result.label_change is not None:
            changes = dict(zip(QUANTILES, total.quantiles(tuple(QUANTILES.values()), of_labels=True), strict=True))
            entry["label_probability_change"]["quantiles"] = changes
        if self.plan.lists:
            entry |= self._lists(result, total)
        if groups is not None:
            entry["groups"] = self._groups(groups)
        return entry

    def _lists(self, result: FidelityResult, total: Fidelity) -> dict[str, Any]:
        """The lists that every student has."""
        entry: dict[str, Any] = {}
        entry["measures"] = self._measures(result)
        entry["histogram"] = [
            {"low": self._in(each.low), "high": self._in(each.high), "share": each.share} for each in total.histogram()
        ]
        entry["classes"] = self._classes(result)
        if total.spec.worst:
            entry["worst"] = self._worst(result)
        return entry

    def _quantiles(self, total: Fidelity) -> dict[str, float | None]:
        found = total.quantiles(tuple(QUANTILES.values()))
        return {key: self._in(value) for key, value in zip(QUANTILES, found, strict=True)}

    def _figures(self, result: FidelityResult, total: Fidelity | None = None) -> dict[str, Any]:
        """The figures of a student, with those of all its rows alone where ``total`` is given, or of a group."""
        kl = result.means["kl"]
        entry: dict[str, Any] = {"kl_mean": self._in(kl.mean), "kl_standard_error": self._in(kl.standard_error)}
        entry |= {"kl_low": self._in(kl.low), "kl_high": self._in(kl.high), "kl_rms": self._in(result.kl_rms)}
        if total is not None:
            entry["kl_quantiles"] = self._quantiles(total)
        for name in ("reverse_kl", "jensen_shannon", "total_variation", "hellinger"):
            entry[f"{name}_mean"] = self._mean(result, name)
        for name in ("cross_entropy", "entropy_teacher", "entropy_student"):
            entry[name] = self._mean(result, name)
        same = result.same_top
        entry |= {"same_top": same.share, "same_top_low": same.low, "same_top_high": same.high}
        entry["same_top_standard_error"] = result.same_error
        if result.top_k is not None:
            entry["top_k_agreement"] = result.top_k
        entry["top_probability_change"] = _change(result.top_change)
        entry["infinite_rows"] = kl.infinite
        if kl.infinite:
            entry["finite_kl_mean"] = None if math.isnan(kl.finite) else self._in(kl.finite)
        entry["rows"] = result.rows
        if total is not None:
            entry["rows_left_out"] = self.facts.rows_read - result.rows
        if self.facts.clustered:
            entry["clusters"] = kl.clusters
        return entry | self._observed(result)

    def _observed(self, result: FidelityResult) -> dict[str, Any]:
        """What labels say."""
        found = result.observed
        if found is None:
            return {}
        entry: dict[str, Any] = {"loss_teacher": self._in(found.teacher), "loss_student": self._in(found.student)}
        errors = [None if each is None else each.standard_error for each in result.losses or (None, None)]
        entry["loss_teacher_standard_error"] = self._in(errors[0])
        entry["loss_student_standard_error"] = self._in(errors[1])
        entry |= perplexities(found, errors[0], errors[1])
        entry["log_perplexity_ratio"] = self._in(found.difference)
        for key in ("standard_error", "low", "high"):
            entry[f"log_perplexity_ratio_{key}"] = self._in(getattr(found, key))
        entry["loss_correlation"] = found.correlation
        change = result.label_change
        if change is not None:
            entry["label_probability_change"] = _change(change)
        return entry

    def _measures(self, result: FidelityResult) -> list[dict[str, Any]]:
        """The mean of each figure with its error and interval."""
        found = []
        for name, mean in result.means.items():
            made = self._in if name in _IN_UNIT else _known
            figures = {key: made(getattr(mean, key)) for key in ("mean", "standard_error", "low", "high")}
            found.append({"measure": name.replace("_", "-")} | figures)
        return found

    def _classes(self, result: FidelityResult) -> list[dict[str, Any]]:
        names = self._names()
        return [
            {
                "class": names[each.number],
                "rows": each.rows,
                "kl_mean": self._in(each.kl_mean),
                "same_top": each.same_top,
                "left_for": None if each.left_for is None else names[each.left_for],
                "left_rows": each.left_rows,
            }
            for each in result.classes
        ]

    def _worst(self, result: FidelityResult) -> list[dict[str, Any]]:
        names, several = self._names(), len(self.facts.shards) > 1
        found = []
        for far in result.farthest:
            entry: dict[str, Any] = {"row": far.row + 1}
            if several:
                file, row = self.facts.place_of(far.row)
                entry |= {"file": file, "file_row": row + 1}
            if far.id is not None:
                entry["id"] = far.id
            if far.label is not None:
                entry["label"] = names[far.label]
            entry |= {"teacher": names[far.teacher], "student": names[far.student]}
            found.append(entry | {"kl": self._in(far.kl)})
        return found

    def _groups(self, groups: Fidelity) -> list[dict[str, Any]]:
        of_groups = {name: groups.result(self.plan.confidence, number) for number, name in enumerate(self.facts.groups)}
        return [{"group": name} | self._figures(of_groups[name]) for name in sorted(of_groups) if of_groups[name].rows]

    def _mean(self, result: FidelityResult, name: str) -> float | None:
        mean = result.means[name].mean
        return self._in(mean) if name in _IN_UNIT else mean

    def _in(self, nats: float | None) -> float | None:
        """In the unit; None where it is undefined."""
        return None if nats is None or math.isnan(nats) else self.plan.unit.from_nats(nats)


def _change(change: Change) -> dict[str, Any]:
    mean = change.mean
    return {"mean": mean.mean, "standard_error": mean.standard_error, "rms": change.rms,
            "rms_standard_error": change.rms_error}  # fmt: skip


def _known(figure: float | None) -> float | None:
    return figure
