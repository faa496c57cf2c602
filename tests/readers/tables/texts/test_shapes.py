"""Texts of other shapes: cells split by blanks, semicolons with decimal commas, lines of ``#`` before the rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.errors import CellErrors, InputError, UsageError
from cecli.readers.tables.table import Selection
from cecli.readers.tables.tables import open_table
from tests.effort import examples


def read(path, text, **how):
    """The names of the columns, all cells as texts, and where the first row stands."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    table = open_table(str(path), **how)
    try:
        rows, places = [], []
        for block in table.blocks(Selection(coded=tuple(range(len(table.columns))))):
            columns = [[coded.values[code] for code in coded.codes] for coded in block.parse().coded]
            rows += [list(row) for row in zip(*columns, strict=True)]
            places.append(block.place(0))
        return list(table.columns), rows, places[0].rpartition(":")[2], table.header
    finally:
        table.close()


LIBLINEAR = "labels 2 1 3\n2 0.173167 0.826144 0.000688635\n2 0.759873 0.063303 0.176824\n"
R_TABLE = '"a b" "c"\n"3" 0.99  0.01\n"x y"\t0.25 0.75 \n'


@pytest.mark.parametrize(
    ("text", "columns", "first", "line"),
    [
        (LIBLINEAR, ["labels", "2", "1", "3"], ["2", "0.173167", "0.826144", "0.000688635"], "2"),
        (R_TABLE, ["", "a b", "c"], ["3", "0.99", "0.01"], "2"),
        (R_TABLE.replace("\n", "\r\n"), ["", "a b", "c"], ["3", "0.99", "0.01"], "2"),
        ('"label"\n"1" "setosa"\n"2" "virginica"\n', ["", "label"], ["1", "setosa"], "2"),
        ('"a","b"\n"1",0.5,0.5\n"7",0.2,0.8\n', ["", "a", "b"], ["1", "0.5", "0.5"], "2"),
        (" a b\n0 0.5 0.5\n1 0.2 0.8\n", ["", "a", "b"], ["0", "0.5", "0.5"], "2"),
        ("a\tb\n0.5\t0.5\n0.2\t0.8\n", ["a", "b"], ["0.5", "0.5"], "2"),
        ("a;b\n0.5;0.5\n0.2;0.8\n", ["a", "b"], ["0.5", "0.5"], "2"),
        ("a|b\n0.5|0.5\n0.2|0.8\n", ["a", "b"], ["0.5", "0.5"], "2"),
        ('"";"a";"b"\n"1";0,5;0,5\n"2";0,25;0,75\n', ["", "a", "b"], ["1", "0.5", "0.5"], "2"),
        ('"a";"b"\n"1";0,5;0,5\n"2";0,25;0,75\n', ["", "a", "b"], ["1", "0.5", "0.5"], "2"),
        ("1,5;b\n0,5;1e-05\n0,25;0,75\n", ["1,5", "b"], ["0.5", "1e-05"], "2"),
        ("# a b\n0.5 0.5\n0.2 0.8\n", ["a", "b"], ["0.5", "0.5"], "2"),
        ("# a,b\n0.5,0.5\n0.2,0.8\n", ["a", "b"], ["0.5", "0.5"], "2"),
        ("# made by x\n# today\na,b\n0.5,0.5\n0.2,0.8\n", ["a", "b"], ["0.5", "0.5"], "4"),
        ("\ufeff# made by x\na;b\n0,5;0,5\n0,2;0,8\n", ["a", "b"], ["0.5", "0.5"], "3"),
    ],
)
def test_what_the_head_proves_is_read(tmp_path, text, columns, first, line):
    found, rows, place, header = read(tmp_path / "p.csv", text)
    assert (found, rows[0], place, header) == (columns, first, line, True)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("label\nold cat\nold dog\n", ["label"]),  # texts of two words
        ("my label\nold cat\nold dog\n", ["my label"]),
        ("label\n1 2\n2 1\n", ["label"]),  # whole numbers are names, too
        ("a;b\n1;0\n0;1\n", ["a;b"]),
        ("#1,#2\n0.5,0.5\n0.2,0.8\n", ["#1", "#2"]),
        ("#,a,b\n1,0.5,0.5\n2,0.2,0.8\n", ["#", "a", "b"]),
        ("#1\n#2\n", ["#1"]),
        ("a,b\n0.5 ,0.5\n0.2, 0.8\n", ["a", "b"]),
        ("New York,b\n0.5,0.5\n0.2,0.8\n", ["New York", "b"]),
        ('id,"a ""b"", c"\n1,0.5\n2,0.8\n', ["id", 'a "b", c']),
    ],
)
def test_what_may_be_plain_is_plain(tmp_path, text, columns):
    assert read(tmp_path / "p.csv", text)[0] == columns


def test_thousands_may_be_decimals(tmp_path):
    (tmp_path / "p.csv").write_text("a;b\n1,234;5\n2,345;6\n")
    table = open_table(str(tmp_path / "p.csv"))
    with pytest.raises(CellErrors, match='found "1,234"'):
        [block.parse() for block in table.blocks(Selection(numbers=(0, 1)))]
    table.close()


