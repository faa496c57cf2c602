"""The shape that the first lines of a text prove: those of a plain one prove none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cecli.errors import UsageError
from cecli.readers.tables.texts.cells import (
    bare,
    decimal_of,
    is_fraction,
    is_number,
    is_quoted,
    split,
    with_points,
)
from cecli.readers.tables.texts.lines import rewriting
from cecli.readers.tables.texts.look import BLANKS, Said
from cecli.readers.tables.texts.shape import Shape

Cells = list[bytes]

_MARKS = ("\t", ";", "|")
_INDEX = (b"", b"id", b"index", b"idx", b"row", b"key", b"obs", b"rowname", b"rownames", b"sampleid", b"row_ids")


@dataclass(frozen=True)
class Fit:
    """A way to split lines into cells that fits all of them: those of the header (None: there is none), of the rows."""

    delimiter: str
    decimal: str
    header: Cells | None
    rows: list[Cells]


@dataclass(frozen=True)
class Head:
    """What a text is called, and the bytes of its first lines."""

    name: str
    lengths: Sequence[int]


def recognise(lines: Sequence[bytes], said: Said, lengths: Sequence[int], name: str) -> Shape | None:
    """The shape of a text of these first ``lines``, whose bytes are ``lengths``; None where it is plain, or where none
    is proven. Raises UsageError where what is said cannot be."""
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    if not lines:
        return None
    if said.pairs and said.delimiter in (None, BLANKS):
        from cecli.readers.tables.texts.pairs import pairs_of

        pairs = pairs_of(lines, name)
        if pairs is not None:
            return pairs
    if said.header and said.delimiter in (None, ",") and any(line.startswith(b"inst#,") for line in lines[:8]):
        from cecli.readers.tables.texts.weka import weka_of

        weka = weka_of(lines, lengths, name)
        if weka is not None:
            return weka
    commented = _commented(lines)
    if not commented and _is_plain(lines, said):
        return None
    body = lines[commented:]
    regular = bool(body) and all(line.strip() for line in body) and not any(line.count(b'"') % 2 for line in lines)
    fit = _fit(body, said, bool(commented)) if regular else None
    if fit is None and said.delimiter is not None:
        commented, fit = 0, _said_fit(lines, said, said.delimiter)
    if fit is None:
        if said.decimal == "," and not said.shared:
            raise UsageError(
                f"--decimal comma: what separates the cells of {name}?", "--delimiter semicolon, tab or space"
            )
        return None
    head = Head(name, lengths)
    return _of_comments(lines, commented, fit, said, head) if commented else _shape(fit, said, 0, head)


def _commented(lines: Sequence[bytes]) -> int:
    """How many lines at the head begin with ``#``."""
    return next((k for k, line in enumerate(lines) if not line.startswith(b"#")), len(lines))


def _is_plain(lines: Sequence[bytes], said: Said) -> bool:
    """Whether all lines have the same number of cells, more than one, by the delimiter that holds."""
    if said.delimiter == BLANKS or said.decimal is not None:
        return False
    rows = _split_all(lines, said.delimiter or said.own)
    if rows is None or len({len(row) for row in rows}) > 1:
        return False
    if said.delimiter is not None:
        return decimal_of(rows) == "."
    if len(rows[0]) < 2 or (said.own == "\t" and said.header and _is_row(rows)):
        return False
    return said.own != "," or not _are_joined(rows[-1][1:-1])


def _are_joined(cells: Sequence[bytes]) -> bool:
    """Whether cells between commas are halves of two numbers, as in ``0,5;0,5``."""
    return bool(cells) and all(b";" in cell and all(map(is_number, cell.split(b";"))) for cell in cells)


def _split_all(lines: Sequence[bytes], delimiter: str) -> list[Cells] | None:
    rows = [split(line, delimiter) for line in lines]
    whole = [row for row in rows if row is not None]
    return whole if len(whole) == len(rows) else None


