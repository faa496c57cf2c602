"""What the cutting of every text into pieces of whole records begins with: bytes that wait until a record ends."""

from __future__ import annotations

from dataclasses import dataclass

from cecli.errors import InputError
from cecli.readers.sources.source import Source, check_text_head
from cecli.readers.tables.records import LONGEST_RECORD, step


@dataclass(frozen=True, eq=False, repr=False)
class Piece:
    """Whole records: their bytes, how many there are, and the row and physical line of the first.

    ``quoted`` says whether a quote occurs, ``lines`` counts all line ends, those inside quotes too.
    """

    data: bytes
    rows: int
    lines: int
    first_row: int
    first_line: int
    quoted: bool


class TextSplitter:
    """Takes a text apart. A record is a line, unless a format says otherwise."""

    def __init__(self, source: Source, block_bytes: int) -> None:
        check_text_head(source)
        self._source = source
        self._block = block_bytes
        self._rest = b""
        self._final = False
        self._line = 1
        self._row = 0
        self._blank: int | None = None

    def _fill(self) -> None:
        """Read as much again as is waiting, so that a long record costs linear time. Raises InputError for one that is
        too long, before what is too long stands in memory twice."""
        size = step(self._block, len(self._rest))
        block = self._source.read(size)
        self._final = len(block) < size
        if len(self._rest) + len(block) > LONGEST_RECORD + self._block and not self._has_end(block):
            what = self._without_end(block)
            raise InputError(f"{self._source.name}:{self._line}: {what} within {LONGEST_RECORD >> 20} MiB")
        self._rest = self._rest + block if self._rest else block

    def _has_end(self, block: bytes) -> bool:
        """Whether a record ends in what is waiting or in ``block``, which follows."""
        return b"\n" in self._rest or b"\n" in block

    def _without_end(self, block: bytes) -> str:
        """What a record without an end in them is."""
        return "a line without an end"
