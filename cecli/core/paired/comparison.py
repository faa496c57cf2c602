"""Is B better than A on the same rows: the accumulators together, and the figures of a report made from them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from cecli.core.functions.choice import AUTO, Choice
from cecli.core.functions.t_power import rows_for_power
from cecli.core.paired.clusters import ClusterDifferences, PairedClusters
from cecli.core.paired.differences import Differences
from cecli.core.paired.extremes import ExtremeRow, Extremes
from cecli.core.paired.hits import Hits, PairedHits
from cecli.core.paired.loss import ClassDifference, PairedLoss, PairedLosses
from cecli.core.paired.mean_test import MeanTest
from cecli.core.paired.rows import PairedBatch, PairedRows, paired
from cecli.core.paired.sign_flip import SignFlip, normal_sign_flip, sign_flip
from cecli.core.paired.spec import PairSpec
from cecli.core.rows.rows import PLAIN, LossRule
from cecli.core.sums.state import PART, PARTS, Part, State

POWER, LEVEL = 0.9, 0.05
"""What ``rows_needed`` is for: the power of a two-sided test of this level."""


@dataclass(frozen=True)
class Test:
    """The mean difference D over ``rows`` rows of two finite losses, and whether it may be 0; losses in nats.

    ``t`` = D/SE has ``df`` degrees of freedom; it is infinite where all differences are the same, and undefined where
    they are all 0. ``tested`` says how the p-values come of it. ``upper`` is that of the hypothesis that B is no worse
    (small: B is worse), ``lower`` of that it is no better. ``rows_needed`` is None where no number of rows can be told.
    """

    rows: int
    first: float
    second: float
    difference: float
    standard_error: float | None
    df: float
    low: float | None
    high: float | None
    t: float | None
    p_value: float | None
    upper: float | None
    lower: float | None
    sign_flip: SignFlip
    rows_needed: float | None
    interval: str
    interval_reason: str | None
    tested: MeanTest

    def beyond(self, margin: float) -> float | None:
        """The p-value of the hypothesis that B is worse than A by ``margin`` or more."""
        tails = self.tested.tails(self.difference - margin)
        return None if tails is None else tails[2]


@dataclass(frozen=True)
class Comparison:
    """A and B on ``rows`` rows; losses in nats.

    ``test`` is None where no row has two finite losses; it is over those rows alone where others are infinite.
    """

    rows: int
    loss: PairedLoss
    hits: Hits
    test: Test | None
    clusters: int | None
    classes: tuple[ClassDifference, ...]
    losses: tuple[ExtremeRow, ...]
    gains: tuple[ExtremeRow, ...]

    @property
    def is_finite(self) -> bool:
        """Whether no loss of either is infinite, so that ``test`` is about all rows."""
        return not any(self.loss.infinite)


class Comparer:
    """The accumulators of a comparison over the same rows, an accumulator itself.

    Memory: 16 bytes for each of up to ``spec.held`` rows, else nothing that grows with the rows.
    """

    STATE: ClassVar[State] = {"_parts": PARTS}

    def __init__(self, spec: PairSpec, rule: LossRule = PLAIN) -> None:
        self.spec = spec
        self._rule = rule
        self._parts: dict[str, Any] = {
            "loss": PairedLosses(spec),
            "hits": PairedHits(spec),
            "differences": Differences(spec),
            "clusters": PairedClusters(spec),
            "extremes": Extremes(spec),
        }

    def update(self, batch: PairedBatch) -> PairedRows:
        """Score B's rows, put them beside A's and add them; their figures."""
        rows = paired(batch, self._rule)
        self.add(rows)
        return rows

    def add(self, rows: PairedRows) -> None:
        """Add rows whose figures are known."""
        for part in self._parts.values():
            part.update(rows)

    def merge(self, other: Comparer) -> None:
        """Add the rows that ``other`` has seen."""
        for name, part in self._parts.items():
            part.merge(other._parts[name])

    def result(
        self, confidence: float = 0.95, group: int = 0, classes: bool = True, choice: Choice = AUTO
    ) -> Comparison:  # fmt: skip
        """The figures of all rows of a group so far; those of each class only with ``classes``."""
        loss: PairedLoss = self._parts["loss"].result(group)
        clusters: ClusterDifferences = self._parts["clusters"].result(group)
        losses, gains = self._parts["extremes"].result(group)
        return Comparison(
            rows=loss.rows,
            loss=loss,
            hits=self._parts["hits"].result(group),
            test=self._test(loss, clusters, confidence, group, choice) if loss.finite.n else None,
            clusters=clusters.clusters or None,
            classes=self._parts["loss"].classes(group) if classes else (),
            losses=losses,
            gains=gains,
        )

    def _test(
        self, loss: PairedLoss, clusters: ClusterDifferences, confidence: float, group: int, choice: Choice
    ) -> Test:  # fmt: skip
        mean, difference = loss.finite, loss.finite_difference
        units = mean.mass if self.spec.weights == "frequency" else mean.n
        units = clusters.clusters or units
        tested = MeanTest.of_pairs(mean, self._parts["loss"].shape(group), clusters.exact, choice)
        interval, low, high, reason = tested.interval(difference, confidence)
        p_value, upper, lower = tested.tails(difference) or (None, None, None)
        return Test(
            rows=mean.n,
            first=loss.finite_first,
            second=loss.finite_second,
            difference=difference,
            standard_error=tested.error,
            df=tested.df,
            low=low,
            high=high,
            t=tested.score(difference),
            p_value=p_value,
            upper=upper,
            lower=lower,
            sign_flip=self._sign_flip(loss, clusters, group),
            rows_needed=rows_needed(units, difference, tested.error),
            interval=interval,
            interval_reason=reason,
            tested=tested,
        )

    def _sign_flip(self, loss: PairedLoss, clusters: ClusterDifferences, group: int) -> SignFlip:
        spec = self.spec
        if clusters.clusters:
            if spec.held is not None and clusters.clusters > spec.held:
                return normal_sign_flip(clusters.sign_score)
            return sign_flip(clusters.sums, spec.flips, spec.seed)
        held = self._parts["differences"].result(group)
        return normal_sign_flip(loss.sign_score) if held is None else sign_flip(held, spec.flips, spec.seed)


class GroupedComparer:
    """Two comparers over the same rows: ``total`` for all, and ``groups``, whose results are by group number."""

    STATE: ClassVar[State] = {"total": Part(ungrouped=True), "groups": PART}

    def __init__(self, total: Comparer, groups: Comparer) -> None:
        self.total = total
        self.groups = groups

    def update(self, batch: PairedBatch) -> PairedRows:
        """Score B's rows once and add them to both; their figures."""
        rows = paired(batch, self.total._rule)
        self.total.add(rows.without_groups())
        self.groups.add(rows)
        return rows

    def merge(self, other: GroupedComparer) -> None:
        """Add the rows that ``other`` has seen."""
        self.total.merge(other.total)
        self.groups.merge(other.groups)


def rows_needed(rows: float, difference: float, error: float | None) -> float | None:
    """How many rows (or clusters) show a difference of this size in a two-sided 5 % test, nine times in ten.

    By the noncentral t, of ``rows`` whose mean difference D has the error SE, their standard deviation SE sqrt(rows);
    at least 2. Infinite for D = 0; None where the error is undefined, or 0 as well.

    >>> rows_needed(100, 0.1, 0.1)
    1053
    """
    if error is None or (error == 0 and difference == 0):
        return None
    if error == 0:
        return 2
    return rows_for_power(difference / error / math.sqrt(rows), LEVEL, POWER)
