"""Rows of two models beside each other, all of them and group by group."""

from dataclasses import replace

import numpy as np
import pytest

from cecli.core.paired.comparison import Comparer
from cecli.core.paired.rows import PairedBatch, Reference
from cecli.core.paired.spec import PairSpec
from cecli.core.rows.rows import Batch, LossRule, score_rows

RULES = {"plain": LossRule(), "clipped": LossRule(clip=0.2), "smoothed": LossRule(smoothing=0.1)}


def pair_of(seed, rows, rule, soft=False, group=None):
    """Two models on the same rows of three classes."""
    random = np.random.default_rng(seed)
    labels = random.dirichlet(np.ones(3), rows) if soft else random.integers(0, 3, rows)
    batches = [Batch.of(random.dirichlet(np.ones(3), rows), labels) for _ in range(2)]
    if group is not None:
        batches = [replace(batch, group=group) for batch in batches]
    first = score_rows(batches[0], rule)
    hard = None if soft else labels
    reference = Reference(first.loss, first.predicted, first.right, hard, np.arange(rows))
    return PairedBatch(batches[1], reference, False), [score_rows(batch, rule) for batch in batches]


def only(pair, rows):
    return PairedBatch(pair.batch.only(rows), pair.reference.take(rows), False)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("soft", [False, True])
def test_the_difference_is_that_of_the_scores(rule, soft):
    pair, (first, second) = pair_of(1, 30, RULES[rule], soft)
    comparer = Comparer(PairSpec(classes=0 if soft else 3, hard=not soft), RULES[rule])
    comparer.update(pair)
    result = comparer.result()
    assert result.loss.difference == pytest.approx((second.loss - first.loss).mean(), rel=1e-13)
    assert result.rows == 30


def test_classes_within_a_group_are_those_of_its_rows_alone():
    group = np.random.default_rng(2).integers(0, 3, 60)
    pair, _ = pair_of(2, 60, RULES["plain"], group=group)
    whole = Comparer(PairSpec(classes=3))
    whole.update(pair)
    for number in range(3):
        rows = np.flatnonzero(group == number)
        alone = Comparer(PairSpec(classes=3))
        part = only(pair, rows)
        alone.update(replace(part, batch=replace(part.batch, group=None)))
        assert whole.result(group=number).classes == alone.result().classes
        assert whole.result(group=number).loss == alone.result().loss
