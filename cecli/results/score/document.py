"""The document of ``cecli score``: from the scores of the core, the keys of the catalogue."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cecli.core.functions.choice import AUTO, Choice
from cecli.core.scores.scorer import Score, Scorer, skill
from cecli.core.units import Unit
from cecli.errors import InputError
from cecli.results.figures import UNIT, Figure, within
from cecli.results.finish import noted
from cecli.results.score.notes import notes

if TYPE_CHECKING:
    from cecli.core.pmfs.pmf import Pmf
    from cecli.core.rows.facts import Facts

_FEW_OCTAVES = 10
"""Where losses span no more powers of two than this, each has several bins."""

_OF_MASS = (
    "cross_entropy",
    "standard_error",
    "low",
    "high",
    "degrees_of_freedom",
    "perplexity",
    "perplexity_low",
    "perplexity_high",
    "skill",
)
"""Undefined in a group of classes whose weights are 0."""


@dataclass(frozen=True, eq=False, repr=False)
class Scored:
    """A finished run, or the states of several, and how its figures are wanted: ``worst`` and ``confusions`` are the
    lengths of these lists, ``listed`` says whether the lists of classes and bins are wanted, ``page`` whether a
    page is, which names the file and shows rows of largest loss that nobody asked for."""

    facts: Facts
    total: Scorer
    groups: Scorer | None
    unit: Unit
    confidence: float
    summed: bool = False
    by: str | None = None
    worst: int | None = None
    confusions: int | None = None
    prior: Pmf | None = None
    listed: bool = True
    page: bool = False
    choice: Choice = AUTO

    @cached_property
    def score(self) -> Score:
        """The figures of all rows."""
        return self.total.result(self.confidence, classes=self.listed, choice=self.choice)

    def document(self) -> dict[str, Any]:
        """The keys in the order of the catalogue. Raises InputError where no row is left to score."""
        if not self.score.rows or not self.score.mass:
            raise InputError(
                f"{self.facts.name}: no row is left to score of {self.facts.rows_read:,} that were read",
                "all are of classes of weight 0" if self.score.rows else "all are ignored or have a weight of 0",
            )
        document = self._entry(self.score, "score") | noted(**notes(self.score, self.facts))
        if self.page:
            document["page"] = {"file": self.facts.name} | ({} if self.worst else {"worst": self._worst(self.score)})
        return document

    def _entry(self, score: Score, place: str) -> dict[str, Any]:
        """The keys of one score: of all rows, or of a group of them."""
        known = self._made(score, place == "score")
        fields = Score.__dataclass_fields__
        entry = {}
        for figure in within(place):
            if figure.when == "not with --observed" and self.facts.observed_only:
                continue
            if figure.key in known:
                entry[figure.key] = known[figure.key]
            elif figure.key in fields and figure.is_number and self._has(figure, score):
                entry[figure.key] = self._figure(score, figure)
        return entry

    def _has(self, figure: Figure, score: Score) -> bool:
        """Whether a field of a score belongs in the document."""
        return figure.key != "clusters" and (figure.when != "with --cluster" or self.facts.clustered)

    def _figure(self, score: Score, figure: Figure) -> Any:
        """A field of a score: None where it is undefined, in the unit, and summed over the rows where wanted."""
        value = getattr(score, figure.key)
        undefined = not score.rows and not isinstance(value, int)
        if undefined or (not score.mass and figure.key in _OF_MASS):
            return None
        if self.summed and value is not None and "reduction" in figure.alike.split():
            value *= score.mass
        return self._in_unit(value) if figure.kind == UNIT else value

    def _made(self, score: Score, whole: bool) -> dict[str, Any]:
        """The keys that are no fields of a score, as far as they are wanted."""
        facts = self.facts
        read = facts.rows_read if whole else score.rows + score.left_out
        made: dict[str, Any] = {
            "unit": self.unit.name,
            "rows": {"read": read, "scored": score.rows, "ignored": read - score.rows},
            "labels_read_as": facts.labels_read_as,
            "matched_by": facts.matched_by,
        }
        made["interval"] = score.interval
        if score.interval_reason is not None:
            made["interval_reason"] = score.interval_reason
        if facts.clustered:
            made |= {"clusters": score.clusters or 0, "cluster_error": score.cluster_error}
        if facts.documents is not None:
            made["tokens"] = score.rows
            made |= self._macro(score) if whole else {}
        if facts.per is not None:
            made["units"] = score.mass
        if self.prior is not None:
            made |= self._against_prior(score, self.prior)
        if self.listed:
            made["classes"] = self._classes(score)
        if score.decomposition is not None:
            made["decomposition"] = self._parts("score.decomposition", score.decomposition)
        if score.corp is not None:
            made["corp"] = self._corp(score.corp)
        return made | (self._of_all(score) if whole else {})

    def _macro(self, score: Score) -> dict[str, Any]:
        """The means over the documents, of which each counts once."""
        found = score.macro
        keys = ("cross_entropy", "standard_error", "perplexity", "perplexity_error")
        values = dict.fromkeys(keys) if found is None else {key: getattr(found, key) for key in keys}
        in_unit = {key: self._in_unit(values[key]) for key in keys[:2]}
        return {f"macro_{key}": value for key, value in (values | in_unit).items()}

    def _of_all(self, score: Score) -> dict[str, Any]:
        """What is said once of all rows."""
        facts = self.facts
        made: dict[str, Any] = {
            "reduction": "sum" if self.summed else "mean",
            "confidence": self.confidence,
            "weights": self.total.spec.weights or "none",
            "top_k": self.total.spec.top_k,
            "class_count": len(facts.class_names),
            "normalized": facts.normalized,
        }
        if facts.labels_at_cut:
            made["labels_at_cut"] = facts.labels_at_cut[0]
        tokens = ("per", "units_include_first_token", "documents", "first_tokens_left_out", "missing_logprobs")
        made |= {key: getattr(facts, key) for key in tokens if getattr(facts, key) is not None}
        if self.by is not None:
            made["by"] = self.by
        if self.worst:
            made["worst"] = self._worst(score)
        if self.confusions:
            made["confusions"] = self._confusions(score, self.confusions)
        if self.groups is not None:
            made["groups"] = self._groups(self.groups)
        if score.like:
            made["like"] = self._like(score)
        if self.listed:
            made |= self._histograms()
        return made

    def _groups(self, groups: Scorer) -> list[dict[str, Any]]:
        of = {
            name: groups.result(self.confidence, at, self.listed, self.choice)
            for at, name in enumerate(self.facts.groups)
        }
        return [{"group": name} | self._entry(of[name], "score.groups") for name in sorted(of)]

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

    def _worst(self, score: Score) -> list[dict[str, Any]]:
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

    def _like(self, score: Score) -> list[dict[str, Any]]:
        """What other libraries give for the same rows."""
        return [self._parts("score.like", each) | {"note": each.reason or each.note} for each in score.like]

    def _classes(self, score: Score) -> list[dict[str, Any]]:
        return [
            {"class": name} | self._parts("score.classes", figures)
            for name, figures in zip(self.facts.class_names, score.classes, strict=False)
        ]

    def _corp(self, found: Any) -> dict[str, Any]:
        """Both scores = miscalibration - discrimination + uncertainty; AUC."""
        parts = {}
        for name in ("log_loss", "brier"):
            for key in ("miscalibration", "discrimination", "uncertainty"):
                parts[f"{name}_{key}"] = getattr(getattr(found, name), key, None)
        return self._parts("score.corp", {"auc": found.auc, "bins": found.bins} | parts)

    def _histograms(self) -> dict[str, Any]:
        """The bins of the confidence, and of the losses; a bin without rows is there, too."""
        made: dict[str, Any] = {}
        if not self.facts.observed_only:
            made["bins"] = [
                self._parts("score.bins", one) for one in self.total.part("calibration").bins(confidence=None)
            ]  # fmt: skip
        tail = self.total.part("tail")
        bins, _ = tail.histogram()
        if 0 < len(bins) <= _FEW_OCTAVES:
            bins, _ = tail.histogram(steps=2 if len(bins) > _FEW_OCTAVES // 2 else 4)
        made["losses"] = [self._parts("score.losses", one) for one in bins]
        return made

    def _parts(self, place: str, found: Any) -> dict[str, Any]:
        """The figures of a place, of a result or a mapping with their names, in the unit."""
        values = found if isinstance(found, Mapping) else {name: getattr(found, name) for name in vars(found)}
        return {
            one.key: self._in_unit(values[one.key]) if one.kind == UNIT else values[one.key]
            for one in within(place)
            if one.key in values
        }

    def _in_unit(self, nats: float | None) -> float | None:
        return None if nats is None or math.isnan(nats) else self.unit.from_nats(nats)
