"""The figures of rows read one by one, so that what is wrong can be named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cecli.errors import quoted
from cecli.readers.tables.nested.shape import NotSo, Shape, mapping

REST = "--rest zero, uniform or drop says what classes get that a row does not name"

Number = Callable[[Any, str], float]
"""A figure as a number, by its value and the name of its class; what is no number is noted."""

Bad = Callable[[str, str | None], None]
"""Notes what is wrong with the row, and a hint."""


def row_of(value: Any, shape: Shape, below: int, number: Number, bad: Bad) -> list[float]:
    """The figures of all classes of a value, which ``below`` keys of the path have led to; [] where it has others."""
    for key in shape.path[below:]:
        inside = mapping(value)
        if inside is None or key not in inside:
            bad(f"no key {quoted(key)}, which the first row has", None)
            return []
        value = inside[key]
    try:
        cells = shape.cells(value)
    except NotSo as error:
        bad(str(error), None)
        return []
    names = shape.names or tuple(str(k) for k in range(shape.width))
    missing = next((name for name in names if name not in cells), None)
    if missing is not None:
        bad(f"no figure of {quoted(missing)}, which the first row has", REST)
        return []
    if len(cells) > len(names):
        extra = next(name for name in cells if name not in names)
        bad(f"a figure of {quoted(extra)}, which the first row does not have", REST)
        return []
    return [number(cells[name], name) for name in names]
