"""The differences of rows that belong together, summed: what the clustered error and the signs of clusters need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cecli.core.paired.rows import PairedRows
from cecli.core.paired.spec import PairSpec
from cecli.core.sums.exact import ExactSums, root_ratio, to_float
from cecli.core.sums.layout import Floats
from cecli.core.sums.moments import signed_root
from cecli.core.sums.state import ClusterSums, State
from cecli.core.sums.tally import Tally


@dataclass(frozen=True)
class ClusterDifferences:
    """The clusters G, the error of the mean difference (None for fewer than two), each cluster's sum of differences,
    and their sum over the root of the sum of their squares."""

    clusters: int
    standard_error: float | None
    sums: Floats
    sign_score: float


class PairedClusters:
    """Sums of w (l_B - l_A) and of w by cluster, exactly.

    The error is sqrt(G/(G-1) sum_g (sum_{i in g} w_i (d_i - m))^2) / sum w. Memory grows with the clusters, not with
    the rows. Source: Liang and Zeger, "Longitudinal data analysis using generalized linear models", Biometrika 73,
    1986; the factor is that of CR1.
    """

    STATE: ClassVar[State] = {"_sums": ClusterSums()}

    def __init__(self, spec: PairSpec) -> None:
        self._sums: dict[int, dict[int, tuple[int, int]]] = {}

    def update(self, rows: PairedRows) -> None:
        """Add the rows of two finite losses."""
        if rows.cluster is None or not rows.rows:
            return
        finite = np.isfinite(rows.difference)
        groups = np.zeros(rows.rows, dtype=np.intp) if rows.group is None else rows.group
        width = int(rows.cluster.max()) + 1
        pairs, cells = np.unique((groups * width + rows.cluster)[finite], return_inverse=True)
        above, below, masses = ExactSums(), Tally(), rows.below()
        difference = rows.difference if rows.weights is None else rows.difference * rows.weights
        above.update(difference[finite], cells)
        below.add(None if masses is None else masses[finite], len(cells), cells)
        sums = zip(pairs.tolist(), above.integers(0, len(pairs)), below.masses(0, len(pairs)), strict=True)
        for pair, total, mass in sums:
            group, cluster = divmod(pair, width)
            self._add(group, cluster, total, mass)

    def merge(self, other: PairedClusters) -> None:
        """Add the clusters of ``other``."""
        for group, clusters in other._sums.items():
            for cluster, (total, mass) in clusters.items():
                self._add(group, cluster, total, mass)

    def result(self, group: int = 0) -> ClusterDifferences:
        """The clusters of a group; the error is formed in integers."""
        clusters = [*self._sums.get(group, {}).values()]
        count, total, mass = len(clusters), sum(own for own, _ in clusters), sum(own for _, own in clusters)
        squares = sum(own * own for own, _ in clusters)
        error = None
        if count > 1 and mass:
            spread = sum((own * mass - total * its) ** 2 for own, its in clusters)
            error = root_ratio(count * spread, (count - 1) * mass**4)
        sums = np.array([to_float(own) for own, _ in clusters])
        return ClusterDifferences(count, error, sums, signed_root(total, squares))

    def _add(self, group: int, cluster: int, total: int, mass: int) -> None:
        clusters = self._sums.setdefault(group, {})
        old_total, old_mass = clusters.get(cluster, (0, 0))
        clusters[cluster] = (old_total + total, old_mass + mass)
