"""Whether two results say the same, figure by figure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MISSING = "missing"
"""What stands for a figure that only one of two results has."""


@dataclass(frozen=True)
class Difference:
    """A figure by its path in the result, and what it is in the one and in the other."""

    key: str
    first: Any
    second: Any


@dataclass(frozen=True)
class Agreement:
    """How many figures were compared, and those that differ, in the order of the results."""

    figures: int
    differences: tuple[Difference, ...]


def agreement(
    first: Mapping[str, Any], second: Mapping[str, Any], skipped: Collection[str] = (), all_of_second: bool = True
) -> Agreement:
    """Two objects of JSON leaf by leaf: numbers by their values, to the last bit; everything else as it is.

    Keys of ``skipped`` count nowhere. What only ``first`` has differs, and what only ``second`` has, too, unless that
    may have more (not ``all_of_second``).

    >>> agreement({"a": 1.0, "b": [0.1, None]}, {"a": 1, "b": [0.1, 0.0], "c": 2})
    Agreement(figures=4, differences=(Difference(key='b.1', first=None, second=0.0), Difference(key='c', first='missing', second=2)))
    """  # noqa: E501
    ours, theirs = dict(_leaves(first, skipped)), dict(_leaves(second, skipped))
    keys = list(ours)
    if all_of_second:
        keys += [key for key in theirs if key not in ours]
    found = [
        Difference(key, ours.get(key, MISSING), theirs.get(key, MISSING))
        for key in keys
        if key not in ours or key not in theirs or not _same(ours[key], theirs[key])
    ]
    return Agreement(len(keys), tuple(found))


def _leaves(value: Any, skipped: Collection[str], path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every value that holds no other, by its dotted path; an empty list or object is one of its own."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            if key not in skipped:
                yield from _leaves(inner, skipped, (*path, str(key)))
    elif isinstance(value, list) and value:
        for number, inner in enumerate(value):
            yield from _leaves(inner, skipped, (*path, str(number)))
    else:
        yield ".".join(path), value


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return one == other
    return type(one) is type(other) and one == other
