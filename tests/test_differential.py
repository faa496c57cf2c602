"""cecli score against a reference of a few lines in 50 digits, on files and options made at random.

A case is drawn as values (predictions, labels, weights, groups, ids) and as options; it is written in some format, the
program is run on it, and every figure is held against its definition. The values are printed so that they read back as
the same doubles, so all formats hold the same case.
"""

import contextlib
import csv
import gzip
import io
import json
import math
from dataclasses import dataclass, replace
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from cecli.core.families import LIBRARIES as LIKE
from cecli.core.functions.student import student_t_quantile
from cecli.readers.predictions.predictions import PredictionOptions
from cecli.readers.tables import arrow_table
from cecli.readers.tables.arrays import table as npy_table
from cecli.readers.tables.table import BLOCK_BYTES
from tests.effort import examples

mpf = mpmath.mpf
NAMES = ("ant", "bee", "cat", "dog", "eel")
BINS, TOP = 15, 2


@dataclass(frozen=True)
class Case:
    """Rows and options. ``table`` (n, K) or (n, 1) for the figures of class 1 alone; ``labels`` or ``soft``."""

    kind: str
    table: list[list[float]]
    labels: list[int] | None = None
    soft: list[list[float]] | None = None
    weights: list[float] | None = None
    frequency: bool = False
    groups: list[str] | None = None
    clusters: list[str] | None = None
    ignore: int | None = None
    clip: float | None = None
    smoothing: float = 0.0
    class_weights: list[float] | None = None
    normalize: bool = False

    @property
    def rows(self):
        return len(self.table)

    @property
    def classes(self):
        return max(2, len(self.table[0]))

    @property
    def binary(self):
        return len(self.table[0]) == 1


# ---------------------------------------------------------------------------------------------------- the reference


@dataclass
class Row:
    """What the definitions say of one row that counts."""

    loss: object
    below: object
    pmf: list
    order: list
    target: list
    label: int | None
    weight: object
    own: list


def pmf_of(case, row):
    """The predicted PMF of a row."""
    figures = [mpf(value) for value in row]
    if case.kind == "logits":
        figures = figures if not case.binary else [mpf(0), figures[0]]
        terms = [mpmath.exp(z - max(figures)) if z > -mpmath.inf else mpf(0) for z in figures]
        return [term / mpmath.fsum(terms) for term in terms]
    pmf = figures if case.kind == "probabilities" else [mpmath.exp(each) for each in figures]
    if case.normalize:
        pmf = [p / mpmath.fsum(pmf) for p in pmf]
    return [1 - pmf[0], pmf[0]] if case.binary else pmf


def row_of(case, n):
    """The figures of row n; PyTorch's meaning of smoothing and class weights."""
    pmf, classes = pmf_of(case, case.table[n]), range(case.classes)
    own = [-mpmath.log(p) if p else mpmath.inf for p in pmf]
    losses = own if case.clip is None else [-mpmath.log(min(max(p, mpf(case.clip)), 1 - mpf(case.clip))) for p in pmf]
    label = None if case.labels is None else case.labels[n]
    observed = [mpf(k == label) for k in classes] if case.soft is None else [mpf(share) for share in case.soft[n]]
    by_class = [mpf(1)] * case.classes if case.class_weights is None else [mpf(w) for w in case.class_weights]
    target = [(1 - mpf(case.smoothing)) * share + mpf(case.smoothing) / case.classes for share in observed]
    terms = [t * w * loss for t, w, loss in zip(target, by_class, losses, strict=True) if t and w]
    below = by_class[label] if label is not None else mpf(1)
    figures = case.table[n]
    if case.binary:
        figures = [0.0, *figures] if case.kind == "logits" else [0.5, float(pmf[1])]
    order = sorted(classes, key=lambda k: (-figures[k], k))
    weight = mpf(1) if case.weights is None else mpf(case.weights[n])
    return Row(mpmath.fsum(terms), below, pmf, order, observed, label, weight, own)


def counted(case, group=None):
    """The rows that count, one for each that a repeat count stands for."""
    found = []
    for n in range(case.rows):
        if group is not None and case.groups[n] != group:
            continue
        if case.weights is not None and not case.weights[n]:
            continue
        if case.labels is None or case.labels[n] != case.ignore:
            row = row_of(case, n)
            row.cluster = case.clusters[n] if case.clusters else None
            repeats = int(row.weight) if case.frequency else 1
            row.weight = mpf(1) if case.frequency else row.weight
            found += [row] * repeats
    return found


