"""Every format of predictions reads back to the same doubles and texts, by readers that are not ours."""

import csv
import io
import json

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from cecli.errors import UsageError
from cecli.report.predictions import FORMATS, resolve_format
from cecli.report.predictions.layout import Figures, Layout
from cecli.report.stream import Stream

IDS = ["a", "b,c", 'say "hi"', "tab\there", "line\nend", "", "ü", "007", "null"]
CLASSES = ("x", 'y "quoted"', "z,w")


def doubles():
    """Nine rows of three: all sizes, the ends, and minus infinity."""
    random = np.random.default_rng(3)
    bits = random.integers(0, 2**62, size=(9, 3)).view(np.float64)
    bits[0] = 0.1 + 0.2, 5e-324, 1.7976931348623157e308
    bits[1] = -np.inf, 0.0, -1e-5
    bits[2] = 1e22, 1e15, 123456789012345680.0
    return bits


def written(name, table, axis, layout, ids=IDS, split=4):
    """The bytes of a table (n, K), written in two pieces."""
    sent = []
    out = Stream(sent.append)
    writer = FORMATS[name](layout, out)
    for rows in (slice(0, split), slice(split, None)):
        part = table[rows]
        values = np.ascontiguousarray(part.T) if axis == 0 else np.ascontiguousarray(part)
        beside = (pa.array(ids[rows]),) if layout.beside else ()
        writer.write(writer.encode(Figures(values, axis, beside)))
    writer.finish()
    out.flush()
    return b"".join(sent)


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize(("name", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_text(name, delimiter, axis):
    table = doubles()
    text = written(name, table, axis, Layout(("id",), CLASSES)).decode()
    header, *rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    assert header == ["id", *CLASSES]
    assert [row[0] for row in rows] == IDS
    assert [[float(cell) for cell in row[1:]] for row in rows] == table.tolist()


def test_text_without_anything_to_quote():
    plain = ["r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9"]
    text = written("csv", doubles(), 0, Layout(("id",), ("a", "b", "c")), plain).decode()
    assert text.splitlines()[:3] == [
        "id,a,b,c", "r1,0.30000000000000004,5e-324,1.7976931348623157e+308", "r2,-inf,0,-0.00001",
    ]  # fmt: skip


@pytest.mark.parametrize("axis", [0, 1])
def test_json_lines(axis):
    table = doubles()
    text = written("jsonl", table, axis, Layout(("id",), CLASSES)).decode()
    rows = [json.loads(line, parse_constant=pytest.fail) for line in text.splitlines()]
    assert [list(row) for row in rows] == [["id", *CLASSES]] * 9
    assert [row["id"] for row in rows] == IDS
    assert [[float(row[name]) for name in CLASSES] for row in rows] == table.tolist()
    assert rows[1]["x"] == "-Infinity"


def test_json_lines_with_a_list():
    table = doubles()
    text = written("jsonl", table, 0, Layout((), ("0", "1", "2"), list_name="logits")).decode()
    rows = [json.loads(line) for line in text.splitlines()]
    assert [[float(cell) for cell in row["logits"]] for row in rows] == table.tolist()


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("list_name", [None, "p"])
@pytest.mark.parametrize("name", ["parquet", "arrow"])
def test_typed_columns(name, list_name, axis):
    table = doubles()
    data = written(name, table, axis, Layout(("id",), CLASSES, list_name))
    read = parquet.read_table(io.BytesIO(data)) if name == "parquet" else pa.ipc.open_file(data).read_all()
    assert read["id"].to_pylist() == IDS
    assert read.column_names == ["id", *(CLASSES if list_name is None else [list_name])]
    if list_name is None:
        assert [read[column].to_pylist() for column in CLASSES] == table.T.tolist()
    else:
        assert read["p"].to_pylist() == table.tolist()


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("total_rows", [None, 9])
def test_npy(total_rows, axis):
    table = doubles()
    data = written("npy", table, axis, Layout((), CLASSES, total_rows=total_rows))
    read = np.load(io.BytesIO(data))
    assert read.dtype == np.float64
    assert read.flags.c_contiguous
    assert read.tolist() == table.tolist()


def test_parquet_comes_in_row_groups(monkeypatch):
    from cecli.report.predictions import binary as prediction_binary

    monkeypatch.setattr(prediction_binary, "GROUP_ROWS", 4)
    data = written("parquet", doubles(), 0, Layout(("id",), CLASSES))
    assert parquet.ParquetFile(io.BytesIO(data)).num_row_groups == 2


def test_nothing_is_written_before_the_first_rows_of_text():
    sent = []
    out = Stream(sent.append)
    FORMATS["csv"](Layout((), CLASSES), out)
    out.flush()
    assert sent == []


@pytest.mark.parametrize("name", ["parquet", "arrow", "npy"])
def test_after_a_failure_nothing_more_is_written(name):
    sent = []
    out = Stream(sent.append, chunk=1)
    writer = FORMATS[name](Layout((), CLASSES), out)
    writer.write(writer.encode(Figures(np.ascontiguousarray(doubles().T), 0)))
    before = len(sent)
    writer.abandon()
    del writer
    assert len(sent) == before


@pytest.mark.parametrize(
    ("name", "path", "format"),
    [(None, None, "csv"), (None, "a.PQ", "parquet"), ("jsonl", "a.csv", "jsonl"), (None, "dir.csv/a.feather", "arrow")],
)
def test_the_format(name, path, format):
    assert resolve_format(name, path) == format


@pytest.mark.parametrize("path", ["a", "a.json", "a.csv.gz"])
def test_an_unknown_suffix(path):
    with pytest.raises(UsageError, match="names no format of predictions"):
        resolve_format(None, path)
