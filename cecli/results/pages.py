"""What the pages of all commands have in common: how a result was made, lists that are cut, intervals in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cecli.report.model import Cell, Facts, Grid, Remark, Table
from cecli.report.pages.page import Block, Section, Words
from cecli.report.signature import VERSION, command_line, signature_line
from cecli.results.figures import NUMBER, UNIT, within

MOST_CLASSES = 100
"""Rows of a list on a page; a list that is not much longer is shown whole."""

Fact = tuple[str, Cell, Remark]


def between(low: float | None, high: float | None, confidence: float) -> tuple[str | float, ...]:
    """An interval in words and numbers; nothing where it is undefined."""
    if low is None or high is None:
        return ()
    return f"{confidence * 100:g} % interval ", low, " to ", high


def cut(grid: Grid, cost: Sequence[float], of_what: str, table: str) -> list[Block]:
    """The grid; of a long one the rows of largest ``cost``, and a word on how many more there are and which ``--table``
    lists them."""
    rows = list(grid.table.rows)
    if len(rows) <= 2 * MOST_CLASSES:
        return [grid]
    order = sorted(range(len(rows)), key=lambda k: -cost[k])[:MOST_CLASSES]
    kept = Grid(Table(grid.table.columns, [rows[k] for k in order]), grid.title, grid.bars)
    words = f"The {MOST_CLASSES} of {len(rows):,} {of_what}; the other {len(rows) - MOST_CLASSES:,} are left out."
    return [Words([f"{words} -f csv --table {table} lists all."]), kept]


def how_sections(command: str, shown: Any, document: Mapping[str, Any], arguments: Sequence[str]) -> list[Section]:
    """What the figures mean, and how the result was made, as far as that is known."""
    facts: list[Fact] = [("Command", command_line(command, arguments), "")] if arguments else []
    facts.append(("Program", f"cecli {document.get('version', VERSION)}", ""))
    facts += [(f"SHA-256 of {each['path']}", each["sha256"], "") for each in document.get("inputs", ())]
    line = document.get("signature")
    if line is not None:
        facts.append(("Signature", line, ""))
    elif arguments:
        line = signature_line(command, shown.SIGNED, str(document["unit"]), shown.rows_of(document), arguments, {})
        facts.append(("Signature", line, "--signature adds the SHA-256 of the inputs"))
    return [
        Section("What the figures mean", [Facts(_meanings(command, document))]),
        Section("How it was computed", [Facts(facts)]),
    ]


def _meanings(command: str, document: Mapping[str, Any]) -> list[Fact]:
    """The figures of a document that have a value, and what they mean."""
    return [
        (figure.title, figure.meaning, "")
        for figure in within(command)
        if figure.kind in (UNIT, NUMBER, "object") and document.get(figure.key) is not None
    ]


def notes_block(notes: Sequence[str]) -> list[Block]:
    """The notes, where there are some."""
    return [Words(notes, notes=True)] if notes else []
