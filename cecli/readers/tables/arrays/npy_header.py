"""The header of a .npy file, read by a grammar of its own: nothing in it is evaluated, and no other type is known."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from cecli.errors import InputError, quoted
from cecli.readers.tables.arrays.spec import BFLOAT16, Array

HEADER_BYTES = 1 << 16
"""Bytes in which a header must end; those that NumPy writes have some hundred."""

_MAGIC = b"\x93NUMPY"
_LENGTH_BYTES = {1: 2, 2: 4, 3: 4}
"""Major version of the format -> bytes of the length that stands before the header."""

_BLANK = " \t\r\n\f"
_S = r"[ \t\r\n\f]*"
_KEY = "descr|fortran_order|shape"
_ENTRY = rf"""('(?:{_KEY})'|"(?:{_KEY})"){_S}:{_S}('[^']*'|"[^"]*"|True|False|\([0-9L, \t\r\n\f-]*\)){_S}"""
_HEADER = re.compile(rf"\{{{_S}{_ENTRY},{_S}{_ENTRY},{_S}{_ENTRY}(?:,{_S})?\}}")
_RECORDS = re.compile(rf"""\{{[^\[]*['"]descr['"]{_S}:{_S}\[""")
_NUMBERS_OR_TEXTS = re.compile(r"[<>|=]?(f[248]|[iu][1248]|b1|\?|U[1-9][0-9]{0,6})", re.ASCII)
_AS_NUMBERS = "save it as float64 or float32"
_BFLOAT16_OF_ML_DTYPES = "<V2"
"""What numpy.save writes for the one type of two bytes that ml_dtypes adds; numpy.void(2) is ``|V2``."""

_SIZE = re.compile(r"-?(0|[1-9][0-9]{0,17})L?")


def parse_header(head: bytes, name: str) -> Array:
    """The header at the start of ``head``, the first ``HEADER_BYTES`` of the file; raises InputError.

    >>> text = b"{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2)}"
    >>> parse_header(b"\\x93NUMPY\\x01\\0" + bytes([len(text), 0]) + text, "a.npy").shape
    (3, 2)
    """
    text, offset = _text(head, name)
    if _RECORDS.match(text):
        raise InputError(f"{name}: expected an array of numbers, found an array of records", _AS_NUMBERS)
    match = _HEADER.fullmatch(text)
    groups = match.groups() if match else ()
    entries = {key.strip("'\""): value for key, value in zip(groups[::2], groups[1::2], strict=True)}
    order = entries.get("fortran_order")
    if len(entries) < 3 or order not in ("True", "False"):
        raise InputError(f"{name}: not a readable .npy file: the header is {quoted(text, 200)}")
    shape, (dtype, kind) = _shape(entries["shape"], name), _type(entries["descr"], name)
    return Array(shape, dtype, order == "True", offset, kind)


def _text(head: bytes, name: str) -> tuple[str, int]:
    """The text of the header, and where it ends."""
    size = _LENGTH_BYTES.get(head[len(_MAGIC)]) if len(head) > len(_MAGIC) else None
    if not head.startswith(_MAGIC) or size is None or head[len(_MAGIC) + 1 : len(_MAGIC) + 2] != b"\0":
        raise InputError(f"{name}: not a readable .npy file: its format is not 1.0, 2.0 or 3.0")
    start = len(_MAGIC) + 2 + size
    end = start + int.from_bytes(head[start - size : start], "little")
    if len(head) < start or len(head) < end:
        said = "is longer than 64 KiB" if end > HEADER_BYTES else "is cut short"
        raise InputError(f"{name}: not a readable .npy file: the header {said}")
    return head[start:end].decode("latin-1").strip(_BLANK), end


def _shape(text: str, name: str) -> tuple[int, ...]:
    parts = [part.strip(_BLANK) for part in text.strip("()").split(",")]
    if parts == [""]:
        return ()
    if parts[-1] == "":
        parts.pop()  # (3,) is a tuple of one, and (3) is none
    elif len(parts) == 1:
        parts = []
    if not parts or not all(_SIZE.fullmatch(part) for part in parts):
        raise InputError(f"{name}: not a readable .npy file: the shape is {quoted(text)}")
    return tuple(int(part.rstrip("L")) for part in parts)


def _type(text: str, name: str) -> tuple[np.dtype[Any], str]:
    """The type of the elements as NumPy has it, and what it is called where that is not the whole truth."""
    kind = text.strip("'\"")
    if _NUMBERS_OR_TEXTS.fullmatch(kind):
        return np.dtype(kind), ""
    if kind == _BFLOAT16_OF_ML_DTYPES:
        return np.dtype("<u2"), BFLOAT16
    if kind.lstrip("<>=") == "f16":
        return _extended(kind, name), ""
    if kind.lstrip("<>|=").startswith("O"):
        raise InputError(
            f"{name}: an array of Python objects is a pickle, which is never opened",
            "save it as numbers: numpy.save(FILE, a.astype(float))",
        )
    raise InputError(f"{name}: expected an array of numbers, found dtype {quoted(kind)}", _AS_NUMBERS)


def _extended(kind: str, name: str) -> np.dtype[Any]:
    """A long double, where this machine has those of 80 bits that Intel's have."""
    if np.finfo(np.longdouble).nmant == 63 and np.dtype(np.longdouble).itemsize == 16:
        return np.dtype(kind)
    raise InputError(f"{name}: long doubles, which this machine does not have", "save it as float64")
