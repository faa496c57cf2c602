"""cecli softmax: what score reads of its output is what score reads of the logits, in every format, in order."""

import io
import itertools
import math

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from cecli.readers.predictions import row_reader

SAMPLE = "sample_data/digits_logits.csv"
LABELS = "sample_data/digits_labels.csv"
HALVES = [1 / (1 + math.e), math.e / (1 + math.e)]
"""softmax of two logits that are 1 apart; the last digit is that of NumPy's exp."""


@pytest.fixture(scope="module")
def sample(root):
    return str(root / SAMPLE), str(root / LABELS)


@pytest.fixture
def made(tmp_path):
    """``made("preds.csv")``: a path for a file to be written."""
    return lambda name: str(tmp_path / name)


@pytest.mark.parametrize("format", ["csv", "tsv", "jsonl", "parquet", "arrow", "npy"])
@pytest.mark.parametrize("log", [False, True])
def test_score_of_the_output_is_score_of_the_logits(run, sample, made, format, log):
    preds, labels = sample
    path = made(f"preds.{format}")
    done = run("softmax", preds, "-o", path, "-q", *(["--log"] if log else []))
    assert (done.status, done.stdout, done.stderr) == (0, b"", b"")
    kind = ["--log-probs"] if log else []
    found = run("score", path, labels, *kind, "-f", "json").document
    wanted = run("score", preds, labels, "--logits", "-f", "json").document
    assert found["cross_entropy"] == pytest.approx(wanted["cross_entropy"], rel=1e-13)
    assert found["brier"] == pytest.approx(wanted["brier"], rel=1e-13)
    assert found["matched_by"] == ("position" if format == "npy" else "id")


def test_on_standard_output_it_is_csv_that_score_reads(shell):
    done = shell(f"cecli softmax {SAMPLE} --temperature 40 | cecli score - {LABELS} --value")
    assert done.status == 0
    assert float(done.out) == pytest.approx(0.66444871587541, rel=1e-12)


def test_the_rows_keep_their_order_and_their_texts(run, save):
    logits = save("logits.csv", 'dog,name,id,cat\n1,"x, y",r9,2\n3,,r1,3\n-inf,z,r5,0\n')
    done = run("softmax", logits, "--keep", "name", "--threads", "2")
    header, first, *rest = done.out.splitlines()
    assert (header, rest) == ("id,name,dog,cat", ['r1,"",0.5,0.5', "r5,z,0,1"])
    assert first.startswith('r9,"x, y",')
    assert [float(cell) for cell in first.split(",")[-2:]] == pytest.approx(HALVES, rel=1e-15)


@pytest.mark.parametrize(
    ("options", "header"),
    [
        ([], "id,a,b,c"),
        (["--id", "none"], "a,b,c"),
        (["--id", "c"], "c,a,b"),
        (["--classes", "c,a"], "id,c,a"),
        (["--drop", "b"], "id,a,c"),
        (["--keep", "b", "--keep", "id"], "id,b,a,c"),
    ],
)
def test_columns(run, save, options, header):
    done = run("softmax", save("logits.csv", "a,id,b,c\n1,2,3,4\n"), *options)
    assert done.status == 0, done.err
    assert done.out.splitlines()[0] == header


def test_temperature_divides(run, save):
    hot = run("softmax", save("a.csv", "a,b\n8,5\n1,-2\n"), "--temperature", "4")
    assert hot.out == run("softmax", save("b.csv", "a,b\n2,1.25\n0.25,-0.5\n")).out


def test_one_column_is_a_binary_prediction(run, save):
    logits = save("logits.csv", "id,spam\n1,0\n2,-800\n3,2\n")
    done = run("softmax", logits)
    assert done.out.startswith("id,spam\n1,0.5\n2,0\n3,")
    assert float(done.out.split(",")[-1]) == pytest.approx(1 / (1 + math.exp(-2)), rel=1e-15)
    done = run("softmax", logits, "--log")
    assert done.out.startswith("id,spam\n1,-0.6931471805599453\n2,-800\n3,")
    assert float(done.out.split(",")[-1]) == pytest.approx(-math.log1p(math.exp(-2)), rel=1e-15)


