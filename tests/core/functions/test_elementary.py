"""Exponentials and logarithms against 130 bits, and the same bits whatever the processor can do."""

import subprocess
import sys

import mpmath
import numpy as np
import pytest

from cecli.core.functions import elementary, elementary_scalars
from cecli.core.functions.tables import powers_of_two, reciprocals

SMALLEST = 2.0**-1022

RANGES = {
    "exp": [(-1e-10, 1e-10), (-1e-3, 1e-3), (-1.0, 1.0), (-708.0, 709.7)],
    "expm1": [(-1e-10, 1e-10), (-0.02, 0.02), (-1.0, 1.0), (-700.0, 700.0)],
    "log": [(SMALLEST, 1e-300), (1e-3, 1.0), (0.99, 1.01), (0.5, 2.0), (1.0, 1e5), (1.0, 1e308)],
    "log1p": [(-1e-15, 1e-15), (-1e-3, 1e-3), (-1.0 + 2.0**-53, -0.5), (-0.5, 1.0), (1.0, 1e300)],
}


@pytest.fixture(autouse=True)
def bits():
    with mpmath.workprec(130):
        yield


def ulps(found, exact):
    """How far a double is from an exact number, in units of the last place of that number."""
    return abs(mpmath.mpf(float(found)) - exact) / mpmath.mpf(float(np.spacing(max(abs(float(exact)), SMALLEST))))


def spread(low, high, count, seed=0):
    """Numbers from low to high: half of them evenly, half near the end that is nearer to 0."""
    rng = np.random.default_rng(seed)
    even = rng.uniform(low, high, count)
    near = np.sign(even) * np.minimum(np.abs(even), np.abs(even) * np.exp2(-rng.uniform(0, 40, count)))
    return np.concatenate([even, near[(near >= low) & (near <= high)]])


@pytest.mark.parametrize(("name", "ends"), [(name, ends) for name, some in RANGES.items() for ends in some])
def test_errors_are_below_051_ulp_and_those_of_expm1_below_06(name, ends):
    x = spread(*ends, 1500)
    found = getattr(elementary, name)(x)
    worst = max(ulps(a, getattr(mpmath, name)(mpmath.mpf(float(b)))) for a, b in zip(found, x, strict=True))
    assert worst < (0.6 if name == "expm1" else 0.51)


@pytest.mark.parametrize("exponent", [0.5, -0.5, 2.0, 1 / 3, 2.7, 17.3, -40.1, 1000.0, 1e7])
def test_powers_are_below_051_ulp(exponent):
    width = min(300.0, 600.0 / abs(exponent))
    x = np.exp(np.random.default_rng(1).uniform(-width, width, 1000))
    found = elementary.power(x, exponent)
    assert max(ulps(a, mpmath.power(mpmath.mpf(float(b)), exponent)) for a, b in zip(found, x, strict=True)) < 0.51


def test_results_that_are_not_normal_are_below_1_ulp():
    x = np.random.default_rng(2).uniform(-745.1, -708.0, 1000)
    assert max(ulps(a, mpmath.exp(mpmath.mpf(float(b)))) for a, b in zip(elementary.exp(x), x, strict=True)) < 1
    small = np.array([5e-324, 1e-320, 3e-310, SMALLEST])
    assert max(ulps(a, mpmath.log(mpmath.mpf(float(b)))) for a, b in zip(elementary.log(small), small, strict=True)) < 1


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("exp", [0.0, -0.0, np.inf, -np.inf, 709.79, -745.14, 1e308, -1e308], [1, 1, np.inf, 0, np.inf, 0, np.inf, 0]),
        ("log", [1.0, 0.0, -0.0, np.inf, -1.0, -np.inf], [0, -np.inf, -np.inf, np.inf, np.nan, np.nan]),
        ("log1p", [0.0, -0.0, -1.0, np.inf, -1.5, 5e-324], [0.0, -0.0, -np.inf, np.inf, np.nan, 5e-324]),
        ("expm1", [0.0, -0.0, np.inf, -np.inf, 710.0, 5e-324, -50.0], [0.0, -0.0, np.inf, -1, np.inf, 5e-324, -1]),
    ],
)
def test_special_values_without_a_warning(name, given, expected):
    found = getattr(elementary, name)([*given, np.nan])
    np.testing.assert_array_equal(found, [*expected, np.nan])
    assert np.signbit(found[: len(expected)]).tolist() == np.signbit(np.array(expected, dtype=float)).tolist() or any(
        np.isnan(expected)
    )


