"""Options of score that have no meaning beside each other say so, and none is taken and then ignored."""

import csv
import io
import math

import pytest


@pytest.fixture(scope="module")
def files(save):
    preds = "id,ant,bee,cat\nr1,0.5,0.25,0.25\nr2,0.1,0.2,0.7\nr3,0.3,0.4,0.3\nr4,0.6,0.3,0.1\n"
    labels = "id,label,w,g\nr1,ant,1,x\nr2,bee,2,y\nr3,bee,0,x\nr4,cat,1,y\n"
    return {
        "preds": save("p.csv", preds),
        "labels": save("l.csv", labels),
        "observed": save("o.csv", "p,g\n0.5,x\n0.25,y\n"),
        "column": save("c.csv", "yes\n0.5\n0.25\n"),
        "column labels": save("cl.csv", "label\nyes\nno\n"),
        "soft": save("s.csv", "ant,bee,cat\n0.5,0.5,0\n0,1,0\n0,0,1\n1,0,0\n"),
        "weights": save("w.csv", "class,weight\nant,1\nbee,2\ncat,1\n"),
    }


@pytest.fixture
def score(run, files):
    return lambda *options: run("score", files["preds"], files["labels"], *options)


NO_MEANING = [
    (("--check", "--require", "cross_entropy<9"), "--check scores nothing: --require"),
    (("--table", "classes", "-f", "json"), "--table is for CSV, TSV and Markdown"),
    (("--table", "classes", "-o", "out.json"), "--table is for CSV, TSV and Markdown"),
    (("--table", "classes", "--value"), "--table prints a list: --value"),
    (("--table", "classes", "--get", "accuracy"), "--table prints a list: --get"),
    (("--table", "worst"), "--table worst needs --worst N"),
    (("--table", "confusions"), "--table confusions needs --confusions N"),
    (("--table", "like"), "--table like needs --like LIBRARY"),
    (("--table", "groups"), "--table groups needs --by COLUMN"),
    (("--reduction", "none", "--top-k", "2"), "--reduction none prints a loss per row and no report: --top-k"),
    (("--reduction", "none", "--confidence", "0.9"), "--reduction none prints a loss per row and no report: --confid"),
    (("--reduction", "none", "--worst", "1"), "--reduction none prints a loss per row and no report: --worst"),
    (("--reduction", "none", "-f", "json"), "--reduction none streams CSV or TSV, not json"),
    (("--reduction", "sum", "--like", "torch"), "--like is the mean that a library prints"),
    (("--weights-are", "frequency"), "--weights-are says what --weight-column holds"),
    (("--losses",), "--losses says what --observed holds"),
]


@pytest.mark.parametrize(("options", "words"), NO_MEANING)
def test_without_a_meaning(score, options, words):
    done = score(*options)
    assert (done.status, done.out) == (2, ""), done.err
    assert words in done.err


@pytest.mark.parametrize(
    "options",
    [
        ("--first-label", "1"), ("--sum-tolerance", "0.1"), ("--top-k", "5"), ("--label-smoothing", "0.1"),
        ("--class-weights", "w.csv"), ("--ignore", "a"), ("--normalize",), ("--prior", "uniform"), ("--corp",),
        ("--decompose",), ("--confusions", "2"), ("--like", "torch"), ("--label-column", "g"), ("--classes", "p"),
        ("--drop", "g"), ("--vector", "p"), ("--id", "g"), ("--logits",), ("--table", "classes"),
    ],
)  # fmt: skip
def test_what_has_no_meaning_where_only_the_observed_is_known(run, files, options):
    done = run("score", files["observed"], "--observed", "p", *options)
    assert (done.status, done.out) == (2, ""), done.err
    assert "--observed" in done.err
    if options[0] not in ("--logits", "--table"):
        assert f"{options[0]} has no meaning" in done.err


def test_one_column_has_no_sum(run, files):
    done = run("score", files["column"], files["column labels"], "--normalize")
    assert done.status == 2
    assert "one class column has none" in done.err


