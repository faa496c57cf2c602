"""All rows and each group of them in one pass, as if each had been scored alone."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.metrics import METRICS, Spec
from cecli.core.rows.rows import Batch
from cecli.core.scores.groups import GroupedScorer
from cecli.core.scores.scorer import Scorer
from tests.effort import examples

SPEC = Spec(3, top_k=2, worst=2)
METRIC_NAMES = tuple(METRICS)


def scored(batch):
    scorer = Scorer(SPEC, metrics=METRIC_NAMES)
    scorer.update(batch)
    return scorer


@examples(20)
@given(seed=st.integers(0, 2**32), rows=st.integers(0, 30))
def test_as_if_each_were_scored_alone(seed, rows):
    generator = np.random.default_rng(seed)
    table = generator.dirichlet(np.ones(3), rows).reshape(rows, 3)
    plain = Batch.of(table, generator.integers(0, 3, rows))
    group = generator.integers(0, 4, rows)
    both = GroupedScorer(lambda: Scorer(SPEC, metrics=METRIC_NAMES))
    both.update(Batch(**vars(plain) | {"group": group}))
    assert repr(both.total.result()) == repr(scored(plain).result())
    for number in range(4):
        alone = scored(plain.only(np.flatnonzero(group == number)))
        assert repr(both.groups.result(group=number)) == repr(alone.result())
