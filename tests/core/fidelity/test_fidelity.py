"""What is added up of a student's rows: against NumPy written out, and the laws of the accumulators."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.fidelity.fidelity import Fidelity, GroupedFidelity
from cecli.core.fidelity.pairs import compared
from cecli.core.fidelity.quantiles import QUANTILE_WIDTH, Binned, Held
from cecli.core.fidelity.rows import FidelityBatch, fidelity_rows
from cecli.core.fidelity.spec import FidelitySpec
from cecli.core.rows.rows import Batch
from cecli.core.sums.state import Numbering, restored, state_of
from tests.effort import examples

K = 4
SHARES = (0.0, 0.01, 0.5, 0.9, 0.999, 1.0)


def batch(seed, rows, zeros=False, **columns):
    random = np.random.default_rng(seed)
    teacher, student = random.dirichlet(np.ones(K), rows), random.dirichlet(np.ones(K), rows)
    if zeros and rows:
        student[random.random(rows) < 0.3] = np.eye(K)[1]
    labels = random.integers(0, K, rows)
    made = {name: value(random, rows) for name, value in columns.items()}
    teacher, student = (Batch.of(table, labels) for table in (teacher, student))
    student = Batch(**{**vars(student), **made})
    return FidelityBatch(teacher, student, np.arange(rows))


def weights(random, rows):
    return random.integers(1, 5, rows).astype(np.float64)


def clusters(random, rows):
    return random.integers(0, 5, rows)


def cut(whole, rows):
    return FidelityBatch(whole.teacher.only(rows), whole.student.only(rows), whole.numbers[rows])


def figures(accumulator):
    result = accumulator.result()
    quantiles = [accumulator.quantiles(SHARES), accumulator.quantiles(SHARES, of_labels=True)]
    return repr((result, quantiles, accumulator.histogram()))


def added(spec, *batches):
    total = Fidelity(spec)
    for one in batches:
        total.update(one)
    return total


FULL = FidelitySpec(classes=K, top_k=2, worst=3, observed="hard")


class TestFigures:
    def test_means_and_errors(self):
        whole = batch(1, 500)
        result, kl = added(FULL, whole).result(), fidelity_rows(whole).divergences.kl
        found = result.means["kl"]
        assert found.mean == math.fsum(kl) / 500
        assert found.standard_error == pytest.approx(np.std(kl, ddof=1) / math.sqrt(500), rel=1e-12)
        assert found.low < found.mean < found.high
        assert result.kl_rms == pytest.approx(math.sqrt(np.mean(kl * kl)), rel=1e-12)
        assert result.means["entropy_change"].mean == pytest.approx(
            result.means["entropy_student"].mean - result.means["entropy_teacher"].mean, rel=1e-9
        )
        assert result.means["cross_entropy"].mean == pytest.approx(
            result.means["entropy_teacher"].mean + found.mean, rel=1e-12
        )

    def test_the_observed_class(self):
        whole = batch(2, 400)
        labels, rows = whole.student.labels, np.arange(400)
        p, q = (one.values[labels, rows] / one.values.sum(axis=0) for one in (whole.teacher, whole.student))
        x, y = (-np.log(one.values[labels, rows]) for one in (whole.teacher, whole.student))
        result = added(FULL, whole).result()
        observed, change = result.observed, result.label_change
        assert observed.teacher == pytest.approx(x.mean(), rel=1e-14)
        assert observed.difference == pytest.approx((y - x).mean(), rel=1e-13)
        assert observed.standard_error == pytest.approx(np.std(y - x, ddof=1) / 20, rel=1e-12)
        assert observed.correlation == pytest.approx(np.corrcoef(x, y)[0, 1], rel=1e-10)
        assert change.mean.mean == pytest.approx((q - p).mean(), rel=1e-12)
        assert change.rms == pytest.approx(math.sqrt(((q - p) ** 2).mean()), rel=1e-12)

    def test_top_classes(self):
        whole = batch(3, 300)
        p, q = whole.teacher.values, whole.student.values
        top, same = p.argmax(axis=0), p.argmax(axis=0) == q.argmax(axis=0)
        first_two = (-q).argsort(axis=0)[:2]
        result = added(FULL, whole).result()
        assert result.same_top.share == same.mean()
        assert result.top_k == (first_two == top).any(axis=0).mean()
        kl = fidelity_rows(whole).divergences.kl
        for each in result.classes:
            mine = top == each.number
            assert (each.rows, each.same_top) == (mine.sum(), same[mine].mean())
            assert each.kl_mean == pytest.approx(kl[mine].mean(), rel=1e-13)
            others = np.bincount(q.argmax(axis=0)[mine & ~same], minlength=K)
            assert (each.left_for, each.left_rows) == (others.argmax(), others.max())
        order = np.argsort(-kl)[:3]
        assert [far.row for far in result.farthest] == order.tolist()
        assert [far.kl for far in result.farthest] == kl[order].tolist()

    def test_wilson(self):
        result = added(FULL, batch(4, 200)).result(0.9)
        share, z = result.same_top.share, 1.6448536269514722
        middle = (share + z * z / 400) / (1 + z * z / 200)
        half = z / (1 + z * z / 200) * math.sqrt(share * (1 - share) / 200 + z * z / 160000)
        assert (result.same_top.low, result.same_top.high) == pytest.approx((middle - half, middle + half), rel=1e-12)

    def test_clusters_widen_wilsons_interval_as_they_do_the_error(self):
        """Each row ten times, in a cluster of its own, is one row."""
        alone = batch(5, 60)
        copies = np.repeat(np.arange(60), 10)
        tenfold = cut(alone, copies)
        tenfold = FidelityBatch(tenfold.teacher, Batch(**{**vars(tenfold.student), "cluster": copies}), copies)
        one, many = added(FULL, alone).result(), added(FULL, tenfold).result()
        assert many.means["kl"].standard_error == pytest.approx(one.means["kl"].standard_error, rel=1e-12)
        assert many.same_top.share == one.same_top.share
        assert many.same_top.high - many.same_top.low == pytest.approx(one.same_top.high - one.same_top.low, rel=0.02)

    def test_infinite_rows(self):
        whole = batch(6, 100, zeros=True)
        kl = fidelity_rows(whole).divergences.kl
        found = added(FULL, whole).result().means["kl"]
        assert found.infinite == np.isinf(kl).sum() > 10
        assert (found.mean, found.standard_error, found.low) == (math.inf, None, None)
        assert found.finite == pytest.approx(kl[np.isfinite(kl)].mean(), rel=1e-13)
        assert found.first == tuple(np.flatnonzero(np.isinf(kl))[:5].tolist())

    def test_repeats_are_rows_written_out(self):
        spec = FidelitySpec(classes=K, weights="frequency", observed="hard")
        weighted = batch(7, 80, weights=weights)
        times = weighted.student.weights.astype(int)
        out = cut(weighted, np.repeat(np.arange(80), times))
        out = FidelityBatch(out.teacher, Batch(**{**vars(out.student), "weights": None}), out.numbers)
        one, many = added(spec, weighted).result(), added(FidelitySpec(classes=K, observed="hard"), out).result()
        for name, mean in one.means.items():
            assert mean.mean == many.means[name].mean
            assert mean.standard_error == pytest.approx(many.means[name].standard_error, rel=1e-12)
        assert one.same_top.share == many.same_top.share
        assert one.observed.correlation == pytest.approx(many.observed.correlation, rel=1e-12)

    def test_groups(self):
        whole = batch(8, 90, group=lambda random, rows: random.integers(0, 3, rows))
        both = GroupedFidelity(Fidelity(FULL), Fidelity(FidelitySpec(classes=K, by_class=False, quantiles=False)))
        both.update(whole)
        for group in range(3):
            mine = fidelity_rows(whole).divergences.kl[whole.student.group == group]
            assert both.groups.result(group=group).means["kl"].mean == pytest.approx(mine.mean(), rel=1e-13)
        assert both.total.result().rows == 90


class TestQuantiles:
    def test_bins_are_as_narrow_as_said(self):
        figures = np.random.default_rng(9).lognormal(-5, 3, 20_000)
        binned, held = Binned(), Held()
        for start in range(0, 20_000, 1000):
            binned.update(figures[start : start + 1000])
            held.update(figures[start : start + 1000])
        true = np.quantile(figures, SHARES)
        assert held.quantiles(SHARES) == pytest.approx(true, rel=1e-12)
        assert binned.quantiles(SHARES) == pytest.approx(true, rel=QUANTILE_WIDTH / 2 + 1e-12)
        assert binned.quantiles((0.0, 1.0)) == [figures.min(), figures.max()]

    def test_changes_have_signs(self):
        figures = np.random.default_rng(10).normal(size=5000)
        binned = Binned()
        binned.update(figures)
        shares = (0.001, 0.2, 0.8, 0.999)
        assert binned.quantiles(shares) == pytest.approx(np.quantile(figures, shares), rel=0.01)

    @pytest.mark.parametrize("kind", [Binned, Held])
    def test_zeros_and_infinities(self, kind):
        found = kind()
        found.update(np.array([0.0, 0.0, 1.0, np.inf]))
        assert found.quantiles((0.0, 1 / 3, 1.0)) == [0.0, 0.0, np.inf]
        assert kind().quantiles(SHARES) == [None] * len(SHARES)

    @pytest.mark.parametrize("kind", [Binned, Held])
    def test_weights(self, kind):
        found = kind()
        found.update(np.array([1.0, 2.0, 3.0]), np.array([1.0, 8.0, 1.0]))
        assert found.quantiles((0.05, 0.5, 0.95)) == pytest.approx([1.0, 2.0, 3.0], rel=0.005)

    def test_a_histogram_holds_all_rows(self):
        binned = Binned()
        binned.update(np.array([0.0, 0.3, 0.3, 1.5, np.inf]))
        bins = binned.histogram()
        assert [(each.low, each.high, each.share) for each in bins if each.share] == [
            (0.0, 2.0**-200, 0.2), (0.25, 0.5, 0.4), (1.0, 2.0, 0.2), (np.inf, np.inf, 0.2)
        ]  # fmt: skip
        assert math.fsum(each.share for each in bins) == 1.0


COLUMNS = {"none": {}, "weights": {"weights": weights}, "clusters": {"cluster": clusters}}


@pytest.mark.parametrize("columns", COLUMNS)
@pytest.mark.parametrize("exact", [False, True])
class TestLaws:
    @examples(15)
    @given(seed=st.integers(0, 99), rows=st.integers(0, 30), at=st.integers(0, 30), zeros=st.booleans())
    def test_any_split_in_any_order_gives_the_same_bits(self, columns, exact, seed, rows, at, zeros):
        spec = FidelitySpec(
            classes=K, worst=3, observed="hard", exact=exact, weights="importance" if columns == "weights" else None
        )
        whole = batch(seed, rows, zeros, **COLUMNS[columns])
        order = np.random.default_rng(seed).permutation(rows)
        first, second = cut(whole, order[:at]), cut(whole, order[at:])
        parts = added(spec, first), added(spec, second)
        together = added(spec, whole)
        one, other = Fidelity(spec), Fidelity(spec)
        for part in parts:
            one.merge(part)
        for part in reversed(parts):
            other.merge(part)
        assert figures(one) == figures(other) == figures(together)

    def test_a_state_holds_all_of_it(self, columns, exact):
        spec = FidelitySpec(
            classes=K, worst=3, observed="hard", exact=exact, weights="importance" if columns == "weights" else None
        )
        total = added(spec, batch(11, 40, True, **COLUMNS[columns]))
        state = json.loads(json.dumps(state_of(total)))
        assert figures(restored(Fidelity(spec), state, Numbering())) == figures(total)


def test_two_students_of_one_teacher():
    whole, other = batch(12, 200), batch(12, 200)
    student = Batch.of(0.5 * (other.student.values.T + other.teacher.values.T), other.student.labels)
    other = FidelityBatch(other.teacher, student, other.numbers)
    spec = FidelitySpec(classes=K, held=True)
    first, second = added(spec, cut(whole, np.arange(199, -1, -1))), added(spec, other)
    found = compared(first.held, second.held, spec, 0.95)
    gaps = fidelity_rows(other).divergences.kl - fidelity_rows(whole).divergences.kl
    assert found.loss.difference == pytest.approx(gaps.mean(), rel=1e-13)
    assert found.test.standard_error == pytest.approx(np.std(gaps, ddof=1) / math.sqrt(200), rel=1e-12)
    assert (found.hits.second_wins, found.hits.first_wins) == ((gaps < 0).sum(), (gaps > 0).sum())
