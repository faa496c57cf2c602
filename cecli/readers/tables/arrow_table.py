"""Parquet and Arrow IPC (Feather): typed columns, read batch by batch through PyArrow."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from cecli.core.rows.natural import natural_key
from cecli.errors import InputError, UsageError, quoted
from cecli.readers.sources.source import Source
from cecli.readers.tables.arrow_columns import (
    coded,
    flat,
    floats,
    is_number,
    is_vector,
    no_texts,
    nulls,
    plain,
    strings,
)
from cecli.readers.tables.fields import Fields, Matrix, NoRows, NumberPlan, fields_of, not_a_number, with_vector
from cecli.readers.tables.first_rows import FirstRows, rows_to_see
from cecli.readers.tables.nested.arrow import figures_of
from cecli.readers.tables.nested.careful import row_of
from cecli.readers.tables.nested.find import find_shape
from cecli.readers.tables.nested.shape import NotSo, Shape, below
from cecli.readers.tables.table import Cells, Part, Problems, Rest, Selection, SourceTable

_BATCH_ROWS = 1 << 15
_BATCH_BYTES = 1 << 22
"""Bytes of doubles in a batch at most, however many columns are selected."""

_READ_BYTES = 1 << 18
"""Bytes of a column that are read at once; whole column chunks would hold a row group of all columns in memory."""

_UNREADABLE = (OSError, ValueError, LookupError, NotImplementedError, MemoryError)
"""What PyArrow raises for a file that is damaged, or lies about itself; a size that is a lie is out of memory."""


class ArrowTable(SourceTable):
    """A Parquet or Arrow IPC file; of one behind a URL only the columns that count are fetched, and what cannot be read
    at any offset is first copied to a temporary file.

    A column of lists of numbers, the one called ``vector`` or the only one, stands as a column per element (Fields).
    """

    header = True

    def __init__(
        self,
        source: Source,
        kind: str,
        vector: str | None = None,
        part: Part | None = None,
        rest: Rest | None = None,
    ) -> None:
        """``part``, of Parquet, names the row groups that are read."""
        super().__init__(source)
        self._skipped_rows = 0 if part is None else part.rows_before
        self._spool: IO[bytes] | None = None
        where: Any = source.file or source.ranges()
        if where is None:
            from cecli.readers.sources.spool import spooled

            where = self._spool = spooled(source)
        self._share = 0.0
        self._rest = rest
        try:
            self._file = _open_parquet(where, part) if kind == "parquet" else _OPENED[kind](where)
            self.fields = self._find_fields(vector)
        except _UNREADABLE as error:
            self._forget_copy()
            raise self._unreadable(error) from error
        except BaseException:
            self._forget_copy()
            raise
        self.columns = self.fields.columns

    @property
    def vector_width(self) -> int:
        """How many of the first columns are the elements of a vector."""
        return self.fields.width

    def blocks(self, selection: Selection) -> Iterator[ArrowBlock]:
        """The rows, a batch at a time; only the selected columns are read."""
        reading = Reading(self.name, self.fields, selection, NumberPlan(self.fields, selection), self._skipped_rows)
        positions = (*selection.numbers, *selection.coded, *selection.strings)
        names = list(dict.fromkeys(name for k in positions for name in self.fields.sources(k)))
        rows = max(1, min(_BATCH_ROWS, _BATCH_BYTES // (8 * max(1, len(positions)))))
        first = 0
        try:
            for batch, share in self._file.batches(names, rows):
                self._share = share
                if batch.num_rows:
                    yield ArrowBlock(reading, batch, first)
                    first += batch.num_rows
        except _UNREADABLE as error:
            raise self._unreadable(error) from error
        self._source.check_unchanged()

    def first_rows(self, texts: Collection[int] = ()) -> FirstRows:
        """The first rows of the columns that are no elements of a list."""
        fields, schema = self.fields, self._file.schema
        outside = {k: fields.names[fields.field(k)] for k in range(fields.width, len(self.columns))}
        kinds = {k: _role_kind(schema.field(name).type) for k, name in outside.items()}
        seen = {k: name for k, name in outside.items() if kinds[k] == "number" or k in texts}
        index = frozenset(k for k, name in outside.items() if name in _index_names(schema.metadata or {}))
        return FirstRows(self._cells(seen) if seen else {}, kinds, index)

    def _cells(self, seen: dict[int, str]) -> dict[int, list[str]]:
        try:
            for batch, _ in self._file.batches(list(seen.values()), rows_to_see(len(seen))):
                if batch.num_rows:
                    columns = {k: plain(batch.column(name)) for k, name in seen.items()}
                    return {k: _shown(column) for k, column in columns.items() if column is not None}
        except _UNREADABLE as error:
            raise self._unreadable(error) from error
        return {}

    @property
    def position(self) -> int:
        """Bytes taken from the disk so far; of a file read in place, its share of the rows."""
        size = self._source.size
        return self._source.position if size is None or self._source.file is None else int(size * self._share)

    def close(self) -> None:
        """Close the file and forget its copy."""
        self._file.close()
        super().close()
        self._forget_copy()

    def _find_fields(self, vector: str | None) -> Fields:
        schema = self._file.schema
        names = list(schema.names)
        if not names:
            raise InputError(f"{self.name}: it has no columns")
        if len(set(names)) < len(names):
            repeated = next(name for name, count in Counter(names).items() if count > 1)
            raise InputError(f"{self.name}: the column {quoted(repeated)} stands more than once")
        lists = [k for k, field in enumerate(schema) if is_vector(field.type)]
        shape = None if vector in names and names.index(vector) in lists else self._find_shape(vector)
        if self._rest is not None and (shape is None or not shape.names):
            raise UsageError(f"--rest is for rows that name their classes, and those of {self.name} do not")
        if shape is not None:
            own = shape.path[0] if shape.path else shape.figure_key
            others = [k for k in lists if names[k] != own]
            if others and vector is None and shape.kind != "object":
                return fields_of(self.name, names, None)  # one or the other: the person must say it
            if vector is not None or not others:
                return fields_of(self.name, names, names.index(own), shape.width, shape)
        position = with_vector(self.name, names, lists, vector)
        return fields_of(self.name, names, position, 0 if position is None else self._width(schema.field(position)))

    def _find_shape(self, vector: str | None) -> Shape | None:
        """How the figures of all classes stand in the first row, if they stand in one value of it."""
        import pyarrow as pa

        schema = self._file.schema
        nested = [field.name for field in schema if pa.types.is_nested(field.type)]
        if not nested:
            return None
        for batch, _ in self._file.batches(nested, 1):
            if batch.num_rows:
                first = {name: batch.column(name)[0].as_py() for name in nested}
                record = {field.name: first.get(field.name, 0.0 if is_number(field.type) else "") for field in schema}
                return self._of_all_rows(find_shape(record, is_figure, vector))
        return None

    def _of_all_rows(self, shape: Shape | None) -> Shape | None:
        """With --rest the classes are all that any row names."""
        if self._rest is None or shape is None or not shape.names:
            return shape
        shape = shape.with_rest(self._rest)
        fields = [shape.path[0]] if shape.path else [shape.name_key, shape.figure_key]
        names: dict[str, None] = {}
        first = 0
        for batch, _ in self._file.batches(fields, _BATCH_ROWS):
            for number, row in enumerate(batch.to_pylist(), first + 1):
                try:
                    names |= dict.fromkeys(shape.cells(below(row, shape.path)))
                except NotSo as error:
                    raise InputError(f"{self.name}: row {number}: {shape.called}: {error}") from error
            first += batch.num_rows
        return shape.of(sorted(names, key=natural_key))

    def _width(self, field: Any) -> int:
        import pyarrow as pa

        if pa.types.is_fixed_size_list(field.type):
            return int(field.type.list_size)
        for batch, _ in self._file.batches([field.name], 1):
            if batch.num_rows:
                first = batch.column(0)[0]
                if not first.is_valid:
                    raise InputError(f"{self.name}: row 1: {quoted(field.name)}: expected a list, found a null")
                return len(first)
        raise NoRows(f"{self.name}: no rows")

    def _forget_copy(self) -> None:
        if self._spool is not None:
            self._spool.close()

    def _unreadable(self, error: Exception) -> InputError:
        return InputError(f"{self.name}: not readable: {(str(error) or type(error).__name__).splitlines()[0]}")


def is_figure(value: Any) -> bool:
    """Whether a value that Arrow gives is a number."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _role_kind(kind: Any) -> str:
    """What the type of a column says of it: ``number``, ``numbers`` (lists of them), ``text`` or ``other``."""
    import pyarrow as pa

    if is_number(kind) or is_vector(kind):
        return "numbers" if is_vector(kind) else "number"
    return "other" if pa.types.is_nested(kind) else "text"


