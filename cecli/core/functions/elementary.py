"""Exponentials and logarithms with the same digits on every machine.

NumPy's own differ in the last digit between processors, and so do those of C libraries. These are made of additions,
multiplications, comparisons, casts, bit operations and look-ups alone, each of which IEEE 754 makes exact or rounds in
one way only, and each a loop of its own in NumPy, so that no two of them are contracted into one. Errors are below
0.51 ulp for ``log``, ``log1p``, ``exp`` and ``expm1``, and below 0.52 for ``power`` (measured against 120 bits in
``tests/core/functions/test_elementary.py``). Arrays are taken in pieces that stay in the cache of a core.

Sources: Tang, "Table-driven implementation of the exponential function in IEEE floating-point arithmetic", ACM TOMS 15,
1989, and "... of the logarithm function ...", ACM TOMS 16, 1990; Cody and Waite, Software Manual for the Elementary
Functions, 1980; TwoSum and products: Knuth, TAOCP 2, 4.2.2; Dekker, Numer. Math. 18, 1971.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cecli.core.functions.error_free import two_product, two_sum
from cecli.core.functions.tables import (
    FACTORIALS,
    HIGHEST,
    LEAST,
    LOG_2_HIGH,
    LOG_2_LOW,
    LOWEST,
    NEAR,
    NEAR_ONE,
    OF_LOGARITHM,
    PIECES,
    ROUND,
    STEP_HIGH,
    STEP_LOW,
    STEPS,
    STEPS_IN_ONE,
    powers_of_two,
    reciprocals,
)

Floats = NDArray[np.float64]

_PIECE = 1 << 13
"""Numbers taken at once: some ten arrays of them fit into the second cache of a core."""


def exp(x: ArrayLike, out: Floats | None = None) -> Floats:
    """e^x of each number, shape and NaN kept; infinite above 709.78, 0 below -745.13.

    >>> exp([0.0, 1.0, -np.inf])
    array([1.        , 2.71828183, 0.        ])
    """
    return _in_pieces(_exp, x, out)


def log(x: ArrayLike, out: Floats | None = None) -> Floats:
    """The natural logarithm: -inf at 0, nan below it.

    >>> log([1.0, 10.0, 0.0])
    array([0.        , 2.30258509,       -inf])
    """
    return _in_pieces(_log, x, out)


def log1p(x: ArrayLike, out: Floats | None = None) -> Floats:
    """log(1 + x) without the rounding of the sum: -inf at -1, nan below it.

    >>> log1p([0.0, 1e-20, -1.0])
    array([0.e+00, 1.e-20,   -inf])
    """
    return _in_pieces(_log1p, x, out)


def expm1(x: ArrayLike, out: Floats | None = None) -> Floats:
    """e^x - 1 without the loss of digits near 0.

    >>> expm1([0.0, 1e-20, -np.inf])
    array([ 0.e+00,  1.e-20, -1.e+00])
    """
    return _in_pieces(_expm1, x, out)


def power(x: ArrayLike, exponent: float, out: Floats | None = None) -> Floats:
    """x^exponent of numbers that are not negative (nan below 0); 0^0 is 1, as everywhere in IEEE 754.

    >>> power([0.0, 2.0, 9.0], 0.5)
    array([0.        , 1.41421356, 3.        ])
    """
    return _in_pieces(lambda piece: _power(piece, float(exponent)), x, out)


def _in_pieces(function: Callable[[Floats], Floats], x: ArrayLike, out: Floats | None) -> Floats:
    """The function of an array of any shape and layout."""
    values = np.asarray(x, dtype=np.float64)
    if out is None:
        out = np.empty_like(values)
    if values.size <= _PIECE:
        out[...] = function(values.ravel()).reshape(values.shape)
        return out
    order: Literal["C", "F"] = "F" if values.flags.f_contiguous and out.flags.f_contiguous else "C"
    flat, into = values.ravel(order), out.ravel(order)  # views where the layout allows
    for start in range(0, flat.size, _PIECE):
        into[start : start + _PIECE] = function(flat[start : start + _PIECE])
    if not np.may_share_memory(into, out):
        out[...] = into.reshape(out.shape, order=order)
    return out


def _steps(x: Floats) -> tuple[NDArray[np.int64], Floats]:
    """How many steps of log 2 / STEPS are nearest to each x (in the last bits of a number), and how far that is off."""
    whole = x * STEPS_IN_ONE
    whole += ROUND
    bits = whole.view(np.int64)
    steps = whole - ROUND
    rest = x - steps * STEP_HIGH
    steps *= STEP_LOW
    rest -= steps
    return bits, rest


def _exponential(bits: NDArray[np.int64], rest: Floats) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """e^x as (high + low) 2^n: high a number from [1, 2), low the little beyond it, and n shifted to where a double has
    its exponent."""
    tables = powers_of_two()
    place = bits & (STEPS - 1)
    high, low = tables[0].take(place), tables[1].take(place)
    low += high * _beyond_one(rest)
    bits = bits >> (STEPS.bit_length() - 1)
    bits <<= 52
    return high, low, bits


def _beyond_one(r: Floats) -> Floats:
    """e^r - 1 for |r| <= log 2 / (2 STEPS): the next term of the series is below 2^-72."""
    series = r * (1 / 120)
    series += 1 / 24
    series *= r
    series += 1 / 6
    series *= r
    series += 0.5
    series *= r
    series *= r
    series += r
    return series


def _exp(x: Floats) -> Floats:
    if not x.size:
        return np.zeros(0)
    low, high = x.min(), x.max()
    if not (low > -708.0 and high < 709.0):  # nan, too
        return _exp_of_any(x)
    bits, rest = _steps(x)
    value, beyond, exponent = _exponential(bits, rest)
    value += beyond
    scaled = value.view(np.int64)
    scaled += exponent
    return value


def _exp_of_any(x: Floats) -> Floats:
    """Where the result may be infinite or not normal: scaled in two steps, the second of which rounds."""
    taken = np.where(np.isnan(x), 0.0, np.clip(x, LEAST - 1.0, HIGHEST + 1.0))
    bits, rest = _steps(taken)
    value, beyond, exponent = _exponential(bits, rest)
    value += beyond
    _scale(value, exponent)
    value[x > HIGHEST] = np.inf
    value[x < LEAST] = 0.0
    value[np.isnan(x)] = np.nan
    return value


def _scale(value: Floats, exponent: NDArray[np.int64]) -> None:
    """Multiply by 2^n, of which a power of its own may be no double: half of it, and then the rest, which rounds."""
    half = (exponent >> 53) << 52
    with np.errstate(over="ignore", under="ignore"):
        value *= _power_of_two(half)
        value *= _power_of_two(exponent - half)


def _power_of_two(shifted: NDArray[np.int64]) -> Floats:
    """2^n where n is shifted to the place of the exponent."""
    bits: NDArray[np.int64] = shifted + (1023 << 52)
    return bits.view(np.float64)


def _expm1(x: Floats) -> Floats:
    ordinary = np.abs(x) < 700.0
    taken = x if ordinary.all() else np.where(ordinary, x, 0.0)
    bits, rest = _steps(taken)
    value, beyond, exponent = _exponential(bits, rest)
    scale = _power_of_two(exponent)
    value *= scale
    beyond *= scale
    less, error = two_sum(value, np.full_like(value, -1.0))
    less += error + beyond
    near = np.abs(x) < NEAR
    if near.any():
        less[near] = _expm1_near(x[near])
        less[x == 0] = x[x == 0]  # -0 stays what it is
    if not ordinary.all():
        far = ~ordinary
        less[far] = _exp(x[far]) - 1.0
    return less


def _expm1_near(x: Floats) -> Floats:
    """The series of e^x - 1 about 0, to the term x^9 / 9!."""
    series = x * (1 / 362880)
    for factorial in FACTORIALS:
        series += 1 / factorial
        series *= x
    series *= x
    series += x
    return series


def _log(x: Floats) -> Floats:
    high, low = _logarithm(x, None)
    return _where_ordinary(x, high + low, x)


def _log1p(x: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        whole, rest = two_sum(x, np.ones_like(x))
    high, low = _logarithm(whole, np.where(np.isfinite(rest), rest, 0.0))
    result = _where_ordinary(whole, high + low, x)
    near = np.abs(x) < NEAR_ONE  # where the sum's rounding may be as large as what is left of it
    if near.any():
        some = x[near]
        result[near] = np.where(some == 0, some, some + some * some * (_series(some) - 0.5))  # -0 stays what it is
    return result


def _where_ordinary(x: Floats, logarithm: Floats, given: Floats) -> Floats:
    """The logarithm, but for what no number above 0 has one of."""
    if not x.size or (x.min() > 0 and x.max() < np.inf):
        return logarithm
    logarithm[x == np.inf] = np.inf
    logarithm[x == 0] = -np.inf
    logarithm[~(x >= 0)] = np.nan
    return logarithm


def _logarithm(x: Floats, rest: Floats | None, fine: bool = False) -> tuple[Floats, Floats]:
    """log(x + rest) as high + low, for numbers above 0 (others give what means nothing). ``fine`` finds the square of
    the series without rounding as well, so that the two together are right to some 2^-80."""
    mantissa, exponent, piece = _mantissas(x)
    inverses, of_pieces, beyond = reciprocals()
    inverse = inverses.take(piece)
    front = (mantissa.view(np.int64) & _FRONT).view(np.float64)  # 27 bits, which times 13 are exact
    u, below = two_sum(front * inverse - 1.0, (mantissa - front) * inverse)
    if rest is not None:
        below += rest * _power_of_two(-np.clip(exponent, -60, 1000) << 52) * inverse
        below -= below * (u + 0.5 * below)
    high, error = two_sum(exponent * LOG_2_HIGH + of_pieces.take(piece), u)
    error += below + (exponent * LOG_2_LOW + beyond.take(piece))
    series = _series(u)
    square = u * u
    if fine:
        _, lost = two_product(u, u)
        high, more = two_sum(high, -0.5 * square)
        error += more - 0.5 * lost - below * u
    else:
        series -= 0.5
    series *= square
    error += series
    return high, error


def _series(u: Floats) -> Floats:
    """(log(1 + u) - u + u^2/2) / u^2 for |u| <= 2^-8, to the term u^6 / 8."""
    series = u * (-1 / 8)
    for inverse in OF_LOGARITHM:
        series += inverse
        series *= u
    return series


_FRONT = ~((1 << 26) - 1)


def _mantissas(x: Floats) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    """m from [0.6875, 1.375) and e of x = m 2^e, and the piece in which m lies."""
    lift: Any = 0
    if x.size and not x.min() >= 2.0**-1022:  # not normal, or no logarithm at all
        small = x < 2.0**-1022
        x, lift = x * np.where(small, 2.0**54, 1.0), np.where(small, 54, 0)
    bits = x.view(np.int64)
    offset = bits - LOWEST
    exponent = offset >> 52
    mantissa = (bits - (exponent << 52)).view(np.float64)
    return mantissa, exponent - lift, (offset >> 44) & (PIECES - 1)


def _power(x: Floats, exponent: float) -> Floats:
    if not abs(exponent) < np.inf:
        raise ValueError(f"expected a finite exponent, found {exponent}")
    if exponent == 0:
        return np.ones_like(x)
    logarithm, beyond = _logarithm(x, None, fine=True)
    logarithm = _where_ordinary(x, logarithm, x)
    with np.errstate(over="ignore", invalid="ignore"):
        product, lost = two_product(logarithm, np.full_like(logarithm, exponent))
        beyond = beyond * exponent + lost
    inside = np.where(np.abs(product) < 800.0, product, 0.0)
    bits, rest = _steps(inside)
    rest += np.where(np.isfinite(product), beyond, 0.0)
    value, more, shifted = _exponential(bits, rest)
    value += more
    _scale(value, shifted)
    value[product >= 800.0] = np.inf
    value[product <= -800.0] = 0.0
    value[np.isnan(product)] = np.nan
    return value
