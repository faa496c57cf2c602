"""A comparison against SciPy's tests, formulas written out, and replication; the laws of its accumulators."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cecli.core.functions.choice import AUTO, Choice
from cecli.core.functions.hall import hall_interval, hall_tails, kurtosis_freedom
from cecli.core.functions.student import student_interval
from cecli.core.paired.comparison import Comparer, GroupedComparer, rows_needed
from cecli.core.paired.hits import mcnemar
from cecli.core.paired.rows import PairedBatch, Reference, figures_of
from cecli.core.paired.spec import PairSpec
from cecli.core.rows.rows import Batch, LossRule, score_rows
from cecli.core.sums.state import Numbering, restored, state_of
from tests.effort import examples

K, GROUPS = 3, 3


def pmfs(generator, rows, zeros=False):
    table = generator.dirichlet(np.ones(K), rows)
    if zeros and rows:
        table[generator.random(rows) < 0.3] = np.eye(K)[generator.integers(0, K)]
    return table


def pair(seed, rows, zeros=False, **columns):
    """Two models' rows, and labels."""
    generator = np.random.default_rng(seed)
    a, b = pmfs(generator, rows, zeros), pmfs(generator, rows, zeros)
    labels = generator.integers(0, K, rows)
    return make(a, b, labels, **columns)


def make(a, b, labels, rule=None, **columns):
    first, second = (replace(Batch.of(table, labels), **columns) for table in (a, b))
    figures = figures_of(first, rule or LossRule())
    return PairedBatch(
        second,
        Reference(figures.loss, figures.predicted, figures.right, labels, np.arange(len(labels))),
    )


def compared(batch, spec=None, rule=None, confidence=0.95, choice=AUTO):
    comparer = Comparer(spec or PairSpec(classes=K), rule or LossRule())
    comparer.update(batch)
    return comparer.result(confidence, choice=choice)


def losses(batch):
    """A's and B's, as score has them."""
    return batch.reference.loss, score_rows(batch.batch).loss


