"""What is known of rows beside their predictions: cut, taken, joined, decoded; which rows count."""

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from cecli.readers.predictions.labels import IGNORED, LabelReading
from cecli.readers.predictions.observations import Decoder, Names, Observed, Side, joined, used_rows, weightless
from cecli.readers.tables.table import Cells, Coded, Problems, Selection


def rows(start, stop):
    """Rows that tell their own numbers."""
    numbers = np.arange(start, stop)
    return Observed(
        rows=stop - start,
        labels=numbers,
        soft=np.stack([numbers, -numbers], axis=1).astype(float),
        weights=numbers / 2,
        group=numbers % 3,
        cluster=numbers % 5,
        ids=pa.array([f"r{n}" for n in numbers], pa.string()),
    )


def shown(observed):
    columns = {name: getattr(observed, name) for name in ("labels", "soft", "weights", "group", "cluster", "ids")}
    return {name: None if column is None else column.tolist() for name, column in columns.items()}


@pytest.mark.parametrize("cuts", [[0, 9], [0, 4, 9], [0, 0, 1, 8, 9]])
def test_joined_is_what_was_cut(cuts):
    whole = rows(0, 9)
    parts = [whole.cut(start, stop) for start, stop in pairwise(cuts)]
    assert shown(joined(parts)) == shown(whole)
    assert joined(parts).rows == 9


def test_joined_knows_what_all_parts_know():
    known = joined([rows(0, 2), Observed(2, labels=np.array([7, 8]))])
    assert (known.rows, known.weights, known.ids) == (4, None, None)
    assert known.labels.tolist() == [0, 1, 7, 8]
    assert joined([]).rows == 0


def test_take_leaves_the_ids():
    taken = rows(0, 9).take(np.array([8, 2, 2]))
    assert taken.rows == 3
    assert taken.labels.tolist() == [8, 2, 2]
    assert taken.soft.tolist() == [[8, -8], [2, -2], [2, -2]]
    assert taken.ids is None


def test_with_those_of_another_keeps_what_it_knows_itself():
    ours = Observed(2, weights=np.array([5.0, 6.0]))
    both = ours.with_those_of(rows(0, 2))
    assert both.weights.tolist() == [5.0, 6.0]
    assert both.labels.tolist() == [0, 1]


def test_which_rows_count():
    labels, weights = np.array([0, IGNORED, 1, IGNORED, 2]), np.array([1.0, 1.0, 0.0, 0.0, 2.0])
    assert used_rows(Observed(5, labels=labels, weights=weights)).tolist() == [True, False, False, False, True]
    assert weightless(Observed(5, labels=labels, weights=weights)) == 1, "an ignored row is not left out for its weight"
    assert weightless(Observed(5, weights=weights)) == 2
    assert weightless(Observed(5, labels=labels)) == 0
    assert used_rows(Observed(2, labels=np.array([0, 1]), weights=np.array([1.0, 2.0]))) is None
    assert used_rows(Observed(2)) is None


def test_names_have_the_same_number_in_every_block():
    names = Names()
    assert names.codes(Coded(np.array([0, 1, 0]), ["x", "y"])).tolist() == [0, 1, 0]
    assert names.codes(Coded(np.array([1, 0]), ["z", "y"])).tolist() == [1, 2]
    assert names.texts == ["x", "y", "z"]
    assert names.codes(Coded(np.array([0, 1, 2]), ["z", "y", "x"])).tolist() == [2, 1, 0]


class Block:
    """Three rows at a place."""

    first_row, rows = 0, 3

    def place(self, row, column=None):
        return f"l.csv:{row + 2}" + ("" if column is None else f": column {column + 1}")


def decoded(side, cells, **options):
    problems = Problems()
    decoder = Decoder(LabelReading(("ant", "bee"), "ant"), **options)
    return decoder.observed(side, cells, Block(), problems), problems


def test_a_side_is_decoded_column_by_column():
    side = Side(label=0, group=2, cluster=3, weight=1, id=4)
    assert side.selection() == Selection(
        numbers=(1,), coded=(0, 2, 3), strings=(4,), number_kind="a probability", other_kinds=((1, "a weight"),)
    )
    cells = Cells(
        np.array([[1.0], [0.5], [0.0]]),
        tuple(Coded(np.array([0, 1, 0]), values) for values in (["bee", "ant"], ["x", "y"], ["p", "q"])),
        (pa.array(["r1", "r2", "r3"]),),
    )
    found, problems = decoded(side, cells)
    assert problems.total == 0
    assert found.labels.tolist() == [1, 0, 1]
    assert found.weights.tolist() == [1.0, 0.5, 0.0]
    assert (found.group.tolist(), found.cluster.tolist()) == ([0, 1, 0], [0, 1, 0])
    assert found.ids.to_pylist() == ["r1", "r2", "r3"]


@pytest.mark.parametrize(
    ("weights", "frequency", "words"),
    [
        ([1.0, -1.0, 2.0], False, "l.csv:3: column 2: expected a weight >= 0, found -1.0"),
        ([np.inf, 1.0, 1.0], False, "l.csv:2: column 2: expected a weight >= 0, found inf"),
        ([1.0, np.nan, 1.0], False, "l.csv:3: column 2: expected a weight >= 0, found nan"),
        ([1.0, 1.0, 2.5], True, "l.csv:4: column 2: expected a whole number of repeats, found 2.5"),
    ],
)
def test_weights_that_are_none(weights, frequency, words):
    cells = Cells(np.array(weights)[:, None], (Coded(np.zeros(3, dtype=int), ["ant"]),))
    _, problems = decoded(Side(label=0, weight=1), cells, frequency=frequency)
    assert problems.messages == [words]


def test_labels_that_are_none():
    cells = Cells(np.empty((3, 0)), (Coded(np.array([0, 1, 1]), ["ant", "cow"]),))
    _, problems = decoded(Side(label=0), cells)
    assert problems.total == 2
    assert problems.messages[0] == 'l.csv:3: column 1: expected a class, found "cow"'
    assert problems.hint == "the classes are ant, bee"
