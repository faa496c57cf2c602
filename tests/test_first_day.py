"""Somebody's first files, as a data frame wrote them: every error has a hint, and following it works."""

import pytest

NAMES = ("cat", "dog", "fox")
ROWS = [(k, NAMES[k % 3], [0.5 if k % 3 == j else 0.25 for j in range(3)]) for k in range(30)]


@pytest.fixture
def own(tmp_path):
    """Predictions with an index without a name, a file name as the id, and classes with a prefix; labels alike."""
    rows = "".join(f"{k},img{k:03}.jpg,{q[0]},{q[1]},{q[2]}\n" for k, _, q in ROWS)
    (tmp_path / "output.csv").write_text(f",filename,prob_cat,prob_dog,prob_fox\n{rows}")
    rows = "".join(f"{k},img{k:03}.jpg,{label}\n" for k, label, _ in reversed(ROWS))
    (tmp_path / "truth.csv").write_text(f",filename,species\n{rows}")
    return tmp_path


@pytest.fixture
def there(shell, own):
    return lambda line: shell(f"cd {own} && {line}")


def test_from_the_first_error_to_a_gate(there, own):
    done = there("cecli score output.csv truth.csv")
    assert "none is called label" in done.err
    assert "its columns are , filename, species" in done.err
    done = there("cecli score output.csv truth.csv --label-column species")
    assert 'output.csv:2: column 1: "" is "0", and in truth.csv it is "29" in the same row' in done.err
    assert "hint: --id '' matches rows on it; --drop '' takes them in their order" in done.err
    matched = [
        there(f"cecli score output.csv truth.csv --label-column species --id {key}") for key in ("''", "filename")
    ]
    assert [(done.status, done.out) for done in matched] == [(0, "0.6931471805599453\n")] * 2
    fixed = "cecli score output.csv truth.csv --id filename"
    assert there(f"{fixed} --require 'accuracy>0.9' -o report.json").status == 0
    assert there(f"{fixed} --require 'cross_entropy<0.5' -o report.json").status == 3
    assert '"met": false' in (own / "report.json").read_text()


def test_columns_that_are_not_chosen_need_no_name(there):
    line = "sed 1s/prob_//g output.csv | cecli score - truth.csv --id filename --classes cat,dog,fox"
    assert there(line).out == "0.6931471805599453\n"
    assert there("cecli softmax output.csv --classes prob_cat,prob_dog --keep filename").status == 0


def test_labels_whose_only_column_has_no_name(run, save):
    preds, labels = save("p.csv", "a,b\n0.5,0.5\n"), save("l.csv", '""\na\n')
    assert run("score", preds, labels).status == 0


@pytest.mark.parametrize(
    ("classes", "label", "hint"),
    [
        ("prob_a,q_b", "a", "the classes are prob_a, q_b"),
        ("prob_a,prob_b", "c", "the classes are prob_a, prob_b"),
        ("a,b", "A", "the classes are a, b"),
    ],
)
def test_labels_that_are_called_otherwise(run, save, classes, label, hint):
    done = run("score", save("p.csv", f"{classes}\n0.5,0.5\n"), save("l.csv", f"label\n{label}\n"))
    assert done.status == 1
    assert hint in done.err.partition("hint: ")[2]


@pytest.mark.parametrize("classes", ["prob_a,prob_b", "p(a,p(b", "P(class=a),P(class=b)", ".pred_a,.pred_b"])
def test_labels_without_what_all_classes_share(run, save, classes):
    done = run("score", save("p.csv", f"{classes}\n0.25,0.75\n"), save("l.csv", "label\nb\n"), "-f", "json")
    assert (done.document["labels_read_as"], done.document["accuracy"]) == ("wrap", 1)
