"""How many rows of each group were left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cecli.core.metrics.spec import Spec
from cecli.core.rows.rows import ScoredRows
from cecli.core.sums.cells import CELLS
from cecli.core.sums.exact import FRACTION_BITS
from cecli.core.sums.state import State
from cecli.core.sums.tally import Tally


@dataclass(frozen=True)
class LeftOutResult:
    """The rows of a group that were read and do not count: their label is ignored, or their weight is 0."""

    left_out: int


class LeftOut:
    """Rows that were left out, by group; without groups it counts none, since the reader knows how many it read."""

    STATE: ClassVar[State] = {"_rows": CELLS}

    def __init__(self, spec: Spec) -> None:
        self._rows = Tally()

    def update(self, rows: ScoredRows) -> None:
        """Add the rows that were left out beside some rows."""
        left_out = None if rows.batch is None or rows.group is None else rows.batch.left_out
        if left_out is not None:
            self._rows.add(None, len(left_out), left_out)

    def merge(self, other: LeftOut) -> None:
        """Add the rows of ``other``."""
        self._rows.merge(other._rows)

    def result(self, group: int = 0) -> LeftOutResult:
        """The count of one group."""
        return LeftOutResult(self._rows.mass(group) >> FRACTION_BITS)
