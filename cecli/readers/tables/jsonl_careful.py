"""The slow reader of JSON Lines: it says which lines and values are wrong and why, or accepts what the fast one was too
strict about."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from cecli.errors import InputError, quoted
from cecli.readers.tables.arrow_columns import string_array
from cecli.readers.tables.fields import Fields, Matrix, NumberPlan, text_column
from cecli.readers.tables.nested.careful import REST, row_of
from cecli.readers.tables.nested.shape import Shape
from cecli.readers.tables.numbers import expected, parse_number, read_number
from cecli.readers.tables.table import Cells, Coded, Problems, Selection

INFINITIES = {"Infinity": float("inf"), "-Infinity": float("-inf")}
"""JSON has no infinities; in quotes they are what ``-f json`` writes."""

_OFFERED_LINE = "write one object a line: jq -c . FILE"


class Number(str):
    """A number as it is written."""

    __slots__ = ()


class Object(list[tuple[str, Any]]):
    """The keys and values of an object, in their order, repeated keys and all."""

    __slots__ = ()
    is_object = True


@dataclass(frozen=True)
class JsonReading:
    """What is wanted of every line of a file."""

    name: str
    fields: Fields
    selection: Selection
    plan: NumberPlan
    of_array: bool = False

    def place(self, line: int, column: int | None = None) -> str:
        """``preds.jsonl:17`` or ``preds.jsonl:17: probs[3]``; of an array ``preds.json: record 17: probs[3]``."""
        text = line_of(self.name, line, self.of_array)
        return text if column is None else f"{text}: {self.fields.label(column)}"


def line_of(name: str, line: int, of_array: bool = False) -> str:
    """Where a line stands, or a record of an array, as messages begin."""
    return f"{name}: record {line}" if of_array else f"{name}:{line}"


def parse_object(text: str, where: str) -> dict[str, Any]:
    """The keys and values of one line; numbers stay texts (Number).

    Raises InputError ``where: …`` where it is not one JSON object with different keys.
    """
    try:
        pairs = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        if not text.strip(" \t\r\n"):
            raise InputError(f"{where}: a blank line inside the file") from error
        hint = _OFFERED_LINE if text.strip(" \t\r\n") == "{" else None
        raise InputError(f"{where}: not JSON: {error.msg} (character {error.colno})", hint) from error
    except RecursionError as error:
        raise InputError(f"{where}: nested too deeply") from error
    except _Constant as error:
        raise InputError(
            f"{where}: {error} is not JSON", 'an infinity is written in quotes, "Infinity" or "-Infinity"'
        ) from error
    if not isinstance(pairs, Object):
        raise InputError(f"{where}: expected an object, found {described(pairs)}")
    found = dict(pairs)
    if len(found) < len(pairs):
        again = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise InputError(f"{where}: the key {quoted(again)} stands more than once")
    broken = next((key for key in found if is_broken(key)), None)
    if broken is not None:
        raise InputError(f"{where}: half a surrogate pair is no character, in the key {quoted(broken)}")
    return found


def read_carefully(text: str, first_line: int, reading: JsonReading) -> Cells:
    """The selected values of all lines of ``text``; CellErrors with all that are bad."""
    problems = Problems()
    chosen, plan = reading.selection, reading.plan
    vectors: list[list[float]] = []
    left_out: list[bool] = []
    numbers: list[list[float]] = []
    texts: list[list[str]] = []
    for line, content in enumerate(_lines(text), first_line):
        try:
            values = parse_object(content, reading.place(line))
            _check_keys(values, reading, line)
        except InputError as error:
            problems.add([error.message], hint=error.hint)
            continue
        row = _Row(values, line, reading, problems)
        if len(plan.from_vector):
            vector = row.vector()
            left_out.append(vector is None)
            vectors.append([1 / reading.fields.width] * reading.fields.width if vector is None else vector)
        numbers.append([row.number(column) for _, column in plan.others])
        if problems.total and line == 1:
            problems.hint = problems.hint or row.hint()
        texts.append([row.text(column) for column in (*chosen.coded, *chosen.strings)])
    problems.raise_any()
    table: Matrix | None = None
    if len(plan.from_vector):
        table = np.array(vectors, dtype=np.float64).reshape(len(numbers), reading.fields.width)
    others = {column: [row[k] for row in numbers] for k, (_, column) in enumerate(plan.others)}
    by_column = [[row[k] for row in texts] for k in range(len(chosen.coded) + len(chosen.strings))]
    return Cells(
        plan.gather(len(numbers), table, others.__getitem__),
        tuple(Coded.of(column) for column in by_column[: len(chosen.coded)]),
        tuple(string_array(column) for column in by_column[len(chosen.coded) :]),
        left_out=np.array(left_out) if any(left_out) else None,
    )


def is_broken(text: str) -> bool:
    """Whether a text holds half a surrogate pair, which an escape may write and no encoding can."""
    return not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)


def described(value: Any) -> str:
    """What kind of JSON value this is, as messages say it."""
    if value is None:
        return "a null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Object):
        return "an object"
    return "a list" if isinstance(value, list) else quoted(value)


class _Row:
    """The values of one line; bad ones are added to the problems."""

    def __init__(self, values: dict[str, Any], line: int, reading: JsonReading, problems: Problems) -> None:
        self._values = values
        self._line = line
        self._reading = reading
        self._problems = problems

    def vector(self) -> list[float] | None:
        """The list of the field of lists as numbers; None where the row is left out."""
        fields, kind = self._reading.fields, self._reading.selection.number_kind
        name = fields.vector_label
        if fields.shape is not None:
            return self._shaped(fields.shape, name, kind)
        value = self._value(0)
        if not isinstance(value, list) or isinstance(value, Object):
            self._bad(name, f"expected a list of {fields.width} numbers, found {described(value)}")
        elif len(value) != fields.width:
            self._bad(name, f"expected {fields.width} numbers as in the first row, found {len(value)}")
        else:
            return [self._number(cell, f"{name}[{k}]", kind) for k, cell in enumerate(value)]
        return []

    def _shaped(self, shape: Shape, name: str, kind: str) -> list[float] | None:
        """The figures of all classes, however they stand there."""
        row, below = (self._value(0), 1) if shape.path else (self._values, 0)
        return row_of(
            row,
            shape,
            below,
            lambda value, called: self._number(value, f"{name}.{called}" if name else called, kind),
            lambda what, hint: self._bad(name, what, hint),
        )

    def number(self, column: int) -> float:
        """The number of a field of its own."""
        return self._number(
            self._value(column), self._reading.fields.label(column), self._reading.selection.kind(column)
        )

    def text(self, column: int) -> str:
        """A text as it is, a number as it is written, true and false."""
        value = self._value(column)
        name = self._reading.fields.label(column)
        if value is None or isinstance(value, list):
            self._bad(name, f"expected a text, found {described(value)}")
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if is_broken(value):
            self._bad(name, f"half a surrogate pair is no character, {quoted(value)}")
            return ""
        return str(value)

    def hint(self) -> str | None:
        """What helps where the line holds a word in one column, and numbers in others."""
        fields, chosen = self._reading.fields, self._reading.selection
        words = [k for k in chosen.numbers if k >= fields.width and _is_word(self._value(k))]
        labels = {k: fields.label(k) for k in words}
        return text_column(words, labels, chosen)

    def _value(self, column: int) -> Any:
        fields = self._reading.fields
        return self._values[fields.names[fields.field(column)]]

    def _number(self, value: Any, name: str, kind: str) -> float:
        if isinstance(value, float):  # a figure that a sparse vector leaves out
            return value
        if isinstance(value, Number):
            try:
                return parse_number(value, kind)
            except ValueError as error:
                self._bad(name, str(error))
        elif isinstance(value, str):
            if value in INFINITIES:
                return INFINITIES[value]
            try:
                infinite = math.isinf(parse_number(value))
            except ValueError:
                self._bad(name, expected(kind, value))
            else:
                remedy = 'write "-Infinity"' if infinite else "write it without quotes"
                self._bad(name, expected(kind, value, remedy))
        else:
            lists = isinstance(value, list) and not isinstance(value, Object)
            hint = "--vector COLUMN says which one holds the classes' numbers as a list" if lists else None
            self._bad(name, f"expected {kind}, found {described(value)}", hint)
        return 0.0

    def _bad(self, name: str, what: str, hint: str | None = None) -> None:
        self._problems.add([f"{self._reading.place(self._line)}: {name}: {what}"], hint=hint)


def _is_word(value: Any) -> bool:
    return type(value) is str and value not in INFINITIES and value[:1].isalpha() and read_number(value) is None


class _Constant(Exception):
    """NaN, Infinity or -Infinity."""


def _refuse(constant: str) -> None:
    raise _Constant(constant)


_DECODER = json.JSONDecoder(parse_float=Number, parse_int=Number, parse_constant=_refuse, object_pairs_hook=Object)


def _check_keys(values: dict[str, Any], reading: JsonReading, line: int) -> None:
    names = reading.fields.names
    if len(values) == len(names) and all(name in values for name in names):
        return
    row = "record" if reading.of_array else "line"
    missing = next((name for name in names if name not in values), None)
    if missing is not None:
        raise InputError(f"{reading.place(line)}: no key {quoted(missing)}, which the first {row} has", _rest(values))
    known = set(names)
    extra = next(name for name in values if name not in known)
    raise InputError(
        f"{reading.place(line)}: a key {quoted(extra)}, which the first {row} does not have", _rest(values)
    )


def _rest(values: dict[str, Any]) -> str | None:
    """The hint where a line holds nothing but numbers, as of classes that come and go."""
    return REST if all(isinstance(value, Number) for value in values.values()) else None


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    return lines if lines[-1] else lines[:-1]
