"""What cecli score shows where an option asks for it: other libraries, confusions, the parts of the loss, warnings."""

import math

import numpy as np
import pytest

PREDS = "ant,bee,cat\n0.7,0.2,0.1\n0.7,0.2,0.1\n0.1,0.8,0.1\n0.1,0.8,0.1\n0.1,0.8,0.1\n0.25,0.25,0.5\n"
LABELS = "label\nant\nbee\nbee\nbee\ncat\ncat\n"


@pytest.fixture(scope="module")
def files(save):
    return save("preds.csv", PREDS), save("labels.csv", LABELS)


@pytest.fixture(scope="module")
def call(run, files):
    return lambda *options: run("score", *files, *options)


class TestConfusions:
    def test_the_costliest_pairs_first(self, call):
        pairs = call("--confusions", 5, "-f", "json").document["confusions"]
        assert [(pair["label"], pair["predicted"], pair["rows"]) for pair in pairs] == [
            ("cat", "bee", 1),
            ("bee", "ant", 1),
        ]
        assert math.isclose(pairs[0]["excess_cost"], math.log(8), rel_tol=1e-15)
        assert math.isclose(pairs[1]["excess_cost"], math.log(3.5), rel_tol=1e-14)

    def test_no_more_than_asked_for_and_in_the_unit(self, call):
        pairs = call("--confusions", 1, "-f", "json", "--base", "bits").document["confusions"]
        assert [pair["excess_cost"] for pair in pairs] == [3.0]

    def test_as_a_table(self, call):
        assert call("--confusions", 1, "--table", "confusions").out == (
            "label,predicted,rows,excess_cost\ncat,bee,1,2.0794415416798357\n"
        )

    def test_a_table_needs_the_option(self, call):
        done = call("--table", "confusions")
        assert (done.status, done.out) == (2, "")
        assert "--table confusions needs --confusions N" in done.err


class TestDecomposition:
    def test_the_parts_make_the_loss(self, call):
        document = call("--decompose", "-f", "json").document
        parts = document["decomposition"]
        assert parts["forecasts"] == 3
        total = parts["reliability"] - parts["resolution"] + parts["uncertainty"]
        assert math.isclose(total, document["cross_entropy"], rel_tol=1e-14)
        assert math.isclose(parts["uncertainty"], document["label_entropy"], rel_tol=1e-15)

    def test_reliability_by_hand(self, call):
        observed = [([0.5, 0.5, 0], [0.7, 0.2, 0.1], 2), ([0, 2 / 3, 1 / 3], [0.1, 0.8, 0.1], 3)]
        observed.append(([0, 0, 1], [0.25, 0.25, 0.5], 1))
        by_hand = sum(n / 6 * sum(o * math.log(o / q) for o, q in zip(own, pmf, strict=True) if o)
                      for own, pmf, n in observed)  # fmt: skip
        assert math.isclose(
            float(call("--decompose", "--get", "decomposition.reliability").out), by_hand, rel_tol=1e-14
        )

    def test_that_forecasts_hardly_repeat_is_said(self, run, save):
        done = run(
            "score", save("p.csv", "a,b\n0.5,0.5\n0.25,0.75\n"), save("l.csv", "l\na\nb\n"), "--decompose", "-f", "csv"
        )
        assert "2 different forecasts in 2 rows" in done.err


class TestCorp:
    def test_parts_and_auc(self, run, save):
        preds, labels = save("p.csv", "p\n0.1\n0.4\n0.35\n0.8\n"), save("l.csv", "l\n0\n0\n1\n1\n")
        document = run("score", preds, labels, "--corp", "-f", "json").document
        parts = document["corp"]
        assert parts["auc"] == 0.75  # scikit-learn's first example of roc_auc_score
        total = parts["log_loss_miscalibration"] - parts["log_loss_discrimination"] + parts["log_loss_uncertainty"]
        assert math.isclose(total, document["cross_entropy"], rel_tol=1e-14)
        total = parts["brier_miscalibration"] - parts["brier_discrimination"] + parts["brier_uncertainty"]
        assert math.isclose(total, document["brier"], rel_tol=1e-14)

    def test_more_than_two_classes_have_no_parts_and_that_is_said(self, call):
        done = call("--corp", "-f", "json")
        assert set(done.document["corp"].values()) == {None}
        assert "--corp: there are more than two classes" in done.err


