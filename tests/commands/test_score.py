"""cecli score against an independent reference in fractions and 50 digits, and the same digits however it is run."""

import csv
import io
import math
import random
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from tests.effort import examples

CLASSES = ("ant", "bee", "cat", "dog", "eel", "fox", "gnu")
BINS = 15


def text_of(header, rows):
    """A CSV; numbers are written so that they read back as the same doubles."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([[repr(float(c)) if isinstance(c, float) else c for c in row] for row in rows])
    return out.getvalue()


def reference(rows, labels, top_k, logits=False):
    """The report's figures by their definitions: mpmath for logarithms, fractions for everything that is rational."""
    n, classes = len(rows), len(rows[0])
    with mpmath.workdps(60):
        pmfs = [softmax(row) if logits else [mpmath.mpf(p) for p in row] for row in rows]
        losses = [-mpmath.log(pmf[y]) if pmf[y] else mpmath.inf for pmf, y in zip(pmfs, labels, strict=True)]
        finite = [loss for loss in losses if loss != mpmath.inf]
        mean = mpmath.fsum(losses) / n if len(finite) == n else mpmath.inf
        order = [sorted(range(classes), key=lambda k, row=row: (-row[k], k)) for row in rows]
        error = None
        if n > 1 and len(finite) == n:
            error = mpmath.sqrt(mpmath.fsum((loss - mean) ** 2 for loss in losses) / (n * (n - 1)))
        brier = mpmath.fsum((p - (k == y)) ** 2 for pmf, y in zip(pmfs, labels, strict=True) for k, p in enumerate(pmf))
        bins = [[mpmath.mpf(0), 0] for _ in range(BINS)]
        for pmf, o, y in zip(pmfs, order, labels, strict=True):
            its = bins[min(int(float(pmf[o[0]]) * BINS), BINS - 1)]
            its[0] += pmf[o[0]]
            its[1] += o[0] == y
        shares = [mpmath.mpf(labels.count(k)) / n for k in range(classes)]
        entropy = -mpmath.fsum(s * mpmath.log(s) for s in shares if s)
        figures = {
            "cross_entropy": float(mean),
            "standard_error": None if error is None else float(error),
            "perplexity": float(mpmath.exp(mean)),
            "label_entropy": float(entropy),
            "accuracy": float(Fraction(sum(o[0] == y for o, y in zip(order, labels, strict=True)), n)),
            "brier": float(brier / n),
            "ece": float(mpmath.fsum(abs(right - confidence) for confidence, right in bins) / n),
            "zero_probability_rows": n - len(finite),
            "finite_cross_entropy": float(mpmath.fsum(finite) / len(finite)) if 0 < len(finite) < n else None,
        }
        if classes > top_k:
            hits = sum(y in o[:top_k] for o, y in zip(order, labels, strict=True))
            figures["top_k_accuracy"] = float(Fraction(hits, n))
        else:
            figures["top_k_accuracy"] = None
        own = []
        for k in range(classes):
            of_class = [loss for loss, y in zip(losses, labels, strict=True) if y == k]
            predicted = sum(o[0] == k for o in order)
            right = sum(o[0] == k == y for o, y in zip(order, labels, strict=True))
            own.append(
                {
                    "rows": len(of_class),
                    "cross_entropy": float(mpmath.fsum(of_class) / len(of_class)) if of_class else None,
                    "precision": right / predicted if predicted else None,
                    "recall": right / len(of_class) if of_class else None,
                    "f1": 2 * right / (predicted + len(of_class)) if predicted + len(of_class) else None,
                }
            )
        return figures, own


def softmax(row):
    terms = [mpmath.exp(mpmath.mpf(z) - mpmath.mpf(max(row))) if z > -math.inf else mpmath.mpf(0) for z in row]
    return [term / mpmath.fsum(terms) for term in terms]


def agrees(got, expected, absolute=0.0):
    if expected is None or isinstance(expected, int):
        return got == expected
    if math.isinf(expected):
        return got == "Infinity"
    return math.isclose(got, expected, rel_tol=2e-14, abs_tol=absolute)


def check(document, rows, labels, top_k, logits=False):
    figures, own = reference(rows, labels, top_k, logits)
    slack = {"ece": 1e-15, "brier": 1e-16, "standard_error": 1e-15, "cross_entropy": 1e-300}
    for key, expected in figures.items():
        assert agrees(document[key], expected, slack.get(key, 0.0)), (key, document[key], expected)
    for got, expected in zip(document["classes"], own, strict=True):
        for key, value in expected.items():
            assert agrees(got[key], value, 1e-300), (got["class"], key)
    loss, error = document["cross_entropy"], document["standard_error"]
    if error is not None:
        margin = special.stdtrit(len(rows) - 1, 0.975) * error
        assert math.isclose(document["high"], loss + margin, rel_tol=1e-9)
        assert math.isclose(document["low"], loss - margin, rel_tol=1e-9, abs_tol=1e-12)
    if document["label_entropy"] == 0:
        assert document["skill"] is None
    elif loss == "Infinity":
        assert document["skill"] == "-Infinity"
    else:
        assert math.isclose(document["skill"], 1 - loss / document["label_entropy"], rel_tol=1e-12, abs_tol=1e-12)


@st.composite
def predictions(draw):
    """Some rows of probabilities, with zeros and ties, and labels."""
    classes = draw(st.integers(2, 7))
    weights = st.lists(st.integers(0, 6) | st.integers(0, 10**6), min_size=classes, max_size=classes).filter(any)
    rows = [[w / sum(row) for w in row] for row in draw(st.lists(weights, min_size=1, max_size=8))]
    return rows, [draw(st.integers(0, classes - 1)) for _ in rows]


