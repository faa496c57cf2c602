"""The file of ``llama-perplexity --kl-divergence-base FILE``: a row of log-probabilities for every token scored.

Little-endian: ``_logits_``, n_ctx, n_vocab and n_chunk as int32, the tokens of all chunks as int32; then, for each of
the n_ctx - 1 - n_ctx//2 tokens of a chunk that are scored, a scale and a least logarithm as float32 and n_vocab whole
numbers q of 16 bits (one more, unused, where they are odd): log p = scale q + least. No checksum, and no end.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cecli.core.rows.kinds import KINDS
from cecli.errors import InputError
from cecli.readers.sources.source import Source
from cecli.readers.tables.arrays.data import Data, InFile, InStream
from cecli.readers.tables.fields import WIDEST
from cecli.readers.tables.records import LONGEST_RECORD
from cecli.readers.tables.table import Cells, Coded, Selection, SourceTable

TOKEN, CHUNK = "token", "chunk"
"""The columns beside the classes: the token that was observed, and the number of its chunk."""

_HEAD = struct.Struct("<8s3i")
_BLOCK_BYTES, _WIDE_BLOCK_BYTES, _MANY = 1 << 21, 1 << 24, 1024
"""Bytes of doubles in a block, the same where a row has many classes, and how many are many."""

_STEPS = 65535
_CUT = 16.0 * (1 - 2.0**-20)
"""Where the numbers of a row reach over so many nats, smaller logarithms have been raised to the least one."""

_ROUNDING = 2.0**-13
"""A logarithm of 0 may be written as one above 0 by half a step of 16/65535 nats, and less than this."""


@dataclass(frozen=True)
class Sizes:
    """The numbers of the header, and what follows from them."""

    context: int
    classes: int
    chunks: int

    @property
    def rows_of_chunk(self) -> int:
        """The tokens of a chunk that are scored: its second half, without the first of it."""
        return self.context - 1 - self.context // 2

    @property
    def row_bytes(self) -> int:
        """Bytes of a row: two float32, and a whole number of 16 bits for each class, of which there is an even one."""
        return 8 + 4 * ((self.classes + 1) // 2)

    @property
    def rows(self) -> int:
        """All rows."""
        return self.chunks * self.rows_of_chunk

    @property
    def token_bytes(self) -> int:
        """Bytes of the tokens."""
        return 4 * self.context * self.chunks


class LlamaTable(SourceTable):
    """The rows of such a file; its columns are the classes, 0…K-1, and then TOKEN and CHUNK."""

    header = False
    own_label, own_cluster = TOKEN, CHUNK
    """What labels and clusters are, where nobody says otherwise."""
    stored_kind = KINDS["log-probs"]
    """What its numbers are."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.sizes = sizes = self._sizes(source.peek(_HEAD.size))
        source.read(_HEAD.size)
        offset = _HEAD.size + sizes.token_bytes
        self._data: Data = InStream(source) if source.file is None else InFile(source, offset)
        if source.file is not None:
            self._check_length(self._data.check_length(sizes.rows * sizes.row_bytes, sizes.row_bytes))
        self.tokens = self._read_tokens()
        self.vector_width = sizes.classes
        self.columns = (*(str(k) for k in range(sizes.classes)), TOKEN, CHUNK)
        self._given = 0
        self._at_cut: dict[int, int] = {}
        self._lock = Lock()

    @property
    def total_rows(self) -> int:
        """How many rows its header promises."""
        return self.sizes.rows

    @property
    def position(self) -> int:
        """Bytes taken from the disk so far."""
        return self._data.position(self._given * self.sizes.row_bytes)

    @property
    def labels_at_cut(self) -> int:
        """Of the rows read with their tokens, those whose token lies at the cut: its probability is smaller."""
        return sum(self._at_cut.values())

    def blocks(self, selection: Selection) -> Iterator[LlamaBlock]:
        """The rows in blocks of some megabytes."""
        classes, row = self.sizes.classes, self.sizes.row_bytes
        size = max(1, (_BLOCK_BYTES if classes < _MANY else _WIDE_BLOCK_BYTES) // (8 * classes))
        for first in range(0, self.sizes.rows, size):
            rows = min(size, self.sizes.rows - first)
            load: Callable[[], bytes | bytearray] = partial(self._at, first * row, rows * row)
            if not self._data.in_place:
                load = partial(_same, self._next(rows * row))
            self._given = first + rows
            yield LlamaBlock(self, first, rows, load, selection)
        if not self._data.check_end():
            raise self._too_long()

    def labels(self, first: int, rows: int) -> NDArray[np.int32]:
        """The tokens that were observed in some rows."""
        half = self.sizes.context // 2
        return np.asarray(self.tokens[:, half + 1 :].reshape(-1)[first : first + rows])

    def count_at_cut(self, first: int, rows: int) -> None:
        """Note how many tokens of a block lie at the cut; a block may be parsed twice."""
        with self._lock:
            self._at_cut[first] = rows

    def place(self, row: int, column: int | None = None) -> str:
        """``base.kld: row 17 (chunk 2), column 3``, counted from 1."""
        text = f"{self.name}: row {row + 1} (chunk {row // self.sizes.rows_of_chunk + 1})"
        return text if column is None else f"{text}, column {column + 1}"

    def close(self) -> None:
        """Close the file."""
        self._data.close()
        super().close()

    def _sizes(self, head: bytes) -> Sizes:
        if len(head) < _HEAD.size:
            raise InputError(f"{self.name}: the file is cut short within its header")
        _, context, classes, chunks = _HEAD.unpack(head)
        if context < 3 or classes < 2 or chunks < 1 or classes > WIDEST:
            raise InputError(
                f"{self.name}: its header promises {chunks:,} chunks of {context:,} tokens out of {classes:,}: no file "
                "of logits that llama-perplexity wrote"
            )
        return Sizes(context, classes, chunks)

    def _read_tokens(self) -> NDArray[np.int32]:
        wanted = self.sizes.token_bytes
        if self._data.in_place or wanted <= LONGEST_RECORD:
            data = self._source.read(wanted)
            if len(data) == wanted:
                return np.frombuffer(data, dtype="<i4").reshape(self.sizes.chunks, self.sizes.context)
        raise self._cut_short()

    def _at(self, place: int, size: int) -> bytearray:
        found = bytearray(size)
        if not self._data.read_into(memoryview(found), place):
            raise self._cut_short()
        return found

    def _next(self, size: int) -> bytes:
        found = self._data.read(size)
        if len(found) < size:
            raise self._cut_short()
        return found

    def _check_length(self, over: int) -> None:
        if over < 0:
            raise self._cut_short()
        if over > 0:
            raise self._too_long()

    def _cut_short(self) -> InputError:
        return InputError(
            f"{self.name}: the file is cut short: its header promises {self.sizes.chunks:,} chunks of "
            f"{self.sizes.context:,} tokens, {self.sizes.rows:,} rows of {self.sizes.classes:,} log-probabilities",
            "was llama-perplexity stopped before its end? run it again",
        )

    def _too_long(self) -> InputError:
        return InputError(
            f"{self.name}: bytes follow the {self.sizes.rows:,} rows that its header promises: a broken file",
            "run llama-perplexity --kl-divergence-base again",
        )


class LlamaBlock:
    """Some rows of such a file."""

    def __init__(
        self,
        table: LlamaTable,
        first_row: int,
        rows: int,
        load: Callable[[], bytes | bytearray],
        selection: Selection,
    ) -> None:
        self.first_row, self.rows = first_row, rows
        self._table, self._load, self._selection = table, load, selection

    def parse(self) -> Cells:
        """The selected columns, as doubles."""
        chosen, classes = self._selection, self._table.sizes.classes
        if any(k >= classes for k in chosen.numbers):
            raise InputError(f"{self._table.name}: expected {chosen.number_kind}, found the column of tokens or chunks")
        raw = np.frombuffer(self._load(), dtype="<u2").reshape(self.rows, -1)
        scale, least = (np.ascontiguousarray(raw[:, k : k + 2]).view("<f4").astype(np.float64) for k in (0, 2))
        steps = raw[:, 4 : 4 + classes]
        if classes in chosen.coded:
            self._look_for_cut(steps, scale[:, 0])
        taken = steps if chosen.numbers == tuple(range(classes)) else steps[:, list(chosen.numbers)]
        numbers = taken * scale
        numbers += least
        if numbers.size and numbers.max() > 0:
            numbers[(numbers > 0) & (numbers < _ROUNDING)] = 0.0
        return Cells(
            numbers,
            tuple(self._coded(k) for k in chosen.coded),
            tuple(_strings(self._coded(k)) for k in chosen.strings),
        )

    def place(self, row: int, column: int | None = None) -> str:
        """Where a row of this block or one of its cells stands."""
        return self._table.place(self.first_row + row, column)

    def _look_for_cut(self, steps: NDArray[np.uint16], scale: NDArray[np.float64]) -> None:
        """Count the rows whose token has the least logarithm there is, where smaller ones have been raised to it."""
        labels = self._table.labels(self.first_row, self.rows)
        rows = np.flatnonzero((labels >= 0) & (labels < steps.shape[1]) & (scale * _STEPS >= _CUT))
        self._table.count_at_cut(self.first_row, int(np.count_nonzero(steps[rows, labels[rows]] == 0)))

    def _coded(self, column: int) -> Coded:
        if column == self._table.sizes.classes:
            return _texts(self._table.labels(self.first_row, self.rows))
        if column > self._table.sizes.classes:
            rows = np.arange(self.first_row, self.first_row + self.rows)
            return _texts(rows // self._table.sizes.rows_of_chunk + 1)
        raise InputError(f"{self._table.name}: the column {column} holds log-probabilities, and no texts")


def _texts(numbers: NDArray[Any]) -> Coded:
    values, codes = np.unique(numbers, return_inverse=True)
    return Coded(codes, [str(value) for value in values.tolist()])


def _strings(column: Coded) -> Any:
    import pyarrow as pa

    return pa.array([column.values[code] for code in column.codes.tolist()], pa.string())


def _same(data: bytes) -> bytes:
    return data
