"""``import cecli``: the same figures as the commands give, and a ValueError that names the place for what is wrong."""

import math
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cecli
from tests.effort import examples

RNG = np.random.default_rng(7)
SAMPLES = Path(__file__).parents[1] / "sample_data"
LIGHT = """
import sys, cecli
before = set(sys.modules)
assert cecli.__version__ and "score" in dir(cecli)
{line}
print(*sorted(sys.modules))
"""


def predictions(rows=200, classes=4):
    table = RNG.dirichlet(np.ones(classes), rows)
    return table, RNG.integers(0, classes, rows)


@pytest.fixture(scope="module")
def digits():
    table = np.genfromtxt(SAMPLES / "digits_logistic.csv", delimiter=",", skip_header=1)
    labels = dict(np.genfromtxt(SAMPLES / "digits_labels.csv", delimiter=",", skip_header=1))
    return table[:, 1:], np.array([int(labels[row]) for row in table[:, 0]])


class TestImport:
    def test_the_package_alone_loads_nothing(self, environment):
        done = run_python(LIGHT.format(line=""), environment)
        assert not set(done.split()) & {"numpy", "click", "typing", "importlib.metadata", "cecli.library"}

    @pytest.mark.parametrize(
        ("line", "module"),
        [
            ("cecli.entropy", "cecli.library.pmfs"),
            ("cecli.score", "cecli.library.scores"),
            ("cecli.Pmf", "cecli.core.pmfs.pmf"),
        ],
    )
    def test_a_name_loads_what_it_needs(self, environment, line, module):
        modules = set(run_python(LIGHT.format(line=line), environment).split())
        assert module in modules
        assert not modules & {"click", "scipy", "pyarrow", "rich", "cecli.cli", "cecli.commands", "cecli.report"}

    def test_all_names_are_there_and_no_other(self):
        assert sorted(cecli.__all__) == sorted(cecli._PLACES)
        for name in cecli.__all__:
            assert getattr(cecli, name) is getattr(sys.modules[f"cecli.{cecli._PLACES[name]}"], name)
            assert getattr(cecli, name).__doc__
        with pytest.raises(AttributeError, match="no attribute 'nothing'"):
            cecli.nothing  # noqa: B018
        assert set(cecli.__all__) <= set(dir(cecli))

    def test_type_checkers_see_the_same_names(self):
        source = Path(cecli.__file__).read_text("utf-8")
        typed = source.partition("if TYPE_CHECKING:")[2].partition("_PLACES")[0]
        for name, place in cecli._PLACES.items():
            assert f"from cecli.{place} import" in typed
            assert name in typed
        assert (Path(cecli.__file__).parent / "py.typed").exists()

    def test_functions_are_documented_and_typed(self):
        for name in cecli.__all__:
            found = getattr(cecli, name)
            if not isinstance(found, type):
                assert ">>>" in found.__doc__, name
                assert set(found.__annotations__) >= {"return"}, name