def is_impossible(row):
    """Whether a row gives something that was observed no probability."""
    return any(share and not p for share, p in zip(row.target, row.pmf, strict=True))


def figures_of(case, group=None):
    """The report's figures by their definitions."""
    rows = counted(case, group)
    n, total = len(rows), mpmath.fsum(row.weight for row in rows)
    mean = lambda of: mpmath.fsum(row.weight * of(row) for row in rows) / total  # noqa: E731
    below = mpmath.fsum(row.weight * row.below for row in rows)
    loss = mpmath.fsum(row.weight * row.loss for row in rows) / below if below else None
    weights = [row.weight * row.below for row in rows]
    kish = below**2 / mpmath.fsum(w * w for w in weights) if below else mpf(0)
    gaps = [row.weight * (row.loss - loss * row.below) if loss is not None else None for row in rows]
    error, df, clusters = None, kish - 1, None
    if case.clusters:
        clusters = len({row.cluster for row in rows})
        if loss is not None and loss < mpmath.inf and clusters > 1:
            sums = {}
            for row, gap in zip(rows, gaps, strict=True):
                sums[row.cluster] = sums.get(row.cluster, mpf(0)) + gap
            error = mpmath.sqrt(mpf(clusters) / (clusters - 1) * mpmath.fsum(s * s for s in sums.values())) / below
        df = clusters - 1
    elif loss is not None and loss < mpmath.inf and n > 1:
        error = mpmath.sqrt(mpf(n) / (n - 1) * mpmath.fsum(gap * gap for gap in gaps)) / below
    finite = [row for row in rows if row.loss < mpmath.inf]
    rest = mpmath.fsum(row.weight * row.below for row in finite)
    frequencies = [mean(lambda row, k=k: row.target[k]) for k in range(case.classes)]
    whole = mpmath.fsum(frequencies)
    entropy = -mpmath.fsum(o / whole * mpmath.log(o / whole) for o in frequencies if o)
    bins = {}
    for row in rows:
        its = bins.setdefault(min(int(float(row.pmf[row.order[0]]) * BINS), BINS - 1), [mpf(0)])
        its[0] += row.weight * (row.target[row.order[0]] - row.pmf[row.order[0]])
    skill = None
    if entropy and loss is not None:
        skill = 1 - loss / entropy
    return {
        "cross_entropy": loss,
        "standard_error": error,
        "df": df,
        "perplexity": mpmath.exp(loss) if loss is not None else None,
        "label_entropy": entropy,
        "skill": skill,
        "accuracy": mean(lambda row: row.target[row.order[0]]),
        "top_k_accuracy": mean(lambda row: mpmath.fsum(row.target[k] for k in row.order[:TOP]))
        if case.classes > TOP
        else None,
        "brier": mean(lambda row: mpmath.fsum((q - p) ** 2 for q, p in zip(row.pmf, row.target, strict=True))),
        "ece": mpmath.fsum(abs(gap) for (gap,) in bins.values()) / total,
        "effective_rows": kish,
        "clusters": clusters,
        "zero_probability_rows": mpf(len({id(row) for row in rows if is_impossible(row)})),
        "finite_cross_entropy": mpmath.fsum(row.weight * row.loss for row in finite) / rest
        if len(finite) < n and rest
        else None,
    }


# -------------------------------------------------------------------------------------------------------- the cases

logit = st.floats(-60, 60) | st.sampled_from([0.0, 1.0, -math.inf, 700.0]) | st.integers(-3, 3).map(float)


@st.composite
def tables(draw, kind, rows, classes):
    """Rows of a kind; ties and impossible classes are likely."""
    if kind == "logits":
        if classes == 1:
            return [[draw(logit.filter(math.isfinite))] for _ in range(rows)]
        row = st.lists(logit, min_size=classes, max_size=classes).filter(lambda row: max(row) > -math.inf)
        return [draw(row) for _ in range(rows)]
    if classes == 1:
        figures = [draw(st.floats(0, 1) | st.sampled_from([0.0, 0.5, 1.0, 1e-20])) for _ in range(rows)]
        table = [[figure] for figure in figures]
    else:
        parts = st.lists(
            st.integers(0, 5) | st.integers(0, 10**6), min_size=classes, max_size=classes
        ).filter(any)  # fmt: skip
        table = [[part / sum(row) for part in row] for row in draw(st.lists(parts, min_size=rows, max_size=rows))]
    if kind == "log-probabilities":
        return [[math.log(p) if p else -math.inf for p in row] for row in table]
    return table


