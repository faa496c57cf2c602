"""The pairs of classes whose confusion costs most."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cecli.core.functions.elementary import log
from cecli.core.metrics.spec import Spec
from cecli.core.rows.rows import ScoredRows
from cecli.core.sums.exact import FRACTION_BITS, ExactSums, to_float
from cecli.core.sums.places import Keys, Placed, Places
from cecli.core.sums.state import State
from cecli.core.sums.tally import Tally


@dataclass(frozen=True)
class Confusion:
    """A pair of class numbers, the rows (and their mass) where the one was observed and the other predicted, and the
    cost.

    ``excess_cost`` is the sum of w log(q(predicted) / q(observed)) in nats: how much less those rows would have cost,
    had the predicted class been observed. It is infinite where some row gave the observed class no probability.
    """

    observed: int
    predicted: int
    rows: int
    mass: float
    excess_cost: float


class Confusions:
    """The rows whose observed class was not the predicted one, by the pair of the two. Memory: about a kilobyte for
    each pair that occurs, whatever the number of rows. Soft labels have no pairs."""

    STATE: ClassVar[State] = {
        "_places": Keys(lambda own: own._classes**2),
        **dict.fromkeys(("_rows", "_mass", "_infinite", "_cost"), Placed()),
    }

    def __init__(self, spec: Spec) -> None:
        self._classes = spec.classes
        self._places = Places()
        self._rows, self._mass, self._infinite = Tally(), Tally(), Tally()
        self._cost = ExactSums()

    def update(self, rows: ScoredRows) -> None:
        """Add some rows."""
        if rows.labels is None or rows.own is None:
            return
        wrong = np.flatnonzero(rows.labels != rows.predicted)
        if not len(wrong):
            return
        pairs = rows.labels[wrong].astype(np.int64) * self._classes + rows.predicted[wrong]
        if rows.group is not None:
            pairs += rows.group[wrong] * self._classes**2
        places = self._places.of(pairs)
        weights = None if rows.weights is None else rows.weights[wrong]
        self._rows.add(None, len(wrong), places)
        self._mass.add(weights, len(wrong), places)
        with np.errstate(divide="ignore"):
            cost = np.maximum(rows.own[wrong] + log(rows.confidence[wrong]), 0.0)
        infinite = ~np.isfinite(cost)
        self._infinite.add(None, int(np.count_nonzero(infinite)), places[infinite])
        cost[infinite] = 0.0
        self._cost.update(cost if weights is None else cost * weights, places)

    def merge(self, other: Confusions) -> None:
        """Add the pairs of ``other``."""
        places = self._places.merge(other._places)
        for name in ("_rows", "_mass", "_infinite", "_cost"):
            getattr(self, name).merge(getattr(other, name), places)

    def result(self, group: int = 0) -> tuple[Confusion, ...]:
        """The pairs, that of the greatest cost first; ties by more rows, then by the classes."""
        pairs = self._classes**2
        found = [self._pair(key % pairs, place) for key, place in self._places.keys.items() if key // pairs == group]
        return tuple(sorted(found, key=lambda pair: (-pair.excess_cost, -pair.rows, pair.observed, pair.predicted)))

    def _pair(self, key: int, place: int) -> Confusion:
        infinite = self._infinite.mass(place)
        return Confusion(
            observed=key // self._classes,
            predicted=key % self._classes,
            rows=self._rows.mass(place) >> FRACTION_BITS,
            mass=to_float(self._mass.mass(place)),
            excess_cost=math.inf if infinite else to_float(self._cost.integer(place)),
        )
