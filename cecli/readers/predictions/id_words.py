"""Ids as rows of 8-byte words, so that NumPy can hash and compare thousands of them at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cecli.core.sums.layout import Integers
from cecli.errors import InputError

Words = NDArray[np.uint64]

WIDEST = 32
"""Most words of an id; longer ones are so rare, and so costly in themselves, that Python objects do for them."""

CHUNK = 1 << 15
"""Ids that are worked on at once: their words and hashes stay in the cache of a core."""

_WORD = 8
_FILL = 0xFF
"""Fills up the last word. No text in UTF-8 holds this byte, so that different ids have different words, also where they
end in NUL bytes, and words turn back into ids."""

_FILLS = np.frombuffer(
    b"".join(bytes(used) + bytes([_FILL]) * (_WORD - used) for used in range(_WORD + 1)), dtype=np.uint64
)
"""By how many bytes of a word are used: ones in all others."""

_MULTIPLIERS = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
"""Odd numbers without a pattern in their bits: 2^64 over the golden ratio, and the one of the mixer rrmxmx."""

_HALF = np.uint64(32)


@dataclass(frozen=True)
class Part:
    """Ids of one width: their positions in the array they came from, and their words, a row each. ``words`` is None for
    ids of more than ``WIDEST`` words."""

    positions: slice | Integers
    words: Words | None


def parts(ids: Any) -> Iterator[Part]:
    """The ids of a PyArrow array of type string or large_string, by width.

    Raises InputError for ids that are null or no UTF-8.

    >>> import pyarrow as pa
    >>> [(part.positions, part.words.shape) for part in parts(pa.array(["img_1", "img_2"]))]
    [(slice(0, 2, None), (2, 1))]
    """
    if not len(ids):
        return
    offsets, data = _buffers(ids)
    for start in range(0, len(ids), CHUNK):
        ends = offsets[start : start + CHUNK + 1].astype(np.intp)
        padded = np.empty(int(ends[-1] - ends[0]) + _WORD, dtype=np.uint8)  # the last word may reach beyond the data
        padded[:-_WORD] = data[ends[0] : ends[-1]]
        padded[-_WORD:] = 0
        if padded.max() == _FILL:
            raise InputError("an id is not text in UTF-8")
        yield from _by_width(padded, ends - ends[0], start)


def hashes(words: Words) -> NDArray[np.uint64]:
    """A number of 64 bits for every row of words, well spread in its high bits; equal for equal rows.

    Multiplications and xor-shifts, word by word. Ids of one word never share a number.
    """
    mixed = np.full(len(words), words.shape[1], dtype=np.uint64)
    shifted = np.empty_like(mixed)
    for column in words.T:
        mixed ^= column
        _mix(mixed, shifted, _MULTIPLIERS[0])
    _mix(mixed, shifted, _MULTIPLIERS[1])
    return mixed


def equal(one: Words, other: Words) -> NDArray[np.bool_]:
    """Which rows of words are the same in both, shape (n,)."""
    same: NDArray[np.bool_] = one[:, 0] == other[:, 0]
    for k in range(1, one.shape[1]):
        same &= one[:, k] == other[:, k]
    return same


def text(words: Words) -> str:
    """The id that has these words.

    >>> import pyarrow as pa
    >>> text(next(parts(pa.array(["Zoë_0001"]))).words[0])
    'Zoë_0001'
    """
    return words.tobytes().rstrip(bytes([_FILL])).decode()


def _buffers(ids: Any) -> tuple[NDArray[np.integer[Any]], NDArray[np.uint8]]:
    """Where each id begins in the data, and where the last one ends; and the data."""
    import pyarrow as pa

    if ids.null_count:
        raise InputError("a row has no id")
    kind: Any = np.int64 if ids.type == pa.large_string() else np.int32
    _, offsets, data = ids.buffers()
    ends = np.frombuffer(offsets, dtype=kind)[ids.offset : ids.offset + len(ids) + 1]
    return ends, np.frombuffer(data or b"", dtype=np.uint8)


def _by_width(padded: NDArray[np.uint8], ends: Integers, start: int) -> Iterator[Part]:
    lengths = np.diff(ends)
    widths = np.maximum((lengths + (_WORD - 1)) // _WORD, 1)
    narrowest, widest = int(widths.min()), int(widths.max())
    if narrowest == widest <= WIDEST:
        yield Part(slice(start, start + len(lengths)), _gather(padded, ends[:-1], lengths, widest))
        return
    for width in np.flatnonzero(np.bincount(np.minimum(widths, WIDEST + 1))).tolist():
        rows = np.flatnonzero(widths == width if width <= WIDEST else widths > WIDEST)
        words = _gather(padded, ends[rows], lengths[rows], width) if width <= WIDEST else None
        yield Part(rows + start, words)


def _gather(padded: NDArray[np.uint8], starts: Integers, lengths: Integers, width: int) -> Words:
    words = np.empty((len(starts), width), dtype=np.uint64)
    last = _WORD * (width - 1)
    for k in range(width):
        words[:, k] = np.ndarray(len(padded) - 7, np.uint64, padded, strides=(1,))[starts + _WORD * k]
    words[:, -1] |= _FILLS[lengths - last]
    return words


def _mix(mixed: NDArray[np.uint64], shifted: NDArray[np.uint64], multiplier: np.uint64) -> None:
    np.right_shift(mixed, _HALF, out=shifted)
    mixed ^= shifted
    mixed *= multiplier
