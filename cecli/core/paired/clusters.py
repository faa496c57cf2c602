"""The differences of rows that belong together, summed: what the clustered error and the signs of clusters need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cecli.core.paired.rows import PairedRows
from cecli.core.paired.spec import PairSpec
from cecli.core.sums.clusters import Clusters, ClusterSum, ClusterSums
from cecli.core.sums.exact import to_float
from cecli.core.sums.layout import Floats
from cecli.core.sums.moments import signed_root
from cecli.core.sums.state import State


@dataclass(frozen=True)
class ClusterDifferences:
    """The clusters G, their sums exactly, each cluster's sum of differences, and their sum over the root of the sum of
    their squares."""

    clusters: int
    exact: tuple[ClusterSum, ...]
    sums: Floats
    sign_score: float


class PairedClusters:
    """Sums of w (l_B - l_A) and of w by cluster, exactly; the error of the mean is of ``cluster_errors``."""

    STATE: ClassVar[State] = {"_sums": ClusterSums()}

    def __init__(self, spec: PairSpec) -> None:
        self._sums = Clusters()

    def update(self, rows: PairedRows) -> None:
        """Add the rows of two finite losses."""
        if rows.cluster is None or not rows.rows:
            return
        finite, below = np.isfinite(rows.difference), rows.below()
        difference = rows.difference if rows.weights is None else rows.difference * rows.weights
        self._sums.update(
            difference[finite],
            None if below is None else below[finite],
            rows.cluster[finite],
            None if rows.group is None else rows.group[finite],
        )

    def merge(self, other: PairedClusters) -> None:
        """Add the clusters of ``other``."""
        self._sums.merge(other._sums)

    def result(self, group: int = 0) -> ClusterDifferences:
        """The clusters of a group, their error and their signs."""
        clusters = sorted(self._sums.of(group))
        total, squares = sum(own for own, _ in clusters), sum(own * own for own, _ in clusters)
        sums = np.array([to_float(own) for own, _ in clusters])
        return ClusterDifferences(len(clusters), tuple(clusters), sums, signed_root(total, squares))