@st.composite
def cases(draw, most=7):
    """Anything that score takes."""
    rows, classes = draw(st.integers(1, most)), draw(st.sampled_from([1, 2, 3, 5]))
    kind = draw(st.sampled_from(["probabilities", "probabilities", "logits", "log-probabilities"]))
    case = Case(kind, draw(tables(kind, rows, classes)))
    if kind == "probabilities" and classes > 1 and draw(st.booleans()):
        scale = draw(st.sampled_from([0.5, 0.25, 1.0]))  # powers of two, so that rows stay what they were drawn as
        case = replace(case, table=[[p * scale for p in row] for row in case.table], normalize=True)
    if classes > 1 and draw(st.integers(0, 3)) == 0:
        case = replace(case, soft=draw(tables("probabilities", rows, classes)))
    else:
        case = replace(case, labels=draw(st.lists(st.integers(0, case.classes - 1), min_size=rows, max_size=rows)))
        if draw(st.integers(0, 3)) == 0:
            case = replace(case, ignore=draw(st.integers(0, case.classes - 1)))
    weighting = draw(st.sampled_from([None, None, "importance", "frequency"]))
    if weighting:
        some = st.integers(0, 3).map(float) if weighting == "frequency" else st.sampled_from([0.0, 0.1, 1.0, 2.5, 7.0])
        weights = draw(st.lists(some, min_size=rows, max_size=rows))
        case = replace(case, weights=weights, frequency=weighting == "frequency")
    for name, texts in (("groups", ["x", "y", 'z "z"']), ("clusters", ["1", "1.0", ""])):
        if draw(st.integers(0, 2)) == 0:
            column = draw(st.lists(st.sampled_from(texts), min_size=rows, max_size=rows))
            case = replace(case, **{name: column})
    case = replace(case, clip=draw(st.sampled_from([None, None, None, 1e-15, 0.01])))
    case = replace(case, smoothing=draw(st.sampled_from([0.0, 0.0, 0.0, 0.1, 1.0])))
    if draw(st.integers(0, 3)) == 0:
        some = st.sampled_from([0.0, 0.25, 1.0, 3.0])
        case = replace(
            case, class_weights=draw(st.lists(some, min_size=case.classes, max_size=case.classes).filter(any))
        )
    return case


# -------------------------------------------------------------------------------------------------------- the files

TEXT = {"csv": ",", "tsv": "\t", "semicolon": ";"}
FORMATS = (*TEXT, "headerless", "jsonl", "jsonl vector", "parquet", "parquet vector", "arrow", "npy", "npy fortran")


@dataclass(frozen=True)
class Layout:
    """How a case is written: the format, whether labels stand in PREDS, how they are called, and where rows are matched
    by id the order of LABELS."""

    form: str = "csv"
    inside: bool = False
    called: str = "name"
    order: list[int] | None = None
    zipped: bool = False
    labels_form: str = "csv"


@st.composite
def layouts(draw, case):
    """Any layout that can hold the case."""
    form = draw(st.sampled_from(FORMATS))
    bare = form in ("headerless", "npy", "npy fortran")
    inside = not bare and case.soft is None and draw(st.booleans())
    order = None
    if not bare and not inside and draw(st.booleans()):
        order = draw(st.permutations(range(case.rows)))
    called = "position" if bare or "vector" in form else draw(st.sampled_from(["name", "suffix", "position"]))
    labels_form = draw(st.sampled_from(["csv", "tsv", "jsonl", "parquet"]))
    if form in ("headerless", "semicolon"):
        labels_form = {"headerless": "csv", "semicolon": "semicolon"}[form]
    return Layout(form, inside, called, order, form != "npy fortran" and draw(st.booleans()), labels_form)


def class_names(case, layout):
    """The names of the class columns."""
    if layout.called == "suffix":
        return [f"class_{k + 3}" for k in range(case.classes)]
    return list(NAMES[: case.classes]) if "vector" not in layout.form and layout.form not in BARE else NUMBERS(case)


