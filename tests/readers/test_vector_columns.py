"""The same rows give the same digits in every format, as columns and as a vector in one column."""

import contextlib
import gzip
import io
import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import feather, parquet

from cecli.core.metrics import Spec
from cecli.core.scores.scorer import Scorer
from cecli.errors import CecliError, InputError, UsageError
from cecli.readers.predictions.predictions import PredictionOptions, Predictions
from cecli.readers.predictions.roles.options import ColumnOptions
from cecli.readers.tables import arrow_table
from cecli.readers.tables.table import Selection
from cecli.readers.tables.tables import open_table, vector_columns
from tests.effort import examples

LISTS = {
    "list": lambda flat, width: pa.ListArray.from_arrays(np.arange(0, len(flat) + 1, width, dtype=np.int32), flat),
    "large": lambda flat, width: pa.LargeListArray.from_arrays(np.arange(0, len(flat) + 1, width), flat),
    "fixed": lambda flat, width: pa.FixedSizeListArray.from_arrays(flat, width),
}


def written(columns, form, **options):
    """A table of Arrow as a file."""
    out, table = io.BytesIO(), pa.table(columns)
    if form == "parquet":
        parquet.write_table(table, out, **options)
    else:
        feather.write_feather(table, out, compression="uncompressed", **options)
    return out.getvalue()


def lists_of(array, form="list"):
    return LISTS[form](pa.array(array.ravel()), array.shape[1])


def score(preds, labels, threads=1, label=None, vector=None, **options):
    columns = ColumnOptions(label=label)
    with Predictions(PredictionOptions(preds, labels, columns=columns, vector=vector, **options)) as opened:
        spec = Spec(len(opened.classes))
        return repr(opened.accumulate(lambda: Scorer(spec), threads).result())


def numbers(path, **options):
    with contextlib.closing(open_table(path, **options)) as table:
        chosen = Selection(tuple(vector_columns(table)))
        return np.concatenate([block.parse().numbers for block in table.blocks(chosen)])


def in_every_form(save, table, labels):
    """The same rows in every format and shape, with the arguments that read them."""
    n, k = table.shape
    names = [str(j) for j in range(k)]
    csv = "\n".join([",".join(names), *(",".join(map(repr, row)) for row in table.tolist()), ""])
    lines = [json.dumps({"probs": row, "label": y}) for row, y in zip(table.tolist(), labels.tolist(), strict=True)]
    wide = [json.dumps(dict(zip(names, row, strict=True))) for row in table.tolist()]
    answers = save("l.csv", "label\n" + "".join(f"{y}\n" for y in labels))
    buffers = {order: io.BytesIO() for order in "CF"}
    for order, buffer in buffers.items():
        np.save(buffer, np.asarray(table, order=order))
    half = n // 2
    rows = {"probs": lists_of(table), "label": labels}
    return {
        "csv": (save("p.csv", csv), answers),
        "csv.gz": (save("p.csv.gz", gzip.compress(csv.encode())), answers),
        "jsonl": (save("p.jsonl", "\n".join(lines)), None, {"label": "label"}),
        "jsonl wide": (save("p.jsonl", "\n".join(wide)), answers),
        "npy": (save("p.npy", buffers["C"].getvalue()), answers),
        "npy, Fortran": (save("p.npy", buffers["F"].getvalue()), answers),
        "npy.gz": (save("p.npy.gz", gzip.compress(buffers["C"].getvalue())), answers),
        "parquet wide": (save("p.parquet", written(dict(zip(names, table.T, strict=True)), "parquet")), answers),
        **{
            f"{form}, {kind}": (
                save("p.x", written({"label": labels, "probs": lists_of(table, kind)}, form)),
                None,
                {"label": "label", "vector": "probs"},
            )
            for form in ("parquet", "arrow")
            for kind in LISTS
        },
        "shards": (
            shards(
                save,
                {
                    "s-2.jsonl": "\n".join(lines[:half]),
                    "s-10.jsonl.gz": gzip.compress("\n".join(lines[half:]).encode()),
                    "s-9.parquet": written({name: column[:0] for name, column in rows.items()}, "parquet"),
                    "_SUCCESS": "",
                },
            ),
            None,
            {"label": "label"},
        ),
    }


