"""The score of all rows, and of each group of them, in one pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from cecli.core.rows.rows import Batch, ScoredRows
from cecli.core.scores.scorer import Scorer
from cecli.core.sums.state import PART, Part, State


class GroupedScorer:
    """Two scorers over the same rows: ``total`` for all, and ``groups``, whose results are by group number.

    Memory grows with the groups, not with the rows.
    """

    STATE: ClassVar[State] = {"total": Part(ungrouped=True), "groups": PART}

    def __init__(self, new: Callable[[], Scorer]) -> None:
        self.total = new()
        self.groups = new()

    def update(self, batch: Batch) -> ScoredRows:
        """Score checked rows once and add them to both; their figures."""
        rows = self.total.update(replace(batch, group=None))
        self.groups.add(replace(rows, group=batch.group))
        return rows

    def merge(self, other: GroupedScorer) -> None:
        """Add the rows that ``other`` has seen."""
        self.total.merge(other.total)
        self.groups.merge(other.groups)
