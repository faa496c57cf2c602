"""Files whose fields may hold lists: how the fields become the columns of a table, one a class."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cecli.core.nearest import meant
from cecli.errors import InputError, quoted
from cecli.readers.tables.nested.shape import Shape
from cecli.readers.tables.table import Selection

Matrix = NDArray[np.floating[Any]]

WIDEST = 1 << 23
"""Numbers in a row: 64 MiB of doubles, as long as the longest line of text. A type or a header may promise any number.
"""


class NoRows(InputError):
    """A file without a row, where its columns can be known from a row only."""


@dataclass(frozen=True)
class Fields:
    """The fields of a file, and its table's columns: those of the elements of the field ``vector``, 0…width-1, and then
    the other fields. Without a vector the columns are the fields. Where ``shape`` says how the figures of all classes
    stand in the vector, its elements are called as the classes are, if these have names."""

    names: tuple[str, ...]
    vector: int | None = None
    width: int = 0
    shape: Shape | None = None

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return (*self.elements, *(self.names[k] for k in self._others))

    @cached_property
    def elements(self) -> tuple[str, ...]:
        """The names of the elements of the vector."""
        return (self.shape.names if self.shape else ()) or tuple(str(k) for k in range(self.width))

    @property
    def named(self) -> bool:
        """Whether the elements of the vector have names of their own."""
        return self.shape is not None and bool(self.shape.names)

    def sources(self, column: int) -> list[str]:
        """The fields of the file that a column is made of."""
        name = self.names[self.field(column)]
        beside = self.shape if self.element(column) is not None else None
        return [name] if beside is None or beside.path else [name, beside.name_key]

    @cached_property
    def _others(self) -> tuple[int, ...]:
        return tuple(k for k in range(len(self.names)) if k != self.vector)

    def field(self, column: int) -> int:
        """The position in the file of the field that holds a column."""
        if column < self.width and self.vector is not None:
            return self.vector
        return self._others[column - self.width]

    def element(self, column: int) -> int | None:
        """Which element of the vector a column is, or None where it is a field of its own."""
        return column if column < self.width else None

    def label(self, column: int) -> str:
        """What messages call a column: ``probs[3]`` or ``dog``."""
        name = quoted(self.names[self.field(column)], 80)[1:-1]
        if column >= self.width:
            return name
        if self.shape is not None:
            name = self.shape.called or name
        return f"{name}.{self.elements[column]}" if self.named else f"{name}[{column}]"

    @property
    def vector_label(self) -> str:
        """What messages call the whole vector."""
        called = "" if self.shape is None else self.shape.called
        return called or self.label(0).removesuffix("[0]" if not self.named else f".{self.elements[0]}")


def with_vector(file: str, names: Sequence[str], lists: Sequence[int], vector: str | None) -> int | None:
    """The position of the field whose lists hold the classes: ``vector``, else the only one of ``lists``.

    ``lists`` are the fields that hold lists of numbers. Raises InputError where ``vector`` is none of them.
    """
    if vector is None:
        return lists[0] if len(lists) == 1 else None
    if vector not in names:
        hint = meant(vector, names) or f"its columns are {', '.join(names[:12])}"
        raise InputError(f"{file}: no column {quoted(vector)}", hint)
    position = list(names).index(vector)
    if position not in lists:
        raise InputError(f"{file}: the column {quoted(vector)} holds no lists of numbers", _lists_hint(names, lists))
    return position


def fields_of(
    file: str, names: Sequence[str], vector: int | None, width: int = 0, shape: Shape | None = None
) -> Fields:
    """The Fields of a file. A field that is called as an element of the vector is an InputError."""
    fields = Fields(tuple(names), vector, width, shape)
    if vector is None:
        return fields
    if not width:
        raise InputError(f"{file}: the column {quoted(names[vector])} holds an empty list in the first row")
    if width > WIDEST:
        raise InputError(
            f"{file}: the column {quoted(names[vector])} holds lists of {width:,} numbers, more than {WIDEST:,}"
        )
    elements = {*fields.elements}
    for k, name in enumerate(names):
        if k != vector and name in elements:
            raise InputError(
                f"{file}: the column {quoted(name)} has the name of element {name} of {quoted(names[vector])}",
                "rename it: the elements of a vector are the classes" + ("" if fields.named else " 0, 1, 2, …"),
            )
    return fields


def not_a_number(found: str, kind: str, holds_list: bool) -> tuple[str, str]:
    """What to say, and the hint, where a column that should hold numbers holds something else throughout."""
    if holds_list:
        return f"expected {kind}, found {found}", "--vector COLUMN says which one holds the classes' numbers as a list"
    return (
        f"expected {kind}, found {found}",
        "--drop COLUMN leaves a column out, --label-column NAME says which one holds the labels",
    )


def text_column(words: Sequence[int], names: Sequence[str] | Mapping[int, str], selection: Selection) -> str | None:
    """The hint where the first row holds words in the columns ``words`` of numbers, and numbers in others."""
    if not words or len(words) == len(selection.numbers) or selection.kind(words[0]) != selection.number_kind:
        return None
    name = quoted(names[words[0]])
    return f"a column of text? --drop {name} leaves it out, --label-column {name} says that it holds the labels"


class NumberPlan:
    """How the numbers of a selection are put together from the vector and other fields; made once, used per block."""

    def __init__(self, fields: Fields, selection: Selection) -> None:
        self._numbers = selection.numbers
        inside = [k for k, column in enumerate(selection.numbers) if column < fields.width]
        self.from_vector = np.array(inside, dtype=np.intp)
        self._elements = np.array([selection.numbers[k] for k in inside], dtype=np.intp)
        self._all = len(inside) == fields.width and bool((self._elements == np.arange(fields.width)).all())
        self._only = len(inside) == len(selection.numbers)
        self.others = [(k, column) for k, column in enumerate(selection.numbers) if column >= fields.width]

    def gather(self, rows: int, vector: Matrix | None, other: Callable[[int], Any]) -> Matrix:
        """The numbers (rows, len(selection.numbers)). ``other(column)`` gives a column that is a field of its own.

        A vector that is wanted whole and alone is handed on as it is, in its own precision.
        """
        if vector is None:
            by_column = np.empty((len(self._numbers), rows))
            for k, column in self.others:
                by_column[k] = other(column)
            return np.transpose(by_column)
        part: Matrix = vector if self._all else vector[:, self._elements]
        if self._only:
            return part
        whole = np.empty((rows, len(self._numbers)))
        whole[:, self.from_vector] = part
        for k, column in self.others:
            whole[:, k] = other(column)
        return whole


def _lists_hint(names: Sequence[str], lists: Sequence[int]) -> str | None:
    return f"these do: {', '.join(quoted(names[k]) for k in lists[:12])}" if lists else None
