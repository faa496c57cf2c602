"""A file whose every row is bad takes no more memory than one whose rows are good: no block is held by its error."""

import gc

import numpy as np
import pytest

from cecli.errors import CellErrors
from cecli.readers.predictions.predictions import PredictionOptions, Predictions
from cecli.readers.predictions.row_reader import RowOptions, Unlabelled
from cecli.readers.tables.arrays import table as npy_table

BLOCKS = 60


@pytest.fixture
def bad(monkeypatch, tmp_path):
    """Rows that do not sum to 1, in many blocks, and how many of these are alive when the work is done."""
    monkeypatch.setattr(npy_table, "_BLOCK_BYTES", 1024)
    path = tmp_path / "bad.npy"
    np.save(path, np.zeros((BLOCKS * 64, 2)))

    def alive(read):
        gc.collect()
        gc.disable()
        try:
            with pytest.raises(CellErrors) as caught:
                read(str(path))
            assert caught.value.total == BLOCKS * 64
            return sum(isinstance(thing, npy_table.ArrayBlock) for thing in gc.get_objects())
        finally:
            gc.enable()

    return alive


class Counts:
    def update(self, batch):
        return None

    def merge(self, other):
        return None


def test_scored(bad, save):
    labels = save("l.csv", "label\n" + "0\n" * BLOCKS * 64)

    def read(path):
        with Predictions(PredictionOptions(path, labels)) as opened:
            opened.accumulate(Counts, threads=2)

    assert bad(read) < 10


def test_unlabelled(bad):
    def read(path):
        with Unlabelled(RowOptions(path, kind="probabilities")) as opened:
            list(opened.each(lambda rows: None, threads=2))

    assert bad(read) < 10