class TestReference:
    @examples(60)
    @given(case=predictions(), top_k=st.integers(1, 5))
    def test_probabilities(self, run, save, case, top_k):
        rows, labels = case
        names = CLASSES[: len(rows[0])]
        preds = save("preds.csv", text_of(names, rows))
        observed = save("labels.csv", text_of(["label"], [[names[y]] for y in labels]))
        done = run("score", preds, observed, "-f", "json", "--top-k", top_k, "-q", "--interval", "t")
        assert done.status == 0, done.err
        check(done.document, rows, labels, top_k)

    @examples(60)
    @given(data=st.data(), classes=st.integers(2, 7))
    def test_logits(self, run, save, data, classes):
        logit = st.floats(-800, 800) | st.sampled_from([0.0, 1.0, -math.inf, 1e4])
        row = st.lists(logit, min_size=classes, max_size=classes).filter(lambda row: max(row) > -math.inf)
        rows = data.draw(st.lists(row, min_size=1, max_size=6))
        labels = [data.draw(st.integers(0, classes - 1)) for _ in rows]
        preds = save("logits.csv", text_of(CLASSES[:classes], rows))
        observed = save("labels.csv", text_of(["label"], [[CLASSES[y]] for y in labels]))
        said = ["--classes", ",".join(CLASSES[:classes])]  # a few rows of whole numbers do not prove themselves
        done = run("score", preds, observed, "--logits", *said, "-f", "json", "-q")
        assert done.status == 0, done.err
        figures, own = reference(rows, labels, 5, logits=True)
        document = done.document
        for key in ("accuracy", "top_k_accuracy", "zero_probability_rows"):
            assert document[key] == figures[key], key
        for key in ("cross_entropy", "perplexity", "finite_cross_entropy"):
            assert agrees(document[key], figures[key], 1e-13) or math.isclose(
                document[key], figures[key], rel_tol=1e-11
            )
        assert math.isclose(document["brier"], figures["brier"], rel_tol=1e-12, abs_tol=1e-15)
        for got, expected in zip(document["classes"], own, strict=True):
            assert (got["rows"], got["precision"], got["recall"]) == tuple(
                expected[k] for k in ("rows", "precision", "recall")
            )

    @examples(40)
    @given(rows=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 1)), min_size=1, max_size=10))
    def test_binary(self, run, save, rows):
        preds = save("preds.csv", text_of(["yes"], [[p] for p, _ in rows]))
        observed = save("labels.csv", text_of(["label"], [["yes" if y else "no"] for _, y in rows]))
        done = run("score", preds, observed, "-f", "json", "-q")
        assert done.status == 0, done.err
        document = done.document
        with mpmath.workdps(400):
            own = [mpmath.mpf(p) if y else 1 - mpmath.mpf(p) for p, y in rows]
            losses = [-mpmath.log(p) if p else mpmath.inf for p in own]
            mean = float(mpmath.fsum(losses) / len(rows))
            brier = float(mpmath.fsum(2 * (1 - p) ** 2 for p in own) / len(rows))
        assert agrees(document["cross_entropy"], mean, 1e-300)
        assert math.isclose(document["brier"], brier, rel_tol=1e-12, abs_tol=1e-300)
        assert document["accuracy"] == sum((p > 0.5) == y for p, y in rows) / len(rows)
        assert document["classes"][1]["class"] == "yes"
        assert document["classes"][0]["class"] == ("no" if any(not y for _, y in rows) else "not yes")

    def test_log_probabilities_are_logarithms(self, run, save):
        rows = [[0.5, 0.25, 0.25], [0.1, 0.2, 0.7]]
        logs = save("logs.csv", text_of("abc", [[math.log(p) for p in row] for row in rows]))
        plain = save("preds.csv", text_of("abc", rows))
        labels = save("labels.csv", "label\na\nc\n")
        got = run("score", logs, labels, "--log-probs", "-f", "json").document
        expected = run("score", plain, labels, "-f", "json").document
        for key in ("cross_entropy", "standard_error", "brier", "ece", "accuracy"):
            assert math.isclose(got[key], expected[key], rel_tol=1e-14), key

    def test_bits(self, run, save):
        preds, labels = save("preds.csv", "a,b\n0.5,0.5\n0.25,0.75\n"), save("labels.csv", "label\na\na\n")
        document = run("score", preds, labels, "-b", "bits", "-f", "json").document
        assert document["unit"] == "bits"
        assert document["cross_entropy"] == 1.5
        assert document["standard_error"] == 0.5
        assert math.isclose(document["perplexity"], 2**1.5, rel_tol=1e-15)


SAMPLES = {
    ("digits_logistic.csv", "digits_labels.csv"): (0.09234702590196071, 0.016644078759326487, 523 / 540),
    ("digits_overconfident.csv", "digits_labels.csv"): (2.8172113942825114, 0.5227394543507451, 484 / 540),
    ("digits_logits.csv", "digits_labels.csv", "--logits"): (2.817211412805013, None, 484 / 540),
    ("digits_logits.npy", "digits_labels.csv", "--logits"): (2.817211412805013, None, 484 / 540),
    ("breast_cancer.csv", "breast_cancer_labels.csv"): (0.1502288609690945, 0.020759737891291968, 165 / 171),
}


