"""Where records of CSV end: at line ends outside quotes, those with an even number of quotes before them (RFC 4180).

All of it goes by stretches of a megabyte, since the positions of line ends take eight times the memory of a text that
is nothing but line ends.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_STRETCH = 1 << 20
_QUOTE, _NEWLINE = 34, 10


def first_end(data: bytes, before: bytes = b"") -> int:
    r"""The position in ``data`` behind the first record that ends there, ``before`` being what of it precedes; 0 where
    none does.

    >>> first_end(b'"a\nb",c\nd\n'), first_end(b'\nb",c\n', before=b'"a')
    (8, 6)
    """
    opened = before.count(b'"') % 2
    return next((start + int(ends[0]) + 1 for start, ends in _stretches(data, opened) if len(ends)), 0)


def last_end(data: bytes) -> int:
    r"""The position behind the last record of ``data`` that ends there; 0 where none does.

    >>> last_end(b'a\n"b\n')
    2
    """
    if b'"' not in data:
        return data.rfind(b"\n") + 1
    last = 0
    for start, ends in _stretches(data):
        if len(ends):
            last = start + int(ends[-1]) + 1
    return last


def count_ends(data: bytes) -> int:
    r"""How many records end in ``data``.

    >>> count_ends(b'a\n"b\n"\nc')
    2
    """
    return sum(len(ends) for _, ends in _stretches(data))


def _stretches(data: bytes, open_quotes: int = 0) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Where each stretch begins, and the ends of records in it."""
    for start in range(0, len(data), _STRETCH):
        view = np.frombuffer(data, dtype=np.uint8, count=min(_STRETCH, len(data) - start), offset=start)
        newlines = np.flatnonzero(view == _NEWLINE)
        quotes = np.flatnonzero(view == _QUOTE)
        if open_quotes or len(quotes):
            newlines = newlines[np.searchsorted(quotes, newlines) % 2 == open_quotes]
            open_quotes = (open_quotes + len(quotes)) % 2
        yield start, newlines
