"""How often each line occurs among many plain lines, counted exactly without a Python object for every line.

Lines of up to 32 bytes are gathered as numbers of eight bytes. In a block of few different ones a hash table counts
them, each slot the line that it met last, and a second and a third one what met another in its slot. What is left, and
blocks of many different lines, are sorted. What the blocks hold is kept as arrays and put together when it has doubled,
so that millions of different lines cost a few sorts. Nothing is taken for equal because its hash is.
"""

from __future__ import annotations

from collections import Counter
from typing import Literal

import numpy as np
from numpy.typing import NDArray

_WORD = 8
_LONGEST_KEY = 4 * _WORD
"""Bytes of a line that are gathered as words; beyond it the standard library counts bytes objects as fast."""

_TABLE_BITS = 16
_TURN_BITS = 13
"""By so many bits of the hash the tables are shifted: most of the bits of a slot are then new."""
_SLOTS = np.uint64((1 << _TABLE_BITS) - 1)
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
"""2^64 over the golden ratio (Knuth, TAOCP 3, 6.4): its high bits spread neighbouring keys over the table."""

_ROUNDS = 3
"""Tables that a block's lines go through before those that are left are sorted."""

_CROWDED = 0.5
"""Where more of the lines than this share meet another in a table, they and the next blocks are sorted at once."""

_FEWEST_KEPT = 1 << 21
"""Rows that are kept before they are first put together."""

_MASKS = np.array([(1 << 8 * length) - 1 for length in range(_WORD + 1)], dtype=np.uint64)
_NEWLINE = 10
_RETURN = 13

Words = NDArray[np.uint64]
"""Lines as columns: shape (words of a line, lines)."""
Index = NDArray[np.intp]


class LineCounts:
    r"""Counts the lines of block after block.

    >>> counts = LineCounts()
    >>> counts.add(b"1\n6\n12\n6\n\n")
    (5, 1)
    >>> sorted(zip(*counts.result()))
    [(b'1', np.int64(1)), (b'12', np.int64(1)), (b'6', np.int64(2))]
    """

    def __init__(self) -> None:
        self._pairs = np.zeros(1 << 16, dtype=np.int64)
        self._tables: dict[int, _Table] = {}
        self._long: Counter[bytes] = Counter()

    def add(self, block: bytes) -> tuple[int, int]:
        """Count the lines of ``block``; how many there are, and how many of them are blank, which are not counted.

        ``block`` is not empty, ends with LF and holds no NUL; lines end with LF or CRLF.
        """
        data = np.frombuffer(block, dtype=np.uint8)
        if len(data) % 2 == 0 and (data[1::2] == _NEWLINE).all():
            tally = np.bincount(data[::2], minlength=256)
            if not tally[_NEWLINE] and not tally[_RETURN]:
                self._pairs[:256] += tally
                return len(data) // 2, 0
        starts, lengths = _bounds(block, data)
        lines, longest = len(starts), int(lengths.max())
        some = lengths > 0
        blanks = lines - int(np.count_nonzero(some))
        if blanks:
            starts, lengths = starts[some], lengths[some]
        if longest > _LONGEST_KEY:
            self._long.update(line for line in block.replace(b"\r\n", b"\n")[:-1].split(b"\n") if line)
        elif longest > 2:
            words = _words(block, starts, lengths, longest)
            self._tables.setdefault(len(words), _Table()).add(words)
        elif longest:
            pairs = np.ndarray((len(block),), dtype="<u2", buffer=block + b"\0", strides=(1,))
            self._pairs += np.bincount(pairs[starts] & _MASKS.astype("<u2")[lengths], minlength=1 << 16)
        return lines, blanks

    def merge(self, other: LineCounts) -> None:
        """Add the counts of ``other``, which is not to be used afterwards."""
        self._pairs += other._pairs
        self._long.update(other._long)
        for width, table in other._tables.items():
            self._tables.setdefault(width, _Table()).merge(table)

    def result(self) -> tuple[list[bytes], NDArray[np.int64]]:
        """The different lines, in no order, and how often each was met."""
        used = np.flatnonzero(self._pairs)
        parts = [(_lines(words), counts) for words, counts in (table.result() for table in self._tables.values())]
        if used.size:
            parts.append((_lines(used.astype(np.uint64)[None, :]), self._pairs[used]))
        if self._long:
            parts.append((list(self._long), np.array(list(self._long.values()), dtype=np.int64)))
        if len(parts) < 2:
            return parts[0] if parts else ([], np.zeros(0, dtype=np.int64))
        counts: dict[bytes, int] = {}
        for lines, found in parts:
            for line, count in zip(lines, found.tolist(), strict=True):
                counts[line] = counts.get(line, 0) + count
        return list(counts), np.array(list(counts.values()), dtype=np.int64)


