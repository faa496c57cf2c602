"""Which column is what."""

from dataclasses import dataclass

import pytest

from cecli.errors import InputError, UsageError
from cecli.readers.predictions.roles.find import find_classes, find_roles
from cecli.readers.predictions.roles.options import ColumnOptions


@dataclass
class Stub:
    """A table of which only the header is known."""

    columns: tuple
    name: str = "preds.csv"
    header: bool = True


def roles(preds, labels=None, header=True, **options):
    """The roles of columns written with spaces between them."""
    first = Stub(tuple(preds.split()), header=header)
    second = None if labels is None else Stub(tuple(labels.split()), "labels.csv", header)
    return find_roles(first, second, ColumnOptions(**options))


@pytest.mark.parametrize(
    ("preds", "labels", "options", "classes", "label", "by_id"),
    [
        ("a b c", "label", {}, (0, 1, 2), 0, False),
        ("id a b", "id label", {}, (1, 2), 1, True),
        ("a id b", "y id", {}, (0, 2), 0, True),
        ("id a b", "label", {}, (1, 2), 0, False),
        ("a b", "id label", {}, (0, 1), 1, False),
        ("id a b", "id label", {"id": "none"}, (1, 2), 1, False),
        ("key a b", "key label", {"id": "key"}, (1, 2), 1, True),
        ("a b", "x label y", {}, (0, 1), 1, False),
        ("a b", "x y", {"label": "y"}, (0, 1), 1, False),
        ("a b", "y", {}, (0, 1), 0, False),
        ("a b", "a b label", {"label": "label"}, (0, 1), 2, False),
        ("a b c d", "label", {"classes": ("d", "b")}, (3, 1), 0, False),
        ("a b c d", "label", {"drop": ("b", "c")}, (0, 3), 0, False),
        ("a b w", "label", {"weight": "w"}, (0, 1), 0, False),
        ("a b g", "label", {"by": "g"}, (0, 1), 0, False),
        ("a", "label", {}, (0,), 0, False),
    ],
)
def test_columns(preds, labels, options, classes, label, by_id):
    found = roles(preds, labels, **options)
    assert found.classes == classes
    assert found.labels.label == label
    assert found.by_id is by_id


def test_soft_labels_are_columns_of_all_class_names_in_any_order():
    assert roles("a b c", "c x a b").labels.soft == (2, 3, 0)
    assert roles("id a b", "b id a").labels.soft == (2, 0)
    assert roles("0 1", "0 1", header=False).labels.soft == (0, 1)


def test_a_weight_in_labels_wins_over_one_in_predictions():
    found = roles("a b w", "label w", weight="w", drop=("w",))
    assert (found.labels.weight, found.preds.weight) == (1, None)


def test_labels_among_the_predictions():
    found = roles("id a label b", label="label")
    assert (found.classes, found.preds.label) == ((1, 3), 2)


def test_an_id_on_one_side_is_set_aside_with_a_note():
    assert "preds.csv has an id and labels.csv has none" in roles("id a b", "label").notes[0]
    assert "labels.csv has an id and preds.csv has none" in roles("a b", "id label").notes[0]
    assert roles("id a b", "id label").notes == ()


@pytest.mark.parametrize(
    ("preds", "labels", "options", "kind", "words"),
    [
        ("a b", None, {}, UsageError, "no labels"),
        ("a a", "label", {}, InputError, 'both called "a"'),
        ("a b", "y y", {}, InputError, 'both called "y"'),
        ("0.5 0.25", "label", {}, InputError, "a row of numbers"),
        ("a b", "x y", {}, InputError, "none is called label"),
        ("a b", "id", {}, InputError, "no column of labels"),
        ("id", "label", {}, InputError, "no class column"),
        ("a b", "label", {"drop": ("a", "b")}, InputError, "no class column"),
        ("a b", "label", {"drop": ("c",)}, InputError, 'no column "c"'),
        ("a b", "label", {"classes": ("a", "c")}, InputError, 'no column "c"'),
        ("a b", "label", {"classes": ("a", "a")}, UsageError, "twice"),
        ("a b", "label", {"id": "key"}, InputError, 'no column "key"'),
        ("key a b", "label", {"id": "key"}, InputError, 'no column "key"'),
        ("a b", "label", {"weight": "w"}, InputError, 'no column "w"'),
        ("a b", "label", {"label": "lable"}, InputError, 'no column "lable"'),
    ],
)
def test_what_a_header_does_not_say(preds, labels, options, kind, words):
    with pytest.raises(kind) as caught:
        roles(preds, labels, **options)
    assert words in caught.value.message


