"""Columns of Arrow as what the readers hand on: floats, coded texts, texts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cecli.readers.table import Coded


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

    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    return Coded(flat(column.indices), [_text(value) for value in column.dictionary.to_pylist()])


def strings(column: Any) -> Any:
    """A column of any type as an Arrow array of texts."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_string(column.type):
        return column
    return pa.array([_text(value) for value in column.to_pylist()], pa.string())


def _text(value: Any) -> str:
    """A typed value as CSV would write it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