@pytest.mark.parametrize("call", SAMPLES, ids=" ".join)
def test_sample_data(run, root, call):
    files = [root / "sample_data" / name for name in call[:2]]
    document = run("score", *files, *call[2:], "-f", "json").document
    loss, error, accuracy = SAMPLES[call]
    assert math.isclose(document["cross_entropy"], loss, rel_tol=1e-14)
    assert error is None or math.isclose(document["standard_error"], error, rel_tol=1e-13)
    assert document["accuracy"] == accuracy


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    import pyarrow as pa
    from pyarrow import feather, parquet

    folder = tmp_path_factory.mktemp("same")
    generator = np.random.default_rng(4)
    rows, names = 3000, [f"class_{k}" for k in range(10)]
    table = generator.dirichlet(np.full(10, 0.2), rows)
    table[:, -1] = np.maximum(0, 1 - table[:, :-1].sum(axis=1))
    labels = np.array([generator.choice(10, p=row / row.sum()) for row in table])
    order = generator.permutation(rows)
    for kind, index in (("", np.arange(rows)), ("shuffled_", order)):
        body, own = table[index], labels[index]
        (folder / f"{kind}preds.csv").write_text(text_of(names, body.tolist()))
        (folder / f"{kind}labels.csv").write_text(text_of(["label"], own[:, None].tolist()))
    columns = {name: table[:, k] for k, name in enumerate(names)}
    parquet.write_table(pa.table(columns), folder / "preds.parquet", row_group_size=700)
    feather.write_feather(pa.table(columns), str(folder / "preds.arrow"), compression="zstd")
    np.save(folder / "preds_c.npy", np.ascontiguousarray(table))
    np.save(folder / "preds_f.npy", np.asfortranarray(table))
    (folder / "preds.tsv").write_text((folder / "preds.csv").read_text().replace(",", "\t"))
    (folder / "names.csv").write_text(text_of(["label"], [[names[y]] for y in labels]))
    (folder / "ids.csv").write_text(text_of(["id", *names], [[f"r{n}", *table[n].tolist()] for n in range(rows)]))
    (folder / "label_ids.csv").write_text(text_of(["label", "id"], [[int(labels[n]), f"r{n}"] for n in order]))
    both = pa.table({**columns, "label": pa.array(labels)})
    parquet.write_table(both, folder / "both.parquet")
    return folder


@pytest.fixture(scope="module")
def figures(run, files):
    def of(*arguments):
        done = run("score", *arguments, "-f", "json", "-q")
        assert done.status == 0, done.err
        document = done.document
        del document["labels_read_as"], document["matched_by"]
        for entry in document["classes"]:
            entry["class"] = entry["class"].removeprefix("class_")
        return repr(document)

    return of


@pytest.fixture(scope="module")
def expected(files, figures):
    return figures(files / "preds.csv", files / "labels.csv", "--threads", "1")


@pytest.fixture(scope="module")
def call(run, root):
    files = (root / "sample_data/digits_logistic.csv", root / "sample_data/digits_labels.csv")
    return lambda *options: run("score", *files, *options)


class TestSameDigits:
    """Threads, formats and the order of the rows never change a digit."""

    @pytest.mark.parametrize(
        "arguments",
        [
            ["preds.csv", "labels.csv", "--threads", "2"],
            ["preds.csv", "labels.csv", "--threads", "7"],
            ["shuffled_preds.csv", "shuffled_labels.csv"],
            ["preds.tsv", "labels.csv"],
            ["preds.csv", "names.csv"],
            ["preds.parquet", "labels.csv", "--threads", "2"],
            ["preds.arrow", "labels.csv"],
            ["preds_c.npy", "labels.csv"],
            ["preds_f.npy", "labels.csv", "--threads", "2"],
            ["ids.csv", "label_ids.csv", "--threads", "1"],
            ["ids.csv", "label_ids.csv", "--threads", "2"],
            ["both.parquet", "--label-column", "label"],
        ],
        ids=" ".join,
    )
    def test_same(self, files, figures, expected, arguments):
        given = [files / part if "." in part else part for part in arguments]
        assert figures(*given) == expected

    def test_through_standard_input(self, run, files):
        plain = run("score", files / "preds.csv", files / "labels.csv").out
        for name in ("preds.csv", "preds.parquet", "preds_c.npy"):
            assert run("score", "-", files / "labels.csv", stdin=(files / name).read_bytes()).out == plain


