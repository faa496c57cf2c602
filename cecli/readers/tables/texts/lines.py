"""Lines of cells split by blanks, or of numbers with a comma, as records by RFC 4180."""

from __future__ import annotations

import re

from cecli.errors import InputError
from cecli.readers.tables.texts.look import BLANKS
from cecli.readers.tables.texts.shape import Rewrite

_AROUND = re.compile(rb"^[ \t]+|[ \t]+(?=\r?$)", re.MULTILINE)
_RUN = re.compile(rb"[ \t]+")
_IRREGULAR = (b"  ", b"\t", b"\n ", b" \n", b" \r")


def rewriting(delimiter: str, decimal: str, name: str = "") -> Rewrite | None:
    """What makes records of the lines of the text ``name``, a tab between their cells if ``delimiter`` is BLANKS; None
    where they are records."""
    mark = "\t" if delimiter == BLANKS else delimiter
    pattern, pointed = _numbers(mark, b","), _numbers(mark, rb"\.")
    if delimiter != BLANKS and decimal != ",":
        return None

    def rewrite(data: bytes, line: int) -> bytes:
        if delimiter == BLANKS:
            data = _tabs(data)
        if decimal == ",":
            found = pointed.search(data)
            if found:
                at = line + data.count(b"\n", 0, found.start())
                number = (found[2] + b"." + found[3]).decode("ascii").strip()
                raise InputError(f"{name}:{at}: found {number}, a number with a point, where numbers have a comma")
            data = pattern.sub(rb"\1\2.\3", data)
        return data

    return rewrite


def _tabs(data: bytes) -> bytes:
    """Lines with a tab for every run of blanks outside quotes, and none at their ends."""
    if b'"' not in data:
        return _bare_tabs(data)
    pieces = data.split(b'"')
    pieces[0::2] = _bare_tabs(b'"'.join(pieces[0::2])).split(b'"')
    return b'"'.join(pieces)


def _bare_tabs(data: bytes) -> bytes:
    if any(mark in data for mark in _IRREGULAR) or data[:1] == b" " or data[-1:] == b" ":
        data = _AROUND.sub(b"", data)
        return _RUN.sub(b"\t", data)
    return data.replace(b" ", b"\t")


def _numbers(delimiter: str, mark: bytes) -> re.Pattern[bytes]:
    """Cells that are numbers with digits behind a mark; between commas they stand in quotes."""
    ends = b'"' if delimiter == "," else b'"' + re.escape(delimiter).encode()
    begin, stop = (b'(")', b'(?=")') if delimiter == "," else (b"(^|[%b])" % ends, rb"(?=[%b]|\r?$)" % ends)
    return re.compile(
        begin + rb"([ \t]*[+-]?[0-9]*)" + mark + rb"([0-9]+(?:[eE][+-]?[0-9]+)?[ \t]*)" + stop, re.MULTILINE
    )
