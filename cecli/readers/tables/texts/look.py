"""What shape a text has, decided once on its head: only where it cannot be read as plain CSV, or as somebody said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cecli.readers.sources.source import HEAD, Source

if TYPE_CHECKING:
    from cecli.readers.tables.texts.shape import Shape

BLANKS = " "
"""The delimiter that stands for a run of blanks and tabs of any length."""

LOOK = 1 << 16
"""Bytes of a head that are looked at, where the first ones may be those of another shape."""

_LINES = 64
"""Lines of it."""

_SIGNS = b' "\t;|#:*='
"""Without one of these a text can have no other shape."""


@dataclass(frozen=True)
class Said:
    """How a person says that a text is to be read: its ``delimiter`` (BLANKS for runs of blanks), the mark of its
    decimals, and whether it has a header; and ``own``, what separates its cells where nobody says so. ``shared`` says
    that the delimiter and the mark are said of another file, and hold here if they can; ``pairs`` that lines may be
    classes and their figures."""

    own: str = ","
    delimiter: str | None = None
    decimal: str | None = None
    header: bool = True
    shared: bool = False
    pairs: bool = False


def shape_of(source: Source, said: Said) -> Shape | None:
    """The shape of a text of which nothing has been read; None where it is plain."""
    return _shape(source.peek(HEAD), lambda: source.peek(LOOK), _settled(said, source.peek(HEAD)), source.name)


def open_text(source: Source, said: Said, shape: Shape | None) -> tuple[str, bool]:
    """What separates the cells of the records that ``source`` gives from now on, and whether the first is a header."""
    if shape is None:
        return plain_delimiter(source, said), said.header
    from cecli.readers.tables.texts.shape import reshape

    reshape(source, shape)
    return shape.delimiter, shape.header


def plain_delimiter(source: Source, said: Said) -> str:
    """What separates the cells of a text that is known to be plain."""
    return _settled(said, source.peek(HEAD)).delimiter or said.own


def is_plain(head: bytes, said: Said) -> bool:
    """Whether a text is plain that begins with ``head``: LOOK bytes, or all of a shorter one."""
    said = _settled(said, head[:HEAD])
    return _shape(head[:HEAD], lambda: head[:LOOK], said, "") is None


def _settled(said: Said, head: bytes) -> Said:
    """What is said of a text itself: what is said of another one holds if its delimiter is in the first line."""
    if not said.shared or said.delimiter is None or said.delimiter.encode() in head.partition(b"\n")[0]:
        return said
    return replace(said, delimiter=None)


def _shape(head: bytes, more: Callable[[], bytes], said: Said, name: str) -> Shape | None:
    plain = said.delimiter != BLANKS and said.decimal is None
    if plain and len(head.translate(None, _SIGNS)) == len(head) and head[:1] not in (b"\n", b"\r"):
        return None
    from cecli.readers.tables.texts.recognise import recognise

    data = more()
    if b"\0" in data:
        return None
    mark = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    lines = data[mark:].split(b"\n")
    if len(data) >= LOOK or not lines[-1]:
        lines.pop()
    lengths = [len(line) + 1 for line in lines]
    shape = recognise([line.removesuffix(b"\r") for line in lines[:_LINES]], said, lengths, name)
    return replace(shape, skip=shape.skip + mark) if shape is not None and (shape.skip or shape.pairs) else shape
