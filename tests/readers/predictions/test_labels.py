"""The readings of a label, and what the first ones decide."""

import math

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from cecli.errors import InputError
from cecli.readers.predictions.labels import IGNORED, UNKNOWN, LabelReading
from cecli.readers.tables.table import Coded

NAMES = ("ant", "bee", "cat")
SUFFIXED = ("class_3", "class_5", "class_04")


@pytest.mark.parametrize(
    ("classes", "first", "read_as"),
    [
        (NAMES, "bee", "name"),
        (NAMES, "wasp", "name"),
        (NAMES, "1", "name"),
        (NAMES, "1.0", "name"),
        (NAMES, "-1", "name"),
        (NAMES, "1.5", "name"),
        (NAMES, "", "name"),
        (SUFFIXED, "class_3", "name"),
        (SUFFIXED, "3", "suffix"),
        (SUFFIXED, "4", "suffix"),
        (SUFFIXED, "0", "name"),
        (("a1", "a2", "b"), "1", "name"),
        (("a1", "b1"), "1", "name"),
        (("a1", "a01"), "1", "wrap"),
        (("p_ant", "p_bee"), "bee", "wrap"),
        (("1.5", "2.5"), "1.50", "value"),
        (("2", "0", "1"), "2", "name"),
        (("2", "0", "1"), "2.0", "suffix"),
        (("x", "9" * 30), "1", "name"),
        (("x", "9" * 30), "9" * 30, "name"),
    ],
)
def test_the_first_label_decides(classes, first, read_as):
    assert LabelReading(classes, first).read_as == read_as


@pytest.mark.parametrize("first", ["0", "2", "1.0", "7"])
def test_positions_are_of_classes_without_names_or_said(first):
    assert LabelReading(("0", "1", "2"), first, named=False).read_as == "position"
    assert LabelReading(NAMES, first).read_as == "name"
    if first != "7":
        assert LabelReading(NAMES, first, first_label=0).read_as == "position"


@pytest.mark.parametrize(
    ("classes", "first", "texts", "expected"),
    [
        (NAMES, "bee", ["ant", "cat", "1", "Bee", "bee ", ""], [0, 2, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN]),
        (None, "0", ["0", "2", "2.0", "2.", " 1 ", "02", "1e0"], [0, 2, 2, 2, 1, 2, 1]),
        (None, "0", ["3", "-1", "1.5", "ant", "", "٢"], [UNKNOWN] * 6),
        (SUFFIXED, "3", ["3", "5", "4", "3.0", "class_3", "0"], [0, 1, 2, 0, UNKNOWN, UNKNOWN]),
    ],
)
def test_readings(classes, first, texts, expected):
    reading = LabelReading(classes or ("0", "1", "2"), first, named=classes is not None)
    assert [reading.class_of(text) for text in texts] == expected
    codes = np.array([k for k in range(len(texts)) for _ in range(2)])
    assert reading.read(Coded(codes, list(texts))).tolist() == [k for k in expected for _ in range(2)]


def test_positions_from_one():
    reading = LabelReading(NAMES, "1", first_label=1)
    assert [reading.class_of(text) for text in ("0", "1", "3", "4")] == [UNKNOWN, 0, 2, UNKNOWN]


def test_a_suffix_is_not_counted_from_a_first_label_that_does_not_fit():
    assert LabelReading(SUFFIXED, "5", first_label=1).class_of("5") == 1


@pytest.mark.parametrize(
    ("first", "texts", "expected", "names"),
    [
        ("yes", ["yes", "no", "no", "maybe"], [1, 0, 0, UNKNOWN], ("no", "yes")),
        ("no", ["no", "yes", "NO"], [0, 1, 0], ("no", "yes")),
        ("yes", ["yes"], [1], ("not yes", "yes")),
    ],
)
def test_binary(first, texts, expected, names):
    reading = LabelReading(("yes",), first, binary=True)
    assert [reading.class_of(text) for text in texts] == expected
    assert reading.binary_names() == names


def test_a_column_of_another_name_is_not_guessed_to_be_1():
    with pytest.raises(InputError, match='called "yes", and labels are 0 and 1') as caught:
        LabelReading(("yes",), ("0", "1"), binary=True)
    assert "--positive 1" in caught.value.hint
    said = LabelReading(("yes",), "0", binary=True, positive="1")
    assert [said.class_of(text) for text in ("0", "1", "1.0", "2")] == [0, 1, 1, UNKNOWN]


