"""cecli compare at the shell: what is paired with what, the same digits however it is run, gates, and errors."""

import csv
import io
import json
import math

import numpy as np
import pytest
from scipy import stats

NAMES = ("ant", "bee", "cat")
ROWS = 60


def text_of(header, rows):
    """A CSV; numbers read back as the same doubles."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([[repr(float(c)) if isinstance(c, float) else c for c in row] for row in rows])
    return out.getvalue()


@pytest.fixture(scope="module")
def case():
    """Two models' probabilities, labels, ids, groups, clusters, weights."""
    generator = np.random.default_rng(0)
    a, b = generator.dirichlet(np.ones(3), ROWS), generator.dirichlet(2 * np.ones(3), ROWS)
    labels = generator.integers(0, 3, ROWS)
    return {
        "a": a.tolist(),
        "b": b.tolist(),
        "labels": [NAMES[k] for k in labels],
        "ids": [f"row {k}" for k in range(ROWS)],
        "d": -np.log(b[np.arange(ROWS), labels]) + np.log(a[np.arange(ROWS), labels]),
        "orders": [generator.permutation(ROWS).tolist() for _ in range(2)],
        "weights": generator.integers(0, 4, ROWS).tolist(),
    }


@pytest.fixture(scope="module")
def files(case, tmp_path_factory):
    """The same figures in many shapes."""
    import pyarrow as pa
    from pyarrow import parquet

    folder = tmp_path_factory.mktemp("compare")
    a, b, labels, ids = case["a"], case["b"], case["labels"], case["ids"]
    one, two = case["orders"]
    turned = [[row[2], row[0], row[1]] for row in b]

    def write(name, header, rows):
        (folder / name).write_text(text_of(header, rows))

    write("a.csv", NAMES, a)
    write("b.csv", NAMES, b)
    write("b_turned.csv", ("cat", "ant", "bee"), turned)
    write("labels.csv", ["label"], [[k] for k in labels])
    write("a_id.csv", ["id", *NAMES], [[i, *row] for i, row in zip(ids, a, strict=True)])
    write("b_id.csv", ["bee", "id", "cat", "ant"], [[b[k][1], ids[k], b[k][2], b[k][0]] for k in one])
    write("b_id_in_order.csv", ["id", *NAMES], [[i, *row] for i, row in zip(ids, b, strict=True)])
    write("labels_id.csv", ["label", "id"], [[labels[k], ids[k]] for k in two])
    write("labels_id_in_order.csv", ["label", "id"], [[labels[k], ids[k]] for k in range(ROWS)])
    write("a_label.csv", ["label", *NAMES], [[k, *row] for k, row in zip(labels, a, strict=True)])
    write("b_label.csv", [*NAMES, "label"], [[*row, k] for k, row in zip(labels, b, strict=True)])
    write("a_label_id.csv", ["label", "id", *NAMES], [[labels[k], ids[k], *a[k]] for k in range(ROWS)])
    write("b_label_id.csv", ["label", "id", *NAMES], [[labels[k], ids[k], *b[k]] for k in one])
    weights = case["weights"]
    beside = zip(labels, ["de", "fr"] * (ROWS // 2), [f"c{k // 4}" for k in range(ROWS)], weights, strict=True)
    write("more.csv", ["label", "lang", "doc", "w"], beside)
    again = [k for k in range(ROWS) for _ in range(weights[k])]
    write("a_again.csv", NAMES, [a[k] for k in again])
    write("b_again.csv", NAMES, [b[k] for k in again])
    write("labels_again.csv", ["label"], [[labels[k]] for k in again])
    np.save(folder / "a.npy", np.array(a))
    np.save(folder / "b.npy", np.array(b))
    np.save(folder / "b_fortran.npy", np.asfortranarray(np.array(b)))
    np.save(folder / "b_logits.npy", np.log(np.array(b)) + 3)
    parquet.write_table(pa.table(dict(zip(NAMES, np.array(b).T, strict=True))), folder / "b.parquet", row_group_size=7)
    return folder


@pytest.fixture(scope="module")
def compare(run, files):
    """``compare("a.csv", "b.csv", "labels.csv", ...)``: names of files stand for their paths."""

    def call(*arguments):
        known = {path.name: path for path in files.iterdir()}
        return run("compare", *(known.get(str(part), part) for part in arguments))

    return call


@pytest.fixture(scope="module")
def document(compare):
    def call(*arguments):
        done = compare(*arguments, "-f", "json", "-q")
        assert done.status == 0, done.err
        return done.document

    return call


@pytest.fixture(scope="module")
def figures(document):
    """What does not depend on how the same rows are stored."""

    def of(*arguments):
        found = document(*arguments)
        kept = {key: found[key] for key in ("difference", "standard_error", "t", "p_value", "low", "high", "wins")}
        kept |= {
            key: found[key]
            for key in ("sign_flip", "mcnemar", "rows", "rows_needed", "classes", "interval", "skewness")
        }
        return kept | {side: found[side]["cross_entropy"] for side in "ab"}

    return of


@pytest.fixture(scope="module")
def expected(figures):
    return figures("a.csv", "b.csv", "labels.csv", "--threads", "1")


class TestFigures:
    def test_scipy(self, expected, case):
        wanted = stats.ttest_1samp(case["d"], 0)
        assert math.isclose(expected["difference"], case["d"].mean(), rel_tol=1e-12)
        assert math.isclose(expected["t"], wanted.statistic, rel_tol=1e-12)
        assert expected["p_value"] >= wanted.pvalue * (1 - 1e-10)
        assert abs(expected["p_value"] - wanted.pvalue) < 0.02
        assert expected["interval"] == "hull"
        assert math.isclose(expected["skewness"], stats.skew(case["d"]), rel_tol=1e-9)
        assert expected["wins"] == {"a": sum(case["d"] > 0), "b": sum(case["d"] < 0), "ties": 0}
        assert expected["sign_flip"]["method"] == "monte-carlo"
        assert abs(expected["sign_flip"]["p_value"] - wanted.pvalue) < 0.02
        effect, needed = case["d"].mean() / case["d"].std(ddof=1), expected["rows_needed"]
        t, shift = stats.t.isf(0.025, needed - 1), abs(effect) * math.sqrt(needed)
        assert stats.nct.sf(t, needed - 1, shift) == pytest.approx(0.9, abs=0.01)

    def test_the_losses_are_those_of_score(self, run, files, expected):
        for side in "ab":
            alone = run("score", files / f"{side}.csv", files / "labels.csv", "-f", "json").document
            assert alone["cross_entropy"] == expected[side]

    def test_bits(self, document, expected):
        found = document("a.csv", "b.csv", "labels.csv", "--base", "bits")
        assert math.isclose(found["difference"], expected["difference"] / math.log(2), rel_tol=1e-15)
        assert math.isclose(found["classes"][0]["contribution"], expected["classes"][0]["contribution"] / math.log(2))
        for key in ("t", "p_value", "sign_flip", "wins", "rows_needed"):
            assert found[key] == expected[key], key

    def test_keys_in_their_order(self, document):
        found = document("a.csv", "b.csv", "labels.csv")
        wanted = ["unit", "a", "b", "difference", "standard_error", "low", "high", "t", "p_value", "sign_flip",
                  "mcnemar", "wins", "rows", "rows_needed"]  # fmt: skip
        assert [key for key in found if key in wanted] == wanted
        assert list(found)[:3] == ["schema_version", "command", "version"]

    def test_swapped(self, figures, expected):
        found = figures("b.csv", "a.csv", "labels.csv")
        assert found["difference"] == -expected["difference"]
        assert (found["low"], found["high"]) == (-expected["high"], -expected["low"])
        assert found["p_value"] == expected["p_value"]
        assert found["wins"]["a"] == expected["wins"]["b"]

    def test_confidence(self, document, expected):
        found = document("a.csv", "b.csv", "labels.csv", "--confidence", "0.5")
        assert expected["low"] < found["low"] < found["high"] < expected["high"]

    def test_groups_are_what_they_are_alone(self, document, case, save):
        found = document("a.csv", "b.csv", "more.csv", "--label-column", "label", "--by", "lang")
        assert [group["group"] for group in found["groups"]] == ["de", "fr"]
        own = slice(1, ROWS, 2)
        paths = [save("x.csv", text_of(NAMES, case[side][own])) for side in "ab"]
        labels = save("y.csv", text_of(["label"], [[k] for k in case["labels"][own]]))
        alone = document(*paths, labels, "--worst", "0")
        group = found["groups"][1]
        for key in ("difference", "standard_error", "p_value", "sign_flip", "mcnemar", "wins", "rows", "rows_needed"):
            assert group[key] == alone[key], key
        assert found["difference"] == document("a.csv", "b.csv", "labels.csv")["difference"]

    def test_repeats_are_repeated_rows(self, document, case):
        weights = ["--weight-column", "w", "--weights-are", "frequency"]
        found = document("a.csv", "b.csv", "more.csv", "--label-column", "label", *weights)
        whole = document("a_again.csv", "b_again.csv", "labels_again.csv")
        for key in ("difference", "sign_flip", "mcnemar", "wins", "rows_needed"):
            assert found[key] == whole[key], key
        assert math.isclose(found["standard_error"], whole["standard_error"], rel_tol=1e-13)
        assert found["rows"] == sum(w > 0 for w in case["weights"])

    def test_importance_weights_and_clusters(self, document, case):
        columns = ["--label-column", "label", "--weight-column", "w", "--cluster", "doc", "--interval", "t"]
        found = document("a.csv", "b.csv", "more.csv", *columns)
        w, d, doc = np.array(case["weights"], dtype=float), case["d"], np.arange(ROWS) // 4
        used = w > 0
        mean = (w * d).sum() / w.sum()
        sums = np.array([(w * (d - mean))[(doc == g) & used].sum() for g in np.unique(doc[used])])
        count = len(sums)
        error = math.sqrt(count / (count - 1) * (sums**2).sum()) / w.sum()
        assert found["clusters"] == count
        assert math.isclose(found["difference"], mean, rel_tol=1e-12)
        assert math.isclose(found["standard_error"], error, rel_tol=1e-11)
        assert found["degrees_of_freedom"] == count - 1
        assert found["sign_flip"]["method"] == "exact"
        assert math.isclose(found["effective_rows"], w.sum() ** 2 / (w**2).sum())
        assert found["rows_left_out"] == np.count_nonzero(~used)

    def test_options_of_the_loss(self, run, files, document):
        options = ["--label-smoothing", "0.1", "--clip", "0.2"]
        found = document("a.csv", "b.csv", "labels.csv", *options)
        for side in "ab":
            alone = run("score", files / f"{side}.csv", files / "labels.csv", *options, "-f", "json").document
            assert found[side]["cross_entropy"] == alone["cross_entropy"]

    def test_class_weights(self, run, files, document, save):
        weights = save("weights.csv", "class,weight\nant,1\nbee,3\ncat,0.5\n")
        found = document("a.csv", "b.csv", "labels.csv", "--class-weights", weights)
        losses = [
            run("score", files / f"{side}.csv", files / "labels.csv", "--class-weights", weights, "-f", "json").document
            for side in "ab"
        ]
        assert [found[side]["cross_entropy"] for side in "ab"] == [each["cross_entropy"] for each in losses]
        assert math.isclose(found["difference"], losses[1]["cross_entropy"] - losses[0]["cross_entropy"], rel_tol=1e-12)

    def test_ignored_labels(self, document, case):
        found = document("a.csv", "b.csv", "labels.csv", "--ignore", "bee")
        used = np.array([label != "bee" for label in case["labels"]])
        assert math.isclose(found["difference"], case["d"][used].mean(), rel_tol=1e-12)
        assert found["rows_left_out"] == np.count_nonzero(~used)
        assert found["classes"][1]["rows"] == 0

    def test_soft_labels(self, run, save, document, case):
        soft = save("soft.csv", text_of(NAMES, np.random.default_rng(1).dirichlet(np.ones(3), ROWS).tolist()))
        found = document("a.csv", "b.csv", soft)
        assert found["mcnemar"] == {"only_a_correct": None, "only_b_correct": None, "p_value": None}
        assert "classes" not in found
        assert found["labels_read_as"] == "soft"
        for side in "ab":
            alone = run("score", save("x.csv", text_of(NAMES, case[side])), soft, "-f", "json").document
            assert alone["cross_entropy"] == found[side]["cross_entropy"]
            assert alone["accuracy"] == found[side]["accuracy"]

    def test_rows_that_differ_most(self, document, case):
        found = document("a_id.csv", "b_id.csv", "labels_id.csv", "--worst", "2")
        order = np.argsort(case["d"])
        assert [row["id"] for row in found["worse_rows"]] == [f"row {k}" for k in order[::-1][:2]]
        assert [row["row"] - 1 for row in found["better_rows"]] == order[:2].tolist()
        first = found["better_rows"][0]
        assert first["label"] == case["labels"][order[0]]
        assert first["predicted_b"] == NAMES[int(np.argmax(case["b"][order[0]]))]
        assert math.isclose(first["difference"], case["d"][order[0]], rel_tol=1e-12)


class TestSameDigits:
    @pytest.mark.parametrize(
        "arguments",
        [
            ["a.csv", "b.csv", "labels.csv", "--threads", "2"],
            ["a.csv", "b.csv", "labels.csv", "--threads", "5"],
            ["a.csv", "b.csv", "--labels", "labels.csv"],
            ["a.csv", "b_turned.csv", "labels.csv"],
            ["a.csv", "b.parquet", "labels.csv"],
            ["a.csv", "b.npy", "labels.csv"],
            ["a.csv", "b_fortran.npy", "labels.csv", "--threads", "2"],
            ["a.npy", "b.csv", "labels.csv"],
            ["a_id.csv", "b_id.csv", "labels_id.csv", "--threads", "1"],
            ["a_id.csv", "b_id.csv", "labels_id.csv", "--threads", "2"],
            ["a_id.csv", "b_id.csv", "labels_id_in_order.csv"],
            ["a_id.csv", "b_id_in_order.csv", "labels_id.csv"],
            ["b_id_in_order.csv", "a_id.csv", "labels_id.csv"],
            ["a.csv", "b_id.csv", "labels_id_in_order.csv"],
            ["a_id.csv", "b.csv", "labels.csv"],
            ["a_label.csv", "b.csv", "--label-column", "label"],
            ["a_label.csv", "b_label.csv", "--label-column", "label"],
            ["a_label.csv", "b.npy", "--label-column", "label"],
            ["a_label_id.csv", "b_label_id.csv", "--label-column", "label"],
            ["a_label_id.csv", "b_id.csv", "--label-column", "label", "--threads", "2"],
            ["a.csv", "b.csv", "more.csv", "--label-column", "label"],
            ["a.csv", "b.csv", "labels.csv", "--kinds", "probs,probs"],
            ["a.csv", "b.csv", "more.csv", "--label-column", "label", "--by", "lang"],
        ],
        ids=" ".join,
    )
    def test_same(self, figures, expected, arguments):
        found = figures(*arguments)
        if arguments[0].startswith("b_"):
            assert found["difference"] == -expected["difference"]
            return
        assert found == expected

    def test_tiny_blocks(self, run, files, expected, monkeypatch):
        """Rows are put together again whatever the blocks that they come in."""
        from cecli.readers.predictions import lockstep

        monkeypatch.setattr(lockstep, "_SHARE", 1 << 14)
        for names in (("a.csv", "b.csv", "labels.csv"), ("a_id.csv", "b_id.csv", "labels_id.csv")):
            done = run("compare", *(files / name for name in names), "-f", "json", "--threads", "2")
            assert done.document["sign_flip"] == expected["sign_flip"]
            assert done.document["classes"] == expected["classes"]

    @pytest.mark.parametrize("place", [0, 1, 2])
    def test_standard_input(self, run, files, compare, place):
        names = ["a.csv", "b.csv", "labels.csv"]
        plain = compare(*names).out
        content = (files / names[place]).read_bytes()
        arguments = ["-" if k == place else files / name for k, name in enumerate(names)]
        assert run("compare", *arguments, stdin=content).out == plain

    def test_kinds(self, document, expected):
        found = document("a.csv", "b_logits.npy", "labels.csv", "--kinds", "probs,logits")
        assert math.isclose(found["difference"], expected["difference"], rel_tol=1e-12)

    def test_a_seed_and_more_flips(self, document):
        names = ("a.csv", "b.csv", "labels.csv")
        one, two = (document(*names, "--seed", seed)["sign_flip"] for seed in (1, 2))
        assert one["p_value"] != two["p_value"]
        assert document(*names, "--seed", 1)["sign_flip"] == one
        many = document(*names, "--flips", 50_000)["sign_flip"]
        assert (many["flips"], many["seed"]) == (50_000, 0)
        assert math.isclose(many["p_value"] * 50_001, round(many["p_value"] * 50_001))


class TestBinary:
    """One column of probabilities against two."""

    YES, NO = "yes\n0.2\n0.7\n0.9\n", "no\n0.8\n0.3\n0.1\n"
    TWO, TURNED = "no,yes\n0.7,0.3\n0.4,0.6\n0.3,0.7\n", "yes,no\n0.3,0.7\n0.6,0.4\n0.7,0.3\n"
    LABELS = "label\nno\nyes\nyes\n"
    DIFFERENCE = (-math.log(0.7) - math.log(0.6) - math.log(0.7) + math.log(0.8) + math.log(0.7) + math.log(0.9)) / 3

    @pytest.mark.parametrize(
        ("a", "b", "sign"),
        [
            (YES, TWO, 1), (YES, TURNED, 1), (NO, TWO, 1), (TWO, YES, -1), (TURNED, YES, -1), (TWO, NO, -1),
            (TURNED, NO, -1),
        ],
    )  # fmt: skip
    def test_one_column_and_two(self, document, save, a, b, sign):
        found = document(save("a.csv", a), save("b.csv", b), save("labels.csv", self.LABELS))
        assert math.isclose(found["difference"], sign * self.DIFFERENCE, rel_tol=1e-14)
        assert found["mcnemar"]["only_a_correct"] == found["mcnemar"]["only_b_correct"] == 0
        names = {row["label"]: row["predicted_b"] for row in found["worse_rows"] + found["better_rows"]}
        assert names == {"no": "no", "yes": "yes"}

    @pytest.mark.parametrize(("a", "b"), [("p", "yes"), ("p", "q")])
    def test_labels_0_and_1_need_no_names(self, run, save, a, b):
        paths = [save(f"{name}.csv", f"{name}\n{rows}") for name, rows in ((a, "0.2\n0.7\n"), (b, "0.3\n0.6\n"))]
        done = run("compare", *paths, save("labels.csv", "label\n0\n1\n"))
        assert math.isclose(float(done.out), (math.log(0.8 * 0.7) - math.log(0.7 * 0.6)) / 2, rel_tol=1e-14)
        assert f'"{b}" of' in done.err
        assert "class 1" in done.err

    def test_one_nameless_column(self, run, save, tmp_path):
        np.save(tmp_path / "b.npy", np.array([[0.8, 0.2], [0.3, 0.7], [0.1, 0.9]]))
        done = run("compare", save("a.csv", self.YES), tmp_path / "b.npy", save("labels.csv", self.LABELS))
        assert abs(float(done.out)) < 1e-16
        assert "b.npy has no names of classes" in done.err

    @pytest.mark.parametrize(
        ("b", "words"),
        [
            (NO, ['lacks "yes"', 'has "no"']),
            ("ja\n0.2\n0.7\n0.9\n", ['lacks "yes"', 'has "ja"']),
            ("nein,ja\n0.2,0.8\n0.7,0.3\n0.9,0.1\n", ['lacks "yes"']),
            ("nay,yes\n0.2,0.8\n0.7,0.3\n0.9,0.1\n", ['labels hold "no"', 'calls that class "nay"']),
            ("no,yes,so\n0.2,0.7,0.1\n0.7,0.2,0.1\n0.9,0.1,0\n", ['has "no", "so"']),
        ],
    )
    def test_other_classes(self, run, save, b, words):
        done = run("compare", save("a.csv", self.YES), save("b.csv", b), save("labels.csv", self.LABELS))
        assert (done.status, done.out) == (1, "")
        assert all(word in done.err for word in words), done.err


class TestObserved:
    A, B = "id,loss,doc\nx,1,p\ny,2,p\nz,0.5,q\n", "id,doc,loss\nz,q,0.25\nx,p,2\ny,p,2\n"

    def test_losses(self, document, save):
        found = document(save("a.csv", self.A), save("b.csv", self.B), "--observed", "loss", "--losses")
        assert math.isclose(found["difference"], 0.25)
        assert found["a"] == {"file": found["a"]["file"], "cross_entropy": 3.5 / 3, "accuracy": None}
        assert found["wins"] == {"a": 1, "b": 1, "ties": 1}
        assert found["matched_by"] == "id"
        assert not {"mcnemar", "classes", "labels_read_as"} & set(found)
        assert found["worse_rows"] == [{"row": 1, "id": "x", "a": 1.0, "b": 2.0, "difference": 1.0}]

    def test_by_position(self, document, save):
        found = document(save("a.csv", self.A), save("b.csv", self.B), "--observed", "loss", "--losses", "--id", "none")
        assert found["matched_by"] == "position"
        assert found["wins"] == {"a": 1, "b": 1, "ties": 1}
        assert [row["difference"] for row in found["worse_rows"]] == [1.5]

    def test_three_files_are_three_models(self, document, save):
        files = [save(f"{name}.csv", self.A) for name in "abc"]
        found = document(*files, "--observed", "loss", "--losses")
        assert [each["difference"] for each in found["comparisons"]] == [0.0, 0.0]


class TestSeveral:
    def test_each_is_what_it_is_alone(self, document, case, save):
        third = save("third.csv", text_of(NAMES, case["orders"] and case["a"][::-1]))
        found = document("a.csv", "b.csv", third, "--labels", "labels.csv")
        assert [each["file"] for each in found["comparisons"]] == [found["comparisons"][0]["file"], third]
        for path, each in zip(("b.csv", third), found["comparisons"], strict=True):
            alone = document("a.csv", path, "labels.csv")
            assert alone["a"] == found["a"]
            for key in ("difference", "p_value", "p_worse", "wins", "rows", "classes", "worse_rows", "rows_needed"):
                assert each[key] == alone[key], key
            assert each["sign_flip"]["p_value"] == alone["sign_flip"]["p_value"]

    def test_holm(self, document):
        found = document("a.csv", "b.csv", "b_turned.csv", "--labels", "labels.csv")
        for each in found["comparisons"]:
            assert each["p_holm"] == 2 * each["p_value"]
            assert each["sign_flip"]["p_holm"] == 2 * each["sign_flip"]["p_value"]
            assert each["mcnemar"]["p_holm"] == 1.0

    def test_by_ids_in_three_orders(self, document, figures, expected):
        found = document("a_id.csv", "b_id.csv", "b_id_in_order.csv", "--labels", "labels_id.csv", "--threads", "2")
        for each in found["comparisons"]:
            assert each["difference"] == expected["difference"]
            assert each["classes"] == expected["classes"]

    def test_four_with_labels_in_the_first(self, document, expected):
        found = document("a_label.csv", "b.csv", "b_turned.csv", "b.npy", "--label-column", "label")
        assert [each["difference"] for each in found["comparisons"]] == [expected["difference"]] * 3

    def test_three_with_labels_in_the_first(self, document, expected):
        found = document("a_label.csv", "b.csv", "b_label.csv", "--label-column", "label")
        assert [each["difference"] for each in found["comparisons"]] == [expected["difference"]] * 2

    def test_forms(self, compare):
        names = ("a.csv", "b.csv", "b_turned.csv", "--labels", "labels.csv")
        assert len(compare(*names).out.splitlines()) == 2
        table = compare(*names, "-f", "csv", "-q").out.splitlines()
        assert len(table) == 3
        assert table[0].startswith("file,")
        assert compare(*names, "-f", "csv", "--table", "worse", "-q").out.count("\n") == 11
        assert "each file compared with the first" in compare(*names, "-f", "table").out


INFINITE = {
    "a.csv": "a,b\n0.5,0.5\n0,1\n1,0\n0.25,0.75\n0.9,0.1\n",
    "b.csv": "a,b\n0.25,0.75\n0.5,0.5\n1,0\n0.5,0.5\n0.8,0.2\n",
    "labels.csv": "label\na\na\na\nb\nb\n",
    "both.csv": "label\na\na\nb\nb\nb\n",
}


class TestInfinite:
    @pytest.fixture
    def infinite(self, run, save):
        paths = {name: save(name, content) for name, content in INFINITE.items()}
        return lambda *arguments: run("compare", *(paths.get(part, part) for part in arguments))

    def test_of_a_alone(self, infinite):
        done = infinite("a.csv", "b.csv", "labels.csv", "-f", "json", "--interval", "t")
        found = done.document
        assert found["difference"] == "-Infinity"
        assert found["a"]["cross_entropy"] == "Infinity"
        for key in ("standard_error", "low", "high", "t", "p_value", "rows_needed"):
            assert found[key] is None, key
        assert found["sign_flip"]["p_value"] is None
        assert found["infinite_rows"] == {"only_a": 1, "only_b": 0, "both": 0, "first": [2]}
        finite = found["finite"]
        assert finite["rows"] == 4
        d = np.log([2, 1, 1.5, 0.5])
        assert math.isclose(finite["difference"], d.mean(), rel_tol=1e-14)
        assert math.isclose(finite["p_value"], stats.ttest_1samp(d, 0).pvalue, rel_tol=1e-9)
        assert found["better_rows"][0]["row"] == 2
        assert found["better_rows"][0]["difference"] == "-Infinity"
        assert "the difference is infinite" in done.err
        assert "row 2 (1 row of A alone);" in done.err

    def test_of_both(self, infinite):
        done = infinite("a.csv", "b.csv", "both.csv", "-f", "json")
        assert done.document["difference"] is None
        assert done.document["infinite_rows"] == {"only_a": 1, "only_b": 0, "both": 1, "first": [2, 3]}
        assert "undefined" in done.err
        assert infinite("a.csv", "b.csv", "both.csv").out == "\n"

    def test_clipped(self, infinite):
        found = infinite("a.csv", "b.csv", "both.csv", "-f", "json", "--clip", "1e-6").document
        assert found["difference"] < 0
        assert found["infinite_rows"] == {"only_a": 0, "only_b": 0, "both": 0}

    def test_without_another_row(self, run, save):
        preds = save("p.csv", "a,b\n0,1\n")
        done = run("compare", preds, preds, save("l.csv", "label\na\n"), "-f", "json")
        assert done.document["finite"] is None
        assert "no other row is left" in done.err

    @pytest.mark.parametrize(
        ("arguments", "gate", "status"),
        [
            (["a.csv", "b.csv", "labels.csv"], ["--fail-if-worse"], 0),
            (["a.csv", "b.csv", "labels.csv"], ["--fail-unless-better"], 0),
            (["a.csv", "b.csv", "labels.csv"], ["--margin", "0"], 0),
            (["b.csv", "a.csv", "labels.csv"], ["--fail-if-worse"], 3),
            (["b.csv", "a.csv", "labels.csv"], ["--margin", "100"], 3),
            (["a.csv", "b.csv", "both.csv"], ["--fail-if-worse"], 3),
            (["a.csv", "b.csv", "both.csv"], ["--fail-unless-better"], 3),
            (["a.csv", "b.csv", "both.csv"], ["--margin", "100"], 3),
        ],
    )
    def test_gates(self, infinite, arguments, gate, status):
        done = infinite(*arguments, *gate)
        assert done.status == status
        assert ("--clip" in done.err) == (status == 3)


@pytest.fixture(scope="module")
def digits(run, root):
    folder = root / "sample_data"
    good, bad, labels = (folder / f"digits_{name}.csv" for name in ("logistic", "overconfident", "labels"))
    return {
        "worse": lambda *options: run("compare", good, bad, labels, *options),
        "better": lambda *options: run("compare", bad, good, labels, *options),
        "same": lambda *options: run("compare", good, good, labels, *options),
    }


class TestGates:
    """The logistic classifier against the overconfident one, which is worse beyond doubt."""

    @pytest.mark.parametrize("test", [[], ["--test", "t"], ["--test", "sign-flip"]])
    @pytest.mark.parametrize(
        ("which", "gate", "met"),
        [
            ("worse", "--fail-if-worse", False),
            ("better", "--fail-if-worse", True),
            ("same", "--fail-if-worse", True),
            ("worse", "--fail-unless-better", False),
            ("better", "--fail-unless-better", True),
            ("same", "--fail-unless-better", False),
        ],
    )
    def test_direction(self, digits, which, gate, met, test):
        done = digits[which](gate, *test, "-f", "json")
        assert done.status == (0 if met else 3)
        [entry] = done.document["gates"]
        assert (entry["gate"], entry["alpha"], entry["met"]) == (gate[2:], 0.05, met)
        assert ("not met" in done.err) != met

    def test_the_p_value_is_one_sided(self, digits):
        found = digits["worse"]("--fail-if-worse", "-f", "json").document
        assert found["gates"][0]["p_value"] == found["p_worse"] == found["p_value"] / 2
        found = digits["worse"]("--fail-if-worse", "--test", "sign-flip", "-f", "json").document
        assert found["gates"][0]["p_value"] == found["sign_flip"]["p_worse"]

    def test_alpha(self, digits):
        p_value = float(digits["worse"]("--get", "p_worse").out)
        assert digits["worse"]("--fail-if-worse", "--alpha", p_value * 1.01).status == 3
        assert digits["worse"]("--fail-if-worse", "--alpha", p_value * 0.99).status == 0

    def test_margin_is_the_upper_end_of_an_interval(self, digits):
        high = float(digits["worse"]("--get", "high", "--confidence", "0.9").out)  # 5 % on either side
        assert digits["worse"]("--margin", high * 1.0001).status == 0
        done = digits["worse"]("--margin", high * 0.9999)
        assert done.status == 3
        assert "--margin" in done.err
        assert digits["same"]("--margin", "1e-9").status == 0
        assert digits["better"]("--margin", "0").status == 0
        assert digits["same"]("--margin", "0").status == 3

    def test_margin_is_in_the_unit(self, digits):
        high = float(digits["worse"]("--get", "high", "--confidence", "0.9", "-b", "bits").out)
        assert digits["worse"]("--margin", high * 1.0001, "-b", "bits").status == 0
        assert digits["worse"]("--margin", high * 0.9999, "-b", "bits").status == 3

    def test_the_report_is_written_all_the_same(self, digits, tmp_path):
        path = tmp_path / "comparison.json"
        done = digits["worse"]("--fail-if-worse", "--margin", "9", "-o", path)
        assert done.status == 3
        gates = json.loads(path.read_text())["gates"]
        assert [(gate["gate"], gate["met"]) for gate in gates] == [("fail-if-worse", False), ("margin", True)]
        assert gates[1]["margin"] == 9.0

    def test_requirements_and_gates_are_named_together(self, digits):
        done = digits["worse"]("--require", "difference<0", "--require", "p_value<0.05", "--fail-unless-better")
        assert done.status == 3
        assert "difference<0" in done.err
        assert "p_value<0.05" not in done.err
        assert "--fail-unless-better" in done.err

    def test_a_stored_comparison(self, digits, tmp_path):
        last = tmp_path / "last.json"
        assert digits["worse"]("-o", last).status == 0
        assert digits["worse"]("--require", f"b.cross_entropy<=@{last}").status == 0
        assert digits["worse"]("--require", f"difference<@{last}").status == 3

    def test_several(self, run, root):
        folder = root / "sample_data"
        good, bad, labels = (folder / f"digits_{name}.csv" for name in ("logistic", "overconfident", "labels"))
        done = run("compare", good, bad, bad, good, "--labels", labels, "--fail-if-worse", "-f", "json")
        assert done.status == 3
        gates = [each["gates"][0] for each in done.document["comparisons"]]
        assert [gate["met"] for gate in gates] == [False, False, True]
        alone = done.document["comparisons"][0]["p_worse"]
        assert gates[0]["p_value"] == 2 * alone, "Holm's, of the two that are defined"
        assert done.err.count("--fail-if-worse") == 2


def row_file(rows, extra=""):
    return "a,b\n" + "0.5,0.5\n" * rows + extra


class TestErrors:
    @pytest.fixture
    def wrong(self, run, save):
        """``wrong({"a.csv": text}, arguments…)``: names of files stand for their paths."""

        def call(contents, *arguments):
            paths = {name: save(name, content) for name, content in contents.items()}
            return run("compare", *(paths.get(part, part) for part in arguments))

        return call

    @pytest.mark.parametrize(
        ("a", "b", "labels", "words"),
        [
            (row_file(3), row_file(2), "label\na\na\na\n", ["b.csv has 2 rows and", "a.csv has 3"]),
            (row_file(2), row_file(3), "label\na\na\n", ["b.csv has 3 rows and", "a.csv has 2"]),
            (row_file(2), row_file(2), "label\na\na\nb\n", ["a.csv has 2 rows and", "labels.csv has 3"]),
            (row_file(2, "x,0.5\n"), row_file(3), "label\na\na\na\n", ["a.csv:4", 'found "x"']),
            (row_file(3), row_file(1, "0.5,y\n0.5,z\n"), "label\na\na\na\n", ["b.csv:3", 'found "y"', 'found "z"']),
            (row_file(2), row_file(1, "0.5,0.6\n"), "label\na\na\n", ["b.csv:3", "sums to 1.1"]),
            (row_file(2), row_file(1, "2,-1\n"), "label\na\na\n", ["b.csv:3", "--kinds probs,logits if these are"]),
            (row_file(1, "2,-1\n"), row_file(2), "label\na\na\n", ["a.csv:3", "--kinds logits,probs if these are"]),
            (row_file(2), row_file(2), "label\na\nc\n", ["labels.csv:3", '"c"']),
            (row_file(2), "a,b,c\n0.5,0.5,0\n0.5,0.5,0\n", "label\na\na\n", ["b.csv", 'has "c"', "--drop"]),
            (row_file(2), "a,c\n0.5,0.5\n0.5,0.5\n", "label\na\na\n", ['lacks "b"', 'has "c"']),
            (row_file(2), "", "label\na\na\n", ["b.csv", "empty"]),
            (row_file(2), "a,b\n", "label\na\na\n", ["b.csv"]),
            ("a,b\n", row_file(2), "label\na\na\n", ["a.csv"]),
            (row_file(2), row_file(2), "label\n", ["labels.csv", "no labels"]),
        ],
    )
    def test_data(self, wrong, a, b, labels, words):
        done = wrong({"a.csv": a, "b.csv": b, "labels.csv": labels}, "a.csv", "b.csv", "labels.csv")
        assert (done.status, done.out) == (1, "")
        assert all(word in done.err for word in words), done.err

    @pytest.mark.parametrize(
        ("b_ids", "words"),
        [
            ("xyq", ["b.csv:4: column 1 (id)", "no row in", 'a.csv for the id "q"']),
            ("xy", ["b.csv has 2 rows"]),
            ("zx", ["no row for 1 of the ids", '"y"']),
            ("zxx", ["more than once"]),
            ("xyzz", ["b.csv:5", "more than once"]),
            ("xyz", None),
        ],
    )
    @pytest.mark.parametrize("inside", [False, True])
    def test_ids(self, wrong, b_ids, words, inside):
        labels = dict(zip("xyz", "aba", strict=True))
        a = "id,label,a,b\n" + "".join(f"{i},{labels[i]},0.5,0.5\n" for i in "xyz")
        if not inside:
            a = "id,a,b\n" + "".join(f"{i},0.5,0.5\n" for i in "xyz")
        files = {
            "a.csv": a,
            "b.csv": "id,a,b\n" + "".join(f"{i},0.5,0.5\n" for i in b_ids),
            "labels.csv": "id,label\n" + "".join(f"{i},{labels[i]}\n" for i in "yxz"),
        }
        done = wrong(files, "a.csv", "b.csv", *(["--label-column", "label"] if inside else ["labels.csv"]))
        if words is None:
            assert (done.status, done.out) == (0, "0.0\n")
            return
        assert (done.status, done.out) == (1, "")
        assert all(word in done.err for word in words), done.err

    def test_ids_in_another_order_than_labels_without_ids(self, compare):
        done = compare("a_id.csv", "b_id.csv", "labels.csv")
        assert (done.status, done.out) == (1, "")
        assert "in the same order" in done.err
        assert "--id none" in done.err
        assert compare("a_id.csv", "b_id.csv", "labels.csv", "--id", "none").status == 0
        assert compare("a_id.csv", "b_id_in_order.csv", "labels.csv").status == 0

    def test_labels_that_contradict_each_other(self, wrong):
        a, b = "label,a,b\na,0.5,0.5\nb,0.5,0.5\n", "label,a,b\na,0.5,0.5\na,0.5,0.5\n"
        done = wrong({"a.csv": a, "b.csv": b}, "a.csv", "b.csv", "--label-column", "label")
        assert (done.status, done.out) == (1, "")
        assert 'b.csv:3: column 1 (label): the label is "a", and' in done.err
        assert 'a.csv has "b"' in done.err
        assert "same order" in done.err

    @pytest.mark.parametrize("option", ["--by", "--cluster", "--weight-column"])
    def test_columns_that_contradict_each_other(self, wrong, option):
        a, b = ("label,w,a,b\n" + f"a,1,0.5,0.5\nb,{w},0.5,0.5\n" for w in (2, 3))
        files = {"a.csv": a, "b.csv": b}
        done = wrong(files, "a.csv", "b.csv", "--label-column", "label", option, "w")
        assert (done.status, done.out) == (1, "")
        assert "b.csv:3: column 2 (w)" in done.err
        same = wrong({"a.csv": a, "b.csv": a}, "a.csv", "b.csv", "--label-column", "label", option, "w", "--value")
        assert (same.status, same.out) == (0, "0.0\n")

    def test_no_row_is_left(self, compare):
        done = compare("a.csv", "b.csv", "labels.csv", *(part for name in NAMES for part in ("--ignore", name)))
        assert (done.status, done.out) == (1, "")
        assert "no row is left to compare of 60" in done.err

    def test_a_third_file_that_is_no_model(self, compare):
        done = compare("a_label.csv", "b.csv", "labels.csv", "--label-column", "label")
        assert done.status == 1
        assert "--labels" in done.err

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["a.csv"], ["two files of predictions", "cecli compare A B LABELS"]),
            ([], ["two files of predictions"]),
            (["a.csv", "b.csv"], ["LABELS is missing", "--label-column"]),
            (["a.csv", "b.csv", "b.csv", "labels.csv"], ["of 4 files", "--labels"]),
            (["-", "-", "labels.csv"], ["standard input", "only once"]),
            (["a.csv", "-", "-"], ["standard input", "only once"]),
            (["a.csv", "b.csv", "labels.csv", "--kinds", "probs"], ["names 1 kind", "2 files"]),
            (["a.csv", "b.csv", "labels.csv", "--kinds", "probs,x"], ['found "x"']),
            (["a.csv", "b.csv", "labels.csv", "--kinds", "probs,probs", "--logits"], ["--kinds"]),
            (["a.csv", "b.csv", "--observed", "ant", "--kinds", "probs,probs"], ["--observed"]),
            (["a.csv", "b.csv", "--observed", "ant", "--labels", "labels.csv"], ["takes no LABELS"]),
            (["a.csv", "b.csv", "labels.csv", "--alpha", "0.1"], ["--alpha belongs to a gate"]),
            (["a.csv", "b.csv", "labels.csv", "--test", "t"], ["--test belongs to a gate"]),
            (["a.csv", "b.csv", "labels.csv", "--margin", "-1"], ["--margin: expected"]),
            (["a.csv", "b.csv", "labels.csv", "--margin", "nan"], ["--margin: expected"]),
            (["a.csv", "b.csv", "labels.csv", "--margin", "1", "--test", "sign-flip"], ["tested by t"]),
            (["a.csv", "b.csv", "labels.csv", "--fail-if-worse", "--alpha", "1"], ["--alpha"]),
            (["a.csv", "b.csv", "labels.csv", "--flips", "0"], ["--flips"]),
            (["a.csv", "b.csv", "labels.csv", "--table", "groups", "-f", "csv"], ["needs --by"]),
            (["a.csv", "b.csv", "labels.csv", "--table", "worse", "--worst", "0"], ["needs --worst"]),
            (["a.csv", "b.csv", "labels.csv", "--get", "diffrence"], ['did you mean "difference"?']),
            (["a.csv", "b.csv", "labels.csv", "--fail-if-wors"], ["--fail-if-worse"]),
        ],
    )
    def test_usage(self, compare, arguments, words):
        done = compare(*arguments)
        assert (done.status, done.out) == (2, "")
        assert all(word in done.err for word in words), done.err

    def test_a_column_to_drop_that_no_file_has(self, compare):
        done = compare("a.csv", "b.csv", "labels.csv", "--drop", "dog")
        assert done.status == 1
        assert 'no column "dog" to drop' in done.err

    def test_a_column_to_drop_that_one_file_has(self, document, save, case, expected):
        wide = save("wide.csv", text_of(["n", *NAMES], [[str(k), *row] for k, row in enumerate(case["b"])]))
        for a, b, sign in (("a.csv", wide, 1), (wide, "a.csv", -1)):
            assert document(a, b, "labels.csv", "--drop", "n")["difference"] == sign * expected["difference"]
            assert (
                document(a, b, "labels.csv", "--classes", "cat,ant,bee")["difference"] == sign * expected["difference"]
            )

    def test_repeats_that_stand_for_too_many_rows(self, run, save):
        preds, labels = save("p.csv", "a,b\n0.5,0.5\n0.1,0.9\n"), save("l.csv", "label,n\na,1e9\nb,1e9\n")
        other = save("q.csv", "a,b\n0.6,0.4\n0.1,0.9\n")
        weights = ["--label-column", "label", "--weight-column", "n", "--weights-are", "frequency"]
        done = run("compare", preds, other, labels, *weights)
        assert done.status == 0
        done = run("compare", preds, other, labels, *weights, "--flips", "10")
        assert done.status == 2
        assert "1,000,000,000 rows" in done.err


