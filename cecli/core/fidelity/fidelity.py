"""How far a student's predictions are from its teacher's: the accumulators together, and the figures of a report."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from cecli.core.fidelity.classes import Classes, TeacherClass
from cecli.core.fidelity.means import MeanResult, Means
from cecli.core.fidelity.observed import Observations, ObservedResult
from cecli.core.fidelity.pairs import HeldRows
from cecli.core.fidelity.quantiles import Bin, Binned, Held
from cecli.core.fidelity.rows import FidelityBatch, FidelityRows, fidelity_rows
from cecli.core.fidelity.spec import FidelitySpec
from cecli.core.fidelity.worst import FarRow, Farthest
from cecli.core.pmfs.intervals import wilson
from cecli.core.sums.layout import Floats
from cecli.core.sums.state import PART, PARTS, Part, State

MEASURES = (
    "kl",
    "reverse_kl",
    "jensen_shannon",
    "total_variation",
    "hellinger",
    "cross_entropy",
    "entropy_teacher",
    "entropy_student",
    "entropy_change",
)
"""The figures of a row whose means are reported; all but total variation and Hellinger's distance in nats."""

_SIGNED = frozenset({"entropy_change", "top_change", "label_change"})


@dataclass(frozen=True)
class Share:
    """The share of the rows in which something holds, and Wilson's interval of it."""

    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Change:
    """By how much a probability changes: the mean with its error and interval, and the root of the mean square with
    its error, that of the mean square by twice the root (None where it is undefined)."""

    mean: MeanResult
    rms: float
    rms_error: float | None


@dataclass(frozen=True)
class FidelityResult:
    """The figures of some rows; divergences in nats. ``top_k`` is None for k classes or fewer, ``observed``,
    ``losses`` (the teacher's and the student's) and ``label_change`` without labels.
    """

    rows: int
    means: dict[str, MeanResult]
    kl_rms: float
    same_top: Share
    same_error: float | None
    top_k: float | None
    top_change: Change
    observed: ObservedResult | None
    losses: tuple[MeanResult, MeanResult] | None
    label_change: Change | None
    classes: tuple[TeacherClass, ...]
    farthest: tuple[FarRow, ...]


class Fidelity:
    """The accumulators of one student over the same rows, an accumulator itself.

    Memory does not grow with the rows, save where ``spec`` holds them.
    """

    STATE: ClassVar[State] = {"_parts": PARTS}

    def __init__(self, spec: FidelitySpec) -> None:
        self.spec = spec
        names = [*MEASURES, "kl_square", "same", "top_change", "top_change_square"]
        if spec.classes > spec.top_k:
            names.append("among")
        if spec.observed is not None:
            names += ["loss_teacher", "loss_student"]
        if spec.observed == "hard":
            names += ["label_change", "label_change_square"]
        self._means = names
        self._parts: dict[str, Any] = {name: Means(spec) for name in names}
        if spec.observed is not None:
            self._parts["observed"] = Observations(spec)
        if spec.worst:
            self._parts["farthest"] = Farthest(spec)
        if spec.by_class:
            self._parts["classes"] = Classes(spec)
        if spec.quantiles:
            self._parts["kl_bins"] = Binned()
            self._parts["label_bins"] = Binned()
        if spec.exact:
            self._parts["kl_held"], self._parts["label_held"] = Held(), Held()
        if spec.held:
            self._parts["held"] = HeldRows()

    @property
    def held(self) -> HeldRows | None:
        """The divergences of all rows, where they are held."""
        return self._parts.get("held")

    def update(self, batch: FidelityBatch) -> FidelityRows:
        """Take the figures of some rows and add them; the figures."""
        rows = fidelity_rows(batch, self.spec.top_k)
        self.add(rows)
        return rows

    def add(self, rows: FidelityRows) -> None:
        """Add rows whose figures are known."""
        figures = _figures(rows)
        for name in self._means:
            self._parts[name].update(figures[name], rows)
        for name in ("observed", "farthest", "classes", "held"):
            if name in self._parts:
                self._parts[name].update(rows)
        for name, figure in (("kl", "kl"), ("label", "label_change")):
            for kind in ("bins", "held"):
                if f"{name}_{kind}" in self._parts and figure in figures:
                    self._parts[f"{name}_{kind}"].update(figures[figure], rows.weights)

    def merge(self, other: Fidelity) -> None:
        """Add the rows that ``other`` has seen."""
        for name, part in self._parts.items():
            part.merge(other._parts[name])

    def result(self, confidence: float = 0.95, group: int = 0) -> FidelityResult:
        """The figures of all rows of a group so far."""
        found = {name: self._parts[name].result(confidence, group, name in _SIGNED) for name in self._means}
        observed = self._parts.get("observed")
        return FidelityResult(
            rows=found["kl"].rows,
            means={name: found[name] for name in MEASURES},
            kl_rms=math.sqrt(found["kl_square"].mean),
            same_top=_share(found["same"], confidence),
            same_error=found["same"].standard_error,
            top_k=found["among"].mean if "among" in found else None,
            top_change=_change(found, "top_change"),
            observed=None if observed is None else observed.result(confidence, group),
            losses=(found["loss_teacher"], found["loss_student"]) if observed is not None else None,
            label_change=_change(found, "label_change") if "label_change" in found else None,
            classes=self._parts["classes"].result() if "classes" in self._parts else (),
            farthest=self._parts["farthest"].result() if "farthest" in self._parts else (),
        )

    def quantiles(self, shares: tuple[float, ...], of_labels: bool = False) -> list[float | None]:
        """The divergences, or the changes of the label's probability, below which these shares of the rows lie."""
        name = "label" if of_labels else "kl"
        kind = "held" if self.spec.exact else "bins"
        found: list[float | None] = self._parts[f"{name}_{kind}"].quantiles(shares)
        return found

    def histogram(self) -> list[Bin]:
        """The shares of the rows by their divergence, a bin to a power of two."""
        bins: list[Bin] = self._parts["kl_bins"].histogram()
        return bins