class TestNotes:
    def test_a_label_to_ignore_that_no_row_has(self, score):
        assert '--ignore "dog": no row has this label' in score("--ignore", "dog", "--ignore", "ant").err
        assert '--ignore "dog": no row has this label' in score("--ignore", "dog", "--reduction", "none").err
        assert score("--ignore", "cat", "--ignore", "ant").err == ""
        assert score("--ignore", "dog", "-q").err == ""

    @pytest.mark.parametrize(
        ("label", "unmet"), [("0", False), ("0.0", False), ("ant", False), ("2", True), ("-1", True)]
    )
    def test_however_it_is_called(self, run, files, save, label, unmet):
        labels = save("n.csv", "label\n0\n1\n1\n1\n")
        done = run("score", files["preds"], labels, "--first-label", "0", "--ignore", label, "-f", "json")
        assert done.status == 0, done.err
        assert ("no row has this label" in done.err) == unmet
        assert done.document["rows"]["ignored"] == (0 if unmet else 1)

    def test_a_first_label_beside_soft_labels(self, run, files):
        done = run("score", files["preds"], files["soft"], "--first-label", "1", "--id", "none")
        assert "--first-label has no effect: LABELS holds a PMF for every row" in done.err

    @pytest.mark.parametrize("form", ["csv", "tsv", "md"])
    def test_lists_have_no_place_in_one_row(self, score, form):
        done = score("--worst", "1", "--confusions", "2", "--like", "torch", "-f", form)
        for name in ("worst", "confusions", "like"):
            assert f"--{name} is a list: --table {name} prints it" in done.err
        assert "is a list" not in score("--worst", "1", "--table", "worst", "-f", form).err
        assert "is a list" not in score("--worst", "1", "-f", "json").err
        assert "is a list" in score("--worst", "1").err


class TestTable:
    def test_libraries_as_rows(self, score):
        done = score("--like", "sklearn", "--like", "kaggle", "--table", "like", "-f", "csv")
        rows = list(csv.DictReader(io.StringIO(done.out)))
        assert [row["library"] for row in rows] == ["sklearn", "kaggle"]
        assert math.isclose(float(rows[0]["cross_entropy"]), float(score("--value").out), rel_tol=1e-12)

    def test_on_a_terminal_just_that_list(self, score):
        whole = score("-f", "table").out
        assert "Cross-entropy loss" in whole
        shown = score("-f", "table", "--table", "classes").out
        assert "Per class" in shown
        assert "Cross-entropy loss" not in shown
        worst = score("-f", "table", "--table", "worst", "--worst", "2").out
        assert "The worst rows" in worst
        assert "Per class" not in worst


class TestClassesOfWeight0:
    """The mean over classes that weigh nothing is none."""

    WEIGHTS = "class,weight\nant,0\nbee,1\ncat,0\n"

    def test_of_all_rows_it_is_an_error(self, run, files, save):
        labels = save("l.csv", "label\nant\ncat\nant\nant\n")
        done = run("score", files["preds"], labels, "--class-weights", save("w.csv", self.WEIGHTS), "--id", "none")
        assert (done.status, done.out) == (1, "")
        assert "no row is left to score of 4" in done.err
        assert "classes of weight 0" in done.err

    @pytest.mark.parametrize("more", [(), ("--prior", "uniform"), ("--reduction", "sum"), ("--label-smoothing", "0.1")])
    def test_of_a_group_its_loss_is_undefined(self, score, save, more):
        done = score("--by", "label", "--class-weights", save("w.csv", self.WEIGHTS), *more, "-f", "json")
        assert done.status == 0, done.err
        of = {entry["group"]: entry for entry in done.document["groups"]}
        for key in ("cross_entropy", "standard_error", "perplexity", "skill"):
            assert of["ant"][key] is None
        assert of["ant"]["accuracy"] == 1.0
        assert of["bee"]["cross_entropy"] is not None


def test_a_smoothing_of_1_leaves_the_label_out(run, save):
    preds, labels = save("p.csv", "a,b\n0.5,0.5\n1,0\n"), save("l.csv", "label\na\nb\n")
    done = run("score", preds, labels, "--label-smoothing", "1", "-f", "json")
    assert done.status == 0, done.err
    assert done.document["cross_entropy"] == "Infinity"
    assert math.isclose(done.document["finite_cross_entropy"], math.log(2), rel_tol=1e-15)


