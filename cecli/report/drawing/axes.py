"""The axes of a drawn curve: how far they reach, where a value stands on them, which values are marked."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from cecli.report.model import Curve, Series

_STEPS = (1.0, 2.0, 5.0)
"""Marks of a linear axis are whole multiples of these times a power of ten."""

_PLAIN_DECADES = range(-4, 6)
"""Powers of ten that are written out."""


_TINY = 1e-300
"""What is smaller is 0 in a picture: nearer to the least double there are no digits left to divide."""


@dataclass(frozen=True)
class Axis:
    """From ``low`` to ``high`` > ``low``, both > 0 with ``log``."""

    low: float
    high: float
    log: bool = False

    def shows(self, value: float) -> bool:
        """Whether ``value`` has a place on the axis."""
        return math.isfinite(value) and self.low <= value <= self.high

    def nearest(self, value: float) -> float:
        """``value``, or the end of the axis that it lies beyond."""
        return min(max(value, self.low), self.high)

    def share(self, value: float) -> float:
        """Where a value that is shown stands: 0 at the low end, 1 at the high one.

        >>> Axis(1, 100, log=True).share(10.0)
        0.5
        """
        if self.log:
            low = math.log(self.low)  # and not the logarithms of quotients, which overflow for what is far apart
            width = math.log(self.high) - low
            return (math.log(value) - low) / width if width else 0.5  # ends so close that their logarithms are the same
        return (value - self.low) / (self.high - self.low)

    def cell(self, value: float, cells: int) -> int | None:
        """The place of ``value`` among so many ``cells``, None where it has none."""
        return round(self.share(value) * (cells - 1)) if self.shows(value) else None

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """At most ``most`` (at least 2) round values on the axis, ascending, and their texts.

        >>> [text for _, text in Axis(0.0, 1.0).ticks(6)], [text for _, text in Axis(3e-7, 20, log=True).ticks(4)]
        (['0', '0.2', '0.4', '0.6', '0.8', '1'], ['1e-6', '0.0001', '0.01', '1'])
        """
        most = max(most, 2)
        if self.log:
            decades = self._decades(most)
            if len(decades) > 1:
                return decades
        return self._multiples(most)

    def _decades(self, most: int) -> list[tuple[float, str]]:
        first = math.ceil(math.log10(self.low) - 1e-9)
        last = math.floor(math.log10(self.high) + 1e-9)
        step = max(1, math.ceil((last - first + 1) / most))
        exponents = [k for k in range(first, last + 1) if k % step == 0]
        if len(exponents) < 2:  # a short axis that has one such exponent
            exponents = list(range(first, last + 1, step))
        return [(self.nearest(10.0**k), _decade(k)) for k in exponents]

    def _multiples(self, most: int) -> list[tuple[float, str]]:
        exponent = math.floor(math.log10((self.high - self.low) / most))
        for step in (factor * 10.0**power for power in (exponent, exponent + 1) for factor in _STEPS):
            first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
            if last - first < most:
                break
        marks = [(self.nearest(k * step), f"{k * step:.6g}") for k in range(first, last + 1)]
        return marks or [(self.low, f"{self.low:.6g}"), (self.high, f"{self.high:.6g}")]


def x_axis(curve: Curve) -> Axis:
    """The horizontal axis, which a lower panel shares."""
    if curve.x_range is None and curve.categories:
        return Axis(-0.5, len(curve.categories) - 0.5)
    panels = [curve] if curve.below is None else [curve, curve.below]
    return _axis(curve.x_range, chain.from_iterable(_places(s) for p in panels for s in p.series), curve.log_x)


def y_axis(curve: Curve) -> Axis:
    """The vertical axis of one panel; it holds 0 where bars stand on a linear one."""
    values = chain.from_iterable((*series.y, *series.low, *series.high) for series in curve.series)
    grounded = not curve.log_y and any(series.style == "bars" for series in curve.series)
    return _axis(curve.y_range, chain(values, [0.0] if grounded else []), curve.log_y)


def _places(series: Series) -> Iterator[float]:
    return chain.from_iterable(series.sides()) if series.style == "bars" else iter(series.x)


def _axis(given: Sequence[float] | None, values: Iterator[float], log: bool) -> Axis:
    if given is not None:
        return Axis(float(given[0]), float(given[1]), log)
    figures = [float(value) if abs(value) >= _TINY else 0.0 for value in values if math.isfinite(value)]
    shown = [value for value in figures if value > 0 or not log]
    low, high = (min(shown), max(shown)) if shown else (1.0, 1.0)
    if high - low < _TINY:  # one value alone stands in the middle
        return Axis(low / 2, high * 2, True) if log else Axis(low - (abs(low) or 1) / 2, high + (abs(high) or 1) / 2)
    return Axis(low, high, log)


def _decade(exponent: int) -> str:
    return f"{10.0**exponent:g}" if exponent in _PLAIN_DECADES else f"1e{exponent}"