class GroupedFidelity:
    """Two accumulators over the same rows: ``total`` for all, and ``groups``, whose results are by group number."""

    STATE: ClassVar[State] = {"total": Part(ungrouped=True), "groups": PART}

    def __init__(self, total: Fidelity, groups: Fidelity) -> None:
        self.total = total
        self.groups = groups

    def update(self, batch: FidelityBatch) -> FidelityRows:
        """Take the figures of some rows once and add them to both; the figures."""
        rows = fidelity_rows(batch, self.total.spec.top_k)
        self.total.add(rows.without_groups())
        self.groups.add(rows)
        return rows

    def merge(self, other: GroupedFidelity) -> None:
        """Add the rows that ``other`` has seen."""
        self.total.merge(other.total)
        self.groups.merge(other.groups)


def _figures(rows: FidelityRows) -> dict[str, Floats]:
    """Every figure whose mean is taken."""
    found = rows.divergences
    figures = {
        "kl": found.kl,
        "reverse_kl": found.reverse_kl,
        "jensen_shannon": found.jensen_shannon,
        "total_variation": found.total_variation,
        "hellinger": found.hellinger,
        "cross_entropy": found.entropy_teacher + found.kl,
        "entropy_teacher": found.entropy_teacher,
        "entropy_student": found.entropy_student,
        "entropy_change": found.entropy_student - found.entropy_teacher,
        "kl_square": found.kl * found.kl,
        "same": rows.same.astype(np.float64),
        "among": rows.among.astype(np.float64),
        "top_change": rows.top_change,
        "top_change_square": rows.top_change * rows.top_change,
    }
    if rows.observed is not None:
        figures |= {"loss_teacher": rows.observed.teacher, "loss_student": rows.observed.student}
    if rows.observed is not None and rows.observed.change is not None:
        figures["label_change"] = rows.observed.change
        figures["label_change_square"] = rows.observed.change * rows.observed.change
    return figures


def _change(found: dict[str, MeanResult], name: str) -> Change:
    square = found[f"{name}_square"]
    root, error = math.sqrt(square.mean), square.standard_error
    return Change(found[name], root, None if error is None or not root else error / (2 * root))


def _share(found: MeanResult, confidence: float) -> Share:
    """Wilson's interval of a share; where rows have weights or belong together, of as many rows alone as would have the
    same error."""
    share, rows, error = found.mean, float(found.rows), found.standard_error
    if not found.rows:
        return Share(math.nan, math.nan, math.nan)
    spread = share * (1.0 - share)
    if error is not None and error > 0 and spread > 0:
        alone = spread / (error * error)
        if abs(alone / max(rows - 1.0, 1.0) - 1.0) > 1e-9:
            rows = alone
    elif found.clusters:
        rows = float(found.clusters)
    low, high = wilson(np.array([share * rows]), rows, 1.0 - confidence)
    return Share(share, 0.0 if share == 0 else float(low[0]), 1.0 if share == 1 else float(high[0]))