BARE = ("headerless", "npy", "npy fortran")
NUMBERS = lambda case: [f"{k}" for k in range(case.classes)]  # noqa: E731


def label_text(case, layout, k):
    """What a label is called in the file."""
    return {"name": class_names(case, layout)[k], "suffix": f"{k + 3}", "position": f"{k}"}[
        "name" if case.binary and layout.called == "suffix" else layout.called
    ]


def columns_of(case, layout):
    """PREDS and LABELS as named columns."""
    names = class_names(case, layout)
    own = names[1:] if case.binary else names
    preds = {name: [row[k] for row in case.table] for k, name in enumerate(own)}
    labels = {}
    if case.labels is not None:
        labels["label"] = [label_text(case, layout, k) for k in case.labels]
    else:
        labels |= {name: [row[k] for row in case.soft] for k, name in enumerate(names)}
    for name, column in (("w", case.weights), ("group", case.groups), ("cluster", case.clusters)):
        if column is not None:
            labels[name] = column
    if layout.order is not None:
        ids = [f"r{n}" for n in range(case.rows)]
        preds = {"id": ids} | preds
        labels = {"id": [ids[n] for n in layout.order]} | {
            name: [column[n] for n in layout.order] for name, column in labels.items()
        }
    return (preds | labels, None) if layout.inside else (preds, labels)


def written(columns, form, width=0, header=True):
    """A table of named columns as bytes; the first ``width`` columns of numbers as one list where the form says so."""
    rows = list(zip(*columns.values(), strict=True))
    if form in TEXT or form == "headerless":
        out = io.StringIO()
        writer = csv.writer(out, delimiter=TEXT.get(form, ","), lineterminator="\n")
        writer.writerows(([list(columns)] if header else []) + [[text(cell) for cell in row] for row in rows])
        return out.getvalue().encode()
    table = columns
    if "vector" in form:
        numbers = [name for name, column in columns.items() if isinstance(column[0], float)][:width]
        vectors = [[columns[name][n] for name in numbers] for n in range(len(rows))]
        table = {"probs": vectors} | {name: column for name, column in columns.items() if name not in numbers}
    if form.startswith("jsonl"):
        lines = zip(*table.values(), strict=True)
        made = "\n".join(json.dumps(dict(zip(table, line, strict=True))) for line in lines)
        return (made.replace("-Infinity", '"-Infinity"') + "\n").encode()
    import pyarrow as pa
    from pyarrow import feather, parquet

    sink = io.BytesIO()
    if form == "arrow":
        feather.write_feather(pa.table(table), sink)
    else:
        parquet.write_table(pa.table(table), sink, row_group_size=3)
    return sink.getvalue()


def text(cell):
    return repr(cell) if isinstance(cell, float) else cell


def files_of(case, layout, folder):
    """Write the case; the arguments that read it."""
    preds, labels = columns_of(case, layout)
    suffix = {"semicolon": "csv", "headerless": "csv", "npy fortran": "npy"}.get(layout.form, layout.form.split()[0])
    if layout.form.startswith("npy"):
        sink = io.BytesIO()
        np.save(sink, np.array(case.table, order="F" if "fortran" in layout.form else "C"))
        data = sink.getvalue()
    else:
        data = written(preds, layout.form, case.classes if not case.binary else 1, layout.form != "headerless")
    name = f"preds.{suffix}"
    arguments = [folder / name]
    if layout.zipped:
        data, name = gzip.compress(data), f"{name}.gz"
        arguments = [folder / name]
    arguments[0].write_bytes(data)
    if labels is not None:
        ending = {"semicolon": "csv"}.get(layout.labels_form, layout.labels_form)
        arguments.append(folder / f"labels.{ending}")
        arguments[1].write_bytes(written(labels, layout.labels_form))
    elif case.labels is not None:
        arguments += ["--label-column", "label"]
    if layout.form == "headerless":
        arguments += ["--header", "labels"]
    if layout.form == "semicolon":
        arguments += ["--delimiter", ";"]
    return arguments


