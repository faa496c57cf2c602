"""Records by RFC 4180: against Python's csv module where the text is valid, message by message where it is not."""

import csv
import io
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.errors import InputError
from cecli.readers.sources.source import open_source
from cecli.readers.tables import records as module
from cecli.readers.tables.records import Record, decode, parse_records, place, read_records


def parsed(text, delimiter=",", first_line=1):
    return [(record.line, record.cells) for record in parse_records(text, delimiter, "x.csv", first_line)]


def error(text):
    with pytest.raises(InputError) as caught:
        parsed(text)
    return caught.value.message


@pytest.fixture
def read(tmp_path):
    def reader(content, delimiter=","):
        path = tmp_path / "x.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with open_source(str(path)) as source:
            source.name = "x.csv"
            return [(record.line, record.cells) for record in read_records(source, delimiter)]

    return reader


cells = st.text(st.sampled_from(list('ab0 ",;\n\r\té…')), max_size=6)
tables = st.lists(st.lists(cells, min_size=1, max_size=4), max_size=8)


@given(tables, st.sampled_from([",", "\t", ";"]), st.sampled_from(["\n", "\r\n"]), st.booleans(), st.booleans())
def test_reads_what_pythons_csv_module_writes(table, delimiter, line_end, quote_all, final):
    file = io.StringIO(newline="")
    # Before Python 3.13 the csv module leaves a CR unquoted where lines end with LF.
    quote_all = quote_all or any("\r" in cell for row in table for cell in row)
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    csv.writer(file, delimiter=delimiter, lineterminator=line_end, quoting=quoting).writerows(table)
    text = file.getvalue() if final else file.getvalue().removesuffix(line_end)
    theirs = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    ours = parsed(text, delimiter)
    assert [row for _, row in ours] == theirs
    lines = [line for line, _ in ours]
    assert lines == sorted(set(lines))


@given(tables, st.integers(1, 40))
def test_blocks_of_any_size_give_the_same_records(table, size):
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(table)
    text = file.getvalue()
    stdin, block = sys.stdin, module._BLOCK
    try:
        sys.stdin = io.TextIOWrapper(io.BytesIO(text.encode()))
        module._BLOCK = size
        with open_source("-") as source:
            assert [(r.line, r.cells) for r in read_records(source, ",")] == parsed(text)
    finally:
        sys.stdin, module._BLOCK = stdin, block


def test_lines_are_physical_and_blank_lines_are_empty():
    assert parsed('a,"b\n\nc"\n\nd\r\n"",e', first_line=5) == [
        (5, ["a", "b\n\nc"]),
        (8, []),
        (9, ["d"]),
        (10, ["", "e"]),
    ]


def test_an_empty_quoted_cell_is_no_blank_line():
    assert parsed('""\n \n') == [(1, [""]), (2, [" "])]


def test_a_quoted_line_end_is_kept_as_written():
    assert parsed('"a\r\nb"\r\n') == [(1, ["a\r\nb"])]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('a\nb,c"d\n', 'x.csv:2: column 2: a quote inside an unquoted cell, "c"d"'),
        ('a\n "b"\n', 'x.csv:2: column 1: a quote inside an unquoted cell, " "b""'),
        ('"a\nb" c,d\n', 'x.csv:1: column 1: text after the closing quote, " c,d"'),
        ('a\n1,"b\nc\n', "x.csv:2: a quote that is not closed"),
        ('a\n"b""\n', "x.csv:2: a quote that is not closed"),
        ("a\rb\n", "x.csv:1: a carriage return without a line feed"),
        ("a\n1\r", "x.csv:2: a carriage return without a line feed"),
        ('"a",b\rc\n', "x.csv:1: a carriage return without a line feed"),
        ('a\n"b"\rc\n', 'x.csv:2: column 1: text after the closing quote, "\\rc"'),
        ("a\n\0b\n", "x.csv:2: a NUL byte: this does not look like a text file"),
        ('a\n"\0b"\n', "x.csv:2: a NUL byte: this does not look like a text file"),
        ('a\n"b",\0\n', "x.csv:2: a NUL byte: this does not look like a text file"),
    ],
)
def test_what_rfc_4180_forbids(text, message):
    assert error(text) == message


