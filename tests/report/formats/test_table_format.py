"""The view for people: literal labels, whole numbers, a width, and plain ASCII where there is nothing else."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.report import cells
from cecli.report.formats.table_format import table_text
from cecli.report.model import Facts, Grid, Table
from cecli.report.surface import Surface


def grid(make, columns, rows, bars=None):
    return make(view=[Grid(Table(columns, rows), bars=bars)])


def test_labels_are_literal(report):
    text = table_text(report, Surface(width=200))
    for shown in ("[red]x", "=1+1", "a|b", r"two\nlines", r"esc\x1b[31m", "שלום", r"\x9b31m", r"\udcff", "[bold]p"):
        assert shown in text
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]", text)


@pytest.mark.parametrize("width", [1, 20, 40, 80, 200])
def test_numbers_are_whole_at_any_width(make, width):
    rows = [("a label of some length", 0.123456, 1234567, -math.inf), ("b", 654.321, 1, 1.25e-30)]
    text = table_text(grid(make, ("class", "loss", "rows", "x"), rows), Surface(width=width))
    for number in ("0.123456", "654.321", "1,234,567", "-inf", "1.25e-30"):
        assert number in text.split()
    assert len(text.splitlines()) == 4


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_lines_fit_the_width_by_dropping_bars_and_shortening_labels(make, width):
    rows = [("日本語のとても長いラベル" * 5, 0.25, 3), ("👍" * 30, 0.5, 30)]
    text = table_text(grid(make, ("class", "probability", "rows"), rows, bars="probability"), Surface(width=width))
    assert max(cells.width(line) for line in text.splitlines()) <= width
    assert "…" in text
    assert "█" not in text


def test_bars_are_scaled_to_the_largest_finite_value(make):
    rows = [("a", 0.5), ("b", 1.0), ("c", 0.0), ("d", None), ("e", math.inf), ("f", 1e-9)]
    lines = table_text(grid(make, ("x", "p"), rows, bars="p"), Surface(width=80)).splitlines()[2:]
    assert [line.count("█") for line in lines] == [16, 32, 0, 0, 32, 0]
    assert lines[5].endswith("▏")


@given(st.floats(0, 1), st.integers(1, 60), st.booleans())
def test_a_bar_is_as_long_as_its_share(share, columns, blocks):
    drawn = cells.bar(share, 1.0, columns, blocks)
    assert len(drawn) <= columns
    assert abs(len(drawn) - share * columns) <= 1
    assert bool(drawn) == (share > 0)


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=8), st.integers(8, 32), st.booleans())
def test_bars_below_and_above_zero_begin_at_one_axis(values, columns, blocks):
    least, largest = min(values), max(values)
    if least >= 0:
        return
    drawn = [cells.signed_bar(value, least, largest, columns, blocks) for value in values]
    axis = "│" if blocks else "|"
    assert len({bar.index(axis) for bar in drawn}) == 1
    for value, bar in zip(values, drawn, strict=True):
        left, right = bar.split(axis)
        assert (bool(left.strip()), bool(right)) == (value < 0, value > 0)
        assert len(bar) <= columns


def test_a_table_with_negative_values_is_drawn_with_an_axis(make):
    rows = [("a", -0.5), ("b", 1.0), ("c", math.inf), ("d", -math.inf), ("e", None)]
    lines = table_text(grid(make, ("x", "p"), rows, bars="p"), Surface(width=80)).splitlines()[2:]
    assert [line.count("█") for line in lines] == [10, 21, 21, 10, 0]
    assert all("│" in line for line in lines)


def test_ascii_where_the_encoding_has_nothing_else(report):
    text = table_text(report, Surface(encoding="ascii", width=100))
    assert text.isascii()
    assert r"\u05e9\u05dc\u05d5\u05dd" in text
    assert "+/- 0.01 nats" in text
    assert re.search(r"^-{20,}$", text, re.M)
    assert "####" in text


def test_a_label_keeps_its_own_signs_in_ascii(make):
    assert r"\u2013" in table_text(grid(make, ("x",), [("–",)]), Surface(encoding="ascii"))


def test_a_long_table_is_cut_on_a_screen_only(make):
    report = grid(make, ("x", "n"), [(str(number), number) for number in range(1061)])
    lines = table_text(report, Surface(rows=40)).splitlines()
    assert lines[-1] == "… and 1,021 more (-f csv shows all)"
    assert len(lines) == 2 + 40 + 1
    assert len(table_text(report, Surface()).splitlines()) == 2 + 1061
    short = grid(make, ("x",), [(str(number),) for number in range(60)])
    assert len(table_text(short, Surface(rows=40)).splitlines()) == 2 + 60


def test_facts_are_aligned_and_remarks_wrap_between_words(make):
    facts = Facts([("loss", 0.25, "nats " * 10), ("rows", 1000, ""), ("unit", "a text longer than that", "")], "Head")
    lines = table_text(make(view=[facts]), Surface(width=40)).splitlines()
    assert lines[0] == "Head"
    assert lines[1].startswith("loss      0.25  nats")
    assert lines[2].startswith(" " * 16 + "nats")
    assert "rows  1,000" in lines
    assert "unit  a text longer than that" in lines
    assert max(map(len, lines)) <= 40


def test_colour_changes_nothing_but_colour(report):
    coloured = table_text(report, Surface(colour=True))
    assert "\x1b[36m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == table_text(report, Surface())


def test_digits_are_those_asked_for(make):
    assert "0.33 " in table_text(grid(make, ("p", "q"), [(1 / 3, 1)]), Surface(digits=2))


def test_the_numbers_of_a_remark_are_rounded_as_the_others(make):
    facts = Facts([("loss", 0.123456789, ("nats, ", 0.0123456789, " to ", 1234.56789)), ("", None, ())])
    assert "0.123457  nats, 0.0123457 to 1234.57" in table_text(make(view=[facts]), Surface(width=80))
    assert "0.123  nats, 0.0123 to 1235" in table_text(make(view=[facts]), Surface(width=80, digits=3))


def test_columns_that_would_not_fit_stand_closer(make):
    made = grid(make, ("by", "p", "q"), [("a", 0.123456, 0.654321)])
    wide, narrow = (table_text(made, Surface(width=width)).splitlines() for width in (22, 21))
    assert wide == ["by         p         q", "─" * 22, "a   0.123456  0.654321"]
    assert narrow == ["by        p        q", "─" * 20, "a  0.123456 0.654321"]
