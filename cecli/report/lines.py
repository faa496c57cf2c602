"""Many lines chosen from a few texts, composed without a Python object per line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cecli.report.formats.csv_format import record

_WORD = 8
_WIDEST = 8 * _WORD
"""Bytes up to which lines are laid out as words; longer ones are joined one by one."""


class LineTable:
    r"""The lines of K texts, each quoted as a cell where it must be, after a ``prefix`` that all have.

    >>> LineTable(["1", "two"]).of(np.array([1, 0, 1]))
    b'two\n1\ntwo\n'
    """

    def __init__(self, texts: Sequence[str], prefix: str = "", delimiter: str = ",") -> None:
        self._lengths: NDArray[np.integer]
        data, self._lengths = _laid_out(texts, prefix, delimiter)
        starts = self._lengths.cumsum() - self._lengths
        width = int(self._lengths.max())
        self._even: NDArray[Any] | None = None
        self._words: list[NDArray[np.uint64]] = []
        self._lines: list[bytes] = []
        if width > _WIDEST:
            ends = (starts + self._lengths).tolist()
            self._lines = [data[start:end] for start, end in zip(starts.tolist(), ends, strict=True)]
        elif (self._lengths == width).all():
            self._even = np.frombuffer(data, dtype={2: "<u2", 4: "<u4", 8: "<u8"}.get(width, f"V{width}"))
        else:
            padded = data + bytes(_WIDEST)
            places = [np.ndarray((len(data),), "<u8", padded, offset, (1,)) for offset in range(0, width, _WORD)]
            self._words = [place[starts] for place in places]
            self._lengths = self._lengths.astype(np.uint8)  # found at random places: the smaller, the faster

    def of(self, chosen: NDArray[np.integer]) -> bytes:
        """The lines of the chosen texts, by their index from 0, one after the other."""
        if self._even is not None:
            return bytes(self._even.take(chosen).tobytes())
        if self._words:
            return _composed(self._words, self._lengths, chosen)
        return b"".join([self._lines[k] for k in chosen.tolist()])


def _laid_out(texts: Sequence[str], prefix: str, delimiter: str) -> tuple[bytes, NDArray[np.intp]]:
    """All lines one after the other, and the length of each."""
    joined = f"\n{prefix}".join(texts)
    plain = (
        not any(sign in joined for sign in (delimiter, '"', "\r"))
        and joined.count("\n") == len(texts) - 1
        and all(texts)
    )
    if plain:
        data = f"{prefix}{joined}\n".encode("utf-8", "backslashreplace")
        ends = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == ord("\n"))
        return data, np.diff(ends, prepend=-1)
    lines = [(prefix + record([text], delimiter)).encode("utf-8", "backslashreplace") for text in texts]
    return b"".join(lines), np.array([len(line) for line in lines])


def _composed(words: Sequence[NDArray[np.uint64]], lengths: NDArray[np.integer], chosen: NDArray[np.integer]) -> bytes:
    """Lines of at most ``_WIDEST`` bytes, written eight bytes at a time, the last bytes of the lines first.

    A word that reaches past the end of its line spoils what follows, at most seven bytes, and those are written after
    it: they belong to the first word of the next line, or of the one after it. NumPy writes in the order of the index.
    """
    own = lengths.take(chosen)
    ends = own.cumsum(dtype=np.intp)
    starts = ends - own
    size = int(ends[-1]) if len(ends) else 0
    buffer = np.empty(size + _WORD, dtype=np.uint8)
    anywhere = np.ndarray((size + 1,), "<u8", buffer, 0, (1,))
    for number in range(len(words) - 1, -1, -1):
        if number:
            long = np.flatnonzero(own > number * _WORD)
            anywhere[starts[long] + number * _WORD] = words[number][chosen[long]]
        else:
            anywhere[starts] = words[0][chosen]
    return buffer[:size].tobytes()
