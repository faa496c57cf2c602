"""The fast parser may accept no more than the careful reader, and reads the same: held against it on mutated files."""

import contextlib
import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cecli.errors import CellErrors, InputError
from cecli.readers.sources.source import open_source
from cecli.readers.tables.csv_careful import read_carefully
from cecli.readers.tables.table import Selection
from cecli.readers.tables.tables import open_table
from cecli.readers.tables.text_split import Piece
from tests.effort import examples

SELECTION = Selection(numbers=(1, 2), coded=(3,), strings=(0,), number_kind="a probability")
VALID = 'id,a,b,label\nn1,0.5,0.5,cat\nn2,1e-3,.999,"d,og"\n"n3", 1 ,0.,cat\nn4,0.25,0.75,é\nn5,+.5,5E-1,""\n'
PIECES = [",", "\n", "\r\n", "\r", '"', '""', " ", "\t", "\0", "é", "\ufeff", "nan", "NaN", "inf", "-inf", "+infinity",
          "1e400", "-1e400", "1e-400", "0x1p3", "1_0", "1e5", "1.", ".", "-", "+", "e", "null", "NA", "", "true", "½",
          "٣", "nan(1)", "infinit", "1d5", "9" * 400, "0" * 400 + "1", "1 2", "'", ";", "\n\n", "\r\n\r\n", "\x85",
          "\u2028", "5f", "1e", "0.5,0.5", "--1", "1e+5", "1E+0005", "1e9999999999", "\x0b", "\xa01"]  # fmt: skip


def concluded(read):
    """What a reader makes of a text: its cells, or how it fails and where."""
    numbers, coded, strings, problems = [], [], [], []
    try:
        for cells in read(problems):
            numbers += np.array(cells.numbers, dtype=float).ravel().tolist()
            coded += [column.values[code] for column in cells.coded for code in column.codes]
            strings += [text for column in cells.strings for text in column.to_pylist()]
    except InputError:
        return "unreadable", None, None, None
    if problems:
        return "bad cells", [text for error in problems for text in error.lines()], None, None
    return "read", np.array(numbers).tobytes(), coded, strings


def fast(path, size, selection=SELECTION):
    def read(problems):
        table = open_table(path, block_bytes=size)
        with contextlib.closing(table):
            for block in table.blocks(selection):
                try:
                    yield block.parse()
                except CellErrors as error:
                    problems.append(error)

    return read


def careful(path, selection=SELECTION):
    def read(problems):
        with open_source(path) as source:
            head, body = source.read(1 << 20).removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)
            bare = body.rstrip(b"\r\n")
            ending = body[len(bare) :]
            kept = b"\r\n" if ending.startswith(b"\r\n") else ending[:1]
            if ending.replace(b"\r\n", b"\n").strip(b"\n"):  # a lone carriage return is for the reader to judge
                kept = ending
            piece = Piece(bare + kept if bare else b"", 0, 0, 0, 2, True)
            columns = head.decode().rstrip("\r").split(",")
            try:
                yield read_carefully(piece, columns, ",", path, selection)
            except CellErrors as error:
                problems.append(error)

    return read


FORMS = {
    "mixed": (VALID, SELECTION),
    "numbers alone": ("a,b\n0.5,0.5\n1e-3,.999\n 1 ,0.\n0.25,0.75\n+.5,5E-1\n", Selection(numbers=(0, 1))),
    "even numbers": ("a,b\n0.50,0.50\n0.25,0.75\n0.10,0.90\n1.00,0.00\n", Selection(numbers=(1, 0))),
    "one column": ("a\n0.5\n0.25\n0.125\n0.75\n", Selection(numbers=(0,))),
    "labels of a character": ("label\n0\n1\n0\n9\n1\n", Selection(coded=(0,))),
    "ids and labels": ('id,label\n1,cat\n2,dog\n3,"a"\n"4",\n', Selection(coded=(1,), strings=(0,))),
    "labels": ('label\ncat\ndog\n1\n"a"\ncat\n', Selection(coded=(0,))),
}


