"""The grammar of a number: what float() reads and no more, and what to do where it is something else."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.readers.tables.numbers import expected, parse_count, parse_number, parse_probability

digits = st.text("0123456789", max_size=25)
grammar = st.builds(
    lambda space, sign, whole, point, fraction, e: (
        space + sign + whole + point + (fraction if point else "") + e + space
    ),
    st.sampled_from(["", " ", "\t "]),
    st.sampled_from(["", "+", "-"]),
    digits,
    st.sampled_from(["", "."]),
    digits,
    st.sampled_from(["", "e5", "E-7", "e+300", "e400", "e", "e0005"]),
)


def number(text):
    try:
        return parse_number(text)
    except ValueError:
        return None


@given(grammar)
def test_reads_what_float_reads(text):
    try:
        theirs = float(text)
    except ValueError:
        theirs = math.inf
    assert number(text) == (None if math.isinf(theirs) else theirs)


@given(st.text(st.sampled_from(list("0123456789.eE+-_ \t\n\x0binfa٣")), max_size=8))
def test_accepts_nothing_that_float_does_not(text):
    value = number(text)
    if value is not None:
        assert value == float(text)
        assert text.isascii()
        assert not set(text) & set("_\n\x0b")


@given(st.floats(allow_nan=False))
def test_shortest_texts_read_back(value):
    assert parse_number(repr(value)) == value


def test_infinities_only_as_written():
    assert [parse_number(text) for text in ("inf", " -Infinity", "+INF")] == [math.inf, -math.inf, math.inf]
    assert number("1e400") is None
    assert number("-1e400") is None
    assert number("nan") is None
    assert number("ınf") is None  # the dotless i, which a careless IGNORECASE takes


@given(st.integers(0, 2**63 - 1), st.integers(0, 5))
def test_whole_numbers_are_exact_in_every_form(count, zeros):
    forms = [f"{count}", f" {count}.0 ", f"+{count}.", f"{Decimal(count).scaleb(-zeros):f}e{zeros}", f"00{count}"]
    assert [parse_count(form) for form in forms] == [count] * len(forms)


@given(grammar)
def test_counts_are_the_whole_numbers(text):
    try:
        exact = Decimal(text.strip())
    except ArithmeticError:
        exact = Decimal(-1)
    whole = 0 <= exact <= 2**63 - 1 and exact == exact.to_integral_value()
    try:
        count = parse_count(text)
    except ValueError:
        count = None
    assert count == (int(exact) if whole else None)


def test_counts_that_doubles_round():
    assert parse_count("9007199254740993") == 9007199254740993
    assert parse_count("9223372036854775807") == 2**63 - 1
    assert parse_count("9007199254740993.0e0") == 9007199254740993
    assert parse_count("1e3") == 1000
    assert parse_count("-0") == 0
    assert parse_count("0e999999999999999999999") == 0
    assert parse_count("1000e-3") == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2.5", 'expected a count, found "2.5" (a count is a whole number)'),
        ("-1", 'expected a count, found "-1" (a count is not negative)'),
        ("9223372036854775808", 'expected a count, found "9223372036854775808" (the largest count is 2^63-1)'),
        ("1e999999999", 'expected a count, found "1e999999999" (the largest count is 2^63-1)'),
        ("1e-999999999999999999999", 'expected a count, found "1e-999999999999999999999" (a count is a whole number)'),
        ("inf", 'expected a count, found "inf" (a count is finite)'),
        ("many", 'expected a count, found "many"'),
        ("1,000", 'expected a count, found "1,000" (write it without thousands separators)'),
        ("0x10", 'expected a count, found "0x10" (hexadecimal is not read)'),
        ("1_000", 'expected a count, found "1_000" (write it without underscores)'),
        ("", "expected a count, found an empty cell"),
        ("²", 'expected a count, found "²"'),
    ],
)
def test_what_is_no_count(text, message):
    with pytest.raises(ValueError) as caught:
        parse_count(text)
    assert str(caught.value).removesuffix(" (write it in ASCII digits)") == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (" ", "expected a number, found an empty cell"),
        ("0,25", 'expected a number, found "0,25" (the decimal mark is a point)'),
        ("1.234,5", 'expected a number, found "1.234,5" (write it as 1234.5)'),
        ("25%", 'expected a number, found "25%" (write 0.25, not 25%)'),
        ("NA", 'expected a number, found "NA" (a missing value is not a number)'),
        ("nan", 'expected a number, found "nan" (a missing value is not a number)'),
        ("1/3", 'expected a number, found "1/3" (a fraction is read in an inline PMF only)'),
        ("1d-3", 'expected a number, found "1d-3" (the exponent is written with e)'),
        ("1e400", 'expected a number, found "1e400" (beyond the largest double, about 1.8e308)'),
        ("０.２５", 'expected a number, found "０.２５" (write it in ASCII digits)'),
        ("\x1b[31m1", 'expected a number, found "\\x1b[31m1"'),
        ("0.5\n", 'expected a number, found "0.5\\n"'),
    ],
)
def test_what_is_no_number(text, message):
    with pytest.raises(ValueError) as caught:
        parse_number(text)
    assert str(caught.value) == message


def test_long_texts_take_linear_time_and_are_cut():
    assert len(expected("a number", "1" * 200_000 + "x")) < 150
    with pytest.raises(ValueError):
        parse_count("1" * 200_000)
    assert parse_count("0" * 200_000 + "7") == 7


def test_a_probability_is_a_number_that_is_finite_and_not_negative():
    assert [parse_probability(text) for text in ("0", "0.25", " 1 ", "3", "-0")] == [0.0, 0.25, 1.0, 3.0, 0.0]
    for text, advice in (("-0.5", "it is negative"), ("inf", "it is infinite"), ("-inf", "it is negative")):
        with pytest.raises(ValueError, match=advice):
            parse_probability(text)


@pytest.mark.parametrize(
    ("text", "advice"),
    [("\u0665", "write it in ASCII digits"), ("zwölf", None), ("abc", None), ("é5", None), ("5é", None)],
)
def test_only_digits_of_other_scripts_are_to_be_written_in_ascii(text, advice):
    assert ("ASCII" in expected("a number", text)) == (advice is not None)


@pytest.mark.parametrize("exponent", ["9" * 17, "9" * 18, "9" * 40, "1" + "0" * 17])
def test_exponents_of_any_length(exponent):
    with pytest.raises(ValueError, match=r"2\^63-1"):
        parse_count(f"1e{exponent}")
    assert parse_count(f"0e{exponent}") == 0


def test_an_exponent_too_long_to_matter_outweighs_any_number_of_decimals():
    with pytest.raises(ValueError, match=r"2\^63-1"):
        parse_count(f"0.{'0' * 300}1e{'9' * 18}")
