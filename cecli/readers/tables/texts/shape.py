"""What a text's lines become before they are read as records: the same number of lines, by RFC 4180."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cecli.readers.sources.source import Source
from cecli.readers.tables.record_ends import last_end
from cecli.readers.tables.records import LONGEST_RECORD

Rewrite = Callable[[bytes, int], bytes]
"""Whole lines, and the number of the first of them in the file, as so many lines that are records."""


@dataclass(frozen=True)
class Shape:
    """How a text is read that is no plain one: as records with ``delimiter`` between the cells, ``header`` saying
    whether the first is a header.

    In place of the first ``skip`` bytes, which are ``lines`` lines, come the bytes ``begin``; ``rewrite`` makes records
    of the lines after them (None: they are records). With ``pairs`` they are no records, but objects of JSON.
    """

    delimiter: str
    header: bool
    skip: int = 0
    lines: int = 0
    begin: bytes = b""
    rewrite: Rewrite | None = None
    pairs: bool = False

    @property
    def keeps_bytes(self) -> bool:
        """Whether the file is read as it stands."""
        return not self.skip and not self.begin and self.rewrite is None


def reshape(source: Source, shape: Shape) -> None:
    """Let ``source`` hand out the records of ``shape``, in place of the lines of the file."""
    if shape.keeps_bytes:
        return
    source.read(shape.skip)
    source.rewrite(lambda blocks: _rewritten(blocks, shape), shape.lines - shape.begin.count(b"\n"))


def _rewritten(blocks: Iterator[bytes], shape: Shape) -> Iterator[bytes]:
    if shape.begin:
        yield shape.begin
    if shape.rewrite is None:
        yield from blocks
        return
    waiting, line = b"", shape.lines + 1
    for block in blocks:
        waiting = waiting + block if waiting else block
        end = last_end(waiting)
        if end:
            whole, waiting = waiting[:end], waiting[end:]
            yield shape.rewrite(whole, line)
            line += whole.count(b"\n")
        elif len(waiting) > LONGEST_RECORD:
            yield waiting  # who reads it says that it is too long
            waiting = b""
    if waiting:
        yield shape.rewrite(waiting, line)