def test_the_nearest_column_is_named():
    with pytest.raises(InputError) as caught:
        roles("a b", "x label", label="lable")
    assert 'did you mean "label"?' in caught.value.hint


def test_whole_numbers_are_class_names():
    assert roles("0 1 2", "label").classes == (0, 1, 2)
    assert roles("1.0 2.0", "label").classes == (0, 1)


def test_the_index_of_a_data_frame():
    preds, labels = Stub(("", "a", "b")), Stub(("label",), "labels.csv")
    with pytest.raises(InputError, match="column 1 has no name"):
        find_roles(preds, labels, ColumnOptions())
    assert find_roles(preds, labels, ColumnOptions(drop=("",))).classes == (1, 2)


NO_HEADER = "--header none if the file has no header"
INDEX = "the index of a data frame? leave it out with --drop "


def classes_of(columns, header=True, kept=(), **options):
    """The class columns of a file without labels, and those beside them."""
    decision, beside = find_classes(Stub(tuple(columns), header=header), ColumnOptions(**options), kept)
    return decision.classes, beside


@pytest.mark.parametrize(
    ("columns", "message", "hint"),
    [
        (["a;b;c"], 'preds.csv:1: one column, "a;b;c"', "try --delimiter ';'"),
        (["a", "b", "a"], 'preds.csv:1: columns 1 and 3 are both called "a"', None),
        (["0.5", "0.5"], 'preds.csv:1: columns 1 and 2 are both called "0.5"', NO_HEADER),
        (["a", " ", "b"], "preds.csv:1: column 2 has no name", INDEX + '" "'),
        (["0.25", "0.75"], 'preds.csv:1: the header is a row of numbers, "0.25, 0.75"', NO_HEADER),
        (["id"], "preds.csv: no class column is left", "its columns are id"),
    ],
)  # fmt: skip
def test_headers_of_predictions_alone_that_are_none(columns, message, hint):
    with pytest.raises(InputError) as caught:
        classes_of(columns)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_classes_that_are_named_need_no_other_names():
    assert classes_of(["a", "", "b"], classes=("b", "a")) == ((2, 0), ())
    assert classes_of(["a", "", "b"], drop=("",)) == ((0, 2), ())
    assert classes_of(["id", "a", "b"], kept=("b",)) == ((1,), (0, 2))
    assert classes_of(["id", "a", "b"], id="none") == ((1, 2), ())
    assert classes_of(["0.25", "0.75"], header=False) == ((0, 1), ())


@pytest.mark.parametrize(
    ("delimiter", "column", "word"), [(",", "a;b;c", "';'"), (",", "a\tb\tc", "tab"), (";", "a,b,c", "','")]
)
def test_a_header_of_another_delimiter(delimiter, column, word):
    table = Stub((column,))
    table.delimiter = delimiter
    with pytest.raises(InputError) as caught:
        find_classes(table, ColumnOptions())
    assert caught.value.hint == f"try --delimiter {word}"
    assert "preds.csv:1: one column" in caught.value.message


def test_one_class_may_be_called_after_several_things():
    table = Stub(("a,b,c",))  # as a quoted name in a file of commas
    table.delimiter = ","
    assert find_classes(table, ColumnOptions())[0].classes == (0,)


