"""Rows and records held as columns: every format writes them as it writes the same rows one by one."""

import json
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.report.formats import csv_format
from cecli.report.formats.columns import Records, Rows
from cecli.report.formats.csv_format import csv_text, record, tsv_text
from cecli.report.formats.json_format import json_text
from cecli.report.formats.markdown_format import markdown_text
from cecli.report.formats.table_format import table_text
from cecli.report.model import Grid, Table
from cecli.report.surface import Surface

LABELS = st.text(st.sampled_from('ab,"\t\n\r\x1b\x7f\udcffé日 '), max_size=5)
FLOATS = st.one_of(st.floats(allow_nan=False), st.sampled_from([0.0, -0.0, math.inf, -math.inf, 1e22, 5e-324]))
COLUMNS = st.one_of(*(
    st.lists(cells, min_size=5, max_size=5)
    for cells in (LABELS, FLOATS, st.integers(-(2**70), 2**70), st.none(), st.booleans(),
                  st.one_of(LABELS, FLOATS, st.integers(), st.none(), st.booleans()))
))  # fmt: skip
TREES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), LABELS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(LABELS, inner, max_size=4)),
    max_leaves=20,
)


@given(st.lists(COLUMNS, min_size=1, max_size=4))
def test_records_of_columns_are_those_of_rows(columns):
    rows = list(zip(*columns, strict=True))
    for delimiter in ",\t":
        whole = "".join(csv_format.records(rows, delimiter))
        assert whole == "".join(record(row, delimiter) for row in rows)


def test_more_rows_than_are_written_at_once(make):
    columns = [[str(k) for k in range(10_001)], [k / 7 for k in range(10_001)]]
    text = csv_text(make(table=Table(["a", "b"], Rows(columns))), Surface())
    assert text == "a,b\n" + "".join(f"{k},{k / 7!r}\n" for k in range(10_001))


@pytest.mark.parametrize("write", [csv_text, tsv_text, markdown_text, json_text, table_text])
def test_every_format_writes_columns_as_rows(make, write):
    columns = {"outcome": ["a", "", 'b"c', "\x1b"], "count": [1, 2, 3, 4], "p": [0.5, math.inf, -0.0, 0.1],
               "low": [None] * 4, "mixed": [1, None, "x", True]}  # fmt: skip
    lazy = Records(columns)
    eager = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    texts = [
        write(
            make(
                document={"outcomes": document},
                table=Table(list(columns), rows),
                view=[Grid(Table(list(columns), rows), bars="count")],
            ),
            Surface(),
        )
        for document, rows in ((lazy, lazy.rows), (eager, [list(row.values()) for row in eager]))
    ]
    assert texts[0] == texts[1]


def test_rows_and_records_are_sequences():
    records = Records({"face": ["a", "b", "c"], "count": [1, 2, 3]})
    assert (len(records), len(records.rows), len(Records({})), len(Rows([]))) == (3, 3, 0, 0)
    assert records[1] == {"face": "b", "count": 2}
    assert list(records[1:]) == [records[1], records[2]]
    assert records.rows[-1] == ("c", 3)
    assert list(records.rows[:2]) == [("a", 1), ("b", 2)]
    with pytest.raises(IndexError):
        records[3]


@given(st.dictionaries(LABELS, TREES, max_size=4))
def test_json_is_what_the_standard_library_writes(make, tree):
    text = json_text(make(document=tree), Surface())
    expected = {**dict(list(json.loads(text).items())[:3]), **tree}
    written = json.dumps(expected, indent=2, ensure_ascii=False) + "\n"
    for code in (*range(0x7F, 0xA0), 0xDCFF):
        written = written.replace(chr(code), f"\\u{code:04x}")
    assert text == re.sub(r"-0\.0(?!\d)", "0.0", written)
