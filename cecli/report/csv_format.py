"""A report's table as CSV or TSV, by RFC 4180 with LF line ends."""

from __future__ import annotations

from collections.abc import Iterable

from cecli.report.model import Cell, Report
from cecli.report.numbers import shortest
from cecli.report.surface import Surface


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


def _records(report: Report, delimiter: str) -> str:
    rows = (report.table.columns, *report.table.rows)
    return "".join(record(row, delimiter) for row in rows)


def _field(cell: Cell, delimiter: str) -> str:
    text = shortest(cell)
    if not isinstance(cell, str):
        return text
    if not text or delimiter in text or '"' in text or "\n" in text or "\r" in text:
        return '"' + text.replace('"', '""') + '"'
    return text
