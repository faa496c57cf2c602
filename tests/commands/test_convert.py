"""What convert writes is what it read, to the last digit, and what score reads alike."""

import json

import numpy as np
import pytest

P = np.array([[0.5, 0.25, 0.25], [0.125, 0.75, 0.125], [0.1, 0.2, 0.7]])
NAMES = ["ant", "bee", "cat"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current directory, with the same predictions in several files."""
    monkeypatch.chdir(tmp_path)
    np.savez("p.npz", probs=P, labels=[0, 1, 2])
    records = [[{"label": n, "score": f} for n, f in zip(NAMES, row, strict=True)] for row in P.tolist()]
    (tmp_path / "p.jsonl").write_text("\n".join(map(json.dumps, records)))
    (tmp_path / "y.csv").write_text("label\nant\nbee\ncat\n")
    return tmp_path


@pytest.mark.parametrize("name", ["csv", "tsv", "jsonl", "parquet", "arrow", "npy"])
@pytest.mark.parametrize("source", [["p.npz", "--class-names", "ant,bee,cat"], ["p.jsonl"]])
def test_every_format(run, folder, name, source):
    done = run("convert", source[0], f"out.{name}", *source[1:], "-q")
    assert done.status == 0, done.err
    scored = run("score", f"out.{name}", "p.npz:labels" if name == "npy" else "y.csv", "-q")
    assert scored.out == run("score", "p.npz", "-q").out
    again = run("convert", f"out.{name}", "-", "-q")
    assert again.out.splitlines()[1:] == ["0.5,0.25,0.25", "0.125,0.75,0.125", "0.1,0.2,0.7"]
    assert again.out.splitlines()[0] == ("0,1,2" if name == "npy" else "ant,bee,cat")


def test_ids_and_columns_that_are_kept(run, folder):
    (folder / "a.csv").write_text('id,label,cat,dog\n7,"a,b",0.25,0.75\n')
    done = run("convert", "a.csv", "-", "--keep", "label", "-q")
    assert done.out == 'id,label,cat,dog\n7,"a,b",0.25,0.75\n'
    assert run("convert", "a.csv", "-", "--drop", "label", "--id", "none", "-f", "jsonl", "-q").out == (
        '{"cat": 0.25, "dog": 0.75}\n'
    )


def test_figures_of_other_kinds_are_written_as_they_are(run, folder):
    np.save("z.npy", np.log(P))
    for kind in ("--log-probs", "--logits"):
        assert run("convert", "z.npy", "out.npy", kind, "-q").status == 0
        assert np.array_equal(np.load("out.npy"), np.log(P))
    refused = run("convert", "z.npy", "out.npy", "-q")
    assert refused.status == 1 and "--log" in refused.err
    assert run("convert", "z.npy", "out.npy", "--logits", "--log-probs").status == 2


def test_binary_predictions(run, folder):
    (folder / "a.csv").write_text("id,spam\n1,0.25\n2,1\n")
    assert run("convert", "a.csv", "-", "-q").out == "id,spam\n1,0.25\n2,1\n"
    assert run("convert", "a.csv", "a.npy", "-q").status == 0
    assert np.load("a.npy").tolist() == [[0.25], [1.0]]


def test_rows_that_do_not_name_all_classes(run, folder):
    (folder / "r.jsonl").write_text('{"a": 1}\n{"a": 0.5, "b": 0.5}\n')
    assert "--rest" in run("convert", "r.jsonl", "-").err
    assert run("convert", "r.jsonl", "-", "--rest", "zero", "-q").out == "a,b\n1,0\n0.5,0.5\n"
    assert run("convert", "r.jsonl", "-", "--rest", "drop", "-q").out == "a,b\n0.5,0.5\n"
    assert run("convert", "r.jsonl", "o.npy", "--rest", "drop", "-q").status == 0
    assert np.load("o.npy").tolist() == [[0.5, 0.5]]
    assert run("convert", "r.jsonl", "-", "--rest", "zero", "--logits").status == 2


def test_names_must_fit(run, folder):
    for names in ("a,b", "a,b,b"):
        refused = run("convert", "p.npz", "-", "--class-names", names)
        assert refused.status == 2 and "expected 3 different names" in refused.err
    refused = run("convert", "p.jsonl", "-", "--class-names", "a,b,c")
    assert refused.status == 2 and "have names" in refused.err


def test_nothing_is_left_behind_where_a_row_is_bad(run, folder):
    np.save("bad.npy", np.array([[0.5, 0.5], [0.5, 0.75]]))
    refused = run("convert", "bad.npy", "out.csv", "-q")
    assert refused.status == 1 and "bad.npy: row 2: the row sums to 1.25" in refused.err
    assert not (folder / "out.csv").exists()
