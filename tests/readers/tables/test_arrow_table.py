"""Parquet and Arrow files give what the same rows give as CSV."""

import contextlib
import gzip
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import feather, parquet

from cecli.errors import CellErrors, InputError
from cecli.readers.tables.table import Selection
from cecli.readers.tables.tables import open_table

VIEWS = [pa.binary_view(), pa.string_view()] if hasattr(pa, "string_view") else []
"""Types that PyArrow has from version 16."""

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


NOT_UTF8 = pa.array([b"x", b"\xff"] * (ROWS // 2))
WITHOUT_SIGN = pa.Array.from_buffers(pa.string(), ROWS, NOT_UTF8.buffers())


class TestTexts:
    @pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary(), pa.binary(1), *VIEWS])
    def test_bytes_are_texts(self, written, kind):
        column = pa.array([b"x", b"y"] * (ROWS // 2), pa.binary(1)).cast(pa.binary()).cast(kind)
        _, labels, ids = read(written(label=column, id=column.cast(pa.large_binary())))
        assert labels == ids == ["x", "y"] * (ROWS // 2)

    def test_bytes_that_are_not_utf8_are_named_by_row(self, written):
        with pytest.raises(CellErrors) as caught:
            read(written(label=NOT_UTF8))
        assert "row 2: column 4 (label): expected a text, found bytes that are not UTF-8" in caught.value.problems[0]

    def test_a_text_that_is_not_utf8_is_no_text(self, written):
        with pytest.raises(InputError, match=r"UTF-?8"):
            read(written(label=WITHOUT_SIGN))

    @pytest.mark.parametrize("column", [[{"x": 1}] * ROWS, [["x"]] * ROWS])
    def test_nested_labels_are_no_texts(self, written, column):
        with pytest.raises(InputError, match=r"column 4 \(label\): expected texts, found a column of type"):
            read(written(label=pa.array(column)))

    def test_a_null_in_a_dictionary_and_runs(self, tmp_path):
        codes = pa.array([0, 1] * (ROWS // 2))
        path = tmp_path / "t.arrow"
        for column in (
            pa.DictionaryArray.from_arrays(codes, pa.array(["x", None])),
            pa.RunEndEncodedArray.from_arrays(pa.array([ROWS], pa.int32()), pa.array(["x"])),
        ):
            table = table_of(label=column)
            with pa.ipc.new_file(path, table.schema) as file:
                file.write_table(table)
            if pa.types.is_dictionary(column.type):
                with pytest.raises(CellErrors, match=r"row 2: column 4 .* found a null"):
                    read(path)
            else:
                assert read(path)[1] == ["x"] * ROWS


class TestLies:
    """Files whose metadata promises what is not there."""

    @pytest.mark.parametrize("name", ["a", "id", "label"])
    def test_a_buffer_that_ends_too_early(self, tmp_path, name):
        column = table_of()[name].combine_chunks()
        path = tmp_path / "t.arrow"
        with pa.ipc.new_file(path, pa.schema([(name, column.type)])) as file:
            file.write_batch(pa.record_batch([column], names=[name]))
        lengths = (size.to_bytes(8, "little") for size in (ROWS, 1 << 20))
        path.write_bytes(path.read_bytes().replace(*lengths))  # of the batch and of its column
        chosen = Selection(numbers=(0,)) if name == "a" else Selection(coded=(0,))
        with contextlib.closing(open_table(str(path))) as table, pytest.raises(InputError, match="not readable"):
            for block in table.blocks(chosen):
                block.parse()

    def test_rows_without_columns(self, tmp_path):
        path = tmp_path / "t.arrow"
        nothing = table_of().select([])
        with pa.ipc.new_file(path, nothing.schema) as file:
            file.write_batch(pa.record_batch(table_of().to_batches()[0]).select([]))
        lengths = (size.to_bytes(8, "little") for size in (ROWS, 1 << 60))
        path.write_bytes(path.read_bytes().replace(*lengths))
        with pytest.raises(InputError, match="it has no columns"):
            open_table(str(path))

    def test_a_code_beyond_its_dictionary(self, tmp_path):
        codes = pa.array([k % 3 for k in range(ROWS)])
        column = pa.DictionaryArray.from_arrays(codes, pa.array(["x", "y", "z"]))
        path = tmp_path / "t.parquet"
        parquet.write_table(table_of(label=column), path, compression="none", use_dictionary=["label"])
        packed, beyond = b"\x24\x49\x92", b"\xff\xff\xff"  # 0, 1, 2, 0, … in two bits each, and 3, 3, 3, …
        assert packed in path.read_bytes()
        path.write_bytes(path.read_bytes().replace(packed, beyond))
        with contextlib.closing(open_table(str(path))) as table, pytest.raises(InputError, match="out of bounds"):
            for block in table.blocks(SELECTION):
                block.parse()

    def test_a_list_of_two_thousand_million(self, tmp_path):
        path = tmp_path / "t.arrow"
        schema = pa.schema([("p", pa.list_(pa.float64(), 2**31 - 1))])
        with pa.ipc.new_file(path, schema) as file:
            file.write_batch(pa.RecordBatch.from_pylist([], schema))
        with pytest.raises(InputError, match="lists of 2,147,483,647 numbers"):
            open_table(str(path))

    def test_a_hundred_thousand_columns_of_one_name(self, tmp_path):
        path = tmp_path / "t.arrow"
        names = [str(k) for k in range(100_000)]
        batch = pa.record_batch([pa.array([0.5])] * len(names), names=[*names[:-1], "0"])
        with pa.ipc.new_file(path, batch.schema) as file:
            file.write_batch(batch)
        with pytest.raises(InputError, match='the column "0" stands more than once'):
            open_table(str(path))


NULLS = {
    "numbers": ({"a": pa.array([None if k % 3 else 0.5 for k in range(ROWS)])}, "column 2 (a): expected a probability"),
    "labels": ({"label": pa.array([None if k % 3 else "x" for k in range(ROWS)])}, "column 4 (label): expected a text"),
    "lists": (
        {"probs": pa.array([None if k % 3 else [0.5, 0.5] for k in range(ROWS)], pa.list_(pa.float64()))},
        "probs: expected a list of 2",
    ),
}


@pytest.mark.parametrize("kind", NULLS)
def test_the_first_ten_nulls_are_named_and_all_are_counted(tmp_path, kind):
    changes, said = NULLS[kind]
    selection = Selection(numbers=(0, 1)) if kind == "lists" else SELECTION
    parquet.write_table(table_of(**changes), tmp_path / "t.parquet")
    with contextlib.closing(open_table(str(tmp_path / "t.parquet"))) as table, pytest.raises(CellErrors) as caught:
        next(iter(table.blocks(selection))).parse()
    rows = [k + 1 for k in range(ROWS) if k % 3]
    assert caught.value.total == len(rows)
    assert [text.partition("t.parquet: ")[2] for text in caught.value.problems] == [
        f"row {row}: {said}, found a null" for row in rows[:10]
    ]


def test_bytes_of_a_dictionary_that_are_not_utf8(tmp_path):
    column = pa.array([b"x", b"\xff"] * (ROWS // 2)).dictionary_encode()
    parquet.write_table(table_of(label=column), tmp_path / "t.parquet")
    with pytest.raises(CellErrors) as caught:
        read(tmp_path / "t.parquet")
    assert "row 2: column 4 (label): expected a text, found bytes that are not UTF-8" in caught.value.problems[0]
    assert caught.value.total == ROWS // 2
