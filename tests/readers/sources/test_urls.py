"""Which paths are URLs, and what is said where nothing can read them."""

import sys

import pytest

from cecli.readers.sources.remote import is_pattern
from cecli.readers.tables.heads import is_at_rest


def test_a_url_without_the_extra(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    for arguments in (["score", "s3://b/p.csv", "l.csv"], ["kl", "az://h/p.csv", "uniform"], ["merge", "gs://b/*"]):
        done = run(*arguments)
        assert (done.status, done.out) == (1, "")
        assert "reading a URL needs fsspec, which is not installed" in done.err
        assert "pip install 'cecli[cluster]'" in done.err


def test_a_file_of_this_machine_may_be_written_as_a_url(run, save):
    path = save("die.csv", "outcome,count\na,1\nb,1\n")
    assert run("entropy", f"file://{path}", "-b", "bits").out == "1.0\n"
    preds = save("p.csv", "a,b,label\n0.5,0.5,a\n")
    assert run("score", f"file://{preds}", "--label-column", "label").status == 0
    pattern = preds.replace("p.csv", "?.csv")
    assert run("score", f"file://{pattern}", "--label-column", "label", "--get", "rows.read").out == "1\n"
    missing = run("score", f"file://{path}x", "--label-column", "label")
    assert f"{path}x: no such file" in missing.err


def test_completion_looks_at_no_url():
    assert not is_at_rest("s3://bucket/preds.csv")
    assert not is_at_rest("https://host/*.csv")


@pytest.mark.parametrize(
    ("url", "pattern"),
    [
        ("s3://bucket/[ab].csv", True),
        ("s3://bucket/a.csv", False),
        ("https://host/a.csv?signature=1*2", False),
        ("https://host/part-[1].csv", False),
        ("http://host/*/a.csv", True),
    ],
)
def test_patterns(url, pattern):
    assert is_pattern(url) == pattern
