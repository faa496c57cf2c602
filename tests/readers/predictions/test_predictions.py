"""The whole way of the rows: the same digits and the same messages whatever the blocks and the threads."""

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.metrics import Spec
from cecli.core.scores.scorer import Scorer
from cecli.errors import CecliError, InputError, UsageError
from cecli.readers.predictions.predictions import PredictionOptions, Predictions
from tests.effort import examples

BLOCKS = (64, 1 << 16, 1 << 22)


def score(preds, labels, threads=1, block_bytes=1 << 22, **options):
    """The figures, with every digit."""
    with Predictions(PredictionOptions(preds, labels, block_bytes=block_bytes, **options)) as opened:
        spec = Spec(max(2, len(opened.classes)))
        return repr(opened.accumulate(lambda: Scorer(spec), threads).result())


def outcome(*arguments, **options):
    """The figures, or the error as it would be told."""
    try:
        return score(*arguments, **options)
    except CecliError as error:
        return type(error), error.lines(), error.hint


def rows_of(seed, rows, classes=3):
    generator = np.random.default_rng(seed)
    table = generator.dirichlet(np.ones(classes), rows).tolist()
    return table, generator.integers(0, classes, rows).tolist()


def files(save, table, labels, ids=None, label_ids=None):
    names = "abcdefgh"[: len(table[0])]
    lines = [",".join(map(repr, row)) for row in table]
    texts = [names[y] for y in labels]
    head, label_head = ",".join(names), "label"
    if ids is not None:
        lines = [f"{i},{line}" for i, line in zip(ids, lines, strict=True)]
        texts = [f"{text},{i}" for i, text in zip(label_ids, texts, strict=True)]
        head, label_head = f"id,{head}", "label,id"
    return save("p.csv", "\n".join([head, *lines, ""])), save("l.csv", "\n".join([label_head, *texts, ""]))


@examples(20)
@given(seed=st.integers(0, 2**32), rows=st.integers(1, 60), classes=st.sampled_from([1, 2, 3, 8]))
def test_blocks_and_threads_do_not_change_a_digit(save, seed, rows, classes):
    table, labels = rows_of(seed, rows, max(classes, 2))
    if classes == 1:
        preds = save("p.csv", "p\n" + "".join(f"{row[1]!r}\n" for row in table))
        observed = save("l.csv", "label\n" + "".join(f"{y}\n" for y in labels))
    else:
        preds, observed = files(save, table, labels)
    expected = score(preds, observed)
    for size in BLOCKS:
        for threads in (1, 2):
            assert score(preds, observed, threads, size) == expected


@examples(15)
@given(seed=st.integers(0, 2**32), rows=st.integers(1, 60))
def test_the_order_of_rows_does_not_change_a_digit(save, seed, rows):
    table, labels = rows_of(seed, rows)
    expected = score(*files(save, table, labels))
    order = random.Random(seed).sample(range(rows), rows)
    shuffled = files(save, [table[k] for k in order], [labels[k] for k in order])
    assert score(*shuffled, threads=2, block_bytes=64) == expected


@examples(25)
@given(seed=st.integers(0, 2**32), rows=st.integers(1, 60), start=st.integers(0, 60))
def test_ids_in_any_order_from_any_row_on(save, seed, rows, start):
    table, labels = rows_of(seed, rows)
    expected = score(*files(save, table, labels))
    order = list(range(rows))
    tail = order[start:]
    random.Random(seed).shuffle(tail)
    order = order[:start] + tail
    preds, _ = files(save, table, labels, [f"i{k}" for k in range(rows)], [f"i{k}" for k in range(rows)])
    observed = save("l.csv", "label,id\n" + "".join(f"{'abc'[labels[k]]},i{k}\n" for k in order))
    for size in (64, 300, 1 << 22):
        for threads in (1, 2):
            assert score(preds, observed, threads, size) == expected


def damaged(seed, table, labels, names="abc"):
    """The lines of both files, with a few bad cells in either."""
    generator = random.Random(seed)
    lines = [",".join(map(repr, row)) for row in table]
    texts = [names[y] for y in labels]
    for _ in range(generator.randint(1, 15)):
        kind, row = generator.choice(["text", "ragged", "range", "sum", "label"]), generator.randrange(len(lines))
        if kind == "label":
            texts[row] = "zebra"
        else:
            lines[row] = {"text": "0.5,x,0.5", "ragged": "0.5,0.5", "range": "1.5,-0.5,0", "sum": "0.5,0.5,0.25"}[kind]
    return lines, texts


