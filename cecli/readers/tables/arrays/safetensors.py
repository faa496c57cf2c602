"""Safetensors: a header of JSON, and plain arrays behind it. What the header says is checked before it is believed."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any

import numpy as np

from cecli.errors import InputError, quoted
from cecli.readers.sources.source import Source
from cecli.readers.tables.arrays.data import InFile, InStream
from cecli.readers.tables.arrays.members import chosen_member, labels_beside, with_member
from cecli.readers.tables.arrays.spec import BFLOAT16, Array, ArrayOptions
from cecli.readers.tables.arrays.table import ArrayTable

_LENGTH = 8
_LONGEST_HEADER = 16 << 20
_METADATA = "__metadata__"

_TYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?",
}  # fmt: skip


def open_safetensors(source: Source, path: str, options: ArrayOptions) -> ArrayTable:
    """The array that is meant. Raises InputError where the header cannot be true, UsageError where that is unclear."""
    tensors, begin = _header(source)
    chosen = chosen_member(list(tensors), options, source.name, path)
    name = with_member(source.name, chosen)
    array = _array(tensors[chosen], begin, name)
    data: InFile | InStream
    if source.file is not None:
        data = InFile(source, array.offset, array.bytes)
    else:
        from cecli.readers.sources.spool import spooled

        copy = spooled(source)
        data = InFile(source, array.offset - begin, array.bytes, copy)
    table = ArrayTable(name, source, array, data, options)
    beside = labels_beside(list(tensors), chosen)
    table.labels_beside = None if beside is None or source.file is None else with_member(path, beside)
    return table


def _header(source: Source) -> tuple[dict[str, dict[str, Any]], int]:
    """The tensors by name, and where their bytes begin; the header has been read."""
    size = int.from_bytes(source.read(_LENGTH), "little")
    if size > _LONGEST_HEADER:
        raise InputError(f"{source.name}: its header promises to be {size:,} bytes long, more than {_LONGEST_HEADER:,}")
    text = source.read(size)
    if len(text) < size:
        raise InputError(f"{source.name}: the file is cut short, within its header")
    try:
        found = json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{source.name}: its header cannot be read: {str(error)[:100]}") from error
    if not isinstance(found, dict):
        raise InputError(f"{source.name}: its header is no object")
    found.pop(_METADATA, None)
    for name, entry in found.items():
        if not _is_entry(entry):
            raise InputError(
                f"{source.name}: its header says of {quoted(name)} what is no dtype, shape and data_offsets"
            )
    _check_places(found, source, _LENGTH + size)
    return found, _LENGTH + size


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    again = [key for key, count in Counter(key for key, _ in pairs).items() if count > 1]
    if again:
        raise ValueError(f"the key {quoted(again[0])} stands twice")
    return dict(pairs)


def _is_entry(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and entry.keys() == {"dtype", "shape", "data_offsets"}
        and isinstance(entry["dtype"], str)
        and _are_sizes(entry["shape"])
        and _are_sizes(entry["data_offsets"])
        and len(entry["data_offsets"]) == 2
    )


def _are_sizes(values: Any) -> bool:
    return isinstance(values, list) and all(type(value) is int and 0 <= value < 1 << 63 for value in values)


def _check_places(tensors: dict[str, dict[str, Any]], source: Source, begin: int) -> None:
    """Raise InputError unless the tensors fill what follows the header, each at its own place."""
    end = 0
    for start, stop, name in sorted((*entry["data_offsets"], name) for name, entry in tensors.items()):
        if start != end or stop < start:
            raise InputError(
                f"{source.name}: its header is not true: {quoted(name)} is said to be at bytes {start:,} to {stop:,}, "
                f"and what stands before it ends at {end:,}"
            )
        end = stop
    have = None if source.file is None else (source.size or 0) - begin
    if have is not None and have != end:
        what = "the file is cut short" if have < end else "bytes follow the arrays"
        raise InputError(f"{source.name}: {what}: its header promises {end:,} bytes behind it, and there are {have:,}")


def _array(entry: dict[str, Any], begin: int, name: str) -> Array:
    kind = entry["dtype"]
    if kind not in _TYPES:
        raise InputError(f"{name}: expected an array of numbers, found dtype {quoted(kind)}", "save it as float32")
    start, stop = entry["data_offsets"]
    dtype = np.dtype(_TYPES[kind])
    wanted = math.prod(entry["shape"]) * dtype.itemsize
    if stop - start != wanted:
        raise InputError(
            f"{name}: its header is not true: a shape of {tuple(entry['shape'])} of {kind} is {wanted:,} bytes, and "
            f"it is given {stop - start:,}"
        )
    return Array(tuple(entry["shape"]), dtype, False, begin + start, BFLOAT16 if kind == "BF16" else "")