def test_records_before_the_error_come_first():
    records = parse_records('a\nb\n"c', ",", "x.csv")
    assert [next(records), next(records)] == [Record(1, ["a"]), Record(2, ["b"])]
    with pytest.raises(InputError, match=r"x\.csv:3"):
        next(records)


def test_decode_names_line_byte_and_encoding():
    assert decode("é\n".encode(), "x.csv", 1) == "é\n"
    with pytest.raises(InputError) as caught:
        decode("a\nb\ncaf\u00e9\n".encode("latin-1"), "x.csv", 7)
    latin = "x.csv:9: byte 0xe9 is not UTF-8; the text looks like Latin-1 (ISO-8859-1 or Windows-1252)"
    assert caught.value.message == latin
    assert caught.value.hint == "convert it: iconv -f ISO-8859-1 -t UTF-8 FILE"
    with pytest.raises(InputError, match=r"x\.csv:1: byte 0x80 is not UTF-8; the text looks like Windows-1252"):
        decode("5 €".encode("cp1252"), "x.csv", 1)
    with pytest.raises(InputError, match="looks like binary data"):
        decode(b"\x00\xff", "x.csv", 1)


def test_blank_lines_end_a_file_but_do_not_stand_inside(read):
    assert read("a\n1\n\n\r\n") == [(1, ["a"]), (2, ["1"])]
    assert read("\n\n") == []
    assert read("") == []
    with pytest.raises(InputError, match=r"^x\.csv:2: a blank line inside the file$"):
        read("a\n\n\n1\n")


def test_bom_and_encodings(read):
    assert read("\ufeffa,b\n1,2") == [(1, ["a", "b"]), (2, ["1", "2"])]
    with pytest.raises(InputError, match="encoded as UTF-16"):
        read("a,b\n".encode("utf-16"))
    with pytest.raises(InputError, match=r"x\.csv:3: byte 0xe9"):
        read(b"a\nb\n\xe9\n")


def test_a_quote_that_nobody_closes_does_not_fill_the_memory(read, monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", 1 << 10)
    monkeypatch.setattr(module, "LONGEST_RECORD", 1 << 14)
    with pytest.raises(InputError, match=r"x\.csv:2: a quote that is not closed within"):
        read('a\n"b\n' + "c\n" * 20_000)
    with pytest.raises(InputError, match=r"x\.csv:1: a line without an end within"):
        read("c" * 40_000)


def test_long_cells_are_read(read):
    name = "x" * 300_000
    assert read(f'{name},"{name}\n"\n') == [(1, [name, name + "\n"])]


def test_place():
    assert place("x.csv", 3) == "x.csv:3"
    assert place("x.csv", 3, 0, "") == "x.csv:3: column 1"
    assert place("x.csv", 3, 1, "a\x1b") == "x.csv:3: column 2 (a\\x1b)"


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (b"caf\xe9\n", "the text looks like Latin-1 (ISO-8859-1 or Windows-1252)"),
        (b"\x93x\x94\n", "the text looks like Windows-1252"),
        (b"\x97\x9d\x8f\n", "the text is in an encoding that cannot be told"),
        (b"\x89PNG\x1a\x01\n", "this looks like binary data, not text"),
        (b"\x89PNG\0\n", "this looks like binary data, not text"),
        (b"caf\xc3", "the text ends within a character"),
    ],
)
def test_what_is_not_utf8(block, said):
    with pytest.raises(InputError, match=r"x\.csv:3: byte 0x.. is not UTF-8; ") as caught:
        decode(b"a\n" + block, "x.csv", 2)
    assert caught.value.message.endswith(said)
