"""The mean of one figure of the rows, its error, and the rows that make it infinite."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cecli.core.fidelity.rows import FidelityRows
from cecli.core.fidelity.spec import FidelitySpec
from cecli.core.sums.cells import CELLS
from cecli.core.sums.clusters import Clusters, ClusterSums
from cecli.core.sums.exact import FRACTION_BITS
from cecli.core.sums.layout import Floats
from cecli.core.sums.mean_intervals import interval_of_clusters, interval_of_rows
from cecli.core.sums.moments import Moments, WeightedMoments
from cecli.core.sums.named_rows import NamedRows, first_rows
from cecli.core.sums.state import PART, State
from cecli.core.sums.tally import Tally


@dataclass(frozen=True)
class MeanResult:
    """A mean over ``rows`` rows with its standard error and interval, which are None where they are undefined.

    ``finite`` is the mean of the finite figures (nan without any), ``infinite`` the number of the others, and ``first``
    the numbers of the first of them. ``clusters`` is 0 where rows stand alone.
    """

    rows: int
    mean: float
    standard_error: float | None
    low: float | None
    high: float | None
    finite: float
    infinite: int
    first: tuple[int, ...]
    clusters: int


class Means:
    """The mean of a figure by group, exactly, with the error of independent rows or of clusters.

    A fresh one is the identity of ``merge``, which is associative and commutative to the bit.
    """

    STATE: ClassVar[State] = {
        "_moments": PART, "_clusters": ClusterSums(), "_infinite": CELLS, "_first": NamedRows()
    }  # fmt: skip

    def __init__(self, spec: FidelitySpec) -> None:
        self._moments = Moments() if spec.weights is None else WeightedMoments(spec.weights == "frequency")
        self._clusters = Clusters()
        self._infinite = Tally()
        self._first: list[tuple[int, int]] = []

    def update(self, figures: Floats, rows: FidelityRows) -> None:
        """Add the figures of some rows, finite or infinite."""
        finite = np.isfinite(figures)
        if finite.all():
            self._add(figures, rows, slice(None))
            return
        self._add(figures, rows, np.flatnonzero(finite))
        odd = np.flatnonzero(~finite)
        groups = None if rows.group is None else rows.group[odd]
        self._infinite.add(None, len(odd), groups)
        numbered = zip(rows.numbers[odd].tolist(), [0] * len(odd) if groups is None else groups.tolist(), strict=True)
        self._first = first_rows(self._first, sorted(numbered))

    def merge(self, other: Means) -> None:
        """Add the rows that ``other`` has seen."""
        self._moments.merge(other._moments)  # type: ignore[arg-type]  # both follow the same spec
        self._clusters.merge(other._clusters)
        self._infinite.merge(other._infinite)
        self._first = first_rows(self._first, other._first)

    def result(self, confidence: float, group: int = 0, signed: bool = False) -> MeanResult:
        """The mean of a group; ``signed`` where figures may be below 0."""
        mean, clusters = self._moments.result(group), self._clusters.of(group)
        infinite = self._infinite.mass(group) >> FRACTION_BITS
        if clusters:
            found, _ = interval_of_clusters(mean.mean, clusters, confidence, signed=signed)
        else:
            has_powers = self._moments.has_powers(group)
            found = interval_of_rows(mean, self._moments.shape(group), confidence, has_powers=has_powers, signed=signed)
        error, low, high = found.standard_error, found.low, found.high
        if infinite:
            error = low = high = None
        first = tuple(number for number, its in self._first if its == group)
        return MeanResult(
            rows=mean.n + infinite,
            mean=math.inf if infinite else mean.mean,
            standard_error=error,
            low=low,
            high=high,
            finite=mean.mean,
            infinite=infinite,
            first=first,
            clusters=len(clusters),
        )

    def _add(
        self, figures: Floats, rows: FidelityRows, chosen: slice | np.ndarray[tuple[int], np.dtype[np.intp]]
    ) -> None:
        figures = figures[chosen]
        if not len(figures):
            return
        weights = None if rows.weights is None else rows.weights[chosen]
        group = None if rows.group is None else rows.group[chosen]
        if isinstance(self._moments, Moments):
            self._moments.update(figures, group)
        else:
            ones = np.ones(len(figures)) if weights is None else weights
            self._moments.update(figures, ones, None, group)
        if rows.cluster is not None:
            above = figures if weights is None else figures * weights
            self._clusters.update(above, weights, rows.cluster[chosen], group)