class TestTest:
    @examples(60)
    @given(seed=st.integers(0, 2**32), rows=st.integers(2, 150))
    def test_t_is_scipys(self, seed, rows):
        batch = pair(seed, rows)
        a, b = losses(batch)
        found = compared(batch, choice=Choice("t"))
        wanted = stats.ttest_rel(b, a)
        test = found.test
        assert math.isclose(test.t, wanted.statistic, rel_tol=1e-9, abs_tol=1e-12)
        assert math.isclose(test.p_value, wanted.pvalue, rel_tol=1e-9, abs_tol=1e-15)
        assert math.isclose(test.upper, stats.ttest_rel(b, a, alternative="greater").pvalue, rel_tol=1e-9)
        assert math.isclose(test.lower, stats.ttest_rel(b, a, alternative="less").pvalue, rel_tol=1e-9)
        interval = wanted.confidence_interval(0.95)
        assert math.isclose(test.low, interval.low, rel_tol=1e-9, abs_tol=1e-12)
        assert math.isclose(test.high, interval.high, rel_tol=1e-9, abs_tol=1e-12)
        assert math.isclose(found.loss.first, a.mean(), rel_tol=1e-14)
        assert math.isclose(found.loss.second, b.mean(), rel_tol=1e-14)
        assert found.hits.first_accuracy == batch.reference.right.mean()

    def test_the_difference_is_rounded_once(self):
        big = np.array([[0.5, 0.5]])
        near = np.array([[0.5 - 2**-54, 0.5 + 2**-54]])
        batch = make(np.repeat(big, 3, 0), np.repeat(near, 3, 0), np.zeros(3, dtype=np.intp))
        a, b = losses(batch)
        assert compared(batch, PairSpec(classes=2)).loss.difference == b[0] - a[0] != 0

    @pytest.mark.parametrize("margin", [0.0, 0.1, 1.0])
    def test_margin(self, margin):
        batch = pair(1, 40)
        a, b = losses(batch)
        wanted = stats.ttest_1samp(b - a, margin, alternative="less").pvalue
        assert math.isclose(compared(batch, choice=Choice("t")).test.beyond(margin), wanted, rel_tol=1e-9)
        assert compared(batch).test.beyond(margin) >= wanted * (1 - 1e-9)
        assert compared(batch).test.beyond(0.0) == compared(batch).test.lower

    @examples(60)
    @given(seed=st.integers(0, 2**32), rows=st.integers(5, 150), confidence=st.floats(0.5, 0.999))
    def test_the_larger_p_value_and_the_hull_agree(self, seed, rows, confidence):
        batch = pair(seed, rows)
        a, b = losses(batch)
        test, student = (compared(batch, confidence=confidence, choice=choice).test for choice in (AUTO, Choice("t")))
        d = b - a
        skewness, kurtosis = stats.skew(d), stats.kurtosis(d, fisher=False)
        tilt, df = skewness / math.sqrt(rows), kurtosis_freedom(rows, kurtosis)
        upper, lower = hall_tails(test.t, tilt, df)
        assert math.isclose(test.p_value, max(student.p_value, 2 * min(upper, lower)), rel_tol=1e-7)
        assert math.isclose(test.upper, max(student.upper, upper), rel_tol=1e-7)
        assert math.isclose(test.lower, max(student.lower, lower), rel_tol=1e-7)
        if df < 2:
            assert (test.interval, test.low, test.high) == ("none", None, None)
            return
        ends = [hall_interval(d.mean(), test.standard_error, tilt, df, confidence)]
        ends.append(student_interval(d.mean(), test.standard_error, rows - 1, confidence))
        assert test.interval == "hull"
        assert test.low == pytest.approx(min(end[0] for end in ends), rel=1e-7, abs=1e-12)
        assert test.high == pytest.approx(max(end[1] for end in ends), rel=1e-7, abs=1e-12)
        if abs(test.p_value - (1 - confidence)) > 1e-9:
            assert (test.p_value < 1 - confidence) == (not test.low <= 0 <= test.high)

    def test_rows_needed_has_the_power(self):
        """The t test with so many rows rejects in 90 % of the cases, and with one row less in fewer."""
        needed = rows_needed(50, 0.2, 0.1)
        assert _power(0.2 / (0.1 * math.sqrt(50)), needed) >= 0.9 > _power(0.2 / (0.1 * math.sqrt(50)), needed - 1)

    @pytest.mark.parametrize(("effect", "rows"), [(0.2, 265), (1.0, 13), (1.5, 7), (2.0, 5), (3.0, 4)])
    def test_rows_needed_for_large_effects(self, effect, rows):
        """By the normal formula 263, 11, 5, 3 and 2."""
        assert rows_needed(16, effect, 0.25) == rows

    def test_rows_needed_at_its_ends(self):
        assert rows_needed(10, 0.0, 0.1) == math.inf
        assert rows_needed(10, 0.0, 0.0) is None
        assert rows_needed(10, 0.1, None) is None
        assert rows_needed(10, 0.1, 0.0) == 2
        assert rows_needed(10, 1e-300, 1e300) == math.inf

    def test_one_row(self):
        test = compared(pair(3, 1)).test
        assert (test.standard_error, test.low, test.t, test.p_value, test.upper) == (None,) * 5
        assert test.sign_flip.p_value == 1.0

    def test_identical_models(self):
        batch = pair(4, 6)
        same = PairedBatch(batch.batch, Reference(score_rows(batch.batch).loss, *_rest(batch)))
        found = compared(same)
        assert (found.loss.difference, found.test.standard_error, found.test.t) == (0.0, 0.0, None)
        assert found.test.p_value is None
        assert found.test.sign_flip.p_value == found.hits.p_value == 1.0
        assert found.test.rows_needed is None
        assert found.test.beyond(0.1) == 0.0
        assert found.hits.ties == 6

    def test_all_differences_the_same(self):
        a, b = np.tile([0.5, 0.25, 0.25], (4, 1)), np.tile([0.25, 0.5, 0.25], (4, 1))
        test = compared(make(a, b, np.zeros(4, dtype=np.intp))).test
        assert (test.t, test.p_value, test.upper, test.lower) == (math.inf, 0.0, 0.0, 1.0)
        assert test.sign_flip.p_value == 2 / 2**4


def _power(effect, rows):
    """Of the two-sided 5 % test, by SciPy's noncentral t."""
    t, shift = stats.t.isf(0.025, rows - 1), effect * math.sqrt(rows)
    return stats.nct.sf(t, rows - 1, shift) + stats.nct.cdf(-t, rows - 1, shift)