def options_of(case, layout, folder):
    """The options that say what the case says."""
    options = {"logits": ["--logits"], "log-probabilities": ["--log-probs"]}.get(case.kind, []).copy()
    if case.weights is not None:
        options += ["--weight-column", "w", "--weights-are", "frequency" if case.frequency else "importance"]
    options += ["--by", "group"] if case.groups else []
    options += ["--cluster", "cluster"] if case.clusters else []
    options += ["--ignore", label_text(case, layout, case.ignore)] if case.ignore is not None else []
    options += ["--clip", repr(case.clip)] if case.clip is not None else []
    options += ["--label-smoothing", repr(case.smoothing)] if case.smoothing else []
    options += ["--normalize"] if case.normalize else []
    options += settled(case, layout)
    options += ["--probs"] if case.kind == "probabilities" and case.soft is not None else []
    if case.class_weights is not None:
        lines = [
            f"{name},{w!r}" for name, w in zip(reported_names(case, layout), case.class_weights, strict=True)
        ]  # fmt: skip
        (folder / "class_weights.csv").write_text("\n".join(["class,weight", *lines]) + "\n")
        options += ["--class-weights", folder / "class_weights.csv"]
    return options


def settled(case, layout):
    """The options that say what a small file cannot prove: how labels count, which label a column is of, and that
    columns of whole numbers among fractions are classes."""
    options = ["--first-label", "0"] if layout.called == "position" and case.labels is not None else []
    if case.binary:
        met = [k for k in case.labels if k != case.ignore]
        return options + (["--positive", class_names(case, layout)[1]] if not options and 1 not in met else [])
    whole = [all(x == math.floor(x) for x in column if math.isfinite(x)) for column in zip(*case.table, strict=True)]
    if case.kind != "logits" or all(whole) or not any(whole) or "vector" in layout.form:
        return options
    named = layout.form != "headerless" and not layout.form.startswith("npy")
    names = class_names(case, layout) if named else map(str, range(case.classes))
    return [*options, "--classes", ",".join(names)]


def reported_names(case, layout):
    """What the report calls the classes; of a binary column the other class is called as its first label is."""
    if not case.binary:
        return class_names(case, layout)
    if layout.called == "position":
        return ["0", "1"]
    names = class_names(case, layout)
    other = next((label_text(case, layout, 0) for k in case.labels if k == 0), None)
    if other is None or case.ignore == 0:
        other = f"not {names[1]}"
    return [other, names[1]]


# ---------------------------------------------------------------------------------------------------------- the tests

DIGITS = 400
"""A binary loss of 5e-324 is 1 less such a number."""


def textbook(clusters):
    """Intervals and errors of the textbook; the others have tests of their own."""
    return ["--interval", "t", *(["--cluster-error", "cr1"] if clusters else [])]


ROUNDING = 3e-15
"""Relative, of a figure that is a sum of terms of one sign; others are off by this times the size of their terms."""


def close(got, expected, size=0.0):
    if expected is None:
        return got is None
    if got is None or isinstance(got, str):
        return got == {math.inf: "Infinity", -math.inf: "-Infinity"}.get(float(expected))
    return abs(got - float(expected)) <= ROUNDING * max(abs(float(expected)), size) + 1e-300


def check(document, case, group=None):
    expected = figures_of(case, group)
    rows = counted(case, group)
    losses = [float(row.loss) for row in rows if row.loss < mpmath.inf]
    weights = [float(row.weight) for row in rows]
    unequal = max(weights) / (sum(weights) / len(weights))
    largest = max(losses, default=0.0) * unequal
    divided = float(case.normalize)  # p / sum is rounded, which moves -log of one that is near 1
    sizes = {"ece": 4.0, "brier": 4.0, "standard_error": 8 * (largest + divided), "skill": 0.0}
    sizes |= dict.fromkeys(("cross_entropy", "finite_cross_entropy"), divided)
    loss, entropy = expected["cross_entropy"], expected["label_entropy"]
    if expected["skill"] is not None and loss < mpmath.inf:
        sizes["skill"] = 4 + 4 * float((loss + divided) / entropy)
    if loss is not None and loss < 709:
        sizes["perplexity"] = float(mpmath.exp(loss) * (1 + divided + loss))
    for key, figure in expected.items():
        if key in document and key != "df":
            if key == "standard_error" and figure is not None and figure < ROUNDING * sizes[key]:
                assert document[key] <= 2 * ROUNDING * sizes[key]
                continue
            assert close(document[key], figure, sizes.get(key, 0.0)), (key, document[key], figure)
    if document["standard_error"] is not None and expected["df"] > 0.05:
        margin = student_t_quantile(0.975, float(expected["df"])) * document["standard_error"]
        assert math.isclose(document["high"], document["cross_entropy"] + margin, rel_tol=1e-9, abs_tol=1e-300)
        assert math.isclose(
            document["low"], document["cross_entropy"] - margin, rel_tol=1e-9, abs_tol=1e-9 * (margin + 1e-290)
        )


