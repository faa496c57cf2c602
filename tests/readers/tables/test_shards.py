"""A directory or a pattern is one table, in natural order, a file open at a time."""

import contextlib
import os
import re

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from cecli.errors import InputError
from cecli.readers.tables import shards
from cecli.readers.tables.shards import check_paired, find_shards, natural_key
from cecli.readers.tables.table import Selection
from cecli.readers.tables.tables import open_table


@pytest.fixture
def folder(tmp_path):
    """``folder({"a.csv": "…"})``: a directory with these files."""

    def make(files, name="set"):
        for file, content in files.items():
            path = tmp_path / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(tmp_path / name)

    return make


def blocks(path, **options):
    with contextlib.closing(open_table(path, **options)) as table:
        found = list(table.blocks(Selection(tuple(range(len(table.columns))))))
        return table, found, np.concatenate([block.parse().numbers for block in found]).tolist()


def numbered(count, **extra):
    return {f"shard-{k}.csv": f"a,b\n{k},0\n{k},1\n" for k in range(count)} | extra


class TestFiles:
    @pytest.mark.parametrize("pattern", ["", "/*.csv", "/shard-*", "/shard-[0-9]*.csv"])
    def test_natural_order_without_what_is_hidden(self, folder, pattern):
        path = folder(numbered(12, **{"_SUCCESS": "", ".part.crc": "x", "_metadata": "y"}))
        table, found, rows = blocks(path + pattern)
        assert rows == [[k, j] for k in range(12) for j in (0, 1)]
        assert [block.first_row for block in found] == list(range(0, 24, 2))
        assert found[10].place(1, 1) == f"{path}/shard-10.csv:3: column 2 (b)"
        assert table.size == table.position == sum(os.path.getsize(file) for file in table.files)
        assert table.rows == [2] * 12

    def test_natural_key(self):
        names = ["b/1", "a/x10y2", "a/x2y10", "a/x2y9", "a/x", "a/X2", "a/x02y9"]
        wanted = ["a/X2", "a/x", "a/x02y9", "a/x2y9", "a/x2y10", "a/x10y2", "b/1"]
        assert sorted(names, key=natural_key) == wanted

    def test_patterns_through_directories(self, folder):
        path = folder({"k=10/a.csv": "a\n10\n", "k=9/a.csv": "a\n9\n", "k=9/_tmp.csv": "b\n"})
        assert blocks(f"{path}/**/*.csv")[2] == blocks(f"{path}/k=*/*.csv")[2] == [[9.0], [10.0]]
        with pytest.raises(InputError, match="it holds directories") as error:
            open_table(path)
        assert "**" in error.value.hint

    def test_a_file_that_is_called_like_a_pattern(self, folder):
        path = folder({"p[12].csv": "a\n0\n", "p1.csv": "a\n1\n", "p2.csv": "a\n2\n"})
        assert blocks(f"{path}/p[12].csv")[2] == [[0.0]]
        os.remove(f"{path}/p[12].csv")
        assert blocks(f"{path}/p[12].csv")[2] == [[1.0], [2.0]]

    @pytest.mark.parametrize("path", ["-", "plain.csv"])
    def test_one_file_is_none(self, path):
        assert find_shards(path) is None

    def test_nothing_there(self, folder, tmp_path):
        with pytest.raises(InputError, match="no files in this directory"):
            open_table(folder({"_SUCCESS": "", ".hidden": ""}))
        with pytest.raises(InputError, match="no file matches this pattern"):
            open_table(str(tmp_path / "*.parquet"))

    def test_many_files_and_few_descriptors(self, folder):
        resource = pytest.importorskip("resource")
        if not os.path.isdir("/proc/self/fd"):
            pytest.skip("no way to count the open files")
        path = folder(numbered(150))
        kept = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) + 12, kept[1]))
        try:
            assert len(blocks(path)[2]) == 300
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, kept)

    def test_files_without_rows(self, folder):
        path = folder({"1.jsonl": "", "2.jsonl": '{"a": 1}\n', "3.jsonl": "", "4.jsonl": '{"a": 2}\n', "5.jsonl": ""})
        table, _, rows = blocks(path)
        assert (rows, table.rows) == ([[1.0], [2.0]], [0, 1, 0, 1, 0])
        with pytest.raises(InputError, match="no rows"):
            open_table(folder({"1.jsonl": ""}, "empty"))

    def test_closed_in_the_middle(self, folder):
        table = open_table(folder(numbered(3)))
        stream = table.blocks(Selection((0,)))
        first = next(stream)
        table.close()
        assert first.parse().numbers.tolist() == [[0.0], [0.0]]
        with pytest.raises(InputError, match="closed"):
            list(table.blocks(Selection((0,))))


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ("a,c\n1,2\n", '"b" is missing, "c" is there'),
        ("a\n1\n", '"b" is missing'),
        ("a,b,c\n1,2,3\n", '"c" is not among those'),
        ("b,a\n1,2\n", 'column 1 is "b", not "a"'),
        ("a,b,b\n1,2,3\n", "3 columns, not 2"),
    ],
)
def test_other_columns(folder, second, words):
    path = folder({"1.csv": "a,b\n1,2\n", "2.csv": second})
    with pytest.raises(InputError, match=re.escape(words)) as error:
        blocks(path)
    assert error.value.message.startswith(f"{path}/2.csv: its columns are not those of {path}/1.csv: ")
    assert error.value.hint.startswith(f"{path} is read as one file, ")


