"""Sison and Glaz's intervals: the paper's data, the reference implementation's formula, and counts where that fails."""

import mpmath
import numpy as np
import pytest

from cecli.core.pmfs.intervals import confidence_interval
from cecli.core.pmfs.sison_glaz import coverage

MAY_JOHNSON = np.array([56, 72, 73, 59, 62, 87, 58])


def interval(counts, confidence=0.95):
    return confidence_interval("sison-glaz", np.array(counts), int(sum(counts)), confidence)


def exact_coverage(counts, c):
    """nu(c) from raw factorial moments at 60 digits, as the reference implementations have it in doubles."""
    with mpmath.workdps(60):
        log_mass, mean, second, third, fourth = (mpmath.mpf(0),) * 5
        for n in counts:
            values = range(max(0, n - c), n + c + 1)
            chance = [
                mpmath.exp(v * mpmath.log(n) - n - mpmath.loggamma(v + 1)) if n else mpmath.mpf(v == 0) for v in values
            ]
            mass = mpmath.fsum(chance)
            moment = [
                mpmath.fsum(w * (v - n) ** r for v, w in zip(values, chance, strict=True)) / mass for r in range(5)
            ]
            m1 = moment[1]
            m2 = moment[2] - m1**2
            log_mass += mpmath.log(mass)
            mean, second = mean + m1, second + m2
            third += moment[3] - 3 * m1 * moment[2] + 2 * m1**3
            fourth += moment[4] - 4 * m1 * moment[3] + 6 * m1**2 * moment[2] - 3 * m1**4 - 3 * m2**2
        z, g1, g2 = -mean / mpmath.sqrt(second), third / second**1.5, fourth / second**2
        poly = 1 + g1 * (z**3 - 3 * z) / 6 + g2 * (z**4 - 6 * z**2 + 3) / 24
        poly += g1**2 * (z**6 - 15 * z**4 + 45 * z**2 - 15) / 72
        total = sum(counts)
        whole = total * mpmath.log(total) - total - mpmath.loggamma(total + 1)
        density = mpmath.exp(-(z**2) / 2) / mpmath.sqrt(2 * mpmath.pi * second)
        return float(mpmath.exp(log_mass - whole) * poly * density)


@pytest.mark.parametrize("counts", [MAY_JOHNSON.tolist(), [3, 0, 9, 1], [400, 500]])
@pytest.mark.parametrize("c", [1, 2, 19])
def test_coverage(counts, c):
    cells, multiplicity = np.unique(np.array(counts, dtype=float), return_counts=True)
    assert coverage(cells, multiplicity, float(sum(counts)), c) == pytest.approx(exact_coverage(counts, c), rel=1e-9)


def test_the_published_data():
    # statsmodels 0.15.0 and the R packages MultinomialCI and DescTools
    low, high = interval(MAY_JOHNSON)
    assert low[0] == pytest.approx(0.07922912205567452, rel=1e-12)
    assert high[5] == pytest.approx(0.23073689035713782, rel=1e-9)


def test_widths_are_equal_and_shrink_with_the_root_of_the_rolls():
    widths = []
    for size in (10**2, 10**4, 10**6, 10**10, 10**14):
        low, high = interval([size] * 6)
        assert np.ptp(high - low) < 1e-12
        widths.append((high - low)[0] * np.sqrt(6 * size))
    assert np.ptp(widths[2:]) < 1e-2 * widths[-1]
    assert widths[0] == pytest.approx(widths[-1], rel=0.05)


def test_six_counts_of_a_million_need_few_evaluations(monkeypatch):
    from cecli.core.pmfs import sison_glaz as module

    calls = []
    monkeypatch.setattr(module, "coverage", lambda *given: calls.append(given) or coverage(*given))
    module.sison_glaz(np.array([1e6] * 6), 6e6, 0.05)
    assert len(calls) < 50


def test_one_outcome_is_certain():
    assert [bound.tolist() for bound in interval([10])] == [[1], [1]]


def test_counts_that_cannot_vary_are_covered_by_no_width():
    assert coverage(np.array([0.0]), np.array([3]), 0.0, 5) == 0.0
    assert coverage(np.array([2.0, 3.0]), np.array([1, 1]), 5.0, 0) == 0.0