def _index_names(metadata: dict[bytes, bytes]) -> set[str]:
    """The columns that pandas says are the index of its frame."""
    try:
        columns = json.loads(metadata.get(b"pandas", b"{}"))["index_columns"]
    except (ValueError, KeyError, TypeError):
        return set()
    return {name for name in columns if isinstance(name, str)} if isinstance(columns, list) else set()


def _shown(column: Any) -> list[str]:
    """Cells as CSV would write them; a null is an empty one."""
    return ["" if value is None else _cell(value) for value in column.to_pylist()]


def _cell(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True)
class _File:
    """``batches`` takes the names of columns and a number of rows, and gives each batch with the share of the file that
    has then been read."""

    schema: Any
    batches: Callable[[list[str], int], Iterator[tuple[Any, float]]]
    close: Callable[[], None]


def _open_parquet(where: Any, part: Part | None = None) -> _File:
    import pyarrow as pa
    from pyarrow import parquet

    # Behind a URL a request costs more than memory does: the columns of a row group are fetched together.
    remote = hasattr(where, "url")
    file = parquet.ParquetFile(where, pre_buffer=remote, buffer_size=0 if remote else _READ_BYTES)

    groups = None if part is None else list(range(part.start, part.stop))

    def batches(names: list[str], rows: int) -> Iterator[tuple[Any, float]]:
        done = 0
        for batch in file.iter_batches(rows, row_groups=groups, columns=names):
            done += batch.num_rows
            _validate(batch, only=pa.types.is_dictionary)  # the codes are taken from the file as they stand
            yield batch, done / max(1, file.metadata.num_rows)

    return _File(file.schema_arrow, batches, file.close)


