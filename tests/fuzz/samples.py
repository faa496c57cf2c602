"""Samples: the vectorised count of lines, the reader of records, and the csv module count the same."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import Any
from unittest import mock

from cecli.errors import InputError
from cecli.readers.small import samples
from cecli.readers.tables.records import read_records
from tests.fuzz.harness import chosen, concluded, saved, stream

MODULES = ("cecli.readers.small.samples", "cecli.readers.small.token_counts")

SEEDS = [
    b"\0\0" + b"1\n6\n3\n1\n2\n" * 3,
    b"\1\0heads\r\ntails\r\nheads\r\n\r\n",
    b'\2\0"a,b"\n"two\nlines"\n"say ""hi"""\nplain\n',
    b"\0\1face\n1\n2\n1\n",
    "\1\0\ufeffä\nß\n\U0001f600\nä".encode(),
    b"\0\0" + bytes(f"{'x' * 40}\n{'y' * 9}\n", "ascii") * 2,
]
FOUND: list[bytes] = []

WORDS = ["\r\n", "\r", '"', '""', ",", "\0", "\ufeff", "\n\n", "\xff", "01", "-1", "x" * 33, "\x1f\x8b", "{"]


def check(data: bytes) -> None:
    """Break where three ways to count differ."""
    (size, header), text = chosen(data, (1, 7, 4 << 20), ("none", "first"))
    options = samples.SampleOptions(header=header)
    with saved(text, "t.txt") as path, mock.patch.object(samples, "_BLOCK", size):
        quick = concluded(lambda: counted(path, options))
    if text[:1] in (b"{", b"\x1f", b"\x93", b"\x04", b"\x28", b"P", b"A", b"B", b"\xfd", b"\xfe", b"\xff"):
        return  # another format may start so: read by it, or refused for it
    slow = concluded(lambda: by_records(text, header))
    assert quick[0] == slow[0], (text, quick, slow)
    if quick[0] == "read":
        assert quick[1] == slow[1] == by_csv_module(text, header), (text, quick, slow)


def counted(path: str, options: samples.SampleOptions) -> dict[str, int]:
    """The counts as ``fit --samples`` takes them."""
    pmf = samples.count_samples(path, options)
    return dict(zip(pmf.labels(), pmf.weights.tolist(), strict=True))


def by_records(text: bytes, header: str) -> dict[str, int]:
    """The first cell of every record of one cell."""
    counts: Counter[str] = Counter()
    for number, record in enumerate(read_records(stream(text), ",")):
        if len(record.cells) != 1:
            raise InputError(f"{record.line}: several cells")
        if number or header == "none":
            counts[record.cells[0]] += 1
    if not counts:
        raise InputError("nothing")
    return dict(counts)


def by_csv_module(text: bytes, header: str) -> Any:
    """The same by Python's own reader of CSV, for a text that was accepted."""
    rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig"), newline="")))
    counts = Counter(row[0] for row in rows[header == "first" :] if row)
    return dict(counts)