class TestScore:
    def test_is_what_the_command_reports(self, run, digits):
        found = cecli.score(*digits, worst=3)
        files = [str(SAMPLES / name) for name in ("digits_logistic.csv", "digits_labels.csv")]
        document = run("score", *files, "-f", "json", "--worst", "3").document
        for key in (
            "cross_entropy",
            "standard_error",
            "low",
            "high",
            "perplexity",
            "skill",
            "accuracy",
            "brier",
            "ece",
        ):
            assert getattr(found, key) == document[key], key
        assert found.top_k_accuracy == document["top_k_accuracy"]
        assert [row.row + 1 for row in found.worst] == [row["row"] for row in document["worst"]]
        assert [one.recall for one in found.classes] == [one["recall"] for one in document["classes"]]
        with pytest.raises(AttributeError):
            found.accuracy = 1.0

    @pytest.mark.parametrize("kind", ["probabilities", "logits", "log-probabilities"])
    @pytest.mark.parametrize("classes", [2, 5, 100])
    def test_against_scipy(self, kind, classes):
        from scipy.special import log_softmax

        logits = RNG.normal(0, 5, (300, classes))
        labels = RNG.integers(0, classes, 300)
        expected = -log_softmax(logits, axis=1)[np.arange(300), labels].mean()
        table = {"logits": logits, "log-probabilities": log_softmax(logits, axis=1)}
        table["probabilities"] = np.exp(table["log-probabilities"])
        assert cecli.score(table[kind], labels, kind=kind).cross_entropy == pytest.approx(expected, rel=1e-12)

    def test_one_column_is_class_one(self):
        q, y = RNG.uniform(0.01, 0.99, 100), RNG.integers(0, 2, 100)
        two = cecli.score(np.column_stack([1 - q, q]), y)
        assert cecli.score(q, y).cross_entropy == pytest.approx(two.cross_entropy, rel=1e-14)
        assert cecli.score(q[:, None], y.astype(bool)).accuracy == two.accuracy
        logit = np.log(q / (1 - q))
        assert cecli.score(logit, y, kind="logits").cross_entropy == pytest.approx(two.cross_entropy, rel=1e-12)

    def test_soft_labels(self):
        table, labels = predictions()
        hard = np.eye(4)[labels]
        assert cecli.score(table, hard).cross_entropy == pytest.approx(
            cecli.score(table, labels).cross_entropy, rel=1e-14
        )
        soft = RNG.dirichlet(np.ones(4), 200)
        expected = -(soft * np.log(table)).sum(axis=1).mean()
        assert cecli.score(table, soft).cross_entropy == pytest.approx(expected, rel=1e-13)

    def test_names_of_classes(self):
        table, labels = predictions(classes=3)
        names = ["cat", "dog", "red fox"]
        found = cecli.score(table, [names[k] for k in labels], classes=names)
        assert found == cecli.score(table, labels)
        assert cecli.score(table, np.array([names[k] for k in labels]), classes=names) == found

    def test_weights(self):
        table, labels = predictions()
        repeats = RNG.integers(0, 4, 200)
        repeated = cecli.score(np.repeat(table, repeats, axis=0), np.repeat(labels, repeats))
        weighted = cecli.score(table, labels, weights=repeats, weights_are="frequency")
        for key in ("cross_entropy", "standard_error", "accuracy", "brier"):
            assert getattr(weighted, key) == pytest.approx(getattr(repeated, key), rel=1e-12)

    def test_what_changes_the_loss_alone(self):
        table, labels = predictions()
        assert cecli.score([[1.0, 0.0]], [1], clip=1e-3).cross_entropy == pytest.approx(-math.log(1e-3))
        smoothed = 0.9 * np.eye(4)[labels] + 0.025
        assert cecli.score(table, labels, label_smoothing=0.1).cross_entropy == pytest.approx(
            -(smoothed * np.log(table)).sum(axis=1).mean(), rel=1e-13
        )
        weights = np.array([1.0, 2.0, 0.0, 4.0])
        own = -np.log(table[np.arange(200), labels])
        expected = (weights[labels] * own).sum() / weights[labels].sum()
        assert cecli.score(table, labels, class_weights=weights).cross_entropy == pytest.approx(expected, rel=1e-13)

    def test_an_infinite_loss_is_a_result(self):
        found = cecli.score([[1.0, 0.0], [0.5, 0.5]], [1, 0])
        assert (found.cross_entropy, found.zero_probability_rows, found.standard_error) == (math.inf, 1, None)
        assert found.first_infinite == (0,)

    def test_sums_of_rows(self):
        rough = [[0.6, 0.6], [0.2, 0.2]]
        with pytest.raises(ValueError, match=r"predictions\[0\]: the row sums to 1.2, not to 1; all columns"):
            cecli.score(rough, [0, 1])
        assert cecli.score(rough, [0, 1], normalize=True).cross_entropy == pytest.approx(math.log(2))
        assert cecli.score(rough, [0, 1], sum_tolerance=0.7).cross_entropy == pytest.approx(-math.log(0.6 * 0.2) / 2)

    @pytest.mark.parametrize("dtype", ["float32", "float16", "int64", ">f8", "bool"])
    def test_other_types_of_numbers(self, dtype):
        table = np.array([[1, 0], [0, 1]]).astype(dtype)
        assert cecli.score(table, [0, 1]).accuracy == 1.0

    def test_what_is_laid_out_otherwise(self):
        table, labels = predictions()
        expected = cecli.score(table, labels)
        assert cecli.score(np.asfortranarray(table), labels) == expected
        assert cecli.score(table[::-1], labels[::-1]).cross_entropy == expected.cross_entropy
        assert cecli.score(table.tolist(), labels.tolist()) == expected