@pytest.mark.parametrize("inside", [False, True])
def test_class_weights_and_prior_of_a_binary_column_name_both_classes(run, save, inside):
    weights = save("w.csv", "class,weight\nno,3\nyes,1\n")
    options = ("--class-weights", weights, "--prior", "no=0.75,yes=0.25", "-f", "json")
    for labels in (("yes", "yes"), ("yes", "no"), ("no", "no")):
        rows = zip(("0.5", "0.25"), labels, strict=True)
        if inside:
            text = "yes,label\n" + "".join(f"{p},{label}\n" for p, label in rows)
            done = run("score", save("p.csv", text), "--label-column", "label", *options)
        else:
            preds = save("p.csv", "yes\n0.5\n0.25\n")
            done = run("score", preds, save("l.csv", "label\n" + "\n".join(labels) + "\n"), *options)
        assert done.status == 0, done.err
        assert [entry["class"] for entry in done.document["classes"]] == ["no", "yes"]
    wrong = run("score", save("p.csv", "yes\n0.5\n"), save("l.csv", "label\nnein\n"), *options)
    assert wrong.status == 1
    assert '"no" is none of the classes' in wrong.err


def test_a_tolerance_without_probabilities_is_refused(run, save):
    """Rows of logits sum to nothing; PMFs in LABELS, or of the other model, do."""
    logits, labels = save("z.csv", "a,b\n1,2\n3,1\n"), save("l.csv", "label\na\nb\n")
    done = run("score", logits, labels, "--logits", "--sum-tolerance", "0.1")
    assert (done.status, done.out) == (2, "")
    assert "--sum-tolerance is for probabilities" in done.err
    one = save("one.csv", "a\n0.5\n0.25\n")
    assert run("score", one, labels, "--sum-tolerance", "0.1").status == 0  # of what is a little outside of [0, 1]
    soft = save("s.csv", "a,b\n0.55,0.5\n0.25,0.75\n")
    assert run("score", logits, soft, "--logits").status == 1
    assert run("score", logits, soft, "--logits", "--sum-tolerance", "0.1").status == 0
    probs = save("p.csv", "a,b\n0.55,0.5\n0.25,0.75\n")
    mixed = run("compare", logits, probs, labels, "--kinds", "logits,probs", "--sum-tolerance", "0.1")
    assert mixed.status == 0, mixed.err


@pytest.mark.parametrize("option", [("--worst", "2"), ("--confusions", "2"), ("--like", "torch")])
def test_a_list_beside_a_bare_number_is_told(run, save, option):
    files = save("p.csv", "a,b\n0.5,0.5\n0.25,0.75\n"), save("l.csv", "label\na\na\n")
    name = option[0]
    note = f"cecli: note: {name} is a list: --table {name[2:]} prints it, as -f json does\n"
    assert note in run("score", *files, *option).err
    assert note in run("score", *files, *option, "--value").err
    for shown in (("-f", "json"), ("-f", "table"), ("--table", name[2:]), ("--get", "cross_entropy"), ("-q",)):
        assert note not in run("score", *files, *option, *shown).err


@pytest.mark.parametrize("option", ["--by", "--cluster"])
def test_one_column_and_not_the_last_of_two(run, save, option):
    files = save("p.csv", "a,b\n0.5,0.5\n0.25,0.75\n"), save("l.csv", "label,x,y\na,1,2\na,3,4\n")
    done = run("score", *files, option, "x", option, "y")
    assert (done.status, done.out) == (2, "")
    assert f'{option} takes one column, and is given "x" and "y"' in done.err
    assert run("score", *files, option, "x").status == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--reduction", "none", "-o", "losses.json"], "--reduction none streams CSV or TSV, not json"),
        (["--reduction", "none", "-o", "losses.md"], "--reduction none streams CSV or TSV, not md"),
        (["--check", "--value"], "--check scores nothing: --value has no meaning beside it"),
        (["--check", "--table", "classes"], "--check scores nothing: --table has no meaning beside it"),
        (["-o", "a.json", "-o", "b.md"], "--output is given 2 times"),
        (["--get", "low", "--get", "high"], "--get is given 2 times"),
    ],
)
def test_nothing_that_is_asked_for_is_left_out_in_silence(run, root, options, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = root / "sample_data"
    done = run("score", str(data / "digits_logistic.csv"), str(data / "digits_labels.csv"), *options)
    assert (done.status, done.out) == (2, "")
    assert words in done.err
    assert not list(tmp_path.iterdir())