class TestNotes:
    def test_identical(self, compare):
        done = compare("a.csv", "a.csv", "labels.csv")
        assert done.out == "0.0\n"
        assert "give every row the same loss" in done.err

    def test_few_rows(self, run, save):
        a, b = save("a.csv", "a,b\n" + "0.5,0.5\n" * 5), save("b.csv", "a,b\n" + "0.6,0.4\n" * 5)
        done = run("compare", a, b, save("l.csv", "label\n" + "a\n" * 5))
        assert "5 rows differ: no choice of signs gives a p-value below 0.0625" in done.err

    def test_quiet(self, compare):
        assert compare("a.csv", "a.csv", "labels.csv", "-q").err == ""


class TestForms:
    NAMES = ("a_id.csv", "b_id.csv", "labels_id.csv")

    def test_the_difference_alone(self, compare, expected):
        for form in ([], ["--value"], ["--get", "difference"]):
            assert float(compare(*self.NAMES, *form).out) == expected["difference"]

    def test_csv(self, compare, expected):
        [row] = csv.DictReader(io.StringIO(compare(*self.NAMES, "-f", "csv").out))
        assert float(row["difference"]) == expected["difference"]
        assert float(row["sign_flip.p_value"]) == expected["sign_flip"]["p_value"]
        assert row["infinite_rows.both"] == "0"

    @pytest.mark.parametrize(("table", "rows"), [("classes", 3), ("worse", 4), ("better", 4)])
    def test_lists(self, compare, table, rows):
        found = list(csv.DictReader(io.StringIO(compare(*self.NAMES, "--table", table, "--worst", "4").out)))
        assert len(found) == rows

    def test_a_row_per_group(self, compare):
        arguments = ("a.csv", "b.csv", "more.csv", "--label-column", "label", "--by", "lang")
        found = list(csv.DictReader(io.StringIO(compare(*arguments).out)))
        assert [row["group"] for row in found] == ["de", "fr"]
        assert float(found[0]["a.cross_entropy"]) > 0

    def test_markdown(self, compare):
        lines = compare(*self.NAMES, "-f", "md").out.splitlines()
        assert any(line.startswith("| difference | ") for line in lines)

    @pytest.mark.parametrize(
        "arguments",
        [
            NAMES,
            ("a_id.csv", "b_id.csv", "b_id_in_order.csv", "--labels", "labels_id.csv"),
            ("a.csv", "b.csv", "more.csv", "--label-column", "label", "--by", "lang", "--cluster", "doc"),
        ],
    )
    def test_tables_fit_80_columns(self, run, files, arguments, monkeypatch):
        monkeypatch.setenv("COLUMNS", "80")
        monkeypatch.chdir(files)
        lines = run("compare", *arguments, "-f", "table", "-q").out.splitlines()
        assert max(map(len, lines)) <= 80, max(lines, key=len)

    def test_many_classes_are_cut_in_a_table_alone(self, compare, save):
        generator = np.random.default_rng(1)
        names = [f"c{k}" for k in range(30)]
        paths = [save("p.csv", text_of(names, generator.dirichlet(np.ones(30), 90).tolist())) for _ in range(2)]
        labels = save("l.csv", "label\n" + "".join(f"c{k % 30}\n" for k in range(90)))
        done = compare(*paths, labels, "-f", "table", "--worst", "0")
        assert "20 in the middle are left out" in done.out
        assert len(compare(*paths, labels, "-f", "json").document["classes"]) == 30

    def test_a_full_disk(self, compare):
        done = compare(*self.NAMES, "-o", "/dev/full", "-f", "json")
        assert done.status == 1
        assert "No space left" in done.err


