"""Where the loss comes from, against sorting all losses: shares, the costliest rows."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.metrics import METRICS, Spec
from cecli.core.metrics.tail import NAMED, PART, STEPS, TailResult
from cecli.core.rows.rows import Batch, score_rows
from tests.effort import examples

WIDTH = 1 / STEPS
"""How far a loss may be from the mean of its bin, relative to it."""


def tail(losses, weights=None, kind=None, group=None, number=0):
    """The result for rows of these losses."""
    column = Batch(np.asarray(losses, dtype=float), 0, None, "losses", observed_only=True)
    metric = METRICS["tail"](Spec(2, weights=kind if weights is not None else None))
    weights = None if weights is None else np.asarray(weights, dtype=float)
    metric.update(score_rows(replace(column, weights=weights, group=group)))
    return metric.result(number)


def carried(losses, weights, part):
    """What the share ``part`` of the mass that costs most carries of the loss, the last row in part."""
    left, cost = part * sum(weights), []
    for loss, weight in sorted(zip(losses, weights, strict=True), reverse=True):
        cost.append(loss * min(weight, left))
        left -= min(weight, left)
    return math.fsum(cost) / math.fsum(loss * weight for loss, weight in zip(losses, weights, strict=True))


def mass_of_half(losses, weights):
    """The mass of the rows of largest loss that carry half of it, the last in part."""
    left = math.fsum(loss * weight for loss, weight in zip(losses, weights, strict=True)) / 2
    mass = []
    for loss, weight in sorted(zip(losses, weights, strict=True), reverse=True):
        mass.append(min(weight, left / loss))
        left -= min(loss * weight, left)
        if left <= 0:
            break
    return math.fsum(mass)


@examples(100)
@given(
    seed=st.integers(0, 2**32), rows=st.integers(1, 600), spread=st.floats(0.1, 2), weighted=st.sampled_from([0, 1, 2])
)
def test_as_sorted(seed, rows, spread, weighted):
    generator = np.random.default_rng(seed)
    losses = np.exp(generator.normal(0, spread, rows))
    weights = {0: np.ones(rows), 1: generator.uniform(0.1, 3, rows), 2: generator.integers(1, 5, rows).astype(float)}
    kind = ("plain", "importance", "frequency")[weighted]
    own = weights[weighted]
    got = tail(losses, None if not weighted else own, kind)
    share = carried(losses, own, PART)
    assert share * (1 - WIDTH) <= got.worst_percent_share <= share * (1 + 1e-12)
    half = mass_of_half(losses, own)
    assert half * (1 - 1e-12) <= got.half_mass <= half * (1 + WIDTH)
    assert math.isclose(got.half_share, got.half_mass / own.sum(), rel_tol=1e-12)
    if kind == "frequency":
        top = np.sort(np.repeat(losses, own.astype(int)))[::-1][:NAMED]
    else:
        top = np.sort(losses * own)[::-1][:NAMED]
    assert got.top_rows == len(top)
    assert math.isclose(got.top_share, math.fsum(top) / math.fsum(losses * own), rel_tol=1e-12)


@examples(40)
@given(seed=st.integers(0, 2**32), rows=st.integers(1, 60))
def test_a_row_of_weight_3_with_frequency_is_three_rows(seed, rows):
    generator = np.random.default_rng(seed)
    losses, weights = generator.exponential(1, rows), generator.integers(1, 5, rows)
    got, written = tail(losses, weights, "frequency"), tail(np.repeat(losses, weights))
    assert got.top_rows == written.top_rows
    for name in ("worst_percent_share", "half_share", "half_mass", "top_share"):
        if getattr(written, name) is None:
            assert getattr(got, name) is None
        else:
            assert math.isclose(getattr(got, name), getattr(written, name), rel_tol=1e-9, abs_tol=1e-9), name


def test_equal_losses_carry_what_they_are():
    got = tail([0.7] * 400)
    assert math.isclose(got.worst_percent_share, 0.01, rel_tol=1e-12)
    assert math.isclose(got.half_share, 0.5, rel_tol=1e-12)


def test_one_blunder_in_a_thousand_rows():
    got = tail([0.01] * 999 + [30.0])
    assert math.isclose(got.worst_percent_share, (30 + 9 * 0.01) / (30 + 9.99), rel_tol=1e-12)
    assert math.isclose(got.half_mass, 19.995 / 30, rel_tol=1e-12)
    assert math.isclose(got.top_share, 30.04 / 39.99, rel_tol=1e-12)


@pytest.mark.parametrize("loss", [1e-300, 2.0**-21, 2.0**21, 1e300])
def test_losses_beyond_the_bins_are_in_the_end_bins(loss):
    got = tail([loss] * 10)
    assert math.isclose(got.worst_percent_share, 0.01, rel_tol=1e-12)
    assert math.isclose(got.top_share, 0.5, rel_tol=1e-12)


@pytest.mark.parametrize("losses", [[], [0.0], [0.0, 0.0], [1.0, math.inf], [math.inf]])
def test_where_there_is_nothing_to_say(losses):
    assert tail(losses) == TailResult()


def test_each_group_for_itself():
    losses, group = np.array([1.0, 2.0, math.inf, 4.0, 0.0]), np.array([0, 0, 1, 2, 3])
    assert tail(losses, group=group, number=0) == tail([1.0, 2.0])
    assert tail(losses, group=group, number=1) == TailResult()
    assert tail(losses, group=group, number=2) == tail([4.0])
    assert tail(losses, group=group, number=3) == TailResult()


@examples(60)
@given(
    losses=st.lists(st.floats(0, 3e6) | st.just(math.inf) | st.floats(0, 1e-5), min_size=1, max_size=60),
    steps=st.sampled_from([1, 2, 4, 16]),
    weighted=st.booleans(),
)
def test_the_histogram_against_sorting_losses_into_its_bins(losses, steps, weighted):
    weights = [0.25 + k % 3 for k in range(len(losses))] if weighted else [1.0] * len(losses)
    column = Batch(np.array(losses), 0, None, "losses", observed_only=True)
    metric = METRICS["tail"](Spec(2, weights="importance" if weighted else None))
    metric.update(score_rows(replace(column, weights=np.array(weights) if weighted else None)))
    bins, infinite = metric.histogram(steps=steps)
    total = math.fsum(weights)
    cost = math.fsum(loss * weight for loss, weight in zip(losses, weights, strict=True) if loss < math.inf)
    rows = list(zip(losses, weights, strict=True))
    assert infinite == pytest.approx(math.fsum(w for loss, w in rows if loss == math.inf) / total)
    assert math.fsum(one.mass for one in bins) + infinite == pytest.approx(1)
    for one, following in itertools.pairwise(bins):
        assert one.high == following.low
    for one in bins:
        inside = [(loss, w) for loss, w in rows if one.low <= loss < one.high]
        assert one.mass == pytest.approx(math.fsum(w for _, w in inside) / total)
        share = math.fsum(loss * w for loss, w in inside)
        assert (one.loss is None) == (cost == 0)
        if cost:
            assert one.loss == pytest.approx(share / cost)
    for end in bins[:1] + bins[-1:]:
        assert end.mass > 0


def test_a_fresh_histogram_has_no_bins():
    assert METRICS["tail"](Spec(2)).histogram() == ([], 0.0)