@examples(12)
@given(seed=st.integers(0, 2**32))
def test_errors_are_the_same_for_any_number_of_threads(save, seed):
    lines, texts = damaged(seed, *rows_of(seed, 80))
    preds = save("p.csv", "\n".join(["a,b,c", *lines, ""]))
    observed = save("l.csv", "\n".join(["label", "a", *texts[1:], ""]))
    for size in (64, 1 << 22):
        told = [outcome(preds, observed, threads, size) for threads in (1, 2, 3)]
        assert told[0] == told[1] == told[2]


@examples(25)
@given(seed=st.integers(0, 2**32), bad=st.sampled_from(["0.5,x,0.5", "0.5,0.5", "1.5,-0.5,0", "0.5,0.5,0.25"]))
def test_bad_rows_of_one_kind_are_told_in_file_order_for_any_block_size(save, seed, bad):
    table, labels = rows_of(seed, 80)
    lines = [bad if random.Random(seed + k).random() < 0.3 else ",".join(map(repr, row)) for k, row in enumerate(table)]
    wrong = [k + 2 for k, line in enumerate(lines) if line == bad]
    preds = save("p.csv", "\n".join(["a,b,c", *lines, ""]))
    observed = save("l.csv", "label\n" + "".join(f"{'abc'[y]}\n" for y in labels))
    told = {size: outcome(preds, observed, 2, size) for size in (64, 200, 1 << 22)}
    assert len({repr(result) for result in told.values()}) == 1
    if wrong:
        kind, messages, _ = told[64]
        assert issubclass(kind, InputError)
        places = [int(text.split("p.csv:")[1].split(":")[0]) for text in messages if "p.csv:" in text]
        assert places == sorted(places)
        per_row = 2 if bad.startswith("1.5") else 1
        assert places == [line for line in wrong for _ in range(per_row)][:10]
        if per_row * len(wrong) > 10:
            assert messages[-1].startswith(f"{per_row * len(wrong) - 10:,} more")


def test_labels_on_both_sides_of_an_infinite_row(save):
    preds, labels = save("p.csv", "a,b\n1,0\n1,0\n"), save("l.csv", "label\na\nb\n")
    assert "cross_entropy=inf" in score(preds, labels)


def test_labels_in_predictions(save):
    both = save("p.csv", "a,y,b\n0.5,a,0.5\n0.25,b,0.75\n")
    from cecli.readers.predictions.roles.options import ColumnOptions

    apart = score(save("p.csv", "a,b\n0.5,0.5\n0.25,0.75\n"), save("l.csv", "y\na\nb\n"))
    for size in (8, 1 << 16):
        assert score(both, None, 2, size, columns=ColumnOptions(label="y")) == apart


@pytest.mark.parametrize("size", [8, 1 << 16])
@pytest.mark.parametrize(("preds", "labels"), [(3, 5), (5, 3), (50, 49), (49, 50), (1, 100)])
def test_unequal_lengths(save, size, preds, labels):
    p, observed = save("p.csv", "a,b\n" + "0.5,0.5\n" * preds), save("l.csv", "label\n" + "a\n" * labels)
    with pytest.raises(InputError) as caught:
        score(p, observed, 2, size)
    assert f"p.csv has {preds} rows" in caught.value.message
    assert caught.value.message.endswith(f"l.csv has {labels}")
    hint = {1: "--header preds", -1: "--header labels"}.get(preds - labels)
    assert (caught.value.hint or "").endswith(hint or "")
    assert (caught.value.hint is None) == (hint is None)


def test_headers_of_one_file_only(save):
    bare, named = "0.5,0.5\n0.25,0.75\n", "0,1\n0.5,0.5\n0.25,0.75\n"
    expected = score(save("p.csv", named), save("l.csv", "label\n0\n1\n"))
    assert score(save("p.csv", bare), save("l.csv", "label\n0\n1\n"), header="labels") == expected
    assert score(save("p.csv", named), save("l.csv", "0\n1\n"), header="preds") == expected
    assert score(save("p.csv", bare), save("l.csv", "0\n1\n"), header="none") == expected


def test_both_standard_input():
    with pytest.raises(UsageError, match="standard input"):
        Predictions(PredictionOptions("-", "-"))


def test_files_are_closed_when_opening_fails(save):
    """A file left open is a ResourceWarning, which is an error here."""
    with pytest.raises(InputError):
        Predictions(PredictionOptions(save("p.csv", "a,a\n1,0\n"), save("l.csv", "label\na\n")))


def test_rows_read_and_progress_add_up(save):
    preds, labels = files(save, *rows_of(1, 200))
    seen = []
    with Predictions(PredictionOptions(preds, labels, block_bytes=256)) as opened:
        opened.accumulate(lambda: Scorer(Spec(3)), 2, lambda rows, size: seen.append((rows, size)))
        assert opened.rows_read == 200
        assert sum(rows for rows, _ in seen) == 200
        assert sum(size for _, size in seen) <= opened.size
        assert math.isclose(sum(size for _, size in seen), opened.size, rel_tol=0.01)