class TestLabels:
    PREDS = "class_3,class_5,class_4\n0.5,0.3,0.2\n0.1,0.2,0.7\n"

    @pytest.mark.parametrize(
        ("labels", "options", "read_as"),
        [
            ("class_3\nclass_4\n", [], "name"),
            ("3\n4\n", [], "suffix"),
            ("3.0\n4.\n", [], "suffix"),
            (" 3\n4 \n", [], "suffix"),
        ],
    )
    def test_names_and_suffixes(self, run, save, labels, options, read_as):
        done = run("score", save("p.csv", self.PREDS), save("l.csv", "label\n" + labels), *options, "-f", "json")
        assert done.status == 0, done.err
        assert done.document["labels_read_as"] == read_as
        assert math.isclose(done.document["cross_entropy"], -(math.log(0.5) + math.log(0.7)) / 2, rel_tol=1e-15)

    @pytest.mark.parametrize(("labels", "first"), [("0\n2\n", 0), ("0.0\n2.0\n", 0), ("1\n3\n", 1)])
    def test_positions(self, run, save, labels, first):
        preds = save("p.csv", "ant,bee,cat\n0.5,0.3,0.2\n0.1,0.2,0.7\n")
        done = run("score", preds, save("l.csv", "label\n" + labels), "--first-label", first, "-f", "json")
        assert done.document["labels_read_as"] == "position"
        assert math.isclose(done.document["cross_entropy"], -(math.log(0.5) + math.log(0.7)) / 2, rel_tol=1e-15)

    @pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
    @pytest.mark.parametrize("first_label", [0, 1, 5])
    def test_numbered_classes_begin_with_the_first_label(self, run, save, order, first_label):
        """Without names the classes are what labels call them, whichever label comes first."""
        rows = [[0.5, 0.3, 0.2], [0.1, 0.2, 0.7], [0.6, 0.3, 0.1]]
        table = "".join(f"{','.join(map(str, rows[k]))}\n" for k in order)
        labels = save("l.csv", "label\n" + "".join(f"{k + first_label}\n" for k in order))
        expected = -math.fsum(math.log(rows[k][k]) for k in range(3)) / 3
        array = io.BytesIO()
        np.save(array, np.array([rows[k] for k in order]))
        vectors = "".join(f'{{"probs": {rows[k]}}}\n' for k in order)
        for preds, options in (
            (save("p.csv", table), ["--header", "labels"]),
            (save("p.npy", array.getvalue()), []),
            (save("p.jsonl", vectors), []),
        ):
            done = run("score", preds, labels, "--first-label", first_label, *options, "-f", "json")
            assert done.status == 0, done.err
            assert math.isclose(done.document["cross_entropy"], expected, rel_tol=1e-15)
            assert [each["class"] for each in done.document["classes"]] == [f"{k + first_label}" for k in range(3)]

    @pytest.mark.parametrize("labels", ["0\n1\n", "1\n0\n", "1.0\n0.0\n", "0.0\n1.0\n"])
    def test_one_column_without_a_name_is_class_1(self, run, save, labels):
        values = [0.75 if label.startswith("1") else 0.25 for label in labels.split()]
        array = io.BytesIO()
        np.save(array, np.array(values))
        for preds, options in (
            (save("p.npy", array.getvalue()), []),
            (save("p.csv", "".join(f"{p}\n" for p in values)), ["--header", "labels"]),
        ):
            done = run("score", preds, save("l.csv", "label\n" + labels), *options, "--value")
            assert math.isclose(float(done.out), -math.log(0.75), rel_tol=1e-15), done.err

    @pytest.mark.parametrize("labels", ["1\n0\n", "0\n1\n"])
    def test_a_column_called_0_predicts_the_label_0(self, run, save, labels):
        preds = "0\n" + "".join("0.75\n" if label == "0" else "0.25\n" for label in labels.split())
        done = run("score", save("p.csv", preds), save("l.csv", "label\n" + labels), "--value")
        assert math.isclose(float(done.out), -math.log(0.75), rel_tol=1e-15), done.err

    def test_a_first_label_that_has_no_effect_is_noted(self, run, save):
        preds, labels = save("p.csv", "class_3,class_5\n0.5,0.5\n"), save("l.csv", "label\n3\n")
        assert (
            "--first-label has no effect: labels are read by suffix"
            in run("score", preds, labels, "--first-label", "1").err
        )

    def test_a_name_wins_over_its_position(self, run, save):
        preds = save("p.csv", "2,0,1\n0.5,0.3,0.2\n")
        assert run("score", preds, save("l.csv", "label\n2\n"), "--value").out == f"{-math.log(0.5)!r}\n"

    @pytest.mark.parametrize(
        ("preds", "labels", "words"),
        [
            ("mouse,bee", "bee\nmuose\n", ["l.csv:3", 'expected a class, found "muose"', 'did you mean "mouse"?']),
            ("ant,bee", "ant\n\n", None),
            ("ant,bee", "ant\nBee\n", ["l.csv:3", '"Bee"']),
            ("ant,bee", "ant\n bee\n", ["l.csv:3", '" bee"']),
            ("class_3,class_5", "3\n4\n", ["l.csv:3", "a number that a class name ends in", '"4"']),
            ("class_3,class_5", "class_3\n5\n", ["l.csv:3", "expected a class"]),
            ("ant,bee", "0\n2\n", ["l.csv:2", "expected a class", '"2"', "if these are positions, --first-label 0"]),
            ("ant,bee", "0\n-1\n", ["l.csv:3", '"-1"']),
            ("ant,bee", "0\n1.5\n", ["l.csv:3", '"1.5"']),
            ("yes", "yes\nno\nmaybe\n", ["l.csv:4", 'found a third label, "maybe"']),
            ("yes", "0\nno\nyes\n", ["l.csv:3", 'found a third label, "no"']),
        ],
    )
    def test_labels_that_are_none(self, run, save, preds, labels, words):
        row = ",".join(["0.5"] * (preds.count(",") + 1))
        rows = len(labels.rstrip("\n").splitlines())
        done = run("score", save("p.csv", preds + "\n" + f"{row}\n" * rows), save("l.csv", "label\n" + labels))
        if words is None:  # a blank line at the end is no label
            assert done.status == 0, done.err
            return
        assert (done.status, done.out) == (1, "")
        assert all(word in done.err for word in words), done.err

    @pytest.mark.parametrize(("column", "labels"), [("yes", "yes\nno\n"), ("1", "1\n0\n"), ("p", "1.0\n0.0\n")])
    def test_binary(self, run, save, column, labels):
        preds = save("p.csv", f"{column}\n0.75\n0.25\n")
        done = run("score", preds, save("l.csv", "label\n" + labels), "--value")
        assert done.out == f"{-math.log(0.75)!r}\n", done.err


def shuffled(rows, seed=3):
    random.Random(seed).shuffle(rows)
    return rows


