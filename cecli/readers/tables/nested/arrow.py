"""The figures of many rows out of a column of Arrow; None wherever a row is not as the first one is."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cecli.readers.tables.arrow_columns import coded, flat, floats, is_number
from cecli.readers.tables.nested.shape import DENSE, Shape

Matrix = NDArray[Any]


def matrix_of(column: Any, shape: Shape, below: int = 1) -> Matrix | None:
    """The figures (rows, K) of a column without nulls; ``below`` is how many keys of the path lead to the column."""
    if column.null_count:
        return None
    if len(shape.path) > below and _is_struct(column):
        field = column.type.get_field_index(shape.path[below])
        return None if field < 0 else matrix_of(_child(column, field), shape, below + 1)
    if shape.kind == "object":
        return _of_struct(column, shape) if _is_struct(column) else _of_map(column, shape)
    if shape.kind == "pairs":
        return _of_pairs(column, shape)
    return _of_lists(column, shape) if shape.kind == "lists" else _of_spark(column, shape)


def figures_of(columns: dict[str, Any], shape: Shape) -> Matrix | None:
    """The figures (rows, K) out of the columns of a file, by their names."""
    if not shape.path:
        return lists_of(columns[shape.name_key], columns[shape.figure_key], shape)
    return matrix_of(columns[shape.path[0]], shape)


def types_of(shape: Shape) -> dict[str, Any]:
    """The types to read the columns of a shape as, where the names of classes are texts."""
    import pyarrow as pa

    texts, numbers = pa.string(), pa.float64()
    beside = {shape.name_key: texts, shape.figure_key: numbers}
    if shape.kind == "object":
        kind = pa.struct([(name, numbers) for name in shape.names])
    elif shape.kind == "pairs":
        kind = pa.list_(pa.struct(list(beside.items())))
    elif shape.kind == "lists":
        lists = {name: pa.list_(one) for name, one in beside.items()}
        if not shape.path:
            return lists
        kind = pa.struct(list(lists.items()))
    else:
        kind = pa.struct([("type", pa.int64()), ("values", pa.list_(numbers))])
    for key in reversed(shape.path[1:]):
        kind = pa.struct([(key, kind)])
    return {shape.path[0]: kind}


def _is_struct(column: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_struct(column.type))


def _child(column: Any, field: int) -> Any:
    """A field of a struct, cut to the rows of the struct."""
    return column.field(field)


def _of_struct(column: Any, shape: Shape) -> Matrix | None:
    if column.type.num_fields != shape.width:
        return None
    parts = []
    for name in shape.names:
        part = column.type.get_field_index(name)
        child = None if part < 0 else _child(column, part)
        if child is None or child.null_count or not is_number(child.type):
            return None
        parts.append(floats(child))
    return np.transpose(np.array(parts).reshape(shape.width, len(column)))


def _of_map(column: Any, shape: Shape) -> Matrix | None:
    import pyarrow as pa

    if not pa.types.is_map(column.type):
        return None
    offsets = flat(column.offsets)
    start, count = int(offsets[0]), int(offsets[-1]) - int(offsets[0])
    return _scattered(column.keys.slice(start, count), column.items.slice(start, count), np.diff(offsets), shape)


def _of_pairs(column: Any, shape: Shape) -> Matrix | None:
    import pyarrow as pa

    if not (pa.types.is_list(column.type) or pa.types.is_large_list(column.type)):
        return None
    parts, lengths = column.flatten(), flat(column.value_lengths())
    if not _is_struct(parts) or parts.null_count:
        return None
    fields = [parts.type.get_field_index(key) for key in (shape.name_key, shape.figure_key)]
    if min(fields) < 0:
        return None
    return _scattered(_child(parts, fields[0]), _child(parts, fields[1]), lengths, shape)


def _of_lists(column: Any, shape: Shape) -> Matrix | None:
    if not _is_struct(column):
        return None
    fields = [column.type.get_field_index(key) for key in (shape.name_key, shape.figure_key)]
    if min(fields) < 0:
        return None
    names, figures = (_child(column, field) for field in fields)
    return lists_of(names, figures, shape)


def lists_of(names: Any, figures: Any, shape: Shape) -> Matrix | None:
    """Two columns of lists, of names and of figures."""
    if names.null_count or figures.null_count:
        return None
    lengths = flat(names.value_lengths())
    if not np.array_equal(lengths, flat(figures.value_lengths())):
        return None
    return _scattered(names.flatten(), figures.flatten(), lengths, shape)


def _scattered(names: Any, figures: Any, lengths: NDArray[Any], shape: Shape) -> Matrix | None:
    """Figures by the names that stand beside them, all classes in every row."""
    rows = len(lengths)
    if (lengths != shape.width).any() or names.null_count or figures.null_count or not is_number(figures.type):
        return None
    found = coded(names)
    place = {name: k for k, name in enumerate(shape.names)}
    if not {*found.values} <= place.keys():
        return None
    columns = np.array([place[name] for name in found.values], dtype=np.intp)[found.codes].reshape(rows, shape.width)
    values = floats(figures).reshape(rows, shape.width)
    order = np.argsort(columns, axis=1)
    if not (np.take_along_axis(columns, order, axis=1) == np.arange(shape.width)).all():
        return None  # a class twice
    return np.take_along_axis(values, order, axis=1)


def _of_spark(column: Any, shape: Shape) -> Matrix | None:
    if not _is_struct(column):
        return None
    kinds, values = (column.type.get_field_index(key) for key in ("type", "values"))
    if min(kinds, values) < 0:
        return None
    kind, lists = _child(column, kinds), _child(column, values)
    if kind.null_count or lists.null_count or (floats(kind) != DENSE).any():
        return None
    if (flat(lists.value_lengths()) != shape.width).any() or lists.flatten().null_count:
        return None
    values_of: Matrix = floats(lists.flatten()).reshape(len(column), shape.width)
    return values_of
