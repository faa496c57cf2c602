"""What other libraries print for the same rows: ``--like`` against the libraries themselves, where they are installed,
and against figures they have given.

The figures: ``python tests/benchmarks/peers/like.py > tests/core/metrics/like_figures.json`` in an environment that
has the libraries (``tests/benchmarks/like.py`` says how to make one).
"""

import json
import math
import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cecli.core.families import LIBRARIES as LIKE
from cecli.core.metrics import METRICS, Spec
from cecli.core.rows.rows import Batch, LossRule, score_rows

PEERS = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "peers" / "like.py"))
CASES, LIBRARIES, arguments = PEERS["CASES"], PEERS["LIBRARIES"], PEERS["arguments"]
STORED = json.loads(Path(__file__).with_name("like_figures.json").read_text())["figures"]

SINGLE = {"torch", "keras", "xgboost"}
"""Libraries that work in single precision whatever they are given."""

PAIRS = [pytest.param(library, name, id=f"{library}, {name}") for library in STORED for name in STORED[library]]


def tolerance(library, case):
    """1e-12 where the library works in double, 1e-6 in single precision; half precision has three digits."""
    if library == "sklearn":
        return {"float64": 1e-12, "float32": 1e-6, "float16": 2e-3}[case["values"].dtype.name]
    return 1e-6 if library in SINGLE else 1e-12


def agrees(got, expected, close):
    if math.isnan(expected) or math.isinf(expected):
        return got == expected or (math.isnan(expected) and got is None)
    return math.isclose(got, expected, rel_tol=close, abs_tol=close)


@pytest.fixture(scope="module")
def ours(run, tmp_path_factory):
    """What the program gives for a case: every library at once, from files."""
    known = {}

    def of(library, name):
        if name not in known:
            folder = tmp_path_factory.mktemp("like")
            options = [part for each in LIKE for part in ("--like", each)]
            done = run("score", *arguments(CASES[name], folder), *options, "-f", "json", "-q")
            assert done.status == 0, done.err
            known[name] = {each["library"]: each for each in done.document["like"]}
        figure = known[name][library]["cross_entropy"]
        return math.inf if figure == "Infinity" else figure

    return of


@pytest.mark.parametrize(("library", "name"), PAIRS)
def test_figures_that_the_libraries_gave(ours, library, name):
    close = tolerance(library, CASES[name])
    assert agrees(ours(library, name), STORED[library][name], close), (ours(library, name), STORED[library][name])


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_libraries_themselves(ours, library):
    pytest.importorskip(library)
    wrong = {}
    for name, case in CASES.items():
        if library in case["libraries"]:
            theirs = LIBRARIES[library](case)
            if not agrees(ours(library, name), theirs, tolerance(library, case)):
                wrong[name] = (ours(library, name), theirs)
    assert not wrong


IMPOSSIBLE = {
    ("torch", "float64"): math.inf,
    ("keras", "float64"): -math.log(np.float32(1e-7)),
    ("sklearn", "float64"): -math.log(2.0**-52),
    ("sklearn", "float32"): -math.log(2.0**-23),
    ("sklearn", "float16"): -math.log(2.0**-10),
    ("kaggle", "float64"): -math.log(1e-15),
    ("xgboost", "float64"): -math.log(np.float32(1e-16)),
    ("lightgbm", "float64"): -math.log(np.float32(1e-15)),
}
"""One row that gave its class no probability costs 36.04, 15.94, 6.93, 16.12, 34.54 or 36.84, or all there is."""


@pytest.mark.parametrize(("library", "precision"), IMPOSSIBLE)
def test_what_an_impossible_row_costs(library, precision):
    batch = replace(Batch.of(np.array([[1.0, 0.0]]), np.array([1])), precision=precision)
    expected = IMPOSSIBLE[library, precision]
    close = 1e-3 if precision == "float16" else 1e-6
    assert agrees(like(library, batch).cross_entropy, expected, close)


def like(library, batch, rule=None, **spec):
    metric = METRICS["like"](Spec(2, like=(library,), rule=rule or LossRule(), **spec))
    metric.update(score_rows(batch, rule or LossRule()))
    return metric.result()[0]


