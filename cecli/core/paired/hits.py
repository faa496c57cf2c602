"""Who is right more often, and whose loss is smaller more often; McNemar's test of the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from cecli.core.functions.poisson import fair_coin_tail
from cecli.core.paired.rows import PairedRows
from cecli.core.paired.spec import PairSpec
from cecli.core.sums.cells import CELLS
from cecli.core.sums.exact import FRACTION_BITS, ratio
from cecli.core.sums.layout import Floats, Integers
from cecli.core.sums.state import State
from cecli.core.sums.tally import Tally


@dataclass(frozen=True)
class Hits:
    """Accuracies of A and B; rows that only one of them gets right, with McNemar's p-value (None with soft labels);
    and the rows where A's loss is smaller, where B's is, and where they are equal."""

    first_accuracy: float
    second_accuracy: float
    only_first: int | None
    only_second: int | None
    p_value: float | None
    first_wins: int
    second_wins: int
    ties: int


def mcnemar(only_first: int, only_second: int) -> float:
    """The exact two-sided p-value of McNemar's test: min(1, 2 P(X <= min(b, c))) of X heads of b + c tosses.

    Source: McNemar, "Note on the sampling error of the difference between correlated proportions or percentages",
    Psychometrika 12, 1947; exact by Edwards (1948) and Liddell (1983).

    >>> mcnemar(3, 0), mcnemar(2, 2)
    (0.25, 1.0)
    """
    fewer, tosses = min(only_first, only_second), only_first + only_second
    return 1.0 if 2 * fewer == tosses else min(1.0, 2 * fair_coin_tail(fewer, tosses))


class PairedHits:
    """Counts of rows by who is right and whose loss is smaller, and the weights of those that are right.

    Counts are of rows, with repeat counts for weights of repeats; accuracies are weighted.
    """

    STATE: ClassVar[State] = dict.fromkeys(
        ("_all", "_first", "_second", "_only_first", "_only_second", "_first_wins", "_second_wins", "_ties"), CELLS
    )

    def __init__(self, spec: PairSpec) -> None:
        self._repeats = spec.weights == "frequency"
        self._hard = spec.hard
        self._all, self._first, self._second = Tally(), Tally(), Tally()
        self._only_first, self._only_second = Tally(), Tally()
        self._first_wins, self._second_wins, self._ties = Tally(), Tally(), Tally()

    def update(self, rows: PairedRows) -> None:
        """Add some rows."""
        a, b = rows.first.right, rows.second.right
        self._all.add(rows.weights, rows.rows, rows.group)
        if self._hard:
            both, differ = a & b, a != b
            for tally, right in ((self._first, a), (self._second, b)):
                _add(tally, right, rows.weights, rows.group)
            repeats = rows.weights if self._repeats else None
            if differ.any():
                _add(self._only_first, differ & a & ~both, repeats, rows.group)
                _add(self._only_second, differ & b & ~both, repeats, rows.group)
        else:
            for tally, mass in ((self._first, a), (self._second, b)):
                weighted = mass if rows.weights is None else mass * rows.weights
                tally.add(np.asarray(weighted, dtype=np.float64), rows.rows, rows.group)
        self._add_wins(rows)

    def merge(self, other: PairedHits) -> None:
        """Add the rows that ``other`` has seen."""
        for name in self.STATE:
            getattr(self, name).merge(getattr(other, name))

    def result(self, group: int = 0) -> Hits:
        """The counts of a group; accuracies are nan without rows."""
        mass = self._all.mass(group)
        only = (_count(self._only_first, group), _count(self._only_second, group)) if self._hard else None
        return Hits(
            first_accuracy=ratio(self._first.mass(group), mass) if mass else float("nan"),
            second_accuracy=ratio(self._second.mass(group), mass) if mass else float("nan"),
            only_first=None if only is None else only[0],
            only_second=None if only is None else only[1],
            p_value=None if only is None else mcnemar(*only),
            first_wins=_count(self._first_wins, group),
            second_wins=_count(self._second_wins, group),
            ties=_count(self._ties, group),
        )

    def _add_wins(self, rows: PairedRows) -> None:
        repeats = rows.weights if self._repeats else None
        _add(self._first_wins, rows.difference > 0, repeats, rows.group)
        _add(self._second_wins, rows.difference < 0, repeats, rows.group)
        ties = ~(rows.difference != 0) | np.isnan(rows.difference)
        if ties.any():
            _add(self._ties, ties, repeats, rows.group)


def _add(tally: Tally, found: NDArray[np.bool_], weights: Floats | None, group: Integers | None) -> None:
    """Add the rows that are true."""
    tally.add(
        None if weights is None else weights[found],
        int(np.count_nonzero(found)),
        None if group is None else group[found],
    )


def _count(tally: Tally, group: int) -> int:
    return tally.mass(group) >> FRACTION_BITS
