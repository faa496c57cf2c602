"""How much of something there is: a count of rows, or the exact sum of their weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cecli.core.sums.exact import FRACTION_BITS, ExactSums
from cecli.core.sums.layout import Floats, Integers


class Tally:
    """Exact masses by position, in units of 2^-1074; a row without a weight counts 1.

    A fresh one is the identity of ``merge``; ``merge`` is associative and commutative to the bit.

    >>> tally = Tally()
    >>> tally.add(None, 3)
    >>> tally.add(np.array([0.25, 0.5]), 2)
    >>> tally.mass() == 15 << (FRACTION_BITS - 2)
    True
    """

    def __init__(self) -> None:
        self._counts: NDArray[np.int64] = np.zeros(1, dtype=np.int64)
        self._sums = ExactSums()

    def add(self, masses: Floats | None, rows: int, index: Integers | None = None) -> None:
        """Add ``rows`` rows of these masses (each 1 without) at the positions ``index``; without it at the first."""
        if not rows:
            return
        if masses is not None:
            self._sums.update(masses, index)
        elif index is None:
            self._counts[0] += rows
        elif 4 * len(index) < len(self._counts):  # far more positions than rows
            self._grow(int(index.max()) + 1)
            np.add.at(self._counts, index, 1)
        else:
            self._add_counts(np.bincount(index))

    def merge(self, other: Tally, places: Sequence[int] | None = None) -> None:
        """Add the masses of ``other``, which stays as it is; ``places``: the positions here of its positions there."""
        if places is None:
            self._add_counts(other._counts)
        elif len(places):
            index = np.asarray(places, dtype=np.intp)
            counts = other._counts[: len(index)]
            self._grow(int(index.max()) + 1)
            np.add.at(self._counts, index[: len(counts)], counts)
        self._sums.merge(other._sums, places)

    def totals(self) -> tuple[dict[int, int], dict[int, int]]:
        """By position: the rows that count 1 each, and the masses of the others in units of 2^-1074, without zeros."""
        held = np.flatnonzero(self._counts)
        return dict(zip(held.tolist(), self._counts[held].tolist(), strict=True)), self._sums.totals()

    def add_totals(self, counts: Mapping[int, int], masses: Mapping[int, int]) -> None:
        """Add what ``totals`` of others gave."""
        if counts:
            self._grow(max(counts) + 1)
            np.add.at(self._counts, list(counts), list(counts.values()))
        self._sums.add_totals(masses)

    def counts(self, start: int, stop: int) -> NDArray[np.int64] | None:
        """The masses at positions from ``start`` to before ``stop`` as counts; None where some rows had weights."""
        if not self._sums.is_empty:
            return None
        counts = np.zeros(stop - start, dtype=np.int64)
        held = self._counts[start:stop]
        counts[: len(held)] = held
        return counts

    def mass(self, position: int = 0) -> int:
        """The mass at one position, in units of 2^-1074."""
        return self.masses(position, position + 1)[0]

    def masses(self, start: int, stop: int) -> list[int]:
        """The masses at positions from ``start`` to before ``stop``, in units of 2^-1074."""
        counts = self._counts[start:stop].tolist()
        counts += [0] * (stop - start - len(counts))
        sums = self._sums.integers(start, stop)
        return [(count << FRACTION_BITS) + total for count, total in zip(counts, sums, strict=True)]

    def _add_counts(self, counts: NDArray[np.int64]) -> None:
        self._grow(len(counts))
        self._counts[: len(counts)] += counts

    def _grow(self, size: int) -> None:
        if size > len(self._counts):
            grown = np.zeros(max(size, 2 * len(self._counts)), dtype=np.int64)
            grown[: len(self._counts)] = self._counts
            self._counts = grown
