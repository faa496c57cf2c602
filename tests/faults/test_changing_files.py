"""A file that grows, shrinks or is written over while it is read: an error, and never the figures of half of it."""

import os

import numpy as np
import pytest

from cecli.readers.small import samples
from cecli.readers.tables import csv_table, jsonl_table
from cecli.readers.tables.arrays import table as npy_table

ROWS = 400_000


def csv_bytes():
    zeros = b"0" * 20
    return b"a,b\n" + b"0.25%b,0.75%b\n" % (zeros, zeros) * ROWS


def npy_bytes():
    import io

    out = io.BytesIO()
    np.save(out, np.full((ROWS, 2), 0.5))
    return out.getvalue()


def parquet_bytes():
    import pyarrow as pa
    from pyarrow import parquet

    out = pa.BufferOutputStream()
    column = pa.array(np.linspace(0, 1, ROWS))
    parquet.write_table(pa.table({"a": column, "b": pa.array(1 - np.linspace(0, 1, ROWS))}), out, row_group_size=50_000)
    return out.getvalue().to_pybytes()


FILES = {
    "p.csv": csv_bytes,
    "p.jsonl": lambda: b'{"a": 0.25, "b": 0.75}\n' * (ROWS // 2),
    "p.npy": npy_bytes,
    "p.parquet": parquet_bytes,
}


def grow(path, size):
    with open(path, "ab") as file:
        file.write(b"0.25,0.75\n" * 100)


def shrink(path, size):
    os.truncate(path, size // 2)


def write_over(path, size):
    with open(path, "r+b") as file:
        file.seek(size - 4)
        file.write(b"0.99")
    os.utime(path, ns=(1, 1))  # the clock of a file system may be slower than this test


CHANGES = (grow, shrink, write_over)
CUT_SHORT = ("the file is cut short", "Unexpected end of stream")
"""What may be said first of an array and of Parquet that have lost their end."""


@pytest.fixture
def changing(monkeypatch, tmp_path):
    """Change a file once the first block of it has been parsed."""

    def prepare(name, content, change):
        path = tmp_path / name
        path.write_bytes(content)
        size, done = len(content), []

        def once(real):
            def parse(self, *arguments):
                if not done:
                    done.append(True)
                    change(path, size)
                return real(self, *arguments)

            return parse

        for kind in (csv_table.CsvBlock, jsonl_table.JsonlBlock, npy_table.ArrayBlock):
            monkeypatch.setattr(kind, "parse", once(kind.parse))
        from cecli.readers.tables.arrow_table import ArrowBlock

        monkeypatch.setattr(ArrowBlock, "parse", once(ArrowBlock.parse))
        monkeypatch.setattr(samples._Counter, "_account", once(samples._Counter._account))
        monkeypatch.setattr(samples, "_BLOCK", 1 << 16)
        return path

    return prepare


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("threads", [1, 2])
def test_predictions(run, save, changing, name, change, threads):
    content = FILES[name]()
    path = changing(name, content, change)
    rows = content.count(b"\n") if name == "p.jsonl" else ROWS
    labels = "0\n" if name == "p.npy" else "b\n"
    labels = save("l.csv", "label\n" + labels * rows)
    done = run("score", path, labels, "--threads", threads)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"cecli: error: {path}"), done.err
    said = "it was written to while it was read", *(CUT_SHORT if change is shrink else ())
    assert any(words in done.err for words in said), done.err


@pytest.mark.parametrize("change", CHANGES)
def test_samples(run, changing, change):
    path = changing("s.txt", b"heads\ntails\n" * 1_000_000, change)
    done = run("fit", "--samples", path)
    assert (done.status, done.out) == (1, "")
    assert "it was written to while it was read" in done.err
    assert "read it when it is complete, or a copy of it" in done.err


def test_a_file_that_stays_as_it_is(run, changing):
    path = changing("s.txt", b"heads\ntails\n" * 1_000_000, lambda path, size: path.read_bytes())
    assert run("fit", "--samples", path).status == 0
