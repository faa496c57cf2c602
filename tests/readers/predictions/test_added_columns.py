"""Columns that people add to files of predictions: the number stays what it was, or the file is refused.

``python -m tests.readers.predictions.test_added_columns 20000`` tries as many files and counts what came of them.
"""

import csv
import io
import json
import math
import random
import re
import shlex
import sys
import tempfile
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as parquet
import pytest

NAMES = (
    lambda k: ["cat", "dog", "eel", "fox", "gnu", "hen"][k],
    lambda k: f"class_{k}",
    lambda k: f"{k}",
    lambda k: f"p_{'abcdef'[k]}",
    lambda k: f"Probability:Class={'abcdef'[k]}",
)
LABELS = (
    lambda k: ["cat", "dog", "eel", "fox", "gnu", "hen"][k],
    lambda k: f"{k}",
    lambda k: f"{k}",
    lambda k: "abcdef"[k],
    lambda k: "abcdef"[k],
)
FORMS = ("csv", "tsv", "jsonl", "parquet", "arrow")
OPTIONS = {"probabilities": [], "logits": ["--logits"], "log-probabilities": ["--log-probs"]}
ODD = ("foo", "x", "z_1", "value", "note", "extra")


class Made:
    """A pair of files that is valid, from a seed: columns of PREDS by name, the labels, and how they are written."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        draw = np.random.default_rng(seed)
        self.kind = self.random.choice(list(OPTIONS))
        self.form = self.random.choice(FORMS)
        self.classes, self.rows = self.random.randint(3, 6), self.random.randint(3, 40)
        scheme = self.random.randrange(len(NAMES))
        self.names = [NAMES[scheme](k) for k in range(self.classes)]
        logits = draw.normal(size=(self.rows, self.classes)) * self.random.choice([0.5, 2.0, 5.0])
        logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        figures = {"probabilities": np.exp(logs), "logits": logits, "log-probabilities": logs}[self.kind]
        if self.kind == "logits" and self.random.random() < 0.3:
            figures = figures.round(self.random.choice([1, 2, 4]))
        self.truth = draw.integers(0, self.classes, self.rows)
        self.labels = [LABELS[scheme](k) for k in self.truth.tolist()]
        self.predicted = [LABELS[scheme](k) for k in figures.argmax(axis=1).tolist()]
        self.log_probabilities = logs
        self.figures = figures
        self.columns = {name: figures[:, k].tolist() for k, name in enumerate(self.names)}
        if self.random.random() < 0.4:
            self.columns = {"id": [f"r{k}" for k in range(self.rows)], **self.columns}

    def added(self):
        """What is added, and the columns with it at some place."""
        what = self.random.choice([*_ADDED])
        new = _ADDED[what](self)
        if len(new) == 1 and self.random.random() < 0.3:
            new = {self.random.choice(ODD): next(iter(new.values()))}
            what += " (odd name)"
        place = self.random.choice(["first", "last", "anywhere"])
        old = list(self.columns.items())
        at = {"first": 0, "last": len(old)}.get(place, self.random.randint(0, len(old)))
        return what, dict([*old[:at], *new.items(), *old[at:]])

    def write(self, folder, columns, labels=None):
        """Both files, and the arguments of a run on them."""
        preds = folder / f"preds.{self.form}"
        preds.write_bytes(_written(columns, self.form))
        given = {"label": self.labels} if labels is None else labels
        if "id" in columns and "id" not in given:
            given = {"id": columns["id"], **given}
        (folder / "labels.csv").write_bytes(_written(given, "csv"))
        return ["score", str(preds), str(folder / "labels.csv"), *OPTIONS[self.kind], "--value", "-q"]


def _confidence(of):
    return np.exp(of.log_probabilities).max(axis=1).tolist()


def _entropy(of):
    p = np.exp(of.log_probabilities)
    return (-(p * of.log_probabilities).sum(axis=1)).tolist()


def _shuffled(of, least):
    keys = list(range(least, least + of.rows))
    of.random.shuffle(keys)
    return keys


def _right(of):
    return [int(a == b) for a, b in zip(of.labels, of.predicted, strict=True)]


def _other(of):
    spread = of.random.choice([0.5, 2.0])
    logits = of.figures * spread + 0.1
    if of.kind != "logits":
        logits = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    figures = np.exp(logits) if of.kind == "probabilities" else logits
    return {f"{name}_b": figures[:, k].tolist() for k, name in enumerate(of.names)}


_ADDED = {
    "index of pandas": lambda of: {of.random.choice(["", "Unnamed: 0", "index"]): list(range(of.rows))},
    "row number": lambda of: {of.random.choice(["row", "n", "Row"]): list(range(1, of.rows + 1))},
    "key": lambda of: {of.random.choice(["doc_id", "key", "uuid"]): _shuffled(of, 1000)},
    "fold": lambda of: {of.random.choice(["fold", "split"]): [of.random.randint(0, 4) for _ in range(of.rows)]},
    "weight": lambda of: {
        of.random.choice(["weight", "sample_weight"]): [of.random.choice([0.5, 1.0, 2.5]) for _ in range(of.rows)]
    },
    "predicted class": lambda of: {of.random.choice(["pred", "prediction", "predict"]): of.predicted},
    "correct": lambda of: {of.random.choice(["correct", "hit"]): _right(of)},
    "error flag": lambda of: {"error": [1 - x for x in _right(of)]},
    "true label": lambda of: {of.random.choice(["label", "y_true", "target"]): of.labels},
    "timestamp": lambda of: {
        of.random.choice(["time", "timestamp"]): [1_700_000_000 + 17 * k for k in range(of.rows)]
    },
    "confidence": lambda of: {of.random.choice(["confidence", "max_prob"]): _confidence(of)},
    "entropy": lambda of: {"entropy": _entropy(of)},
    "another model": _other,
}  # fmt: skip


def _written(columns, form):
    out = io.BytesIO()
    if form in ("csv", "tsv"):
        mark = "," if form == "csv" else "\t"
        lines = [mark.join(columns), *(mark.join(map(_text, row)) for row in zip(*columns.values(), strict=True))]
        return ("\n".join(lines) + "\n").encode()
    if form == "jsonl":
        rows = (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
        return "".join(json.dumps(row) + "\n" for row in rows).encode()
    table = pa.table({name: pa.array(values) for name, values in columns.items()})
    if form == "parquet":
        parquet.write_table(table, out)
    else:
        feather.write_feather(table, out, compression="uncompressed")
    return out.getvalue()


def _text(value):
    return repr(value) if isinstance(value, float) else str(value)


def called(arguments):
    """The number that a run prints; None where it refuses. Anything else fails."""
    return said(arguments)[0]


def said(arguments):
    """The same, and what it says on standard error."""
    from cecli.cli import main

    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    with redirect_stdout(out), redirect_stderr(err):
        status = main(arguments)
    text, words = out.buffer.getvalue().decode(), err.buffer.getvalue().decode()
    assert status in (0, 1, 2) and "a bug" not in words, words
    assert (status == 0) == bool(text), (status, words)
    return (float(text) if status == 0 else None), words


def same(number, other):
    return math.isclose(number, other, rel_tol=1e-12)


def added_column(seed, folder):
    """What a file with a column more gives: same, refused or wrong."""
    made = Made(seed)
    before = called(made.write(folder, made.columns))
    what, columns = made.added()
    after = called(made.write(folder, columns))
    if before is None:  # a valid file that is refused as it is: what is beside the point here is counted
        return "refused before", what
    return ("refused" if after is None else "same" if same(before, after) else "wrong"), what


_OPTION = re.compile(r"--(?:drop|classes|id|header|vector|label-column) (?:'[^']*'|[^\s,;]+)(?:,'[^']*'|,[^\s;]+)*|"
                     r"--(?:normalize|logits|log-probs|probs)\b|--sum-tolerance [0-9.e-]+")  # fmt: skip


def hint_followed(seed, folder):
    """What a file with a column more gives with each option that a refusal names, but for one that says of what was
    added that it is a class."""
    made = Made(seed)
    before = called(made.write(folder, made.columns))
    what, columns = made.added()
    arguments = made.write(folder, columns)
    after, words = said(arguments)
    new = [name for name in columns if name not in made.columns]
    if before is None or after is not None or "hint: " not in words:
        return "nothing to follow", what
    found = []
    for match in _OPTION.finditer(words.partition("hint: ")[2]):
        option = shlex.split(match.group())
        if option[0] == "--classes" and {*next(csv.reader([option[1]]))} & {*new}:
            continue
        found.append(called([*arguments, *option]))
    numbers = [number for number in found if number is not None]
    return ("wrong" if not all(same(before, number) for number in numbers) else "same" if numbers else "refused"), what


def column_less(seed, folder):
    """What a file gives that lacks a class which is observed."""
    made = Made(seed)
    lacking = made.names[int(made.truth[made.random.randrange(made.rows)])]
    columns = {name: values for name, values in made.columns.items() if name != lacking}
    return ("refused" if called(made.write(folder, columns)) is None else "wrong"), "a column less"


def columns_swapped(seed, folder):
    """What two files give of which each has a column of the other."""
    made = Made(seed)
    before = called(made.write(folder, made.columns))
    moved = made.random.choice(made.names)
    columns = {name: values for name, values in made.columns.items() if name != moved}
    after = called(made.write(folder, {**columns, "label": made.labels}, {moved: made.columns[moved]}))
    if before is None:
        return "refused before", "columns swapped"
    return ("refused" if after is None else "same" if same(before, after) else "wrong"), "columns swapped"


TRIALS = {"added": added_column, "hints": hint_followed, "less": column_less, "swapped": columns_swapped}


@pytest.mark.parametrize("part", range(4))
def test_a_column_more_gives_no_other_number(tmp_path, part):
    found = [added_column(seed, tmp_path) for seed in range(part, 240, 4)]
    counts = Counter(outcome for outcome, _ in found)
    assert [(seed, what) for seed, (outcome, what) in enumerate(found) if outcome == "wrong"] == []
    assert counts["same"] >= 0.5 * sum(counts.values())


@pytest.mark.parametrize("trial", ["less", "swapped"])
def test_columns_left_out_or_swapped_give_no_other_number(tmp_path, trial):
    found = [TRIALS[trial](seed, tmp_path)[0] for seed in range(60)]
    assert "wrong" not in found


def test_an_option_that_a_refusal_names_gives_no_other_number(tmp_path):
    found = [(seed, *hint_followed(seed, tmp_path)) for seed in range(300, 480)]
    counts = Counter(outcome for _, outcome, _ in found)
    assert [each for each in found if each[1] == "wrong"] == []
    assert counts["same"] > counts["refused"]


def report(trials):
    """Try so many files of each kind; what came of them, and the first seeds of wrong numbers."""
    counts, wrong = Counter(), []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(1_000, 1_000 + trials):
            for name, trial in TRIALS.items():
                if name != "added" and seed % 10:
                    continue
                outcome, what = trial(seed, Path(folder))
                counts[name, outcome] += 1
                if outcome in ("wrong", "refused"):
                    counts[outcome, what] += 1
                if outcome == "wrong":
                    wrong.append((name, seed, what))
    return counts, wrong


if __name__ == "__main__":
    for key, count in sorted((made := report(int(sys.argv[1])))[0].items()):
        print(*key, count)
    print(*made[1], sep="\n")
