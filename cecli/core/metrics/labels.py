"""How often each class was observed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cecli.core.metrics.spec import Spec
from cecli.core.pmfs.information import entropy
from cecli.core.pmfs.pmf import Pmf
from cecli.core.rows.rows import ScoredRows
from cecli.core.sums.cells import Cells
from cecli.core.sums.exact import to_float
from cecli.core.sums.state import State
from cecli.core.sums.tally import Tally


@dataclass(frozen=True)
class LabelResult:
    """The observed mass of each class and the entropy of their shares in nats: the loss of a forecast of just these."""

    masses: tuple[float, ...]
    label_entropy: float


class LabelFrequencies:
    """The weighted frequency o(k) of each class (with soft labels its mean); H(o) is what skill is measured against."""

    STATE: ClassVar[State] = {"_observed": Cells("_classes")}

    def __init__(self, spec: Spec) -> None:
        self._classes = spec.classes
        self._observed = Tally()

    def update(self, rows: ScoredRows) -> None:
        """Add the labels of some rows."""
        if rows.soft is None:
            self._observed.add(rows.weights, rows.rows, rows.cells(rows.labels, self._classes))
            return
        for k in range(self._classes):
            masses = rows.weighted(rows.soft[k] if rows.axis == 0 else rows.soft[:, k])
            self._observed.add(masses, rows.rows, rows.cells(np.full(rows.rows, k), self._classes))

    def merge(self, other: LabelFrequencies) -> None:
        """Add the labels of ``other``."""
        self._observed.merge(other._observed)

    def result(self, group: int = 0) -> LabelResult:
        """The masses, and the entropy of their shares; nan without rows."""
        start = group * self._classes
        masses = [to_float(mass) for mass in self._observed.masses(start, start + self._classes)]
        return LabelResult(tuple(masses), entropy(_pmf(masses)) if any(masses) else float("nan"))


def _pmf(masses: list[float]) -> Pmf:
    """Counts stay whole, so that integer formulas hold for them."""
    weights = np.array(masses)
    whole = weights.max() < 2.0**53 and (weights == np.floor(weights)).all()
    return Pmf(weights.astype(np.int64) if whole else weights)
