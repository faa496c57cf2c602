"""The rows in which the student is farthest from its teacher."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cecli.core.fidelity.rows import FidelityRows
from cecli.core.fidelity.spec import FidelitySpec
from cecli.core.sums.largest import Entries, Largest, by_group
from cecli.core.sums.state import State


@dataclass(frozen=True)
class FarRow:
    """A row by its number from 0 in the teacher's file, its divergence in nats, and the numbers of the observed class
    (None where none is known) and of those that come first in teacher and student."""

    row: int
    kl: float
    id: str | None
    label: int | None
    teacher: int
    student: int


class Farthest:
    """The ``spec.worst`` rows of largest divergence, ties by row number. Memory: about 300 bytes for each of them."""

    STATE: ClassVar[State] = {"_largest": Entries(6, row=1)}

    def __init__(self, spec: FidelitySpec) -> None:
        self._largest = Largest(spec.worst)

    def update(self, rows: FidelityRows) -> None:
        """Look at some rows, as one group."""
        found = self._largest.rows(rows.divergences.kl, None)
        nothing: list[None] = [None] * len(found)
        labels = None if rows.observed is None else rows.observed.labels
        columns = (
            (-rows.divergences.kl[found]).tolist(),
            rows.numbers[found].tolist(),
            nothing if rows.ids is None else [str(each) for each in rows.ids.take(found).tolist()],
            nothing if labels is None else labels[found].tolist(),
            rows.top[found].tolist(),
            rows.student_top[found].tolist(),
        )
        for group, some in by_group(list(zip(*columns, strict=True)), None).items():
            self._largest.add(group, some)

    def merge(self, other: Farthest) -> None:
        """Look at the rows that ``other`` has kept."""
        self._largest.merge(other._largest)

    def result(self) -> tuple[FarRow, ...]:
        """The rows, the farthest first."""
        return tuple(FarRow(row, 0.0 - kl, *rest) for kl, row, *rest in self._largest.of(0))