def shards(save, files):
    folder = None
    for name, content in files.items():
        path = save(name, content) if folder is None else f"{folder}/{name}"
        folder = path.rpartition("/")[0]
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
    return folder


@examples(12)
@given(seed=st.integers(0, 2**32), rows=st.integers(1, 40), classes=st.sampled_from([2, 3, 10, 70]))
def test_the_same_digits_in_every_form(save, seed, rows, classes):
    generator = np.random.default_rng(seed)
    table = generator.dirichlet(np.ones(classes), rows)
    labels = generator.integers(0, classes, rows)
    forms = in_every_form(save, table, labels)
    expected = score(*forms.pop("csv"))
    for name, (preds, observed, *options) in forms.items():
        for threads, size in ((1, 1 << 22), (2, 512)):
            found = score(preds, observed, threads, block_bytes=size, **dict(*options))
            assert found == expected, name


@pytest.mark.parametrize("form", ["parquet", "arrow"])
@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "i4"])
def test_precision_is_kept(save, form, kind, dtype):
    if form == "parquet" and dtype == "f2":
        pytest.importorskip("pyarrow", minversion="16")
    array = (np.random.default_rng(1).random((50, 4)) * 9).astype(dtype)
    found = numbers(save("p.x", written({"z": lists_of(array, kind)}, form)))
    assert found.dtype == (array.dtype if array.dtype.kind == "f" else np.float64)
    assert np.array_equal(found, array)


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_batches_are_bounded_and_in_order(save, monkeypatch, form):
    monkeypatch.setattr(arrow_table, "_BATCH_BYTES", 8 * 7 * 3)
    array = np.random.default_rng(1).random((100, 7))
    path = save("p.x", written({"z": lists_of(array), "k": np.arange(100)}, form))
    with contextlib.closing(open_table(path)) as table:
        blocks = list(table.blocks(Selection(tuple(range(7)))))
        assert max(block.rows for block in blocks) == 3
        assert np.array_equal(np.concatenate([block.parse().numbers for block in blocks]), array)
        assert table.position == table.size
        assert blocks[2].place(0, 4) == f"{path}: row 7: z[4]"
        assert blocks[2].place(0, 7) == f"{path}: row 7: column 2 (k)"


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_some_elements_beside_other_columns_in_any_order(save, form):
    array = np.random.default_rng(1).random((20, 3)).astype("f4")
    path = save("p.x", written({"w": np.arange(20), "z": lists_of(array), "v": np.arange(20) * 2}, form))
    with contextlib.closing(open_table(path)) as table:
        assert table.columns == ("0", "1", "2", "w", "v")
        cells = next(iter(table.blocks(Selection((4, 2, 0), coded=(3, 3), strings=(4,))))).parse()
    assert np.array_equal(cells.numbers, np.column_stack([np.arange(20) * 2, array[:, 2], array[:, 0]]))
    assert [[coded.values[k] for k in coded.codes] for coded in cells.coded] == [[str(k) for k in range(20)]] * 2
    assert cells.strings[0].to_pylist() == [str(2 * k) for k in range(20)]