@pytest.mark.parametrize("form", FORMS)
@examples(150)
@given(
    edits=st.lists(st.tuples(st.integers(0, 95), st.integers(0, 4), st.sampled_from(PIECES)), max_size=3),
    size=st.sampled_from([16, 64, 1 << 16]),
)
@example(edits=[(99, 1, "\r")], size=16)
@example(edits=[(0, 1, ",")], size=16)
@example(edits=[(99, 0, "\n\r\r")], size=16)
def test_fast_and_careful_agree_on_mutations(save, form, edits, size):
    text, selection = FORMS[form]
    head = text.index("\n") + 1
    for start, length, piece in edits:
        start = min(head + start, len(text))
        text = text[: min(start, len(text) - 1)] + piece + text[start + length :]
    path = save("t.csv", text)
    quick, slow = concluded(fast(path, size, selection)), concluded(careful(path, selection))
    if "unreadable" in (quick[0], slow[0]) or quick[0] != slow[0]:
        # A blank line or a stray quote ends the reading at once, or is one bad record of several: an error either way.
        assert quick[0] != "read", (text, quick, slow)
        assert slow[0] != "read", (text, quick, slow)
    else:
        assert quick == slow, text


@pytest.mark.parametrize("line", ["n,0.5,0.5,cat\r", 'n,0.5,0.5,"cat"\r'])
def test_a_carriage_return_at_the_end_of_the_file_is_no_line_end(save, line):
    assert concluded(fast(save("t.csv", "id,a,b,label\n" + line), 1 << 16))[0] == "unreadable"


@pytest.mark.parametrize("blank", ["\n", "\r\n"])
@pytest.mark.parametrize("size", [4, 16, 1 << 16])
def test_a_blank_line_between_texts(save, blank, size):
    status, *_ = concluded(
        fast(save("t.csv", "id,label\n1,a\n" + blank + "2,b\n"), size, Selection(coded=(1,), strings=(0,)))
    )
    assert status in ("unreadable", "bad cells")


@pytest.mark.parametrize("end", ["\r\r", "\r\n\r", "\n\r\r", "\n\n\r", "\r\r\n"])
@pytest.mark.parametrize("size", [5, 8, 16, 1 << 16])
def test_a_lone_carriage_return_behind_the_last_record(save, end, size):
    status, *_ = concluded(fast(save("t.csv", "a\n1\n2\n3\n" + end), size, Selection(coded=(0,))))
    assert status == "unreadable"


numbers = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.decimals(allow_nan=False, allow_infinity=False, places=25, min_value=-10, max_value=10).map(str),
    st.from_regex(r"[+-]?[0-9]{0,30}(\.[0-9]{0,30})?([eE][+-]?[0-9]{1,3})?", fullmatch=True),
)


@examples(200)
@given(texts=st.lists(numbers, min_size=1, max_size=8))
def test_numbers_are_the_nearest_doubles(save, texts):
    path = save("t.csv", "id,a,b,label\n" + "".join(f"x,{text},0,l\n" for text in texts))
    quick, slow = concluded(fast(path, 1 << 16)), concluded(careful(path))
    assert quick == slow
    if quick[0] == "read":
        got = np.frombuffer(quick[1]).reshape(-1, 2)[:, 0]
        assert got.tobytes() == np.array([float(text) for text in texts]).tobytes()


@pytest.mark.parametrize("size", [16, 64, 1 << 16])
def test_places_are_physical_lines(save, size):
    text = 'id,"a\nb",b,label\n1,0,1,"x\ny"\n2,0,1,x\n3,0,1,"x\n\ny"\n4,0,1,x\n'
    table = open_table(save("t.csv", text), block_bytes=size)
    with contextlib.closing(table):
        places = [block.place(row, 1) for block in table.blocks(SELECTION) for row in range(block.rows)]
    assert [int(place.split("t.csv:")[1].split(":")[0]) for place in places] == [3, 5, 6, 9]
    assert all("column 2 (a\\nb)" in place for place in places)


def test_labels_stay_as_they_are(save):
    labels = ["01", "1", "1.0", "NA", "nan", "NULL", "null", "", "true", "True", " x", "x ", "#N/A", "2020-01-01", "-"]
    path = save("t.csv", "id,a,b,label\n" + "".join(f"{label},0,1,{label}\n" for label in labels))
    status, _, coded, strings = concluded(fast(path, 1 << 16))
    assert (status, coded, strings) == ("read", labels, labels)