@pytest.mark.parametrize("name", ["p", "prob", "score", "y_pred"])
def test_a_generic_name_leaves_it_to_a_pair_of_labels(name):
    assert [LabelReading((name,), "0", binary=True).class_of(text) for text in ("0", "1")] == [0, 1]
    assert [LabelReading((name,), "No", binary=True).class_of(text) for text in ("no", "Yes")] == [0, 1]
    assert [LabelReading((name,), "-1", binary=True).class_of(text) for text in ("-1", "+1")] == [0, 1]
    with pytest.raises(InputError, match="which label is the one class column of"):
        LabelReading((name,), ("cat", "dog"), binary=True)


def test_the_column_1_is_class_1():
    reading = LabelReading(("1",), "0", binary=True)
    assert [reading.class_of(text) for text in ("0", "1")] == [0, 1]


@pytest.mark.parametrize("first", ["0", "1"])
def test_the_column_0_is_the_class_0_whichever_label_comes_first(first):
    """The column is named after a class, so what it predicts is the label 0."""
    reading = LabelReading(("0",), first, binary=True)
    assert [reading.class_of(text) for text in (first, "0", "1", "2")][1:] == [1, 0, UNKNOWN]
    assert reading.binary_names() == ("1", "0")


@pytest.mark.parametrize("first", ["0", "1", "1.0"])
def test_a_column_without_a_name_predicts_class_1(first):
    reading = LabelReading(("0",), first, binary=True, named=False)
    assert reading.read_as == "position"
    assert [reading.class_of(text) for text in ("0", "1", "1.0", "yes")] == [0, 1, 1, UNKNOWN]
    assert reading.binary_names() == ("0", "1")
    assert "from 0 to 1" in reading.expected("yes")


def test_binary_positions_count_from_the_first_label():
    reading = LabelReading(("yes",), "2", binary=True, first_label=1)
    assert [reading.class_of(text) for text in ("1", "2", "0", "3")] == [0, 1, UNKNOWN, UNKNOWN]
    assert reading.binary_names() == ("1", "2")


@pytest.mark.parametrize(
    ("classes", "first", "ignore", "texts", "expected"),
    [
        (NAMES, "ant", ("bee",), ["ant", "bee"], [0, IGNORED]),
        (NAMES, "ant", ("?",), ["?", "cat"], [IGNORED, 2]),
        (NAMES, "0", ("bee",), ["1", "2"], [IGNORED, 2]),
        (NAMES, "0", ("1",), ["1", "1.0", "2"], [IGNORED, IGNORED, 2]),
        (NAMES, "0", ("-1",), ["-1", "0"], [IGNORED, 0]),
    ],
)
def test_ignored(classes, first, ignore, texts, expected):
    reading = LabelReading(classes, first, ignore=ignore, first_label=0 if first == "0" else None)
    assert [reading.class_of(text) for text in texts] == expected


def test_what_was_expected():
    assert "from 0 to 2" in LabelReading(NAMES, "0", first_label=0).expected("3")
    assert "from 3 to 5" in LabelReading(SUFFIXED, "3").expected("6")
    assert 'did you mean "class_3"?' in LabelReading(SUFFIXED, "class_3").expected("class3")
    assert "an empty label" in LabelReading(NAMES, "ant").expected("")


def test_the_other_class_of_a_binary_prediction_may_be_named_before_it_is_met():
    reading = LabelReading(("yes",), "yes", binary=True)
    assert reading.binary_names() == ("not yes", "yes")
    assert not reading.learn("yes")
    assert reading.learn("no")
    assert reading.binary_names() == ("no", "yes")
    assert [reading.class_of(text) for text in ("no", "yes", "nein")] == [0, 1, UNKNOWN]
    assert not reading.learn("nein")
    met = LabelReading(("yes",), "no", binary=True)
    met.class_of("no")
    assert not met.learn("nein")
    assert not LabelReading(("yes",), "0", binary=True, first_label=0).learn("no")
    assert not LabelReading(NAMES, "ant").learn("no")


def test_codes_of_what_is_no_class_are_below_0():
    """So that no class number can be taken for one of them."""
    assert UNKNOWN < 0
    assert IGNORED < 0
    assert UNKNOWN != IGNORED


def test_a_block_without_labels_has_none():
    assert LabelReading(NAMES, "ant").read(Coded(np.zeros(0, dtype=np.int32), [])).tolist() == []


@pytest.mark.parametrize(("count", "more"), [(12, ""), (13, " and 1 more"), (1013, " and 1,001 more")])
def test_the_hint_names_some_classes_and_counts_the_rest(count, more):
    names = [f"c{k:04}x" for k in range(count)]
    assert LabelReading(names, names[0]).hint() == f"the classes are {', '.join(names[:12])}{more}"