def test_kaggle_by_its_formula():
    """sum over the rows of -log of max(min(p / sum p, 1 - 1e-15), 1e-15), by the number of rows: Kaggle has no
    program to ask."""
    table = np.array([[0.2, 0.7, 0.1], [0.6, 0.2, 0.2], [0.6, 0.1, 0.3005], [0.0, 0.0, 1.0]])
    metric = METRICS["like"](Spec(3, like=("kaggle",)))
    metric.update(score_rows(Batch.of(table, np.array([1, 0, 2, 0]))))
    shares = [0.7, 0.6, 0.3005 / 1.0005, 1e-15]
    assert math.isclose(metric.result()[0].cross_entropy, -math.fsum(map(math.log, shares)) / 4, rel_tol=1e-14)


BINARY = Batch.of(np.array([[0.3], [0.6]]), np.array([0, 1]))
TABLE = Batch.of(np.array([[0.3, 0.7], [0.6, 0.4]]), np.array([0, 1]))
SOFT = Batch.of(np.array([[0.3, 0.7], [0.6, 0.4]]), np.array([[0.5, 0.5], [1.0, 0.0]]))
WEIGHTS = np.array([1.0, 2.0])
SMOOTH, BY_CLASS = LossRule(smoothing=0.1), LossRule(class_weights=np.array([1.0, 2.0]))
LACKING = [
    ("torch", replace(TABLE, weights=WEIGHTS), None, "it has no weights of rows"),
    ("kaggle", replace(TABLE, weights=WEIGHTS), None, "it has no weights of rows"),
    ("torch", BINARY, SMOOTH, "its binary loss has no label smoothing"),
    ("torch", BINARY, BY_CLASS, "its binary loss has no class weights"),
    ("keras", TABLE, BY_CLASS, "it has no class weights"),
    *((name, SOFT, None, "it takes no soft labels") for name in ("sklearn", "kaggle", "xgboost", "lightgbm")),
    *((name, TABLE, SMOOTH, "it has no label smoothing") for name in ("sklearn", "kaggle", "xgboost", "lightgbm")),
    *((name, TABLE, BY_CLASS, "it has no class weights") for name in ("sklearn", "kaggle", "xgboost", "lightgbm")),
    *((name, replace(TABLE, values=np.array([0.5, 0.5]), observed_only=True, labels=None), None,
       "only the figure of what was observed is known") for name in LIKE),
]  # fmt: skip


@pytest.mark.parametrize(("library", "batch", "rule", "reason"), LACKING)
def test_what_a_library_lacks_is_told(library, batch, rule, reason):
    found = like(library, batch, rule, weights=None if batch.weights is None else "importance")
    assert (found.cross_entropy, found.reason) == (None, reason)


def test_a_reason_outlives_a_merge():
    spec = Spec(2, like=("sklearn",))
    soft, hard = METRICS["like"](spec), METRICS["like"](spec)
    soft.update(score_rows(SOFT))
    hard.update(score_rows(TABLE))
    hard.merge(soft)
    assert hard.result()[0].reason == "it takes no soft labels"


@pytest.mark.parametrize("library", LIKE)
@pytest.mark.parametrize("kind", ["probabilities", "logits", "log-probabilities"])
@pytest.mark.parametrize("binary", [False, True])
def test_no_figure_is_too_large_for_it(library, kind, binary):
    """Figures beyond float32 warn of nothing; what single precision makes of them is inf or nan, as there."""
    values = {
        "probabilities": [[1.0, 0.0], [1 - 1e-300, 1e-300]],
        "logits": [[1e300, -1e300], [5e-324, 0.0]],
        "log-probabilities": [[0.0, -1e300], [-5e-324, -1e300]],
    }[kind]
    table = np.array(values)[:, :1] if binary else np.array(values)
    assert like(library, Batch.of(table, np.array([1, 0]), kind)).library == library


