"""The SHA-256 of inputs while they are read: that of sha256sum, however a file is read, packed or piped."""

import gzip
import hashlib
import io
import os
import random
import threading

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import feather, parquet

from cecli.errors import InputError
from cecli.readers.sources import ledger
from cecli.readers.sources.source import Source, open_source
from cecli.readers.tables.table import Selection
from cecli.readers.tables.tables import open_table

ROWS = 20_000


def table_of(rows=ROWS):
    drawn = np.random.default_rng(1).random((rows, 3))
    return drawn / drawn.sum(axis=1, keepdims=True)


def csv_text(rows=ROWS):
    return "a,b,c\n" + "".join(f"{a!r},{b!r},{c!r}\n" for a, b, c in table_of(rows).tolist())


def written(folder, kind):
    """A file of ``ROWS`` rows of each kind."""
    path = folder / f"preds.{kind}"
    table = pa.table({name: table_of()[:, k] for k, name in enumerate("abc")})
    if kind == "csv":
        path.write_text(csv_text())
    elif kind == "quoted.csv":
        path.write_text(csv_text().replace("a,b,c", '"a","b",c'))
    elif kind == "csv.gz":
        path.write_bytes(gzip.compress(csv_text().encode()))
    elif kind == "padded.csv.gz":
        path.write_bytes(gzip.compress(csv_text().encode()) + bytes(5000))
    elif kind == "npy":
        np.save(path, table_of())
    elif kind == "fortran.npy":
        np.save(path, np.asfortranarray(table_of()))
    elif kind == "parquet":
        parquet.write_table(table, path)
    elif kind == "parquet.gz":
        plain = io.BytesIO()
        parquet.write_table(table, plain)
        path.write_bytes(gzip.compress(plain.getvalue()))
    elif kind == "feather":
        feather.write_feather(table, path, compression="uncompressed")
    else:
        path.write_text("".join(f'{{"a": {a!r}, "b": {b!r}, "c": {c!r}}}\n' for a, b, c in table_of().tolist()))
    return path


KINDS = (
    "csv",
    "quoted.csv",
    "csv.gz",
    "padded.csv.gz",
    "npy",
    "fortran.npy",
    "parquet",
    "parquet.gz",
    "feather",
    "jsonl",
)


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_read_its_sum_is_that_of_the_bytes_on_disk(kind, tmp_path):
    path = written(tmp_path, kind)
    with ledger.kept() as inputs:
        table = open_table(str(path), block_bytes=1 << 16)
        rows = sum(block.parse().numbers.shape[0] for block in table.blocks(Selection(numbers=(0, 1, 2))))
        table.close()
        found = inputs.digests()
    assert rows == ROWS
    assert found == {str(path): hashlib.sha256(path.read_bytes()).hexdigest()}


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "npy", "parquet"])
def test_what_is_left_unread_is_hashed_all_the_same(kind, tmp_path):
    path = written(tmp_path, kind)
    with ledger.kept() as inputs:
        table = open_table(str(path), block_bytes=1 << 16)
        next(iter(table.blocks(Selection(numbers=(0, 1, 2)))))
        table.close()
        assert inputs.digests() == {str(path): hashlib.sha256(path.read_bytes()).hexdigest()}


def test_reads_that_go_back_and_leave_gaps(tmp_path):
    data = random.Random(1).randbytes(300_000)
    path = tmp_path / "bytes"
    path.write_bytes(data)
    draw = random.Random(2)
    for _ in range(50):
        with ledger.kept() as inputs:
            hashed = ledger.opened(str(path))
            for _ in range(draw.randrange(8)):
                place = draw.randrange(len(data))
                hashed.saw(place, data[place : place + draw.randrange(100_000)])
            assert inputs.digests() == {str(path): hashlib.sha256(data).hexdigest()}


def test_a_stream_is_hashed_as_it_flows_and_must_be_read_to_its_end(tmp_path):
    data = csv_text().encode()
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for take_all in (True, False):
        writer = threading.Thread(target=_write, args=(fifo, data))
        writer.start()
        with ledger.kept() as inputs:
            with open_source(str(fifo)) as source:
                source.read(2 * len(data) if take_all else 10)
            if take_all:
                assert inputs.digests() == {str(fifo): hashlib.sha256(data).hexdigest()}
            else:
                with pytest.raises(InputError, match="it was not read from beginning to end"):
                    inputs.digests()
        writer.join()


def _write(path, data):
    try:
        path.write_bytes(data)
    except BrokenPipeError:
        return


def test_the_files_of_a_directory_one_by_one(tmp_path):
    for number in range(3):
        (tmp_path / f"part-{number}.csv").write_text(csv_text(100 + number))
    with ledger.kept() as inputs:
        table = open_table(str(tmp_path))
        assert sum(block.rows for block in table.blocks(Selection(numbers=(0,)))) == 303
        table.close()
        found = inputs.digests()
    assert list(found) == [str(tmp_path / f"part-{number}.csv") for number in range(3)]
    assert list(found.values()) == [
        hashlib.sha256((tmp_path / f"part-{k}.csv").read_bytes()).hexdigest() for k in range(3)
    ]


def test_a_file_that_is_gone_before_it_was_hashed_is_an_error(tmp_path):
    path = written(tmp_path, "csv")
    with ledger.kept() as inputs:
        open_source(str(path)).close()
        path.unlink()
        with pytest.raises(InputError, match=r"preds\.csv: no such file"):
            inputs.digests()


def test_only_what_is_named_may_be_opened_inside_too(tmp_path):
    path, other = written(tmp_path, "csv"), tmp_path / "other.csv"
    other.write_text("a\n1\n")
    with ledger.kept(only=[str(path)]), ledger.kept() as inner:
        open_source(str(path)).close()
        for refused in (str(other), f"{tmp_path}/../{tmp_path.name}/preds.csv", "-"):
            with pytest.raises(InputError, match="it is not among the inputs that the result names, and is not read"):
                open_source(refused)
        assert list(inner.digests()) == [str(path)]
    open_source(str(other)).close()


def test_a_ledger_may_be_asked_afterwards_and_ends_its_threads_when_the_run_fails(tmp_path):
    path = tmp_path / "p.npy"
    np.save(path, np.zeros((1 << 22, 2)))  # 64 MB, so that the thread is at work when the run ends
    with ledger.kept() as inputs:
        open_table(str(path)).close()
    assert inputs.digests() == {str(path): hashlib.sha256(path.read_bytes()).hexdigest()}
    with pytest.raises(RuntimeError, match="it fails"), ledger.kept():
        open_table(str(path)).close()
        raise RuntimeError("it fails")
    assert not [thread for thread in threading.enumerate() if thread.name == "cecli-sha256"]


def test_without_a_ledger_nothing_is_hashed(tmp_path):
    assert ledger.opened("preds.csv") is None
    source = Source(io.BytesIO(b"a\n1\n"), None)
    assert source.read(10) == b"a\n1\n"


def test_the_sum_of_a_file(tmp_path):
    path = written(tmp_path, "csv")
    assert ledger.sha256_of(str(path)) == hashlib.sha256(path.read_bytes()).hexdigest()
    with pytest.raises(FileNotFoundError):
        ledger.sha256_of(str(tmp_path / "none"))
