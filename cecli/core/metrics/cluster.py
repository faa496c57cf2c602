"""The standard error of a mean over rows that belong together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cecli.core.metrics.spec import Spec
from cecli.core.rows.rows import ScoredRows
from cecli.core.sums.exact import ExactSums, root_ratio
from cecli.core.sums.state import ClusterSums, State
from cecli.core.sums.tally import Tally


@dataclass(frozen=True)
class ClusterResult:
    """The number of clusters G and the clustered standard error in nats; None for fewer than two clusters."""

    clusters: int
    standard_error: float | None


class Cluster:
    """The cluster-robust error sqrt(G/(G-1) sum_g (sum_{i in g} w_i (l_i - m))^2) / sum w, with G - 1
    degrees of freedom.

    Memory grows with the clusters, not with the rows. Source: Liang and Zeger, "Longitudinal data analysis using
    generalized linear models", Biometrika 73, 1986; the factor is that of CR1.
    """

    STATE: ClassVar[State] = {"_sums": ClusterSums()}

    def __init__(self, spec: Spec) -> None:
        self._sums: dict[int, dict[int, tuple[int, int]]] = {}

    def update(self, rows: ScoredRows) -> None:
        """Add some rows; one of infinite loss counts for its cluster, and the error is undefined anyway."""
        if rows.cluster is None or not rows.rows:
            return
        groups = np.zeros(rows.rows, dtype=np.intp) if rows.group is None else rows.group
        width = int(rows.cluster.max()) + 1
        pairs, cells = np.unique(groups * width + rows.cluster, return_inverse=True)
        above, below = ExactSums(), Tally()
        above.update(rows.weighted(np.where(np.isfinite(rows.loss), rows.loss, 0.0)), cells)
        masses = None if rows.weights is None and rows.denominator is None else rows.weighted(self._ones(rows))
        below.add(masses, len(cells), cells)
        sums = zip(pairs.tolist(), above.integers(0, len(pairs)), below.masses(0, len(pairs)), strict=True)
        for pair, loss, mass in sums:
            group, cluster = divmod(pair, width)
            self._add(group, cluster, loss, mass)

    def merge(self, other: Cluster) -> None:
        """Add the clusters of ``other``."""
        for group, clusters in other._sums.items():
            for cluster, (loss, mass) in clusters.items():
                self._add(group, cluster, loss, mass)

    def result(self, group: int = 0) -> ClusterResult:
        """The error, formed in integers."""
        clusters = self._sums.get(group, {})
        count = len(clusters)
        total = sum(loss for loss, _ in clusters.values())
        mass = sum(mass for _, mass in clusters.values())
        if count < 2 or not mass:
            return ClusterResult(count, None)
        spread = sum((loss * mass - total * own) ** 2 for loss, own in clusters.values())
        return ClusterResult(count, root_ratio(count * spread, (count - 1) * mass**4))

    def _add(self, group: int, cluster: int, loss: int, mass: int) -> None:
        clusters = self._sums.setdefault(group, {})
        old_loss, old_mass = clusters.get(cluster, (0, 0))
        clusters[cluster] = (old_loss + loss, old_mass + mass)

    @staticmethod
    def _ones(rows: ScoredRows) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.ones(rows.rows) if rows.denominator is None else rows.denominator
