"""The laws of every accumulator: a fresh one is the identity of merge, merge is associative and commutative to the bit,
no split and no order of the rows changes a bit, and result changes nothing. All of it holds of one that was written as
JSON and read again, whatever numbers its groups and clusters had there."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.families import LIBRARIES as LIKE
from cecli.core.metrics import METRICS, Spec
from cecli.core.rows.rows import Batch, LossRule, score_rows
from cecli.core.scores.groups import GroupedScorer
from cecli.core.scores.scorer import Scorer
from cecli.core.sums.exact import ExactProducts, ExactSums
from cecli.core.sums.moments import Moments, WeightedMoments
from cecli.core.sums.state import Numbering, restored, state_of
from cecli.core.sums.tally import Tally
from tests.effort import examples

GROUPS = 3


class Figures:
    """Accumulators of bare arrays: how to add rows to one, and what it knows."""

    def __init__(self, new, add, know):
        self.new, self.add, self.know = new, add, know


def cut(case, rows):
    """Some of the rows of a case."""
    return {name: None if column is None else column[rows] for name, column in case.items()}


FIGURES = {
    "sums": Figures(ExactSums, lambda s, c: s.update(c["x"]), lambda s: s.integer()),
    "sums by position": Figures(
        ExactSums, lambda s, c: s.update(c["x"], c["group"]), lambda s: s.integers(0, GROUPS)
    ),
    "products": Figures(
        ExactProducts,
        lambda s, c: s.update(c["x"], c["y"], c["group"]),
        lambda s: [s.integer(g) for g in range(GROUPS)],
    ),
    "tally of rows": Figures(
        Tally, lambda t, c: t.add(None, len(c["x"]), c["group"]), lambda t: t.masses(0, GROUPS)
    ),
    "tally of masses": Figures(
        Tally, lambda t, c: t.add(c["w"], len(c["x"]), c["group"]), lambda t: t.masses(0, GROUPS)
    ),
    "moments": Figures(Moments, lambda m, c: m.update(c["x"]), lambda m: m.result()),
    "moments by group": Figures(
        Moments, lambda m, c: m.update(c["x"], c["group"]), lambda m: [m.result(g) for g in range(GROUPS)]
    ),
    "weighted moments": Figures(
        WeightedMoments,
        lambda m, c: m.update(c["x"], c["w"], None, c["group"]),
        lambda m: [m.result(g) for g in range(GROUPS)],
    ),
    "moments of repeats": Figures(
        lambda: WeightedMoments(frequency=True),
        lambda m, c: m.update(c["x"], c["w"], None, c["group"]),
        lambda m: [m.result(g) for g in range(GROUPS)],
    ),
}  # fmt: skip


@st.composite
def figure_cases(draw):
    """Rows of figures of very different sizes, whole weights and groups."""
    sizes = st.floats(allow_nan=False, allow_infinity=False, width=64)
    rows = draw(st.lists(st.tuples(sizes, sizes, st.integers(1, 9), st.integers(0, GROUPS - 1)), max_size=12))
    x, y, w, group = zip(*rows, strict=True) if rows else ((), (), (), ())
    return {
        "x": np.array(x, dtype=float),
        "y": np.array(y, dtype=float),
        "w": np.array(w, dtype=float),
        "group": np.array(group, dtype=np.intp),
    }


def check_laws(new, add, know, parts, whole):
    """``parts`` are three pieces of ``whole`` in another order; ``know`` shows all that a result says."""

    def of(*pieces):
        made = new()
        for piece in pieces:
            add(made, piece)
        return made

    def merged(*sides):
        total = sides[0]
        for side in sides[1:]:
            before = know(side)
            assert total.merge(side) is None
            assert know(side) == before, "merge changes the other one"
        return total

    a, b, c = parts
    expected = know(of(whole))
    assert know(new()) == know(merged(new(), new())), "two empty sides"
    assert know(merged(of(a), new())) == know(of(a)), "identity on the right"
    assert know(merged(new(), of(a))) == know(of(a)), "identity on the left"
    assert know(merged(of(a), of(b))) == know(merged(of(b), of(a))), "commutative"
    left, right = merged(merged(of(a), of(b)), of(c)), merged(of(a), merged(of(b), of(c)))
    assert know(left) == know(right) == expected, "associative, and no split or order matters"
    once = of(a, b, c)
    assert know(once) == know(once) == expected, "result changes nothing"
    add(once, a)
    twice = of(a, b, c, a)
    assert know(once) == know(twice), "and it can go on after a result"


def written_and_read(made, fresh, numbering=None):
    """An accumulator as it comes back from a file."""
    return restored(fresh, json.loads(json.dumps(state_of(made), allow_nan=False)), numbering)


def check_state(new, add, know, parts, whole):
    """Parts that were written and read give, merged in any order and with those that never were, the same bits."""
    made = []
    for part in parts:
        made.append(new())
        add(made[-1], part)
    read = [written_and_read(one, new()) for one in made]
    for one, again in zip(made, read, strict=True):
        assert know(again) == know(one)
        assert state_of(again) == state_of(one)
    expected = new()
    add(expected, whole)
    for order in ((0, 1, 2), (2, 0, 1)):
        total = new()
        for k in order:
            total.merge(read[k])
        assert know(total) == know(expected)
    mixed = written_and_read(made[0], new())
    mixed.merge(made[1])
    add(mixed, parts[2])
    assert know(mixed) == know(expected), "it can go on after it was read"
    assert know(written_and_read(new(), new())) == know(new())


@pytest.mark.parametrize("name", FIGURES)
@examples(20)
@given(case=figure_cases(), data=st.data())
def test_figures(name, case, data):
    kind = FIGURES[name]
    if name in ("weighted moments", "moments of repeats"):  # their products must stay finite
        case = {**case, "x": np.clip(case["x"], -1e150, 1e150)}
    rows = len(case["x"])
    order = np.array(data.draw(st.permutations(range(rows))), dtype=np.intp)
    first, second = sorted((data.draw(st.integers(0, rows)), data.draw(st.integers(0, rows))))
    parts = [cut(case, order[piece]) for piece in (slice(0, first), slice(first, second), slice(second, rows))]
    check_laws(kind.new, kind.add, lambda made: repr(kind.know(made)), parts, case)
    if hasattr(kind.new(), "STATE"):
        check_state(kind.new, kind.add, lambda made: repr(kind.know(made)), parts, case)


def spec_of(classes, **more):
    """A spec in which every metric has something to do."""
    return Spec(classes, top_k=2, worst=3, like=tuple(LIKE), **more)


SPECS = {
    "plain": (spec_of(3), LossRule()),
    "clipped, smoothed": (spec_of(3), LossRule(clip=1e-6, smoothing=0.1)),
    "weighted": (spec_of(3, weights="importance"), LossRule()),
    "repeats": (spec_of(3, weights="frequency"), LossRule()),
    "class weights": (
        spec_of(3, weights="importance", own_denominator=True),
        LossRule(class_weights=np.array([1.0, 0.3, 2.5])),
    ),
    "soft": (spec_of(3), LossRule()),
    "soft, weighted": (spec_of(3, weights="importance"), LossRule(smoothing=0.2)),
    "many classes": (spec_of(70), LossRule()),
    "logits": (spec_of(3), LossRule()),
    "two classes": (spec_of(2, weights="importance"), LossRule()),
    "binary": (spec_of(2), LossRule()),
}


def batch_of(name, seed, rows):
    """Rows of a kind; forecasts repeat, some give the observed class no probability, some weights are large."""
    spec, _ = SPECS[name]
    random = np.random.default_rng(seed)
    labels = random.integers(0, spec.classes, rows)
    if name == "binary":
        batch = Batch.of(np.round(random.random((rows, 1)), 1), labels)
    elif name == "logits":
        batch = Batch.of(random.normal(0, 40, (rows, spec.classes)), labels, "logits")
    else:
        table = random.dirichlet(np.full(spec.classes, 0.3), rows).reshape(rows, spec.classes)
        table[random.random(rows) < 0.05] = np.eye(spec.classes)[0]
        table = table[random.integers(0, max(1, rows), rows)]
        soft = random.dirichlet(np.ones(spec.classes), rows).reshape(rows, spec.classes)
        batch = Batch.of(table, soft if name.startswith("soft") else labels)
    weights = None
    if spec.weights == "importance":
        weights = 10.0 ** random.uniform(-5, 5, rows)
    elif spec.weights == "frequency":
        weights = random.integers(1, 5, rows).astype(float)
    return replace(
        batch,
        weights=weights,
        group=random.integers(0, GROUPS, rows),
        cluster=random.integers(0, 6, rows),
        ids=np.array([f"row {n}" for n in range(rows)], dtype=object),
    )


def cases():
    """The scorer that holds every metric of the table, and that of groups, for every kind of rows; each metric alone,
    which tells where a law is broken, for some kinds."""
    for name in SPECS:
        for metric in (*METRICS, "scorer", "groups"):
            if metric in ("scorer", "groups") or name in ("plain", "weighted", "soft", "class weights", "two classes"):
                yield pytest.param(name, metric, id=f"{metric}, {name}")


@pytest.mark.parametrize(("name", "metric"), list(cases()))
@examples(4)
@given(seed=st.integers(0, 2**32), rows=st.integers(0, 40), data=st.data())
def test_metrics(name, metric, seed, rows, data):
    spec, rule = SPECS[name]
    whole = batch_of(name, seed, rows)
    order = np.random.default_rng(seed + 1).permutation(rows)
    first, second = sorted((data.draw(st.integers(0, rows)), data.draw(st.integers(0, rows))))
    parts = [whole.only(order[piece]) for piece in (slice(0, first), slice(first, second), slice(second, rows))]
    if metric == "scorer":
        new, add = lambda: Scorer(spec, rule, tuple(METRICS)), lambda made, batch: made.update(batch)
        know = lambda made: repr([made.result(0.9, group) for group in range(GROUPS)])  # noqa: E731
    elif metric == "groups":
        new, add = (
            lambda: GroupedScorer(lambda: Scorer(spec, rule, tuple(METRICS))),
            lambda made, batch: made.update(batch),
        )
        know = lambda made: repr([made.total.result(), *(made.groups.result(0.9, g) for g in range(GROUPS))])  # noqa: E731
    else:
        new = lambda: METRICS[metric](replace(spec, rule=rule))  # noqa: E731
        add = lambda made, batch: made.update(score_rows(batch, rule, spec.top_k))  # noqa: E731
        know = lambda made: repr([made.result(group) for group in range(GROUPS)])  # noqa: E731
    check_laws(new, add, know, parts, whole)
    check_state(new, add, know, parts, whole)


@pytest.mark.parametrize("name", SPECS)
def test_groups_clusters_and_rows_get_new_numbers(name):
    """What two runs numbered in their own ways is the same once the one is read with the other's numbers."""
    spec, rule = SPECS[name]
    batch = batch_of(name, 5, 60)
    groups, clusters = [2, 0, 1], [5, 3, 4, 0, 1, 2]
    other = replace(
        batch,
        group=np.array([groups.index(g) for g in batch.group]),
        cluster=np.array([clusters.index(c) for c in batch.cluster]),
        numbers=np.arange(60),
    )
    new = lambda: GroupedScorer(lambda: Scorer(spec, rule, tuple(METRICS)))  # noqa: E731
    there, here = new(), new()
    there.update(other)
    here.update(replace(batch, numbers=np.arange(60) + 1000))
    read = written_and_read(there, new(), Numbering(groups, clusters, lambda row: row + 1000))
    for one, same in ((read.total, here.total), (read.groups, here.groups)):
        assert repr([one.result(0.9, g) for g in range(GROUPS)]) == repr([same.result(0.9, g) for g in range(GROUPS)])


@pytest.mark.parametrize("metric", METRICS)
def test_no_metric_is_idle(metric):
    """What the laws compare is no empty result."""
    name = {"corp": "two classes", "twice": "binary"}.get(metric, "plain")
    spec, rule = SPECS[name]
    batch = batch_of(name, 8, 40)
    if metric == "twice":
        batch = replace(Batch.of(np.full((40, 1), 0.72), np.zeros(40, dtype=int)), group=batch.group)
    batch = replace(batch, left_out=np.arange(GROUPS))
    fresh, made = (METRICS[metric](replace(spec, rule=rule)) for _ in range(2))
    made.update(score_rows(batch, rule, spec.top_k))
    for group in range(GROUPS):
        assert repr(made.result(group)) != repr(fresh.result(group))
