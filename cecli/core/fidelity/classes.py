"""Where the student leaves its teacher: sums by the teacher's class."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cecli.core.fidelity.rows import FidelityRows
from cecli.core.fidelity.spec import FidelitySpec
from cecli.core.sums.cells import CELLS
from cecli.core.sums.exact import FRACTION_BITS, ExactSums, ratio
from cecli.core.sums.places import Keys, Placed, Places
from cecli.core.sums.state import State
from cecli.core.sums.tally import Tally


@dataclass(frozen=True)
class TeacherClass:
    """A class that comes first in ``rows`` rows of the teacher: the mean divergence of these, the share in which it
    comes first in the student, too, and the class that does so most often where it does not, in ``left_rows`` rows."""

    number: int
    rows: int
    kl_mean: float
    same_top: float
    left_for: int | None
    left_rows: int


class Classes:
    """Sums by the class that comes first in the teacher. Memory: some hundred bytes a class, a kilobyte for each pair
    of classes of which one takes the other's place."""

    STATE: ClassVar[State] = {
        "_rows": CELLS,
        "_mass": CELLS,
        "_same": CELLS,
        "_infinite": CELLS,
        "_kl": CELLS,
        "_places": Keys(lambda own: own._classes**2),
        "_pairs": Placed(),
    }

    def __init__(self, spec: FidelitySpec) -> None:
        self._classes = spec.classes
        self._rows, self._mass, self._same, self._infinite, self._pairs = (Tally() for _ in range(5))
        self._kl = ExactSums()
        self._places = Places()

    def update(self, rows: FidelityRows) -> None:
        """Add some rows, as one group."""
        if not rows.rows:
            return
        weights, kl, same = rows.weights, rows.divergences.kl, rows.same
        self._rows.add(None, rows.rows, rows.top)
        self._mass.add(weights, rows.rows, rows.top)
        self._same.add(None if weights is None else weights[same], int(np.count_nonzero(same)), rows.top[same])
        finite = np.isfinite(kl)
        self._infinite.add(None, int(np.count_nonzero(~finite)), rows.top[~finite])
        costs = np.where(finite, kl, 0.0)
        self._kl.update(costs if weights is None else costs * weights, rows.top)
        left = np.flatnonzero(~same)
        if len(left):
            keys = rows.top[left].astype(np.int64) * self._classes + rows.student_top[left]
            self._pairs.add(None, len(left), self._places.of(keys))

    def merge(self, other: Classes) -> None:
        """Add the rows that ``other`` has seen."""
        for name in ("_rows", "_mass", "_same", "_infinite", "_kl"):
            getattr(self, name).merge(getattr(other, name))
        self._pairs.merge(other._pairs, self._places.merge(other._places))

    def result(self) -> tuple[TeacherClass, ...]:
        """The classes that come first in some row, in their order."""
        left: dict[int, list[tuple[int, int]]] = {}
        for key, place in self._places.keys.items():
            top, other = divmod(key, self._classes)
            left.setdefault(top, []).append((-(self._pairs.mass(place) >> FRACTION_BITS), other))
        counts = [count >> FRACTION_BITS for count in self._rows.masses(0, self._classes)]
        return tuple(self._class(k, rows, min(left.get(k, []), default=None)) for k, rows in enumerate(counts) if rows)

    def _class(self, k: int, rows: int, left: tuple[int, int] | None) -> TeacherClass:
        mass = self._mass.mass(k)
        kl = math.inf if self._infinite.mass(k) else ratio(self._kl.integer(k), mass)
        same = ratio(self._same.mass(k), mass)
        return TeacherClass(k, rows, kl, same, None if left is None else left[1], 0 if left is None else -left[0])