def _open_ipc(where: Any) -> _File:
    import pyarrow as pa

    handle = pa.OSFile(where) if isinstance(where, str) else pa.PythonFile(where, mode="r")
    reader = pa.ipc.open_file(handle)
    total = reader.num_record_batches

    def batches(names: list[str], rows: int) -> Iterator[tuple[Any, float]]:
        for k in range(total):
            batch = reader.get_batch(k).select(names)
            _validate(batch)  # and so are offsets and lengths, wherever they point
            batch.validate()
            for start in range(0, batch.num_rows, rows):
                yield batch.slice(start, rows), (k + 1) / total

    return _File(reader.schema, batches, handle.close)


_END_OF_STREAM = b"\xff\xff\xff\xff\0\0\0\0"


def _open_stream(where: Any) -> _File:
    """A stream has no directory of its batches: it is read from its beginning, anew each time."""
    import pyarrow as pa

    handle = pa.OSFile(where) if isinstance(where, str) else pa.PythonFile(where, mode="r")
    size = max(1, handle.size())
    handle.seek(max(0, size - len(_END_OF_STREAM)))
    if handle.read() != _END_OF_STREAM:
        raise ValueError("the stream has no mark at its end: it was cut short, or others follow")
    handle.seek(0)
    first = pa.ipc.open_stream(handle)

    def batches(names: list[str], rows: int) -> Iterator[tuple[Any, float]]:
        handle.seek(0)
        for whole in pa.ipc.open_stream(handle):
            batch = whole.select(names)
            _validate(batch)
            batch.validate()
            for start in range(0, batch.num_rows, rows):
                yield batch.slice(start, rows), handle.tell() / size
        if handle.tell() != size:
            raise ValueError("bytes follow the stream: a file of several, or a broken one")

    return _File(first.schema, batches, handle.close)


