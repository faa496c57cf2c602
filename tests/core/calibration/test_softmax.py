"""softmax(z / T + a) against 50 digits, at its ends, and as a row that depends on nothing but itself."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.calibration.softmax import Scaling, as_logits, log_probabilities, probabilities, scaled
from cecli.core.sums.layout import shaped

ULP = 2.0**-52


def of_rows(function, rows, scaling):
    """A function of shaped logits applied to rows (n, K)."""
    values, axis = shaped(np.asarray(rows, dtype=float))
    result = function(values, axis, scaling)
    return result.T if axis == 0 else result


def exact(row, temperature, biases):
    """log softmax(z / T + a) of one row, of the very doubles, to 400 digits: enough for the sum beside 1."""
    with mpmath.workdps(400):
        u = [mpmath.mpf(float(z)) / mpmath.mpf(temperature) for z in row]
        if biases is not None:
            u = [one + mpmath.mpf(float(a)) for one, a in zip(u, biases, strict=True)]
        total = mpmath.log(mpmath.fsum(mpmath.exp(one - max(u)) for one in u)) + max(u)
        return [one - total for one in u]


CASES = [
    (3, 1.0, 0.0, 1.0, False),
    (10, 3.0, -1300.0, 37.5, False),
    (10, 500.0, 1e6, 0.3, True),
    (70, 30.0, 0.0, 1.0, True),
    (70, 2.0, 50.0, 0.01, False),
    (2, 1e-8, 1e3, 3.0, True),
]


@pytest.mark.parametrize(("classes", "spread", "offset", "temperature", "biased"), CASES)
def test_a_few_ulps_from_the_exact_value(classes, spread, offset, temperature, biased):
    random = np.random.default_rng(classes)
    rows = random.normal(size=(12, classes)) * spread + offset
    biases = random.normal(size=classes) if biased else None
    scaling = Scaling(temperature, biases)
    given_probabilities, given_logarithms = (of_rows(f, rows, scaling) for f in (probabilities, log_probabilities))
    for row, got, got_log in zip(rows, given_probabilities, given_logarithms, strict=True):
        for p, log_p, wanted in zip(got, got_log, exact(row, temperature, biases), strict=True):
            assert abs(log_p - float(wanted)) <= 4 * ULP * abs(float(wanted))
            if wanted > -700:
                assert abs(p - float(mpmath.exp(wanted))) <= 6 * ULP * p
    assert np.abs(given_probabilities.sum(axis=1) - 1).max() <= 4 * ULP


def test_logits_of_any_size():
    rows = [[1e308, -1e308, 0.0], [-1e308, -1e308, -1e308], [1e308, 1e308, -np.inf], [5e-324, 0.0, -5e-324]]
    third = pytest.approx([1 / 3] * 3, rel=1e-15)
    got = of_rows(probabilities, rows, Scaling())
    assert got[0].tolist() == [1, 0, 0]
    assert got[1].tolist() == third
    assert got[2].tolist() == [0.5, 0.5, 0]
    assert got[3].tolist() == third
    assert of_rows(log_probabilities, rows, Scaling())[0].tolist() == [0, -np.inf, -1e308]


def test_the_ends_of_temperature():
    rows = [[1.0, 3.0, 3.0, 2.0], [1.0, -np.inf, 0.0, 5.0]]
    assert of_rows(probabilities, rows, Scaling(0.0)).tolist() == [[0, 0.5, 0.5, 0], [0, 0, 0, 1]]
    even = of_rows(probabilities, rows, Scaling(np.inf))
    assert even[0].tolist() == [0.25] * 4
    assert even[1].tolist() == pytest.approx([1 / 3, 0, 1 / 3, 1 / 3], rel=1e-15)


def test_a_perfect_row_has_the_logarithm_0_and_not_minus_0():
    got = of_rows(log_probabilities, [[0.0, -1000.0]], Scaling())
    assert got[0, 0] == 0
    assert not np.signbit(got[0, 0])


@given(
    st.lists(st.lists(st.floats(-1e6, 1e6), min_size=5, max_size=5), min_size=1, max_size=6),
    st.floats(1e-3, 1e3),
    st.booleans(),
)
def test_a_row_depends_on_itself_alone(rows, temperature, biased):
    scaling = Scaling(temperature, np.array([0.5, -1.0, 0.0, 2.0, -1.5]) if biased else None)
    for function in (probabilities, log_probabilities, scaled):
        together = of_rows(function, rows, scaling)
        for row, got in zip(rows, together, strict=True):
            assert of_rows(function, [row], scaling)[0].tolist() == got.tolist()


@pytest.mark.parametrize("classes", [3, 70])
def test_scaled_logits_have_the_same_softmax(classes):
    random = np.random.default_rng(7)
    rows = random.normal(size=(20, classes)) * 40 - 900
    scaling = Scaling(7.0, random.normal(size=classes))
    again = of_rows(probabilities, of_rows(scaled, rows, scaling), Scaling())
    assert again == pytest.approx(of_rows(probabilities, rows, scaling), rel=1e-14)


def test_probabilities_as_logits():
    p = np.array([[0.25, 1.0], [0.75, 0.0]])
    assert as_logits(p, "probabilities", False).tolist() == [[np.log(0.25), 0.0], [np.log(0.75), -np.inf]]
    assert as_logits(p, "log-probabilities", False) is p
    binary = as_logits(np.array([0.25, 1e-20]), "probabilities", True)
    assert binary == pytest.approx(np.array([[np.log(0.75), -1e-20], [np.log(0.25), np.log(1e-20)]]), rel=1e-15)
    assert as_logits(np.array([-2.0]), "logits", True).tolist() == [[0.0], [-2.0]]
