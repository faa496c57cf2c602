"""A report's table as CSV or TSV, by RFC 4180 with LF line ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from cecli.report.model import Cell, Report
from cecli.report.numbers import shortest, shortest_column
from cecli.report.surface import Surface

_CHUNK = 4096
"""Rows that are written at once, column by column."""


def csv_text(report: Report, surface: Surface) -> str:
    """A header and a record per row, separated by commas."""
    return _records(report, ",")


def tsv_text(report: Report, surface: Surface) -> str:
    """The same with tabs; what holds a tab, a quote or a line end is quoted as in CSV."""
    return _records(report, "\t")


def record(cells: Iterable[Cell], delimiter: str = ",") -> str:
    r"""One record with its line end.

    Every digit, labels as they are. An empty label is ``""``, an undefined value nothing, but ``""`` where it would
    leave the line blank.

    >>> record(["a,b", "=1+1", "", None, 0.1, float("inf")])
    '"a,b",=1+1,"",,0.1,inf\n'
    """
    line = delimiter.join(_field(cell, delimiter) for cell in cells)
    return (line or '""') + "\n"


def records(rows: Iterable[Sequence[Cell]], delimiter: str = ",") -> Iterator[str]:
    """Records in pieces of many: what ``record`` gives for each of the rows, which are equally long."""
    rest = iter(rows)
    while chunk := list(islice(rest, _CHUNK)):
        columns = [_column(column, delimiter) for column in zip(*chunk, strict=True)]
        lines = map(delimiter.join, zip(*columns, strict=True)) if columns else iter([""] * len(chunk))
        yield "\n".join([line or '""' for line in lines]) + "\n"


def _records(report: Report, delimiter: str) -> str:
    return "".join([record(report.table.columns, delimiter), *records(report.table.rows, delimiter)])


def _column(cells: Sequence[Cell], delimiter: str) -> Sequence[str]:
    """The fields of one column: at once where all are of one kind and nothing must be quoted."""
    if set(map(type, cells)) == {str}:
        texts: Sequence[str] = cells  # type: ignore[assignment]
        joined = "".join(texts)
        if all(texts) and not any(sign in joined for sign in (delimiter, '"', "\n", "\r")):
            return texts
        return [_field(cell, delimiter) for cell in cells]
    return shortest_column(cells) or [_field(cell, delimiter) for cell in cells]


def _field(cell: Cell, delimiter: str) -> str:
    text = shortest(cell)
    if not isinstance(cell, str):
        return text
    if not text or delimiter in text or '"' in text or "\n" in text or "\r" in text:
        return '"' + text.replace('"', '""') + '"'
    return text