class TestLike:
    def test_each_library_once_in_the_order_asked_for(self, call):
        document = call("--like", "kaggle", "--like", "sklearn", "--like", "kaggle", "-f", "json").document
        assert [each["library"] for each in document["like"]] == ["kaggle", "sklearn"]
        assert list(document)[-1] == "like"
        for each in document["like"]:
            assert math.isclose(each["cross_entropy"], document["cross_entropy"], rel_tol=1e-12)

    def test_an_impossible_row_is_clipped_by_each_in_its_way(self, run, save):
        files = save("p.csv", "a,b\n1,0\n"), save("l.csv", "l\nb\n")
        names = ("sklearn", "keras", "kaggle", "xgboost", "lightgbm", "torch")
        options = [part for name in names for part in ("--like", name)]
        document = run("score", *files, *options, "-f", "json").document
        found = {each["library"]: each["cross_entropy"] for each in document["like"]}
        assert math.isclose(found["sklearn"], 36.04365338911715, rel_tol=1e-15)  # -log of the eps of a double
        assert math.isclose(found["keras"], 16.11809539794922, rel_tol=1e-6)
        assert math.isclose(found["kaggle"], 34.538776394910684, rel_tol=1e-15)
        assert math.isclose(found["xgboost"], 36.841362, rel_tol=1e-6)
        assert found["torch"] == document["cross_entropy"] == "Infinity"

    def test_in_the_unit(self, call):
        document = call("--like", "sklearn", "-f", "json", "--base", "bits").document
        assert math.isclose(document["like"][0]["cross_entropy"], document["cross_entropy"], rel_tol=1e-12)

    def test_no_library_prints_a_sum(self, call):
        done = call("--like", "torch", "--reduction", "sum")
        assert (done.status, done.out) == (2, "")
        assert "--reduction sum" in done.err


class TestWarnings:
    def test_softmax_taken_twice(self, run, save):
        sharp = np.random.default_rng(0).dirichlet(np.full(4, 0.1), 50)
        again = np.exp(sharp) / np.exp(sharp).sum(axis=1, keepdims=True)
        rows = "".join(",".join(map(repr, row)) + "\n" for row in again.tolist())
        preds, labels = save("p.csv", f"a,b,c,d\n{rows}"), save("l.csv", "l\n" + "a\n" * 50)
        assert "softmax had been taken of probabilities" in run("score", preds, labels).err
        assert run("score", preds, labels, "-q").err == ""

    @pytest.mark.parametrize("options", [("--value",), ("--get", "accuracy"), ("--get", "rows.scored")])
    def test_no_word_of_an_interval_that_is_not_shown(self, run, root, options):
        files = (root / "sample_data" / f"digits_{name}.csv" for name in ("overconfident", "labels"))
        assert run("score", *files, *options).err == ""

    @pytest.mark.parametrize("options", [("-f", "json"), ("-f", "table"), ("--get", "high")])
    def test_an_interval_that_a_few_rows_carry(self, run, root, options):
        files = (root / "sample_data" / f"digits_{name}.csv" for name in ("overconfident", "labels"))
        said = "carry 30 % of the loss: a kind of row that is rarer than 3 in 540 may not be among them at all"
        assert said in run("score", *files, *options).err


@pytest.mark.parametrize(
    "option", [("--corp",), ("--decompose",), ("--confusions", 3), ("--like", "torch"), ("--prior", "uniform")]
)
class TestWithout:
    def test_classes(self, run, save, option):
        done = run("score", save("t.csv", "p\n0.5\n"), "--observed", "p", *option)
        assert (done.status, done.out) == (2, "")
        assert f"{option[0]} has no meaning" in done.err

    def test_a_report(self, call, option):
        done = call("--reduction", "none", *option)
        assert (done.status, done.out) == (2, "")
        assert f"{option[0]} has no meaning" in done.err


def test_a_bare_number_is_that_of_the_report(call):
    """It is measured alone, by other code."""
    assert call().out == call("--value").out == call("--get", "cross_entropy").out


@pytest.mark.parametrize("kind", ["--logits", "--log-probs"])
@pytest.mark.parametrize("classes", [3, 80])
def test_so_it_is_for_other_kinds_and_many_classes(run, save, kind, classes):
    random = np.random.default_rng(classes)
    table = random.normal(0, 20, (30, classes))
    if kind == "--log-probs":
        table = np.log(random.dirichlet(np.ones(classes), 30))
    names = ",".join(f"c{k}" for k in range(classes))
    preds = save("p.csv", names + "\n" + "".join(",".join(map(repr, row)) + "\n" for row in table.tolist()))
    labels = save("l.csv", "l\n" + "".join(f"c{k}\n" for k in random.integers(0, classes, 30)))
    alone, whole = run("score", preds, labels, kind), run("score", preds, labels, kind, "-f", "json")
    assert float(alone.out) == whole.document["cross_entropy"]


@pytest.mark.parametrize("options", [["-f", "json"], ["--table", "confusions"], ["--partial"]])
def test_soft_labels_have_no_pairs_to_confuse(run, save, options):
    preds, soft = save("p.csv", "a,b\n0.25,0.75\n"), save("l.csv", "a,b\n0.5,0.5\n")
    done = run("score", preds, soft, "--confusions", "2", *options)
    assert (done.status, done.out) == (2, "")
    assert "--confusions counts pairs of classes, and LABELS holds a PMF for every row" in done.err


def test_no_confusions_are_a_list_of_none(run, save):
    files = save("p.csv", "a,b\n0.25,0.75\n"), save("l.csv", "label\nb\n")
    done = run("score", *files, "--confusions", "2", "--table", "confusions")
    assert (done.status, done.out) == (0, "label,predicted,rows,excess_cost\n")