def _rest(batch):
    figures = figures_of(batch.batch)
    return figures.predicted, figures.right, batch.reference.labels, batch.reference.numbers


class TestMcNemar:
    @examples(100)
    @given(st.integers(0, 60), st.integers(0, 60))
    def test_scipys_binomial_test(self, b, c):
        wanted = stats.binomtest(b, b + c, 0.5).pvalue if b + c else 1.0
        assert math.isclose(mcnemar(b, c), wanted, rel_tol=1e-11)

    def test_counts(self):
        batch = pair(5, 80)
        right_a, right_b = batch.reference.right, figures_of(batch.batch).right
        hits = compared(batch).hits
        assert hits.only_first == np.count_nonzero(right_a & ~right_b)
        assert hits.only_second == np.count_nonzero(right_b & ~right_a)
        a, b = losses(batch)
        wins = (np.count_nonzero(a < b), np.count_nonzero(b < a))
        assert (hits.first_wins, hits.second_wins, hits.ties) == (*wins, 80 - sum(wins))


class TestWeights:
    def test_importance(self):
        weights = np.random.default_rng(1).random(50) + 0.1
        batch = pair(6, 50, weights=weights)
        a, b = losses(batch)
        d, n = b - a, 50
        mean = (weights * d).sum() / weights.sum()
        error = math.sqrt(n / (n - 1) * (weights**2 * (d - mean) ** 2).sum()) / weights.sum()
        kish = weights.sum() ** 2 / (weights**2).sum()
        found = compared(batch, PairSpec(classes=K, weights="importance"))
        test = found.test
        assert math.isclose(found.loss.difference, mean, rel_tol=1e-12)
        assert math.isclose(test.standard_error, error, rel_tol=1e-12)
        assert math.isclose(test.p_value, 2 * stats.t.sf(abs(mean / error), kish - 1), rel_tol=1e-10)
        assert math.isclose(
            found.hits.first_accuracy, (weights * batch.reference.right).sum() / weights.sum(), rel_tol=1e-14
        )
        assert found.hits.first_wins + found.hits.second_wins == 50, "rows are counted"

    def test_importance_weighs_what_is_flipped(self):
        weights = np.array([4.0, 1.0, 1.0, 0.5])
        batch = pair(7, 4, weights=weights)
        a, b = losses(batch)
        plain = stats.permutation_test(
            (weights * (b - a), np.zeros(4)), lambda x, y, axis: np.sum(x - y, axis=axis), permutation_type="samples",
            n_resamples=np.inf, vectorized=True,
        ).pvalue  # fmt: skip
        found = compared(batch, PairSpec(classes=K, weights="importance"))
        assert math.isclose(found.test.sign_flip.p_value, plain)

    @examples(20)
    @given(seed=st.integers(0, 2**32), rows=st.integers(1, 40))
    def test_repeats_are_repeated_rows(self, seed, rows):
        repeats = np.random.default_rng(seed).integers(1, 4, rows)
        batch = pair(seed, rows, weights=repeats.astype(float))
        again = np.repeat(np.arange(rows), repeats)
        plain = replace(batch.batch.only(again), weights=None)
        whole = compared(PairedBatch(plain, batch.reference.take(again)))
        found = compared(batch, PairSpec(classes=K, weights="frequency"))
        assert found.loss.difference == whole.loss.difference
        assert found.hits == whole.hits
        test, other = found.test, whole.test
        assert test.sign_flip == other.sign_flip
        for name in ("standard_error", "t", "p_value", "low", "high", "rows_needed"):
            one, two = getattr(test, name), getattr(other, name)
            assert one == two or math.isclose(one, two, rel_tol=1e-12), name

    def test_class_weights(self):
        rule = LossRule(class_weights=np.array([1.0, 3.0, 0.5]))
        generator = np.random.default_rng(8)
        labels = generator.integers(0, K, 40)
        batch = make(pmfs(generator, 40), pmfs(generator, 40), labels, rule)
        below = rule.class_weights[labels]
        found = compared(batch, PairSpec(classes=K, own_denominator=True), rule)
        difference = score_rows(batch.batch, rule).loss - batch.reference.loss
        assert math.isclose(found.loss.difference, difference.sum() / below.sum(), rel_tol=1e-13)

    def test_clusters(self):
        cluster = np.repeat(np.arange(12), 5)
        batch = pair(9, 60, cluster=cluster)
        a, b = losses(batch)
        d = b - a
        sums = np.array([(d - d.mean())[cluster == g].sum() for g in range(12)])
        error = math.sqrt(12 / 11 * (sums**2).sum()) / 60
        found = compared(batch)
        assert found.clusters == 12
        for choice in (AUTO, Choice("t")):  # of clusters of one size the jackknife is CR1, and 11 are free in both
            test = compared(batch, choice=choice).test
            assert math.isclose(test.standard_error, error, rel_tol=1e-12)
            assert math.isclose(test.p_value, 2 * stats.t.sf(abs(d.mean() / error), 11), rel_tol=1e-10)
            assert test.rows_needed == rows_needed(12, d.mean(), error)
        totals = np.array([d[cluster == g].sum() for g in range(12)])
        assert found.test.sign_flip.method == "exact"
        assert math.isclose(found.test.sign_flip.p_value, _flipped(totals))

    def test_rows_of_their_own_are_no_clusters(self):
        batch = pair(10, 30)
        own = PairedBatch(replace(batch.batch, cluster=np.arange(30)), batch.reference)
        one, two = compared(batch).test, compared(own).test
        assert math.isclose(one.standard_error, two.standard_error, rel_tol=1e-13)
        assert one.sign_flip == two.sign_flip

    def test_many_clusters_are_normal(self):
        batch = pair(11, 40, cluster=np.arange(40) // 2)
        test = compared(batch, PairSpec(classes=K, held=10)).test
        a, b = losses(batch)
        sums = np.add.reduceat(b - a, np.arange(0, 40, 2))
        wanted = 2 * stats.norm.sf(abs(sums.sum()) / math.sqrt((sums**2).sum()))
        assert test.sign_flip.method == "normal"
        assert math.isclose(test.sign_flip.p_value, wanted, rel_tol=1e-12)


def _flipped(d):
    def statistic(x, y, axis):
        return np.sum(x - y, axis=axis)

    return stats.permutation_test(
        (d, np.zeros(len(d))), statistic, permutation_type="samples", n_resamples=np.inf, vectorized=True
    ).pvalue


class TestSigns:
    def test_beyond_what_is_held_it_is_normal(self):
        batch = pair(12, 100)
        a, b = losses(batch)
        found = compared(batch, PairSpec(classes=K, held=99)).test.sign_flip
        wanted = 2 * stats.norm.sf(abs((b - a).sum()) / math.sqrt(((b - a) ** 2).sum()))
        assert found.method == "normal"
        assert math.isclose(found.p_value, wanted, rel_tol=1e-12)
        assert compared(batch, PairSpec(classes=K, held=100)).test.sign_flip.method == "monte-carlo"
        assert compared(batch, PairSpec(classes=K, held=None)).test.sign_flip.method == "monte-carlo"

    @pytest.mark.parametrize("kind", ["importance", "frequency"])
    def test_the_normal_limit_with_weights(self, kind):
        weights = np.random.default_rng(2).integers(1, 5, 60).astype(float)
        batch = pair(13, 60, weights=weights)
        a, b = losses(batch)
        d = b - a
        spread = (weights**2 * d**2).sum() if kind == "importance" else (weights * d**2).sum()
        found = compared(batch, PairSpec(classes=K, weights=kind, held=5)).test.sign_flip
        assert math.isclose(found.p_value, 2 * stats.norm.sf(abs((weights * d).sum()) / math.sqrt(spread)), rel_tol=1e-12)  # fmt: skip # noqa: E501


class TestInfinite:
    A = np.array([[0.5, 0.5, 0], [0, 1, 0], [1, 0, 0], [0.25, 0.75, 0]])
    B = np.array([[0.25, 0.75, 0], [0.5, 0.5, 0], [0.5, 0.5, 0], [0.5, 0.5, 0]])

    def found(self, a, b, labels):
        return compared(make(a, b, np.array(labels)))

    def test_of_a_alone(self):
        found = self.found(self.A, self.B, [0, 0, 0, 1])
        assert (found.loss.first, found.loss.difference) == (math.inf, -math.inf)
        assert math.isclose(found.loss.second, math.log(4 * 2 * 2 * 2) / 4, rel_tol=1e-15)
        assert found.loss.infinite == (1, 0, 0)
        assert found.loss.first_infinite == (1,)
        assert not found.is_finite
        assert found.test.rows == 3
        d = np.log([2, 2, 1.5])
        assert math.isclose(found.test.difference, d.mean(), rel_tol=1e-14)
        assert found.test.p_value > stats.ttest_1samp(d, 0).pvalue  # Hall's is larger: d is skewed to the left
        assert [row.difference for row in found.gains] == []

    def test_of_b_alone(self):
        found = self.found(self.B, self.A, [0, 0, 0, 1])
        assert found.loss.difference == math.inf
        assert found.loss.infinite == (0, 1, 0)
        assert (found.hits.first_wins, found.hits.second_wins, found.hits.ties) == (1, 3, 0)

    def test_of_different_rows(self):
        found = self.found(self.A, self.A[[1, 0, 2, 3]], [0, 0, 0, 0])
        assert found.loss.infinite == (1, 1, 0)
        assert found.loss.difference is None

    def test_of_both(self):
        found = self.found(self.A, self.A, [0, 0, 0, 0])
        assert found.loss.infinite == (0, 0, 1)
        assert found.loss.difference is None
        assert found.hits.ties == 4

    def test_of_all_rows(self):
        found = self.found(self.A, self.A, [2, 2, 2, 2])
        assert found.test is None
        assert found.loss.infinite == (0, 0, 4)
        assert found.loss.difference is None

    def test_by_class(self):
        found = self.found(self.A, self.B, [0, 0, 0, 1])
        ant, bee, cat = found.classes
        assert (ant.rows, ant.first, ant.difference, ant.standard_error) == (3, math.inf, -math.inf, None)
        assert math.isclose(bee.difference, math.log(1.5), rel_tol=1e-15)
        assert (cat.rows, cat.first, cat.difference) == (0, None, None)

    def test_listed_first(self):
        comparer = Comparer(PairSpec(classes=K, worst=2))
        comparer.update(make(self.A, self.B, np.array([0, 0, 0, 1])))
        found = comparer.result()
        assert [row.row for row in found.gains] == [1]
        assert found.gains[0].difference == -math.inf
        assert [row.row for row in found.losses] == [0, 2]


class TestClasses:
    def test_they_add_up(self):
        batch = pair(14, 200)
        found = compared(batch)
        assert math.isclose(math.fsum(each.share for each in found.classes), found.loss.difference, abs_tol=1e-15)
        assert sum(each.rows for each in found.classes) == 200
        a, b = losses(batch)
        for k, each in enumerate(found.classes):
            mine = batch.reference.labels == k
            d = (b - a)[mine]
            assert math.isclose(each.difference, d.mean(), rel_tol=1e-12)
            assert math.isclose(each.standard_error, d.std(ddof=1) / math.sqrt(len(d)), rel_tol=1e-12)

    def test_rows_that_differ_most(self):
        batch = pair(15, 100)
        comparer = Comparer(PairSpec(classes=K, worst=3))
        comparer.update(batch)
        a, b = losses(batch)
        order = np.argsort(b - a)
        found = comparer.result()
        assert [row.row for row in found.losses] == order[::-1][:3].tolist()
        assert [row.row for row in found.gains] == order[:3].tolist()
        first = found.losses[0]
        assert (first.first_loss, first.second_loss) == (a[first.row], b[first.row])
        assert first.label == batch.reference.labels[first.row]


def test_flipped_classes():
    """B's one column says the probability of A's class 0."""
    labels, p = np.array([0, 1, 1]), np.array([0.2, 0.7, 0.9])
    a = np.stack([1 - p, p], axis=1)
    reference = make(a, a, labels).reference
    column = replace(Batch.of((1 - p)[:, None], 1 - labels))
    comparer = Comparer(PairSpec(classes=2, worst=3))
    rows = comparer.update(PairedBatch(column, reference, flipped=True))
    assert rows.second.predicted.tolist() == rows.first.predicted.tolist()
    assert np.allclose(rows.difference, 0, atol=1e-15)


SPECS = {
    "plain": PairSpec(classes=K, worst=2),
    "importance": PairSpec(classes=K, weights="importance", worst=1),
    "frequency": PairSpec(classes=K, weights="frequency"),
    "class weights": PairSpec(classes=K, own_denominator=True),
    "few are held": PairSpec(worst=2, held=3),
    "all are held": PairSpec(held=None, flips=99),
}


def _batch(name, seed, rows, clusters):
    generator = np.random.default_rng(seed)
    columns = {"group": generator.integers(0, GROUPS, rows)}
    if clusters:
        columns["cluster"] = generator.integers(0, 4, rows)
    if name in ("importance", "frequency"):
        columns["weights"] = generator.integers(1, 4, rows) / (1 if name == "frequency" else 3)
    return pair(seed, rows, zeros=seed % 3 == 0, **columns)


def _only(batch, rows):
    return PairedBatch(batch.batch.only(rows), batch.reference.take(rows))


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("name", SPECS)
@examples(12)
@given(seed=st.integers(0, 2**32), rows=st.integers(0, 60), clusters=st.booleans(), data=st.data())
def test_laws(name, grouped, seed, rows, clusters, data):
    """A fresh one is the identity of merge, no split and no order changes a bit, and result changes nothing."""
    rule = LossRule(class_weights=np.array([1.0, 2.0, 0.5])) if name == "class weights" else LossRule()
    spec, whole = SPECS[name], _batch(name, seed, rows, clusters)
    order = np.random.default_rng(seed + 1).permutation(rows)
    first, second = sorted((data.draw(st.integers(0, rows)), data.draw(st.integers(0, rows))))
    parts = [_only(whole, order[piece]) for piece in (slice(0, first), slice(first, second), slice(second, rows))]

    def new():
        if grouped:
            return GroupedComparer(Comparer(spec, rule), Comparer(replace(spec, classes=0), rule))
        return Comparer(spec, rule)

    def of(*batches):
        made = new()
        for batch in batches:
            made.update(batch if grouped else _ungrouped(batch))
        return made

    def know(made):
        if grouped:
            return repr([made.total.result(), *(made.groups.result(0.9, g) for g in range(GROUPS))])
        return repr(made.result())

    def merged(*sides):
        total = sides[0]
        for side in sides[1:]:
            before = know(side)
            total.merge(side)
            assert know(side) == before
        return total

    expected = know(of(whole))
    assert know(merged(of(whole), new())) == know(merged(new(), of(whole))) == expected
    assert know(of(*parts)) == expected
    assert know(merged(*(of(part) for part in parts))) == expected
    assert know(merged(of(parts[2]), merged(of(parts[1]), of(parts[0])))) == expected
    assert know(merged(new(), new())) == know(new())
    read = [written_and_read(of(part), new()) for part in parts]
    assert [state_of(one) for one in read] == [state_of(of(part)) for part in parts]
    assert know(merged(*read[::-1])) == expected, "of states that were written and read, in another order"
    assert know(merged(written_and_read(of(parts[1]), new()), of(parts[2]), read[0])) == expected


def written_and_read(made, fresh, numbering=None):
    """An accumulator as it comes back from another process."""
    return restored(fresh, json.loads(json.dumps(state_of(made), allow_nan=False)), numbering)


@pytest.mark.parametrize("name", SPECS)
def test_groups_clusters_and_rows_get_new_numbers(name):
    spec, batch = SPECS[name], _batch(name, 3, 60, True)
    rule = LossRule(class_weights=np.array([1.0, 2.0, 0.5])) if name == "class weights" else LossRule()
    groups, clusters = [2, 0, 1], [3, 1, 0, 2]
    own = batch.batch
    elsewhere = replace(
        own,
        group=np.array([groups.index(each) for each in own.group]),
        cluster=np.array([clusters.index(each) for each in own.cluster]),
    )
    shifted = replace(batch.reference, numbers=batch.reference.numbers + 1000)

    def new():
        return GroupedComparer(Comparer(spec, rule), Comparer(replace(spec, classes=0), rule))

    here, there = new(), new()
    here.update(PairedBatch(own, shifted))
    there.update(PairedBatch(elsewhere, batch.reference))
    again = written_and_read(there, new(), Numbering(groups, clusters, lambda row: row + 1000))
    for side in ("total", "groups"):
        for group in range(GROUPS):
            ours, theirs = (getattr(each, side).result(0.9, group) for each in (again, here))
            assert repr(ours) == repr(theirs)


def _ungrouped(batch):
    return PairedBatch(replace(batch.batch, group=None), batch.reference)