@pytest.mark.parametrize(
    ("classes", "first", "binary"), [(NAMES, "1", False), (("spam",), "spam", True), (("spam",), "1", True)]
)
def test_no_hint_where_what_was_expected_says_it(classes, first, binary):
    first_label = 0 if first == "1" else None
    assert LabelReading(classes, first, binary=binary, first_label=first_label).hint() is None


def test_what_a_third_label_of_two_is_told():
    reading = LabelReading(("spam",), "spam", binary=True)
    assert reading.expected("x") == 'expected "spam", found a third label, "x"'
    reading.class_of("ham")
    assert reading.expected("x") == 'expected "spam" or "ham", found a third label, "x"'


def test_positions_of_named_classes_are_offered_by_an_option():
    reading = LabelReading(NAMES, ("1", "2"))
    assert reading.class_of("1") == UNKNOWN
    reading.expected("1")
    assert reading.hint() == (
        'the classes are ant, bee, cat, the first labels "1", "2": if these are positions, --first-label 0 or '
        "--first-label 1 says how the first is called"
    )


@pytest.mark.parametrize("text", ["cow", "", "p_ant", "t"])
def test_labels_of_no_class_are_told_the_classes(text):
    reading = LabelReading(("p_ant", "p_bee"), "p_ant")
    reading.expected(text)
    assert reading.hint() == "the classes are p_ant, p_bee"


def test_check_names_the_columns_of_labels(run, save):
    preds = save("p.csv", "a,b\n0.5,0.5\n")
    labels = save("l.csv", "doc,truth,w,country\n1,a,2,de\n")
    options = ["--label-column", "truth", "--weight-column", "w", "--by", "country", "--cluster", "doc"]
    found = run("score", preds, labels, *options, "--check", "-f", "json").document
    assert {key: value for key, value in found.items() if key.endswith("_column")} == {
        "label_column": "truth",
        "weight_column": "w",
        "group_column": "country",
        "cluster_column": "doc",
        "id_column": None,
    }


@pytest.mark.parametrize(("digits", "read_as"), [(18, "suffix"), (19, "name")])
def test_a_suffix_has_up_to_18_digits(digits, read_as):
    assert LabelReading(("a" + "1" * digits, "b2"), "2").read_as == read_as


SOFT = [[1.0, 0.0, 0.0], [0.5, 0.25, 0.25]]


@pytest.mark.parametrize("form", ["csv", "npy", "parquet"])
def test_soft_labels_in_every_form(run, save, tmp_path, form):
    preds = save("p.csv", "a,b,c\n0.5,0.25,0.25\n0.25,0.5,0.25\n")
    labels = tmp_path / f"soft.{form}"
    if form == "csv":
        labels.write_text("w,c,a,b\n3,0,1,0\n4,0.25,0.5,0.25\n")
    elif form == "npy":
        np.save(labels, np.array(SOFT))
    else:
        parquet.write_table(pa.table({"probs": pa.array(SOFT), "w": [3.0, 4.0]}), labels)
    done = run("score", preds, labels, "-f", "json").document
    assert done["labels_read_as"] == "soft"
    assert done["cross_entropy"] == pytest.approx((1 + 0.5 * 2 + 0.25 * 1 + 0.25 * 2) * math.log(2) / 2, rel=1e-15)
    assert [row["rows"] for row in done["classes"]] == [1.5, 0.25, 0.25]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["score", "{p}", "{soft}", "--ignore", "a"], "--ignore names a label, and LABELS holds a PMF for every row"),
        (["compare", "{p}", "{one}", "{soft}"], "{one} has one class column, which soft labels cannot be compared on"),
        (["softmax", "{npy}", "--id", "0"], "--id 0: {npy} has no names of columns"),
        (["softmax", "{npy}", "--id", "key"], '{npy}: no column "key"'),
    ],
)
def test_what_has_no_meaning(run, save, tmp_path, arguments, said):
    np.save(tmp_path / "p.npy", np.array(SOFT))
    paths = {
        "p": save("p.csv", "a,b\n0.5,0.5\n0.25,0.75\n"),
        "soft": save("soft.csv", "a,b\n1,0\n0.5,0.5\n"),
        "one": save("one.csv", "b\n0.5\n0.75\n"),
        "npy": tmp_path / "p.npy",
    }
    done = run(*(argument.format(**paths) for argument in arguments))
    assert (done.status in (1, 2), done.out) == (True, "")
    assert f"cecli: error: {said.format(**paths)}\n" in done.err