def test_bad_cells_stand_in_their_own_file(run, folder, save):
    path = folder({"1.csv": "a,b\n0.5,0.5\n", "2.csv": "a,b\n0.5,0.5\nx,0.5\n"})
    done = run("score", path, save("l.csv", "label\na\nb\na\n"))
    assert (done.status, done.out) == (1, "")
    assert f'{path}/2.csv:3: column 1 (a): expected a probability, found "x"' in done.err


def test_a_set_scores_as_its_rows_in_one_file(run, folder, save):
    preds = folder({f"p{k}.csv": f"a,b\n0.{k},0.{10 - k}\n" for k in (1, 2, 3)}, "preds")
    labels = folder({"l1.csv": "label\na\n", "l2.csv": "label\nb\n", "l10.csv": "label\na\n"}, "labels")
    whole = save("p.csv", "a,b\n0.1,0.9\n0.2,0.8\n0.3,0.7\n"), save("l.csv", "label\na\nb\na\n")
    expected = run("score", *whole, "--value").out
    assert run("score", preds, labels, "--value").out == run("score", f"{preds}/*", labels, "--value").out == expected


class TestPairs:
    def open(self, folder, name, counts):
        return open_table(folder({f"{k}.csv": "a\n" + "1\n" * rows for k, rows in enumerate(counts)}, name))

    @pytest.mark.parametrize(
        ("preds", "labels", "words"),
        [
            ((2, 3), (2, 3), None),
            ((2, 3), (3, 2), r"preds/0.csv has 2 rows and .*labels/0.csv, its pair, has 3"),
            ((2, 3, 4), (2, 2, 4), r"preds/1.csv has 3 rows and .*labels/1.csv, its pair, has 2"),
            ((2, 3), (5,), r"preds has 2 files and .*labels has 1 file"),
        ],
    )
    def test_rows_of_a_pair(self, folder, preds, labels, words):
        tables = self.open(folder, "preds", preds), self.open(folder, "labels", labels)
        for table in tables:
            list(table.blocks(Selection((0,))))
        with contextlib.nullcontext() if words is None else pytest.raises(InputError, match=words):
            check_paired(*tables)

    def test_what_has_not_been_read_passes(self, folder, save):
        preds, labels = self.open(folder, "preds", (1, 2)), self.open(folder, "labels", (2, 1))
        single = open_table(save("l.csv", "a\n1\n"))
        check_paired(preds, labels)
        check_paired(preds, single)
        assert isinstance(preds, shards.ShardTable)
        for table in (preds, labels, single):
            table.close()


def test_a_run_says_which_shards_do_not_pair(run, folder):
    preds = folder({"1.csv": "a,b\n" + "0.5,0.5\n" * 2, "2.csv": "a,b\n" + "0.5,0.5\n" * 3}, "preds")
    labels = folder({"1.csv": "label\n" + "a\n" * 3, "2.csv": "label\n" + "a\n" * 2}, "labels")
    done = run("score", preds, labels)
    assert done.status == 1
    assert f"{preds}/1.csv has 2 rows and {labels}/1.csv, its pair, has 3" in done.err


def test_shards_of_which_one_holds_lists(run, tmp_path):
    (tmp_path / "set").mkdir()
    parquet.write_table(pa.table({"p": pa.array([[1.0, 0.0]]), "label": [0]}), tmp_path / "set/1.parquet")
    parquet.write_table(pa.table({"0": [1.0], "1": [0.0], "label": [0]}), tmp_path / "set/2.parquet")
    done = run("score", tmp_path / "set", "--label-column", "label")
    assert (done.status, done.out) == (1, "")
    assert f"{tmp_path}/set/2.parquet: its columns are not those of {tmp_path}/set/1.parquet" in done.err
    assert "only one of the two holds lists" in done.err
