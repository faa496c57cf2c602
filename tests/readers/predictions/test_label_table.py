"""Columns that grow, and rows taken from them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.readers.predictions.label_table import Gathered
from cecli.readers.predictions.observations import Observed
from cecli.readers.sources.dynamic_array import Growing

whole = st.integers(-(2**63), 2**63 - 1) | st.integers(-300, 300)


@given(st.lists(st.lists(whole)))
def test_integers_keep_their_values_in_the_smallest_type(chunks):
    growing, values = Growing(), [value for chunk in chunks for value in chunk]
    for chunk in chunks:
        growing.add(np.array(chunk, dtype=np.int64))
    kinds = (np.int8, np.int16, np.int32, np.int64)
    smallest = next(k for k in kinds if all(np.iinfo(k).min <= value <= np.iinfo(k).max for value in values))
    assert len(growing) == len(values)
    array = growing.finished()
    assert array.tolist() == values
    assert array.dtype == smallest


@pytest.mark.parametrize("present", [("labels",), ("soft", "weights"), ("labels", "weights", "group", "cluster")])
def test_rows_are_those_that_were_added(present):
    rng = np.random.default_rng(1)
    columns = {
        "labels": rng.integers(-2, 300, 50),
        "soft": rng.random((50, 3)),
        "weights": rng.random(50),
        "group": rng.integers(0, 70_000, 50),
        "cluster": rng.integers(0, 2, 50),
    }
    observed = Observed(50, **{name: columns[name] for name in present})
    gathered = Gathered()
    for start, stop in ((0, 0), (0, 20), (20, 21), (21, 50)):
        gathered.add(observed.cut(start, stop))
    gathered.finish()
    rows = rng.permutation(50)[:30]
    taken = gathered.take(rows)
    assert taken.rows == 30
    for name in columns:
        if name in present:
            np.testing.assert_array_equal(getattr(taken, name), columns[name][rows])
            assert getattr(taken, name).dtype == columns[name].dtype
        else:
            assert getattr(taken, name) is None