@pytest.mark.parametrize("classes", [2, 64, 65, 70])
@pytest.mark.parametrize("inside", [False, True])
def test_soft_labels_of_few_and_of_many_classes(run, tmp_path, classes, inside):
    random = np.random.default_rng(classes)
    p, soft = random.dirichlet(np.ones(classes), (2, 70))
    for name, table in (("p", p), ("soft", soft)):
        np.save(tmp_path / f"{name}.npy", table)
    given = [tmp_path / "p.npy", tmp_path / "soft.npy"]
    if inside:
        for name, table in (("p", p), ("soft", soft)):
            rows = {"id": [str(k) for k in range(70)], "v": pa.array(table.tolist())}
            parquet.write_table(pa.table(rows).take(random.permutation(70)), tmp_path / f"{name}.parquet")
        given = [tmp_path / "p.parquet", tmp_path / "soft.parquet"]
    done = run("score", *given, "-f", "json").document
    assert done["matched_by"] == ("id" if inside else "position")
    assert done["cross_entropy"] == pytest.approx(-(soft * np.log(p)).sum() / 70, rel=1e-13)
    assert done["accuracy"] == pytest.approx(soft[np.arange(70), p.argmax(axis=1)].mean(), rel=1e-13)
    assert done["brier"] == pytest.approx(((p - soft) ** 2).sum() / 70, rel=1e-13)


@pytest.mark.parametrize("first", [1, 2, 10])
def test_positions_count_from_the_first_label(run, save, first):
    preds = save("p.csv", "a,b,c\n0.5,0.25,0.25\n0.25,0.5,0.25\n0.125,0.125,0.75\n")
    by_name = run("score", preds, save("l.csv", "label\nb\na\nc\n"), "-f", "json").document
    labels = save("l.csv", f"label\n{first + 1}\n{first}\n{first + 2}\n")
    done = run("score", preds, labels, "--first-label", first, "-f", "json").document
    assert done == by_name | {"labels_read_as": "position"}
    wrong = run("score", preds, save("l.csv", f"label\n{first}\n{first + 3}\n{first - 1}\n"), "--first-label", first)
    assert (wrong.status, wrong.out) == (1, "")
    for line, label in ((3, first + 3), (4, first - 1)):
        assert f":{line}: column 1 (label): " in wrong.err
        assert f'"{label}"' in wrong.err


@pytest.mark.parametrize("first", [1, 5])
def test_binary_labels_count_from_the_first_label(run, save, first):
    preds = save("p.csv", "yes\n0.75\n0.25\n")
    labels = save("l.csv", f"label\n{first + 1}\n{first}\n")
    done = run("score", preds, labels, "--first-label", first, "--value")
    assert float(done.out) == pytest.approx(-math.log(0.75), rel=1e-15)


def test_labels_from_standard_input(run, save):
    preds = save("p.csv", "a,b\n0.5,0.5\n0.25,0.75\n")
    assert float(run("score", preds, "-", "--value", stdin=b"label\na\nb\n").out) == pytest.approx(
        -(math.log(0.5) + math.log(0.75)) / 2, rel=1e-15
    )
    twice = run("score", "-", "-", stdin=b"a,b\n0.5,0.5\n")
    assert twice.status == 2
    assert "PREDS and LABELS cannot both be standard input" in twice.err


@pytest.mark.parametrize("words", [("True", "False"), ("true", "false"), ("TRUE", "FALSE")])
def test_truth_values_of_a_binary_prediction(run, save, words):
    preds = save("p.csv", "prob\n0.9\n0.25\n0.75\n")
    yes, no = words
    for answers in ((1, 0, 1), (0, 1, 1), (0, 0, 0), (1, 1, 1)):
        numbers = save("n.csv", "label\n" + "".join(f"{one}\n" for one in answers))
        texts = save("t.csv", "label\n" + "".join(f"{yes if one else no}\n" for one in answers))
        assert run("score", preds, texts, "--value").out == run("score", preds, numbers, "--value").out
    done = run("score", preds, save("m.csv", f"label\n{yes}\nmaybe\n{no}\n"))
    assert (done.status, done.out) == (1, "")
    assert 'm.csv:3: column 1 (label): expected true or false, found "maybe"' in done.err


def test_truth_values_that_are_names(run, save):
    """Where the column is called so, or there are several classes, they are names like any other."""
    labels = save("l.csv", "label\nTrue\nFalse\n")
    column = run("score", save("p.csv", "True\n0.75\n0.5\n"), labels, "-f", "json").document
    assert column["labels_read_as"] == "name"
    both = run("score", save("b.csv", "False,True\n0.25,0.75\n0.5,0.5\n"), labels, "-f", "json").document
    assert both["labels_read_as"] == "name"
    assert both["cross_entropy"] == column["cross_entropy"]
