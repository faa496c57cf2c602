"""The sums of an accumulator by position, for comparing those of one metric with those of another.

A mass is a whole number of 2^-1074, a row is one of them shifted by so many bits; positions that hold 0 are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cecli.core.sums.exact import FRACTION_BITS
from cecli.core.sums.tally import Tally

Sums = dict[int, int]
"""Position -> a whole number that is not 0."""

ONE = 1 << FRACTION_BITS
"""The mass of a row."""


class Held:
    """A metric by the names that its state has."""

    def __init__(self, metric: Any, name: str) -> None:
        self.metric, self.name = metric, name

    def part(self, name: str) -> Any:
        """What stands under a name."""
        return getattr(self.metric, f"_{name}")

    def inner(self, name: str) -> Held:
        """An accumulator within it."""
        return Held(self.part(name), f"{self.name}.{name}")

    def sums(self, name: str) -> Sums:
        """The exact sums, or masses, under a name; masses are not negative."""
        found = self.part(name)
        if not isinstance(found, Tally):
            return dict(found.totals())
        counts, masses = found.totals()
        if any(mass < 0 for mass in masses.values()):
            raise ValueError(f"{self.name}.{name}: a negative mass")
        total = {position: count << FRACTION_BITS for position, count in counts.items()}
        for position, mass in masses.items():
            total[position] = total.get(position, 0) + mass
        return total

    def counts(self, name: str) -> Sums:
        """Rows counted under a name."""
        counts, masses = self.part(name).totals()
        if masses:
            raise ValueError(f"{self.name}.{name}: a part of a row")
        return dict(counts)

    def nothing(self, *names: str) -> None:
        """Raise ValueError where something stands under a name where nothing can."""
        for name in names:
            if self.sums(name):
                raise ValueError(f"{self.name}.{name} has no place in this state")

    def positive(self, *names: str) -> None:
        """Raise ValueError where a sum is negative."""
        for name in names:
            if any(total < 0 for total in self.sums(name).values()):
                raise ValueError(f"{self.name}.{name} is negative")


def by_group(sums: Mapping[int, int], width: int) -> Sums:
    """The sums of all positions of each group.

    >>> by_group({0: 5, 2: 7, 3: 1}, 2)
    {0: 5, 1: 8}
    """
    found: Sums = {}
    for position, total in sums.items():
        group = position // width
        found[group] = found.get(group, 0) + total
    return {group: total for group, total in found.items() if total}


def ungrouped(sums: Mapping[int, int], width: int) -> Sums:
    """The sums of all groups at each position.

    >>> ungrouped({0: 5, 2: 7, 3: 1}, 2)
    {0: 12, 1: 1}
    """
    found: Sums = {}
    for position, total in sums.items():
        place = position % width
        found[place] = found.get(place, 0) + total
    return {place: total for place, total in found.items() if total}


def plus(one: Mapping[int, int], other: Mapping[int, int], sign: int = 1) -> Sums:
    """The sums of both, or their difference."""
    found = dict(one)
    for position, total in other.items():
        found[position] = found.get(position, 0) + sign * total
    return {position: total for position, total in found.items() if total}


def masses(counts: Mapping[int, int]) -> Sums:
    """Rows as masses."""
    return {position: count << FRACTION_BITS for position, count in counts.items()}


def same(one: Mapping[int, int], other: Mapping[int, int], what: str) -> None:
    """Raise ValueError where two sums differ; ``what`` names both."""
    if one != other:
        raise ValueError(f"{what} do not agree")


def near(one: Mapping[int, int], other: Mapping[int, int], what: str) -> None:
    """The same for sums of figures that were rounded, each once or twice."""
    for position in one.keys() | other.keys():
        mine, its = one.get(position, 0), other.get(position, 0)
        if abs(mine - its) << 40 > abs(mine) + abs(its) + (1 << 64):
            raise ValueError(f"{what} do not agree")


def at_most(less: Mapping[int, int], more: Mapping[int, int], what: str, slack: int = 0) -> None:
    """Raise ValueError where a sum is larger than another; with ``slack`` by more than a 2^-slack of it."""
    for position, total in less.items():
        limit = more.get(position, 0)
        if total > limit + (limit >> slack if slack else 0):
            raise ValueError(f"{what} do not agree")
