"""Rows that do not name all classes: refused, or what the others get is said."""

import json

import pyarrow as pa
import pytest
from pyarrow import parquet

RIVER = [{}, {"path": 1.0}, {"foliage": 0.5, "path": 0.5}, {"foliage": 0.25, "path": 0.5, "sky": 0.25}]
TOP_TWO = [
    [{"label": "sky", "score": 0.75}, {"label": "path", "score": 0.25}],
    [{"label": "path", "score": 0.5}, {"label": "foliage", "score": 0.25}],
]
UNIFORM = 1.0986122886681098  # ln 3


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current directory, empty."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def score(run, folder, records, labels, rest, name="p.jsonl"):
    if name.endswith(".parquet"):
        parquet.write_table(pa.table({"p": records}), name)
    else:
        (folder / name).write_text(json.dumps(records) if name == "p.json" else "\n".join(map(json.dumps, records)))
    (folder / "y.csv").write_text("label\n" + "\n".join(labels) + "\n")
    return run("score", name, "y.csv", "-f", "json", "-q", *(["--rest", rest] if rest else []))


@pytest.mark.parametrize("name", ["p.jsonl", "p.json"])
def test_objects_whose_keys_come_as_classes_do(run, folder, name):
    refused = score(run, folder, RIVER, ["path"] * 4, None, name)
    assert refused.status == 1 and "--rest" in refused.err
    refused = score(run, folder, RIVER[1:], ["path"] * 3, None, name)
    assert refused.status == 1 and "--rest" in refused.err
    done = score(run, folder, RIVER, ["path"] * 4, "uniform", name)
    assert done.status == 0, done.err
    document = json.loads(done.out)
    assert document["cross_entropy"] == pytest.approx((UNIFORM + 2 * 0.6931471805599453) / 4, rel=1e-15)
    assert document["rows"] == {"read": 4, "scored": 4, "ignored": 0}
    done = json.loads(score(run, folder, RIVER, ["path", "sky", "sky", "path"], "drop", name).out)
    assert done["cross_entropy"] == pytest.approx(0.6931471805599453)
    assert done["rows"] == {"read": 4, "scored": 1, "ignored": 3}
    assert "the row sums to 0" in score(run, folder, RIVER, ["path"] * 4, "zero", name).err


@pytest.mark.parametrize("name", ["p.jsonl", "p.parquet"])
def test_lists_of_the_most_likely(run, folder, name):
    refused = score(run, folder, TOP_TWO, ["sky", "path"], None, name)
    assert refused.status == 1 and "--rest" in refused.err
    done = score(run, folder, TOP_TWO, ["sky", "sky"], "uniform", name)
    assert json.loads(done.out)["cross_entropy"] == pytest.approx((0.2876820724517809 + 1.3862943611198906) / 2)
    done = score(run, folder, TOP_TWO[:1], ["sky"], "zero", name)
    assert json.loads(done.out)["cross_entropy"] == pytest.approx(0.2876820724517809)


def test_nulls_in_a_struct_are_classes_that_are_not_named(run, folder):
    records = [{"a": 0.5, "b": 0.5}, {"a": 1.0, "b": None}]
    assert score(run, folder, records, ["a", "a"], None, "p.parquet").status == 1
    done = score(run, folder, records, ["a", "a"], "zero", "p.parquet")
    assert json.loads(done.out)["cross_entropy"] == pytest.approx(0.6931471805599453 / 2)


def test_what_has_no_rest(run, folder):
    (folder / "p.csv").write_text("a,b\n0.5,0.5\n")
    (folder / "y.csv").write_text("label\na\n")
    refused = run("score", "p.csv", "y.csv", "--rest", "zero")
    assert refused.status == 2 and "rows that name their classes" in refused.err
    assert run("score", "p.csv", "y.csv", "--rest", "zero", "--logits").status == 2
    refused = score(run, folder, [{"a": 0.5, "b": 0.5, "text": "x"}], ["a"], "zero")
    assert refused.status == 1 and "text is no figure" in refused.err
    refused = score(run, folder, [{"p": {"a": 0.5, "b": "x"}}], ["a"], "zero")
    assert refused.status == 1, refused.out
    refused = run("score", "-", "y.csv", "--rest", "zero", stdin=b'{"a": 1}\n')
    assert refused.status == 2 and "reads all rows twice" in refused.err
    assert run("compare", "p.csv", "p.csv", "y.csv", "--rest", "drop").status == 2


def test_a_null_is_no_rest(run, folder):
    refused = score(run, folder, [{"a": 0.5, "b": 0.5}, {"a": None}], ["a", "a"], "uniform")
    assert refused.status == 1 and "a is no figure" in refused.err


def test_states_and_checks_know_the_option(run, folder):
    assert score(run, folder, RIVER, ["path"] * 4, "uniform").status == 0
    stored = run("score", "p.jsonl", "y.csv", "--rest", "uniform", "--signature", "-o", "r.json", "-q")
    assert stored.status == 0, stored.err
    assert run("verify", "r.json").status == 0