def check_classes(entries, case):
    """Rows, loss, precision, recall and F1 of each class; with soft labels masses stand for rows."""
    rows, divided = counted(case), float(case.normalize)
    for k, entry in enumerate(entries):
        mass = lambda of: mpmath.fsum(row.weight * of(row) for row in rows)  # noqa: E731
        observed, predicted = mass(lambda row: row.target[k]), mass(lambda row: row.order[0] == k)  # noqa: B023
        right = mass(lambda row: row.target[k] * (row.order[0] == k))  # noqa: B023
        assert close(entry["precision"], right / predicted if predicted else None)
        assert close(entry["recall"], right / observed if observed else None)
        assert close(entry["f1"], 2 * right / (observed + predicted) if observed + predicted else None)
        if case.labels is None:
            assert close(entry["rows"], observed)
            continue
        own = [row for row in rows if row.label == k]
        assert entry["rows"] == len({id(row) for row in own})
        below = mpmath.fsum(row.weight * row.below for row in own)
        loss = mpmath.fsum(row.weight * row.loss for row in own)
        if below:
            assert close(entry["cross_entropy"], loss / below, divided)


SETTINGS = examples(100, suppress_health_check=[HealthCheck.too_slow])


def drawn_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("case")


@SETTINGS
@given(case=cases(), data=st.data())
def test_every_figure(run, tmp_path_factory, case, data):
    layout = data.draw(layouts(case))
    folder = drawn_folder(tmp_path_factory)
    with mpmath.workdps(DIGITS):
        left = counted(case)
        arguments = [*files_of(case, layout, folder), *options_of(case, layout, folder), *textbook(case.clusters)]
        done = run("score", *arguments, "--top-k", TOP, "-f", "json", "-q")
        if not any(row.below for row in left):
            assert done.status == 1
            assert "no row is left to score" in done.err
            return
        assert done.status == 0, done.err
        check(done.document, case)
        assert [each["class"] for each in done.document["classes"]] == reported_names(case, layout)
        check_classes(done.document["classes"], case)
        for entry in done.document.get("groups", []):
            if counted(case, entry["group"]):
                check(entry, case, entry["group"])


@SETTINGS
@given(case=cases(), data=st.data())
def test_a_loss_per_row_and_their_sum(run, tmp_path_factory, case, data):
    """PyTorch's reductions: none gives w_y l of every row times its weight, 0 where a row does not count."""
    layout = data.draw(layouts(case))
    folder = drawn_folder(tmp_path_factory)
    case = replace(case, groups=None, clusters=None)
    with mpmath.workdps(DIGITS):
        arguments = [*files_of(case, layout, folder), *options_of(case, layout, folder), "-q"]
        done = run("score", *arguments, "--reduction", "none")
        assert done.status == 0, done.err
        rows = list(csv.DictReader(io.StringIO(done.out)))
        assert [int(row["row"]) for row in rows] == list(range(1, case.rows + 1))
        if layout.order is not None:
            assert [row["id"] for row in rows] == [f"r{n}" for n in range(case.rows)]
        for n, row in enumerate(rows):
            counts = not (case.weights and not case.weights[n]) and (not case.labels or case.labels[n] != case.ignore)
            expected = row_of(case, n)
            loss = expected.weight * expected.loss if counts else mpf(0)
            got = "Infinity" if row["loss"] == "inf" else float(row["loss"])
            assert close(got, loss, float(case.normalize * expected.weight)), (n, got, loss)
        left = counted(case)
        if any(row.below for row in left):
            document = run("score", *arguments, "--reduction", "sum", "-f", "json").document
            total = mpmath.fsum(row.weight * row.loss for row in left)
            assert close(document["cross_entropy"], total, float(case.normalize * len(left) * 7))


# ------------------------------------------------------------------------------- only the figure of what was observed


