"""What a command hands to the report: one value that every format can be made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Cell = str | int | float | bool | None
"""A value of a machine format. ``None`` is an undefined value; an infinity is a float."""

Remark = str | tuple[str | float, ...]
"""A text beside a figure; or its parts, of which the numbers are rounded as the figures are."""

STDOUT = "-"
"""The path that means standard output."""


@dataclass(frozen=True, eq=False, repr=False)
class Table:
    """Named columns and rows of cells: what CSV, TSV and Markdown print."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, eq=False, repr=False)
class Facts:
    """A block of the terminal view: a name, its value, and a remark beside it (an interval, a unit), a line each."""

    rows: Sequence[tuple[str, Cell, Remark]]
    title: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class Grid:
    """A block of the terminal view: a table. ``bars`` names a column of numbers that is also drawn as bars."""

    table: Table
    title: str = ""
    bars: str | None = None


Style = Literal["line", "dashed", "points", "bars", "band"]
"""How a series is drawn. A ``line`` has a marker on each point, ``dashed`` (a reference) has none, a ``band`` fills
what is between ``low`` and ``high``."""


@dataclass(frozen=True, eq=False, repr=False)
class Series:
    """Points of a curve by name; without a name the legend leaves it out.

    With ``low`` and ``high``, points and lines have error bars. ``width`` is that of bars, in units of x, or of each
    bar. A value with no place on its axis (an infinity; 0 on a logarithmic one) is not drawn and interrupts a line.
    """

    name: str
    x: Sequence[float]
    y: Sequence[float] = ()
    style: Style = "line"
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    width: float | Sequence[float] = 0.8

    def sides(self) -> list[tuple[float, float]]:
        """Where each bar begins and ends."""
        widths = self.width if isinstance(self.width, Sequence) else [self.width] * len(self.x)
        return [(x - width / 2, x + width / 2) for x, width in zip(self.x, widths, strict=True)]


@dataclass(frozen=True, eq=False, repr=False)
class Curve:
    """A block of the terminal view that is drawn, and what ``--plot`` draws: series over the same two axes.

    An axis reaches from the least to the largest value shown, and over ``x_range`` or ``y_range`` where given; bars
    start at 0. ``categories`` name the places 0, 1, … of the x axis (a bar chart). ``square`` gives both axes the same
    length. ``below`` is a lower panel with the same x axis, such as the histogram below a reliability diagram.
    """

    series: Sequence[Series]
    title: str = ""
    x_label: str = ""
    y_label: str = ""
    log_x: bool = False
    log_y: bool = False
    x_range: tuple[float, float] | None = None
    y_range: tuple[float, float] | None = None
    categories: Sequence[str] = ()
    square: bool = False
    below: Curve | None = None


Block = Facts | Grid | Curve
"""What the terminal view is made of."""


@dataclass(frozen=True, eq=False, repr=False)
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
    view: Sequence[Block]
    plain: Literal["headline", "table"] = "headline"
    turned: bool = False
    notes: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True, eq=False, repr=False)
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
