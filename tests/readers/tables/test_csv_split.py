"""Blocks end where records end, and know their first row and line before anything is parsed."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.errors import InputError
from cecli.readers.sources.source import open_source
from cecli.readers.tables import text_split as module
from cecli.readers.tables.csv_split import Splitter, quotes_are_regular
from tests.effort import examples

SIZES = (1, 7, 64, 1 << 16)

cell = st.text(alphabet='ab,"\n é', max_size=5)


def pieces_of(path, size):
    with open_source(path) as source:
        splitter = Splitter(source, size)
        first = splitter.first_record(keep=False)
        return first, list(splitter.pieces())


@examples(80)
@given(
    rows=st.lists(st.tuples(cell, cell), max_size=12),
    size=st.sampled_from(SIZES),
    end=st.sampled_from(["\n", "\r\n"]),
    final=st.booleans(),
    blanks=st.integers(0, 3),
)
def test_pieces_are_the_file_cut_between_records(save, rows, size, end, final, blanks):
    out = io.StringIO()
    csv.writer(out, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([("x", "y"), *rows])
    text = out.getvalue()
    text = text + end * blanks if final else text.removesuffix(end)
    first, pieces = pieces_of(save("t.csv", text), size)
    body = b"".join(piece.data for piece in pieces)
    assert first + body == (text.rstrip("\r\n") + (end if final else "")).encode()
    assert sum(piece.rows for piece in pieces) == len(rows)
    row, line = 0, 1 + first.count(b"\n")
    for piece in pieces:
        assert (piece.first_row, piece.first_line) == (row, line)
        assert piece.lines == piece.data.count(b"\n")
        assert piece.quoted == (b'"' in piece.data)
        assert len(list(csv.reader(io.StringIO(piece.data.decode(), newline="")))) == piece.rows
        row, line = row + piece.rows, line + piece.lines


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_blank_line_inside_is_named_by_its_line(save, size, end):
    text = end.join(["a,b", "1,2", "3,4", "", "5,6", ""])
    try:
        _, pieces = pieces_of(save("t.csv", text), size)
    except InputError as error:
        assert error.message.endswith("t.csv:4: a blank line inside the file")
    else:
        assert b"".join(piece.data for piece in pieces) == text[5 if end == "\r\n" else 4 :].encode()


@pytest.mark.parametrize("size", SIZES)
def test_the_first_record_may_be_kept_and_span_lines(save, size):
    path = save("t.csv", '"a\nb",c\n1,2\n')
    with open_source(path) as source:
        splitter = Splitter(source, size)
        assert splitter.first_record(keep=True) == b'"a\nb",c\n'
        assert b"".join(piece.data for piece in splitter.pieces()) == b'"a\nb",c\n1,2\n'
    _, pieces = pieces_of(path, size)
    assert [(piece.first_row, piece.first_line) for piece in pieces] == [(0, 3)]


@pytest.mark.parametrize(
    ("data", "regular"),
    [
        (b'"a","b"\n', True),
        (b'"a""b",c\n', True),
        (b'"",""\n', True),
        (b'"a\nb",c\r\n', True),
        (b'"a"', True),
        (b'"""a"""\n', True),
        (b'a"b,c\n', False),
        (b'a"b",c\n', False),
        (b'"a"b,c\n', False),
        (b'"a" ,b\n', False),
        (b' "a",b\n', False),
        (b'"a,b\n', False),
    ],
)
def test_regular_quotes(data, regular):
    assert quotes_are_regular(data, ord(",")) is regular


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('a\n1\n"b\n' + "c\n" * 20_000, "t.csv:3: a quote that is not closed within 0 MiB"),
        ("a\n1\n" + "c" * 40_000, "t.csv:3: a line without an end within 0 MiB"),
    ],
)
def test_a_record_without_an_end_does_not_fill_the_memory(save, monkeypatch, text, said):
    monkeypatch.setattr(module, "LONGEST_RECORD", 1 << 14)
    with pytest.raises(InputError) as caught:
        pieces_of(save("t.csv", text), 1 << 10)
    assert caught.value.message.endswith(said)
