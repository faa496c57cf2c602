"""Many lines chosen from a few texts, composed without a Python object per line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cecli.report.csv_format import record

_WIDEST = 64
"""Bytes up to which texts are laid out in a table padded to the longest; beyond that they are joined one by one."""


class LineTable:
    r"""The lines of K texts, each quoted as a CSV cell where it must be.

    >>> LineTable(["1", "two"]).of(np.array([1, 0, 1]))
    b'two\n1\ntwo\n'
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._lines = [record([text]).encode("utf-8", "backslashreplace") for text in texts]
        lengths = np.array([len(line) for line in self._lines])
        self._width = int(lengths.max())
        if self._width <= _WIDEST:
            padded = b"".join(line.ljust(self._width, b"\0") for line in self._lines)
            self._table = np.frombuffer(padded, dtype=np.uint8).reshape(len(texts), self._width)
            self._filled = np.arange(self._width)[None, :] < lengths[:, None]
            self._even = bool((lengths == self._width).all())

    def of(self, chosen: NDArray[np.integer]) -> bytes:
        """The lines of the chosen texts, by their index from 0, one after the other."""
        if self._width > _WIDEST:
            return b"".join([self._lines[k] for k in chosen.tolist()])
        cells = self._table[chosen]
        return bytes(cells.tobytes() if self._even else cells[self._filled[chosen]].tobytes())