_OPENED = {"arrow": _open_ipc, "stream": _open_stream}


def _validate(batch: Any, only: Callable[[Any], bool] = lambda kind: True) -> None:
    """Raise ArrowInvalid where a column points outside of what it holds; of the types for which ``only`` is true."""
    import pyarrow as pa

    for field, column in zip(batch.schema, batch.columns, strict=True):
        try:
            if only(field.type):
                column.validate(full=True)
        except pa.ArrowInvalid as error:
            raise pa.ArrowInvalid(f"column {quoted(field.name)}: {error}") from error


@dataclass(frozen=True)
class Reading:
    """What is wanted of every batch of a file."""

    name: str
    fields: Fields
    selection: Selection
    plan: NumberPlan
    skipped_rows: int = 0

    def place(self, row: int, column: int | None = None) -> str:
        """``preds.parquet: row 17: column 3 (dog)`` or ``preds.parquet: row 17: probs[3]``; ``row`` counts from 0."""
        text = f"{self.name}: row {self.skipped_rows + row + 1}"
        if column is None:
            return text
        return f"{text}: {self._label(column)}"

    def place_of(self, column: int) -> str:
        """``preds.parquet: column 3 (dog)``, where the whole column is meant."""
        return f"{self.name}: {self._label(column)}"

    def _label(self, column: int) -> str:
        label = self.fields.label(column)
        if self.fields.element(column) is not None:
            return label
        return f"column {self.fields.field(column) + 1} ({label})"