@SETTINGS
@given(
    data=st.data(),
    form=st.sampled_from(["csv", "tsv", "jsonl", "parquet", "arrow"]),
    clip=st.sampled_from([None, 0.01]),
)
def test_observed(run, tmp_path_factory, data, form, clip):
    """A file of the probabilities, log-probabilities or losses of what was observed, with weights and clusters."""
    kind = data.draw(st.sampled_from(["probabilities", "log-probabilities", "losses"]))
    rows = data.draw(st.integers(1, 8))
    figure = {
        "probabilities": st.floats(0, 1),
        "log-probabilities": st.floats(-800, 0) | st.just(-math.inf),
        "losses": st.floats(0, 800),
    }[kind]
    figures = data.draw(st.lists(figure, min_size=rows, max_size=rows))
    column = lambda some: data.draw(st.none() | st.lists(some, min_size=rows, max_size=rows))  # noqa: E731
    weights, groups = column(st.sampled_from([0.5, 1.0, 3.0])), column(st.sampled_from("xy"))
    clusters = column(st.sampled_from("abc"))
    with mpmath.workdps(DIGITS):
        losses = {
            "probabilities": lambda p: -mpmath.log(p) if p else mpmath.inf, "log-probabilities": lambda x: -mpf(x),
            "losses": mpf,
        }[kind]  # fmt: skip
        own = [losses(mpf(figure)) for figure in figures]
        if clip:
            own = [min(max(loss, -mpmath.log(1 - mpf(clip))), -mpmath.log(mpf(clip))) for loss in own]
        case = Case("losses", [[0.0]] * rows, weights=weights, groups=groups, clusters=clusters)
        columns = {"figure": figures}
        options = ["--observed", "figure", "-f", "json", "-q", *textbook(clusters)]
        for name, some, option in (
            ("w", weights, "--weight-column"),
            ("g", groups, "--by"),
            ("c", clusters, "--cluster"),
        ):
            if some is not None:
                columns[name] = some
                options += [option, name]
        options += {"log-probabilities": ["--log-probs"], "losses": ["--losses"]}.get(kind, [])
        options += ["--clip", clip] if clip else []
        path = drawn_folder(tmp_path_factory) / f"tokens.{form}"
        path.write_bytes(written(columns, form))
        done = run("score", path, *options)
        assert done.status == 0, done.err
        check_observed(done.document, case, own, None)
        for entry in done.document.get("groups", []):
            check_observed(entry, case, own, entry["group"])


def check_observed(document, case, losses, group):
    """Loss, error, perplexity and effective rows of the rows of a group."""
    chosen = [n for n in range(case.rows) if group is None or case.groups[n] == group]
    weights = [mpf(case.weights[n]) if case.weights else mpf(1) for n in chosen]
    own = [losses[n] for n in chosen]
    total, n = mpmath.fsum(weights), len(chosen)
    mean = mpmath.fsum(w * loss for w, loss in zip(weights, own, strict=True)) / total
    assert close(document["cross_entropy"], mean)
    kish = total**2 / mpmath.fsum(w * w for w in weights)
    assert close(document["effective_rows"], kish)
    if mean == mpmath.inf:
        assert document["standard_error"] is None
        return
    gaps = [w * (loss - mean) for w, loss in zip(weights, own, strict=True)]
    factor = mpf(n) / (n - 1) if n > 1 else None
    if case.clusters:
        sums = {}
        for k, gap in zip(chosen, gaps, strict=True):
            sums[case.clusters[k]] = sums.get(case.clusters[k], mpf(0)) + gap
        gaps, count = list(sums.values()), len(sums)
        factor = mpf(count) / (count - 1) if count > 1 else None
        assert document["clusters"] == count
    error = None if factor is None else mpmath.sqrt(factor * mpmath.fsum(gap * gap for gap in gaps)) / total
    assert close(document["standard_error"], error, 8 * float(max(own, default=0)) * 3)


# ------------------------------------------------------------------------------------------------------ the same bits


