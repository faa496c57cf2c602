"""What the value of a record is that holds the figures of all classes, and what it says of one row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeGuard

from cecli.errors import quoted

if TYPE_CHECKING:
    from cecli.readers.tables.table import Rest

Kind = Literal["object", "pairs", "lists", "spark", "choices"]

SPARSE, DENSE = 0, 1
"""Spark's two types of a vector."""

MOST_SIZE = 1 << 23
"""Classes that a sparse vector may promise."""


@dataclass(frozen=True)
class Shape:
    """How the figures stand in the value at ``path``, keys below each other from the record on.

    ``object``: class -> figure (an Arrow map, too). ``pairs``: a list of objects, each with the name of a class under
    ``name_key`` and its figure under ``figure_key``. ``lists``: names and figures in two lists, under these keys.
    ``spark``: a vector of Spark's, whose classes have no names. ``choices``: what lm-eval writes of a question, for
    each choice its log-likelihood and whether it is the greedy answer; without names, too. ``names`` are those of the
    classes, in the order in which their columns stand; () where they have none. ``rest`` is what classes get that a row
    does not name.
    """

    kind: Kind
    path: tuple[str, ...]
    names: tuple[str, ...] = ()
    width: int = 0
    name_key: str = ""
    figure_key: str = ""
    rest: Rest | None = None

    @property
    def called(self) -> str:
        """The path as a person types it."""
        return ".".join(self.path)

    def of(self, names: Sequence[str]) -> Shape:
        """The same with other classes."""
        return replace(self, names=tuple(names), width=len(names))

    def with_rest(self, rest: Rest | None) -> Shape:
        """The same where rows need not name all classes."""
        return replace(self, rest=rest)

    def cells(self, value: Any) -> dict[str, Any]:
        """Class -> figure of one row, both as they stand there. Raises NotSo where the value has another shape."""
        if self.kind == "object":
            cells = _named(entries(value))
            if self.rest is not None and isinstance(value, dict):  # a struct of Arrow has a null for what is not there
                return {name: figure for name, figure in cells.items() if figure is not None}
            return cells
        if self.kind == "pairs":
            if not is_list(value):
                raise NotSo(f"expected a list of objects with {self.name_key} and {self.figure_key}")
            parts = [mapping(one) for one in value]
            if not all(part is not None and {self.name_key, self.figure_key} <= part.keys() for part in parts):
                raise NotSo(f"expected objects with {self.name_key} and {self.figure_key}")
            return _named([(part[self.name_key], part[self.figure_key]) for part in parts if part is not None])
        if self.kind == "lists":
            part = mapping(value)
            names, figures = ((part or {}).get(key) for key in (self.name_key, self.figure_key))
            if not is_list(names) or not is_list(figures) or len(names) != len(figures):
                raise NotSo(f"expected two lists of one length, {self.name_key} and {self.figure_key}")
            return _named(list(zip(names, figures, strict=True)))
        return _of_choices(value) if self.kind == "choices" else _of_spark(value)


def below(value: Any, path: Sequence[str]) -> Any:
    """What stands under keys below each other. Raises NotSo where one is not there."""
    for key in path:
        inside = mapping(value)
        if inside is None or key not in inside:
            raise NotSo(f"no key {key}, which the first row has")
        value = inside[key]
    return value


class NotSo(Exception):
    """A value is not of the shape that the first one has."""


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Whether a value is a list, and no object."""
    return isinstance(value, list) and not hasattr(value, "is_object") and not _is_map(value)


def entries(value: Any) -> list[tuple[Any, Any]]:
    """The keys and values of an object or a map, repeated ones and all. Raises NotSo where it is none."""
    if isinstance(value, dict):
        return list(value.items())
    if isinstance(value, list) and (hasattr(value, "is_object") or _is_map(value)):
        return list(value)
    raise NotSo("expected an object of classes and their figures")


def _is_map(value: list[Any]) -> bool:
    """Whether a list is a map as Arrow gives it: of keys and values."""
    return bool(value) and all(isinstance(one, tuple) for one in value)


def mapping(value: Any) -> dict[str, Any] | None:
    """An object by its keys; None where it is none, or has a key twice."""
    try:
        found = entries(value)
    except NotSo:
        return None
    made = dict(found)
    return made if len(made) == len(found) else None


def name_of(value: Any) -> str | None:
    """The name of a class as text; None where the value is none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) else None


def _named(found: list[tuple[Any, Any]]) -> dict[str, Any]:
    cells: dict[str, Any] = {}
    for key, figure in found:
        name = name_of(key)
        if name is None:
            raise NotSo("expected the name of a class")
        if name in cells:
            raise NotSo(f"the class {name} stands twice")
        cells[name] = figure
    return cells


def _of_spark(value: Any) -> dict[str, Any]:
    part = mapping(value)
    kind = None if part is None else part.get("type")
    values = None if part is None else part.get("values")
    if part is None or not is_list(values) or str(kind) not in (str(SPARSE), str(DENSE)):
        raise NotSo("expected a vector of Spark's, with type and values")
    if str(kind) == str(DENSE):
        return {str(k): figure for k, figure in enumerate(values)}
    indices = part.get("indices")
    size = _whole(part.get("size"))
    if not is_list(indices) or len(indices) != len(values) or size is None or size > MOST_SIZE:
        raise NotSo("expected a sparse vector of Spark's, with size, indices and values")
    cells: dict[str, Any] = dict.fromkeys(map(str, range(size)), 0.0)
    for index, figure in zip(indices, values, strict=True):
        if str(index) not in cells:
            raise NotSo(f"the index {index} of a sparse vector of size {size}")
        cells[str(index)] = figure
    return cells


def _of_choices(value: Any) -> dict[str, Any]:
    if not is_list(value) or not all(is_list(one) and len(one) == 2 for one in value):
        raise NotSo("expected a list of choices, each with its log-likelihood and whether it is the greedy answer")
    return {str(k): _log_likelihood(one[0]) for k, one in enumerate(value)}


def _log_likelihood(figure: Any) -> float:
    from cecli.readers.tables.numbers import read_number

    found = read_number(str(figure))
    if found is None or not found <= 0:
        raise NotSo(f"expected a log-likelihood, at most 0, found {quoted(str(figure))}")
    return found


def _whole(value: Any) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