class TestIds:
    PREDS = "id,a,b\nx,0.5,0.5\ny,0.25,0.75\nz,0.125,0.875\n"
    LOSS = -(math.log(0.5) + math.log(0.75) + math.log(0.125)) / 3

    @pytest.mark.parametrize("order", ["xyz", "zyx", "yxz", "xzy"])
    def test_any_order(self, run, save, order):
        labels = {"x": "a", "y": "b", "z": "a"}
        text = "label,id\n" + "".join(f"{labels[i]},{i}\n" for i in order)
        done = run("score", save("p.csv", self.PREDS), save("l.csv", text), "-f", "json")
        assert done.document["matched_by"] == "id"
        assert math.isclose(done.document["cross_entropy"], self.LOSS, rel_tol=1e-15)

    @pytest.mark.parametrize(
        ("preds", "labels", "words"),
        [
            ("xyz", "xy", ["no label", '"z"', "p.csv:4: column 1 (id)"]),
            ("xyz", "zy", ["no label", '"x"', "p.csv:2: column 1 (id)"]),
            ("xy", "xyz", ["has 2 rows", "has 3"]),
            ("yx", "xzy", ['"z"']),
            ("xyy", "yxz", ["more than once"]),
            ("xyz", "zyxz", ["more than once", '"z"']),
            ("xyx", "xyx", ["more than once", '"x"']),
            ("xyz", "abc", ["no label", '"x"', '"y"', '"z"']),
        ],
    )
    def test_missing_extra_and_repeated(self, run, save, preds, labels, words):
        p = save("p.csv", "id,a,b\n" + "".join(f"{i},0.5,0.5\n" for i in preds))
        done = run("score", p, save("l.csv", "id,label\n" + "".join(f"{i},a\n" for i in labels)))
        assert (done.status, done.out) == (1, "")
        assert all(word in done.err for word in words), done.err

    def test_one_side_only_is_set_aside_with_a_note(self, run, save):
        done = run("score", save("p.csv", self.PREDS), save("l.csv", "label\na\nb\na\n"), "-f", "json")
        assert done.document["matched_by"] == "position"
        assert "the id is set aside" in done.err
        quiet = run("score", save("p.csv", self.PREDS), save("l.csv", "label\na\nb\na\n"), "--quiet")
        assert quiet.err == ""

    def test_by_another_name_and_by_none(self, run, save):
        preds = save("p.csv", self.PREDS.replace("id,", "key,"))
        labels = save("l.csv", "key,label\nz,a\nx,a\ny,b\n")
        done = run("score", preds, labels, "--id", "key", "-f", "json")
        assert math.isclose(done.document["cross_entropy"], self.LOSS, rel_tol=1e-15)
        by_place = run(
            "score", save("p.csv", self.PREDS), save("l.csv", "id,label\nz,a\nx,a\ny,b\n"), "--id", "none", "-f", "json"
        )
        assert by_place.document["matched_by"] == "position"
        assert math.isclose(
            by_place.document["cross_entropy"], -(math.log(0.5) + math.log(0.25) + math.log(0.875)) / 3, rel_tol=1e-15
        )
        absent = run("score", preds, labels, "--id", "nummer")
        assert absent.status == 1
        assert 'no column "nummer"' in absent.err

    @pytest.mark.parametrize("threads", ["1", "2"])
    def test_many_rows_out_of_step_late(self, run, save, threads):
        rows = [(f"n{k}", k % 3) for k in range(4000)]
        preds = save(
            "p.csv",
            "id,a,b,c\n" + "".join(f"{i},{','.join('0.5' if k == y else '0.25' for k in range(3))}\n" for i, y in rows),
        )
        late = rows[:3000] + shuffled(rows[3000:])
        labels = save("l.csv", "id,label\n" + "".join(f"{i},{'abc'[y]}\n" for i, y in late))
        done = run("score", preds, labels, "--threads", threads, "-f", "json")
        assert done.status == 0, done.err
        assert done.document["cross_entropy"] == -math.log(0.5)
        assert done.document["rows"] == {"read": 4000, "scored": 4000, "ignored": 0}


