"""Every format, on labels and numbers that break careless writers."""

import csv
import io
import json
import math

import pytest

from cecli import __version__
from cecli.report.formats import FORMATS
from cecli.report.formats.csv_format import csv_text
from cecli.report.model import Facts, Grid, Table
from cecli.report.surface import Surface

SCREEN = Surface()


@pytest.mark.parametrize(("name", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_delimited_text_reads_back_to_the_same_cells(report, name, delimiter):
    text = FORMATS[name](report, SCREEN)
    header, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    assert header == ["class", "rows", "value"]
    assert [(row[0], int(row[1]), float(row[2]) if row[2] else None) for row in rows] == report.table.rows
    assert "-0.0" not in text
    assert "\r" not in text


def test_an_undefined_value_alone_in_its_record_is_no_blank_line(make):
    report = make(table=Table(("x",), [(None,), ("",), (1.0,)]))
    assert csv_text(report, SCREEN) == 'x\n""\n""\n1.0\n'


def test_json_is_strict_and_in_order(report):
    text = FORMATS["json"](report, SCREEN)
    parsed = json.loads(text, parse_constant=pytest.fail)
    assert list(parsed) == ["schema_version", "command", "version", "unit", "value", "rows", "classes"]
    assert (parsed["schema_version"], parsed["command"], parsed["version"]) == (1, "score", __version__)
    labels, _, numbers = zip(*report.table.rows, strict=True)
    assert [item["class"] for item in parsed["classes"]] == list(labels)
    values = [item["value"] for item in parsed["classes"]]
    expected = ["Infinity" if v == math.inf else "-Infinity" if v == -math.inf else v for v in numbers]
    assert values == expected
    assert math.copysign(1, values[5]) == 1
    assert "שלום" in text and "👍" in text
    assert text.encode("utf-8")
    assert not any(0x7F <= ord(c) < 0xA0 or (ord(c) < 0x20 and c != "\n") for c in text)
    assert '\n  "unit"' in text


def test_json_refuses_nan_wherever_it_is(make):
    with pytest.raises(ValueError, match="nan"):
        FORMATS["json"](make(document={"results": [{"value": math.nan}]}), SCREEN)


def test_markdown_keeps_every_row_on_a_line_and_every_pipe_in_its_cell(report):
    lines = FORMATS["md"](report, SCREEN).splitlines()
    assert len(lines) == 2 + len(report.table.rows)
    assert lines[:2] == ["| class | rows | value |", "| --- | ---: | ---: |"]
    assert lines[4] == "| a\\|b | 2 | inf |"
    assert lines[5] == "| two\\nlines | 3 | -inf |"
    assert lines[6] == "| esc\\x1b[31m | 4 |  |"
    assert all(line.replace("\\|", "").count("|") == 4 for line in lines)


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("a\\|b", "a\\\\\\|b"),
        ("<b>x", "\\<b>x"),
        ("a < b", "a < b"),
        ("__init__", "\\_\\_init\\_\\_"),
        ("snake_case", "snake_case"),
        ("[x](y)", "[x\\](y)"),
        ("&amp;", "\\&amp;"),
        ("ends\\", "ends\\\\"),
    ],
)
def test_markdown_shows_markup_literally(make, label, shown):
    report = make(table=Table(("label",), [(label,)]))
    assert FORMATS["md"](report, SCREEN).splitlines()[2] == f"| {shown} |"


def test_markdown_turns_one_row_into_metric_and_value(make):
    report = make(table=Table(("loss", "rows.read", "matched_by"), [(0.1, 3, "id")]), turned=True)
    expected = "| metric | value |\n| --- | ---: |\n| loss | 0.1 |\n| rows.read | 3 |\n| matched_by | id |\n"
    assert FORMATS["md"](report, SCREEN) == expected


@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_table_has_its_header_alone(make, name):
    table = Table(("a", "b"), [])
    text = FORMATS[name](make(document={}, table=table, view=[Facts([]), Grid(table, bars="b")]), SCREEN)
    expected = {"csv": "a,b\n", "tsv": "a\tb\n", "md": "| a | b |\n| --- | --- |\n", "table": "a  b\n────\n"}
    assert text == expected.get(name, text)
    if name == "json":
        assert list(json.loads(text)) == ["schema_version", "command", "version"]
