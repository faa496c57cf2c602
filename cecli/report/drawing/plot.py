"""A curve as a picture in a file, drawn by matplotlib, an extra that is imported when a picture is asked for."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import PurePath
from typing import Any

from cecli.errors import CecliError, UsageError, literal, quoted
from cecli.report import messages, sink
from cecli.report.drawing.axes import x_axis, y_axis
from cecli.report.model import Curve, Series

SUFFIXES: dict[str, dict[str, None]] = {".svg": {"Date": None}, ".png": {}, ".pdf": {"CreationDate": None}}
"""The suffixes a picture may have, and the metadata left out so that the same result is the same file."""

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")
"""Told apart also by those who see fewer colours. Source: Okabe and Ito, "Color universal design", 2008."""

REFERENCE = "#555555"

LOOK: dict[str, Any] = {
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": "large",
    "figure.dpi": 100,
    "grid.alpha": 0.25,
    "legend.frameon": False,
    "pdf.fonttype": 42,
    "savefig.dpi": 150,
    "svg.fonttype": "none",
    "svg.hashsalt": "cecli",
}
"""What differs from matplotlib's own defaults; a person's matplotlibrc changes nothing."""

WIDTH, HEIGHT, HEIGHT_BELOW = 6.4, 4.8, 1.8
"""Inches of a panel and of a lower one."""

ROOM = 72
"""Characters that a line of the legend holds, each name with six for what stands before it."""

MOST_NAMES = 40
"""Categories that are all named below the axis."""


def check_plot(path: str) -> None:
    """Raise UsageError for a suffix that names no kind of picture, and CecliError without matplotlib."""
    from importlib.util import find_spec

    suffix = PurePath(path).suffix
    if suffix.lower() not in SUFFIXES:
        problem = f"has the unknown suffix {quoted(suffix)}" if suffix else "has no suffix"
        raise UsageError(f"--plot {quoted(path)} {problem}, which names no picture", f"known are {', '.join(SUFFIXES)}")
    if find_spec("matplotlib") is None:
        raise CecliError("--plot needs matplotlib, which is not installed", "pip install 'cecli[plot]'")


def write_plot(curve: Curve, path: str) -> None:
    """Draw ``curve`` into the file ``path``, which appears whole or stays as it was; its suffix says SVG, PNG or PDF.

    Raises UsageError and CecliError as ``check_plot`` does, OutputError where the system refuses.
    """
    check_plot(path)
    suffix = PurePath(path).suffix.lower()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        data = _picture(curve, suffix)
    with sink.opened(path) as send:
        send(data)
    for text in sorted({str(warning.message) for warning in caught}):
        if suffix != ".svg" or "Glyph" not in text:  # in an SVG text stays text, and the reader has the fonts
            messages.warning(f"{literal(path)}: {text}")


def _picture(curve: Curve, suffix: str) -> bytes:
    from matplotlib import style
    from matplotlib.figure import Figure

    panels = [curve] if curve.below is None else [curve, curve.below]
    with style.context(["default", LOOK]):
        width = HEIGHT if curve.square else WIDTH
        figure = Figure(figsize=(width, HEIGHT + HEIGHT_BELOW * (len(panels) - 1)), layout="constrained")
        heights = [HEIGHT, HEIGHT_BELOW][: len(panels)]
        grid = figure.subplots(len(panels), 1, sharex=True, squeeze=False, height_ratios=heights)
        drawn: dict[str, Any] = {}
        colours: dict[str, str] = {}
        for panel, axes in zip(panels, grid[:, 0], strict=True):
            for name, handle in _draw(panel, axes, colours):
                drawn.setdefault(name, handle)
            _scale(panel, axes)
        _finish(curve, grid[0, 0], grid[-1, 0])
        _legend(figure, [entry for entry in drawn.items() if entry[0]])
        out = BytesIO()
        figure.savefig(out, format=suffix[1:], metadata=SUFFIXES[suffix])
    return out.getvalue()


def _draw(panel: Curve, axes: Any, colours: dict[str, str]) -> list[tuple[str, Any]]:
    """Draw all series of a panel, references in grey, the others in a colour for each name; names and handles."""
    axis = y_axis(panel)
    drawn = []
    for number, series in enumerate(panel.series):
        colour = REFERENCE
        if series.style not in ("dashed", "band"):
            colour = colours.setdefault(series.name or str(len(colours)), COLOURS[len(colours) % len(COLOURS)])
        order = _HEIGHTS[series.style] - number / len(panel.series)
        shown = replace(series, y=[value if axis.shows(value) else math.nan for value in series.y])
        drawn.append((series.name, _STYLES[series.style](axes, shown, colour, order)))
    return drawn


def _legend(figure: Any, named: list[tuple[str, Any]]) -> None:
    """The names of all panels below the picture, where they hide nothing."""
    if named:
        handles, names = [handle for _, handle in named], [_plain(name) for name, _ in named]
        columns = max(1, min(3, ROOM // (max(map(len, names)) + 6)))
        for text in figure.legend(handles, names, loc="outside lower left", ncols=columns).get_texts():
            text.set_parse_math(False)


def _line(axes: Any, series: Series, colour: str, order: float) -> Any:
    return axes.errorbar(series.x, series.y, _errors(series), fmt="o-", markersize=4, color=colour, zorder=order)


def _points(axes: Any, series: Series, colour: str, order: float) -> Any:
    drawn = axes.errorbar(series.x, series.y, _errors(series), fmt="o", capsize=3, color=colour, zorder=order)
    drawn.lines[0].set_clip_on(False)  # else half a point is lost at the edge
    return drawn


def _dashed(axes: Any, series: Series, colour: str, order: float) -> Any:
    return axes.plot(series.x, series.y, "--", color=colour, linewidth=1.2, zorder=order)[0]


def _bars(axes: Any, series: Series, colour: str, order: float) -> Any:
    return axes.bar(series.x, series.y, width=series.width, color=colour, edgecolor="white", zorder=order)


def _band(axes: Any, series: Series, colour: str, order: float) -> Any:
    return axes.fill_between(series.x, series.low, series.high, color=colour, alpha=0.15, linewidth=0, zorder=order)


_STYLES: dict[str, Callable[[Any, Series, str, float], Any]] = {
    "line": _line,
    "points": _points,
    "dashed": _dashed,
    "bars": _bars,
    "band": _band,
}


_HEIGHTS: dict[str, float] = {"band": 1, "bars": 2, "dashed": 3, "line": 4, "points": 4}
"""What covers what, as on the terminal; of two alike the one named first lies on top."""


def _errors(series: Series) -> tuple[Sequence[float], Sequence[float]] | None:
    """How far the error bars reach below and above each point."""
    if not series.low:
        return None
    below = [max(y - low, 0.0) for y, low in zip(series.y, series.low, strict=True)]
    return below, [max(high - y, 0.0) for y, high in zip(series.y, series.high, strict=True)]


def _scale(panel: Curve, axes: Any) -> None:
    """The axes reach as far as on the terminal, with a little room around where no range is given."""
    if panel.log_y:
        axes.set_yscale("log")
    axis = y_axis(panel)
    if panel.y_range is not None:
        axes.set_ylim(axis.low, axis.high)
    elif not panel.log_y and axis.low == 0:
        axes.set_ylim(bottom=0)
    axes.set_ylabel(_plain(panel.y_label), parse_math=False)


def _finish(curve: Curve, top: Any, bottom: Any) -> None:
    """Title, and the horizontal axis that the panels share."""
    if curve.log_x:
        bottom.set_xscale("log")
    axis = x_axis(curve)
    if curve.x_range is not None or curve.categories:
        bottom.set_xlim(axis.low, axis.high)
    if curve.categories:
        step = -(-len(curve.categories) // MOST_NAMES)
        places = range(0, len(curve.categories), step)
        long = sum(map(len, curve.categories)) > MOST_NAMES
        names = [_plain(curve.categories[place]) for place in places]
        bottom.set_xticks(list(places), names, rotation=90 if long else 0, parse_math=False)
    if curve.square:
        top.set_box_aspect(1)
        if bottom is not top:
            bottom.set_box_aspect(HEIGHT_BELOW / HEIGHT)  # as wide as the square
    bottom.set_xlabel(_plain(curve.x_label), parse_math=False)
    top.set_title(_plain(curve.title), parse_math=False)


def _plain(text: str) -> str:
    """Text as it is; matplotlib would leave a name that begins with an underscore out of a legend."""
    text = literal(text)
    return f" {text}" if text.startswith("_") else text
