"""Parquet and Arrow: structs, maps, lists of structs, two lists, Spark's vectors hold the figures of all classes."""

import contextlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from cecli.errors import InputError
from cecli.readers.tables import arrow_table
from cecli.readers.tables.table import Selection
from cecli.readers.tables.tables import open_table

ROWS = [[0.5, 0.25, 0.25], [0.125, 0.75, 0.125], [0.1, 0.2, 0.7]]
NAMES = ["ant", "bee", "cat"]
OBJECTS = [dict(zip(NAMES, row, strict=True)) for row in ROWS]
PAIRS = [[{"label": n, "score": f} for f, n in sorted(zip(row, NAMES, strict=True))] for row in ROWS]
SPARK = pa.struct([("type", pa.int8()), ("size", pa.int32()), ("indices", pa.list_(pa.int32())),
                   ("values", pa.list_(pa.float64()))])  # fmt: skip
COLUMNS = {
    "struct": pa.array(OBJECTS),
    "map": pa.array([list(row.items()) for row in OBJECTS], pa.map_(pa.string(), pa.float64())),
    "map in another order": pa.array(
        [list(row.items()) for row in OBJECTS[:1]] + [list(row.items())[::-1] for row in OBJECTS[1:]],
        pa.map_(pa.string(), pa.float64()),
    ),
    "pairs": pa.array(PAIRS),
    "two lists": pa.array([{"classes": NAMES[::-1], "scores": row[::-1]} for row in ROWS]),
    "spark": pa.array([{"type": 1, "size": None, "indices": None, "values": row} for row in ROWS], SPARK),
}


def write(folder, column, kind="parquet", name="p", **beside):
    table = pa.table({"label": ["ant"] * len(column), name: column, **beside})
    path = folder / f"a.{kind}"
    if kind == "parquet":
        parquet.write_table(table, path, row_group_size=2)
    else:
        opened = pa.ipc.new_file if kind == "arrow" else pa.ipc.new_stream
        with pa.OSFile(str(path), "wb") as sink, opened(sink, table.schema) as file:
            file.write_table(table, max_chunksize=2)
    return str(path)


def read(path, vector=None):
    with contextlib.closing(open_table(path, vector=vector)) as table:
        chosen = Selection(numbers=tuple(range(table.vector_width)), coded=(table.columns.index("label"),))
        return np.concatenate([block.parse().numbers for block in table.blocks(chosen)]), table.columns


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("kind", ["parquet", "arrow", "stream"])
def test_columns(tmp_path, column, kind, monkeypatch):
    path = write(tmp_path, COLUMNS[column], kind)
    with monkeypatch.context() as patch:
        patch.setattr(arrow_table, "row_of", None)  # in bulk
        numbers, columns = read(path)
    assert numbers.tolist() == ROWS
    assert columns == (*(("0", "1", "2") if column == "spark" else NAMES), "label")
    monkeypatch.setattr(arrow_table, "figures_of", lambda columns, shape: None)  # row by row
    assert read(path)[0].tolist() == ROWS


def test_two_lists_side_by_side(tmp_path):
    path = write(tmp_path, pa.array([row[::-1] for row in ROWS]), name="scores", classes=[NAMES[::-1]] * 3)
    numbers, columns = read(path)
    assert numbers.tolist() == ROWS and columns[:3] == tuple(NAMES)


def test_sparse_vectors_of_spark(tmp_path):
    rows = [{"type": 1, "size": None, "indices": None, "values": ROWS[0]},
            {"type": 0, "size": 3, "indices": [2, 0], "values": [0.5, 0.5]}]  # fmt: skip
    assert read(write(tmp_path, pa.array(rows, SPARK)))[0].tolist() == [ROWS[0], [0.5, 0, 0.5]]
    assert read(write(tmp_path, pa.array(rows[::-1], SPARK)))[0].tolist() == [[0.5, 0, 0.5], ROWS[0]]
    rows[1]["indices"] = [3, 0]
    with pytest.raises(InputError, match="row 2: p: the index 3 of a sparse vector of size 3"):
        read(write(tmp_path, pa.array(rows, SPARK)))


@pytest.mark.parametrize(
    ("column", "words"),
    [
        (pa.array([OBJECTS[0], OBJECTS[1] | {"bee": None}]), "row 2: p.bee: expected a number, found a null"),
        (pa.array([OBJECTS[0], None]), "row 2: p: expected an object of classes"),
        (pa.array([PAIRS[0], PAIRS[1][:2]]), 'row 2: p: no figure of "bee"'),
        (pa.array([PAIRS[0], [*PAIRS[1], {"label": "dog", "score": 0.0}]]), 'row 2: p: a figure of "dog"'),
        (pa.array([PAIRS[0], [*PAIRS[1][:2], PAIRS[1][0]]]), "row 2: p: the class ant stands twice"),
    ],
)
def test_rows_that_are_not_as_the_first(tmp_path, column, words):
    with pytest.raises(InputError, match=words):
        read(write(tmp_path, column))


def test_a_slice_of_a_struct(tmp_path):
    """Batches are slices: what stands before them is not read again."""
    many = pa.array(OBJECTS * 40_000)
    numbers, _ = read(write(tmp_path, many, "arrow"))
    assert np.array_equal(numbers, np.array(ROWS * 40_000))


def test_a_stream_that_is_cut_short(tmp_path):
    path = tmp_path / "a.stream"
    data = Path(write(tmp_path, COLUMNS["struct"], "stream")).read_bytes()
    for kept in (len(data) - 8, len(data) - 100, 40):
        path.write_bytes(data[:kept])
        with pytest.raises(InputError, match="not readable"):
            read(str(path))
    path.write_bytes(data * 2)
    with pytest.raises(InputError, match="bytes follow the stream"):
        read(str(path))
