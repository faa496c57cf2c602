"""Parquet and Arrow files give what the same rows give as CSV."""

import contextlib
import gzip
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import feather, parquet

from cecli.errors import CellErrors, InputError
from cecli.readers.table import Selection
from cecli.readers.tables import open_table

SELECTION = Selection(numbers=(1, 2), coded=(3,), strings=(0,), number_kind="a probability")
ROWS = 50


def table_of(**changes):
    columns = {
        "id": pa.array([f"r{k}" for k in range(ROWS)]),
        "a": pa.array([k / ROWS for k in range(ROWS)]),
        "b": pa.array([1 - k / ROWS for k in range(ROWS)]),
        "label": pa.array(["x,y" if k % 3 else "" for k in range(ROWS)]),
    }
    return pa.table({**columns, **changes})


def write_parquet(table, path):
    parquet.write_table(table, path, row_group_size=7)


WRITERS = {
    "t.parquet": write_parquet,
    "t.arrow": lambda table, path: feather.write_feather(table, str(path), compression="uncompressed", chunksize=9),
    "t.feather": lambda table, path: feather.write_feather(table, str(path), compression="lz4"),
    "called_anything": write_parquet,
}


@pytest.fixture(params=WRITERS)
def written(request, tmp_path):
    """A table as a file of one of the formats."""

    def write(**changes):
        path = tmp_path / request.param
        WRITERS[request.param](table_of(**changes), path)
        return path

    return write


def read(path):
    with contextlib.closing(open_table(str(path))) as table:
        cells, row = [], 0
        for block in table.blocks(SELECTION):
            assert block.first_row == row
            row += block.rows
            cells.append(block.parse())
    numbers = np.concatenate([part.numbers for part in cells])
    labels = [part.coded[0].values[code] for part in cells for code in part.coded[0].codes]
    return numbers, labels, [text for part in cells for text in part.strings[0].to_pylist()]


def test_rows(written):
    numbers, labels, ids = read(written())
    assert numbers.tolist() == [[k / ROWS, 1 - k / ROWS] for k in range(ROWS)]
    assert labels == ["x,y" if k % 3 else "" for k in range(ROWS)]
    assert ids == [f"r{k}" for k in range(ROWS)]


@pytest.mark.parametrize(
    ("column", "texts"),
    [
        (pa.array(range(ROWS)), [str(k) for k in range(ROWS)]),
        (pa.array([k % 2 == 0 for k in range(ROWS)]), ["true" if k % 2 == 0 else "false" for k in range(ROWS)]),
        (pa.array([f"c{k % 3}" for k in range(ROWS)]).dictionary_encode(), [f"c{k % 3}" for k in range(ROWS)]),
        (pa.array([f"c{k}" for k in range(ROWS)], pa.large_string()), [f"c{k}" for k in range(ROWS)]),
    ],
)
def test_labels_and_ids_of_other_types_are_what_csv_would_say(written, column, texts):
    _, labels, ids = read(written(label=column, id=column))
    assert labels == texts
    assert ids == texts


@pytest.mark.parametrize("kind", [pa.float32(), pa.float16(), pa.int64(), pa.uint8(), pa.decimal128(10, 4)])
def test_numbers_of_other_types(written, kind):
    values = [k % 2 for k in range(ROWS)]
    array = (
        np.array(values, dtype=np.float16)
        if kind == pa.float16()
        else [Decimal(v) for v in values]
        if pa.types.is_decimal(kind)
        else values
    )
    numbers, *_ = read(written(a=pa.array(array, kind)))
    assert numbers[:, 0].tolist() == values


def test_a_null_is_named_by_its_row_and_column(written):
    values = [0.5] * ROWS
    values[8] = None
    path = written(a=pa.array(values))
    with contextlib.closing(open_table(str(path))) as table, pytest.raises(CellErrors) as caught:
        for block in table.blocks(SELECTION):
            block.parse()
    assert "row 9" in caught.value.problems[0]
    assert "column 2 (a)" in caught.value.problems[0]
    assert "null" in caught.value.problems[0]


def test_a_null_label_is_named(written):
    labels = ["x"] * ROWS
    labels[3] = None
    with (
        contextlib.closing(open_table(str(written(label=pa.array(labels))))) as table,
        pytest.raises(CellErrors) as caught,
    ):
        next(iter(table.blocks(SELECTION))).parse()
    assert "row 4" in caught.value.problems[0]


def test_a_column_of_text_is_no_number(written):
    path = written(a=pa.array(["0.5"] * ROWS))
    with contextlib.closing(open_table(str(path))) as table, pytest.raises(InputError, match="column 2"):
        next(iter(table.blocks(SELECTION))).parse()


def test_a_file_that_is_cut_short(tmp_path):
    path = tmp_path / "t.parquet"
    write_parquet(table_of(), path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match=r"t\.parquet"):
        open_table(str(path)).close()


def test_packed_and_piped(tmp_path, save):
    path = tmp_path / "t.parquet"
    write_parquet(table_of(), path)
    packed = save("t.parquet.gz", gzip.compress(path.read_bytes()))
    assert np.array_equal(read(packed)[0], read(path)[0])