def _fit(body: Sequence[bytes], said: Said, commented: bool) -> Fit | None:
    """The one way to split the lines under the comments; None where none is proven."""
    if said.delimiter is not None:
        return _said_fit(body, said, said.delimiter)
    own = _split_all(body, said.own)
    if own is not None and {len(row) for row in own} != {1}:
        short = _split_as(body, said, said.own, proven=True)
        if short is not None and (commented or short.decimal == "," or _has_other_header(short, own, said)):
            return short
    impossible = own is None or len({len(row) for row in own}) > 1
    fits = [_split_as(body, said, mark, proven=impossible) for mark in _MARKS if mark != said.own]
    found = [fit for fit in fits if fit is not None]
    if found:
        return found[0] if len(found) == 1 else None
    return _split_as(body, said, BLANKS, proven=own is None)


def _has_other_header(fit: Fit, rows: Sequence[Cells], said: Said) -> bool:
    """Whether the first line is read as another header than it seems to be, or as none."""
    return said.header and (fit.header is None or fit.header != rows[0])


def _said_fit(body: Sequence[bytes], said: Said, delimiter: str) -> Fit:
    """The lines by the delimiter that somebody names, whatever they hold: who reads them says what is wrong."""
    fit = _split_as(body, said, delimiter, proven=True)
    if fit is not None:
        return fit
    rows = _split_all(body, delimiter) or [[line] for line in body]
    header, rows = (rows[0], rows[1:]) if said.header else (None, rows)
    return Fit(delimiter, said.decimal or decimal_of(rows), header, rows)


def _split_as(body: Sequence[bytes], said: Said, delimiter: str, proven: bool) -> Fit | None:
    """The lines by ``delimiter``, if it fits: rows of the same number of cells, two at least, and a header of as many,
    or of one fewer before rows with names. Where the lines may be texts, too, fractions must be among them (not
    ``proven``)."""
    rows = _split_all(body, delimiter)
    if rows is None:
        return None
    header = rows.pop(0) if said.header else None
    if not rows or len({len(row) for row in rows}) > 1:
        return None
    decimal = said.decimal or decimal_of(rows)
    width = len(rows[0])
    if header is not None and len(header) == width - 1 and _are_names(header, rows, body[0]):
        header = [b'""', *header]
    if width < (1 if said.delimiter else 2) or (header is not None and len(header) != width):
        return None
    points = [with_points(row) for row in rows] if decimal == "," else rows
    numbers = [k for k in range(width) if all(is_number(row[k]) for row in points)]
    fractions = [k for k in numbers if any(is_fraction(row[k]) for row in points)]
    if not (numbers if proven else fractions) and not said.delimiter and not _are_quoted(body, delimiter):
        return None
    if header is not None and not said.delimiter and delimiter != "," and _is_row([header, *rows]):
        rows.insert(0, header)
        header = None
    return Fit(delimiter, decimal, header, rows)


def _are_quoted(body: Sequence[bytes], delimiter: str) -> bool:
    """Whether quotes close before ``delimiter`` in all lines, where a text of one column would be malformed."""
    mark = b'"' + (b" " if delimiter == BLANKS else delimiter.encode()) + b'"'
    return len(body) > 1 and all(mark in line for line in body[1:])


def _are_names(header: Cells, rows: Sequence[Cells], line: bytes) -> bool:
    """Whether the first cells of rows are names of rows, over which a header one cell short stands: R quotes them and
    all names of columns, or pandas begins its header with a blank; or they count up by 1, as no class does."""
    if any(bare(name).lower() in _INDEX for name in header[:1]) or any(not row[-1].strip() for row in rows):
        return False
    first = [bare(row[0]) for row in rows]
    if len(set(first)) < len(first):
        return False
    if all(map(is_quoted, header)) and all(is_quoted(row[0]) for row in rows):
        return True
    if line.startswith((b" ", b"\t")):
        return True
    counts = [int(name) if name.isdigit() else -1 for name in first]
    return len(counts) > 2 and all(counts[k] == counts[0] + k for k in range(len(counts))) and counts[0] >= 0


def _is_row(rows: Sequence[Cells]) -> bool:
    """Whether the first line is a row of probabilities, written with more digits than a name has, and no header."""
    if len(rows[0]) < 2 or not all(is_number(cell) for row in rows for cell in row):
        return False
    digits = max(len(bare(cell).partition(b".")[2]) for cell in rows[0])
    total = math.fsum(float(bare(cell)) for cell in rows[0])
    return digits >= 10 and all(0 <= float(bare(cell)) <= 1 for cell in rows[0]) and abs(total - 1) < 1e-6


