"""What a table is to the readers of predictions, whatever file it came from: named columns, and blocks of rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from cecli.errors import CellErrors
from cecli.readers.tables.arrays.spec import ArrayOptions

if TYPE_CHECKING:
    from cecli.readers.sources.source import Source
    from cecli.readers.tokens.options import TokenOptions

BLOCK_BYTES = 1 << 21
"""Bytes of text in a block: enough to hide the cost of handing it over, little enough for the cache of a core."""

MOST_COLUMNS = 1 << 15
"""Columns beyond which PyArrow is slower than the careful reader: it spends some kilobytes on each, however few rows
a block has then."""


@dataclass(frozen=True)
class Part:
    """Bytes of a text from ``start`` to before ``stop``, moved on to the ends of lines; or such row groups of Parquet.

    ``header`` is the length of the header of a text. ``rows_before`` and ``lines_before`` are the rows and lines before
    it, where they are known; 0 otherwise.
    """

    start: int
    stop: int
    of_text: bool
    header: int = 0
    rows_before: int = 0
    lines_before: int = 0


Rest = Literal["zero", "uniform", "drop"]
"""What classes get that a row does not name: nothing, equal shares of what is left of 1, or the row is left out."""


@dataclass(frozen=True)
class TableOptions:
    """How a file is read as a table, so far as the person said it: what separates the cells of a text, whether it has a
    header, what its decimals begin with, the column of lists that is meant, which part of the file is read, what the
    person calls the file, which array of it is meant, what classes get that a row does not name, and how documents of
    tokens are read."""

    delimiter: str | None = None
    header: bool = True
    block_bytes: int = BLOCK_BYTES
    vector: str | None = None
    part: Part | None = None
    path: str = ""
    rest: Rest | None = None
    array: ArrayOptions = field(default_factory=ArrayOptions)
    decimal: str | None = None
    shared: bool = False
    """Whether the delimiter and the mark of decimals are said of another file, and hold here if they can."""
    tokens: TokenOptions | None = None


@dataclass(frozen=True)
class Selection:
    """Which columns are wanted, by position: ``numbers`` together as one array, ``coded`` texts (few different values,
    as labels are), and ``strings`` (all different, as ids are). ``number_kind`` is what messages call a number here."""

    numbers: tuple[int, ...] = ()
    coded: tuple[int, ...] = ()
    strings: tuple[int, ...] = ()
    number_kind: str = "a number"
    other_kinds: tuple[tuple[int, str], ...] = ()

    def kind(self, column: int) -> str:
        """What messages call a number of this column."""
        return dict(self.other_kinds).get(column, self.number_kind)


@dataclass(frozen=True, eq=False, repr=False)
class Coded:
    """A column of texts as numbers: row i holds ``values[codes[i]]``."""

    codes: NDArray[np.integer[Any]]
    values: list[str]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Coded:
        """Texts as such a column; each text is numbered where it is met first."""
        codes: dict[str, int] = {}
        numbers = [codes.setdefault(text, len(codes)) for text in texts]
        return cls(np.array(numbers, dtype=np.intp), list(codes))


@dataclass(frozen=True, eq=False, repr=False)
class Cells:
    """The selected cells of a block: ``numbers`` (n, len(selection.numbers)), a Coded per coded column, and a PyArrow
    string array per string column. ``precision`` is what the numbers of ``number_kind`` were stored in, where that is
    not the type of ``numbers``. ``left_out`` are rows that do not count, since they do not name all classes."""

    numbers: NDArray[np.floating[Any]]
    coded: tuple[Coded, ...] = ()
    strings: tuple[Any, ...] = ()
    precision: str | None = None
    left_out: NDArray[np.bool_] | None = None


class SourceTable:
    """What every table begins with that reads a source from its beginning to its end."""

    def __init__(self, source: Source) -> None:
        self.name = source.name
        self._source = source

    @property
    def size(self) -> int | None:
        """Bytes on disk, where that is known."""
        return self._source.size

    @property
    def position(self) -> int:
        """Bytes taken from the disk so far."""
        return self._source.position

    def close(self) -> None:
        """Close the file."""
        self._source.close()


class Block(Protocol):
    """Some consecutive rows, not read yet. ``parse`` may run in any thread."""

    first_row: int
    rows: int

    def parse(self) -> Cells:
        """The selected cells. Raises CellErrors with the bad cells of the block, or InputError."""

    def place(self, row: int, column: int | None = None) -> str:
        """Where a row of this block, counted from 0, or one of its cells stands, as messages begin."""


class Table(Protocol):
    """A file of named columns. ``header`` says whether the names stood in the file."""

    name: str
    columns: tuple[str, ...]
    header: bool

    @property
    def size(self) -> int | None:
        """Bytes on disk, where that is known."""

    @property
    def position(self) -> int:
        """Bytes taken from the disk so far."""

    def blocks(self, selection: Selection) -> Iterator[Block]:
        """The rows, once, in the order of the file."""

    def close(self) -> None:
        """Close the file."""


@dataclass
class Problems:
    """Bad cells of one input, in file order: the first few as messages, and how many there are."""

    messages: list[str] = field(default_factory=list)
    total: int = 0
    hint: str | None = None

    def add(self, messages: list[str], total: int | None = None, hint: str | None = None) -> None:
        """Add messages, of which ``total`` were found in all."""
        from cecli.errors import SHOWN_PROBLEMS

        self.messages += messages[: SHOWN_PROBLEMS - len(self.messages)]
        self.total += len(messages) if total is None else total
        self.hint = self.hint or hint

    def raise_any(self) -> None:
        """Raise CellErrors if there are any."""
        if self.total:
            raise CellErrors(self.messages, self.total, self.hint)
