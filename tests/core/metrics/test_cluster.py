"""The clustered standard error against its formula in fractions."""

import math
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.functions.choice import AUTO, Choice
from cecli.core.metrics import OF_LOSSES, Spec
from cecli.core.rows.rows import Batch
from cecli.core.scores.scorer import Scorer

STUDENT = Choice("t")


def scored(losses, clusters, weights=None, choice=STUDENT):
    spec = Spec(0, weights=None if weights is None else "importance")
    scorer = Scorer(spec, metrics=OF_LOSSES)
    batch = Batch(
        np.array(losses),
        0,
        None,
        "losses",
        weights=None if weights is None else np.array(weights),
        cluster=np.array(clusters, dtype=np.intp),
        observed_only=True,
    )
    scorer.update(batch)
    return scorer.result(choice=choice)


def by_formula(losses, clusters, weights):
    losses, weights = [Fraction(x) for x in losses], [Fraction(w) for w in weights]
    total = sum(weights)
    mean = sum(w * x for w, x in zip(weights, losses, strict=True)) / total
    names = sorted(set(clusters))
    sums = [
        sum(w * (x - mean) for w, x, c in zip(weights, losses, clusters, strict=True) if c == name) for name in names
    ]
    count = len(names)
    return math.sqrt(Fraction(count, count - 1) * sum(s * s for s in sums) / total**2)


rows = st.lists(
    st.tuples(st.floats(0, 50).map(lambda x: round(x, 3)), st.integers(0, 4), st.sampled_from([0.5, 1.0, 2.0, 4.0])),
    min_size=2,
    max_size=30,
).filter(lambda some: len({row[1] for row in some}) > 1)


@given(rows)
def test_with_weights(some):
    losses, clusters, weights = zip(*some, strict=True)
    score = scored(losses, clusters, weights)
    assert math.isclose(score.standard_error, by_formula(losses, clusters, weights), rel_tol=1e-14, abs_tol=1e-150)
    assert score.clusters == len(set(clusters))


def test_every_row_its_own_cluster_is_the_plain_error():
    losses = [0.5, 1.25, 3.0, 0.125]
    plain = by_formula(losses, range(4), [1] * 4)
    assert math.isclose(scored(losses, range(4)).standard_error, plain, rel_tol=1e-15)


def test_one_cluster_has_no_error():
    score = scored([0.5, 1.5], [3, 3])
    assert score.standard_error is None
    assert score.low is None
    assert score.clusters == 1


def test_the_interval_has_a_degree_of_freedom_less_than_clusters():
    got = scored([0.5, 1.0, 2.0, 4.0, 1.5], [0, 0, 1, 2, 2])
    assert got.clusters == 3
    t = 0.95 * math.sqrt(2 / (4 * 0.975 * 0.025))  # Student's t of 2 degrees of freedom has quantiles in closed form
    assert math.isclose(got.high, got.cross_entropy + t * got.standard_error, rel_tol=1e-12)
    assert math.isclose(got.low, got.cross_entropy - t * got.standard_error, rel_tol=1e-12)


def test_a_cluster_that_holds_nearly_everything():
    """CR1 says 0.0096 where one document of 400 rows stands beside four of 4; the jackknife knows what is not known."""
    losses, clusters = [], []
    for cluster, (rows, level) in enumerate([(400, 1.0), (4, 1.5), (4, 0.7), (4, 1.2), (4, 0.9)]):
        losses += [level + 0.25 * (-1) ** k for k in range(rows)]
        clusters += [cluster] * rows
    plain, got = scored(losses, clusters), scored(losses, clusters, choice=AUTO)
    assert got.standard_error > 5 * plain.standard_error
    assert (got.low, got.high, got.interval) == (None, None, "none")
    assert got.degrees_of_freedom < 2
    assert "2 degrees of freedom" in got.interval_reason
    assert got.design_effect > 1
    assert math.isclose(got.worth_rows, len(losses) / got.design_effect, rel_tol=1e-12)


def test_the_logarithmic_interval_of_the_jackknife():
    losses = [0.3, 0.5, 1.0, 2.0, 0.7, 1.1, 0.2, 0.4, 0.9, 1.5, 0.8, 0.6]
    got = scored(losses, [k // 2 for k in range(12)], choice=AUTO)
    assert got.interval == "log"
    assert math.isclose(got.low * got.high, got.cross_entropy**2, rel_tol=1e-12)
    assert got.low < got.cross_entropy < got.high
    assert 2 <= got.degrees_of_freedom <= 5


def test_each_error_that_may_be_asked_for():
    losses, clusters = [0.3, 0.5, 1.0, 2.0, 0.7, 1.1, 0.2, 0.4], [0, 0, 0, 1, 1, 2, 3, 3]
    found = {name: scored(losses, clusters, choice=Choice("auto", name)) for name in ("cr1", "cr2", "jackknife")}
    assert found["cr1"].standard_error == scored(losses, clusters).standard_error
    assert found["cr1"].degrees_of_freedom == 3
    assert found["cr2"].degrees_of_freedom == found["jackknife"].degrees_of_freedom < 3
    assert found["cr2"].standard_error < found["jackknife"].standard_error
    assert {each.cluster_error for each in found.values()} == set(found)
    assert {each.interval for each in found.values()} == {"t"}
