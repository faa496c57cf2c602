"""Folders that tools wrote as one table: read where their files are its rows, else refused by name."""

import contextlib
import json

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from cecli.errors import InputError
from cecli.readers.tables.table import Selection
from cecli.readers.tables.tables import open_table

ROWS = [[0.5, 0.5], [0.25, 0.75], [1.0, 0.0]]


@pytest.fixture
def dataset(tmp_path):
    """A folder as save_to_disk of Hugging Face's datasets 4 writes it."""
    folder = tmp_path / "test"
    folder.mkdir()
    names = [f"data-0000{k}-of-00002.arrow" for k in range(2)]
    for name, rows in zip(names, (ROWS[:2], ROWS[2:]), strict=True):
        table = pa.table({"a": [row[0] for row in rows], "b": [row[1] for row in rows]})
        with pa.OSFile(str(folder / name), "wb") as sink, pa.ipc.new_stream(sink, table.schema) as file:
            file.write_table(table)
    state(folder, _data_files=[{"filename": name} for name in names])
    (folder / "dataset_info.json").write_text("{}")
    return folder


def state(folder, **changes):
    found = {"_data_files": [], "_fingerprint": "0", "_format_columns": None, "_split": "test"}
    (folder / "state.json").write_text(json.dumps(found | changes))


def read(path):
    with contextlib.closing(open_table(str(path))) as table:
        return np.concatenate([block.parse().numbers for block in table.blocks(Selection(numbers=(0, 1)))])


def test_save_to_disk(dataset):
    assert read(dataset).tolist() == ROWS


def test_splits_are_named(dataset):
    (dataset.parent / "dataset_dict.json").write_text('{"splits": ["test"]}')
    with pytest.raises(InputError, match="whose splits are test") as refused:
        read(dataset.parent)
    assert refused.value.hint == f"name one of them: {dataset}"


def test_rows_in_another_order_are_refused(dataset):
    state(dataset, _data_files=[{"filename": "x"}], _indices_data_files=[{"filename": "indices.arrow"}])
    with pytest.raises(InputError, match="a selection of its files"):
        read(dataset)


@pytest.mark.parametrize("files", [[{"filename": "no.arrow"}], [{"filename": "../a.arrow"}], [{"name": "x"}], 1, []])
def test_a_state_that_is_not_true(dataset, files):
    state(dataset, _data_files=files)
    with pytest.raises(InputError, match=r"state of a dataset cannot be read|is not there|without files"):
        read(dataset)


@pytest.mark.parametrize("inside", ["_delta_log", ".hoodie", "metadata"])
def test_tables_whose_files_are_not_their_rows(tmp_path, inside):
    parquet.write_table(pa.table({"a": [0.5], "b": [0.5]}), tmp_path / "part-0.parquet")
    assert read(tmp_path).tolist() == [[0.5, 0.5]]
    (tmp_path / inside).mkdir()
    (tmp_path / inside / "v1.metadata.json").write_text("{}")
    with pytest.raises(InputError, match=r"this is (a Delta table|a Hudi table|an Iceberg table), and not all files"):
        read(tmp_path)