class TestAccumulator:
    @examples(30)
    @given(st.lists(st.integers(1, 60), min_size=1, max_size=6), st.sampled_from([2, 3, 70]), st.booleans())
    def test_any_split_gives_the_same_bits(self, sizes, classes, weighted):
        rows = sum(sizes)
        table, labels = predictions(rows, classes)
        weights = RNG.uniform(0, 2, rows) if weighted else None
        whole = cecli.score(table, labels, weights=weights, worst=3)
        parts = [cecli.ScoreAccumulator(classes, weighted=weighted, worst=3) for _ in range(2)]
        start, firsts = 0, [0, 0]
        for k, size in enumerate(sizes):
            rows = slice(start, start + size)
            part = cecli.ScoreAccumulator(classes, weighted=weighted, worst=3, first_row=start)
            part.update(table[rows], labels[rows], None if weights is None else weights[rows])
            parts[k % 2].merge(part)
            start += size
        parts[1].merge(parts[0])
        assert parts[1].rows == start
        assert parts[1].result() == whole
        assert firsts == [0, 0]

    def test_batches_one_after_the_other_number_their_rows(self):
        total = cecli.ScoreAccumulator(2, worst=1)
        total.update([[0.5, 0.5], [0.5, 0.5]], [0, 0])
        total.update([[0.5, 0.5], [0.9, 0.1]], [0, 1])
        assert total.result().worst[0].row == 3

    def test_many_rows_are_scored_in_slices(self, monkeypatch):
        from cecli.library import batches

        table, labels = predictions(1000)
        expected = cecli.score(table, labels)
        monkeypatch.setattr(batches, "_CELLS", 64)
        assert cecli.score(table, labels) == expected
        assert cecli.losses(table, labels).tolist() == (-np.log(table[np.arange(1000), labels])).tolist()

    def test_a_wrong_row_adds_none(self, monkeypatch):
        from cecli.library import batches

        monkeypatch.setattr(batches, "_CELLS", 4)
        total = cecli.ScoreAccumulator(2)
        total.update([[0.5, 0.5]], [0])
        with pytest.raises(ValueError, match=r"predictions\[5, 0\]"):
            total.update([[0.5, 0.5]] * 5 + [[2.0, 0.5]], [0] * 6)
        assert total.rows == 1
        assert total.result().rows == 1

    def test_result_changes_nothing(self):
        total = cecli.ScoreAccumulator(2)
        total.update([[0.25, 0.75]], [1])
        assert total.result() == total.result()
        assert total.result(0.5).rows == 1

    @pytest.mark.parametrize("other", [{"kind": "logits"}, {"clip": 0.1}, {"top_k": 3}, {"class_weights": [1, 2]}])
    def test_different_ones_do_not_merge(self, other):
        with pytest.raises(ValueError, match="different options"):
            cecli.ScoreAccumulator(2).merge(cecli.ScoreAccumulator(2, **other))

    def test_an_empty_one_changes_nothing(self):
        total, empty = cecli.ScoreAccumulator(2), cecli.ScoreAccumulator(2)
        total.update([[0.25, 0.75]], [1])
        before = total.result()
        total.merge(empty)
        assert total.result() == before
        empty.merge(total)
        assert empty.result() == before

    def test_soft_and_hard_labels_do_not_mix(self):
        total = cecli.ScoreAccumulator(2)
        total.update([[0.25, 0.75]], [1])
        with pytest.raises(ValueError, match="class numbers in one batch and PMFs in another"):
            total.update([[0.25, 0.75]], [[0.5, 0.5]])
        soft = cecli.ScoreAccumulator(2)
        soft.update([[0.25, 0.75]], [[0.5, 0.5]])
        with pytest.raises(ValueError, match="class numbers in one accumulator"):
            total.merge(soft)


