"""The slow reader of a block: it says which cells are wrong and why, or accepts what the fast one refused."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cecli.errors import SHOWN_PROBLEMS, CellErrors
from cecli.readers.csv_split import Piece
from cecli.readers.numbers import expected, read_number
from cecli.readers.records import Record, decode, parse_records, place
from cecli.readers.table import Cells, Coded, Problems, Selection


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
        else:
            numbers.append(_numbers(record, columns, name, selection, problems))
            texts.append([record.cells[k] for k in (*selection.coded, *selection.strings)])
    if problems.total:
        raise CellErrors(problems.messages, problems.total, problems.hint)
    by_column = list(zip(*texts, strict=True)) if texts else [() for _ in (*selection.coded, *selection.strings)]
    coded = tuple(_coded(column) for column in by_column[: len(selection.coded)])
    strings = tuple(_strings(column) for column in by_column[len(selection.coded) :])
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


def _ragged(record: Record, columns: Sequence[str], name: str, delimiter: str) -> str:
    found, wanted = len(record.cells), len(columns)
    text = f"{name}:{record.line}: expected {wanted} cells as in the header, found {found}"
    if found > wanted and delimiter == ",":
        text += " (a cell that holds a comma must be in quotes)"
    return text


def _coded(column: Sequence[str]) -> Coded:
    codes: dict[str, int] = {}
    numbers = [codes.setdefault(text, len(codes)) for text in column]
    return Coded(np.array(numbers, dtype=np.intp), list(codes))


def _strings(column: Sequence[str]) -> object:
    import pyarrow as pa

    return pa.array(column, pa.string())
