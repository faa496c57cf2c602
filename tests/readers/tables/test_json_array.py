"""JSON arrays of records read as JSON Lines are, however they are written and cut."""

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cecli.errors import InputError
from cecli.readers.tables.fields import NoRows
from cecli.readers.tables.table import Selection
from cecli.readers.tables.tables import open_table, vector_columns

TEXTS = st.text(st.sampled_from('[]{},:"\\ \né'), max_size=6)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


def read(path, **options):
    """All numbers and labels of a table of a vector and a label."""
    numbers, labels = [], []
    with contextlib.closing(open_table(path, **options)) as table:
        width = len(vector_columns(table))
        for block in table.blocks(Selection(tuple(range(width)), (width,) if len(table.columns) > width else ())):
            cells = block.parse()
            numbers += cells.numbers.tolist()
            labels += [cells.coded[0].values[code] for code in cells.coded[0].codes] if cells.coded else []
    return numbers, labels


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(st.tuples(NUMBERS, NUMBERS), TEXTS), min_size=1, max_size=20),
    form=st.sampled_from([{}, {"indent": 2}, {"separators": (",", ":")}, {"ensure_ascii": False}]),
    block=st.sampled_from([16, 100, 1 << 20]),
)
def test_as_it_was_written(tmp_path_factory, rows, form, block):
    path = tmp_path_factory.mktemp("array") / "a.json"
    records = [{"p": list(numbers), "label": label} for numbers, label in rows]
    path.write_text("\n " + json.dumps(records, **form) + "\r\n", encoding="utf-8", newline="")
    assert read(str(path), block_bytes=block) == ([list(row) for row, _ in rows], [label for _, label in rows])


def test_lists_have_classes_without_names(save):
    path = save("a.json", "[[0.5, 0.5],\n [1, 0]]")
    assert read(path) == ([[0.5, 0.5], [1.0, 0.0]], [])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"a":1}{"a":2}]', ":1: expected a comma and a record, found none"),
        ('[{"a":1},\n{"a":2} ; {"a":2}]', ':2: expected a comma and a record, found ";"'),
        ('[{"a":1},{"a":2};{"a":2}]', ':1: expected a comma and a record, found ";"'),
        ('[{"a":1},\n]', ':2: expected a comma and a record, found ","'),
        ('[{"a":1},\n{"a":2}', ":2: the array is not closed"),
        ('[{"a":1}]\nx', ":1: text behind the array"),
        ("[1,2]", ':1: expected a record, found "1,2"'),
        ('[,{"a":1}]', ':1: expected a record, found ","'),
        ('[{"a":1},\n[2]]', ":1: some records are objects and some are lists"),
        ('[{"a":"x\ny"}]', ":1: a line end inside a text"),
        ("[{}]", ": record 1: an object without keys"),
        ('[{"a":1},{"a":nan}]', ": record 2: not JSON"),
        ('[{"a":1},{"b":1}]', ': record 2: no key "a", which the first record has'),
        ('[{"a":1},{"a":2,"b":1}]', ': record 2: a key "b", which the first record does not have'),
        ('[{"a":1},{"a":"x"}]', ': record 2: a: expected a number, found "x"'),
        ("[[1,2],[3]]", ": record 2: row: expected 2 numbers as in the first row, found 1"),
    ],
)
def test_what_is_wrong(save, text, message):
    path = save("a.json", text)
    with pytest.raises(InputError) as caught, contextlib.closing(open_table(path)) as table:
        for block in table.blocks(Selection(tuple(range(len(table.columns))))):
            block.parse()
    assert f"a.json{message}" in caught.value.message


def test_without_rows(save):
    with pytest.raises(NoRows, match="no rows"):
        open_table(save("a.json", " [ ]\n"))


def test_text_that_is_not_utf8_is_told_with_its_line(save):
    path = save("a.json", b'[{"a":"x"},\n{"a":"\xe9"}]')
    with pytest.raises(InputError, match=r"a\.json:2: byte 0xe9 is not UTF-8"):
        open_table(path)


def test_a_record_without_an_end(save, monkeypatch):
    from cecli.readers.tables import text_split

    monkeypatch.setattr(text_split, "LONGEST_RECORD", 1000)
    path = save("a.json", '[{"a":"' + "x" * 5000 + '"}]')
    with pytest.raises(InputError, match="a record without an end within"):
        open_table(path, block_bytes=100)