def test_without_a_header(run, save):
    done = run("softmax", save("logits.csv", "0,1\n1,0\n"), "--header", "none")
    assert done.out.splitlines()[0] == "0,1"
    assert len(done.out.splitlines()) == 3


@pytest.mark.parametrize("format", ["jsonl", "parquet", "arrow"])
def test_a_list_stays_a_list(run, save, made, format):
    lines = '{"id": 1, "z": [1, 2, 3]}\n{"id": 2, "z": [0, 0, "-Infinity"]}\n'
    path = made(f"p.{format}")
    assert run("softmax", save("logits.jsonl", lines), "-o", path).status == 0
    again = run("softmax", path, "--log", "-f", "csv", "-q")
    assert again.out.splitlines()[0] == "id,0,1,2"
    if format == "parquet":
        table = parquet.read_table(path)
        assert table.column_names == ["id", "z"]
        assert table["z"].to_pylist()[1] == [0.5, 0.5, 0.0]


def test_some_elements_of_a_list_are_columns(run, save):
    lines = save("logits.jsonl", '{"id": 1, "z": [1, 2, 3]}\n')
    assert run("softmax", lines, "--classes", "2,0", "-f", "jsonl").out.startswith('{"id": "1", "2": 0.88')


def test_shards(run, tmp_path):
    for k in range(3):
        (tmp_path / f"part{k}.csv").write_text(f"id,a,b\n{k},{k},0\n")
    done = run("softmax", str(tmp_path))
    assert [line.split(",")[0] for line in done.out.splitlines()] == ["id", "0", "1", "2"]


def with_blocks_of(monkeypatch, size):
    """Blocks of so many bytes."""
    original = row_reader.RowOptions
    monkeypatch.setattr(row_reader, "RowOptions", lambda *a, **k: original(*a, block_bytes=size, **k))


def test_any_block_size_and_any_threads_give_the_same_bytes(save, monkeypatch, run):
    table = np.random.default_rng(5).normal(size=(500, 3)).tolist()
    rows = "".join(f"r{k},{a!r},{b!r},{c!r}\n" for k, (a, b, c) in enumerate(table))
    logits = save("logits.csv", f"id,a,b,c\n{rows}")
    results = set()
    for size, threads in itertools.product((200, 5000, 1 << 22), (1, 2, 7)):
        with_blocks_of(monkeypatch, size)
        results.add(run("softmax", logits, "--threads", threads, "--temperature", 0.7).stdout)
        monkeypatch.undo()
    assert len(results) == 1
    assert results.pop().count(b"\n") == 501


def test_rows_before_a_bad_block_stay_and_all_bad_cells_are_named(run, save, monkeypatch):
    with_blocks_of(monkeypatch, 40)
    rows = ["1,2"] * 40
    rows[25], rows[39] = "1,x", "nan,1"
    done = run("softmax", save("logits.csv", "\n".join(["a,b", *rows, ""])))
    assert done.status == 1
    assert 1 < done.out.count("\n") <= 26
    assert done.out.endswith("\n")
    assert 'logits.csv:27: column 2 (b): expected a logit, found "x"' in done.err
    assert 'logits.csv:41: column 1 (a): expected a logit, found "nan"' in done.err


@pytest.mark.parametrize("format", ["csv", "parquet", "npy"])
def test_a_file_is_whole_or_as_it_was(run, save, made, format):
    path = made(f"p.{format}")
    with open(path, "w") as old:
        old.write("old")
    assert run("softmax", save("logits.csv", "a,b\n1,2\n1,x\n"), "-o", path).status == 1
    with open(path) as old:
        assert old.read() == "old"


def test_probabilities_get_a_note(run, save):
    done = run("softmax", save("p.csv", "a,b\n0.25,0.75\n0.5,0.5\n"))
    assert done.status == 0
    assert "every row of logits is itself a PMF" in done.err
    assert "every logit is from 0 to 1" in run("softmax", save("p.csv", "spam\n0.25\n0.5\n")).err
    assert run("softmax", save("p.csv", "spam\n0.25\n1.5\n")).err == ""
    assert "PMF" not in run("softmax", save("p.csv", "a,b\n0.25,0.75\n0.5,0.6\n")).err