def _of_comments(lines: Sequence[bytes], commented: int, fit: Fit, said: Said, head: Head) -> Shape | None:
    """The shape of a text that begins with lines of ``#``, the last of which may be its header."""
    if (fit.header is not None and all(map(is_number, fit.header))) or (fit.header is None and said.header):
        return _headed(lines[commented - 1], commented, fit, head)
    own = split(lines[commented - 1], fit.delimiter)
    if own is not None and len(own) == len(fit.rows[0]) and fit.header is not None and not _is_text_over_numbers(fit):
        return None  # the comment may be the header
    if fit.header is None and own is not None and len(own) == len(fit.rows[0]):
        return None  # or a row
    return _shape(fit, said, commented, head)


def _headed(line: bytes, commented: int, fit: Fit, head: Head) -> Shape | None:
    """The shape with the names behind ``# `` as a header."""
    rows = fit.rows if fit.header is None else [fit.header, *fit.rows]
    if fit.delimiter != BLANKS and _begins_names(line, split(line, fit.delimiter), len(rows[0])):
        return None
    for delimiter in (fit.delimiter, ",", BLANKS):
        names = split(line.lstrip(b"#").strip(b" \t"), delimiter)
        if names is not None and len(names) == len(rows[0]):
            begin = b"\t".join(names) if fit.delimiter == BLANKS else fit.delimiter.encode().join(names)
            return _made(fit, head, True, commented, begin + b"\n")
    return _made(fit, head, fit.header is not None, commented, b"")


def _begins_names(line: bytes, names: Cells | None, width: int) -> bool:
    """Whether the sign is that of a name: all names have it, or no blank is behind it."""
    if names is None or len(names) != width:
        return False
    return not line.startswith(b"# ") or any(b"#" in name for name in names[1:])


def _is_text_over_numbers(fit: Fit) -> bool:
    header = fit.header or []
    return any(not is_number(name) and all(is_number(row[k]) for row in fit.rows) for k, name in enumerate(header))


def _shape(fit: Fit, said: Said, commented: int, head: Head) -> Shape | None:
    """The shape of a fit, with its own header, whose numbers are left as they are."""
    plain = fit.delimiter != BLANKS and fit.decimal == "."
    if fit.header is None or (plain and not commented and fit.header[:1] != [b'""']):
        shape = _made(fit, head, fit.header is not None, commented, b"")
        same = shape.keeps_bytes and shape.delimiter == (said.delimiter or said.own) and shape.header == said.header
        return None if same else shape
    if _is_of_liblinear(fit):
        fit = replace(fit, header=[b"predicted", *fit.header[1:]])
    mark = b"\t" if fit.delimiter == BLANKS else fit.delimiter.encode()
    begin = mark.join(fit.header or []) + b"\n"
    return _made(fit, head, True, commented + 1, begin)


def _is_of_liblinear(fit: Fit) -> bool:
    """Whether the first column holds predictions though it is called ``labels``, as LIBLINEAR and LIBSVM call it: in
    every row it is the class with the largest figure."""
    if fit.delimiter != BLANKS or fit.header is None or fit.header[0] != b"labels" or len(fit.header) < 3:
        return False
    names = fit.header[1:]
    if not all(is_number(cell) for row in [names, *fit.rows] for cell in row) or not set(fit.rows[0][:1]) <= set(names):
        return False
    return all(row[0] in names and _is_largest(row[1:], names.index(row[0])) for row in fit.rows)


def _is_largest(figures: Cells, k: int) -> bool:
    values = [float(figure) for figure in figures]
    return values[k] == max(values) and abs(math.fsum(values) - 1) < 1e-3


def _made(fit: Fit, head: Head, header: bool, lines: int, begin: bytes) -> Shape:
    """A shape with ``begin`` in place of the first lines."""
    delimiter = "\t" if fit.delimiter == BLANKS else fit.delimiter
    rewrite = rewriting(fit.delimiter, fit.decimal, head.name)
    return Shape(delimiter, header, sum(head.lengths[:lines]), lines, begin, rewrite)