@contextlib.contextmanager
def blocks_of(size):
    """Blocks of so many bytes of text, and of about as few rows elsewhere; None leaves them as they are."""
    made = PredictionOptions.__init__
    before = made.__defaults__
    assert BLOCK_BYTES in before
    with pytest.MonkeyPatch.context() as patch:
        if size is not None:
            made.__defaults__ = tuple(size if value is BLOCK_BYTES else value for value in before)
            patch.setattr(arrow_table, "_BATCH_ROWS", 1 + size // 50)
            patch.setattr(npy_table, "_BLOCK_BYTES", size)
            patch.setattr(npy_table, "_WIDE_BLOCK_BYTES", size)
        try:
            yield
        finally:
            made.__defaults__ = before


def digits(document, names):
    """All that a report says of the rows, whatever their format: classes by their numbers, no ids."""
    number = {name: k for k, name in enumerate(names)} | {None: None}
    kept = {key: value for key, value in document.items() if key not in ("labels_read_as", "matched_by")}
    kept["classes"] = [entry | {"class": number[entry["class"]]} for entry in document["classes"]]
    for key in ("worst", "confusions"):
        for entry in kept.get(key, []):
            entry.pop("id", None)
            entry |= {side: number[entry[side]] for side in ("label", "predicted")}
    kept["groups"] = [digits(entry, names) for entry in document.get("groups", [])]
    return kept


EVERYTHING = ["--worst", "4", "--decompose", "--corp", *(f"--like={name}" for name in LIKE)]


def everything_of(case):
    """All that may be asked: of soft labels no pairs of classes."""
    return [*EVERYTHING, *([] if case.soft is not None else ["--confusions", "9"])]


def report_of(run, case, layout, folder, *more):
    """The digits of a run; None where no row is left."""
    arguments = [*files_of(case, layout, folder), *options_of(case, layout, folder), *everything_of(case), *more]
    done = run("score", *arguments, "-f", "json", "-q")
    if done.status == 1 and "no row is left to score" in done.err:
        return None
    assert done.status == 0, done.err
    return digits(done.document, reported_names(case, layout))


@examples(25, suppress_health_check=[HealthCheck.too_slow])
@given(case=cases(most=25), data=st.data())
def test_formats_orders_threads_and_blocks_do_not_change_a_bit(run, tmp_path_factory, case, data):
    first = report_of(run, case, Layout(inside=case.soft is None), drawn_folder(tmp_path_factory), "--threads", "1")
    for form in FORMATS:
        bare = form in BARE
        called = "position" if bare or "vector" in form else "name"
        inside = case.soft is None and not bare and data.draw(st.booleans())
        order = data.draw(st.permutations(range(case.rows))) if not bare and not inside else None
        labels_form = "semicolon" if form == "semicolon" else "csv"
        layout = Layout(form, inside, called, order, form != "npy fortran" and data.draw(st.booleans()), labels_form)
        threads, size = data.draw(st.sampled_from([1, 2, 7])), data.draw(st.sampled_from([64, 200, 1000, None]))
        with blocks_of(size):
            again = report_of(run, case, layout, drawn_folder(tmp_path_factory), "--threads", threads)
        assert again == first, (layout, threads, size)


@examples(25, suppress_health_check=[HealthCheck.too_slow])
@given(case=cases(most=25), data=st.data())
def test_shards_do_not_change_a_bit(run, tmp_path_factory, case, data):
    """PREDS in several files, LABELS in as many with the same cuts, in another format each time."""
    first = report_of(run, case, Layout(), drawn_folder(tmp_path_factory))
    form = data.draw(st.sampled_from(["csv", "jsonl", "parquet", "arrow", "jsonl vector", "npy", "npy fortran"]))
    layout = Layout(form, called="position" if form in BARE or "vector" in form else "name")
    folder = drawn_folder(tmp_path_factory)
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, case.rows - 1)), max_size=4)))
    ends = [0, *(cut for cut in cuts if cut < case.rows), case.rows]
    for number, (start, stop) in enumerate(pairwise(ends)):
        part = replace(case, **{
            name: getattr(case, name)[start:stop]
            for name in ("table", "labels", "soft", "weights", "groups", "clusters")
            if getattr(case, name) is not None
        })  # fmt: skip
        made = files_of(part, layout, folder)
        for path, kind in zip(made, ("preds", "labels"), strict=True):
            (folder / kind).mkdir(exist_ok=True)
            path.rename(folder / kind / f"{kind}-{number + 8}{path.suffix}")
    arguments = [folder / "preds", folder / "labels", *options_of(case, layout, folder), *everything_of(case)]
    done = run("score", *arguments, "--threads", data.draw(st.sampled_from([1, 3])), "-f", "json", "-q")
    if first is None:
        assert done.status == 1
        return
    assert done.status == 0, done.err
    again = digits(done.document, reported_names(case, layout))
    for entry in again["worst"]:
        entry.pop("file", None)
        entry.pop("file_row", None)
    for document in (again, first):  # notes name files
        document.pop("notes", None)
    assert again == first