NAN = math.nan
WRONG_SCORES = [
    ([[0.5, 0.5]], [2], {}, "labels[0]: expected a class number from 0 to 1, found 2"),
    ([[0.5, 0.5]], [-1], {}, "labels[0]: expected a class number from 0 to 1, found -1"),
    ([[0.5, 0.5]], [0.5], {}, "labels[0]: expected a class number from 0 to 1, found 0.5"),
    ([[0.5, 0.5]], [NAN], {}, "labels[0]: expected a class number"),
    ([[0.5, 0.5]], ["a"], {}, "labels: expected class numbers, found text; classes="),
    ([[0.5, 0.5]], ["c"], {"classes": ["a", "b"]}, "labels[0]: expected a class, found 'c'"),
    ([[0.5, 0.5]], [0, 1], {}, "labels: 2 of them for 1 rows of predictions"),
    ([[0.5, 0.5]], ["a", "b"], {"classes": ["a", "b"]}, "labels: 2 of them for 1 rows"),
    ([[0.5, 0.5]], [[0.5, 0.25, 0.25]], {}, "labels: 3 columns for 2 classes"),
    ([[0.5, 0.5]], [[0.5, 0.25]], {}, "labels[0]: the row sums to 0.75, not to 1"),
    ([[0.5, 0.5]], [[1.5, -0.5]], {}, "labels[0, 0]: expected a probability from 0 to 1, found 1.5, and 1 more"),
    ([[0.5, 0.5]], [[[0]]], {}, "labels: expected a 1-dimensional or 2-dimensional array, found the shape (1, 1, 1)"),
    ([[0.5, 1.5]], [0], {}, "predictions[0, 1]: expected a probability from 0 to 1 (kind='logits' for raw scores)"),
    ([[0.5, NAN]], [0], {}, "predictions[0, 1]: expected a probability from 0 to 1"),
    ([1.5], [0], {}, "predictions[0]: expected a probability from 0 to 1"),
    ([[0.5, NAN]], [0], {"kind": "logits"}, "predictions[0, 1]: expected a finite logit or -inf, found nan"),
    ([[0.5, math.inf]], [0], {"kind": "logits"}, "predictions[0, 1]: expected a finite logit or -inf, found inf"),
    ([[-math.inf] * 2], [0], {"kind": "logits"}, "predictions[0]: expected a row with a logit above -inf"),
    ([math.inf], [0], {"kind": "logits"}, "predictions[0]: expected a finite logit, found inf"),
    ([[0.5, 0.5]], [0], {"kind": "log-probabilities"}, "expected a log-probability, at most 0 (kind='logits'"),
    ([[-1.0, -1.0]], [0], {"kind": "log-probabilities"}, "predictions[0]: the row sums to 0.7357588823, not to 1"),
    ([[0.0, 0.0]], [0], {"normalize": True}, "predictions[0]: expected a row with a sum above 0, found 0.0"),
    ([[0.5, 0.5]], [0], {"kind": "probs"}, "kind: expected one of probabilities, logits, log-probabilities"),
    ([[0.5, 0.5]], [0], {"kind": "logit"}, 'did you mean "logits"?'),
    ([["a", "b"]], [0], {}, "predictions: expected numbers, found text"),
    ([[0.5, 0.5], [1.0]], [0, 1], {}, "inhomogeneous"),
    ([[0.5 + 1j, 0.5]], [0], {}, "predictions: expected numbers, found complex numbers"),
    ([], [], {}, "predictions: nothing in it"),
    (np.zeros((0, 3)), [], {}, "predictions: nothing in it, the shape is (0, 3)"),
    (0.5, [0], {}, "predictions: expected a 1-dimensional or 2-dimensional array"),
    ([[0.5, 0.5]], [0], {"classes": ["a"]}, "classes: 1 names for 2 classes"),
    ([[0.5, 0.5]], [0], {"classes": ["a", "a"]}, "classes: a name is there twice"),
    ([[0.5, 0.5]], [0], {"weights": [-1]}, "weights[0]: expected a weight >= 0, found -1.0"),
    ([[0.5, 0.5]], [0], {"weights": [1, 2]}, "weights: 2 of them for 1 rows"),
    ([[0.5, 0.5]], [0], {"weights": [0.5], "weights_are": "frequency"}, "a whole number of repeats, found 0.5"),
    ([[0.5, 0.5]], [0], {"weights": [0]}, "no rows to score: none were added with a weight above 0"),
    ([[0.5, 0.5]], [0], {"weights_are": "repeats"}, "weights_are: expected one of importance, frequency"),
    ([[0.5, 0.5]], [0], {"clip": 0.5}, "clip: expected a number between 0 and 0.5, found 0.5"),
    ([[0.5, 0.5]], [0], {"label_smoothing": 2}, "label_smoothing: expected a share from 0 to 1, found 2"),
    ([[0.5, 0.5]], [0], {"class_weights": [1]}, "class_weights: 1 of them for 2 classes"),
    ([[0.5, 0.5]], [0], {"class_weights": [1, NAN]}, "class_weights[1]: expected a weight >= 0, found nan"),
    ([[0.5, 0.5]], [0], {"confidence": 95}, "confidence: expected a number between 0 and 1, found 95"),
    ([[0.5, 0.5]], [0], {"top_k": 0}, "top_k: expected a number >= 1, found 0"),
    ([[0.5, 0.5]], [0], {"sum_tolerance": NAN}, "sum_tolerance: expected a number >= 0, found nan"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "labels", "options", "said"), WRONG_SCORES)
