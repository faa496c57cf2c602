"""The figures of rows read one by one, so that what is wrong can be named."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from cecli.errors import quoted
from cecli.readers.tables.nested.shape import NotSo, Shape, below

if TYPE_CHECKING:
    from cecli.readers.tables.table import Rest

REST = "--rest zero, uniform or drop says what classes get that a row does not name"

_RAGGED = "questions of so many choices each make a file of their own"

Number = Callable[[Any, str], float]
"""A figure as a number, by its value and the name of its class; what is no number is noted."""

Bad = Callable[[str, str | None], None]
"""Notes what is wrong with the row, and a hint."""


def row_of(value: Any, shape: Shape, under: int, number: Number, bad: Bad) -> list[float] | None:
    """The figures of all classes of a value, which ``under`` keys of the path have led to; [] where it has others, and
    None where the row is left out."""
    try:
        cells = shape.cells(below(value, shape.path[under:]))
    except NotSo as error:
        bad(str(error), None)
        return []
    if shape.kind == "choices" and len(cells) != shape.width:
        bad(f"{len(cells)} choices, and the first row has {shape.width}", _RAGGED)
        return []
    names = shape.names or tuple(str(k) for k in range(shape.width))
    missing = next((name for name in names if name not in cells), None)
    if missing is not None and shape.rest is not None:
        return _with_rest(cells, names, shape.rest, number)
    if missing is not None:
        bad(f"no figure of {quoted(missing)}, which the first row has", REST)
        return []
    if len(cells) > len(names):
        extra = next(name for name in cells if name not in names)
        bad(f"a figure of {quoted(extra)}, which the first row does not have", REST)
        return []
    return [number(cells[name], name) for name in names]


def _with_rest(cells: dict[str, Any], names: Sequence[str], rest: Rest, number: Number) -> list[float] | None:
    """The figures of a row that does not name all classes; none is passed over, whatever becomes of the row."""
    figures = {name: number(cell, name) for name, cell in cells.items()}
    if rest == "drop":
        return None
    share = 0.0 if rest == "zero" else max(0.0, 1.0 - math.fsum(figures.values())) / (len(names) - len(figures))
    return [figures.get(name, share) for name in names]
