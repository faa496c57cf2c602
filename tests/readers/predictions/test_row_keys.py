"""Folds that stay the same: by cluster, by id in any order, by row number whatever the blocks."""

import numpy as np
import pytest

from cecli.core.calibration.folds import fold_of
from cecli.core.rows.rows import Batch
from cecli.readers.predictions.predictions import PredictionOptions, Predictions
from cecli.readers.predictions.roles.options import ColumnOptions
from cecli.readers.predictions.row_keys import RowKeys


class Seen:
    """The key of every row, by its first figure."""

    def __init__(self, keys):
        self.keys, self.of = keys, {}

    def update(self, batch):
        self.of |= dict(zip(batch.values[0].tolist(), self.keys.of(batch).tolist(), strict=True))

    def merge(self, other):
        self.of |= other.of


def keys_of(preds, labels, threads=1, block_bytes=60, **columns):
    options = PredictionOptions(
        preds, labels, "logits", ColumnOptions(keep_ids=True, **columns), block_bytes=block_bytes
    )
    with Predictions(options) as opened:
        keys = RowKeys(opened)
        return keys.made_of, opened.accumulate(lambda: Seen(keys), threads).of


ROWS = [(f"img_{k}" * (1 + 60 * (k == 7)), float(k), k % 3) for k in range(30)]


def files(save, rows, with_id=True):
    preds = "".join(f"{name}{',' if with_id else ''}{x!r},0\n" for name, x, _ in _rows(rows, with_id))
    labels = "".join(f"{name}{',' if with_id else ''}{'ab'[y % 2]},g{y}\n" for name, _, y in _rows(rows, with_id))
    start = "id," if with_id else ""
    return save("p.csv", f"{start}a,b\n{preds}"), save("l.csv", f"{start}label,g\n{labels}")


def _rows(rows, with_id):
    return [(name if with_id else "", x, y) for name, x, y in rows]


def test_ids_in_any_order(save):
    first = keys_of(*files(save, ROWS))
    preds, _ = files(save, ROWS[::-1])
    _, labels = files(save, ROWS)
    assert first[0] == "id"
    assert keys_of(preds, labels, threads=2) == first
    assert len(set(first[1].values())) == 30


def test_row_numbers_do_not_depend_on_blocks(save):
    found = [keys_of(*files(save, ROWS, with_id=False), block_bytes=size, threads=2) for size in (20, 100, 1 << 20)]
    assert found[0] == ("row number", {float(k): k for k in range(30)})
    assert found[0] == found[1] == found[2]


def test_rows_of_a_cluster_share_a_key(save):
    made_of, found = keys_of(*files(save, ROWS), cluster="g")
    assert made_of == "cluster"
    assert len({found[float(k)] for k in range(0, 30, 3)}) == 1
    assert len(set(found.values())) == 3
    again = keys_of(*files(save, ROWS[::-1]), cluster="g", threads=2)[1]
    assert again == found


def test_rows_that_were_left_out_are_counted():
    batch = Batch.of(np.zeros((2, 2)), np.array([0, 1]), "logits", first_row=100).only(np.array([1]))
    keys = RowKeys.__new__(RowKeys)
    keys.made_of = "row number"
    assert keys.of(batch).tolist() == [101]


@pytest.mark.parametrize("folds", [2, 5, 7])
def test_folds_are_of_about_one_size(folds):
    found = np.bincount(fold_of(np.arange(70_000, dtype=np.uint64), folds, seed=3), minlength=folds)
    assert len(found) == folds
    assert np.abs(found - 70_000 / folds).max() < 5 * np.sqrt(70_000 / folds)


def test_another_seed_is_another_split():
    keys = np.arange(1000, dtype=np.uint64)
    assert np.mean(fold_of(keys, 2, 0) == fold_of(keys, 2, 1)) == pytest.approx(0.5, abs=0.08)
    assert fold_of(keys, 5, 2**53).max() == 4
