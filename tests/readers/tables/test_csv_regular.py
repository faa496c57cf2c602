"""Blocks that NumPy takes apart, held against the reader of any CSV."""

import sys
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.readers.tables import csv_regular
from cecli.readers.tables.csv_regular import numeric_table, single_characters


@contextmanager
def way(arrow):
    """Let few numbers be read by PyArrow, as many are, or by Python, as before PyArrow is imported."""
    with pytest.MonkeyPatch.context() as patch:
        if arrow:
            patch.setattr(csv_regular, "_FEW_BYTES", -1)
        else:
            patch.delitem(sys.modules, "pyarrow", raising=False)
            patch.setattr(csv_regular, "_read_without", [0])
        yield


@pytest.fixture(params=[False, True], ids=["python", "arrow"])
def either_way(request):
    with way(request.param):
        yield


@pytest.mark.parametrize("arrow", [False, True])
@given(
    st.lists(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=3, max_size=3), min_size=1, max_size=9)
)
def test_numbers_are_those_that_were_written(arrow, rows):
    with way(arrow):
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
        b"1,2\n3,-\n",
        b"1,2\n3,1e\n",
        b"1,2\n3,\xd9\xa1\n",
    ],
)
def test_anything_else_is_left_to_the_other_readers(either_way, data):
    assert numeric_table(data, 2, 2, ",") is None


def test_other_delimiters(either_way):
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


def test_numbers_are_doubles(either_way):
    assert numeric_table(b"0.1,1e-320\n", 1, 2, ",").dtype == np.float64


def cells(data):
    return numeric_table(data, data.count(b"\n"), 2, ",")


@given(st.lists(st.tuples(st.text("0123456789.eE-", max_size=9), st.text("0123456789.-e", max_size=2)), min_size=1))
def test_both_ways_read_the_same(rows):
    data = "".join(f"{a},{b}\n" for a, b in rows).encode()
    with way(False):
        by_python = cells(data)
    with way(True):
        by_arrow = cells(data)
    assert (by_python is None) == (by_arrow is None)
    assert by_python is None or by_python.tolist() == by_arrow.tolist()


@pytest.mark.parametrize("length", range(1, 14))
def test_ends_are_found_wherever_they_stand(length):
    """Words of four bytes are looked at: every way in which ends can fall into three of them."""
    for pattern in range(1 << length):
        view = np.array([44 if pattern >> k & 1 else 48 for k in range(length)], dtype=np.uint8)
        assert csv_regular._ends(view).tolist() == np.flatnonzero(view < 45).tolist()


def test_python_reads_a_megabyte_and_no_more():
    data = b"0.25,0.75\n" * 60_000
    with way(False):
        assert [csv_regular._are_few(data) for _ in range(3)] == [True, False, False]
    with way(True):
        assert not csv_regular._are_few(b"0.25,0.75\n")
