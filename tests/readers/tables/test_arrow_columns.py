"""Columns of Arrow as coded texts: whole numbers counted where they are close together, all else as Arrow has it."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.readers.tables import arrow_columns
from cecli.readers.tables.arrow_columns import coded

SIGNED, UNSIGNED = ["int8", "int16", "int32", "int64"], ["uint8", "uint16", "uint32", "uint64"]


def texts(column):
    return [column.values[code] for code in column.codes]


@pytest.mark.parametrize("kind", [*SIGNED, *UNSIGNED])
@given(data=st.data())
def test_whole_numbers_of_every_type(kind, data):
    limits = np.iinfo(kind)
    anchor = data.draw(st.sampled_from([int(limits.min), int(limits.max), 0, 7]))
    near = st.integers(max(int(limits.min), anchor - 300), min(int(limits.max), anchor + 300))
    numbers = data.draw(st.lists(near | st.integers(int(limits.min), int(limits.max)), max_size=20))
    column = coded(pa.array(numbers, kind))
    assert texts(column) == [str(number) for number in numbers]
    assert sorted(column.values) == sorted({str(number) for number in numbers})


def test_close_numbers_are_in_their_order_and_far_ones_in_that_of_the_rows():
    assert coded(pa.array([5, 3, 5, 4])).values == ["3", "4", "5"]
    reach = arrow_columns._MOST_INTEGERS
    assert coded(pa.array([reach - 1, 0])).values == ["0", str(reach - 1)]
    assert coded(pa.array([reach, 0])).values == [str(reach), "0"]


def test_slices_and_other_types():
    assert texts(coded(pa.array([9, 1, 2, 1])[1:])) == ["1", "2", "1"]
    assert texts(coded(pa.array([True, False]))) == ["true", "false"]
    assert texts(coded(pa.array(["b", "a", "b"]))) == ["b", "a", "b"]
    assert texts(coded(pa.array([1.0, 2.5]))) == ["1.0", "2.5"]