class TestErrors:
    """Everything a person can get wrong is told with its place."""

    GOOD = "a,b\n0.5,0.5\n0.25,0.75\n"

    @pytest.mark.parametrize(
        ("preds", "words"),
        [
            ("a,b\n0.5,0.5\n0.5\n", ["p.csv:3: expected 2 cells", "found 1"]),
            ("a,b\n0.5,0.5\n0.5,0.25,0.25\n", ["p.csv:3: expected 2 cells", "found 3"]),
            ("a,b\n0.5,0.5\n0.5,abc\n", ['p.csv:3: column 2 (b): expected a probability, found "abc"']),
            ("a,b\n0.5,0.5\n0.5,\n", ["p.csv:3: column 2 (b): expected a probability, found an empty cell"]),
            ("a,b\n0.5,0.5\n0.5,nan\n", ["p.csv:3: column 2 (b)", "nan"]),
            ("a,b\n0.5,0.5\n0.5,1e400\n", ["p.csv:3: column 2 (b)", "1e400"]),
            ("a,b\n0.5,0.5\n0.5,inf\n", ["p.csv:3: column 2 (b)", "inf"]),
            (
                "a,b\n0.5,0.5\n1.25,-0.25\n",
                ["p.csv:3: column 1 (a)", "1.25", "p.csv:3: column 2 (b)", "-0.25", "--logits"],
            ),
            ("a,b\n0.5,0.5\n-0.5,-0.7\n", ["p.csv:3", "-0.5"]),
            ("a,b\n0.5,0.5\n0.5,0.502\n", ["p.csv:3: the row sums to 1.002", "--normalize"]),
            (
                "a,b,c\n0.33,0.33,0.33\n0.5,0.5,0\n",
                ["p.csv:2: the row sums to 0.99", "2 decimals", "--sum-tolerance 0.015"],
            ),
            ("a,b\n0.5,0.5\n\n0.5,0.5\n", ["p.csv:3", "a blank line inside the file"]),
            ("a,a\n0.5,0.5\n0.5,0.5\n", ["p.csv:1", 'both called "a"']),
            ("0.5,0.4\n0.5,0.5\n0.5,0.5\n", ["p.csv:1", "a row of numbers", "--header none"]),
            ("", ["p.csv: the file is empty"]),
            ("a,b\n", ["p.csv", "has 0 rows"]),
            ('a,b\n0.5,0.5\n"0.5,0.5\n', ["p.csv:3: a quote that is not closed"]),
            ("a,b\n0.5,0.5\n0.5,0.5\r0.5,0.5\n", ["p.csv:3: a carriage return"]),
        ],
    )
    def test_predictions(self, run, save, preds, words):
        done = run("score", save("p.csv", preds), save("l.csv", "label\na\nb\n"))
        assert (done.status, done.out) == (1, ""), done.err
        assert all(word in done.err for word in words), done.err

    @pytest.mark.parametrize(
        ("labels", "words"),
        [
            ("label\na\n", ["has 2 rows", "has 1", "--header preds"]),
            ("label\na\nb\na\n", ["has 2 rows", "has 3", "--header labels"]),
            ("label\na\n\nb\n", ["l.csv:3: a blank line inside the file"]),
            ("label,label\na,a\nb,b\n", ["l.csv:1", 'both called "label"']),
            ("x,y\na,a\nb,b\n", ["--label-column"]),
            ("", ["l.csv: the file is empty"]),
            ("label\n", ["l.csv: no labels"]),
        ],
    )
    def test_labels(self, run, save, labels, words):
        done = run("score", save("p.csv", self.GOOD), save("l.csv", labels))
        assert (done.status, done.out) == (1, ""), done.err
        assert all(word in done.err for word in words), done.err

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ([], ["no labels"]),
            (["L", "--labels", "L"], ["given twice"]),
            (["L", "--logits", "--log-probs"], ["exclude each other"]),
            (["L", "--logits", "--normalize"], ["--normalize"]),
            (["L", "--classes", "a", "--drop", "b"], ["--drop"]),
            (["L", "--threads", "0"], ["--threads"]),
            (["L", "--top-k", "0"], ["--top-k"]),
            (["L", "--sum-tolerance", "-1"], ["--sum-tolerance"]),
            (["L", "--delimiter", "ab"], ["--delimiter"]),
        ],
    )
    def test_usage(self, run, save, options, words):
        labels = save("l.csv", "label\na\nb\n")
        done = run("score", save("p.csv", self.GOOD), *[labels if o == "L" else o for o in options])
        assert (done.status, done.out) == (2, ""), done.err
        assert all(word in done.err for word in words), done.err

    def test_a_missing_column(self, run, save):
        p, labels = save("p.csv", self.GOOD), save("l.csv", "label\na\nb\n")
        for options in (["--label-column", "labl"], ["--drop", "c"], ["--classes", "a,c"]):
            done = run("score", p, labels, *options)
            assert done.status == 1
            assert "no column" in done.err

    def test_the_index_column_of_a_data_frame_is_dropped_on_demand(self, run, save):
        preds = save("p.csv", ",a,b\n0,0.5,0.5\n1,0.25,0.75\n")
        done = run("score", preds, save("l.csv", "label\na\nb\n"), "--drop", "", "--value")
        assert math.isclose(float(done.out), -(math.log(0.5) + math.log(0.75)) / 2, rel_tol=1e-15)

    @pytest.mark.parametrize("threads", ["1", "2", "5"])
    def test_ten_bad_cells_are_named_and_the_rest_counted(self, run, save, threads):
        rows = ["0.5,0.5"] * 400
        for k in range(25):
            rows[k * 15] = "0.5,bad" if k % 2 else "0.5,0.25,0.25"
        done = run(
            "score",
            save("p.csv", "a,b\n" + "\n".join(rows) + "\n"),
            save("l.csv", "label\n" + "a\n" * 400),
            "--threads",
            threads,
        )
        lines = [line for line in done.err.splitlines() if line.startswith("cecli: error: ")]
        assert done.status == 1
        assert len(lines) == 11
        places = [int(line.split("p.csv:")[1].split(":")[0]) for line in lines[:10]]
        assert places == [2 + 15 * k for k in range(10)], "in the order of the file"
        assert "15 more like these" in lines[10]

    def test_bad_cells_of_both_files_are_told_together(self, run, save):
        preds = save("p.csv", "a,b\n0.5,0.5\n0.5,x\n")
        done = run("score", preds, save("l.csv", "label\nz\na\nq\n".replace("q\n", "")))
        assert done.status == 1
        assert "p.csv:3" in done.err
        assert done.out == ""

    def test_notes_name_infinite_rows(self, run, save):
        preds = save("p.csv", "a,b\n1,0\n0.5,0.5\n1,0\n")
        done = run("score", preds, save("l.csv", "label\nb\na\nb\n"), "-f", "json")
        assert done.status == 0
        assert done.document["cross_entropy"] == "Infinity"
        assert "2 rows" in done.err
        assert "(rows 1, 3)" in done.err

    def test_logits_that_are_pmfs_get_a_note(self, run, save):
        preds = save("p.csv", self.GOOD)
        done = run("score", preds, save("l.csv", "label\na\nb\n"), "--logits")
        assert done.status == 0
        assert "softmax would be taken twice" in done.err

    def test_normalize(self, run, save):
        preds, labels = save("p.csv", "a,b\n2e-1,0.2\n0.5,0.25\n"), save("l.csv", "label\na\nb\n")
        assert run("score", preds, labels).status == 1
        done = run("score", preds, labels, "--normalize", "-f", "json")
        assert math.isclose(done.document["cross_entropy"], (math.log(2) + math.log(3)) / 2, rel_tol=1e-15)
        zero = run("score", save("p.csv", "a,b\n0,0\n1,0\n"), labels, "--normalize")
        assert zero.status == 1
        assert "p.csv:2: the row sums to 0" in zero.err