def test_npy_has_no_place_for_an_id(run, save, made):
    done = run("softmax", save("z.csv", "id,a,b\nx,1,2\n"), "-o", made("p.npy"))
    assert "note: .npy holds numbers alone: id left out" in done.err


WRONG = [
    (["nothing.csv"], 1, "nothing.csv: no such file"),
    (["{}", "--temperature", "0"], 2, "--temperature: expected a number > 0, found 0.0"),
    (["{}", "--temperature", "inf"], 2, "--temperature: expected a number > 0, found inf"),
    (["{}", "--temperature", "hot"], 2, "hot"),
    (["{}", "-o", "p.json"], 2, "names no format of predictions"),
    (["{}", "-f", "json"], 2, "json"),
    (["{}", "--keep", "nam"], 1, 'no column "nam"'),
    (["{}", "--drop", "b", "--classes", "a"], 2, "--drop has no meaning beside it"),
    (["{}", "--classes", "a,name", "--keep", "name"], 2, "cannot be a class and be kept as text"),
    (["{}", "--id", "key"], 1, 'no column "key"'),
    (["{}", "--labels", "x"], 2, "no option --labels"),
    ([], 2, "LOGITS"),
]


@pytest.mark.parametrize(("arguments", "status", "text"), WRONG)
def test_wrong(run, save, arguments, status, text):
    logits = save("logits.csv", "a,name,b\n1,x,2\n")
    done = run("softmax", *(logits if argument == "{}" else argument for argument in arguments))
    assert (done.status, done.stdout) == (status, b"")
    assert text in done.err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("a,b\n", "no rows"),
        ("a,b\n1\n", "expected 2 cells as in the header, found 1"),
        ("a,b\ninf,1\n", "expected a finite logit or -inf, found inf"),
        ("a,b\n-inf,-inf\n", "every logit of the row is -inf"),
        ("a,b\n1e400,1\n", "beyond the largest double"),
    ],
)
def test_bad_files(run, save, text, message):
    done = run("softmax", save("logits.csv", text))
    assert (done.status, done.stdout) == (1, b"")
    assert message in done.err


@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet", "npy"])
def test_a_full_disk(shell, format):
    done = shell(f"cecli softmax {SAMPLE} -f {format} > /dev/full")
    assert done.status == 1
    assert "cannot write standard output: No space left on device" in done.err


def test_the_reader_of_the_pipe_goes_away(shell):
    many = f"for k in 1 2 3 4 5 6 7 8; do tail -n +2 {SAMPLE}; done"
    done = shell(f"{many} | cecli softmax - --header none --drop 0 -f jsonl | head -n 1; echo ${{PIPESTATUS[1]}}")
    assert done.err == ""
    assert done.out.startswith('{"1": ')
    assert done.out.splitlines()[-1] == "141"


def test_typed_ids_and_columns_of_parquet(run, tmp_path):
    table = pa.table({"id": pa.array([3, 1]), "a": pa.array([1.0, 2.0], pa.float32()), "t": [True, False], "b": [2, 1]})
    parquet.write_table(table, tmp_path / "z.parquet")
    done = run("softmax", tmp_path / "z.parquet", "--keep", "t")
    header, first = done.out.splitlines()[:2]
    assert header == "id,t,a,b"
    assert first.startswith("3,true,")
    assert [float(cell) for cell in first.split(",")[2:]] == pytest.approx(HALVES, rel=1e-15)


def test_npy_in_and_out_needs_no_temporary_file(run, tmp_path, monkeypatch):
    import tempfile

    np.save(tmp_path / "z.npy", np.arange(12.0).reshape(4, 3))
    monkeypatch.setattr(tempfile, "TemporaryFile", None)
    done = run("softmax", tmp_path / "z.npy", "-f", "npy")
    assert done.status == 0
    assert np.load(io.BytesIO(done.stdout)).sum(axis=1) == pytest.approx(1, rel=1e-15)
