"""Columns of Arrow as what the readers hand on: floats, coded texts, texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cecli.readers.tables.table import Coded


def is_number(kind: Any) -> bool:
    """Whether a column of this type holds numbers."""
    import pyarrow as pa

    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind))


def is_vector(kind: Any) -> bool:
    """Whether a column of this type holds lists of numbers."""
    import pyarrow as pa

    lists = pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    return bool(lists and is_number(kind.value_type))


_PRIMITIVE = {"double": "f8", "float": "f4", "halffloat": "f2"} | {
    f"{sign}int{bits}": f"{sign or 'i'}{bits // 8}" for sign in ("", "u") for bits in (8, 16, 32, 64)
}


def flat(values: Any) -> NDArray[Any]:
    """The numbers of an Arrow array without nulls, where they lie.

    PyArrow's own ``to_numpy`` imports pandas wherever that is installed, which takes longer than most runs.
    """
    dtype = np.dtype(_PRIMITIVE[str(values.type)])
    if not len(values):
        return np.empty(0, dtype)
    return np.frombuffer(values.buffers()[1], dtype, len(values), values.offset * dtype.itemsize)


def nulls(values: Any) -> NDArray[np.intp]:
    """The positions of the nulls."""
    return np.flatnonzero(np.array(values.is_null().to_pylist(), dtype=bool))


def plain(values: Any) -> Any:
    """A column that is to be read as texts, in a form that every function here takes; None where its cells hold others.

    A dictionary in which a null stands is written out, so that its nulls are seen, and so are lengths of runs.
    """
    import pyarrow as pa

    kind = values.type
    if pa.types.is_run_end_encoded(kind):
        import pyarrow.compute

        values = pyarrow.compute.run_end_decode(values)
    elif pa.types.is_dictionary(kind) and values.dictionary.null_count:
        values = values.dictionary_decode()
    bare = values.type.value_type if pa.types.is_dictionary(values.type) else values.type
    return None if pa.types.is_nested(bare) else values


def no_texts(values: Any) -> list[int]:
    """The positions of what should be a text, or bytes that are one, and is not UTF-8: Parquet does not promise it."""
    import pyarrow as pa

    try:
        values.validate(full=True)
        if _is_bytes(values.type):
            values.cast(pa.large_string())
    except pa.ArrowInvalid:
        return [row for row, value in enumerate(_as_bytes(values)) if not _is_utf8(value)]
    return []


def _is_utf8(value: bytes | None) -> bool:
    try:
        (value or b"").decode()
    except UnicodeDecodeError:
        return False
    return True


def _as_bytes(values: Any) -> list[bytes | None]:
    import pyarrow as pa

    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    found: list[bytes | None] = values.cast(pa.large_binary()).to_pylist()
    return found


def _is_bytes(kind: Any) -> bool:
    import pyarrow as pa

    bare = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_binary(bare) or pa.types.is_large_binary(bare) or pa.types.is_fixed_size_binary(bare))


def floats(values: Any) -> Any:
    """A column of numbers as floats of its own precision; whole numbers and decimals as doubles."""
    import pyarrow as pa

    if pa.types.is_decimal(values.type):
        values = values.cast(pa.float64())
    array = flat(values)
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def coded(column: Any) -> Coded:
    """A column of labels as codes and texts."""
    import pyarrow as pa

    if pa.types.is_integer(column.type) and (found := _coded_integers(flat(column))) is not None:
        return found
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    return Coded(flat(column.indices), [_text(value) for value in column.dictionary.to_pylist()])


_MOST_INTEGERS = 1 << 16
"""How far apart the least and the largest label may be that are counted, and not hashed."""


def _coded_integers(labels: NDArray[np.integer[Any]]) -> Coded | None:
    """Whole numbers that are close together, in their order; None where they are not. PyArrow's own way imports its
    compute functions, which takes longer than most runs."""
    if not len(labels):
        return None
    low, high = int(labels.min()), int(labels.max())
    if high - low >= _MOST_INTEGERS:
        return None
    wide = labels if labels.dtype.kind == "u" else labels.astype(np.int64)
    places = (wide - wide.dtype.type(low)).astype(np.intp)
    present = np.flatnonzero(np.bincount(places))
    codes = np.zeros(high - low + 1, dtype=np.int32)
    codes[present] = np.arange(len(present))
    return Coded(codes[places], [str(low + place) for place in present.tolist()])


def strings(column: Any) -> Any:
    """A column of any type as an Arrow array of texts."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_string(column.type):
        return column
    return pa.array([_text(value) for value in column.to_pylist()], pa.string())


def string_array(texts: Sequence[str]) -> Any:
    """Texts as an Arrow array."""
    import pyarrow as pa

    return pa.array(texts, pa.string())


def _text(value: Any) -> str:
    """A typed value as CSV would write it; bytes are the text that older writers of Parquet leave unmarked."""
    if isinstance(value, bytes):
        return value.decode()
    return str(value).lower() if isinstance(value, bool) else str(value)
