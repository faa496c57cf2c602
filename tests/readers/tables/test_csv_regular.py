"""Blocks that NumPy takes apart, held against the reader of any CSV."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.readers.tables import csv_regular
from cecli.readers.tables.csv_regular import numeric_table, single_characters


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(csv_regular, "_LEAST_BYTES", 0)


@given(
    st.lists(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=3, max_size=3), min_size=1, max_size=9)
)
def test_numbers_are_those_that_were_written(rows):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_regular, "_LEAST_BYTES", 0)
        data = "".join(",".join(map(repr, row)) + "\n" for row in rows).encode()
        table = numeric_table(data, len(rows), 3, ",")
    if b"+" in data:
        assert table is None
    else:
        assert table.tolist() == rows


@pytest.mark.parametrize(
    "data",
    [
        b"1,2\n3\n",
        b"1,2\n,3\n",
        b"1,2\n3,x\n",
        b"1,2\n3, 4\n",
        b"1,2\r\n3,4\r\n",
        b'1,2\n"3",4\n',
        b"1,2\n3,4",
        b"1\n2,3,4\n",
        b"1\t2\n3,4\n",
        b"1,2\n3,+4\n",
        b"1,2\n3,4\0\n",
        b"1,2\n\n3,4\n",
        b"1,2\n3,1_0\n",
    ],
)
def test_anything_else_is_left_to_the_other_readers(data):
    assert numeric_table(data, 2, 2, ",") is None


def test_other_delimiters():
    assert numeric_table(b"1\t2\n3\t4\n", 2, 2, "\t").tolist() == [[1, 2], [3, 4]]
    assert numeric_table(b"1;2\n3;4\n", 2, 2, ";") is None


def test_a_letter_a_line():
    column = single_characters(b"b\na\nb\n", 3)
    assert [column.values[code] for code in column.codes] == ["b", "a", "b"]


@pytest.mark.parametrize("data", [b"a\n\nb\n", b'"\na\nb\n', b"ab\nc\n", b"a\nb", b" \na\nb\n", "é\nb\n".encode()])
def test_other_columns_of_texts(data):
    assert single_characters(data, 3) is None


def test_every_byte_alone():
    for code in range(256):
        column = single_characters(bytes([code, 10]), 1)
        assert (column is not None) == (32 < code < 127 and code != 34)


def test_numbers_are_doubles():
    assert numeric_table(b"0.1,1e-320\n", 1, 2, ",").dtype == np.float64
