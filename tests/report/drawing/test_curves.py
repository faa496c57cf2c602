"""Curves in characters: every value at its place, within the width, in ASCII where there is nothing else."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.report import cells
from cecli.report.drawing.axes import Axis, x_axis, y_axis
from cecli.report.drawing.curves import curve_lines
from cecli.report.formats.table_format import table_text
from cecli.report.model import Curve, Series
from cecli.report.surface import Surface

POWERS = [2**k for k in range(11)]
LOG_LOG = Curve([Series("f", POWERS, [1 / x for x in POWERS])], "Title", "n", "y", log_x=True, log_y=True)


def drawn(curve, **surface):
    return ["".join(text for text, _ in line) for line in curve_lines(curve, Surface(**surface))]


def places(lines, sign):
    """Rows from the top and columns where a sign stands, the legend aside."""
    return [(row, column) for row, line in enumerate(lines[:-1]) for column, found in enumerate(line) if found == sign]


def test_a_power_law_is_a_straight_line_between_logarithmic_axes():
    found = places(drawn(LOG_LOG), "●")
    assert len(found) == 11
    (top, left), (bottom, right) = found[0], found[-1]
    for number, (row, column) in enumerate(found):
        assert abs(row - (top + (bottom - top) * number / 10)) <= 0.5
        assert abs(column - (left + (right - left) * number / 10)) <= 0.5


def test_the_ends_of_the_axes_are_the_ends_of_the_values():
    lines = drawn(LOG_LOG)
    assert lines[1].startswith("    1 ┤●")
    assert lines[16].endswith("●")
    assert lines[17].lstrip().startswith("└─")
    assert lines[-3].split() == ["1", "10", "100", "1000"]
    assert lines[-2].strip() == "n"
    assert lines[-1].strip() == "● f"


@pytest.mark.parametrize("width", [30, 80, 200])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_lines_fit_the_width(width, encoding):
    rows = range(30)
    below = Curve([Series("rows", rows, rows, "bars")], y_label="rows")
    curve = Curve(
        [Series("a name of some length", rows, rows), Series("[red]日本", rows, style="band", low=rows, high=rows)],
        below=below,
        categories=[f"category {k}" for k in rows],
    )
    lines = drawn(curve, width=width, encoding=encoding)
    assert max(cells.width(line.rstrip()) for line in lines) <= max(width, len(r"- [red]\u65e5\u672c"))
    assert encoding == "utf-8" or all(line.isascii() for line in lines)


def test_what_has_no_place_interrupts_the_line():
    curve = Curve([Series("f", [1, 2, 3, 4, 5], [1.0, 1.0, 0.0, 1.0, math.inf])], log_y=True)
    lines = drawn(curve, width=60)
    marks = places(lines, "●")
    joints = {column for _, column in places(lines, "·")}
    assert len(marks) == 3
    first, second, third = sorted(column for _, column in marks)
    assert joints
    assert all(first < column < second for column in joints)
    assert third > second + 10


def test_a_curve_without_a_value_that_can_be_shown_is_empty():
    lines = drawn(Curve([Series("f", [1.0], [0.0])], log_y=True))
    assert not places(lines, "●")


def test_errors_reach_from_low_to_high_and_are_cut_at_the_ends_of_the_axis():
    curve = Curve([Series("f", [0.5], [0.5], "points", [0.2], [9.0])], x_range=(0, 1), y_range=(0, 1), square=True)
    lines = drawn(curve)
    [(row, column)] = places(lines, "●")
    bars = [place for place in places(lines, "│") if place[1] == column]
    assert [place[0] for place in bars] == [r for r in range(16) if r != row]


def test_a_band_fills_what_lies_between():
    curve = Curve([Series("b", [0, 1], style="band", low=[0.25, 0.25], high=[0.75, 0.75])], y_range=(0, 1))
    rows = {row for row, _ in places(drawn(curve), "░")}
    assert rows == set(range(4, 12))


def test_bars_stand_on_zero_and_are_as_high_as_their_share():
    curve = Curve([Series("c", [0, 1, 2, 3], [16, 8, 0, 1e-9], "bars")], categories=["a", "b", "c", "d"])
    lines = drawn(curve)
    heights = [
        sum(line[len(line.split("│")[0].split("┤")[0]) + at :][:1] == "█" for line in lines[:16]) for at in (8, 26)
    ]
    assert heights == [16, 8]
    assert "▁" in lines[15]
    assert "#" in "".join(drawn(curve, encoding="ascii")[15])


def test_each_series_of_all_panels_has_its_own_sign():
    series = [Series(name, [1, 2], [1, 2]) for name in ("a", "b")]
    curve = Curve([*series, Series("r", [1, 2], [2, 1], "dashed")], below=Curve([Series("c", [1, 2], [1, 2])]))
    assert drawn(curve)[-1].split() == ["●", "a", "○", "b", "┄", "r", "◆", "c"]


def test_a_curve_is_a_block_of_the_view(make):
    text = table_text(make(view=[LOG_LOG]), Surface(colour=True))
    assert text.startswith("\x1b[1mTitle\x1b[0m\n")
    assert "\x1b[36m●" in text


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9), st.integers(2, 12))
def test_linear_ticks_are_few_round_and_within_the_axis(low, length, most):
    axis = Axis(low, low + length)
    if not axis.high > axis.low:
        return
    ticks = axis.ticks(most)
    assert 1 <= len(ticks) <= max(most, 2)
    assert all(axis.shows(value) for value, _ in ticks)
    assert [value for value, _ in ticks] == sorted(value for value, _ in ticks)


@given(st.integers(-12, 3), st.integers(1, 18), st.integers(2, 9))
def test_logarithmic_ticks_are_powers_of_ten(first, decades, most):
    axis = Axis(10.0**first, 10.0 ** (first + decades), log=True)
    ticks = axis.ticks(most)
    assert 2 <= len(ticks) <= max(most, 2)
    assert all(math.isclose(float(text), value, rel_tol=1e-9) for value, text in ticks)


def test_axes_hold_all_that_is_shown():
    curve = Curve(
        [Series("a", [1, 10], [3.0, math.nan]), Series("b", [2], style="band", low=[-1.0], high=[7.0])],
        below=Curve([Series("c", [20.0], [5.0], "bars", width=2.0)]),
    )
    assert x_axis(curve) == Axis(1.0, 21.0)
    assert y_axis(curve) == Axis(-1.0, 7.0)
    assert y_axis(curve.below) == Axis(0.0, 5.0)


def test_bars_of_powers_of_two_are_equally_wide_on_a_logarithmic_axis():
    bars = Series("b", [1.5, 3.0, 6.0], [1.0, 1.0, 1.0], "bars", width=[1.0, 2.0, 4.0])
    assert bars.sides() == [(1.0, 2.0), (2.0, 4.0), (4.0, 8.0)]
    assert x_axis(Curve([bars], log_x=True)) == Axis(1.0, 8.0, True)
    gaps = Curve([Series("b", [1.5, 6.0], [1.0, 1.0], "bars", width=[1.0, 4.0])], log_x=True)
    row = drawn(gaps)[14].partition("│")[2]
    assert row == "█" * 25 + " " * 25 + "█" * 25
