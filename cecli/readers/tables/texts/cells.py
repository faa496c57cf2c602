"""The cells of single lines in the head of a text, split by whatever may separate them, and what they are."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cecli.readers.tables.texts.look import BLANKS

_NUMBER = re.compile(rb"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?inf(?:inity)?", re.IGNORECASE)
_FRACTION = re.compile(rb"[+-]?[0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)?|[+-]?[0-9]+\.?[eE][+-]?[0-9]+")
_POINT = re.compile(rb"[+-]?[0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)?")
_COMMA = re.compile(rb"[+-]?[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?")
_THOUSANDS = re.compile(rb"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
_BLANK_CELL = re.compile(rb'"(?:[^"]|"")*"(?![^ \t])|[^ \t"]+')


def split(line: bytes, delimiter: str) -> list[bytes] | None:
    """The cells of a line as they stand there, quotes included; None where its quotes are not those of RFC 4180."""
    if delimiter == BLANKS:
        return _split_blanks(line)
    mark = delimiter.encode()
    if b'"' not in line:
        return line.split(mark)
    cells, pieces = [], line.split(mark)
    while pieces:
        cell = pieces.pop(0)
        while cell.startswith(b'"') and not _is_closed(cell) and pieces:
            cell += mark + pieces.pop(0)
        if not (_is_closed(cell) if cell.startswith(b'"') else b'"' not in cell):
            return None
        cells.append(cell)
    return cells


def bare(cell: bytes) -> bytes:
    """A cell without its quotes, and without the blanks around."""
    cell = cell.strip(b" \t")
    return cell[1:-1].replace(b'""', b'"') if len(cell) > 1 and cell[:1] == cell[-1:] == b'"' else cell


def is_quoted(cell: bytes) -> bool:
    """Whether a cell stands in quotes."""
    return len(cell) > 1 and cell[:1] == cell[-1:] == b'"'


def is_number(cell: bytes) -> bool:
    """Whether a cell is a number, written with a point."""
    return _NUMBER.fullmatch(bare(cell)) is not None


def is_fraction(cell: bytes) -> bool:
    """Whether it is one with a point and digits behind, or an exponent: no name of anything looks like that."""
    return _FRACTION.fullmatch(bare(cell)) is not None


def decimal_of(rows: Sequence[Sequence[bytes]]) -> str:
    """The decimal mark of rows of cells: a comma where numbers have it, some of which can have nothing else, and none
    has a point."""
    cells = [bare(cell) for row in rows for cell in row]
    commas = [cell for cell in cells if _COMMA.fullmatch(cell)]
    proven = any(not _THOUSANDS.fullmatch(cell) for cell in commas)
    return "," if proven and not any(_POINT.fullmatch(cell) for cell in cells) else "."


def with_points(cells: Sequence[bytes]) -> list[bytes]:
    """Cells with a point in those numbers that have a comma."""
    return [bare(cell).replace(b",", b".") if _COMMA.fullmatch(bare(cell)) else cell for cell in cells]


def _split_blanks(line: bytes) -> list[bytes] | None:
    if b'"' not in line:
        return line.split()
    cells, rest = [], line.strip(b" \t")
    while rest:
        found = _BLANK_CELL.match(rest)
        if found is None:
            return None
        cells.append(found[0])
        rest = rest[found.end() :].lstrip(b" \t")
    return cells


def _is_closed(cell: bytes) -> bool:
    return len(cell) > 1 and cell.endswith(b'"') and cell.count(b'"') % 2 == 0
