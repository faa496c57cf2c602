"""Arrays are read at their offsets, in any order and type, from files, pipes and archives."""

import contextlib
import gzip
import io
import time

import numpy as np
import pytest

from cecli.errors import InputError
from cecli.readers.tables.arrays import table as npy_table
from cecli.readers.tables.table import Selection
from cecli.readers.tables.tables import open_table


def bytes_of(array, version=None):
    out = io.BytesIO()
    np.lib.format.write_array(out, array, version=version)
    return out.getvalue()


def read(path, columns=None):
    with contextlib.closing(open_table(path)) as table:
        chosen = Selection(numbers=tuple(range(len(table.columns)) if columns is None else columns))
        return np.concatenate([block.parse().numbers for block in table.blocks(chosen)])


@pytest.mark.parametrize("dtype", ["<f8", ">f8", "<f4", "<f2", "<i8", ">i4", "u1", "?"])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("version", [(1, 0), (2, 0)])
def test_types_and_orders(save, monkeypatch, dtype, order, version):
    monkeypatch.setattr(npy_table, "_BLOCK_BYTES", 512)
    array = np.asarray(np.random.default_rng(1).random((101, 7)) * 3, dtype=dtype, order=order)
    got = read(save("a.npy", bytes_of(array, version)))
    assert np.array_equal(got.astype(float), array.astype(float))
    assert np.array_equal(read(save("a.npy", bytes_of(array)), [5, 0]).astype(float), array[:, [5, 0]].astype(float))


def test_a_vector_is_one_column(save):
    assert read(save("a.npy", bytes_of(np.array([0.25, 0.5])))).tolist() == [[0.25], [0.5]]


def test_packed(save):
    array = np.random.default_rng(1).random((10, 3))
    assert np.array_equal(read(save("a.npy", gzip.compress(bytes_of(array)))), array)
    assert np.array_equal(read(save("a.npy", gzip.compress(bytes_of(np.asfortranarray(array))))), array)


def test_labels_in_an_array(save):
    with contextlib.closing(open_table(save("l.npy", bytes_of(np.array([2, 0, 2]))))) as table:
        coded = next(iter(table.blocks(Selection(coded=(0,))))).parse().coded[0]
    assert [coded.values[code] for code in coded.codes] == ["2", "0", "2"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (bytes_of(np.zeros((5, 3)))[:-1], "cut short"),
        (bytes_of(np.zeros((5, 3), order="F"))[:-8], "cut short"),
        (bytes_of(np.array(1.0)), "shape"),
        (bytes_of(np.zeros((5, 0))), "shape"),
        (bytes_of(np.zeros((2, 2), dtype=complex)), "numbers"),
        (bytes_of(np.array([["a", "b"]])), "texts"),
        (bytes_of(np.zeros((5, 3)))[:40], "not a readable"),
        (b"\x93NUMPY\x09\x00" + bytes(200), "not a readable"),
        (b"\x93NUMPY", "not a readable"),
    ],
)
def test_what_cannot_be_read(save, content, words):
    with pytest.raises(InputError, match=words):
        read(save("a.npy", content))


def test_objects_are_never_unpickled(save):
    out = io.BytesIO()
    np.save(out, np.array([[print]], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match="is a pickle, which is never opened"):
        read(save("a.npy", out.getvalue()))


def with_header(text, body=b""):
    data = text.encode()
    return b"\x93NUMPY\x01\0" + len(data).to_bytes(2, "little") + data + body


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (2, -1)}", r"found \(2, -1\)"),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (-2,)}", r"found \(-2,\)"),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (2)}", r'the shape is "\(2\)"'),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 9**9)}", "the header is"),
        (
            "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000, 2)}",
            "cut short: its header promises 1,000",
        ),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1000000000000)}", "rows of 1,000,000,000,000 columns"),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (0, 1000000000000)}", "rows of 1,000,000,000,000 columns"),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 8000000)}", "cut short: its header promises 2 rows"),
        ("{'descr': '<U9999999', 'fortran_order': False, 'shape': (1000000000,)}", "cut short"),
        ("{'descr': '<U0', 'fortran_order': False, 'shape': (2,)}", 'found dtype "<U0"'),
        ("{'descr': '|V2', 'fortran_order': False, 'shape': (2,)}", 'found dtype "|V2"'),
        ("{'descr': '<V1', 'fortran_order': False, 'shape': (2,)}", 'found dtype "<V1"'),
        ("{'descr': '|S1', 'fortran_order': False, 'shape': (2,)}", 'found dtype "|S1"'),
        ("{'descr': '|O', 'fortran_order': False, 'shape': (2,)}", "a pickle, which is never opened"),
        ("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2,)}", "found an array of records"),
        ("{'descr': '<f8', 'fortran_order': 1, 'shape': (2,)}", "the header is"),
        ("{'descr': '<f8', 'fortran_order': False}", "the header is"),
        ("{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (2,)}", "the header is"),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (2,)}   \x1f  ", "the header is"),
        ("{'descr': '<f8', 'fortran_order\": False, 'shape': (2,)}", "the header is"),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (2,01)}", 'the shape is "\\(2,01\\)"'),
        ("__import__('os').system('false')", "the header is"),
        ("(" * 60_000, "the header is"),
        ("{" + " " * 60_000, "the header is"),
        ("{'shape': " + "[" * 60_000, "the header is"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_header_that_lies_is_refused_at_once(save, header, words, packed):
    content = with_header(header, bytes(32))
    started = time.monotonic()
    with pytest.raises(InputError, match=words):
        read(save("a.npy", gzip.compress(content) if packed else content))
    assert time.monotonic() - started < 5


def test_a_header_in_another_order_and_of_python_2(save):
    text = '{"shape": (2L, 1L,), "fortran_order": False, "descr": "<f8"}  \n'
    assert read(save("a.npy", with_header(text, np.array([0.5, 1.0]).tobytes()))).tolist() == [[0.5], [1.0]]


def test_places_count_from_one(save, monkeypatch):
    monkeypatch.setattr(npy_table, "_BLOCK_BYTES", 64)
    with contextlib.closing(open_table(save("a.npy", bytes_of(np.zeros((5, 3)))))) as table:
        places = [b.place(r, 2) for b in table.blocks(Selection(numbers=(0, 1, 2))) for r in range(b.rows)]
    assert [place.split("a.npy: ")[1] for place in places] == [f"row {k}, column 3" for k in range(1, 6)]
