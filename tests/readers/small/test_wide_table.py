"""Many PMFs from one table: which columns hold counts, which outcomes they are over, and what is no PMF."""

import numpy as np
import pytest

from cecli.errors import InputError, UsageError
from cecli.readers.small.wide_table import read_wide


def test_columns_of_counts_and_of_probabilities(save):
    pmfs, notes = read_wide(save("w.csv", "x,n,p,one\nu,1,0.25,0\nv,3,0.75,1\n"))
    assert [pmf.name for pmf in pmfs] == ["n", "p", "one"]
    assert [pmf.labels() for pmf in pmfs] == [["u", "v"]] * 3
    assert [pmf.is_counts for pmf in pmfs] == [True, False, False]
    assert [pmf.weights.tolist() for pmf in pmfs] == [[1, 3], [0.25, 0.75], [0.0, 1.0]]
    assert notes == []


def test_an_array_has_the_outcomes_from_1_on(tmp_path):
    np.save(tmp_path / "w.npy", np.array([[0.5, 1.0], [0.25, 3.0], [0.25, 0.0]]))
    pmfs, _ = read_wide(str(tmp_path / "w.npy"))
    assert [pmf.labels() for pmf in pmfs] == [["1", "2", "3"]] * 2
    assert [pmf.weights.tolist() for pmf in pmfs] == [[0.5, 0.25, 0.25], [1, 3, 0]]


def test_a_zero_has_one_sign(save):
    pmfs, _ = read_wide(save("w.csv", "x,p,q\nu,-0,0.5\nv,0.25,-0.0\nw,0.75,0.5\n"))
    assert not any(np.signbit(pmf.weights).any() for pmf in pmfs)


def test_whole_numbers_that_doubles_do_not_hold_are_no_counts(save):
    pmfs, _ = read_wide(save("w.csv", f"x,n,p\nu,{2**53},1\nv,2,2\n"))
    assert [pmf.is_counts for pmf in pmfs] == [True, True]
    with pytest.raises(InputError, match="sum to"):
        read_wide(save("w.csv", f"x,n,p\nu,{2**53 + 2},1\nv,2,2\n"))
    pmfs, _ = read_wide(save("w.csv", f"x,n,p\nu,{2**53 + 2},1\nv,2,2\n"), normalize=True)
    assert [pmf.is_counts for pmf in pmfs] == [False, True]


EITHER = "expected a probability or a count"


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("x,a\n1,0.5\n", UsageError, "w.csv: a matrix needs two columns of numbers at least"),
        ("x,a,b\n", InputError, "w.csv: a header and no rows"),
        ("x,a,b\n1,0.5,0.5\n2,-1,0.5\n", InputError, 'w.csv:3: column 2 (a): ' + EITHER + ', found "-1"'),
        ("x,a,b\n1,0.5,0.5\n2,0.5,inf\n", InputError, 'w.csv:3: column 3 (b): ' + EITHER + ', found "inf"'),
        ("x,a,b\nu,1,2\nv,1,2\nu,1,2\n", InputError, 'w.csv: the outcome "u" stands more than once'),
        ("x,a,b\n1,0,1\n2,0,3\n", InputError, "w.csv: a: the counts sum to 0, so there is nothing to divide by"),
    ],
)  # fmt: skip
def test_what_is_no_table_of_pmfs(save, text, error, message):
    path = save("w.csv", text)
    with pytest.raises(error) as caught:
        read_wide(path)
    assert caught.value.message.replace(path, "w.csv") == message
