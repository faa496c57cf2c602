"""Numbers of every type that tools store: what is read is the number that the tool had."""

import contextlib
import io

import numpy as np
import pytest

from cecli.errors import InputError
from cecli.readers.tables.table import Selection
from cecli.readers.tables.tables import open_table

EXTENDED = np.finfo(np.longdouble).nmant == 63 and np.dtype(np.longdouble).itemsize == 16


def with_header(descr, shape, body):
    text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    return b"\x93NUMPY\x01\0" + len(text).to_bytes(2, "little") + text + body


def read(path):
    with contextlib.closing(open_table(path)) as table:
        cells = [b.parse() for b in table.blocks(Selection(numbers=tuple(range(len(table.columns)))))]
        return np.concatenate([each.numbers for each in cells])


def bfloat16(values):
    return (np.asarray(values, "<f4").view("<u4") >> 16).astype("<u2").tobytes()


def test_bfloat16_as_ml_dtypes_saves_it(save):
    values = [[1.0, -2.5], [float("-inf"), 3.0e38]]
    got = read(save("a.npy", with_header("<V2", (2, 2), bfloat16(values))))
    assert got.dtype == np.float32
    assert np.array_equal(got, np.float32(values).view(np.uint32).__and__(0xFFFF0000).view(np.float32))


def test_labels_in_bfloat16(save):
    path = save("a.npy", with_header("<V2", (3,), bfloat16([2, 0, 2])))
    with contextlib.closing(open_table(path)) as table:
        coded = next(iter(table.blocks(Selection(coded=(0,))))).parse().coded[0]
    assert [coded.values[code] for code in coded.codes] == ["2.0", "0.0", "2.0"]


@pytest.mark.skipif(not EXTENDED, reason="long doubles of 80 bits are Intel's")
def test_long_doubles(save):
    values = np.array([[0.1, 0.0], [-3.5, 1e-300]], dtype=np.longdouble)
    for order in "<>":
        out = io.BytesIO()
        np.save(out, values.astype(f"{order}f16"))
        assert read(save("a.npy", out.getvalue())).tolist() == values.astype(float).tolist()


@pytest.mark.skipif(not EXTENDED, reason="long doubles of 80 bits are Intel's")
def test_long_doubles_of_another_processor_are_refused(save):
    quad = bytes(14) + b"\xff\x3f" + bytes(13) + b"\x80\x00\x40"  # 1.0 and 3.0 of 113 bits
    with pytest.raises(InputError, match="another kind of processor"):
        read(save("a.npy", with_header("<f16", (2,), quad)))


@pytest.mark.skipif(not EXTENDED, reason="long doubles of 80 bits are Intel's")
def test_what_memory_held_before_stands_behind_long_doubles(save):
    values = np.array([[0.1, -0.75], [-3.5, 2.0], [0.3, 7.0]], dtype=np.longdouble)
    stale = values.view(np.uint8).reshape(-1, 16).copy()
    stale[:, 10:] = np.frombuffer(np.float64(1.5).tobytes()[2:], dtype=np.uint8)
    assert read(save("a.npy", with_header("<f16", (3, 2), stale.tobytes()))).tolist() == values.astype(float).tolist()