@pytest.mark.parametrize(
    "names", [("a.csv", "b.csv", "labels.csv"), ("a_id.csv", "b_id_in_order.csv", "labels_id.csv")]
)
def test_rows_are_read_in_lock_step(run, files, names, monkeypatch):
    """When B's rows have been taken up to some row, A's have been read to a few blocks beyond it and no further."""
    from cecli.readers.predictions import lockstep, row_stream

    ahead, taken, take = [], 0, row_stream.RowStream.take

    def watched(self, rows):
        nonlocal taken
        found = take(self, rows)
        if type(self) is row_stream.RowStream:
            taken += rows
            ahead.append(self.rows - taken)
        return found

    monkeypatch.setattr(row_stream.RowStream, "take", watched)
    monkeypatch.setattr(lockstep, "_SHARE", 1 << 13)
    assert run("compare", *(files / name for name in names), "--threads", "2").status == 0
    assert len(ahead) > 5
    assert max(ahead) < 10


def test_probabilities_taken_for_logits_are_named(compare):
    done = compare("a.csv", "b_logits.npy", "labels.csv", "--logits")
    assert done.status == 0
    assert "a.csv: every row of logits is itself a PMF" in done.err
    assert "b_logits.npy: every row" not in done.err


@pytest.mark.parametrize("classes", [2, 4])
def test_files_with_and_without_names_have_as_many_classes(run, save, tmp_path, classes):
    np.save(tmp_path / "b.npy", np.full((2, classes), 1 / classes))
    preds, labels = save("a.csv", "a,b,c\n0.5,0.25,0.25\n0.25,0.5,0.25\n"), save("l.csv", "label\na\nb\n")
    done = run("compare", preds, tmp_path / "b.npy", labels)
    assert done.status == 1
    assert f"b.npy has {classes} classes and {preds} has 3" in done.err


@pytest.mark.parametrize("clusters", [["x"] * 4, ["x", "x", "y", "y"]])
def test_the_error_of_one_cluster_is_not_known(run, save, clusters):
    preds = save("a.csv", "a,b\n0.5,0.5\n0.25,0.75\n0.125,0.875\n0.75,0.25\n")
    other = save("b.csv", "a,b\n0.25,0.75\n0.5,0.5\n0.75,0.25\n0.5,0.5\n")
    labels = save("l.csv", "label,doc\n" + "".join(f"{'ab'[k % 2]},{name}\n" for k, name in enumerate(clusters)))
    done = run("compare", preds, other, labels, "--cluster", "doc", "-f", "json")
    assert done.status == 0, done.err
    alone = len(set(clusters)) == 1
    for key in ("standard_error", "p_value"):
        assert (done.document[key] is None) is alone
    assert (done.document["low"], done.document["interval"]) == (None, "none"), "two clusters are too few, too"
