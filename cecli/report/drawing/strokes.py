"""How each style of a series fills the cells of a panel: bands, bars, lines, error bars and markers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cecli.report.drawing.axes import Axis
from cecli.report.model import Series


@dataclass(frozen=True)
class Signs:
    """The characters that curves are drawn with."""

    markers: str
    joint: str
    dash: str
    band: str
    error: str
    bars: str
    wall: str
    mark: str
    floor: str
    corner: str


BLOCKS = Signs("●○◆▲", "·", "┄", "░", "│", "▁▂▃▄▅▆▇█", "│", "┤", "─", "└")
ASCII = Signs("*o+x", ".", "-", ":", "|", "#", "|", "+", "-", "+")


@dataclass(frozen=True)
class Frame:
    """A panel of ``width`` by ``height`` cells between two axes."""

    x: Axis
    y: Axis
    width: int
    height: int
    signs: Signs

    def cell(self, place: float, value: float) -> tuple[int, int] | None:
        """Column, and row from the bottom, of a point; None where it is not shown."""
        column, row = self.x.cell(place, self.width), self.y.cell(value, self.height)
        return None if column is None or row is None else (column, row)


Cells = Iterator[tuple[int, int, str]]
"""Columns, rows from the bottom, and the characters there."""


def band(series: Series, marker: str, frame: Frame) -> Cells:
    """All cells between ``low`` and ``high``, each edge a line."""
    edges = []
    for side in (series.low, series.high):
        points = [frame.cell(place, frame.y.nearest(value)) for place, value in zip(series.x, side, strict=True)]
        edges.append(dict(_steps(points)))
    low, high = edges
    for column in sorted(low.keys() & high.keys()):
        yield from ((column, row, frame.signs.band) for row in range(low[column], high[column] + 1))


def bars(series: Series, marker: str, frame: Frame) -> Cells:
    """Columns from the floor up to ``y``, in parts of a cell; a value above the floor is never invisible."""
    parts = frame.signs.bars
    for sides, value in zip(series.sides(), series.y, strict=True):
        if not value > max(frame.y.low, 0.0):
            continue
        left, right = (round(frame.x.share(frame.x.nearest(side)) * frame.width) for side in sides)
        height = frame.y.share(frame.y.nearest(value)) * frame.height
        full, part = divmod(max(round(height * len(parts)), 1), len(parts))
        for column in range(left, min(max(right, left + 1), frame.width)):
            yield from ((column, row, parts[-1]) for row in range(full))
            if part:
                yield column, full, parts[part - 1]


def joints(series: Series, marker: str, frame: Frame) -> Cells:
    """The way from point to point."""
    points = [frame.cell(place, value) for place, value in zip(series.x, series.y, strict=True)]
    sign = frame.signs.dash if series.style == "dashed" else frame.signs.joint
    yield from ((column, row, sign) for column, row in _steps(points))


def errors(series: Series, marker: str, frame: Frame) -> Cells:
    """From ``low`` to ``high`` at each point, where there are such."""
    for place, low, high in zip(series.x, series.low, series.high, strict=False):
        bottom, top = frame.cell(place, frame.y.nearest(low)), frame.cell(place, frame.y.nearest(high))
        if bottom is not None and top is not None:
            yield from ((bottom[0], row, frame.signs.error) for row in range(bottom[1], top[1] + 1))


def markers(series: Series, marker: str, frame: Frame) -> Cells:
    """The points themselves."""
    for place, value in zip(series.x, series.y, strict=True):
        point = frame.cell(place, value)
        if point is not None:
            yield *point, marker


STROKES: Sequence[tuple[Callable[[Series, str, Frame], Cells], frozenset[str]]] = (
    (band, frozenset({"band"})),
    (bars, frozenset({"bars"})),
    (joints, frozenset({"line", "dashed"})),
    (errors, frozenset({"line", "points"})),
    (markers, frozenset({"line", "points"})),
)
"""What is drawn, the hindmost first, and the styles it belongs to."""


def _steps(points: Sequence[tuple[int, int] | None]) -> Iterator[tuple[int, int]]:
    """The cells that join points that follow each other; a point that is not shown interrupts them."""
    for start, end in pairwise(points):
        if start is None or end is None:
            continue
        steps = max(abs(end[0] - start[0]), abs(end[1] - start[1]), 1)
        for step in range(steps + 1):
            part = step / steps
            yield start[0] + round((end[0] - start[0]) * part), start[1] + round((end[1] - start[1]) * part)
