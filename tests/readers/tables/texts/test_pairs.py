"""Lines of classes and their figures, as Vowpal Wabbit and fastText write them."""

import json
import math

import pytest

from cecli.errors import InputError, UsageError
from cecli.readers.tables.table import Selection
from cecli.readers.tables.tables import open_table

VW = "1:0.457386 2:0.298026 3:0.244588\n1:0.0716954 2:0.386554 3:0.54175\n"
TAGGED = "1:0.457386 2:0.298026 3:0.244588 x\n1:0.0716954 2:0.386554 3:0.54175 y:z\n"
FASTTEXT = "__label__b 0.99991 __label__c 0.00006 __label__a 0.00003\n__label__a 0.7 __label__c 0.2 __label__b 0.1\n"
OTHER = "cat 0.75 dog 0.25\ndog 1 cat 1e-05\n"


def numbers(path, text, **how):
    """Class -> figures of a text, and the table's columns."""
    path.write_text(text)
    table = open_table(str(path), **how)
    try:
        kept = tuple(k for k, name in enumerate(table.columns) if name != "tag")
        blocks = [block.parse().numbers for block in table.blocks(Selection(numbers=kept))]
        rows = [row for block in blocks for row in block.tolist()]
        return {table.columns[k]: [row[i] for row in rows] for i, k in enumerate(kept)}, table.columns
    finally:
        table.close()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (VW, {"1": [0.457386, 0.0716954], "2": [0.298026, 0.386554], "3": [0.244588, 0.54175]}),
        (TAGGED, {"1": [0.457386, 0.0716954], "2": [0.298026, 0.386554], "3": [0.244588, 0.54175]}),
        ("\ufeff" + VW, {"1": [0.457386, 0.0716954], "2": [0.298026, 0.386554], "3": [0.244588, 0.54175]}),
        (FASTTEXT, {"__label__b": [0.99991, 0.1], "__label__c": [0.00006, 0.2], "__label__a": [0.00003, 0.7]}),
        (OTHER, {"cat": [0.75, 1e-05], "dog": [0.25, 1.0]}),
        ('a":0.5 b\\:.5\na":1. b\\:0\n', {'a"': [0.5, 1.0], "b\\": [0.5, 0.0]}),
        ("ns:a:0.5 ns:b:0.5\nns:a:1 ns:b:0\n", {"ns:a": [0.5, 1.0], "ns:b": [0.5, 0.0]}),
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n", " \n"])
@pytest.mark.parametrize("block", [32, 1 << 21])
def test_figures_go_by_the_names_beside_them(tmp_path, text, expected, ends, block):
    found, columns = numbers(tmp_path / "p.out", text.replace("\n", ends), block_bytes=block)
    assert found == expected
    assert ("tag" in columns) == (text == TAGGED)


def test_a_tag_that_comes_late_is_no_class(tmp_path):
    with pytest.raises(InputError, match=r"p\.out:101"):
        numbers(tmp_path / "p.out", VW * 50 + TAGGED)


@pytest.mark.parametrize(
    ("text", "line"), [(VW + "1:0.5 2:0.5\n", 3), (FASTTEXT + "__label__d 0.5 __label__a 0.5\n", 3)]
)
def test_fewer_classes_are_refused_with_the_option(tmp_path, text, line):
    with pytest.raises(InputError, match=rf"p\.out:{line}") as raised:
        numbers(tmp_path / "p.out", text)
    assert "--rest" in raised.value.hint


def test_what_is_said_of_the_rest_holds(tmp_path):
    text = "__label__b 0.75\n__label__a 0.5 __label__c 0.25\n"
    found, _ = numbers(tmp_path / "p.out", text, rest="uniform")
    assert found == {"__label__a": [0.125, 0.5], "__label__b": [0.75, 0.25], "__label__c": [0.125, 0.25]}
    found, _ = numbers(tmp_path / "p.out", text, rest="zero")
    assert found == {"__label__a": [0.0, 0.5], "__label__b": [0.75, 0.0], "__label__c": [0.0, 0.25]}
    with pytest.raises(UsageError, match="--rest is for rows that name their classes"):
        numbers(tmp_path / "p.csv", "a,b\n0.5,0.5\n", rest="zero")


