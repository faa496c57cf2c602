"""How often each line occurs in a block of plain lines, counted exactly without a Python object for every line."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

_WORD = 8
_LONGEST_KEY = 4 * _WORD
"""Bytes of a line that are gathered as words; beyond it the standard library counts bytes objects as fast."""

_TABLE_BITS = 16
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
"""2^64 over the golden ratio (Knuth, TAOCP 3, 6.4): its high bits spread neighbouring keys over the table."""

_MASKS = np.array([(1 << 8 * length) - 1 for length in range(_WORD + 1)], dtype=np.uint64)
_NEWLINE = 10
_RETURN = 13

Words = list[NDArray[np.uint64]]
Index = NDArray[np.intp]


def count_lines(block: bytes) -> dict[bytes, int]:
    r"""Each different line of ``block`` and how often it stands there, in no order.

    ``block`` is not empty, ends with LF and holds no NUL; lines end with LF or CRLF.

    >>> sorted(count_lines(b"1\n6\n12\n6\n").items())
    [(b'1', 1), (b'12', 1), (b'6', 2)]
    """
    data = np.frombuffer(block, dtype=np.uint8)
    if len(data) % 2 == 0 and (data[1::2] == _NEWLINE).all():
        tally = np.bincount(data[::2], minlength=256)
        if not tally[_NEWLINE] and not tally[_RETURN]:
            return {bytes([byte]): int(tally[byte]) for byte in np.flatnonzero(tally)}
    ends = np.flatnonzero(data == _NEWLINE)
    starts = np.empty_like(ends)
    starts[0], starts[1:] = 0, ends[:-1] + 1
    if b"\r" in block:
        # The byte before the end of an empty line is the LF of the line before.
        ends = ends - ((data[ends - 1] == _RETURN) & (ends > starts))
    lengths = ends - starts
    longest = int(lengths.max())
    if longest > _LONGEST_KEY:
        return Counter(block.replace(b"\r\n", b"\n")[:-1].split(b"\n"))
    if longest <= 2:
        return _count_pairs(block, starts, lengths)
    return _count_words(_words(block, starts, lengths, longest))


def _count_pairs(block: bytes, starts: Index, lengths: Index) -> dict[bytes, int]:
    """Lines of at most two bytes: the two bytes are the place in a table."""
    pairs = np.ndarray((len(block),), dtype="<u2", buffer=block + b"\0", strides=(1,))
    tally = np.bincount(pairs[starts] & _MASKS.astype("<u2")[lengths], minlength=1 << 16)
    used = np.flatnonzero(tally)
    return dict(zip(_lines([used.astype(np.uint64)]), tally[used].tolist(), strict=True))


def _words(block: bytes, starts: Index, lengths: Index, longest: int) -> Words:
    """The bytes of every line as little-endian numbers of eight, zero behind the last byte."""
    padded = block + bytes(_LONGEST_KEY)
    words = []
    for offset in range(0, longest, _WORD):
        everywhere = np.ndarray((len(block),), dtype="<u8", buffer=padded, offset=offset, strides=(1,))
        words.append(everywhere[starts] & _MASKS[np.clip(lengths - offset, 0, _WORD)])
    return words


def _count_words(words: Words) -> dict[bytes, int]:
    """Lines by a hash table in which each slot counts one line; those that meet another in their slot by sorting."""
    mixed = words[0] * _MULTIPLIER
    for word in words[1:]:
        mixed = (mixed ^ word) * _MULTIPLIER
    slots = (mixed >> np.uint64(64 - _TABLE_BITS)).astype(np.intp)
    owners = np.zeros(1 << _TABLE_BITS, dtype=np.intp)
    owners[slots] = np.arange(len(slots))
    owned = [word[owners] for word in words]
    same = owned[0][slots] == words[0]
    for table, word in zip(owned[1:], words[1:], strict=True):
        same &= table[slots] == word
    counts: dict[bytes, int] = {}
    if not same.all():
        rest, again = np.unique(np.stack([word[~same] for word in words], axis=1), axis=0, return_counts=True)
        counts.update(zip(_lines(list(rest.T)), again.tolist(), strict=True))
        slots = slots[same]
    tally = np.bincount(slots, minlength=1 << _TABLE_BITS)
    used = np.flatnonzero(tally)
    counts.update(zip(_lines([table[used] for table in owned]), tally[used].tolist(), strict=True))
    return counts


def _lines(words: Words) -> list[bytes]:
    """The lines that the words were gathered from. No line holds a NUL, so NumPy may drop the zeros at the end."""
    rows = np.stack(words, axis=1).astype("<u8")
    texts: list[bytes] = rows.view(f"S{_WORD * len(words)}").ravel().tolist()
    return texts
