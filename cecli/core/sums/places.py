"""Positions for keys that are too many to lay out: each key that occurs gets the next free one."""

from __future__ import annotations

import numpy as np

from cecli.core.sums.layout import Integers


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
