"""Safetensors without a package: what its header says is checked before it is believed."""

import contextlib
import gzip
import json

import numpy as np
import pytest

from cecli.errors import InputError, UsageError
from cecli.readers.tables.arrays.spec import ArrayOptions
from cecli.readers.tables.table import Selection
from cecli.readers.tables.tables import open_table

LOGITS = np.random.default_rng(1).normal(size=(20, 3)).astype("f4")
LABELS = np.arange(20) % 3
KINDS = {"<f4": "F32", "<i8": "I64", "<u2": "BF16", "<f2": "F16", "|b1": "BOOL", "|u1": "U8", "<f8": "F64"}


def made(pad=0, **arrays):
    """The bytes that safetensors writes, with the header padded to 8 bytes, and ``pad`` more."""
    entries, body = {"__metadata__": {"by": "test"}}, b""
    for name, array in arrays.items():
        data = array.tobytes()
        places = [len(body), len(body) + len(data)]
        entries[name] = {"dtype": KINDS[array.dtype.str], "shape": list(array.shape), "data_offsets": places}
        body += data
    return with_header(entries, body, pad)


def with_header(entries, body, pad=0):
    text = entries if isinstance(entries, bytes) else json.dumps(entries).encode()
    text += b" " * (-len(text) % 8 + pad)
    return len(text).to_bytes(8, "little") + text + body


def read(path, of_labels=False):
    with contextlib.closing(open_table(path, array=ArrayOptions(of_labels=of_labels))) as table:
        chosen = Selection(numbers=tuple(range(len(table.columns))))
        return np.concatenate([block.parse().numbers for block in table.blocks(chosen)])


def test_tensors(save):
    path = save("a.safetensors", made(labels=LABELS, logits=LOGITS, mask=LABELS > 0))
    assert np.array_equal(read(path), LOGITS)
    assert np.array_equal(read(path, of_labels=True)[:, 0], LABELS)
    assert np.array_equal(read(f"{path}:mask")[:, 0], LABELS > 0)
    assert np.array_equal(read(save("b", gzip.compress(made(labels=LABELS, logits=LOGITS)))), LOGITS)
    with contextlib.closing(open_table(path)) as table:
        assert table.labels_beside == f"{path}:labels"


def test_bfloat16_is_the_upper_half(save):
    upper = (LOGITS.view("<u4") >> 16).astype("<u2")
    got = read(save("a.safetensors", made(logits=upper)))
    assert np.array_equal(got.view("<u4"), upper.astype("<u4") << 16)


@pytest.mark.parametrize("length", [640, 896, 1152, 1408, 0x8B1F - 7])
def test_no_length_is_taken_for_another_format(save, length):
    plain = len(made(logits=LOGITS)) - 8 - LOGITS.nbytes
    data = made(length - plain, logits=LOGITS)
    assert int.from_bytes(data[:8], "little") == length
    assert np.array_equal(read(save("a.safetensors", data)), LOGITS)


ENTRY = {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (made(logits=LOGITS)[:-1], "cut short: its header promises 240 bytes"),
        (made(logits=LOGITS) + b"1", "bytes follow the arrays"),
        (made(logits=LOGITS)[:30], "cut short, within its header"),
        (b"\xff\xff\xff\x7f\0\0\0\0{", "promises to be 2,147,483,647 bytes long"),
        (with_header(b"{" + b"[" * 50_000, b""), "cannot be read"),
        (with_header(b'{"a": {}, "a": {}}', b""), 'the key "a" stands twice'),
        (with_header({"a": ENTRY | {"shape": [2, 3]}}, bytes(16)), "is 24 bytes, and it is given 16"),
        (with_header({"a": ENTRY | {"shape": [-1, 2]}}, bytes(16)), "what is no dtype, shape"),
        (with_header({"a": ENTRY | {"shape": [True, 2]}}, bytes(16)), "what is no dtype, shape"),
        (with_header({"a": ENTRY | {"data_offsets": [4, 20]}}, bytes(20)), "what stands before it ends at 0"),
        (with_header({"a": ENTRY | {"data_offsets": [16, 0]}}, bytes(16)), "its header is not true"),
        (with_header({"a": ENTRY, "b": ENTRY}, bytes(16)), "what stands before it ends at 16"),
        (with_header({"a": ENTRY | {"dtype": "F8_E4M3"}}, bytes(16)), 'found dtype "F8_E4M3"'),
        (with_header({"a": {"dtype": "F32"}}, b""), "what is no dtype, shape"),
        (with_header({"a": ENTRY | {"shape": [1 << 62, 1 << 62]}}, bytes(16)), "its header is not true"),
    ],
)
def test_a_header_that_lies(save, data, words):
    with pytest.raises(InputError, match=words):
        read(save("a.safetensors", data))


def test_no_tensors(save):
    with pytest.raises(UsageError, match="it holds no arrays"):
        read(save("a.safetensors", with_header({"__metadata__": {}}, b"")))