def test_an_id_of_another_case_is_not_taken_for_none(run, save):
    preds = save("p.csv", "id,a,b\n1,0.5,0.5\n2,0.25,0.75\n")
    for name in ("ID", " id"):
        done = run("score", preds, save("l.csv", f"{name},label\n2,b\n1,a\n"))
        assert (done.status, done.out) == (1, "")
        assert f'is called "{name}"' in done.err
        assert "--id none" in done.err
    assert run("score", preds, save("l.csv", "ID,label\n1,a\n2,b\n"), "--id", "none").status == 0


def test_a_column_of_both_files_is_no_class(run, save):
    preds = save("p.csv", "image,a,b\n1,0.5,0.5\n2,0.25,0.75\n")
    labels = save("l.csv", "image,label\n1,a\n2,b\n")
    done = run("score", preds, labels)
    assert (done.status, done.out) == (1, "")
    assert 'rows sum to 1 without column 1 ("image"), and not with it: no class?\n  hint: --drop image\n' in done.err
    matched = run("score", preds, labels, "--id", "image", "--value")
    assert matched.status == 0
    assert run("score", preds, labels, "--drop", "image", "--value").out == matched.out
    assert run("score", preds, labels, "--classes", "a,b", "--value").out == matched.out


@pytest.mark.parametrize("name", ["", "Unnamed: 0", "index", "doc_id", "key"])
def test_a_key_of_both_files_must_be_the_same_in_every_row(run, save, name):
    preds = save("p.csv", f"{name},a,b\nx1,0.5,0.5\nx2,0.25,0.75\n")
    plain = run("score", save("q.csv", "a,b\n0.5,0.5\n0.25,0.75\n"), save("m.csv", "label\na\nb\n"), "--value")
    in_step = run("score", preds, save("l.csv", f"{name},label\nx1,a\nx2,b\n"), "--value")
    assert (in_step.status, in_step.out) == (0, plain.out)
    labels = save("l.csv", f"{name},label\nx2,b\nx1,a\n")
    done = run("score", preds, labels)
    assert (done.status, done.out) == (1, "")
    assert 'is "x1", and in' in done.err
    assert "are rows matched on it?" in done.err
    matched = run("score", preds, labels, "--id", name, "--value")
    assert (matched.status, matched.out) == (0, plain.out)
    other = run("score", preds, labels, "--drop", name, "--value")
    assert other.status == 0
    assert other.out != plain.out


def test_a_weight_of_both_files_is_set_aside(run, save):
    preds = save("p.csv", "weight,a,b\n1,0.5,0.5\n2,0.25,0.75\n")
    labels = save("l.csv", "weight,label\n1,a\n2,b\n")
    done = run("score", preds, labels, "--value")
    assert done.out == run("score", preds, labels, "--drop", "weight", "--value").out


@pytest.mark.parametrize(
    ("preds", "hint"),
    [
        ("a b", "name a second file, or the column of PREDS with --label-column COLUMN"),
        ("a label b", "does --label-column label hold them?"),
        ("y a target", "does --label-column target hold them?"),
        ("a y", "does --label-column y hold them?"),
    ],
)
def test_without_labels_the_likely_column_is_named(preds, hint):
    with pytest.raises(UsageError) as caught:
        roles(preds)
    assert (caught.value.message, caught.value.hint) == ("no labels: LABELS is missing", hint)


def test_soft_labels_whose_columns_are_nearly_the_classes(run, save):
    preds = save("p.csv", "cat,dog,red fox\n0.5,0.25,0.25\n")
    done = run("score", preds, save("l.csv", "cat,dog,fox\n0.5,0.25,0.25\n"))
    assert '("fox" is none, "red fox" is missing)' in done.err
    done = run("score", preds, save("l.csv", "x,y,z\n0.5,0.25,0.25\n"))
    assert "they are not the classes\n" in done.err
