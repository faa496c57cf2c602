"""A curve drawn in the characters of a terminal: blocks and boxes, or plain ASCII where there are no others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cecli.errors import literal
from cecli.report import cells
from cecli.report.drawing.axes import Axis, x_axis, y_axis
from cecli.report.drawing.strokes import ASCII, BLOCKS, STROKES, Frame, Signs
from cecli.report.model import Curve, Series
from cecli.report.surface import Surface
from cecli.report.terminal import Line, fitting

ROWS, ROWS_BELOW, ROWS_SQUARE = 16, 6, 20
"""Lines of a panel, of a lower one, and of a square one (a character is about twice as high as it is wide)."""
WIDEST, NARROWEST = 96, 16
"""Columns of a panel at most and at least."""
TICK_ROWS, TICK_COLUMNS = 3, 10
"""Lines and columns for each mark on an axis."""

_COLOURS = ("cyan", "magenta", "green")


@dataclass(frozen=True)
class _Look:
    """A series, the marker of its points, and the style of all that is drawn of it."""

    series: Series
    marker: str
    style: str


def curve_lines(curve: Curve, surface: Surface) -> list[Line]:
    """The lines of a curve: its panels above each other and its legend below. The title is not among them.

    A panel is as wide as the surface allows. Where characters share a cell, those of an earlier series win, and markers
    win over lines and lines over bands.
    """
    signs = BLOCKS if surface.blocks else ASCII
    panels = [curve] if curve.below is None else [curve, curve.below]
    heights = [ROWS_SQUARE if curve.square else ROWS, ROWS_BELOW][: len(panels)]
    axes = [y_axis(panel) for panel in panels]
    texts = [text for axis, height in zip(axes, heights, strict=True) for _, text in axis.ticks(height // TICK_ROWS)]
    margin = max(map(len, texts))
    width = max(min(surface.width - margin - 2, WIDEST), NARROWEST)
    width = min(width, 2 * ROWS_SQUARE) if curve.square else width
    looks = list(_looks([series for panel in panels for series in panel.series], signs))
    x, lines, first = x_axis(curve), [], 0
    for panel, axis, height in zip(panels, axes, heights, strict=True):
        label: list[Line] = [[(_shown(panel.y_label, surface), "dim")]] if panel.y_label else []
        own = looks[first : first + len(panel.series)]
        lines += [*label, *_panel(own, Frame(x, axis, width, height, signs), margin)]
        first += len(panel.series)
    return [*lines, *_x_marks(curve, x, width, margin, surface), *_legend(looks, signs, surface)]


def _looks(series: Sequence[Series], signs: Signs) -> Iterator[_Look]:
    """Markers and colours in turn, the same for series of one name; references and bands stand back."""
    turns: dict[str, int] = {}
    for one in series:
        if one.style in ("dashed", "band"):
            yield _Look(one, "", "dim")
        else:
            turn = turns.setdefault(one.name or str(len(turns)), len(turns))
            yield _Look(one, signs.markers[turn % len(signs.markers)], _COLOURS[turn % len(_COLOURS)])


def _panel(looks: Sequence[_Look], frame: Frame, margin: int) -> list[Line]:
    """The canvas with the y axis to its left and a floor."""
    canvas = [[(" ", "")] * frame.width for _ in range(frame.height)]
    for stroke, styles in STROKES:
        for look in reversed(looks):
            if look.series.style in styles:
                for column, row, sign in stroke(look.series, look.marker, frame):
                    canvas[row][column] = (sign, look.style)
    ticks = frame.y.ticks(frame.height // TICK_ROWS)
    marks = {frame.y.cell(value, frame.height): text for value, text in ticks}
    lines: list[Line] = []
    for number in reversed(range(frame.height)):
        text = marks.get(number, "")
        wall = frame.signs.mark if text else frame.signs.wall
        lines.append([(f"{text:>{margin}} {wall}", "dim"), *_pieces(canvas[number])])
    lines.append([(" " * (margin + 1) + frame.signs.corner + frame.signs.floor * frame.width, "dim")])
    return lines


def _pieces(row: Sequence[tuple[str, str]]) -> Line:
    """Cells of one style that stand side by side as one piece."""
    pieces: Line = []
    for sign, style in row:
        if pieces and pieces[-1][1] == style:
            pieces[-1] = (pieces[-1][0] + sign, style)
        else:
            pieces.append((sign, style))
    return pieces


def _x_marks(curve: Curve, x: Axis, width: int, margin: int, surface: Surface) -> list[Line]:
    """The values or the categories below the floor, those that find room, and what they are of."""
    marks: list[tuple[float, str]] = x.ticks(width // TICK_COLUMNS)
    if curve.categories:
        room = max(width // len(curve.categories) - 1, 1)
        ellipsis = "…" if surface.blocks else "."
        names = [cells.shorten(_shown(name, surface), room, ellipsis) for name in curve.categories]
        marks = [(float(place), name) for place, name in enumerate(names)]
    text = ""
    for value, mark in marks:
        middle = margin + 2 + (x.cell(value, width) or 0)
        start = min(middle - (cells.width(mark) - 1) // 2, margin + 2 + width - cells.width(mark))
        if not text or start > cells.width(text):
            text = cells.pad(text, start) + mark
    lines: list[Line] = [[(text, "dim")]]
    if curve.x_label:
        label = _shown(curve.x_label, surface)
        lines.append([(cells.pad(label, margin + 2 + width, right=True), "dim")])
    return lines


def _legend(looks: Sequence[_Look], signs: Signs, surface: Surface) -> list[Line]:
    """Names beside what they are drawn with, on as few lines as hold them."""
    lines: list[Line] = []
    used, named = 0, {""}
    for look in looks:
        if look.series.name in named:
            continue
        named.add(look.series.name)
        sign = {"band": signs.band, "bars": signs.bars[-1], "dashed": signs.dash}.get(look.series.style, look.marker)
        text = f"{_shown(look.series.name, surface)}   "
        length = cells.width(text) + 2
        if not lines or used + length - 3 > surface.width:
            lines.append([])
            used = 0
        lines[-1] += [(sign, look.style), (f" {text}", "")]
        used += length
    return lines


def _shown(text: str, surface: Surface) -> str:
    return fitting(literal(text), surface.encoding)
