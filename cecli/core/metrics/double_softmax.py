"""Whether probabilities look like the softmax of probabilities."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cecli.core.functions.elementary import exp
from cecli.core.functions.elementary_scalars import exp_of
from cecli.core.metrics.spec import Spec
from cecli.core.rows.rows import ScoredRows
from cecli.core.sums.layout import Floats
from cecli.core.sums.state import FIGURES, State

CONFIDENT = 0.9
"""Some row must come from a probability this large: else it may as well be a forecast that is always unsure."""


@dataclass(frozen=True)
class TwiceResult:
    """Whether the probabilities look as if softmax had been taken of probabilities: a common mistake that nothing
    tells."""

    looks_softmaxed_twice: bool


class SoftmaxedTwice:
    """The largest confidence of each group against the bound e / (e + K - 1).

    The softmax of a PMF p has max q = 1 / sum_c exp(p_c - max p) <= e / (e + K - 1), with equality for a certain p. It
    looks like one where no row is beyond the bound and some row is where the softmax of a PMF with a maximum of
    CONFIDENT, the others equal, would be. For a binary column it is the sigmoid of a probability: every q(1) in [1/2,
    e / (e + 1)]. Logits are left to the reader, which sees whether they are PMFs.
    """

    STATE: ClassVar[State] = {"_largest": FIGURES, "_least": FIGURES}

    def __init__(self, spec: Spec) -> None:
        self._classes = spec.classes
        self._largest: dict[int, float] = {}
        self._least: dict[int, float] = {}

    def update(self, rows: ScoredRows) -> None:
        """Look at some rows."""
        batch = rows.batch
        if not rows.rows or batch is None or batch.kind not in ("probabilities", "log-probabilities"):
            return
        if batch.binary:
            one = batch.values if batch.kind == "probabilities" else exp(batch.values)
            self._see(self._least, -one, rows)
            self._see(self._largest, one, rows)
        else:
            self._see(self._largest, rows.confidence, rows)

    def merge(self, other: SoftmaxedTwice) -> None:
        """Look at what ``other`` has seen."""
        for mine, its in ((self._largest, other._largest), (self._least, other._least)):
            for group, figure in its.items():
                mine[group] = max(mine.get(group, -math.inf), figure)

    def result(self, group: int = 0) -> TwiceResult:
        """The flag; false without rows."""
        largest, negative_least = self._largest.get(group, -math.inf), self._least.get(group)
        if negative_least is not None:  # sigmoid of p: 1/2 to e / (e + 1)
            within = _TOLERANCE + math.e / (math.e + 1)
            looks = -negative_least >= 0.5 - _TOLERANCE and 1 / (1 + exp_of(-CONFIDENT)) <= largest <= within
            return TwiceResult(looks)
        others = self._classes - 1
        lowest = 1 / (1 + others * exp_of((1 - CONFIDENT) / max(1, others) - CONFIDENT))
        bound = math.e / (math.e + others)
        return TwiceResult(others > 0 and lowest <= largest <= bound * (1 + _TOLERANCE))

    @staticmethod
    def _see(figures: dict[int, float], seen: Floats, rows: ScoredRows) -> None:
        if rows.group is None:
            figures[0] = max(figures.get(0, -math.inf), float(seen.max()))
            return
        groups, inverse = np.unique(rows.group, return_inverse=True)
        largest = np.full(len(groups), -math.inf)
        np.maximum.at(largest, inverse, seen)
        for group, figure in zip(groups.tolist(), largest.tolist(), strict=True):
            figures[group] = max(figures.get(group, -math.inf), figure)


_TOLERANCE = 1e-3
"""For probabilities printed with few decimals."""
