"""What single tools print: Weka 3.9.7 with ``-p 0 -distribution`` as CSV, and LIBLINEAR 2.30 with ``-b 1``."""

import json
import math

import pytest

from cecli.errors import InputError
from cecli.readers.tables.table import Selection
from cecli.readers.tables.tables import open_table

WEKA = """

=== Predictions on test data ===

inst#,actual,predicted,error,distribution,,
1,1:a,1:a,,*0.9,0.1,0
2,2:'b \\'c',3:d,+,0,0.401,*0.599
3,3:d,2:b 'c,+,0.2,*0.786,0.014

"""
LIBLINEAR = "labels 2 1 3\n1 0.173167 0.826144 0.000688635\n2 0.759873 0.063303 0.176824\n3 0.2 0.2 0.6\n"


def read(path, text, numbers=()):
    path.write_text(text)
    table = open_table(str(path), block_bytes=32)
    try:
        rows = [row for block in table.blocks(Selection(numbers=numbers)) for row in block.parse().numbers.tolist()]
        return table.columns, rows
    finally:
        table.close()


def test_weka_calls_classes_by_name(tmp_path):
    columns, rows = read(tmp_path / "w.csv", WEKA, (4, 5, 6))
    assert columns == ("index", "actual", "predicted", "error", "a", "b 'c", "d")
    assert rows == [[0.9, 0.1, 0.0], [0.0, 0.401, 0.599], [0.2, 0.786, 0.014]]


def test_weka_is_scored(tmp_path, run):
    (tmp_path / "w.csv").write_text(WEKA)
    (tmp_path / "l.csv").write_text("label\na\nb 'c\nd\n")
    aside = [f"--drop={name}" for name in ("index", "actual", "predicted", "error")]
    done = run("score", str(tmp_path / "w.csv"), str(tmp_path / "l.csv"), *aside, "-q", "-f", "json")
    expected = -(math.log(0.9) + math.log(0.401) + math.log(0.014)) / 3
    assert json.loads(done.stdout)["cross_entropy"] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("4,1:a,1:a,,*0.9,0.1", r"w\.csv:\d+: expected a row of Weka's"),
        ("4,1:z,1:a,,*0.9,0.1,0", r'w\.csv:\d+: class 1 is called "z" here, and "a" in the first lines'),
    ],
)
def test_rows_that_are_not_weka_s_are_named(tmp_path, row, found):
    rows = WEKA.strip("\n").split("\n")
    with pytest.raises(InputError, match=found):
        read(tmp_path / "w.csv", "\n".join([*rows, *[rows[-1]] * 80, row]) + "\n", (4, 5, 6))


def test_labels_of_liblinear_are_predictions(tmp_path):
    columns, rows = read(tmp_path / "p.out", LIBLINEAR, (1, 2, 3))
    assert columns == ("predicted", "2", "1", "3")
    assert rows[0] == [0.173167, 0.826144, 0.000688635]
    other = LIBLINEAR.replace("\n1 ", "\n3 ")
    assert read(tmp_path / "p.out", other)[0] == ("labels", "2", "1", "3")
