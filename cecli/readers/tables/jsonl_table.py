"""JSON Lines in bulk: blocks parsed by PyArrow, and one that it may read otherwise read again by the careful reader."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Any, Protocol

import numpy as np

from cecli.errors import InputError
from cecli.readers.sources.source import Source
from cecli.readers.tables.arrow_columns import coded, flat, strings
from cecli.readers.tables.fields import Fields, NoRows, NumberPlan, fields_of, with_vector
from cecli.readers.tables.first_rows import FirstRows, rows_to_see
from cecli.readers.tables.jsonl_careful import (
    INFINITIES,
    JsonReading,
    Number,
    Object,
    described,
    line_of,
    parse_object,
    read_carefully,
)
from cecli.readers.tables.nested.arrow import figures_of, types_of
from cecli.readers.tables.nested.careful import REST
from cecli.readers.tables.nested.find import OWN_LABEL, find_shape
from cecli.readers.tables.nested.shape import Shape
from cecli.readers.tables.records import decode
from cecli.readers.tables.table import MOST_COLUMNS, Cells, Selection, SourceTable
from cecli.readers.tables.text_split import Piece

_NOT_JSON = re.compile(rb"[\[:,\s]-?(?:NaN|Inf)")
"""What PyArrow takes for a number and JSON does not."""

_DEEPEST = 200
"""Brackets that a line may open where PyArrow finds out the types: it recurses, and a deep list ends the process."""

_MINUS_ZERO = re.compile(rb":\s*-0\s*[,}]")
_WITH_POINT = rb"[0-9]{1,15}\.0"
"""Whole numbers as labels: PyArrow forgets the sign of -0, and writes no other form of a float as it was."""


class Splitter(Protocol):
    """Takes a text apart into pieces of lines, an object each; the first one is looked at before."""

    def first_line(self) -> bytes:
        """The first line, b"" where there is none; it comes again with the pieces."""

    def pieces(self) -> Iterator[Piece]:
        """The lines in pieces of about the block size."""


class JsonlTable(SourceTable):
    """A text of one object a line, or an array of objects; the keys of the first are the columns; all have the same.

    A key with a list of numbers, the one called ``vector`` or the only one, stands as a column per element (Fields).
    """

    header = True
    names_classes = False
    """Whether by what wrote the file every figure stands beside the name of its class."""

    def __init__(
        self,
        source: Source,
        splitter: Splitter,
        vector: str | None = None,
        of_array: bool = False,
        shape: Shape | None = None,
    ) -> None:
        """``splitter`` takes the source apart; ``of_array`` says that what it calls lines are records of an array,
        ``shape`` how the figures of all classes stand in them, where the first one does not show it."""
        super().__init__(source)
        self._splitter, self._of_array = splitter, of_array
        self._pieces = splitter.pieces()
        self._ahead: list[Piece] = []
        self.row_word = "record" if of_array else "line"
        first = splitter.first_line()
        if not first:
            raise NoRows(f"{self.name}: no rows" if of_array else f"{self.name}: the file is empty")
        self._first = line_of(self.name, 1, of_array)
        values = parse_object(decode(first, self.name, 1), self._first)
        if not values:
            raise InputError(f"{self._first}: an object without keys", REST)
        self.kinds = {name: _kind(value) for name, value in values.items()}
        self.fields = self._find_fields(values, vector, shape)
        self.columns = self.fields.columns
        if self.fields.shape is not None and self.fields.shape.kind == "choices":
            self.stored_kind, self.own_label = "logits", OWN_LABEL

    @property
    def vector_width(self) -> int:
        """How many of the first columns are the elements of a vector."""
        return self.fields.width

    def blocks(self, selection: Selection) -> Iterator[JsonlBlock]:
        """The rows in pieces of the file."""
        reading = JsonReading(self.name, self.fields, selection, NumberPlan(self.fields, selection), self._of_array)
        types = arrow_types(self.fields, selection, self.kinds)
        return (JsonlBlock(reading, types, self.kinds, piece) for piece in self._in_order())

    def first_rows(self, texts: Collection[int] = ()) -> FirstRows:
        """The first rows; they are still to come. What cannot be read there is left to the blocks to say."""
        if not self._ahead:
            self._ahead += islice(self._pieces, 1)
        rows, fields = [], self.fields
        wanted = rows_to_see(len(self.columns))
        for line in self._ahead[0].data.split(b"\n", wanted)[:wanted] if self._ahead else ():
            try:
                rows.append(parse_object(line.decode("utf-8", "replace"), self._first))
            except InputError:
                break  # the blocks will say it
        outside = {k: fields.names[fields.field(k)] for k in range(fields.width, len(self.columns))}
        whole = [row for row in rows if all(name in row for name in outside.values())]
        kinds = {k: _common({_role_kind(row[name]) for row in whole}) for k, name in outside.items()}
        cells = {k: [_text(row[name]) for row in whole] for k, name in outside.items()}
        return FirstRows(cells, {k: kind for k, kind in kinds.items() if whole and kind})

    def _in_order(self) -> Iterator[Piece]:
        while self._ahead:
            yield self._ahead.pop(0)
        yield from self._pieces

    def _find_fields(self, values: dict[str, Any], vector: str | None, shape: Shape | None) -> Fields:
        names = tuple(values)
        if shape is not None:
            at = names.index(shape.path[0] if shape.path else shape.figure_key)
            return fields_of(self.name, names, at, shape.width, shape)
        shape = None if vector in values and self.kinds[vector] == "numbers" else find_shape(values, is_figure, vector)
        inside = shape.figure_key if shape is not None and not shape.path else None
        lists = [k for k, name in enumerate(names) if self.kinds[name] == "numbers" and name != inside]
        if shape is not None and lists and vector is None and shape.kind not in ("object", "choices"):
            return fields_of(self.name, names, None)  # one or the other: the person must say it
        if shape is not None and (vector is not None or shape.kind == "choices" or not lists):
            at = names.index(shape.path[0] if shape.path else shape.figure_key)
            return fields_of(self.name, names, at, shape.width, shape)
        if vector is not None and vector in values and self.kinds[vector] != "numbers":
            value = values[vector]
            if not isinstance(value, list) or isinstance(value, Object):
                raise InputError(f"{self._first}: {vector}: expected a list of numbers, found {described(value)}")
            for k, cell in enumerate(value):
                if isinstance(cell, list):
                    raise InputError(f"{self._first}: {vector}[{k}]: expected a number, found {described(cell)}")
            lists.append(names.index(vector))  # the careful reader says which of its values is none
        position = with_vector(self.name, names, lists, vector)
        return fields_of(self.name, names, position, 0 if position is None else len(values[names[position]]))


class JsonlBlock:
    """A piece of a text; parsed by PyArrow where that is sure to read what the careful reader would."""

    def __init__(self, reading: JsonReading, types: dict[str, Any] | None, kinds: dict[str, str], piece: Piece) -> None:
        self.first_row = piece.first_row
        self.rows = piece.rows
        self._reading = reading
        self._types = types
        self._kinds = kinds
        self._piece = piece

    def parse(self) -> Cells:
        """The selected values."""
        cells = self._parse_fast()
        if cells is not None:
            return cells
        reading, piece = self._reading, self._piece
        return read_carefully(decode(piece.data, reading.name, piece.first_line), piece.first_line, reading)

    def place(self, row: int, column: int | None = None) -> str:
        """``preds.jsonl:17: probs[3]``."""
        return self._reading.place(self._piece.first_line + row, column)

    def _parse_fast(self) -> Cells | None:
        """What PyArrow reads, or None where the careful reader must see the block."""
        data = self._piece.data
        if self._types is None or len(self._kinds) > MOST_COLUMNS or not _is_plain(data):
            return None
        if not data.isascii():
            decode(data, self._reading.name, self._piece.first_line)  # PyArrow does not look whether it is UTF-8
        found = self._arrow_columns()
        if found is None or not all(self._is_sure(name, column) for name, column in found.items()):
            return None
        return self._cells(found)

    def _arrow_columns(self) -> dict[str, Any] | None:
        import pyarrow as pa
        from pyarrow import json as arrow_json

        data, types = self._piece.data, self._types or {}
        names = self._reading.fields.names
        flat = self._is_flat()
        if not flat and _most_brackets(data) > _DEEPEST:
            return None
        try:
            table = arrow_json.read_json(
                pa.BufferReader(data),
                arrow_json.ReadOptions(use_threads=False, block_size=len(data) + 1),
                arrow_json.ParseOptions(
                    explicit_schema=pa.schema(list(types.items())),
                    unexpected_field_behavior="error" if flat else "infer",
                ),
            )
        except pa.ArrowInvalid:
            return None  # the careful reader finds what is wrong, or reads what PyArrow was too strict about
        if table.num_rows != self._piece.rows or set(table.schema.names) != set(names):
            return None
        return {
            name: column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
            for name, column in zip(table.schema.names, table.columns, strict=True)
        }

    def _is_sure(self, name: str, column: Any) -> bool:
        """Whether every line had this key, and its texts are as they were written."""
        chosen = self._reading.selection
        fields = self._reading.fields
        texts = {fields.names[fields.field(k)] for k in (*chosen.coded, *chosen.strings)}
        if column.null_count:
            selected = texts | {fields.names[fields.field(k)] for k in chosen.numbers}
            # A key that is left out reads as null too; nested objects may have the same key.
            return name not in selected and self._is_flat() and self._count(name, rb"null") == column.null_count
        if name not in texts or self._kinds[name] not in ("int", "float"):
            return True
        if self._kinds[name] == "int":
            data = self._piece.data  # whatever the key: one that is written with escapes is not found by _count
            return b"-0" not in data or not _MINUS_ZERO.search(data)
        return self._is_flat() and self._count(name, _WITH_POINT) == len(column)

    def _is_flat(self) -> bool:
        """Whether no key stands within another."""
        fields = self._reading.fields
        return len(self._types or {}) == len(fields.names) and fields.shape is None

    def _count(self, name: str, value: bytes) -> int:
        """How often the key stands with a value of this form."""
        key = re.escape(json.dumps(name, ensure_ascii=False).encode())
        data = self._piece.data
        found = re.finditer(key + rb"\s*:\s*" + value + rb"\s*[,}]", data)
        return sum(data[match.start() - 1] != ord("\\") for match in found)

    def _cells(self, found: dict[str, Any]) -> Cells | None:
        reading = self._reading
        chosen, fields, plan = reading.selection, reading.fields, reading.plan
        vector = None
        if len(plan.from_vector) and fields.shape is not None:
            vector = figures_of(found, fields.shape)
            if vector is None:
                return None
        elif len(plan.from_vector):
            lists = found[fields.names[fields.field(0)]]
            values = lists.flatten()
            if values.null_count or not (flat(lists.value_lengths()) == fields.width).all():
                return None
            vector = flat(values).reshape(self.rows, fields.width)
        numbers = plan.gather(self.rows, vector, lambda k: flat(found[fields.names[fields.field(k)]]))
        if not np.isfinite(numbers).all():
            return None
        columns = [found[fields.names[fields.field(k)]] for k in (*chosen.coded, *chosen.strings)]
        count = len(chosen.coded)
        return Cells(
            numbers, tuple(coded(column) for column in columns[:count]), tuple(strings(c) for c in columns[count:])
        )


def arrow_types(fields: Fields, selection: Selection, kinds: dict[str, str]) -> dict[str, Any] | None:
    """The Arrow types to read the fields as; without those of which only PyArrow can tell. None where nothing but the
    careful reader will do."""
    import pyarrow as pa

    known = {
        "str": pa.string(), "int": pa.float64(), "float": pa.float64(), "bool": pa.bool_(), "null": pa.null(),
        "numbers": pa.list_(pa.float64()), "texts": pa.list_(pa.string()),
    }  # fmt: skip
    types = {name: known[kind] for name, kind in kinds.items() if kind in known}
    if fields.shape is not None:
        types |= types_of(fields.shape)
    numbers = {fields.names[fields.field(k)] for k in selection.numbers if fields.element(k) is None}
    texts = {fields.names[fields.field(k)] for k in (*selection.coded, *selection.strings)}
    types |= dict.fromkeys(numbers, pa.float64())
    for name in texts:
        if name in numbers or kinds[name] not in ("str", "int", "float", "bool"):
            return None
        types[name] = pa.int64() if kinds[name] == "int" else types[name]
    return types


def is_figure(value: Any) -> bool:
    """Whether a value is a number, or an infinity as it is written here."""
    return isinstance(value, Number) or (isinstance(value, str) and value in INFINITIES)


def _role_kind(value: Any) -> str:
    """What a value says of its column: ``number``, ``text`` or ``other``; nothing where it is null."""
    kind = _kind(value)
    known = {"int": "number", "float": "number", "numbers": "numbers", "str": "text", "bool": "text", "null": ""}
    return "number" if kind == "str" and value in INFINITIES else known.get(kind, "other")


def _common(kinds: set[str]) -> str:
    """The kind of a column whose cells have these."""
    said = kinds - {""}
    return said.pop() if len(said) == 1 else "both" if said else "empty"


def _text(value: Any) -> str:
    """A cell as CSV would write it."""
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value).lower()
    return str(value) if isinstance(value, str) else ""


def _kind(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return "null" if value is None else "bool"
    if isinstance(value, Number):
        return "float" if any(mark in value for mark in ".eE") else "int"
    if isinstance(value, str):
        return "str"
    if isinstance(value, Object) or not value:
        return "other"
    if all(map(is_figure, value)):
        return "numbers"
    return "texts" if all(type(cell) is str for cell in value) else "other"


def _is_plain(data: bytes) -> bool:
    """Whether every line begins and ends as an object does; with as many objects as lines, each is then one."""
    if (b"NaN" in data or b"Inf" in data) and _NOT_JSON.search(data):
        return False
    view = np.frombuffer(data, dtype=np.uint8)
    ends = np.flatnonzero(view == 10)
    if len(ends) and ends[-1] == len(data) - 1:
        ends = ends[:-1]
    before = view[ends - 1]
    if b"\r" in data:
        before = np.where(before == 13, view[ends - 2], before)
    return bool((before == ord("}")).all() and (view[ends + 1] == ord("{")).all() and data[:1] == b"{")


def _most_brackets(data: bytes) -> int:
    """The largest number of brackets that a line opens."""
    view = np.frombuffer(data, dtype=np.uint8)
    opened = (view == ord("[")) | (view == ord("{"))
    starts: Sequence[int] = np.concatenate([[0], np.flatnonzero(view[:-1] == 10) + 1])  # type: ignore[assignment]
    return int(np.add.reduceat(opened, starts, dtype=np.int64).max())