class TestWhichColumn:
    def test_the_only_one_is_taken(self, save):
        path = save("p.parquet", written({"z": [[0.5, 0.5]], "words": [["a", "b"]]}, "parquet"))
        with contextlib.closing(open_table(path)) as table:
            assert table.columns == ("0", "1", "words")

    def test_of_two_the_one_that_is_named(self, save):
        columns = {"z": [[0.5, 0.5]], "y": [[1.0, 2.0, 3.0]]}
        for content, name in (
            (written(columns, "parquet"), "p.parquet"),
            ('{"z": [0.5, 0.5], "y": [1, 2, 3]}', "p.jsonl"),
        ):
            path = save(name, content)
            assert numbers(path, vector="y").tolist() == [[1.0, 2.0, 3.0]]
            with contextlib.closing(open_table(path)) as table:
                assert table.columns == ("z", "y")
                with pytest.raises(InputError, match=r"expected a number, found a (list|column of type list)") as error:
                    next(iter(table.blocks(Selection((0,))))).parse()
            assert "--vector" in error.value.hint

    @pytest.mark.parametrize(
        ("columns", "vector", "words"),
        [
            ({"z": [[0.5, 0.5]]}, "x", 'no column "x"'),
            ({"z": [[0.5, 0.5]], "a": [1.0]}, "a", "no lists of numbers|expected a list of numbers"),
            ({"z": [[0.5, 0.5]], "1": [1.0]}, None, 'the column "1" has the name of element 1 of "z"'),
        ],
    )
    def test_what_is_none(self, save, columns, vector, words):
        line = json.dumps({name: values[0] for name, values in columns.items()})
        for content, name in ((written(columns, "parquet"), "p.parquet"), (line, "p.jsonl")):
            with pytest.raises(InputError, match=words):
                open_table(save(name, content), vector=vector)

    def test_the_first_twelve_that_hold_lists_are_named(self, save):
        columns = {"x": [1.0], **{f"list{k}": pa.array([[0.5, 0.5]]) for k in range(14)}}
        with pytest.raises(InputError) as caught:
            open_table(save("p.parquet", written(columns, "parquet")), vector="x")
        assert caught.value.hint == "these do: " + ", ".join(f'"list{k}"' for k in range(12))

    def test_the_first_twelve_columns_are_named(self, save):
        path = save("p.parquet", written({f"number{k}": [1.0] for k in range(14)}, "parquet"))
        with pytest.raises(InputError) as caught:
            open_table(path, vector="probs")
        assert caught.value.hint == "its columns are " + ", ".join(f"number{k}" for k in range(12))

    def test_text_and_arrays_have_none(self, save):
        buffer = io.BytesIO()
        np.save(buffer, np.zeros((2, 2)))
        for name, kind, content in (("p.csv", "text", "a,b\n1,2\n"), ("p.npy", "npy", buffer.getvalue())):
            path = save(name, content)
            with pytest.raises(UsageError) as caught:
                open_table(path, vector="a")
            assert caught.value.message == f"--vector is for Parquet, Arrow and JSON Lines, and {path} is {kind}"

    def test_a_delimiter_is_for_text(self, save):
        for form in ("parquet", "arrow"):
            path = save("p", written({"a": [0.5]}, form))
            with pytest.raises(UsageError) as caught:
                open_table(path, delimiter=";")
            assert caught.value.message == f"--delimiter is for text, and {path} is {form}"


class TestWhatIsWrong:
    @pytest.mark.parametrize(
        ("rows", "words"),
        [
            ([[0.5, 0.5], [0.5], [1.0, 0.0, 0.0]], "row 2: z: expected 2 numbers as in the first row, found 1"),
            ([[0.5, 0.5], None], "row 2: z: expected a list of 2, found a null"),
            ([[0.5, 0.5], [0.5, None]], "row 2: z[1]: expected a probability, found a null"),
            ([None, [0.5, 0.5]], 'row 1: "z": expected a list, found a null'),
            ([[], [0.5, 0.5]], "holds an empty list in the first row"),
            ([], "no rows"),
            ([[0.5, 0.5], [1.5, 0.5]], "row 2: z[0]: expected a probability from 0 to 1, found 1.5"),
        ],
    )
    @pytest.mark.parametrize("form", ["parquet", "arrow"])
    def test_place(self, save, rows, words, form):
        kind = pa.list_(pa.float64())
        path = save("p.x", written({"z": pa.array(rows, kind), "label": [0] * len(rows)}, form))
        with pytest.raises(CecliError) as error:
            score(path, None, label="label")
        assert words in error.value.lines()[0]

    def test_as_the_program_says_it(self, run, save):
        path = save("p.jsonl", '{"probs": [0.25, 0.75], "label": 1}\n{"probs": [0.25, 0.75], "label": 2}\n')
        done = run("score", path, "--label-column", "label")
        assert (done.status, done.out) == (1, "")
        assert f"{path}:2: label: " in done.err
