"""Files whose rows stand abreast, cut into parts at the same rows: texts by their lines, Parquet between row groups."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import BinaryIO

from cecli.errors import InputError, literal
from cecli.readers.tables.parts import boundary, exactly, head_of, open_seekable, row_group_parts, row_groups
from cecli.readers.tables.table import Part
from cecli.readers.tables.texts.look import Said

STEP = 1 << 20
"""Lines are counted by so many bytes: as much is read again to find one."""

Parts = list[tuple[Part, ...]]
"""Of every cut the parts of all files, in their order; empty where they can only be read as a whole."""


@dataclass(frozen=True, eq=False, repr=False)
class Text:
    """A text that can be cut at line ends, so far as its beginning tells: its bytes, and those of its header."""

    path: str
    size: int
    header: int


def text_of(path: str, said: Said) -> Text | None:
    """The text at ``path``; None where that is something else, is not plain, or has quotes near its beginning."""
    kind, head, size = head_of(path, said)
    length = head.find(b"\n") + 1 if said.header else 0
    if kind != "text" or (said.header and not length) or b'"' in head:
        return None
    return Text(path, size, length)


def line_ends(path: str, start: int, stop: int) -> list[int] | None:
    """The number of line ends in every STEP from ``start`` to before ``stop``; None where there are quotes, in which
    line ends may stand."""
    file = _opened(path)
    counts = []
    try:
        while start < stop:
            step = _read(file, start, min(STEP, stop - start))
            if b'"' in step:
                return None
            counts.append(step.count(b"\n"))
            start += STEP
    finally:
        file.close()
    return counts


class Lines:
    """Where the lines of a text begin, from the line ends in every STEP of it. Lines are counted after the header."""

    def __init__(self, text: Text, counts: Sequence[int]) -> None:
        self.text = text
        self.file = _opened(text.path)
        self._before = [0, *accumulate(counts)]
        self._of_header = 1 if text.header else 0
        unended = text.size > 0 and _read(self.file, text.size - 1, 1) != b"\n"
        self.count = self._before[-1] + unended - self._of_header

    def before(self, offset: int) -> int:
        """How many lines begin before ``offset``, where another one begins."""
        step = offset // STEP
        return self._before[step] + _read(self.file, step * STEP, offset % STEP).count(b"\n") - self._of_header

    def place(self, line: int) -> int:
        """The offset of a line, which is neither the first nor beyond the last."""
        ends = line + self._of_header
        step = bisect_left(self._before, ends) - 1
        data, place = _read(self.file, step * STEP, STEP), -1
        for _ in range(ends - self._before[step]):
            place = data.index(b"\n", place + 1)
        return step * STEP + place + 1


def text_parts(texts: Sequence[Text], counts: Sequence[Sequence[int]], target: int) -> Parts:
    """Parts of about ``target`` bytes of the first text, and those with the same lines of the others."""
    opened: list[Lines] = []
    try:
        for text, own in zip(texts, counts, strict=True):
            opened.append(Lines(text, own))
        if len({lines.count for lines in opened}) > 1:
            return []
        size, pieces = texts[0].size, max(1, texts[0].size // target)
        cuts = [_cut(opened, size * k // pieces) for k in range(1, pieces)]
    finally:
        for lines in opened:
            lines.file.close()
    starts = sorted({cut for cut in cuts if cut is not None})
    edges = [(0, (0,) * len(texts)), *starts, (opened[0].count, tuple(text.size for text in texts))]
    return [
        tuple(
            Part(start, stop, True, text.header, lines_before=line)
            for start, stop, text in zip(places, ends, texts, strict=True)
        )
        for (line, places), (_, ends) in pairwise(edges)
    ]


def _cut(opened: Sequence[Lines], offset: int) -> tuple[int, tuple[int, ...]] | None:
    """The first line at or after an offset of the first text, and where it stands in each; None where there is none, or
    a blank line near it, which must not be the last of a part."""
    first = opened[0]
    place = boundary(first.file, max(offset, first.text.header))
    if not first.text.header < place < first.text.size:
        return None
    line = first.before(place)
    places = (place, *(lines.place(line) for lines in opened[1:]))
    if any(boundary(lines.file, at) != at for lines, at in zip(opened, places, strict=True)):
        return None
    return line, places


def parquet_parts(paths: Sequence[str], target: int) -> Parts:
    """Parts of about ``target`` bytes of the first Parquet file, cut where a row group of each begins."""
    groups = []
    for path in paths:
        with closing(_opened(path)) as file:
            groups.append(row_groups(file))
    return row_group_parts(groups, target)


def _opened(path: str) -> BinaryIO:
    file = open_seekable(path)
    if file is None:
        raise InputError(f"{literal(path)}: it cannot be read at offsets")
    return file


def _read(file: BinaryIO, start: int, size: int) -> bytes:
    """So many bytes from ``start`` on; fewer only at the end."""
    file.seek(start)
    return exactly(file, size)
