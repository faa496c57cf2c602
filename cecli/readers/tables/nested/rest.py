"""Records that need not name all classes: which classes there are is known when all of them have been read once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from cecli.core.rows.natural import natural_key
from cecli.errors import InputError, UsageError
from cecli.readers.sources.source import Source, open_source
from cecli.readers.tables.jsonl_careful import line_of, parse_object
from cecli.readers.tables.jsonl_table import JsonlTable, Splitter, is_figure
from cecli.readers.tables.nested.find import find_shape
from cecli.readers.tables.nested.shape import NotSo, Shape, below
from cecli.readers.tables.records import decode
from cecli.readers.tables.table import TableOptions

_ROW = "row"
"""The key under which a record stands that is itself an object of classes."""


class Wrapping(Splitter, Protocol):
    """A splitter that can put each record under a key of its own."""

    wrapped: bool


def open_json(
    source: Source, options: TableOptions, splitter: Callable[[Source, int], Wrapping], of_array: bool = False
) -> JsonlTable:
    """A file of records as a table. With ``rest`` it is read twice: first for the classes that any of them names."""
    if options.rest is None:
        return JsonlTable(source, splitter(source, options.block_bytes), options.vector, of_array)
    if not os.path.isfile(options.path):
        raise UsageError(f"--rest reads all rows twice, first for their classes, and {source.name} can be read once")
    shape, wrapped = _shape(options, splitter, of_array)
    pieces = splitter(source, options.block_bytes)
    pieces.wrapped = wrapped
    return JsonlTable(source, pieces, options.vector, of_array, shape)


def classes_of(cells: Iterator[dict[str, Any]], shape: Shape) -> Shape:
    """The shape with all classes that are named anywhere."""
    names: dict[str, None] = {}
    for row in cells:
        names |= dict.fromkeys(row)
    return shape.of(sorted(names, key=natural_key))


def _shape(options: TableOptions, splitter: Callable[[Source, int], Wrapping], of_array: bool) -> tuple[Shape, bool]:
    """How the figures of all classes stand in the records, and whether the records are themselves those."""
    shape = None
    for record, _ in _records(options, splitter, of_array):
        shape = find_shape(record, is_figure, options.vector)
        if shape is not None or any(not is_figure(value) for value in record.values()):
            break
    wrapped = shape is None
    if shape is None:
        shape = Shape("object", (_ROW,))
    if shape.kind == "spark":
        raise UsageError("--rest is for rows that name their classes, and vectors of Spark's have them all")
    return classes_of(_cells(options, splitter, of_array, shape, wrapped), shape).with_rest(options.rest), wrapped


def _cells(
    options: TableOptions, splitter: Callable[[Source, int], Wrapping], of_array: bool, shape: Shape, wrapped: bool
) -> Iterator[dict[str, Any]]:
    for record, where in _records(options, splitter, of_array):
        try:
            cells = shape.cells(record if wrapped else below(record, shape.path))
        except NotSo as error:
            raise InputError(f"{where}: {shape.called}: {error}") from error
        wrong = next((name for name, figure in cells.items() if wrapped and not is_figure(figure)), None)
        if wrong is not None:
            raise InputError(
                f"{where}: --rest needs records of nothing but classes and figures, or one value with them; "
                f"{wrong} is no figure",
                "--vector KEY names that value",
            )
        yield cells


def _records(
    options: TableOptions, splitter: Callable[[Source, int], Wrapping], of_array: bool
) -> Iterator[tuple[dict[str, Any], str]]:
    with open_source(options.path) as source:
        pieces = splitter(source, options.block_bytes)
        pieces.first_line()
        for piece in pieces.pieces():
            text = decode(piece.data, source.name, piece.first_line)
            for line, content in enumerate(text.removesuffix("\n").split("\n"), piece.first_line):
                where = line_of(source.name, line, of_array)
                yield parse_object(content, where), where
