"""A curve as an inline picture of a page: SVG that takes its colours from the page, light or dark, and runs nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from cecli.errors import literal
from cecli.report.drawing.axes import Axis, x_axis, y_axis
from cecli.report.model import Curve, Series

WIDTH = 420
"""Units of a picture. On a phone one is a little less than a pixel, so that texts stay readable."""

PANEL, PANEL_BELOW = 240, 90
"""Units that a panel and a lower one are high; a square panel is as high as it is wide."""

GAP, LINE = 12, 18
"""Units between panels, and of a line of text."""

_CHARACTER = 7.0
"""Units of a character at most, as fonts usually are."""

_COLOURS = 4


@dataclass(frozen=True)
class _Frame:
    """A panel of a picture between two axes: where its corners are."""

    x: Axis
    y: Axis
    left: float
    top: float
    width: float
    height: float

    def across(self, value: float) -> float:
        """Where a value of x stands; one beyond the axis at its end."""
        return self.left + self.x.share(self.x.nearest(value)) * self.width

    def down(self, value: float) -> float:
        """Where a value of y stands; one beyond the axis at its end."""
        return self.top + (1 - self.y.share(self.y.nearest(value))) * self.height

    def shows(self, x: float, y: float) -> bool:
        """Whether a point has a place."""
        return self.x.shows(x) and self.y.shows(y)


def svg_text(curve: Curve, description: str, name: str) -> str:
    """The picture as one ``svg`` element, whose ids begin with ``name``; its title is the curve's.

    Texts are escaped, whatever they are. ``description`` says what the picture shows to those who do not see it.
    """
    panels = [curve] if curve.below is None else [curve, curve.below]
    axes = [y_axis(panel) for panel in panels]
    ticks = [axis.ticks(6 if number == 0 else 3) for number, axis in enumerate(axes)]
    left = 10 + _CHARACTER * max(len(text) for marks in ticks for _, text in marks)
    width = WIDTH - left - 12
    heights = [width if curve.square else PANEL, PANEL_BELOW][: len(panels)]
    body, top, first = [], 4.0, 0
    x = x_axis(curve)
    for panel, axis, marks, height in zip(panels, axes, ticks, heights, strict=True):
        top += LINE if panel.y_label else 0
        frame = _Frame(x, axis, left, top, width, height)
        body += _panel(panel, frame, marks, first)
        first += sum(series.style not in ("dashed", "band") for series in panel.series)
        top += height + GAP
    bottom = _Frame(x, axes[-1], left, top - GAP, width, 0)
    body += _x_marks(curve, bottom)
    top += LINE * (1 + bool(curve.x_label))
    legend, top = _legend(panels, top)
    head = (
        f'<svg viewBox="0 0 {WIDTH} {top:.0f}" role="img" aria-labelledby="{name}-title {name}-text">'
        f'<title id="{name}-title">{_shown(curve.title)}</title><desc id="{name}-text">{_shown(description)}</desc>'
    )
    return "\n".join([head, *body, *legend, "</svg>"])


def _panel(panel: Curve, frame: _Frame, marks: Sequence[tuple[float, str]], first: int) -> list[str]:
    """The lines of the marks, then the series, the hindmost first; ``first`` is the number of its first colour."""
    lines = []
    right = frame.left + frame.width
    if panel.y_label:
        lines.append(_text(0, frame.top - 7, panel.y_label, "start"))
    for value, text in marks:
        y = frame.down(value)
        lines.append(f'<path class="grid" d="M{frame.left:.1f} {y:.1f}H{right:.1f}"/>')
        lines.append(_text(frame.left - 6, y + 4, text, "end"))
    colours, drawn = first, []
    for series in panel.series:
        is_reference = series.style in ("dashed", "band")
        colour = "ref" if is_reference else f"c{colours % _COLOURS + 1}"
        colours += not is_reference
        drawn.append((_ORDER.index(series.style), list(_STYLES[series.style](series, frame, colour))))
    for _, shapes in sorted(drawn, key=lambda pair: pair[0]):
        lines += shapes
    floor = frame.top + frame.height
    return [*lines, f'<path class="axis" d="M{frame.left:.1f} {frame.top:.1f}V{floor:.1f}H{right:.1f}"/>']


def _bars(series: Series, frame: _Frame, colour: str) -> Iterator[str]:
    """From 0, or the floor of a logarithmic axis, to ``y``; a value that is not 0 is never invisible."""
    zero = frame.down(frame.y.low if frame.y.log else 0.0)
    for (start, end), value in zip(series.sides(), series.y, strict=True):
        if not value:
            continue
        left, right, y = frame.across(start), frame.across(end), frame.down(value)
        top, height = min(y, zero), max(abs(zero - y), 1.0)
        shape = f'x="{left:.1f}" y="{top:.1f}" width="{max(right - left - 0.6, 0.6):.1f}" height="{height:.1f}"'
        yield f'<rect class="fill {colour}" {shape}/>'


def _line(series: Series, frame: _Frame, colour: str) -> Iterator[str]:
    """The way from point to point, interrupted where one has no place."""
    style = "dashed" if series.style == "dashed" else "line"
    for (x, y), (to_x, to_y) in pairwise(zip(series.x, series.y, strict=True)):
        if frame.shows(x, y) and frame.shows(to_x, to_y):
            way = f"M{frame.across(x):.1f} {frame.down(y):.1f}L{frame.across(to_x):.1f} {frame.down(to_y):.1f}"
            yield f'<path class="{style} {colour}" d="{way}"/>'
    if series.style == "line":
        yield from _points(series, frame, colour)


def _points(series: Series, frame: _Frame, colour: str) -> Iterator[str]:
    """Error bars, where there are some, and the points on them."""
    for place, low, high in zip(series.x, series.low, series.high, strict=False):
        if frame.x.shows(place):
            x = frame.across(place)
            yield f'<path class="line {colour}" d="M{x:.1f} {frame.down(low):.1f}V{frame.down(high):.1f}"/>'
    for x, y in zip(series.x, series.y, strict=True):
        if frame.shows(x, y):
            yield f'<circle class="fill {colour}" cx="{frame.across(x):.1f}" cy="{frame.down(y):.1f}" r="3.5"/>'


def _band(series: Series, frame: _Frame, colour: str) -> Iterator[str]:
    """What is between ``low`` and ``high``."""
    there = [f"{frame.across(x):.1f} {frame.down(y):.1f}" for x, y in zip(series.x, series.high, strict=True)]
    back = [f"{frame.across(x):.1f} {frame.down(y):.1f}" for x, y in zip(series.x, series.low, strict=True)]
    yield f'<path class="band {colour}" d="M{"L".join([*there, *reversed(back)])}Z"/>'


_STYLES: dict[str, Callable[[Series, _Frame, str], Iterator[str]]] = {
    "band": _band,
    "bars": _bars,
    "dashed": _line,
    "line": _line,
    "points": _points,
}
_ORDER = tuple(_STYLES)
"""What is covered by what comes after it."""


def _x_marks(curve: Curve, frame: _Frame) -> list[str]:
    """The values or the categories below the floor, those that find room, and what they are of."""
    marks: list[tuple[float, str]] = frame.x.ticks(7)
    if curve.categories:
        marks = [(float(place), name) for place, name in enumerate(curve.categories)]
    lines, end = [], 0.0
    for value, text in marks:
        half = _CHARACTER * len(text) / 2
        middle = min(max(frame.across(value), half), WIDTH - half)
        if middle - half >= end:
            lines.append(_text(middle, frame.top + 15, text, "middle"))
            end = middle + half + _CHARACTER
    if curve.x_label:
        lines.append(_text(frame.left + frame.width, frame.top + 15 + LINE, curve.x_label, "end"))
    return lines


def _legend(panels: Sequence[Curve], top: float) -> tuple[list[str], float]:
    """The names beside what they are drawn with, on as few lines as hold them; and where that ends."""
    lines, left, colours, named = [], 0.0, 0, {""}
    for series in (series for panel in panels for series in panel.series):
        is_reference = series.style in ("dashed", "band")
        colour = "ref" if is_reference else f"c{colours % _COLOURS + 1}"
        colours += not is_reference
        if series.name in named:
            continue
        named.add(series.name)
        wide = 20 + _CHARACTER * (len(series.name) + 2)
        if len(named) == 2 or left + wide > WIDTH:
            left, top = 0.0, top + LINE
        lines.append(_sample(series.style, colour, left, top - 4))
        lines.append(_text(left + 20, top, series.name, "start"))
        left += wide
    return lines, top + 6


def _sample(style: str, colour: str, left: float, middle: float) -> str:
    """A small piece of what a series is drawn with."""
    if style in ("dashed", "line"):
        return f'<path class="{style} {colour}" d="M{left:.1f} {middle:.1f}h14"/>'
    if style == "points":
        return f'<circle class="fill {colour}" cx="{left + 7:.1f}" cy="{middle:.1f}" r="3.5"/>'
    kind = "band" if style == "band" else "fill"
    return f'<rect class="{kind} {colour}" x="{left + 2:.1f}" y="{middle - 5:.1f}" width="10" height="10"/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{_shown(text)}</text>'


def _shown(text: str) -> str:
    return escape(literal(text))
