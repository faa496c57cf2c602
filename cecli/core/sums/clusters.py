"""Rows that belong together: their sums, exactly, the error of a mean over them, and both as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cecli.core.functions.cluster_errors import bell_mccaffrey, contributions_freedom, cr2, jackknife
from cecli.core.sums.cells import whole_number, whole_text
from cecli.core.sums.exact import ExactSums, ratio, root_ratio
from cecli.core.sums.layout import Floats, Integers
from cecli.core.sums.state import Numbering, Plain, position_of
from cecli.core.sums.tally import Tally

ClusterSum = tuple[int, int]
"""What a cluster adds above and below the line of a mean: sum w x and sum w, exactly."""


class Clusters:
    """The sums of the clusters of each group. Memory grows with the clusters, not with the rows.

    A fresh one is the identity of ``merge``, which is associative and commutative to the bit.
    """

    def __init__(self) -> None:
        self.sums: dict[int, dict[int, ClusterSum]] = {}

    def update(self, above: Floats, below: Floats | None, cluster: Integers, group: Integers | None) -> None:
        """Add rows: what each adds above the line, and below it (1 where None)."""
        if not len(cluster):
            return
        width = int(cluster.max()) + 1
        keys = cluster if group is None else group * width + cluster
        pairs, cells = np.unique(keys, return_inverse=True)
        sums, masses = ExactSums(), Tally()
        sums.update(above, cells)
        masses.add(below, len(cells), cells)
        found = zip(pairs.tolist(), sums.integers(0, len(pairs)), masses.masses(0, len(pairs)), strict=True)
        for pair, total, mass in found:
            whose, own = divmod(pair, width)
            self._add(whose, own, total, mass)

    def merge(self, other: Clusters) -> None:
        """Add the clusters of ``other``."""
        for group, clusters in other.sums.items():
            for cluster, (total, mass) in clusters.items():
                self._add(group, cluster, total, mass)

    def of(self, group: int = 0) -> list[ClusterSum]:
        """The sums of each cluster of a group."""
        return [*self.sums.get(group, {}).values()]

    def _add(self, group: int, cluster: int, total: int, mass: int) -> None:
        clusters = self.sums.setdefault(group, {})
        old_total, old_mass = clusters.get(cluster, (0, 0))
        clusters[cluster] = (old_total + total, old_mass + mass)


def cluster_error(clusters: Sequence[ClusterSum]) -> float | None:
    """sqrt(G/(G-1) sum_g (sum_{i in g} w_i (x_i - m))^2) / sum w, formed in integers; None for fewer than two clusters.

    Source: Liang and Zeger, "Longitudinal data analysis using generalized linear models", Biometrika 73, 1986; the
    factor is that of CR1.
    """
    count, total, mass = len(clusters), sum(own for own, _ in clusters), sum(own for _, own in clusters)
    if count < 2 or not mass:
        return None
    spread = sum((own * mass - total * its) ** 2 for own, its in clusters)
    return root_ratio(count * spread, (count - 1) * mass**4)


@dataclass(frozen=True)
class ClusterErrors:
    """The errors of a ratio over ``count`` clusters, and their degrees of freedom (``functions.cluster_errors``)."""

    count: int
    cr1: float
    cr2: float
    jackknife: float
    bell_mccaffrey: float
    kurtosis_freedom: float

    def error(self, name: str) -> float:
        """That of cr1, cr2 or jackknife."""
        return {"cr1": self.cr1, "cr2": self.cr2, "jackknife": self.jackknife}[name]


def cluster_errors(clusters: Sequence[ClusterSum]) -> ClusterErrors | None:
    """The errors over clusters that have a mass; None for fewer than two. Each residual is formed in integers."""
    held = [cluster for cluster in clusters if cluster[1]]
    total, mass = sum(own for own, _ in held), sum(own for _, own in held)
    error = cluster_error(held)
    if error is None:
        return None
    shares, rests = [ratio(its, mass) for _, its in held], [ratio(mass - its, mass) for _, its in held]
    residuals = [ratio(own * mass - total * its, mass * mass) for own, its in held]
    return ClusterErrors(
        count=len(held),
        cr1=error,
        cr2=cr2(residuals, rests),
        jackknife=jackknife(residuals, rests),
        bell_mccaffrey=min(len(held) - 1.0, max(1.0, bell_mccaffrey(shares, rests))),
        kurtosis_freedom=contributions_freedom(residuals, rests),
    )


class ClusterSums:
    """The sums of clusters as plain values."""

    def encode(self, value: Clusters, owner: Any) -> Plain:
        """Group -> cluster -> both sums."""
        return {
            str(group): {str(cluster): [whole_text(one) for one in sums] for cluster, sums in sorted(clusters.items())}
            for group, clusters in sorted(value.sums.items())
        }

    def decode(self, plain: Plain, fresh: Clusters, owner: Any, numbering: Numbering) -> Clusters:
        """The same for the numbers of groups and clusters here."""
        fresh.sums = {
            numbering.group(position_of(group)): {
                numbering.cluster(position_of(cluster)): (whole_number(first), whole_number(second))
                for cluster, (first, second) in clusters.items()
            }
            for group, clusters in plain.items()
        }
        return fresh
