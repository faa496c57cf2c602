"""A report's table as a table of GitHub Flavored Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cecli.errors import literal
from cecli.report.model import Cell, Report, Table
from cecli.report.numbers import shortest
from cecli.report.surface import Surface

_MARKUP = re.compile(r"[|*`~]|\\(?=[!-/:-@\[-`{-~]|$)|<(?=[A-Za-z/!?])|&(?=\w+;|#)|\]\(|(?<![^\W_])_|_(?![^\W_])")
"""What Markdown would take for itself: each gets a backslash before it (an underscore inside a word is safe)."""


def markdown_text(report: Report, surface: Surface) -> str:
    """A Markdown table, every digit; a ``turned`` report of one row as metric and value.

    Labels are shown as they are: control characters as escapes, Markdown's own signs with a backslash.
    """
    table = report.table
    if report.turned and len(table.rows) == 1:
        table = Table(("metric", "value"), tuple(zip(table.columns, table.rows[0], strict=True)))
        numeric = [False, True]
    else:
        numeric = [_is_numeric([row[index] for row in table.rows]) for index in range(len(table.columns))]
    rule = ["---:" if right else "---" for right in numeric]
    lines = [[_escaped(name) for name in table.columns], rule, *([_text(cell) for cell in row] for row in table.rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _is_numeric(cells: Sequence[Cell]) -> bool:
    return bool(cells) and not any(isinstance(cell, (str, bool)) for cell in cells)


def _text(cell: Cell) -> str:
    return _escaped(cell) if isinstance(cell, str) else shortest(cell)


def _escaped(text: str) -> str:
    return _MARKUP.sub(lambda match: "\\" + match[0], literal(text))
