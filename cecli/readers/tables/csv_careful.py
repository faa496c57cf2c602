"""The slow reader of a block: it says which cells are wrong and why, or accepts what the fast one refused."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cecli.errors import SHOWN_PROBLEMS, CellErrors
from cecli.readers.tables.arrow_columns import string_array
from cecli.readers.tables.fields import text_column
from cecli.readers.tables.numbers import expected, read_number
from cecli.readers.tables.records import Record, decode, parse_records, place
from cecli.readers.tables.table import Cells, Coded, Problems, Selection
from cecli.readers.tables.text_split import Piece

_ONE_HEADER = "were files put together? name them by a pattern or as a directory instead"


def read_carefully(piece: Piece, columns: Sequence[str], delimiter: str, name: str, selection: Selection) -> Cells:
    """The selected cells of a piece by the one grammar of records and numbers; CellErrors with all its bad cells."""
    numbers: list[list[float]] = []
    texts: list[list[str]] = []
    problems = Problems()
    for record in parse_records(decode(piece.data, name, piece.first_line), delimiter, name, piece.first_line):
        if not record.cells:
            problems.add([f"{name}:{record.line}: a blank line inside the file"])
        elif len(record.cells) != len(columns):
            problems.add([_ragged(record, columns, name, delimiter)])
        elif _is_header(record, columns, selection):
            problems.add([f"{name}:{record.line}: the header once more"], hint=_ONE_HEADER)
        else:
            numbers.append(_numbers(record, columns, name, selection, problems))
            if problems.total and record.line == piece.first_line and not piece.first_row:
                problems.hint = _column_hint(record, columns, selection)
            texts.append([record.cells[k] for k in (*selection.coded, *selection.strings)])
    if problems.total:
        raise CellErrors(problems.messages, problems.total, problems.hint)
    by_column = list(zip(*texts, strict=True)) if texts else [() for _ in (*selection.coded, *selection.strings)]
    coded = tuple(Coded.of(column) for column in by_column[: len(selection.coded)])
    strings = tuple(string_array(column) for column in by_column[len(selection.coded) :])
    return Cells(np.array(numbers, dtype=np.float64).reshape(len(texts), len(selection.numbers)), coded, strings)


def _numbers(
    record: Record, columns: Sequence[str], name: str, selection: Selection, problems: Problems
) -> list[float]:
    row = []
    for k in selection.numbers:
        value = read_number(record.cells[k])
        if value is not None:
            row.append(value)
        elif problems.total < SHOWN_PROBLEMS:
            what = expected(selection.kind(k), record.cells[k])
            problems.add([f"{place(name, record.line, k, columns[k])}: {what}"])
        else:
            problems.add([], 1)
    return row


def _is_header(record: Record, columns: Sequence[str], selection: Selection) -> bool:
    """Whether a record repeats the names of the columns, and is no row: names may be numbers too."""
    return record.cells == list(columns) and any(read_number(record.cells[k]) is None for k in selection.numbers)


def _column_hint(record: Record, columns: Sequence[str], selection: Selection) -> str | None:
    """What helps where the first row holds a word in one column, and numbers in others."""
    words = [k for k in selection.numbers if record.cells[k][:1].isalpha() and read_number(record.cells[k]) is None]
    return text_column(words, columns, selection)


def _ragged(record: Record, columns: Sequence[str], name: str, delimiter: str) -> str:
    found, wanted = len(record.cells), len(columns)
    cells = "cell" if wanted == 1 else "cells"
    text = f"{name}:{record.line}: expected {wanted} {cells} as in the header, found {found}"
    if found > wanted and delimiter == ",":
        text += " (a cell that holds a comma must be in quotes)"
    return text
