"""Positions for keys that are too many to lay out: each key that occurs gets the next free one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cecli.core.sums.cells import Cells
from cecli.core.sums.layout import Integers
from cecli.core.sums.state import Numbering, Plain, count_of, position_of


class Places:
    """Keys, whole numbers, and their positions 0, 1, 2, … in the order in which they first came.

    Which position a key has depends on the order of the rows; what is summed there does not. Memory: about 150 bytes a
    key.

    >>> places = Places()
    >>> places.of(np.array([70, 5, 70])).tolist(), places.of(np.array([6, 5])).tolist()
    ([1, 0, 1], [2, 0])
    """

    def __init__(self) -> None:
        self.keys: dict[int, int] = {}

    def of(self, keys: Integers) -> Integers:
        """The positions of some keys, shape (n,)."""
        distinct, inverse = np.unique(keys, return_inverse=True)
        return np.array([self._of(key) for key in distinct.tolist()], dtype=np.intp)[inverse]

    def merge(self, other: Places) -> list[int]:
        """The positions here of the keys of ``other``, in the order of their positions there."""
        return [self._of(key) for key in other.keys]

    def _of(self, key: int) -> int:
        return self.keys.setdefault(key, len(self.keys))


@dataclass(frozen=True, eq=False, repr=False)
class Keys:
    """Places of keys; each group has as many keys as the function ``width`` says of the owner."""

    width: Callable[[Any], int]

    def encode(self, value: Places, owner: Any) -> Plain:
        """The keys in their order, which is that of the places in the state."""
        return sorted(value.keys)

    def decode(self, plain: Plain, fresh: Places, owner: Any, numbering: Numbering) -> Places:
        """The keys of the groups here, in the same places."""
        cell = numbering.cell(self.width(owner))
        fresh.keys = {cell(count_of(key)): place for place, key in enumerate(plain)}
        if len(fresh.keys) < len(plain):
            raise ValueError("a key stands twice")
        return fresh


@dataclass(frozen=True, eq=False, repr=False)
class Placed(Cells):
    """Tallies and exact sums at the places of the keys in ``_places``, ``width`` positions each."""

    def encode(self, value: Any, owner: Any) -> Plain:
        """The same at the places that the keys have in the state."""
        places: Any = owner._places
        keys = {} if places is None else places if isinstance(places, dict) else places.keys
        rank = {keys[key]: k for k, key in enumerate(sorted(keys))}
        width = self.width_of(owner)
        cells = {
            rank[int(key) // width] * width + int(key) % width: cell
            for key, cell in super().encode(value, owner).items()
        }
        return {str(position): cells[position] for position in sorted(cells)}

    def decode(self, plain: Plain, fresh: Any, owner: Any, numbering: Numbering) -> Any:
        """At the same places, which must be those of keys."""
        keys: Any = owner._places
        places = self.width_of(owner) * (0 if keys is None else len(keys if isinstance(keys, dict) else keys.keys))
        if any(position_of(position) >= places for position in plain):
            raise ValueError("a place without a key")
        return super().decode(plain, fresh, owner, Numbering())
