"""JSON Lines: what PyArrow parses is what the careful reader reads, and both what the standard library reads."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

import numpy as np

from cecli.errors import CellErrors, InputError
from cecli.readers.tables import jsonl_table
from cecli.readers.tables.jsonl_careful import read_carefully
from cecli.readers.tables.jsonl_split import LineSplitter
from cecli.readers.tables.records import decode
from cecli.readers.tables.table import Selection
from cecli.readers.tables.tables import vector_columns
from tests.fuzz.harness import chosen, concluded, stream

MODULES = ("cecli.readers.tables.jsonl_table", "cecli.readers.tables.jsonl_careful", "cecli.readers.tables.jsonl_split")

SEEDS = [
    b'\0\0\1{"id": "x", "a": 0.25, "b": 75e-2, "y": 3}\n{"y": 10, "b": 0, "a": 1, "id": "\xc3\xa9"}\n',
    b'\1\0\0{"label": true, "probs": [0.25, 0.75]}\r\n{"label": false, "probs": [1, 0]}\r\n\r\n \n',
    b'\2\1\1{"z": ["-Infinity", 0.5], "n": null}\n{"z": [1, "-Infinity"], "n": null}',
    b'\0\2\1{"a": 1, "m": {"a": [1, {"b": 2}], "c": null}}\n{"a": 0.5, "m": [1, "x", {}]}\n',
    b'\3\0\1{"label": "\\ud83d\\ude00"}\n{"label": "caf\\u00e9 \\"x\\""}\n',
    b'\1\1\1{"a": 3.0, "b": -0}\n{"a": 4.0, "b": 12345678901234567890123}\n',
]
FOUND = [
    b'\1\0\1{"\\ud800": 1}\n',  # a key that no encoding can hold ended in a UnicodeEncodeError
    b'\0\1\1{"a":  5,"l\\u0061bel": -0}\n',  # the sign of -0 got lost under a key that is written with an escape
]
"""What once broke a promise, kept."""

WORDS = ['"a"', '"Infinity"', "NaN", "-0.0", "1e400", "null", "true", "\\ud800", "\\u0000", "[[", "]]", "{}", "[]",
         '"a": 1, "a": 2', "\ufeff", "\xff", "\0", "}\n{", "1E+2", "00", ".5", '"\\n"',
         "9" * 40, ', "q": null']  # fmt: skip


def check(data: bytes) -> None:
    """Break where the readers differ on a block that the fast one accepts, or where a table differs from json.loads."""
    (shift, which, size), text = chosen(data, range(4), range(3), (16, 1 << 16))
    got = concluded(lambda: table(text, shift, which, size))
    if got[0] == "read":
        assert got[1] == by_standard_library(text, shift, which), (text, got)


def table(text: bytes, shift: int, which: int, size: int) -> Any:
    """The selected cells as the table gives them; its blocks are compared with the careful reader on the way."""
    numbers: list[list[float]] = []
    texts: list[list[str]] = []
    wrong = []
    source = stream(text)
    with closing(jsonl_table.JsonlTable(source, LineSplitter(source, size))) as opened:
        chosen_columns = selection(opened, shift, which)
        for block in opened.blocks(chosen_columns):
            agree(block)
            try:
                cells = block.parse()
            except CellErrors as error:
                wrong.append(error)
                continue
            numbers += np.asarray(cells.numbers, dtype=float).reshape(block.rows, -1).tolist()
            coded = [[column.values[code] for code in column.codes] for column in cells.coded]
            coded += [column.to_pylist() for column in cells.strings]
            texts += [list(row) for row in zip(*coded, strict=True)] if coded else [[] for _ in range(block.rows)]
    if wrong:
        raise wrong[0]
    return numbers, texts


def selection(opened: Any, shift: int, which: int) -> Selection:
    """Elements of a vector are numbers; the other columns are numbers, coded texts or strings by their position."""
    vector = tuple(vector_columns(opened))
    others = [k for k in range(len(opened.columns)) if k not in vector]
    role = {k: (k + shift + which) % 4 for k in others}
    numbers = (*vector, *(k for k in others if role[k] == 0))
    return Selection(numbers, tuple(k for k in others if role[k] == 1), tuple(k for k in others if role[k] == 2), "x")


def agree(block: Any) -> None:
    """Hold what the fast parser makes of a block against the careful reader."""
    try:
        fast = block._parse_fast()
    except InputError:
        return
    if fast is None:
        return
    piece = block._piece
    slow = read_carefully(decode(piece.data, "x", piece.first_line), piece.first_line, block._reading)
    assert np.array_equal(np.asarray(fast.numbers), np.asarray(slow.numbers)), piece.data
    for one, other in zip(fast.coded, slow.coded, strict=True):
        assert [one.values[k] for k in one.codes] == [other.values[k] for k in other.codes], piece.data
    for one, other in zip(fast.strings, slow.strings, strict=True):
        assert one.to_pylist() == other.to_pylist(), piece.data


def by_standard_library(text: bytes, shift: int, which: int) -> Any:
    """The same cells by ``json.loads``, for a text that was accepted."""
    lines = text.removeprefix(b"\xef\xbb\xbf").decode().rstrip(" \t\r\n").split("\n")
    rows = [json.loads(line, parse_float=Written, parse_int=Written) for line in lines]
    source = stream(text)
    with closing(jsonl_table.JsonlTable(source, LineSplitter(source, 1 << 16))) as opened:
        wanted, fields = selection(opened, shift, which), opened.fields

    def cell(row: Any, column: int) -> Any:
        value = row[fields.names[fields.field(column)]]
        element = fields.element(column)
        return value if element is None else value[element]

    numbers = [[float(cell(row, k)) for k in wanted.numbers] for row in rows]
    return numbers, [[as_text(cell(row, k)) for k in (*wanted.coded, *wanted.strings)] for row in rows]


class Written(str):
    """A number as it is written."""

    __slots__ = ()


def as_text(value: Any) -> str:
    """A text or number as it is written, a truth value in JSON's words."""
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