def test_what_is_no_pair_is_named_with_its_line(tmp_path):
    with pytest.raises(InputError, match=r'p\.out:101: 2: expected .*found "x"'):
        numbers(tmp_path / "p.out", VW * 50 + "1:0.5 2:x 3:0.25\n")
    with pytest.raises(InputError, match=r"p\.out:101: expected classes and their figures"):
        numbers(tmp_path / "p.out", FASTTEXT * 50 + "__label__b 0.5 __label__a\n")
    with pytest.raises(InputError, match=r"p\.out:3: .*more than once"):
        numbers(tmp_path / "p.out", VW + "1:0.5 1:0.25 3:0.25\n")


def test_other_texts_of_pairs_are_columns(tmp_path):
    """Data of LIBSVM and tables of words and numbers are no pairs."""
    assert numbers(tmp_path / "p.txt", "id p\nx 0.5\ny 0.25\n".replace("x", "1").replace("y", "2"))[1] == ("id", "p")
    (tmp_path / "p.txt").write_text("label\n1 1:0.5 2:0.25\n2 1:0.5 2:0.75\n")
    table = open_table(str(tmp_path / "p.txt"))
    table.close()
    assert table.columns == ("label",)


def test_scored(tmp_path, run):
    (tmp_path / "p.out").write_text(TAGGED)
    (tmp_path / "l.csv").write_text("label\n1\n3\n")
    done = run("score", str(tmp_path / "p.out"), str(tmp_path / "l.csv"), "--drop", "tag", "-q", "-f", "json")
    expected = -(math.log(0.457386) + math.log(0.54175)) / 2
    assert json.loads(done.stdout)["cross_entropy"] == pytest.approx(expected, rel=1e-5)


TIMBL = "x,y,a,a { a 0.600000, c 0.400000 }\nx,z,c,a { a 0.700000, c 0.300000 }\n"
"""As TiMBL 6.5 writes with ``-G +v di``: features, the class of the example, the one that is predicted."""


def test_distributions_of_timbl(run, save):
    path, labels = save("timbl.out", TIMBL), save("l.csv", "label\na\nc\n")
    loss = -(math.log(0.6) + math.log(0.3)) / 2
    for arguments in ((path, labels), (path, "--label-column", "gold"), (path, labels, "--rest", "zero")):
        assert float(run("score", *arguments, "--value", "-q").out) == pytest.approx(loss, rel=1e-15)


def test_a_class_that_timbl_does_not_list_is_refused_or_gets_the_rest(run, save):
    path, labels = save("t.out", TIMBL + "x,y,c,c { c 1.00000 }\n"), save("l.csv", "label\na\nc\nc\n")
    refused = run("score", path, labels, "--value")
    assert (refused.status, refused.out) == (1, "")
    assert refused.err.startswith(f'cecli: error: {path}:3: distribution: no figure of "a"')
    loss = -(math.log(0.6) + math.log(0.3)) / 3
    assert float(run("score", path, labels, "--rest", "zero", "--value", "-q").out) == pytest.approx(loss, rel=1e-15)


def test_lists_of_tuples_as_python_prints_them(run, save):
    path = save("langid.txt", "[('en', -54.5), ('de', -55.5)]\n[('de', -10.0), ('en', -12.0)]\n")
    loss = (math.log1p(math.exp(-1)) + math.log1p(math.exp(-2))) / 2
    done = run("score", path, save("l.csv", "label\nen\nde\n"), "--logits", "--value", "-q")
    assert float(done.out) == pytest.approx(loss, rel=1e-15)


def test_figures_beside_names_that_do_not_sum_to_1_may_be_divided(run, save):
    """Each stands beside its class, so that all are classes."""
    path, labels = save("ova.txt", "__label__b 0.9 __label__a 0.3\n__label__a 0.8 __label__b 0.1\n"), "label\nb\na\n"
    refused = run("score", path, save("l.csv", labels), "--value")
    assert "--normalize divides each row by its sum" in refused.err
    done = run("score", path, save("l.csv", labels), "--normalize", "--value", "-q")
    assert float(done.out) == pytest.approx(-(math.log(0.75) + math.log(8 / 9)) / 2, rel=1e-14)
