"""Files that are read in parts, each for itself: stretches of a text, and row groups of Parquet."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Any, BinaryIO

from cecli.errors import InputError, literal, unreadable
from cecli.readers.sources.urls import is_url
from cecli.readers.tables.formats import format_of_head
from cecli.readers.tables.table import Part
from cecli.readers.tables.texts.look import LOOK, Said, is_plain

AHEAD = 8 << 20
"""Bytes fetched at once of a file behind a URL."""

_STEP = LOOK


class NotInParts(Exception):
    """A text that cannot be read in parts, since a line end may be inside quotes."""


class TextPart(io.RawIOBase):
    """A text of which only the header and one part are there. Raises NotInParts at its end if it has seen an odd number
    of quotes: then a line end that parts meet at is inside quotes, here or in another part."""

    def __init__(self, file: BinaryIO, part: Part) -> None:
        super().__init__()
        self._file = file
        self.begin = max(part.header, boundary(file, part.start)) if part.start else part.header
        self.end = max(part.header, boundary(file, part.stop))
        self.lines_skipped = part.lines_before
        self._quotes = 0
        self._header, self._place = part.header, 0
        self._waiting = memoryview(b"")
        self._ahead = AHEAD if hasattr(file, "url") else 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes of the header, then of the part; not more than ``size``, none at the end."""
        if not self._waiting:
            if self._place == self._header:
                self._place = self.begin
            stop = self._header if self._place < self._header else self.end
            left = max(0, stop - self._place)
            self._file.seek(self._place)
            data = self._file.read(left if size < 0 else min(max(size, self._ahead), left)) if left else b""
            if self._place >= self.begin:
                self._quotes += data.count(b'"')
            self._place += len(data)
            self._waiting = memoryview(data)
            if not data and self._quotes % 2:
                raise NotInParts
        taken = len(self._waiting) if size < 0 else size
        some, self._waiting = self._waiting[:taken], self._waiting[taken:]
        return bytes(some)

    def lines_before(self) -> int:
        """The lines between the header and the part. Raises NotInParts where quotes are open at either end."""
        lines, quotes = self._count(self._header, self.begin)
        _, own = self._count(self.begin, self.end)
        if quotes % 2 or own % 2:
            raise NotInParts
        return lines

    def _count(self, start: int, stop: int) -> tuple[int, int]:
        """The line ends and the quotes of a stretch of the file."""
        self._file.seek(start)
        lines = quotes = 0
        while start < stop and (data := self._file.read(min(1 << 20, stop - start))):
            start += len(data)
            lines, quotes = lines + data.count(b"\n"), quotes + data.count(b'"')
        return lines, quotes

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


def boundary(file: BinaryIO, offset: int) -> int:
    """The start of the first line that begins at or after ``offset``, moved on past blank lines and what borders on
    them, so that a blank line is never the first or the last of a part; the end of the file where there is none."""
    if not offset:
        return 0
    place = _after_line(file, offset - 1)
    while _has_blank_line(file, place):
        place = _after_line(file, place)
    return place


def _after_line(file: BinaryIO, offset: int) -> int:
    """What follows the first line end at or after ``offset``."""
    file.seek(offset)
    while data := file.read(_STEP):
        cut = data.find(b"\n") + 1
        if cut:
            return offset + cut
        offset += len(data)
    return file.seek(0, io.SEEK_END)


def _has_blank_line(file: BinaryIO, place: int) -> bool:
    """Whether the line before ``place`` or the one after it is blank, and the file goes on."""
    before = file.seek(max(0, place - 3))
    around = exactly(file, place - before + 2)
    left, right = around[: place - before], around[place - before :]
    return bool(right) and (left.endswith((b"\n\n", b"\n\r\n")) or right.startswith((b"\n", b"\r\n")))


def exactly(file: BinaryIO, size: int) -> bytes:
    """So many bytes from where the file stands; fewer only at its end."""
    data = b""
    while len(data) < size and (more := file.read(size - len(data))):
        data += more
    return data