def test_a_header_short_of_a_name_that_may_miss_another_one_is_refused(tmp_path):
    for text in ("a,b\n0.5,0.5,\n0.2,0.8,\n", "a,b\n0.6,0.4,x\n0.3,0.7,y\n", '"id" "a"\n"x" 0.5 0.5\n"y" 0.2 0.8\n'):
        with pytest.raises(InputError, match=r"expected 2 cells|expected 1 cell|closing quote"):
            read(tmp_path / "p.csv", text)


def test_rows_of_probabilities_with_many_digits_are_no_header(tmp_path):
    text = "0.93689758902526021\t0.06310241097473979\n0.25\t0.75\n"
    for name in ("LightGBM_predict_result.txt", "p.tsv"):
        columns, rows, place, header = read(tmp_path / name, text)
        assert (columns, len(rows), place, header) == (["0", "1"], 2, "1", False)


@pytest.mark.parametrize(
    ("text", "how", "first"),
    [
        ("a b\n1 0\n0 1\n", {"delimiter": " "}, ["1", "0"]),
        ("a  b\n 1 0\n0 1\n", {"delimiter": " "}, ["1", "0"]),
        ("a;b\n1;0\n0;1\n", {"delimiter": ";"}, ["1", "0"]),
        ("p\n0,5\n0,25\n", {"delimiter": ";", "decimal": ","}, ["0.5"]),
        ('"a","b"\n"0,5","0,5"\n', {"decimal": ","}, ["0.5", "0.5"]),
        ("a;b\n1,234;5\n2,345;6\n", {"decimal": ","}, ["1.234", "5"]),
        ("a,b\n1,0\n", {"delimiter": ";", "shared": True}, ["1", "0"]),
        ("label\ncat\n", {"delimiter": " ", "shared": True}, ["cat"]),
        ("label\ncat\n", {"decimal": ",", "shared": True}, ["cat"]),
        ("0.5 0.5\n0.2 0.8\n", {"header": False}, ["0.5", "0.5"]),
        ("0,5;0,5\n0,2;0,8\n", {"header": False}, ["0.5", "0.5"]),
        ("# x\n0.5,0.5\n0.2,0.8\n", {"header": False}, ["0.5", "0.5"]),
    ],
)
def test_what_is_said_holds(tmp_path, text, how, first):
    assert read(tmp_path / "p.csv", text, **how)[1][0] == first


def test_what_is_said_and_cannot_be_is_refused(tmp_path):
    with pytest.raises(UsageError, match="what separates the cells"):
        read(tmp_path / "p.csv", "p\n0,5\n0,25\n", decimal=",")
    with pytest.raises(InputError, match=r"p\.csv:3: found 0\.25, a number with a point"):
        read(tmp_path / "p.csv", "a;b\n0,5;0,5\n0.25;0,75\n", decimal=",")
    with pytest.raises(CellErrors, match=r"p\.csv:2: expected 1 cell as in the header, found 2"):
        read(tmp_path / "p.csv", "label\nold cat\n", delimiter=" ")
    with pytest.raises(InputError, match=r"p\.csv:3: a blank line inside"):
        read(tmp_path / "p.csv", "a b\n1 0\n \n0 1\n", delimiter=" ")


def test_lines_are_counted_as_they_stand(tmp_path):
    text = "# x\n# y\na b\n" + "0.5 0.5\n" * 3 + "0.5 oops\n"
    path = tmp_path / "p.txt"
    path.write_text(text)
    table = open_table(str(path))
    with pytest.raises(CellErrors, match=r'p\.txt:7: column 2 \(b\): expected a number, found "oops"'):
        [block.parse() for block in table.blocks(Selection(numbers=(0, 1)))]
    table.close()


CELLS = st.one_of(
    st.floats(0, 1).map(repr), st.sampled_from(["0.5", "1e-05", '"0.25"', '"a b"', '"a ""b"" c"', "x", '"x\ty"'])
)


@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6),
    gaps=st.lists(st.sampled_from([" ", "  ", "\t", " \t "]), min_size=2, max_size=2),
    ends=st.sampled_from(["\n", "\r\n", " \n", "\t\r\n"]),
    block=st.sampled_from([16, 1 << 21]),
)
@examples(40)
def test_blanks_separate_cells_outside_quotes(tmp_path_factory, rows, gaps, ends, block):
    path = tmp_path_factory.mktemp("p") / "p.txt"
    lines = [f"{a}{gaps[0]}{b}{gaps[1]}{c}" for a, b, c in [["a", "b", "c"], *rows]]
    found = read(path, ends.join(lines) + ends, delimiter=" ", block_bytes=block)
    bare = [[cell[1:-1].replace('""', '"') if cell[0] == '"' else cell for cell in row] for row in rows]
    assert found[:2] == (["a", "b", "c"], bare)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=40))
@examples(30)
def test_decimal_commas_are_the_same_numbers(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("p") / "p.csv"
    rows = [(0.5, 0.25), *rows]
    path.write_text("a;b\n" + "".join(f"{a!r};{b!r}\n" for a, b in rows).replace(".", ","))
    table = open_table(str(path), block_bytes=64)
    numbers = [block.parse().numbers for block in table.blocks(Selection(numbers=(0, 1)))]
    table.close()
    assert np.array_equal(np.concatenate(numbers), np.array(rows))
