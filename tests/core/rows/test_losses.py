"""Losses of rows against 50 digits of mpmath, at every size of logit and for the edges by name."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.rows.losses import (
    binary_losses,
    log_sum_exp,
    loss_of_logits,
    loss_of_probabilities,
    probabilities_of_logits,
    softmax,
)
from cecli.core.sums.layout import shaped
from tests.effort import examples

ULP = 2.0**-52
logit = st.floats(-800, 800) | st.floats(-1e-3, 1e-3) | st.sampled_from([0.0, 1e4, -1e4, 1e300, -1e300, 708.5, -745.2])
rows_of_logits = st.lists(logit, min_size=1, max_size=9)


def ulps(got, exact):
    """How many units in the last place the double is off the exact value."""
    exact = mpmath.mpf(exact)
    if exact == 0:
        return 0 if got == 0 else math.inf
    size = max(abs(float(exact)), 2.0**-1022)
    return float(abs(mpmath.mpf(got) - exact) / (ULP * mpmath.mpf(size)))


def exact_losses(row):
    """-log softmax of a row at 50 digits, by the largest logit so that mpmath stays fast."""
    with mpmath.workdps(50):
        peak = max(row)
        gaps = [mpmath.mpf(z) - mpmath.mpf(peak) for z in row]
        terms = [mpmath.exp(gap) if gap > -1e6 else mpmath.mpf(0) for gap in gaps]
        first = row.index(peak)
        rest = mpmath.fsum(term for k, term in enumerate(terms) if k != first)
        log_total = mpmath.log1p(rest) if rest > mpmath.mpf(10) ** -60 else rest
        return [mpmath.mpf(peak) - mpmath.mpf(z) + log_total for z in row], [term / (1 + rest) for term in terms]


@examples(150)
@given(row=rows_of_logits)
def test_logits_against_fifty_digits(row):
    values, axis = shaped(np.array([row]))
    probabilities, peak, rest, _ = probabilities_of_logits(values, axis)
    losses, pmf = exact_losses(row)
    for k in range(len(row)):
        loss = loss_of_logits(values, np.array([k]), axis, peak, rest)[0]
        assert ulps(loss, losses[k]) <= 4 or abs(loss) < 1e-307
        got = probabilities[k, 0]
        assert abs(got - pmf[k]) <= (8 + abs(float(losses[k]))) * ULP * pmf[k] + 1e-307


@examples(60)
@given(row=rows_of_logits, shift=st.sampled_from([0.0, 1024.0, -4096.0]))
def test_softmax_sums_to_one_and_ignores_a_shift(row, shift):
    coarse = np.round(np.array([row]).clip(-1e4, 1e4) * 64) / 64  # multiples of 1/64, so that the shift is exact
    assert softmax(coarse + shift).tobytes() == softmax(coarse).tobytes()
    assert math.isclose(softmax(coarse).sum(), 1.0, rel_tol=1e-14)


def test_logsumexp_by_name():
    got = log_sum_exp(np.array([[1000.0, 1000.0, -np.inf], [-1000.0, -1000.0, -1000.0], [0.0, -50.0, -np.inf]]))
    with mpmath.workdps(50):
        expected = [1000 + mpmath.log(2), -1000 + mpmath.log(3), mpmath.log1p(mpmath.exp(-50))]
    assert all(ulps(g, e) <= 2 for g, e in zip(got, expected, strict=True))


def test_a_logit_of_minus_infinity_has_no_probability():
    values, axis = shaped(np.array([[-np.inf, 0.0]]))
    probabilities, peak, rest, top = probabilities_of_logits(values, axis)
    assert probabilities[:, 0].tolist() == [0.0, 1.0]
    assert top.tolist() == [1]
    assert loss_of_logits(values, np.array([0]), axis, peak, rest)[0] == math.inf
    assert loss_of_logits(values, np.array([1]), axis, peak, rest)[0] == 0.0


def test_losses_of_probabilities_by_name():
    loss = loss_of_probabilities(np.array([1.0, 0.5, 0.0, 5e-324, 1 - 2**-53]))
    assert loss[0] == 0.0
    assert math.copysign(1, loss[0]) == 1
    assert loss[2] == math.inf
    with mpmath.workdps(50):
        for got, p in ((loss[1], 0.5), (loss[3], 5e-324), (loss[4], 1 - 2**-53)):
            assert ulps(got, -mpmath.log(mpmath.mpf(p))) <= 1


@pytest.mark.parametrize("kind", ["probabilities", "logits", "log-probabilities"])
@examples(80)
@given(z=st.floats(-700, 700), p=st.floats(1e-300, 1.0, exclude_max=True))
def test_binary_losses_against_fifty_digits(kind, z, p):
    figure = {"probabilities": p, "logits": z, "log-probabilities": -abs(z) - 1e-12}[kind]
    zero, one = binary_losses(np.array([figure]), kind)[:, 0]
    with mpmath.workdps(400):
        x = mpmath.mpf(figure)
        exact_one = {
            "probabilities": lambda: -mpmath.log(x), "logits": lambda: mpmath.log1p(mpmath.exp(-x)),
            "log-probabilities": lambda: -x,
        }[kind]()  # fmt: skip
        exact_zero = {
            "probabilities": lambda: -mpmath.log1p(-x), "logits": lambda: mpmath.log1p(mpmath.exp(x)),
            "log-probabilities": lambda: -mpmath.log1p(-mpmath.exp(x)),
        }[kind]()  # fmt: skip
        assert ulps(one, exact_one) <= 4
        assert ulps(zero, exact_zero) <= 4


def test_binary_edges_by_name():
    assert binary_losses(np.array([0.0, 1.0]), "probabilities").tolist() == [[0.0, math.inf], [math.inf, 0.0]]
    assert binary_losses(np.array([-np.inf, 0.0]), "log-probabilities").tolist() == [[0.0, math.inf], [math.inf, 0.0]]
    assert binary_losses(np.array([1000.0, -1000.0]), "logits").tolist() == [[1000.0, 0.0], [0.0, 1000.0]]


@pytest.mark.parametrize(("low", "high"), [(0.1, 700.3), (0.7, 600.9), (-0.3, 650.7), (1e-3, 500.123)])
def test_softmax_takes_the_rounding_of_the_difference_along(low, high):
    """z - m is rounded; exp makes a relative error of it, which would be a hundred units in the last place here."""
    got = softmax(np.array([[low, high]]))[0, 0]
    with mpmath.workdps(50):
        exact = 1 / (1 + mpmath.exp(mpmath.mpf(high) - mpmath.mpf(low)))
        assert abs(mpmath.mpf(float(got)) / exact - 1) < 4 * ULP