def test_what_is_wrong_with_predictions_is_said(table, labels, options, said):
    with pytest.raises(ValueError) as caught:
        cecli.score(table, labels, **options)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: cecli.ScoreAccumulator(1), "classes: expected at least 2, found 1"),
        (lambda: cecli.ScoreAccumulator("ab"), "classes: expected a number or a sequence of names, found 'ab'"),
        (lambda: cecli.ScoreAccumulator(2).result(), "no rows to score: none were added"),
        (lambda: cecli.ScoreAccumulator(3).update([[0.5, 0.5]], [0]), "predictions: 2 columns for 3 classes"),
        (lambda: cecli.ScoreAccumulator(2).update([0.5], [0], [1]), "weights: given for some rows"),
        (lambda: cecli.ScoreAccumulator(2, weighted=True).update([0.5], [0]), "ScoreAccumulator(weighted=True)"),
        (lambda: cecli.softmax([1.0]), "logits: expected a 2-dimensional array"),
        (lambda: cecli.softmax([[1.0]], temperature=0), "temperature: expected a number > 0, found 0"),
        (lambda: cecli.softmax([[NAN]]), "logits[0, 0]: expected a finite logit or -inf"),
        (lambda: cecli.entropy([0.5, 0.6]), "p: the probabilities sum to 1.1, not to 1; normalize=True"),
        (lambda: cecli.entropy([0.5, -0.5]), "p[1]: expected a probability, found -0.5"),
        (lambda: cecli.entropy([0.5, NAN]), "p[1]: expected a probability, found nan"),
        (lambda: cecli.entropy([0, 0]), "p: the counts sum to 0"),
        (lambda: cecli.entropy([0.0, 0.0], normalize=True), "p: the probabilities sum to 0"),
        (lambda: cecli.entropy([1, -1]), "p[1]: expected a count from 0 to 2^63-1, found -1"),
        (lambda: cecli.entropy(np.array([2**64 - 1], dtype=np.uint64)), "expected a count from 0 to 2^63-1"),
        (lambda: cecli.entropy([]), "p: nothing in it"),
        (lambda: cecli.entropy({}), "p: nothing in it"),
        (lambda: cecli.entropy([[1, 2]]), "p: expected a 1-dimensional array"),
        (lambda: cecli.entropy("0.5,0.5"), "p: expected numbers, found text"),
        (lambda: cecli.entropy({1: 0.5, "1": 0.5}), "p: two outcomes are the same as text"),
        (lambda: cecli.entropy([1, 1], base=1), "the base must be a finite number greater than 1"),
        (lambda: cecli.entropy([1, 1], base="bit"), 'the base "bit" is not a number'),
        (lambda: cecli.kl_divergence([1, 1], [1, 1, 1]), "p has 2 outcomes, q has 3"),
        (lambda: cecli.kl_divergence({"a": 1}, {"b": 1}), 'outcome "a" is only in p, not in q'),
        (lambda: cecli.kl_divergence([1], [1], missing="none"), "missing: expected one of error, zero"),
        (lambda: cecli.divergence("hellingr", [1], [1]), 'did you mean "hellinger"?'),
        (lambda: cecli.divergence("renyi", [1], [1], order=-1), "order: expected a number >= 0"),
        (lambda: cecli.fit([0.5, 0.5]), "counts[0]: expected a whole number, found 0.5"),
        (lambda: cecli.fit({"a": 0.5}), "counts: expected counts, whole numbers, found probabilities"),
        (lambda: cecli.fit([1, 2], smoothing="laplce"), 'the smoothing "laplce"'),
        (lambda: cecli.fit([1, 2], interval="good"), "interval: expected one of auto, goodman"),
        (lambda: cecli.fit([1, 2], confidence=1), "confidence: expected a number between 0 and 1"),
        (lambda: cecli.goodness_of_fit([1, 2], statistic="G2"), "statistic: expected one of g, pearson"),
        (lambda: cecli.goodness_of_fit([1, 2], method="quick"), "method: expected one of auto"),
        (lambda: cecli.goodness_of_fit([1, 2], [1, 1, 1]), "counts has 2 outcomes, q has 3"),
        (lambda: cecli.simulate(6, 1.5, seed=1), "rolls: expected a whole number >= 0, found 1.5"),
        (lambda: cecli.simulate(6, 10, seed=-1), "seed: expected a whole number >= 0, found -1"),
        (lambda: cecli.simulate(0, 10, seed=1), "p: a die has at least one side, not 0"),
        (lambda: cecli.simulate([0.5, 0.4], 10, seed=1), "p: the probabilities sum to 0.9"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(make, said):
    with pytest.raises(ValueError) as caught:
        make()
    assert said in str(caught.value)


class TestPmfs:
    def test_what_stands_for_a_pmf(self):
        expected = cecli.entropy([0.25, 0.75])
        for same in ([1, 3], np.array([1, 3]), (0.25, 0.75), {"a": 0.25, "b": 0.75}, Counter("abbb"), [1.0, 3.0]):
            assert cecli.entropy(same, normalize=True) == pytest.approx(expected, rel=1e-15)
        assert cecli.entropy(cecli.Pmf(np.array([1, 3]))) == pytest.approx(expected, rel=1e-15)
        assert cecli.entropy(np.array([True, True])) == math.log(2)

    @given(st.lists(st.integers(1, 1000), min_size=2, max_size=8))
    def test_are_what_the_commands_say(self, counts):
        q = [0.5, *([0.5 / (len(counts) - 1)] * (len(counts) - 1))]
        p = np.array(counts) / sum(counts)
        h, cross, kl = cecli.entropy(counts), cecli.cross_entropy(counts, q), cecli.kl_divergence(counts, q)
        assert h == pytest.approx(-(p * np.log(p)).sum(), rel=1e-12, abs=1e-15)
        assert cross == pytest.approx(-(p * np.log(q)).sum(), rel=1e-12)
        assert kl == pytest.approx(cross - h, abs=1e-12)
        assert cecli.divergence("kl", counts, q) == kl
        assert cecli.perplexity(counts) == pytest.approx(math.exp(h))

    def test_mappings_are_matched_by_outcome(self):
        assert cecli.kl_divergence({"a": 0.25, "b": 0.75}, {"b": 0.75, "a": 0.25}) == 0
        assert cecli.kl_divergence({"a": 0.25, "b": 0.75}, {"b": 0.25, "a": 0.75}) > 0.5
        assert cecli.cross_entropy({"a": 1}, {"a": 0.5, "b": 0.5}, missing="zero") == math.log(2)
        assert cecli.kl_divergence({"a": 1, "b": 3}, [1, 3]) == 0

    def test_bases(self):
        assert cecli.entropy([1, 1], base="bits") == cecli.entropy([1, 1], base=2) == 1
        assert cecli.divergence("jensen-shannon-distance", [1, 0], [0, 1], base=2) == pytest.approx(1)
        assert cecli.divergence("total-variation", [1, 0], [0, 1], base=2) == 1

    def test_fit_is_what_the_command_prints(self, run):
        counts = {str(k): n for k, n in enumerate((3246, 3449, 2897, 2841, 3635, 3932), 1)}
        found = cecli.fit(counts, smoothing="jeffreys")
        document = run("fit", str(SAMPLES / "wolf_white_die.csv"), "--smoothing", "jeffreys", "-f", "json").document
        for key in ("rolls", "entropy", "log_likelihood"):
            assert getattr(found, key) == document[key]
        for k, outcome in enumerate(document["outcomes"]):
            assert outcome["outcome"] == found.outcomes[k]
            assert (outcome["probability"], outcome["low"]) == (found.probabilities[k], found.low[k])
        assert cecli.entropy(found.pmf) == found.entropy

    def test_fit_without_an_interval(self):
        found = cecli.fit([3.0, 1.0], interval="none")
        assert (found.low, found.high, found.counts.tolist()) == (None, None, [3, 1])
        assert cecli.fit({"a": 3.0, "b": 1.0}).counts.tolist() == [3, 1]

    def test_goodness_of_fit_is_that_of_the_command(self, run):
        counts = [3246, 3449, 2897, 2841, 3635, 3932]
        document = run("test", str(SAMPLES / "wolf_white_die.csv"), "-f", "json").document
        found = cecli.goodness_of_fit(counts)
        assert (found.p_value, found.statistic) == (document["p_value"], document["statistic"])
        assert cecli.goodness_of_fit(counts, [1] * 6).p_value == found.p_value

    def test_simulate_is_that_of_the_command(self, run):
        rows = run("simulate", "a=0.25,b=0.75", "-n", "100", "--seed", "3").out.splitlines()[1:]
        assert [f"{k},{n}" for k, n in zip("ab", cecli.simulate([0.25, 0.75], 100, seed=3), strict=True)] == rows
        assert cecli.simulate(np.int64(6), 0, seed=1).tolist() == [0] * 6

    def test_softmax(self):
        from scipy.special import log_softmax, softmax

        logits = RNG.normal(0, 20, (500, 7))
        np.testing.assert_allclose(cecli.softmax(logits), softmax(logits, axis=1), rtol=1e-12)
        np.testing.assert_allclose(cecli.softmax(logits, temperature=3), softmax(logits / 3, axis=1), rtol=1e-12)
        np.testing.assert_allclose(cecli.softmax(logits, log=True), log_softmax(logits, axis=1), rtol=1e-12, atol=1e-15)
        wide = RNG.normal(0, 20, (20, 300)).astype(np.float32)
        np.testing.assert_allclose(cecli.softmax(wide), softmax(wide.astype(float), axis=1), rtol=1e-12)


def run_python(source, environment):
    done = subprocess.run(
        [sys.executable, "-c", source], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


def test_a_type_checker_knows_the_types(tmp_path):
    pytest.importorskip("mypy")
    user = tmp_path / "user.py"
    user.write_text(
        "import cecli\n"
        "from cecli import Score, ScoreAccumulator, entropy\n"
        "found: Score = cecli.score([[0.5, 0.5]], [0], kind='logits')\n"
        "loss: float = found.cross_entropy\n"
        "total = ScoreAccumulator(3, worst=2)\n"
        "bits: float = entropy({'a': 1, 'b': 2}, base=2)\n"
        "wrong: str = cecli.kl_divergence([1], [1])\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent",
         "--cache-dir", str(tmp_path / "cache"), str(user)],
        capture_output=True, text=True, check=False, timeout=300, cwd=tmp_path,
        env={**os.environ, "MYPYPATH": str(SAMPLES.parent)},
    )  # fmt: skip
    assert done.stdout.count("error:") == 1, done.stdout
    assert 'user.py:7: error: Incompatible types in assignment (expression has type "float"' in done.stdout


class TestFidelity:
    def test_the_figures_are_those_of_the_command(self, run, root, monkeypatch):
        monkeypatch.chdir(root)
        files = [f"sample_data/digits_{name}.csv" for name in ("logistic", "overconfident", "labels")]
        document = run("fidelity", *files, "-f", "json", "-q").document
        p, q, labels = (np.genfromtxt(file, delimiter=",", skip_header=1) for file in files)
        assert (p[:, 0] == q[:, 0]).all()
        assert (p[:, 0] == labels[:, 0]).all()
        found = cecli.fidelity(p[:, 1:], q[:, 1:], labels[:, 1].astype(int), worst=5)
        for name in ("kl_mean", "kl_standard_error", "kl_high", "kl_rms", "hellinger_mean", "entropy_student",
                     "same_top", "same_top_low", "top_k_agreement", "loss_teacher", "log_perplexity_ratio",
                     "kl_quantiles", "infinite_rows", "rows"):  # fmt: skip
            assert getattr(found, name) == document[name], name
        assert found.label_quantiles == document["label_probability_change"]["quantiles"]
        assert [far.row + 1 for far in found.farthest] == [each["row"] for each in document["worst"]]

    @pytest.mark.parametrize("weighted", [False, True])
    def test_batches_and_accumulators_give_the_same_bits(self, weighted):
        (p, labels), (q, _) = predictions(), predictions()
        weights = RNG.integers(0, 3, 200) if weighted else None
        whole = cecli.fidelity(p, q, labels, weights=weights, worst=3)
        parts = [cecli.FidelityAccumulator(4, weighted=weighted, worst=3, first_row=start) for start in (0, 120)]
        for part, rows in zip(parts, (slice(0, 120), slice(120, 200)), strict=True):
            part.update(p[rows], q[rows], labels[rows], None if weights is None else weights[rows])
        parts[1].merge(parts[0])
        assert parts[1].result() == whole

    def test_kinds_clusters_and_soft_labels(self):
        (p, _), (q, _) = predictions(), predictions()
        plain = cecli.fidelity(p, q)
        assert plain.loss_teacher is None
        mixed = cecli.fidelity(np.log(p), q, kind="log-probabilities", student_kind="probabilities")
        assert mixed.kl_mean == pytest.approx(plain.kl_mean, rel=1e-13)
        grouped = cecli.fidelity(p, q, clusters=["a", "b"] * 100)
        assert (grouped.clusters, grouped.kl_mean) == (2, plain.kl_mean)
        soft = cecli.fidelity(p, q, p)
        assert soft.loss_teacher == pytest.approx(soft.entropy_teacher, rel=1e-13)
        assert soft.label_probability_change is None
        assert cecli.fidelity(p[:, 0], q[:, 0]).kl_mean > 0

    @pytest.mark.parametrize(("call", "message"), [
        (lambda p, q: cecli.fidelity(p, q[:9]), "student: 9 rows, and the teacher has 10"),
        (lambda p, q: cecli.fidelity(p, q[:, :3]), "student: 3 columns for 4 classes"),
        (lambda p, q: cecli.fidelity(p, 2 * q), "expected a probability from 0 to 1"),
        (lambda p, q: cecli.fidelity(p / 2, q), "teacher[0]: the row sums to 0.5, not to 1"),
        (lambda p, q: cecli.fidelity(p, q, clusters=[1]), "clusters: 1 of them for 10 rows"),
        (lambda p, q: cecli.fidelity(p, q, [7] * 10), "labels[0]: expected a class number from 0 to 3"),
        (lambda p, q: cecli.fidelity(p, q, confidence=2), "confidence: expected a number between"),
        (lambda p, q: cecli.FidelityAccumulator(4).result(), "no rows to compare"),
        (lambda p, q: cecli.FidelityAccumulator(4).merge(cecli.FidelityAccumulator(4, top_k=2)), "different options"),
    ])  # fmt: skip
    def test_what_is_wrong_is_a_value_error(self, call, message):
        (p, _), (q, _) = predictions(10), predictions(10)
        with pytest.raises(ValueError, match=re.escape(message)):
            call(p, q)