def test_special_powers():
    x = np.array([0.0, 1.0, np.inf, -1.0, np.nan, 1e308])
    np.testing.assert_array_equal(elementary.power(x, 2.0), [0, 1, np.inf, np.nan, np.nan, np.inf])
    np.testing.assert_array_equal(elementary.power(x, -2.0), [np.inf, 1, 0, np.nan, np.nan, 0])
    np.testing.assert_array_equal(elementary.power(x, 0.0), np.ones(6))
    with pytest.raises(ValueError, match="finite"):
        elementary.power(x, np.inf)


@pytest.mark.parametrize("name", RANGES)
@pytest.mark.parametrize("order", ["C", "F"])
def test_any_shape_and_any_number_at_once_give_the_same_bits(name, order):
    x = np.asarray(np.random.default_rng(3).uniform(1e-3, 5, (3, 7001)), order=order)
    function = getattr(elementary, name)
    whole = function(x)
    assert whole.shape == x.shape
    np.testing.assert_array_equal(whole[1], [function(x[1, k : k + 1])[0] for k in range(7001)][:7001])
    np.testing.assert_array_equal(function(x[:, ::2]), whole[:, ::2])
    kept = x.copy(order)
    assert function(kept, out=kept) is kept
    np.testing.assert_array_equal(kept, whole)
    assert function(np.float64(0.5)).shape == ()


@pytest.mark.parametrize("name", RANGES)
def test_single_numbers_have_the_bits_of_arrays(name):
    x = np.concatenate([spread(*ends, 800) for ends in RANGES[name]])
    x = np.concatenate([x, [0.0, -0.0, 1.0, -1.0, np.inf, 5e-324, 2.0**-20, 2.0**-6, -(2.0**-6), np.nan]])
    one = getattr(elementary_scalars, f"{name}_of")
    np.testing.assert_array_equal(getattr(elementary, name)(x), [one(each) for each in x.tolist()])


def test_single_exponentials_beyond_the_ordinary_have_the_bits_of_arrays():
    x = np.random.default_rng(6).uniform(-760, 720, 3000)
    np.testing.assert_array_equal(elementary.exp(x), [elementary_scalars.exp_of(each) for each in x.tolist()])
    np.testing.assert_array_equal(elementary.expm1(x), [elementary_scalars.expm1_of(each) for each in x.tolist()])


def test_empty_arrays_stay_empty():
    for name in RANGES:
        assert getattr(elementary, name)(np.empty((0, 3))).shape == (0, 3)


def test_tables_are_right_to_90_bits():
    for j, (high, low) in enumerate(zip(*powers_of_two(), strict=True)):
        assert abs(mpmath.mpf(2) ** (mpmath.mpf(j) / 512) - high - mpmath.mpf(low)) < mpmath.mpf(2) ** -100
    for inverse, high, low in zip(*reciprocals(), strict=True):
        assert abs(mpmath.log(mpmath.mpf(inverse)) + high + mpmath.mpf(low)) < mpmath.mpf(2) ** -90


BITS = """
import hashlib
import numpy as np
from cecli.core.functions import elementary, elementary_scalars
x = np.random.default_rng(5).uniform(-700, 700, 20000)
some = [elementary.exp(x), elementary.expm1(x / 300), elementary.log(abs(x)), elementary.log1p(abs(x) / 700)]
some.append(elementary.power(abs(x), 0.37))
print(hashlib.sha256(b"".join(each.tobytes() for each in some)).hexdigest())
"""

EXPECTED = "ebbeb005ec38c1d881133c9692f1ba2743e5af98a7201a33fd950bf37f5dd67b"
"""Of these bits, on every machine."""


@pytest.mark.parametrize("restricted", [None, "AVX512F", "AVX2"])
def test_the_bits_are_the_same_on_every_processor(restricted, environment):
    if restricted is not None:
        features = dispatched(restricted)
        if not features:
            pytest.skip(f"this processor, or this NumPy, knows no {restricted}")
        environment = {**environment, "NPY_DISABLE_CPU_FEATURES": " ".join(features)}
    done = subprocess.run([sys.executable, "-c", BITS], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip() == EXPECTED


def dispatched(level):
    """The features that NumPy chooses its loops by here, from a level on: those with AVX-512, or with AVX2 too."""
    from numpy._core import _multiarray_umath as umath

    wide = [name for name in umath.__cpu_dispatch__ if name.startswith(("AVX512", "X86_V4"))]
    more = [name for name in umath.__cpu_dispatch__ if name in ("AVX2", "FMA3", "X86_V3")]
    return [name for name in (wide if level == "AVX512F" else wide + more) if umath.__cpu_features__.get(name)]
