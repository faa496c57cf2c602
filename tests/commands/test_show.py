"""cecli show: what a command printed is printed again from its stored document, in every form."""

import json
from pathlib import Path

import pytest

DIGITS = ["sample_data/digits_logistic.csv", "sample_data/digits_labels.csv"]
PAIR = [DIGITS[0], "sample_data/digits_overconfident.csv", DIGITS[1]]
CALLS = [
    ["score", *DIGITS, "--worst", "3", "--confusions", "2", "--like", "torch", "--decompose"],
    ["score", *DIGITS, "--by", "label", "--reduction", "sum", "--base", "bits"],
    ["compare", *PAIR, "--by", "label"],
    ["compare", *PAIR[:2], PAIR[0], "--labels", PAIR[2]],
    ["calibrate", "sample_data/digits_logits.csv", DIGITS[1], "--folds", "2", "--bias"],
]


@pytest.fixture(params=CALLS, ids=lambda call: f"{call[0]} {call[-1]}")
def call(request, root, monkeypatch):
    """A call of a command."""
    monkeypatch.chdir(root)
    return request.param


@pytest.fixture
def stored(run, root, monkeypatch, tmp_path):
    """The path of the result of a call."""

    def store(*call):
        monkeypatch.chdir(root)
        path = tmp_path / "result.json"
        assert run(*call, "-q", "-o", str(path)).status == 0
        return str(path)

    return store


@pytest.mark.parametrize("form", ["json", "table", "csv", "tsv", "md"])
def test_every_form_is_that_of_the_command(run, stored, call, form):
    path = stored(*call)
    assert run("show", path, "-f", form).out == run(*call, "-f", form).out
    assert run("show", path, "-f", form).err == run(*call, "-f", form).err


def test_numbers_and_lists(run, stored):
    path = stored(*CALLS[0])
    assert run("show", path, "--value").out == run(*CALLS[0], "--value").out
    assert run("show", path, "--get", "classes.3.recall").out == run(*CALLS[0], "--get", "classes.3.recall").out
    assert run("show", path, "-f", "csv", "--table", "worst").out == run(*CALLS[0], "-f", "csv", "--table", "worst").out
    done = run("show", path, "--table", "worst", "-f", "json")
    assert done.status == 2
    assert "JSON holds all lists" in done.err


def test_a_page_without_the_files(run, stored, tmp_path):
    for call, words in ((CALLS[0], "Reliability of the most probable class"), (CALLS[2], "Difference by label")):
        page = tmp_path / f"{call[0]}.html"
        assert run("show", stored(*call), "--report", str(page)).status == 0
        assert words in page.read_text("utf-8")
        assert "What the figures mean" in page.read_text("utf-8")


def test_infinities_come_back(run, stored, save):
    preds, labels = save("p.csv", "ant,bee\n1,0\n0.5,0.5\n"), save("l.csv", "label\nbee\nant\n")
    path = stored("score", preds, labels)
    assert json.loads(run("show", path, "-f", "json").out)["cross_entropy"] == "Infinity"
    assert run("show", path, "--value").out == "inf\n"


def test_results_of_commands_without_a_module(run, stored):
    done = run("show", stored("power", "0.2,0.2,0.6", "uniform"), "-f", "table")
    assert done.status == 0
    assert "Critical value" in done.out
    assert run("show", stored("power", "0.2,0.2,0.6", "uniform"), "--report", "x.html").status == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"command": "cook"}, 'a command of cecli, found "cook"'),
        ({"command": None}, "found none"),
        ({"schema_version": 2}, "of the version 2"),
        ({"cross_entropy": "low"}, 'cross_entropy: expected a number, found "low"'),
        ({"classes": 3}, "expected a list of score.classes"),
        ({"rows": [1]}, "expected an object of score.rows"),
        ({"spam": 3}, 'no result of score has the key "spam"'),
        ({"matched_by": 3}, "matched_by: expected a text"),
    ],
)
def test_what_is_no_result(run, stored, save, change, words):
    document = json.loads(Path(stored(*CALLS[0])).read_text("utf-8")) | change
    done = run("show", save("changed.json", json.dumps(document)), "-f", "table")
    assert (done.status, done.out) == (1, "")
    assert words in done.err


@pytest.mark.parametrize("key", ["cross_entropy", "reduction", "rows", "confidence"])
def test_what_is_not_whole(run, stored, save, key):
    document = json.loads(Path(stored(*CALLS[0])).read_text("utf-8"))
    del document[key]
    done = run("show", save("less.json", json.dumps(document)), "-f", "table")
    assert (done.status, done.out) == (1, "")
    assert f"'{key}' is missing" in done.err
