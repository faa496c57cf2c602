"""PMF files: outcomes and numbers as the csv module and exact arithmetic read them."""

from __future__ import annotations

import csv
import io
import math
from typing import Any

import numpy as np

from cecli.readers.small.file import read_counts, read_pmf_file
from cecli.readers.small.wide_table import read_wide
from tests.fuzz.harness import chosen, concluded, saved

MODULES = (
    "cecli.readers.small.file",
    "cecli.readers.small.columns",
    "cecli.readers.small.wide_table",
    "cecli.readers.tables.records",
)

SEEDS = [
    b"\0\0outcome,count\nheads,3\ntails,4\n",
    b"\0\0outcome,count,probability,low,high\na,3,0.75,0,1\nb,1,0.25,0,1\n",
    b"\1\0p\n0.5\n0.5\n",
    b'\0\1face\tn\n"a\tb"\t1e3\n"say ""x"""\t12.0\n',
    "\0\0\ufeffoutcome,prob\r\nä,1\r\n".encode(),
    b"\1\0outcome,a,b\nx,0.5,1\ny,0.5,0\n",
]
FOUND: list[bytes] = []

WORDS = ["count", "probability", "freq", "outcome", "\r\n", '"', '""', "1e300", "2.5", "-1", "nan", "\0", "\ufeff",
         "0,25",
         "1e999999999999", "9" * 40, "\u0663", "\n\n", ",,"]  # fmt: skip


def check(data: bytes) -> None:
    """Break where what is read is not in the file."""
    (normalize, delimiter), text = chosen(data, (False, True), (",", "\t"))
    with saved(text) as path:
        status, found = concluded(lambda: read_pmf_file(path, None, delimiter, normalize, "t.csv"))
        counted = concluded(lambda: read_counts(path, delimiter))
        concluded(lambda: read_wide(path, delimiter, normalize))
    if text[:1] in (b"\x1f", b"\x04", b"\x28", b"B", b"\xfd"):
        return  # it may have been unpacked first
    if status == "read":
        held(found[0], text, delimiter)
        total = math.fsum(map(float, found[0].weights))
        assert found[0].is_counts or normalize or abs(total - 1) <= 1.001e-3, text
    if counted[0] == "read":
        held(counted[1], text, delimiter)


def held(pmf: Any, text: bytes, delimiter: str) -> None:
    """Break unless the outcomes and the weights are two columns of the file."""
    reader = csv.reader(io.StringIO(text.decode("utf-8-sig"), newline=""), delimiter=delimiter)
    _, *rows = [row for row in reader if row]
    columns = list(zip(*rows, strict=True))
    assert pmf.outcomes is None or tuple(pmf.outcomes) in columns, text
    weights = np.asarray(pmf.weights).tolist()
    assert any(same(column, weights) for column in columns), text
    assert all(weight >= 0 for weight in weights), text


def same(column: tuple[str, ...], weights: list[Any]) -> bool:
    """Whether a column writes these numbers."""
    try:
        return [float(cell) for cell in column] == [float(weight) for weight in weights]
    except ValueError:
        return False