class _Table:
    """Counts lines of a number of words."""

    def __init__(self) -> None:
        self._kept: list[tuple[Words, NDArray[np.int64]]] = []
        self._size = 0
        self._limit = _FEWEST_KEPT
        self._crowded = False

    def add(self, words: Words) -> None:
        for turn in range(0 if self._crowded else _ROUNDS):
            total = words.shape[1]
            words = self._hashed(words, turn)
            if words.shape[1] > _CROWDED * total:
                self._crowded = turn == 0
                break
        if words.shape[1]:
            self._keep(*_counted(words))

    def merge(self, other: _Table) -> None:
        for words, counts in other._kept:
            self._keep(words, counts)

    def result(self) -> tuple[Words, NDArray[np.int64]]:
        """The different lines and their counts."""
        if len(self._kept) > 1:
            self._kept = [_merged(*(np.concatenate(parts, axis=-1) for parts in zip(*self._kept, strict=True)))]
        return self._kept[0]

    def _hashed(self, words: Words, turn: int) -> Words:
        """Count the lines that own their slot of the table of this ``turn``, which other bits of the hash choose."""
        if not words.size:
            return words
        slots = ((_mixed(words) >> np.uint64(64 - _TABLE_BITS - turn * _TURN_BITS)) & _SLOTS).astype(np.intp)
        owners = np.zeros(1 << _TABLE_BITS, dtype=np.intp)
        owners[slots] = np.arange(len(slots))
        owned = words[:, owners]
        same = owned[0][slots] == words[0]
        for table, word in zip(owned[1:], words[1:], strict=True):
            same &= table[slots] == word
        rest = words[:, ~same] if not same.all() else words[:, :0]
        tally = np.bincount(slots[same] if rest.size else slots, minlength=1 << _TABLE_BITS)
        used = np.flatnonzero(tally)
        self._keep(owned[:, used], tally[used])
        return rest

    def _keep(self, words: Words, counts: NDArray[np.int64]) -> None:
        self._kept.append((words, counts))
        self._size += len(counts)
        if self._size > self._limit:
            _, counts = self.result()
            self._size = len(counts)
            self._limit = max(_FEWEST_KEPT, 2 * self._size)


def _bounds(block: bytes, data: NDArray[np.uint8]) -> tuple[Index, Index]:
    """Where the lines start, and their lengths."""
    ends = np.flatnonzero(data == _NEWLINE)
    starts = np.empty_like(ends)
    starts[0], starts[1:] = 0, ends[:-1] + 1
    if b"\r" in block:
        # The byte before the end of an empty line is the LF of the line before.
        ends = ends - ((data[ends - 1] == _RETURN) & (ends > starts))
    return starts, ends - starts


def _words(block: bytes, starts: Index, lengths: Index, longest: int) -> Words:
    """The bytes of every line as little-endian numbers of eight, zero behind the last byte."""
    padded = block + bytes(_LONGEST_KEY)
    words = np.empty((-(-longest // _WORD), len(starts)), dtype=np.uint64)
    for number, word in enumerate(words):
        offset = number * _WORD
        everywhere = np.ndarray((len(block),), dtype="<u8", buffer=padded, offset=offset, strides=(1,))
        np.bitwise_and(everywhere[starts], _MASKS[np.clip(lengths - offset, 0, _WORD)], out=word)
    return words


def _mixed(words: Words) -> NDArray[np.uint64]:
    """A hash of each line; of lines of one word no two have the same, since the multiplier is odd."""
    mixed: NDArray[np.uint64] = words[0] * _MULTIPLIER
    for word in words[1:]:
        mixed = ((mixed ^ (mixed >> np.uint64(32))) ^ word) * _MULTIPLIER
    return mixed


def _counted(words: Words) -> tuple[Words, NDArray[np.int64]]:
    """The different lines in order, and how often each occurs."""
    ordered = np.sort(words) if len(words) == 1 else words[:, _order(words, None)]
    first = np.flatnonzero(_changes(ordered))
    return ordered[:, first], np.diff(first, append=ordered.shape[1])


def _merged(words: Words, counts: NDArray[np.int64]) -> tuple[Words, NDArray[np.int64]]:
    """The different lines in order, and the sums of their counts; quick where ``words`` are a few ordered runs."""
    order = _order(words, "stable")
    ordered = words[:, order]
    first = np.flatnonzero(_changes(ordered))
    return ordered[:, first], np.add.reduceat(counts[order], first)


def _order(words: Words, kind: Literal["stable"] | None) -> Index:
    """An order in which equal lines stand together: by their hash, or by the words where lines share one."""
    if len(words) == 1:
        return np.argsort(words[0], kind=kind)
    keys = _mixed(words)
    order = np.argsort(keys, kind=kind)
    if np.count_nonzero(_changes(words[:, order])) != np.count_nonzero(_changes(keys[order][None])):
        return np.lexsort(words)
    return order


def _changes(ordered: Words) -> NDArray[np.bool_]:
    """Where a line differs from the one before it; the first does."""
    changes = np.ones(ordered.shape[1], dtype=np.bool_)
    changes[1:] = (ordered[:, 1:] != ordered[:, :-1]).any(axis=0)
    return changes


def _lines(words: Words) -> list[bytes]:
    """The lines that the words were gathered from. No line holds a NUL, so NumPy may drop the zeros at the end."""
    rows = np.ascontiguousarray(words.T).astype("<u8", copy=False)
    texts: list[bytes] = rows.view(f"S{_WORD * len(words)}").ravel().tolist()
    return texts