class ArrowBlock:
    """A batch of typed columns."""

    def __init__(self, reading: Reading, batch: Any, first_row: int) -> None:
        self.first_row = first_row
        self.rows = batch.num_rows
        self._reading = reading
        self._batch = batch
        self._left_out: NDArray[np.bool_] | None = None

    def parse(self) -> Cells:
        """The selected columns: numbers as doubles, those of a vector as they are, labels and ids as text."""
        chosen, plan = self._reading.selection, self._reading.plan
        problems = Problems()
        vector = self._vector(problems) if len(plan.from_vector) else None
        others = {column: self._numbers(column, problems) for _, column in plan.others}
        apart = dict(chosen.other_kinds)
        stored = [array for column, array in others.items() if column not in apart]
        stored += [] if vector is None else [vector]
        texts: dict[int, Any] = {}
        for column in (*chosen.coded, *chosen.strings):
            texts[column] = self._texts(column, problems)
        problems.raise_any()
        return Cells(
            plan.gather(self.rows, vector, others.__getitem__),
            tuple(coded(texts[column]) for column in chosen.coded),
            tuple(strings(texts[column]) for column in chosen.strings),
            np.result_type(*stored).name if stored else None,
            self._left_out,
        )

    def place(self, row: int, column: int | None = None) -> str:
        """Where a row or a cell stands; rows are counted from 1."""
        return self._reading.place(self.first_row + row, column)

    def _column(self, column: int) -> Any:
        fields = self._reading.fields
        return self._batch.column(fields.names[fields.field(column)])

    def _vector(self, problems: Problems) -> Matrix | None:
        """The lists as one array (rows, width), without a copy where they lie so."""
        import pyarrow as pa

        lists, width = self._column(0), self._reading.fields.width
        kind = self._reading.selection.number_kind
        if self._reading.fields.shape is not None:
            return self._shaped(self._reading.fields.shape, problems)
        name = self._reading.fields.vector_label
        if lists.null_count:
            self._add_rows(nulls(lists), f"{name}: expected a list of {width}, found a null", problems)
            return None
        if not pa.types.is_fixed_size_list(lists.type):
            lengths = flat(lists.value_lengths())
            wrong = np.flatnonzero(lengths != width)
            if len(wrong):
                text = f"{name}: expected {width} numbers as in the first row, found"
                problems.add([f"{self.place(int(row))}: {text} {lengths[row]}" for row in wrong[:10]], len(wrong))
                return None
        values = lists.flatten()
        if values.null_count:
            empty = nulls(values)
            cells = [self.place(int(cell // width), int(cell % width)) for cell in empty[:10]]
            problems.add([f"{cell}: expected {kind}, found a null" for cell in cells], len(empty))
            return None
        table: Matrix = floats(values).reshape(self.rows, width)
        return table

    def _shaped(self, shape: Shape, problems: Problems) -> Matrix | None:
        """The figures of all classes, in bulk where every row is as the first one, else one by one."""
        names = self._reading.fields.sources(0)
        columns = {name: self._batch.column(name) for name in names}
        found = figures_of(columns, shape)
        if found is not None:
            return found
        name, kind = self._reading.fields.vector_label, self._reading.selection.number_kind
        rows: list[list[float] | None] = []
        for row in range(self.rows):
            values = {each: columns[each][row].as_py() for each in names}

            def number(value: Any, called: str, row: int = row) -> float:
                if is_figure(value):
                    return float(value)
                what = "a null" if value is None else repr(value)
                problems.add([f"{self.place(row)}: {name}.{called}: expected {kind}, found {what}"])
                return 0.0

            def bad(what: str, hint: str | None, row: int = row) -> None:
                problems.add([f"{self.place(row)}: {name}: {what}"], hint=hint)

            rows.append(row_of(values, shape, 0, number, bad))
        if problems.total:
            return None
        left_out = np.array([row is None for row in rows])
        self._left_out = left_out if left_out.any() else None
        some = [1 / shape.width] * shape.width
        return np.array([some if row is None else row for row in rows], dtype=np.float64).reshape(-1, shape.width)

    def _numbers(self, column: int, problems: Problems) -> NDArray[Any]:
        values, kind = self._column(column), self._reading.selection.kind(column)
        if not is_number(values.type):
            text, hint = not_a_number(f"a column of type {values.type}", kind, is_vector(values.type))
            raise InputError(f"{self._reading.place_of(column)}: {text}", hint)
        self._check_nulls(values, column, kind, problems)
        array: NDArray[Any] = floats(values)
        return array

    def _check_nulls(self, values: Any, column: int, kind: str, problems: Problems) -> None:
        if values.null_count:
            empty = nulls(values)
            found = [f"{self.place(int(row), column)}: expected {kind}, found a null" for row in empty[:10]]
            problems.add(found, len(empty))

    def _texts(self, column: int, problems: Problems) -> Any:
        """A column of texts, or of what CSV would write as such."""
        values = plain(self._column(column))
        if values is None:
            kind = self._column(column).type
            raise InputError(f"{self._reading.place_of(column)}: expected texts, found a column of type {kind}")
        self._check_nulls(values, column, "a text", problems)
        wrong = no_texts(values)
        found = [f"{self.place(row, column)}: expected a text, found bytes that are not UTF-8" for row in wrong[:10]]
        problems.add(found, len(wrong))
        return values

    def _add_rows(self, rows: NDArray[np.intp], text: str, problems: Problems) -> None:
        problems.add([f"{self.place(int(row))}: {text}" for row in rows[:10]], len(rows))
