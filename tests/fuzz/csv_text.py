"""CSV: the blocks that PyArrow and NumPy parse hold what the careful reader of records and numbers reads."""

from __future__ import annotations

from contextlib import closing
from typing import Any
from unittest import mock

import numpy as np

from cecli.errors import CellErrors
from cecli.readers.sources.source import open_source
from cecli.readers.tables import csv_regular
from cecli.readers.tables.csv_table import CsvTable
from cecli.readers.tables.numbers import parse_number
from cecli.readers.tables.records import read_records
from cecli.readers.tables.table import Selection
from tests.fuzz.harness import chosen, concluded, saved, stream

MODULES = ("cecli.readers.tables.csv_table", "cecli.readers.tables.csv_careful", "cecli.readers.tables.csv_regular")

ROLES = ("numbers", "numbers", "coded", "strings")
"""What the columns are, by their position and the second byte of the input."""

SEEDS = [
    b"\0\0\0\0\0id,a,b,label\nn1,0.5,0.5,cat\nn2,1e-3,.999,\"d,og\"\n\"n3\", 1 ,0.,cat\n",
    b"\1\0\1\1\1a,b\n0.5,0.5\n1e-3,.999\n 1 ,0.\n0.25,0.75\n+.5,5E-1\n",
    b"\2\0\2\1\1label\n0\n1\n0\n9\n1\n",
    b"\1\1\0\0\0\xef\xbb\xbf\"a\nb\";\"c\"\"d\"\r\n1;2\r\n-inf;+Infinity\r\n\r\n\n",
    b"\3\0\1\0\0x\r\n\"1\"\r\nNA\r\n",
]  # fmt: skip
FOUND = [
    b"\3\1\0\1\0abel\nnityl\nnitytyl\nnity\r\n\r\r",  # lone carriage returns were taken for blank lines
    b'\3\1\0\1\0;\r\n\n-inf;""\n-inf;+y+yfi',  # a blank line among texts was taken for a row of empty cells
]
"""What once broke a promise, kept."""

WORDS = ["\r\n", '""', '"', "nan", "-inf", "+infinity", "1e400", "1e-400", "0x1p3", "1_0", "NULL", "\ufeff", "nan(1)",
         "\0", "\x85", "\xa0", "0.5,0.5\n", "1e+5", "\n\n", "\u0663", "\xff", "9" * 40, "a\tb"]  # fmt: skip


def check(data: bytes) -> None:
    """Break where the two readers, the sizes of block, or a file and a pipe differ."""
    (shift, delimiter, size, header, arrow), text = chosen(
        data, range(4), (",", ";", "\t"), (16, 64, 1 << 16), (True, False), (True, False)
    )
    with saved(text) as path, mock.patch.object(csv_regular, "_are_few", lambda data: not arrow):
        quick = concluded(lambda: fast(open_source(path), shift, delimiter, size, header))
        piped = concluded(lambda: fast(stream(text), shift, delimiter, size, header))
    slow = concluded(lambda: careful(text, shift, delimiter, header))
    assert quick[0] == piped[0] == slow[0], (text, quick, piped, slow)
    if quick[0] == "read":
        assert quick == piped == slow, (text, quick, piped, slow)


def fast(source: Any, shift: int, delimiter: str, size: int, header: bool) -> Any:
    """Names and cells as the blocks of a table give them."""
    with source, closing(CsvTable(source, delimiter, header, size)) as table:
        width = len(table.columns)
        roles = [ROLES[(k + shift) % len(ROLES)] for k in range(width)]
        by_role = {role: tuple(k for k in range(width) if roles[k] == role) for role in set(ROLES)}
        columns: list[list[Any]] = [[] for _ in range(width)]
        wrong = []
        for block in table.blocks(Selection(**by_role)):
            try:
                cells = block.parse()
            except CellErrors as error:
                wrong.append(error)
                continue
            for k, role in enumerate(roles):
                place = by_role[role].index(k)
                if role == "numbers":
                    columns[k] += [bits(x) for x in np.asarray(cells.numbers)[:, place]]
                elif role == "coded":
                    coded = cells.coded[place]
                    columns[k] += [coded.values[code] for code in coded.codes]
                else:
                    columns[k] += cells.strings[place].to_pylist()
        if wrong:
            raise wrong[0]
        return table.columns, columns


def careful(text: bytes, shift: int, delimiter: str, header: bool) -> Any:
    """The same by the one grammar of records and the one of numbers."""
    records = read_records(stream(text), delimiter)
    first = next(records, None)
    if first is None:
        raise CellErrors(["nothing"], 1)
    width = len(first.cells)
    names = tuple(first.cells) if header else tuple(str(k) for k in range(width))
    columns: list[list[Any]] = [[] for _ in range(width)]
    for record in [*([] if header else [first]), *records]:
        if len(record.cells) != width:
            raise CellErrors([f"{record.line}: ragged"], 1)
        for k, cell in enumerate(record.cells):
            try:
                columns[k].append(bits(parse_number(cell)) if ROLES[(k + shift) % len(ROLES)] == "numbers" else cell)
            except ValueError as error:
                raise CellErrors([f"{record.line}: column {k + 1}: {error}"], 1) from error
    return names, columns


def bits(number: float) -> bytes:
    """A double as it is held, so that -0 and 0 differ."""
    return np.float64(number).tobytes()
