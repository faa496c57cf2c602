"""``FILE:COLUMN``: the longest path that is there wins."""

import pytest

from cecli.readers.tables.columns import split_column


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("plain.csv", "with:colon.csv", "both", "both:p"):
        (tmp_path / name).write_text("")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("plain.csv", ("plain.csv", None)),
        ("plain.csv:p", ("plain.csv", "p")),
        ("plain.csv:p:q", ("plain.csv", "p:q")),
        ("plain.csv:", ("plain.csv", "")),
        ("with:colon.csv", ("with:colon.csv", None)),
        ("with:colon.csv:p", ("with:colon.csv", "p")),
        ("both:p", ("both:p", None)),
        ("both:q", ("both", "q")),
        ("-:p", ("-", "p")),
        ("absent.csv:p", ("absent.csv:p", None)),
        ("uniform:6", ("uniform:6", None)),
        (":p", (":p", None)),
    ],
)
def test_split(argument, expected):
    assert split_column(argument) == expected
