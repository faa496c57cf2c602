"""Units: the names, the bases, and what is refused."""

import math

import numpy as np
import pytest

from cecli.core.pmfs.information import entropy
from cecli.core.pmfs.pmf import Pmf
from cecli.core.units import BANS, BITS, NATS, parse_unit
from cecli.errors import UsageError


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("nats", NATS),
        ("e", NATS),
        ("bits", BITS),
        ("2", BITS),
        ("2.0", BITS),
        ("Bits", BITS),
        ("bans", BANS),
        ("10", BANS),
        ("1e1", BANS),
    ],
)
def test_names_and_their_bases_are_one_unit(text, unit):
    assert parse_unit(text) == unit


@pytest.mark.parametrize(("text", "name"), [("6", "base 6"), ("2.5", "base 2.5"), (" 256 ", "base 256")])
def test_any_base_above_one_is_a_unit(text, name):
    unit = parse_unit(text)
    assert unit.name == name
    assert unit.divisor == math.log(float(text))


@pytest.mark.parametrize("text", ["1", "0.5", "0", "-2", "inf", "nan", "", "six", "1_0", "1e400", "٦"])
def test_other_bases_are_usage_errors_that_say_base(text):
    with pytest.raises(UsageError, match="base"):
        parse_unit(text)


@pytest.mark.parametrize("weights", [np.full(6, 1 / 6), np.full(6, 7)])
def test_a_fair_die_has_one_digit_of_its_own_base(weights):
    assert parse_unit("6").from_nats(entropy(Pmf(weights))) == pytest.approx(1, abs=2**-52)


def test_what_a_unit_is_worth():
    assert (NATS.divisor, BITS.divisor, BANS.divisor) == (1.0, math.log(2), math.log(10))
    assert BITS.to_nats(3.0) == 3 * math.log(2)
    assert BITS.from_nats(BITS.to_nats(0.75)) == 0.75


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("bit", "did you mean bits?"),
        ("ban", "did you mean bans?"),
        ("zzz", "use nats, bits, bans or a number > 1"),
        ("1", "use nats, bits, bans or a number > 1"),
    ],
)
def test_what_was_meant(text, hint):
    with pytest.raises(UsageError) as caught:
        parse_unit(text)
    assert caught.value.hint == hint
