"""Rows are what they are said to be, or the first bad cells are named."""

import math

import numpy as np
import pytest

from cecli.errors import CellErrors
from cecli.readers.predictions.row_checks import CheckOptions, check_column, check_rows


class Stub:
    """A block that knows its places."""

    first_row = 0

    def place(self, row, column=None):
        return f"f:{row}" if column is None else f"f:{row}:{column}"


def check(rows, kind="probabilities", columns=None, **options):
    table = np.array(rows, dtype=float)
    return check_rows(table, kind, CheckOptions(**options), Stub(), columns or range(table.shape[1]))


def failure(rows, kind="probabilities", **options):
    with pytest.raises(CellErrors) as caught:
        check(rows, kind, **options)
    return caught.value


@pytest.mark.parametrize("classes", [2, 10, 65, 100])
def test_rows_within_the_tolerance_stay_as_they_are(classes):
    table = np.full((3, classes), 1 / classes)
    table[1, 0] += 9.9e-4
    got = check(table)
    rows = got.values.T if got.axis == 0 else got.values
    assert rows.tobytes() == table.tobytes() or np.array_equal(rows, table)
    assert math.isclose(got.row_sums[1], 1 + 9.9e-4, rel_tol=1e-12)


@pytest.mark.parametrize("classes", [2, 10, 65])
def test_the_tolerance_is_a_limit(classes):
    row = np.full(classes, 1 / classes)
    for off, good in ((1e-3, True), (1.0001e-3, False), (-1e-3, True), (-1.0001e-3, False)):
        shifted = row.copy()
        shifted[0] += off
        if good:
            check([shifted])
        else:
            assert "f:0: the row sums to" in failure([shifted]).problems[0]


def test_each_bad_cell_is_named_by_its_column_in_the_file():
    error = failure([[0.5, 0.5], [1.5, -0.5], [0.5, 2.0]], columns=None)
    assert [text.split(": ")[0] for text in error.problems] == ["f:1:0", "f:1:1", "f:2:1"]
    assert "--logits" in error.hint
    with pytest.raises(CellErrors) as caught:
        check([[0.5, 1.5]], columns=(3, 7))
    assert caught.value.problems[0].startswith("f:0:7: expected a probability from 0 to 1, found 1.5")


def test_more_than_ten_are_counted():
    error = failure([[2.0, 0.0]] * 25)
    assert len(error.problems) == 10
    assert error.total == 25
    assert error.lines()[-1] == "15 more like these"


def test_all_negative_looks_like_logarithms():
    assert "--log-probs" in failure([[-0.5, -0.9]]).hint


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ([0.33, 0.33, 0.33], "--sum-tolerance 0.015"),
        ([0.3, 0.3, 0.3], "--sum-tolerance 0.15"),
        ([0.323, 0.32, 0.321], "--normalize"),
        ([0.123, 0.2, 0.1], "--classes A,B,..."),
        ([0.0, 0.0, 0.0], "--classes A,B,..."),
    ],
)
def test_the_hint_knows_the_decimals(row, words):
    assert words in failure([row]).hint


def test_logits():
    check([[5.0, -math.inf], [1e300, -1e300]], "logits")
    assert "f:0:1" in failure([[0.0, math.inf]], "logits").problems[0]
    assert "every logit of the row is -inf" in failure([[-math.inf, -math.inf]], "logits").problems[0]
    assert check([[0.5, 0.5], [0.25, 0.75]], "logits").all_pmfs
    assert not check([[0.5, 0.5], [0.25, 0.76]], "logits").all_pmfs


def test_log_probabilities():
    got = check([[math.log(0.5), math.log(0.5)], [0.0, -math.inf]], "log-probabilities")
    assert got.row_sums.tolist() == [1.0, 1.0]
    assert "at most 0" in failure([[0.1, -3.0]], "log-probabilities").problems[0]
    assert "exp of the row sums to" in failure([[-1.0, -1.0]], "log-probabilities").problems[0]