def open_seekable(path: str) -> BinaryIO | None:
    """The file at ``path``, of this machine or behind a URL, to be read at offsets; None where that cannot be."""
    if is_url(path):
        from cecli.readers.sources.remote import open_remote

        remote: Any = open_remote(path, head=1).ranges()
        file: BinaryIO | None = remote
        return file
    try:
        found = open(path, "rb", buffering=0)  # noqa: SIM115 (the caller closes it)
        if found.seekable():
            return found
    except OSError as error:
        raise InputError(f"{literal(path)}: {unreadable(error)}") from error
    found.close()
    return None


def parts_of(path: str, header: bool, target: int, said: Said | None = None) -> list[Part]:
    """The parts of about ``target`` bytes that a file can be read in; empty where it can only be read as a whole.

    ``said`` is how text is read that may have any shape, None where it is read as it stands.
    """
    file = open_seekable(path)
    if file is None:
        return []
    try:
        head = exactly(file, _STEP)
        kind = _kind(path, head, said)
        return [] if kind is None else _PARTS[kind](file, head, header, target)
    finally:
        file.close()


def head_of(path: str, said: Said | None = None) -> tuple[str | None, bytes, int]:
    """What a file that can be read at offsets holds, ``parquet`` or ``text`` (None for all else), its beginning, and
    its bytes."""
    file = open_seekable(path)
    if file is None:
        return None, b"", 0
    try:
        head = exactly(file, _STEP)
        return _kind(path, head, said), head, file.seek(0, io.SEEK_END)
    finally:
        file.close()


def _kind(path: str, head: bytes, said: Said | None) -> str | None:
    """How the file at ``path``, which begins with ``head``, is taken apart; None where it is not: as text of another
    shape than ``said``, of which lines become records."""
    from cecli.readers.sources.compression import compression_of

    if compression_of(head) or not head:
        return None
    form = format_of_head(head, path)
    if form.parts != "text":
        return form.parts
    plain = said is None or is_plain(head, replace(said, own=form.delimiter or ","))
    return "text" if plain and b"\0" not in head else None


def _of_text(file: BinaryIO, head: bytes, header: bool, target: int) -> list[Part]:
    size = file.seek(0, io.SEEK_END)
    length = head.find(b"\n") + 1 if header else 0
    if (header and not length) or b'"' in head or size < 2 * target:
        return []
    count = size // target
    cuts = [size * k // count for k in range(count)] + [size]
    return [Part(start, stop, True, length) for start, stop in pairwise(cuts)]


def _of_parquet(file: BinaryIO, head: bytes, header: bool, target: int) -> list[Part]:
    parts = [part for (part,) in row_group_parts([row_groups(file)], target)]
    return parts if len(parts) > 1 else []


@dataclass(frozen=True, eq=False, repr=False)
class RowGroup:
    """The rows of a row group of Parquet, and its bytes."""

    rows: int
    size: int


def row_groups(file: BinaryIO) -> list[RowGroup]:
    """The row groups of a Parquet file; none where it cannot be read."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        metadata = parquet.read_metadata(file)
    except (pa.ArrowException, OSError):
        return []  # who reads it says what is wrong
    groups = (metadata.row_group(k) for k in range(metadata.num_row_groups))
    return [RowGroup(group.num_rows, group.total_byte_size) for group in groups]


def row_group_parts(files: Sequence[Sequence[RowGroup]], target: int) -> list[tuple[Part, ...]]:
    """Parts of about ``target`` bytes of the first of several Parquet files, cut where a row group of each begins."""
    ends = [{end: k for k, end in enumerate(accumulate(group.rows for group in own), start=1)} for own in files]
    if not all(ends) or len({max(own) for own in ends}) > 1:
        return []
    common = set.intersection(*map(set, ends))
    cuts, held, row = [0], 0, 0
    for group in files[0]:
        held, row = held + group.size, row + group.rows
        if row in common and row > cuts[-1] and (held >= target or row == max(common)):
            cuts.append(row)
            held = 0
    return [
        tuple(Part(own.get(start, 0), own[stop], False, rows_before=start) for own in ends)
        for start, stop in pairwise(cuts)
    ]


_PARTS: dict[str, Callable[[BinaryIO, bytes, bool, int], list[Part]]] = {"text": _of_text, "parquet": _of_parquet}
"""How the files of a format are taken apart."""
