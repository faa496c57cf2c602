"""A report for people: facts and tables, aligned, with bars where probabilities are compared."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cecli.errors import literal
from cecli.report import cells
from cecli.report.model import Block, Cell, Facts, Grid, Report
from cecli.report.numbers import aligned, remarked, rounded
from cecli.report.surface import LONG_TABLE, Surface
from cecli.report.terminal import Line, fitting, paint

GAP = 2
NARROW_GAP = 1
"""Between the columns of a table that would not fit otherwise."""
SMALLEST_LABEL = 8
"""How far a label may be shortened to let the numbers stand within the screen."""
SMALLEST_BAR, LARGEST_BAR = 8, 32
SMALLEST_REMARK = 16


@dataclass(frozen=True)
class Column:
    """A column of a grid as text, each cell already aligned; ``label`` columns stand left and may be shortened."""

    name: str
    texts: Sequence[str]
    label: bool

    @property
    def width(self) -> int:
        return max(map(cells.width, (self.name, *self.texts)))


def table_text(report: Report, surface: Surface) -> str:
    """The report's view: its blocks with a blank line between them.

    Labels are shown literally. Numbers are rounded, but never cut or wrapped: where the surface is too narrow, first
    the bars go, then labels are shortened, then columns stand closer, then lines are longer than the surface.
    """
    texts = []
    for index, block in enumerate(report.view):
        lines = _block(block, surface, first=index == 0)
        title: list[Line] = [[(_shown(block.title, surface), "bold")]] if block.title else []
        texts.append("".join(_painted(line, surface) for line in (*title, *lines)))
    return "\n".join(text for text in texts if text)


def _block(block: Block, surface: Surface, first: bool) -> list[Line]:
    if isinstance(block, Facts):
        return _facts(block, surface, first)
    if isinstance(block, Grid):
        return _grid(block, surface)
    from cecli.report.drawing.curves import curve_lines

    return curve_lines(block, surface)


def _facts(block: Facts, surface: Surface, first: bool) -> list[Line]:
    names = [_shown(name, surface) for name, _, _ in block.rows]
    values = _values([value for _, value, _ in block.rows], surface)
    remarks = [_shown(remarked(remark, surface.digits), surface) for _, _, remark in block.rows]
    name_width = max(map(cells.width, names), default=0)
    value_width = max((cells.width(value) for value, remark in zip(values, remarks, strict=True) if remark), default=0)
    before = name_width + value_width + 2 * GAP
    lines: list[Line] = []
    for name, value, remark in zip(names, values, remarks, strict=True):
        style = "bold" if first and not lines else ""
        head = [(cells.pad(name, name_width + GAP), ""), (cells.pad(value, value_width + GAP), style)]
        for part in cells.wrap(remark, max(surface.width - before, SMALLEST_REMARK)):
            lines.append([*head, (part, "dim")])
            head = [(" " * before, "")]
    return lines


def _values(values: Sequence[Cell], surface: Surface) -> list[str]:
    """The values of a block of facts: numbers with their decimal points below each other, text as it is."""
    numbers = iter(aligned([value for value in values if not _is_label(value)], surface.digits, fill=False))
    return [_cell(value, surface) if _is_label(value) else next(numbers) for value in values]


def _grid(block: Grid, surface: Surface) -> list[Line]:
    rows = block.table.rows
    shown = rows if surface.rows is None or len(rows) <= LONG_TABLE else rows[: surface.rows]
    names = list(block.table.columns)
    columns = [_column(name, [row[index] for row in shown], surface) for index, name in enumerate(names)]
    columns, room = _fitted(columns, surface)
    bars = [""] * len(shown)
    if block.bars is not None and room >= SMALLEST_BAR:
        index = names.index(block.bars)
        bars = _bars([row[index] for row in shown], min(room, LARGEST_BAR), surface)
    widths = [column.width for column in columns]
    gap = GAP if sum(widths) + GAP * (len(widths) - 1) <= surface.width else NARROW_GAP
    rule = ("─" if surface.blocks else "-") * (sum(widths) + gap * (len(widths) - 1))
    lines: list[Line] = [[(_joined([column.name for column in columns], columns, widths, gap), "bold")]]
    lines.append([(rule, "dim")])
    for number, bar in enumerate(bars):
        texts = [column.texts[number] for column in columns]
        lines.append([(_joined(texts, columns, widths, gap), ""), (bar, "cyan")])
    if len(shown) < len(rows):
        more = f"… and {len(rows) - len(shown):,} more (-f csv shows all)"
        lines.append([(fitting(more, surface.encoding), "dim")])
    return lines


def _column(name: str, values: Sequence[Cell], surface: Surface) -> Column:
    label = any(_is_label(value) for value in values)
    texts = [_cell(value, surface) for value in values] if label else aligned(values, surface.digits)
    return Column(_shown(name, surface), texts, label)


def _fitted(columns: list[Column], surface: Surface) -> tuple[list[Column], int]:
    """The columns with labels as short as the surface asks for, and the room that is left for bars."""
    room = surface.width - sum(column.width + GAP for column in columns)
    free = room + GAP + sum(column.width for column in columns if column.label)
    limit = max(_limit([column.width for column in columns if column.label], free), SMALLEST_LABEL)
    return [_shortened(column, limit, surface) if column.label else column for column in columns], room


def _limit(widths: Sequence[int], free: int) -> int:
    """The width to cut ``widths`` to so that they share ``free`` columns, the narrow ones uncut."""
    for done, width in enumerate(sorted(widths)):
        share = free // (len(widths) - done)
        if width > share:
            return share
        free -= width
    return max(widths, default=0)


def _shortened(column: Column, width: int, surface: Surface) -> Column:
    ellipsis = "…" if surface.blocks else "..."
    name, *texts = (cells.shorten(text, width, ellipsis) for text in (column.name, *column.texts))
    return replace(column, name=name, texts=texts)


def _bars(values: Sequence[Cell], room: int, surface: Surface) -> list[str]:
    """A bar a row; where some values are below 0, all begin at an axis between left and right."""
    sizes = [float(value) if isinstance(value, (int, float)) else 0.0 for value in values]
    finite = [size for size in sizes if math.isfinite(size)]
    largest, least = max(finite, default=0.0), min(sizes, default=0.0)
    if least < 0:
        ends = min(finite, default=0.0) or -1.0, largest
        return [" " * GAP + cells.signed_bar(size, *ends, room, surface.blocks) for size in sizes]
    return [" " * GAP + cells.bar(size, largest, room, surface.blocks) for size in sizes]


def _joined(texts: Sequence[str], columns: Sequence[Column], widths: Sequence[int], gap: int) -> str:
    parts = zip(texts, columns, widths, strict=True)
    return (" " * gap).join(cells.pad(text, width, right=not column.label) for text, column, width in parts)


def _is_label(value: Cell) -> bool:
    return isinstance(value, (str, bool))


def _cell(value: Cell, surface: Surface) -> str:
    """A label exactly as it is: no sign of it stands for another."""
    return fitting(literal(rounded(value, surface.digits)), surface.encoding, signs=False)


def _shown(text: str, surface: Surface) -> str:
    return fitting(literal(text), surface.encoding)


def _painted(line: Line, surface: Surface) -> str:
    """One line of text with its colours, without spaces at its end."""
    pieces = [(text, style) for text, style in line if text]
    while pieces and not pieces[-1][0].rstrip():
        pieces.pop()
    if pieces:
        pieces[-1] = (pieces[-1][0].rstrip(), pieces[-1][1])
    return "".join(paint(text, style, surface.colour) for text, style in pieces) + "\n"
