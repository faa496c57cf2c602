"""What a command hands to the report: one value that every format can be made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Cell = str | int | float | bool | None
"""A value of a machine format. ``None`` is an undefined value; an infinity is a float."""

STDOUT = "-"
"""The path that means standard output."""


@dataclass(frozen=True)
class Table:
    """Named columns and rows of cells: what CSV, TSV and Markdown print."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Facts:
    """A block of the terminal view: a name, its value, and a remark beside it (an interval, a unit), a line each."""

    rows: Sequence[tuple[str, Cell, str]]
    title: str = ""


@dataclass(frozen=True)
class Grid:
    """A block of the terminal view: a table. ``bars`` names a column of numbers >= 0 that is also drawn as bars."""

    table: Table
    title: str = ""
    bars: str | None = None


@dataclass(frozen=True)
class Report:
    """One result of one command.

    ``document`` holds the JSON keys that SPEC names for the command, in their order (nested mappings and lists of
    mappings); the writer adds ``schema_version``, ``command`` and ``version``. ``table`` is the CSV form.
    ``headline`` is what ``--value`` prints, a line each. ``plain`` says what ``auto`` prints into a pipe. ``turned``
    makes Markdown show a one-row table as metric and value. ``notes`` go to standard error once the rest is written.
    """

    command: str
    document: Mapping[str, Any]
    table: Table
    headline: Sequence[float | int | None]
    view: Sequence[Facts | Grid]
    plain: Literal["headline", "table"] = "headline"
    turned: bool = False
    notes: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True)
class OutputOptions:
    """The shared output options as one value (SPEC, section 2, Output)."""

    format: str = "auto"
    path: str | None = None
    value: bool = False
    get: str | None = None
    digits: int = 6
    quiet: bool = False

    @property
    def file(self) -> str | None:
        """The path of the file to write, None for standard output."""
        return None if self.path == STDOUT else self.path