class TestPrecision:
    """The eps of scikit-learn is that of the type in which the predictions are stored, whatever stands beside them."""

    ROW = "1,0\n0.5,0.5\n"

    @pytest.fixture
    def sklearn_of(self, run, save):
        labels = save("labels.csv", "label\n1\n0\n")

        def of(path, *options):
            done = run("score", path, *(options or [labels]), "--like", "sklearn", "-f", "json", "-q")
            assert done.status == 0, done.err
            return (2 * done.document["like"][0]["cross_entropy"]) - math.log(2)

        return of

    @pytest.mark.parametrize("name", ["float16", "float32", "float64"])
    def test_npy_and_parquet(self, sklearn_of, tmp_path, name):
        import pyarrow as pa
        from pyarrow import feather, parquet

        table = np.array([[1.0, 0.0], [0.5, 0.5]], dtype=name)
        np.save(tmp_path / "p.npy", table)
        columns = {"0": table[:, 0], "1": table[:, 1]}
        beside = {"label": ["1", "0"], "w": [1.0, 1.0]}
        lists = pa.FixedSizeListArray.from_arrays(pa.array(table.ravel()), 2)
        feather.write_feather(pa.table(columns), str(tmp_path / "p.arrow"))
        feather.write_feather(pa.table({"probs": lists} | beside), str(tmp_path / "v.arrow"))
        expected = -math.log(np.finfo(name).eps)
        found = [sklearn_of(str(tmp_path / file)) for file in ("p.npy", "p.arrow")]
        found.append(sklearn_of(str(tmp_path / "v.arrow"), "--label-column", "label", "--weight-column", "w"))
        if name != "float16":  # Parquet of PyArrow 15 has none
            parquet.write_table(pa.table(columns | beside), tmp_path / "b.parquet")
            found.append(sklearn_of(str(tmp_path / "b.parquet"), "--label-column", "label", "--weight-column", "w"))
        assert all(agrees(each, expected, 2e-3 if name == "float16" else 1e-6) for each in found), found

    def test_text_is_double(self, sklearn_of, save):
        lines = '{"0": 1, "1": 0}\n{"0": 0.5, "1": 0.5}\n'
        for path in (save("p.csv", "0,1\n" + self.ROW), save("p.jsonl", lines)):
            assert agrees(sklearn_of(path), -math.log(2.0**-52), 1e-12)

    def test_columns_of_two_precisions_are_of_the_larger(self, sklearn_of, tmp_path):
        import pyarrow as pa
        from pyarrow import parquet

        columns = {"0": np.array([1.0, 0.5], dtype=np.float32), "1": np.array([0.0, 0.5])}
        parquet.write_table(pa.table(columns), tmp_path / "p.parquet")
        assert agrees(sklearn_of(str(tmp_path / "p.parquet")), -math.log(2.0**-52), 1e-12)


def test_keras_divides_by_rows_of_weight_0_too(run, save):
    """Its default reduction is the mean over the batch, whatever the weights; rows that are ignored are masked."""
    preds = save("p.csv", "a,b\n0.5,0.5\n0.25,0.75\n0.125,0.875\n0.5,0.5\n")
    labels = save("l.csv", "label,w\na,2\na,0\nb,0\na,0\n")
    options = ("--weight-column", "w", "--like", "keras", "-f", "json", "-q")
    for more, rows in (((), 4), (("--ignore", "b"), 3)):
        document = run("score", preds, labels, *options, *more).document
        assert document["rows"]["scored"] == 1
        assert math.isclose(document["like"][0]["cross_entropy"], 2 * math.log(2) / rows, rel_tol=1e-6)


@pytest.mark.parametrize("library", LIKE)
@pytest.mark.parametrize("classes", [9, 100])
@pytest.mark.parametrize("kind", ["probabilities", "logits"])
def test_a_row_alone_is_the_same_row_among_others(library, classes, kind):
    """Whatever rows stand beside it: the order in which its terms are added up is its own."""
    draw = np.random.default_rng(classes)
    table = draw.normal(0, 3, size=(50, classes)).astype(np.float32).astype(np.float64)
    if kind == "probabilities":
        table = np.exp(table) / np.exp(table).sum(axis=1, keepdims=True)
    labels, soft = draw.integers(0, classes, 50), draw.dirichlet(np.ones(classes), 50)
    smooth = LossRule(smoothing=0.1) if LIKE[library].smoothing else LossRule()
    for observed, rule in ((labels, LossRule()), (labels, smooth), (soft, smooth)):
        if observed is soft and not LIKE[library].soft:
            continue
        alone = [
            like(library, Batch.of(table[k : k + 1], observed[k : k + 1], kind), rule).cross_entropy for k in range(50)
        ]
        for k in (0, 1, 49):
            both = like(library, Batch.of(table[[k, k, k]], observed[[k, k, k]], kind), rule).cross_entropy
            assert both == alone[k]
        whole = like(library, Batch.of(table, observed, kind), rule).cross_entropy
        assert whole == pytest.approx(math.fsum(alone) / 50, rel=4e-16)
