"""Rows by id: a hash index of all ids in NumPy arrays, exact, for tens of millions of rows.

Ids are kept as rows of 8-byte words, by width (``id_words``). A *key* holds the upper bits of an id's hash and, below
them, its number; the keys lie sorted, and a directory tells where those with the same highest bits begin, one or two of
them each. A lookup goes on from there to the keys with the same bits of the hash and then compares the words, so that
ids with the same hash are never taken for one. Everything is done for thousands of ids by one call of NumPy, which lets
other threads run meanwhile.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cecli.core.sums.layout import Integers
from cecli.errors import InputError, quoted
from cecli.readers.predictions.id_words import CHUNK, Words, equal, hashes, parts, text
from cecli.readers.sources.dynamic_array import Growing

Keys = NDArray[np.int64]

_KEY_BITS = 62
"""Bits of a key; fewer than an integer's 63, so that ``_BEYOND`` is above all keys and shares no hash with any."""

_BEYOND = np.iinfo(np.int64).max


class IdIndex:
    """The rows of ids: all are added, then the index is finished, then rows are found.

    Memory for n ids: 8 bytes for every 8 bytes of an id begun, 10 to 12 for the key and the directory, 1 for the mark,
    and 4 for the row where the ids are not all of one width. Ids beyond 256 bytes take what Python objects take.

    >>> import pyarrow as pa
    >>> index = IdIndex("labels.csv")
    >>> index.add(pa.array(["img_7", "img_3"]))
    >>> index.finish()
    >>> index.find(pa.array(["img_3", "img_4", "img_7"]))
    array([ 1, -1,  0])
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._count = 0
        self._widths: dict[int, _Width] = {}
        self._long: dict[str, int] = {}
        self._repeated: list[tuple[int, str]] = []

    def add(self, ids: Any) -> None:
        """Take up the ids of the next rows, a PyArrow string array."""
        rows = np.arange(self._count, self._count + len(ids))
        for part in parts(ids):
            if part.words is None:
                for k, name in _texts(ids, part.positions):
                    if self._long.setdefault(name, self._count + k) != self._count + k:
                        self._repeated.append((self._count + k, name))
                continue
            width = part.words.shape[1]
            if width not in self._widths:
                self._widths[width] = _Width(width)
            self._widths[width].add(part.words, rows[part.positions])
        self._count += len(ids)

    def finish(self) -> None:
        """Make rows findable. Raises InputError that names the first id that stands more than once."""
        for width in self._widths.values():
            self._repeated += width.finish(self._count)
        if self._repeated:
            raise InputError(f"{self.name}: the id {quoted(min(self._repeated)[1])} stands more than once")
        self._used = np.zeros(self._count, dtype=bool)

    def find(self, ids: Any) -> Integers:
        """The row of every id in the index, -1 where it has none; may run in many threads at once."""
        found: Integers = np.full(len(ids), -1, dtype=np.intp)
        for part in parts(ids):
            if part.words is None:
                found[part.positions] = [self._long.get(name, -1) for _, name in _texts(ids, part.positions)]
            elif part.words.shape[1] in self._widths:
                found[part.positions] = self._widths[part.words.shape[1]].find(part.words)
        return found

    def mark(self, rows: Integers) -> Integers:
        """Note that these rows have been used; the positions in ``rows`` of those that had been before."""
        before = self._used[rows]
        self._used[rows] = True
        ordered = np.sort(rows)
        if (ordered[1:] == ordered[:-1]).any():
            again = np.ones(len(rows), dtype=bool)
            again[np.unique(rows, return_index=True)[1]] = False
            before |= again
        return np.flatnonzero(before)

    @property
    def used(self) -> NDArray[np.bool_]:
        """Which rows have been asked for."""
        return self._used

    def unused(self) -> tuple[int, list[str]]:
        """How many ids nobody asked for, and the first few."""
        left = np.flatnonzero(~self._used)
        return len(left), [self._text(row) for row in left[:5].tolist()]

    def _text(self, row: int) -> str:
        for width in self._widths.values():
            found = width.text_of(row)
            if found is not None:
                return found
        return next(name for name, its_row in self._long.items() if its_row == row)


def first_repeated(arrays: Sequence[Any]) -> str | None:
    """The id that first stands there again in PyArrow string arrays taken one after the other, or None. Exact.

    Memory: 8 bytes an id beside the arrays.

    >>> import pyarrow as pa
    >>> first_repeated([pa.array(["b", "a", "c"]), pa.array(["a", "b"])])
    'a'
    """
    ends = list(accumulate(len(ids) for ids in arrays))
    total = ends[-1] if ends else 0
    keys = np.empty(total, dtype=np.int64)
    mask = _mask(total)
    for ids, end in zip(arrays, ends, strict=True):
        start = end - len(ids)
        for part in parts(ids):
            rows = np.arange(start, end)[part.positions]
            if part.words is None:
                spread = np.array([hash(name) for _, name in _texts(ids, part.positions)], dtype=np.int64)
                keys[rows] = _keys(spread.view(np.uint64), mask) | rows
            else:
                keys[rows] = _keys(hashes(part.words), mask) | rows
    keys.sort()

    def id_of(row: int) -> str:
        which = bisect_right(ends, row)
        name: str = arrays[which][row - (ends[which] - len(arrays[which]))].as_py()
        return name

    row = _first_repeated(keys, mask, id_of)
    return None if row is None else id_of(row)


class _Width:
    """The ids of one width: added, then finished, then looked up."""

    def __init__(self, width: int) -> None:
        self._new_words = Growing(np.uint64, width)
        self._new_rows = Growing()

    def add(self, words: Words, rows: Integers) -> None:
        self._new_words.add(words)
        self._new_rows.add(rows)

    def finish(self, total: int) -> list[tuple[int, str]]:
        """Make ids findable; the first one that stands more than once, with its row, if any does."""
        self._words: Words = self._new_words.finished()
        count = len(self._words)
        self._rows = None if count == total else self._new_rows.finished()  # None: an id's number is its row
        del self._new_words, self._new_rows
        self._mask = _mask(count)
        self._keys = np.empty(count + 1, dtype=np.int64)
        for start in range(0, count, CHUNK):
            some = self._words[start : start + CHUNK]
            self._keys[start : start + len(some)] = _keys(hashes(some), self._mask)
            self._keys[start : start + len(some)] |= np.arange(start, start + len(some))
        self._keys[:count].sort()
        self._keys[count] = _BEYOND
        bits = count.bit_length() - 1
        self._shift = _KEY_BITS - bits
        self._starts = _directory(self._keys[:count], self._shift, 1 << bits)
        number = _first_repeated(self._keys[:count], self._mask, lambda number: text(self._words[number]))
        if number is None:
            return []
        return [(number if self._rows is None else int(self._rows[number]), text(self._words[number]))]

    def find(self, words: Words) -> Integers:
        """The rows of ids, given by their words; -1 for those that are not there."""
        wanted = _keys(hashes(words), self._mask)
        at = self._starts.take(wanted >> self._shift).astype(np.intp)
        found = np.full(len(words), -1, dtype=np.intp)
        asked = np.arange(len(words))
        while len(asked):
            keys = self._keys.take(at)
            before = np.flatnonzero(keys < wanted)
            while len(before):
                at[before] += 1
                keys[before] = self._keys.take(at[before])
                before = before[keys[before] < wanted[before]]
            like = np.flatnonzero((keys ^ wanted) <= self._mask)
            numbers = keys[like] & self._mask
            same = equal(self._words.take(numbers, axis=0), words[asked[like]])
            found[asked[like[same]]] = numbers[same] if self._rows is None else self._rows[numbers[same]]
            other = like[~same]  # another id with the same bits of its hash: on to the next key
            asked, wanted, at = asked[other], wanted[other], at[other] + 1
        return found

    def text_of(self, row: int) -> str | None:
        """The id of a row, or None if it has another width."""
        number = row if self._rows is None else int(np.searchsorted(self._rows, row))
        if number < len(self._words) and (self._rows is None or self._rows[number] == row):
            return text(self._words[number])
        return None


def _mask(count: int) -> int:
    """The bits of a key that hold the number of one of so many ids."""
    return (1 << count.bit_length()) - 1


def _keys(spread: NDArray[np.uint64], mask: int) -> Keys:
    """Hashes as keys with the number 0."""
    keys: Keys = (spread >> np.uint64(64 - _KEY_BITS)).view(np.int64)
    keys &= ~np.int64(mask)
    return keys


def _directory(keys: Keys, shift: int, buckets: int) -> NDArray[np.unsignedinteger[Any]]:
    """Where in the sorted keys those begin that are at least ``bucket << shift``, for every bucket."""
    starts = np.zeros(buckets + 1, dtype=np.uint32 if len(keys) < 1 << 32 else np.uint64)
    for start in range(0, len(keys), CHUNK):
        some = keys[start : start + CHUNK] >> shift
        counts = np.bincount(some - some[0])
        starts[some[0] + 1 : some[0] + 1 + len(counts)] += counts.astype(starts.dtype)
    np.cumsum(starts, out=starts)
    return starts


def _first_repeated(keys: Keys, mask: int, id_of: Callable[[int], str]) -> int | None:
    """The number of the id that first stands there again. Few others share the bits of a hash: they are compared one by
    one, in their order, until one is the same as an earlier one."""
    starts = range(0, len(keys) - 1, CHUNK)
    likes = (np.flatnonzero(np.bitwise_xor(*_neighbours(keys, start)) <= mask) + start + 1 for start in starts)
    places = np.concatenate([np.zeros(0, dtype=np.intp), *likes])
    for place in places[np.argsort(keys[places] & mask)].tolist():
        name = id_of(int(keys[place]) & mask)
        earlier = place - 1
        while earlier >= 0 and int(keys[earlier] ^ keys[place]) <= mask:
            if id_of(int(keys[earlier]) & mask) == name:
                return int(keys[place]) & mask
            earlier -= 1
    return None


def _neighbours(keys: Keys, start: int) -> tuple[Keys, Keys]:
    later = keys[start + 1 : start + 1 + CHUNK]
    return keys[start : start + len(later)], later


def _texts(ids: Any, positions: slice | Integers) -> list[tuple[int, str]]:
    return [(k, ids[k].as_py()) for k in np.arange(len(ids))[positions].tolist()]
