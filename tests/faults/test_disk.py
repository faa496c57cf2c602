"""A disk that is full, a file that may not grow, a directory that may not be written: one line, and the old file."""

import os
import resource
import subprocess

import pytest

ROLLS = ["simulate", "--seed", "1", "-n", "1000000", "--sequence"]
DIGITS = ["sample_data/digits_logistic.csv", "sample_data/digits_labels.csv"]
WRITERS = {
    "a report": ["simulate", "--seed", "1", "-k", "50000"],
    "rolls": ROLLS,
    "rows": ["score", "BIG", "--label-column", "label", "--reduction", "none"],
    "probabilities": ["softmax", "BIG", "--drop", "label"],
}


@pytest.fixture
def arguments(tmp_path_factory):
    """Commands that write more than a small disk holds."""
    big = tmp_path_factory.mktemp("big") / "p.csv"
    big.write_text("a,b,label\n" + "0.123456789,0.876543211,a\n" * 30_000)
    return {name: [str(big) if word == "BIG" else word for word in words] for name, words in WRITERS.items()}


def fill(disk):
    (disk / "filling").write_bytes(bytes(200 << 10))


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("existed", [True, False])
def test_a_full_disk_leaves_the_old_file_and_no_other(start, tiny_disk, arguments, writer, existed):
    fill(tiny_disk)
    target = tiny_disk / "out.csv"
    if existed:
        target.write_text("old")
    ended = start(*arguments[writer], "-o", target).end()
    assert (ended.status, ended.out) == (1, b"")
    assert ended.lines == [f"cecli: error: cannot write {target}: No space left on device"]
    assert sorted(os.listdir(tiny_disk)) == ["filling", *["out.csv"] * existed]
    if existed:
        assert target.read_text() == "old"


@pytest.mark.parametrize("writer", WRITERS)
def test_standard_output_on_a_full_disk(start, tiny_disk, arguments, writer):
    fill(tiny_disk)
    with (tiny_disk / "out.csv").open("wb") as file:
        ended = start(*arguments[writer], stdout=file).end()
    assert ended.status == 1
    assert ended.lines == ["cecli: error: cannot write standard output: No space left on device"]


@pytest.mark.parametrize("writer", WRITERS)
def test_a_file_may_not_grow_beyond_a_limit(start, tmp_path, arguments, writer):
    target = tmp_path / "out.csv"
    target.write_text("old")
    limit = 100 << 10
    ended = start(
        *arguments[writer], "-o", target, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    ).end()
    assert ended.status == 1
    assert ended.lines == [f"cecli: error: cannot write {target}: File too large"]
    assert os.listdir(tmp_path) == ["out.csv"]
    assert target.read_text() == "old"


def test_no_room_for_the_copy_of_a_piped_table(start, tiny_disk, tmp_path):
    import pyarrow as pa
    from pyarrow import parquet

    path = tmp_path / "p.parquet"
    parquet.write_table(pa.table({"a": [k / 50_000 for k in range(50_000)]}), path, compression="none")
    with path.open("rb") as file:
        ended = start("score", "-", DIGITS[1], stdin=file, env={"TMPDIR": str(tiny_disk)}).end()
    assert (ended.status, ended.out) == (1, b"")
    where = f"no room for a temporary copy in {tiny_disk}: No space left on device"
    assert ended.lines == [f"cecli: error: standard input: {where}"]
    assert "set TMPDIR to a directory with more room" in ended.err
    assert os.listdir(tiny_disk) == []


def test_a_disk_that_is_read_only(start, tiny_disk):
    (tiny_disk / "out.json").write_text("old")
    subprocess.run(["mount", "-o", "remount,ro", str(tiny_disk)], check=True)
    for name in ("out.json", "new.json"):
        ended = start("kl", "1/2,1/2", "uniform", "-o", tiny_disk / name).end()
        assert (ended.status, ended.out) == (1, b"")
        assert ended.lines == [f"cecli: error: cannot write {tiny_disk / name}: Read-only file system"]


@pytest.mark.parametrize("writer", WRITERS)
def test_a_directory_that_may_not_be_written(start, tmp_path, arguments, writer):
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o555)
    if os.geteuid() == 0:
        if subprocess.run(["chattr", "+i", str(folder)], capture_output=True).returncode:
            pytest.skip("root may write anywhere, and this file system knows no immutable directory")
        said = "Operation not permitted"
    else:
        said = "Permission denied"
    try:
        ended = start(*arguments[writer], "-o", folder / "out.csv").end()
        assert (ended.status, ended.out) == (1, b"")
        assert ended.lines == [f"cecli: error: cannot write {folder / 'out.csv'}: {said}"]
        assert os.listdir(folder) == []
    finally:
        if os.geteuid() == 0:
            subprocess.run(["chattr", "-i", str(folder)], check=True)
        folder.chmod(0o755)
