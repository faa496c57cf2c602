"""The standard error of a mean over rows that belong together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cecli.core.functions.elementary_scalars import exp_of
from cecli.core.functions.root_squares import power_of_two, root_of_squares
from cecli.core.metrics.spec import Spec
from cecli.core.rows.rows import ScoredRows
from cecli.core.sums.clusters import Clusters, ClusterSum, ClusterSums
from cecli.core.sums.exact import ratio
from cecli.core.sums.layout import Floats
from cecli.core.sums.state import State


@dataclass(frozen=True)
class Macro:
    """The means over clusters of their mean losses and of their perplexities, each with its standard error (None for
    one cluster)."""

    cross_entropy: float
    standard_error: float | None
    perplexity: float
    perplexity_error: float | None


@dataclass(frozen=True)
class ClusterResult:
    """The number of clusters, and their sums, exactly, in their own order."""

    clusters: int
    sums: tuple[ClusterSum, ...]

    def macro(self) -> Macro | None:
        """Every cluster counts once, however many rows it has; None where one of them has nothing to divide by."""
        if not self.sums or not all(mass for _, mass in self.sums):
            return None
        losses = [ratio(total, mass) for total, mass in self.sums]
        return Macro(*_mean(losses), *_mean([_perplexity(loss) for loss in losses]))


class Cluster:
    """The sums of the clusters, of which the error of the mean loss is taken (``mean_intervals``)."""

    STATE: ClassVar[State] = {"_sums": ClusterSums()}

    def __init__(self, spec: Spec) -> None:
        self._sums = Clusters()

    def update(self, rows: ScoredRows) -> None:
        """Add some rows; one of infinite loss counts for its cluster, and the error is undefined anyway."""
        if rows.cluster is None or not rows.rows:
            return
        loss = rows.weighted(np.where(np.isfinite(rows.loss), rows.loss, 0.0))
        self._sums.update(loss, _below(rows), rows.cluster, rows.group)

    def merge(self, other: Cluster) -> None:
        """Add the clusters of ``other``."""
        self._sums.merge(other._sums)

    def result(self, group: int = 0) -> ClusterResult:
        """The clusters of a group."""
        clusters = self._sums.of(group)
        return ClusterResult(len(clusters), tuple(sorted(clusters)))


def _perplexity(loss: float) -> float:
    try:
        return exp_of(loss)
    except OverflowError:
        return math.inf


def _mean(figures: Sequence[float]) -> tuple[float, float | None]:
    """The mean, and s/sqrt(n)."""
    count = len(figures)
    if math.inf in figures:
        return math.inf, None
    unit = power_of_two(figures)
    mean = math.fsum(figure / unit for figure in figures) / count * unit
    if count < 2:
        return mean, None
    return mean, root_of_squares([figure - mean for figure in figures], 1 / (count - 1) / count)


def _below(rows: ScoredRows) -> Floats | None:
    """What each row adds below the line of the mean; None where it is 1."""
    if rows.weights is None:
        return rows.denominator
    return rows.weights if rows.denominator is None else rows.weighted(rows.denominator)
