"""Row figures: the same bits in any block, the layouts agree, and PyTorch's meaning of smoothing and class weights."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.rows import rows as module
from cecli.core.rows.rows import Batch, LossRule, score_rows
from tests.effort import examples

FIGURES = ("loss", "predicted", "confidence", "right", "among", "brier", "zero")


def batch_of(seed, rows, classes, kind="probabilities", soft=False):
    random = np.random.default_rng(seed)
    table = random.dirichlet(np.full(classes, 0.5), rows) if classes > 1 else random.random((rows, 1))
    if kind == "logits":
        table = random.normal(0, 10, (rows, classes))
    if kind == "log-probabilities":
        table = np.log(table)
    labels = random.dirichlet(np.ones(classes), rows) if soft else random.integers(0, max(classes, 2), rows)
    return table, labels


@pytest.mark.parametrize("classes", [1, 2, 10, 65, 100])
@pytest.mark.parametrize("kind", ["probabilities", "logits", "log-probabilities"])
@examples(8)
@given(seed=st.integers(0, 2**32), rows=st.integers(1, 30))
def test_a_row_alone_gives_the_same_bits(classes, kind, seed, rows):
    table, labels = batch_of(seed, rows, classes, kind)
    whole = score_rows(Batch.of(table, labels, kind))
    turned = score_rows(Batch.of(np.asfortranarray(table), labels, kind))
    alone = [score_rows(Batch.of(table[n : n + 1], labels[n : n + 1], kind)) for n in range(rows)]
    for name in FIGURES:
        expected = getattr(whole, name)
        assert getattr(turned, name).tobytes() == expected.tobytes(), name
        assert np.concatenate([getattr(row, name) for row in alone]).tobytes() == expected.tobytes(), name


@examples(25)
@given(seed=st.integers(0, 2**32), classes=st.sampled_from([2, 5, 70]), soft=st.booleans())
def test_only_keeps_rows_and_their_numbers(seed, classes, soft):
    table, labels = batch_of(seed, 12, classes, soft=soft)
    batch = Batch.of(table, labels, first_row=100)
    chosen = np.array([7, 2, 2 + 1])
    some, all_rows = score_rows(batch.only(chosen)), score_rows(batch)
    for name in FIGURES:
        assert getattr(some, name).tobytes() == getattr(all_rows, name)[chosen].tobytes()
    assert some.numbers_of(np.arange(3)) == [107, 102, 103]
    assert score_rows(batch.only(chosen).only(np.array([2]))).numbers_of(np.array([0])) == [103]


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("soft", [False, True])
def test_smoothing_and_class_weights_by_the_formula(smoothing, weighted, soft):
    """PyTorch: l = -sum_c w_c ((1 - e) y_c + e/K) log p_c, divided by w_y for hard labels."""
    table, labels = batch_of(11, 9, 4, soft=soft)
    weights = np.array([1.0, 0.0, 2.5, 0.25]) if weighted else None
    rows = score_rows(Batch.of(table, labels), LossRule(smoothing=smoothing, class_weights=weights))
    for n in range(9):
        target = labels[n] if soft else np.eye(4)[labels[n]]
        target = (1 - smoothing) * target + smoothing / 4
        w = np.ones(4) if weights is None else weights
        expected = math.fsum(-w[c] * target[c] * math.log(table[n, c]) for c in range(4))
        assert math.isclose(rows.loss[n], expected, rel_tol=1e-13, abs_tol=1e-15)
        if weighted and not soft:
            assert rows.denominator[n] == w[labels[n]]


def test_clipping_is_of_probabilities():
    table = np.array([[1.0, 0.0], [0.3, 0.7]])
    rows = score_rows(Batch.of(table, np.array([1, 0])), LossRule(clip=0.01))
    assert math.isclose(rows.loss[0], -math.log(0.01), rel_tol=1e-15)
    assert rows.loss[1] == score_rows(Batch.of(table, np.array([1, 0]))).loss[1]
    right = score_rows(Batch.of(table, np.array([0, 1])), LossRule(clip=0.01))
    assert math.isclose(right.loss[0], -math.log1p(-0.01), rel_tol=1e-15)
    assert rows.zero.tolist() == [True, False], "what was predicted stays known"
    assert rows.brier.tolist() == score_rows(Batch.of(table, np.array([1, 0]))).brier.tolist()


def test_soft_labels_of_one_class_are_hard_labels():
    table, labels = batch_of(5, 30, 6)
    hard, soft = score_rows(Batch.of(table, labels), top_k=3), score_rows(Batch.of(table, np.eye(6)[labels]), top_k=3)
    for name in ("loss", "predicted", "confidence"):
        assert getattr(hard, name).tobytes() == getattr(soft, name).tobytes()
    assert soft.right.tolist() == hard.right.astype(float).tolist()
    assert soft.among.tolist() == hard.among.astype(float).tolist()
    assert np.allclose(soft.brier, hard.brier, rtol=1e-14)


def test_a_soft_label_of_zero_costs_nothing_even_where_the_loss_is_infinite():
    rows = score_rows(Batch.of(np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([[1.0, 0.0], [0.5, 0.5]])))
    assert rows.loss.tolist() == [0.0, math.inf]
    assert rows.zero.tolist() == [False, True]


def test_ties_for_the_top_go_to_the_first_class():
    rows = score_rows(Batch.of(np.full((3, 4), 0.25), np.array([0, 1, 3])), top_k=2)
    assert rows.predicted.tolist() == [0, 0, 0]
    assert rows.right.tolist() == [True, False, False]
    assert rows.among.tolist() == [True, True, False]
    binary = score_rows(Batch.of(np.full((2, 1), 0.5), np.array([0, 1])))
    assert binary.predicted.tolist() == [0, 0]


def test_logits_rank_classes_that_probabilities_cannot_tell_apart():
    rows = score_rows(Batch.of(np.array([[0.0, 1e-20]]), np.array([1]), "logits"))
    assert rows.predicted.tolist() == [1]
    binary = score_rows(Batch.of(np.array([[1e-20]]), np.array([1]), "logits"))
    assert binary.right.tolist() == [True]


def test_binary_is_the_same_as_two_columns():
    one = np.array([[0.3], [0.8], [0.5]])
    labels = np.array([1, 1, 0])
    a, b = score_rows(Batch.of(one, labels)), score_rows(Batch.of(np.hstack([1 - one, one]), labels))
    assert np.allclose(a.loss, b.loss, rtol=1e-15)
    assert np.allclose(a.brier, b.brier, rtol=1e-14)
    assert a.predicted.tolist() == b.predicted.tolist()


RULES = {
    "plain": LossRule(),
    "clipped": LossRule(clip=0.01),
    "smoothed": LossRule(smoothing=0.1),
    "class weights": LossRule(class_weights=np.linspace(0.5, 2, 65)),
}


@pytest.mark.parametrize("kind", ["probabilities", "logits", "log-probabilities"])
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("loss_only", [False, True])
@pytest.mark.parametrize("rows", [1, 2, 6, 7])
def test_wide_rows_are_scored_in_pieces_to_the_same_bits(monkeypatch, kind, rule, loss_only, rows):
    batch = Batch.of(*batch_of(11, rows, 65, kind), kind, first_row=40)
    batch = replace(batch, weights=np.arange(1.0, rows + 1), group=np.arange(rows) % 2, cluster=np.arange(rows) // 2)
    whole = score_rows(batch, RULES[rule], 3, loss_only)
    monkeypatch.setattr(module, "_CHUNK_CELLS", 3 * 65 + 1)  # three rows at once
    pieces = score_rows(batch, RULES[rule], 3, loss_only)
    for name in (*FIGURES, "own", "deviation", "denominator", "weights", "group", "cluster"):
        one, other = getattr(whole, name), getattr(pieces, name)
        assert (one is None) == (other is None), name
        assert one is None or other.tobytes() == one.tobytes(), name
    assert pieces.first_row == 40
    assert pieces.batch is batch


@pytest.mark.parametrize("classes", [3, 20, 65, 300])
@pytest.mark.parametrize("soft", [False, True])
def test_ties_among_the_first_k_go_to_those_that_stand_first(classes, soft):
    random = np.random.default_rng(classes)
    table = random.integers(1, 4, (50, classes)).astype(float)
    table /= table.sum(axis=1, keepdims=True)
    labels = random.dirichlet(np.ones(classes), 50) if soft else random.integers(0, classes, 50)
    found = score_rows(Batch.of(table, labels), top_k=2).among
    for row, label, among in zip(table.tolist(), labels, found, strict=True):
        first = sorted(range(classes), key=lambda k, row=row: (-row[k], k))[:2]
        assert among == pytest.approx(label[first].sum() if soft else label in first, rel=1e-14)