@pytest.mark.parametrize("kind", ["probabilities", "logits", "log-probabilities"])
@pytest.mark.parametrize("classes", [1, 2, 5, 3000])
def test_nan_is_none_of_them(kind, classes):
    row = [0.0 if kind != "probabilities" else 1 / max(classes, 2)] * classes
    for place in {0, classes // 2, classes - 1}:
        bad = [*row[:place], math.nan, *row[place + 1 :]]
        assert "found nan" in failure([row, bad], kind).problems[0]
        assert "found nan" in failure([row, bad], kind, normalize=True).problems[0]
        with pytest.raises(CellErrors, match="found nan"):
            check_column(np.array([[0.0], [math.nan]]), kind, CheckOptions(), Stub(), [0])


MISSING = "found nan (a missing value is not a number)"


@pytest.mark.parametrize(
    ("row", "kind", "options", "said", "hint"),
    [
        ([math.nan, 0.5], "probabilities", {}, MISSING, None),
        ([math.nan, 0.5], "logits", {}, MISSING, None),
        ([math.nan, -0.5], "log-probabilities", {}, MISSING, None),
        ([math.nan, 1.5], "probabilities", {}, MISSING, "--logits if these are raw scores"),
        ([1.5, -0.5], "probabilities", {"as_logits": "--kinds logits,probs"}, "1.5", "--kinds logits,probs if these"),
        ([1.5, 0.5], "probabilities", {"as_logits": None}, "1.5", None),
        ([-1.5, -0.5], "probabilities", {"as_logits": None}, "-1.5", "--log-probs if these are logarithms of"),
        ([-1.5, -0.5], "probabilities", {"as_log_probabilities": None}, "-1.5", "--logits if these are raw scores"),
        ([0.5, 0.5], "log-probabilities", {}, "0.5", "leave --log-probs out if these are probabilities"),
        ([0.5, -0.5], "log-probabilities", {}, "0.5", "--logits if these are raw scores"),
        ([0.9, 0.9], "probabilities", {"as_logits": None}, "sums to 1.8", "are all columns of numbers classes"),
        ([1.06, -0.06], "probabilities", {}, "1.06", None),
        ([1.06, -0.5], "probabilities", {}, "1.06", "--logits if these are raw scores"),
        ([0.5, 0.6], "probabilities", {}, "sums to 1.1", "its numbers have 1 decimal: --sum-tolerance 0.1 allows"),
    ],
)
def test_the_hint_knows_what_the_numbers_may_be(row, kind, options, said, hint):
    error = failure([row], kind, **options)
    assert said in error.problems[0]
    assert error.hint == hint if hint is None else error.hint.startswith(hint)


def test_percentages_are_told():
    hint = "--normalize divides each row by its sum, if these are percentages"
    assert failure([[70.0, 20.0, 10.0], [1.0, 98.5, 0.4]]).hint == hint
    assert "--logits" in failure([[70.5, 20.0, 10.0], [1.0, 2.0, 3.0]]).hint


def test_votes_are_told():
    assert "if these are votes" in failure([[7.0, 2.0, 1.0], [1.0, 2.0, 3.0]]).hint


@pytest.mark.parametrize("normalize", [False, True])
def test_a_hair_outside_is_set_to_the_bound_and_counted(normalize):
    rows = [[1.00001, -1e-17], [0.625, 0.375], [1e-5, 1.00001]]
    got = check(rows, normalize=normalize)
    table = (got.values.T if got.axis == 0 else got.values).tolist()
    if normalize:  # nothing is above a range that has no end
        assert got.clipped == 1
        assert table[0] == [1.0, 0.0]
    else:
        assert table == [[1.0, 0.0], [0.625, 0.375], [1e-5, 1.0]]
        assert got.clipped == 3
    column, clipped = check_column(np.array([[1.001], [-0.001], [0.5]]), "probabilities", CheckOptions(), Stub(), [0])
    assert (column.tolist(), clipped) == ([1.0, 0.0, 0.5], 2)
    logs, clipped = check_column(np.array([[1e-7], [-1.0]]), "log-probabilities", CheckOptions(), Stub(), [0])
    assert (logs.tolist(), clipped) == ([0.0, -1.0], 1)


def test_beyond_the_tolerance_nothing_is_set_to_a_bound():
    assert "found 1.0011" in failure([[1.0011, 0.0], [1.0005, 0.0]]).problems[0]
    assert len(failure([[1.0011, 0.0], [1.0005, 0.0]]).problems) == 1


def test_normalize():
    got = check([[2e-3, 6e-3], [0.5, 0.25]], normalize=True)
    assert np.allclose(got.values.T, [[0.25, 0.75], [2 / 3, 1 / 3]], rtol=1e-15)
    logs = check([[math.log(0.2), math.log(0.6)]], "log-probabilities", normalize=True)
    assert np.allclose(np.exp(logs.values.T), [[0.25, 0.75]], rtol=1e-15)
    assert "sums to 0" in failure([[0.0, 0.0]], normalize=True).problems[0]


def test_single_precision_is_summed_in_double():
    table = np.full((2, 100), 0.01, dtype=np.float32)
    got = check_rows(table, "probabilities", CheckOptions(), Stub(), range(100))
    assert got.values.dtype == np.float64
    assert got.row_sums.tolist() == [float(table[0].astype(np.float64).sum())] * 2


def test_logits_of_single_precision_stay_so_where_they_are_many():
    table = np.zeros((2, 100), dtype=np.float32)
    assert check_rows(table, "logits", CheckOptions(), Stub(), range(100)).values.dtype == np.float32


@pytest.mark.parametrize(
    ("rows", "are"),
    [
        ([[1.0, 0.0]], True),
        ([[0.25, 0.75]], True),
        ([[1.0, 0.5]], False),
        ([[1.5, -0.5]], False),
        ([[2.0, 0.0]], False),
    ],
)
def test_logits_that_are_pmfs_are_told_of(rows, are):
    assert check(rows, "logits").all_pmfs is are


@pytest.mark.parametrize(
    ("row", "tolerance"),
    [
        ([0.5, 0.4985], None),  # off by more than four decimals explain
        ([0.33, 0.33, 0.33], "0.015"),
        ([0.3, 0.3, 0.3], "0.15"),
        ([0.5, 0.49], "0.01"),  # off by just as much as they explain
    ],
)
def test_the_tolerance_that_decimals_call_for(row, tolerance):
    hint = failure([row]).hint
    assert hint.startswith("--normalize") if tolerance is None else f"--sum-tolerance {tolerance} " in hint
