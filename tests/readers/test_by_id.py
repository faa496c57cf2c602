"""Predictions and labels matched by id over many blocks, in any order, and every way for them not to match."""

import numpy as np
import pytest

from cecli.errors import CecliError
from cecli.readers.predictions.predictions import PredictionOptions, Predictions

ROWS = 500


class Seen:
    """An accumulator that keeps what it was given."""

    def __init__(self):
        self.pairs = []

    def update(self, batch):
        self.pairs += zip(batch.values[0].tolist(), batch.labels.tolist(), strict=True)

    def merge(self, other):
        self.pairs += other.pairs


@pytest.fixture
def match(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def matcher(preds, labels, threads=2):
        """The label each row was scored with; row r predicts (r / 1000, 1 - r / 1000) and has the label r % 2."""
        lines = [f"img_{r},{r / 1000:.3f},{1 - r / 1000:.3f}" for r in preds]
        (tmp_path / "p.csv").write_text("id,a,b\n" + "\n".join(lines) + "\n")
        (tmp_path / "l.csv").write_text("id,label\n" + "\n".join(f"img_{r},{'ab'[r % 2]}" for r in labels) + "\n")
        with Predictions(PredictionOptions("p.csv", "l.csv", block_bytes=256)) as opened:
            pairs = opened.accumulate(Seen, threads).pairs
        return {round(value * 1000): label for value, label in pairs}

    return matcher


def shuffled(rows, seed=1):
    return np.random.default_rng(seed).permutation(rows).tolist()


def error(match, preds, labels):
    with pytest.raises(CecliError) as caught:
        match(preds, labels)
    return str(caught.value)


EVERY = {r: r % 2 for r in range(ROWS)}


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(
    "labels",
    [
        shuffled(ROWS),
        list(range(ROWS))[::-1],
        list(range(ROWS - 10)) + shuffled(range(ROWS - 10, ROWS)),
        [*range(1, ROWS), 0],
    ],
    ids=["shuffled", "reversed", "in step but for the end", "shifted"],
)
def test_any_order(match, labels, threads):
    assert match(list(range(ROWS)), labels, threads) == EVERY
    assert match(labels, list(range(ROWS)), threads) == EVERY


def test_an_id_of_preds_that_labels_lacks(match):
    message = error(match, [*shuffled(ROWS), 700], list(range(ROWS)))
    assert message == 'p.csv:502: column 1 (id): no label in l.csv for the id "img_700"'


def test_an_id_of_labels_that_preds_lacks(match):
    message = error(match, shuffled(ROWS), [*range(ROWS), 700, 701])
    assert message == 'p.csv: no row for 2 of the ids in l.csv: "img_700", "img_701"'


def test_an_id_that_stands_twice_in_labels(match):
    message = error(match, shuffled(ROWS), [*range(ROWS), 7, 5])
    assert message == 'l.csv: the id "img_7" stands more than once'


def test_an_id_that_stands_twice_in_preds(match):
    message = error(match, [*shuffled(ROWS), 7], list(range(ROWS)))
    assert message == "p.csv:502: column 1 (id): an id that stands more than once"


def test_an_id_of_labels_that_was_matched_in_step(match):
    labels = [*range(ROWS - 100), *range(ROWS - 1, ROWS - 101, -1), 3]
    assert error(match, list(range(ROWS)), labels) == 'l.csv: the id "img_3" stands more than once'


def test_an_id_that_stands_twice_in_both_files_at_the_same_rows(match):
    rows = [*range(ROWS), 9, 4]
    assert error(match, rows, rows) == 'p.csv: the id "img_9" stands more than once'
    rows = [*range(50), 9, 4, *range(50, 300)]
    assert error(match, rows, [*rows[:-2], rows[-1], rows[-2]]) == 'p.csv: the id "img_9" stands more than once'