def test_infinities_only_as_written(save):
    path = save("t.csv", "id,a,b,label\n1,inf,-Infinity,x\n")
    status, got, *_ = concluded(fast(path, 1 << 16))
    assert status == "read"
    assert np.frombuffer(got).tolist() == [math.inf, -math.inf]
    for text in ("1e400", "-1e400", "nan", "nan(1)", "+nan", "1e+999"):
        status, messages, *_ = concluded(fast(save("t.csv", f"id,a,b,label\n1,{text},0,x\n"), 1 << 16))
        assert status == "bad cells"
        assert "column 2 (a)" in messages[0]
        assert text in messages[0]


@pytest.mark.parametrize("mark", ["\t", ";", "|", " "])
def test_other_delimiters(save, mark):
    path = save("t.txt", VALID.replace('"d,og"', "dog").replace(" 1 ", "1").replace(",", mark))
    with contextlib.closing(open_table(path, delimiter=mark)) as table:
        assert table.columns == ("id", "a", "b", "label")
        cells = [block.parse() for block in table.blocks(SELECTION)]
    assert cells[0].numbers[:, 0].tolist() == [0.5, 1e-3, 1, 0.25, 0.5]


def test_without_a_header_the_columns_are_numbered(save):
    with contextlib.closing(open_table(save("t.csv", "x,0.5,0.5,cat\n"), header=False)) as table:
        assert table.columns == ("0", "1", "2", "3")
        assert [block.rows for block in table.blocks(SELECTION)] == [1]


def problems(path, size, selection=SELECTION):
    """All messages, and the first hint."""
    found, hint = [], None
    with contextlib.closing(open_table(path, block_bytes=size)) as table:
        for block in table.blocks(selection):
            try:
                block.parse()
            except CellErrors as error:
                found += error.lines()
                hint = hint or error.hint
    return found, hint


@pytest.mark.parametrize("size", [8, 30, 1 << 16])
class TestHints:
    def test_the_header_once_more(self, save, size):
        found, hint = problems(save("t.csv", "id,a,b,label\n1,0,1,x\nid,a,b,label\n2,0,1,x\n"), size)
        assert [text.split("t.csv")[1] for text in found] == [":3: the header once more"]
        assert "were files put together?" in hint

    def test_a_row_like_a_header_of_numbers_is_a_row(self, save, size):
        path = save("t.csv", "0,1\n0,1\n1,0\n 0,1\n")
        assert problems(path, size, Selection(numbers=(0, 1))) == ([], None)

    def test_a_column_of_text(self, save, size):
        found, hint = problems(save("t.csv", "id,a,b,label\n1,cat,1,x\n2,dog,1,x\n"), size)
        assert len(found) == 2
        assert hint == 'a column of text? --drop "a" leaves it out, --label-column "a" says that it holds the labels'
        assert problems(save("t.csv", "id,a,b,label\n1,cat,dog,x\n"), size)[1] is None
        assert problems(save("t.csv", 'id,a,b,label\n1,"0,5",0,x\n'), size)[1] is None
        assert problems(save("t.csv", "id,a,b,label\n1,0,1,x\n2,cat,1,x\n"), size)[1] is None


@pytest.mark.parametrize("size", [1, 1 << 16])
def test_a_mark_inside_a_file_is_text(save, size):
    path = save("t.csv", "id,label\n\ufeffa,\ufeffx\n\ufeffb,y\n")
    chosen = Selection(numbers=(), coded=(1,), strings=(0,))
    with contextlib.closing(open_table(path, block_bytes=size)) as table:
        cells = [block.parse() for block in table.blocks(chosen)]
    assert [text for part in cells for text in part.strings[0].to_pylist()] == ["\ufeffa", "\ufeffb"]
    assert [part.coded[0].values[code] for part in cells for code in part.coded[0].codes] == ["\ufeffx", "y"]
    with (
        contextlib.closing(open_table(save("t.csv", "a,b\n\ufeff1,2\n"))) as table,
        pytest.raises(CellErrors) as caught,
    ):
        next(iter(table.blocks(Selection(numbers=(0, 1))))).parse()
    assert "t.csv:2: column 1 (a): expected a number, found" in caught.value.problems[0]