class TestFormats:
    def test_a_bare_number_in_a_pipe(self, call):
        assert call().out == call("--value").out == call("--get", "cross_entropy").out == "0.09234702590196071\n"

    def test_get(self, call):
        assert call("--get", "rows.read").out == "540\n"
        assert call("--get", "classes.1.recall").out == "0.9818181818181818\n"
        done = call("--get", "cross_entropie")
        assert done.status == 2
        assert "cross_entropy" in done.err

    def test_csv_is_one_row_of_the_scalars(self, call):
        header, row = csv.reader(io.StringIO(call("-f", "csv").out))
        cells = dict(zip(header, row, strict=True))
        document = call("-f", "json").document
        assert cells["cross_entropy"] == repr(document["cross_entropy"])
        assert cells["rows.scored"] == "540"
        assert cells["finite_cross_entropy"] == ""
        assert "classes" not in cells
        assert call("-f", "tsv").out.splitlines()[0].split("\t") == header

    def test_keys_in_their_order(self, call):
        keys = list(call("-f", "json").document)
        first = [
            "schema_version", "command", "version", "unit", "cross_entropy", "standard_error", "low", "high",
            "perplexity", "label_entropy", "skill", "accuracy", "top_k_accuracy", "brier", "ece",
            "ece_expected", "ece_band", "macro_f1", "weighted_f1", "balanced_accuracy", "mcc", "rows",
            "effective_rows", "zero_probability_rows", "finite_cross_entropy", "max_row_sum_deviation",
            "worst_percent_share", "labels_read_as", "matched_by", "classes",
        ]  # fmt: skip
        assert [key for key in keys if key in first] == first

    def test_markdown_is_turned_and_classes_are_a_table(self, call):
        assert "| cross_entropy " in call("-f", "md").out
        rows = list(csv.DictReader(io.StringIO(call("-f", "csv", "--table", "classes").out)))
        assert [row["class"] for row in rows] == list("0123456789")
        assert sum(int(row["rows"]) for row in rows) == 540

    def test_a_table(self, call):
        shown = call("-f", "table").out
        assert "0.092347" in shown
        assert "Per class" in shown

    def test_confidence(self, call):
        wide, narrow = (
            call("--confidence", "0.99", "-f", "json").document,
            call("--confidence", "0.5", "-f", "json").document,
        )
        assert wide["low"] < narrow["low"] < narrow["high"] < wide["high"]
        assert call("--confidence", "1").status == 2


class TestSuspects:
    """Classes that no label is, where there are rows enough to wonder."""

    def files(self, save, labels, names="a,b,c", row="0.5,0.25,0.25"):
        """With ``names`` None the classes have none."""
        preds = save("p.csv", (f"{names}\n" if names else "") + f"{row}\n" * len(labels))
        header = [] if names else ["--header", "labels"]
        return preds, save("l.csv", "label\n" + "\n".join(labels) + "\n"), *header

    def test_labels_that_may_begin_at_1(self, run, save):
        files = self.files(save, ["1", "2"] * 15, None)
        note = "cecli: note: no label is 0: if the first class is called 1, --first-label 1\n"
        assert run("score", *files).err == note
        assert note in run("score", *files, "-f", "json").err
        assert note in run("score", *files, "--reduction", "none").err
        assert run("score", *files, "-q").err == ""
        assert run("score", *self.files(save, ["1", "2"] * 14, None)).err == ""
        assert run("score", *self.files(save, ["1", "0"] * 15, None)).err == ""

    def test_a_column_of_logits_that_may_be_no_class(self, run, save):
        files = self.files(save, ["a", "b"] * 20, "a,b,w", "1,2,3")
        note = 'cecli: note: no label is "w": if that column is no class, --drop "w"\n'
        assert run("score", *files, "--logits").err == note
        assert run("score", *files, "--logits", "--drop", "w").err == ""
        assert run("score", *self.files(save, ["a", "b"] * 20)).err == ""
        many = self.files(save, ["a", "b"] * 40, "a,b,c,d,e,f", "1,2,3,4,5,6")
        assert run("score", *many, "--logits").err == ""

    def test_what_one_shard_lacks_another_has(self, run, save):
        first, second = self.files(save, ["1", "2"] * 20, None), self.files(save, ["0", "2"] * 20, None)
        states = []
        for k, files in enumerate((first, second, self.files(save, ["2", "1"] * 20, None))):
            states.append(save(f"{k}.json", run("score", *files, "--partial").out))
        assert "no label is 0" not in run("merge", *states[:2]).err
        assert "no label is 0" in run("merge", states[0], states[2]).err


def test_several_lists_are_refused_with_the_option_that_says_which(run, save):
    rows = '{"raw": [1.0, 2.0], "probability": [0.25, 0.75], "prediction": 1, "label": 1}\n'
    done = run("score", save("s.jsonl", rows), "--label-column", "label", "--value")
    assert (done.status, done.out) == (1, "")
    assert 'which column holds the figures of all classes? "raw", "probability" hold lists' in done.err
    assert "--vector raw or --vector probability" in done.err
    chosen = run("score", save("s.jsonl", rows), "--label-column", "label", "--vector", "probability", "--value", "-q")
    assert float(chosen.out) == pytest.approx(-math.log(0.75))


