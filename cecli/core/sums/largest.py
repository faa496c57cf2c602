"""The few largest figures of a group of rows, found without sorting them all."""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from cecli.core.sums.layout import Floats, Integers
from cecli.core.sums.state import Numbering, Plain, count_of, figure_of, number_of, position_of, value_of


class Largest:
    """The ``size`` entries of largest figure of each group. An entry is (-figure, ...), its other parts break ties.

    A fresh one is the identity of ``merge``, which is associative and commutative: entries have a total order, and
    equal ones are interchangeable. Memory: ``size`` entries a group.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._entries: dict[int, list[tuple[Any, ...]]] = {}
        self._least: Floats = np.empty(0)

    def rows(self, figures: Floats, group: Integers | None) -> Integers:
        """The rows that may be among the largest: all others are surely not. At most ``size`` of a group, and ties."""
        if not self._size or not len(figures):
            return np.empty(0, dtype=np.intp)
        if group is None:
            least = self._least[0] if len(self._least) else -np.inf
            found = np.flatnonzero(figures >= least)
            if len(found) > self._size:
                some = figures[found]
                found = found[some >= np.partition(some, -self._size)[-self._size]]
            return found
        least = np.full(max(int(group.max()) + 1, len(self._least)), -np.inf)
        least[: len(self._least)] = self._least
        found = np.flatnonzero(figures >= least[group])
        if not len(found):
            return found
        groups, some = group[found], figures[found]
        order = np.lexsort((-some, groups))
        starts = np.flatnonzero(np.r_[True, np.diff(groups[order]) > 0])
        counts = np.diff(np.r_[starts, len(order)])
        last = starts + np.minimum(counts, self._size) - 1
        limits = np.repeat(some[order][last], counts)
        return np.asarray(np.sort(found[order[some[order] >= limits]]))

    def add(self, group: int, entries: list[tuple[Any, ...]]) -> None:
        """Keep the largest of these and those held."""
        kept = heapq.nsmallest(self._size, itertools.chain(self._entries.get(group, ()), entries))
        self._entries[group] = kept
        if group >= len(self._least):
            grown = np.full(max(group + 1, 2 * len(self._least)), -np.inf)
            grown[: len(self._least)] = self._least
            self._least = grown
        if len(kept) == self._size:
            self._least[group] = -kept[-1][0]

    @property
    def size(self) -> int:
        """How many entries of a group are kept."""
        return self._size

    def merge(self, other: Largest) -> None:
        """Keep the largest of both; ``other`` stays as it is."""
        for group, entries in other._entries.items():
            self.add(group, entries)

    def groups(self) -> list[int]:
        """The groups that have entries, in their order."""
        return sorted(self._entries)

    def of(self, group: int) -> list[tuple[Any, ...]]:
        """The entries of a group, the largest figure first."""
        return list(self._entries.get(group, ()))


def by_group(entries: list[tuple[Any, ...]], groups: Integers | None) -> dict[int, list[tuple[Any, ...]]]:
    """Entries gathered by the group of their row."""
    if groups is None:
        return {0: entries} if entries else {}
    gathered: dict[int, list[tuple[Any, ...]]] = {}
    for entry, group in zip(entries, groups.tolist(), strict=True):
        gathered.setdefault(group, []).append(entry)
    return gathered


@dataclass(frozen=True, eq=False, repr=False)
class Entries:
    """The largest entries of each group as plain values; ``row`` is where an entry holds a number of a row, and
    ``parts`` is how many parts it has, of which the first is a number."""

    parts: int
    row: int | None = None

    def encode(self, value: Largest, owner: Any) -> Plain:
        """Group -> entries, the largest first."""
        return {
            str(group): [[figure_of(one) for one in entry] for entry in value.of(group)] for group in value.groups()
        }

    def decode(self, plain: Plain, fresh: Largest, owner: Any, numbering: Numbering) -> Largest:
        """The entries of the groups here, with the numbers that their rows have here."""
        for key, entries in plain.items():
            if not 0 < len(entries) <= fresh.size:
                raise ValueError(f"{len(entries)} of the {fresh.size} largest")
            fresh.add(numbering.group(position_of(key)), [self._entry(entry, numbering) for entry in entries])
        return fresh

    def _entry(self, plain: list[Plain], numbering: Numbering) -> tuple[Any, ...]:
        if len(plain) != self.parts:
            raise ValueError(f"expected {self.parts} parts, found {len(plain)}")
        entry = [number_of(plain[0]), *map(value_of, plain[1:])]
        if self.row is not None:
            entry[self.row] = numbering.row_of(count_of(entry[self.row]))
        return tuple(entry)
