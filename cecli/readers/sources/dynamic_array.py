"""An array that grows at its end."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_SIGNED = (np.int8, np.int16, np.int32, np.int64)


class Growing:
    """Numbers, or rows of ``width`` numbers, added chunk by chunk to one array.

    It grows in place: the system moves its pages, not its bytes. Without a ``dtype`` the numbers are integers, in the
    smallest signed type that holds them all.

    >>> labels = Growing()
    >>> labels.add(np.array([3, 100]))
    >>> labels.add(np.array([200]))
    >>> labels.finished()
    array([  3, 100, 200], dtype=int16)
    """

    def __init__(self, dtype: Any = None, width: int | None = None) -> None:
        self._fixed = dtype is not None
        self._array: NDArray[Any] = np.empty((0,) if width is None else (0, width), dtype=dtype or np.int8)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def add(self, values: NDArray[Any]) -> None:
        """Add values at the end."""
        if not len(values):
            return
        if not self._fixed:
            self._widen(int(values.min()), int(values.max()))
        length = self._length + len(values)
        if length > len(self._array):
            self._resize(length + length // 4)
        self._array[self._length : length] = values
        self._length = length

    def finished(self) -> NDArray[Any]:
        """The array, as long as what has been added."""
        self._resize(self._length)
        return self._array

    def _resize(self, length: int) -> None:
        # Nothing else holds the array: it is handed out by finished alone, and then grows no more.
        self._array.resize((length, *self._array.shape[1:]), refcheck=False)

    def _widen(self, low: int, high: int) -> None:
        needed = next(kind for kind in _SIGNED if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max)
        self._array = self._array.astype(np.promote_types(self._array.dtype, needed), copy=False)