def test_two_sets_of_probabilities_beside_a_prediction_are_refused_with_both(run, save):
    preds = save("h.csv", "predict,p0,p1,cal_p0,cal_p1\n0,0.7,0.3,0.6,0.4\n1,0.2,0.8,0.3,0.7\n")
    labels = save("l.csv", "label\n0\n1\n")
    done = run("score", preds, labels, "--value")
    assert "--classes p0,p1 or --classes cal_p0,cal_p1" in done.err
    for names, loss in (("p0,p1", (0.7, 0.8)), ("cal_p0,cal_p1", (0.6, 0.7))):
        found = run("score", preds, labels, "--classes", names, "--value", "-q")
        assert float(found.out) == pytest.approx(-(math.log(loss[0]) + math.log(loss[1])) / 2)


@pytest.mark.parametrize("more", [(), ("--cluster", "true"), ("--ignore", "3"), ("--top-k", "2")])
def test_a_key_alone_is_that_of_the_report(run, root, more):
    """Only what a key needs is measured where nothing else is asked for."""
    from cecli.core.metrics import NEEDS

    files = [str(root / "sample_data" / name) for name in ("digits_logistic.csv", "digits_labels.csv")]
    more = ("--cluster", "label") if more[:1] == ("--cluster",) else more
    document = run("score", *files, *more, "-f", "json", "-q").document
    for key in NEEDS:
        value = document
        for part in key.split("."):
            value = value.get(part, "absent")
        done = run("score", *files, *more, "--get", key, "-q")
        if value == "absent":
            assert done.status == 2, key
        else:
            assert done.out.strip() == ("" if value is None else str(value)), key
            gate = run("score", *files, *more, "--value", "--require", f"{key}<=1e9", "-q")
            assert gate.status == (0 if isinstance(value, (int, float)) else 2 if isinstance(value, str) else 1), key


@pytest.mark.parametrize("name", ["prob_not_spam", "not_spam", "P(not spam)", "non-spam", "1-spam", "spam_inverse"])
def test_a_class_column_that_is_called_as_what_it_is_not_is_no_class(run, save, name):
    preds, labels = save("p.csv", f"{name}\n0.9\n0.2\n0.7\n"), save("l.csv", "label\nham\nspam\nham\n")
    refused = run("score", preds, labels, "--value")
    assert (refused.status, refused.out) == (1, "")
    assert "--positive ham" in refused.err
    right = -(math.log(0.9) + math.log(0.8) + math.log(0.7)) / 3
    assert float(run("score", preds, labels, "--positive", "ham", "--value", "-q").out) == pytest.approx(right)


def test_class_names_do_not_move_the_names_of_a_file(run, save):
    preds, labels = save("p.csv", "cat,dog\n0.7,0.3\n0.2,0.8\n"), save("l.csv", "label\ncat\ndog\n")
    done = run("score", preds, labels, "--class-names", "dog,cat", "--value")
    assert (done.status, done.out) == (2, "")
    assert "--classes chooses columns by their names" in done.err
    same = run("score", preds, labels, "--class-names", "cat,dog", "--value", "-q")
    assert float(same.out) == pytest.approx(-(math.log(0.7) + math.log(0.8)) / 2)


def test_a_total_beside_votes_is_no_class(run, save):
    preds, labels = save("p.csv", "cat,dog,total\n7,3,10\n2,8,10\n4,7,11\n"), save("l.csv", "label\ncat\ndog\ncat\n")
    refused = run("score", preds, labels, "--normalize", "--value")
    assert "In every row it is the sum of the others" in refused.err
    done = run("score", preds, labels, "--normalize", "--drop", "total", "--value", "-q")
    assert float(done.out) == pytest.approx(-(math.log(0.7) + math.log(0.8) + math.log(4 / 11)) / 3)


def test_headers_that_could_be_rows_are_settled_by_naming_the_label(run, save):
    preds, labels = save("p.csv", "0,1\n0.5,-1.5\n-0.25,0.75\n"), save("l.csv", "0\n0\n1\n")
    refused = run("score", preds, labels, "--logits", "--value")
    assert "--label-column 0 if both are" in refused.err
    done = run("score", preds, labels, "--logits", "--label-column", "0", "--value", "-q")
    assert float(done.out) == pytest.approx((math.log1p(math.exp(-2)) + math.log1p(math.exp(-1))) / 2)


@pytest.mark.parametrize("name", ["image", "filename", "sentence"])
def test_texts_of_both_files_are_in_the_same_order_or_refused(run, save, name):
    preds = save("p.csv", f"{name},cat,dog\na.png,0.9,0.1\nb.png,0.2,0.8\n")
    turned = save("l.csv", f"{name},label\nb.png,dog\na.png,cat\n")
    refused = run("score", preds, turned, "--label-column", "label", "--value")
    assert (refused.status, refused.out) == (1, "")
    right = -(math.log(0.9) + math.log(0.8)) / 2
    matched = run("score", preds, turned, "--label-column", "label", "--id", name, "--value", "-q")
    assert float(matched.out) == pytest.approx(right)
    straight = save("m.csv", f"{name},label\na.png,cat\nb.png,dog\n")
    assert float(run("score", preds, straight, "--value", "-q").out) == pytest.approx(right)
    for settled in (("--drop", name), ("--id", "none")):
        assert run("score", preds, turned, *settled, "--value", "-q").status == 0
