"""Rows of several files are put beside each other, whatever their order, their blocks and where labels stand."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.paired.comparison import Comparer, GroupedComparer
from cecli.core.paired.spec import PairSpec
from cecli.core.rows.rows import LossRule
from cecli.readers.predictions.lockstep import Compared, ComparedOptions
from cecli.readers.predictions.predictions import PredictionOptions
from cecli.readers.predictions.roles.options import ColumnOptions
from tests.effort import examples

NAMES = ("ant", "bee", "cat")


def text(header, rows):
    return "\n".join(",".join(map(str, row)) for row in [header, *rows]) + "\n"


@st.composite
def cases(draw):
    """Files of the same rows: their texts, the options that read them, and the mean difference of the losses."""
    rows = draw(st.integers(1, 25))
    generator = np.random.default_rng(draw(st.integers(0, 2**32)))
    order = lambda: generator.permutation(rows) if draw(st.booleans()) else np.arange(rows)  # noqa: E731
    tables = [generator.dirichlet(np.ones(3), rows) for _ in range(draw(st.integers(2, 3)))]
    labels = generator.integers(0, 3, rows)
    ignored = draw(st.sampled_from([(), ("cat",)])) if (labels != 2).any() else ()
    weighted, grouped = draw(st.booleans()), draw(st.booleans())
    weights = generator.integers(0, 3, rows)
    weights[np.flatnonzero(labels != 2)[0] if (labels != 2).any() else 0] = 1
    inside = draw(st.booleans())
    beside = {"label": [NAMES[k] for k in labels], "w": weights, "g": [f"g{k}" for k in generator.integers(0, 2, rows)]}
    wanted = ["label", *(["w"] if weighted else []), *(["g"] if grouped else [])]

    def file(columns, at):
        return text(["id", *columns], [[f"r{k}", *(column[k] for column in columns.values())] for k in at])

    files = []
    for number, table in enumerate(tables):
        columns = {name: table[:, NAMES.index(name)].tolist() for name in generator.permutation(NAMES)}
        also = inside and (number == 0 or draw(st.booleans()))
        files.append(file((({name: beside[name] for name in wanted}) if also else {}) | columns, order()))
    own = None if inside else file({name: beside[name] for name in wanted}, order())
    options = PredictionOptions(
        preds="",
        columns=ColumnOptions(label="label", weight="w" if weighted else None, by="g" if grouped else None),
        ignore=ignored,
        block_bytes=draw(st.sampled_from([60, 300, 1 << 20])),
    )
    used = ~np.isin([NAMES[k] for k in labels], ignored) & ((weights > 0) | (not weighted))
    mass = (weights if weighted else np.ones(rows)) * used
    losses = [-np.log(table[np.arange(rows), labels]) for table in tables]
    differences = [float((mass * (loss - losses[0])).sum() / mass.sum()) for loss in losses[1:]]
    return files, own, options, differences, int(used.sum())


@examples(150)
@given(case=cases(), threads=st.integers(1, 3))
def test_any_order(tmp_path_factory, case, threads):
    files, own, options, differences, used = case
    folder = tmp_path_factory.mktemp("case")
    paths = []
    for name, content in zip("abc", files, strict=False):
        paths.append(folder / f"{name}.csv")
        paths[-1].write_text(content)
    labels = None
    if own is not None:
        labels = folder / "labels.csv"
        labels.write_text(own)
    shared = PredictionOptions(**{**vars(options), "labels": None if labels is None else str(labels)})
    given_files = ComparedOptions(tuple(map(str, paths)), ("probabilities",) * len(paths), shared)
    spec = PairSpec(classes=3, weights="importance" if options.columns.weight else None)
    with Compared(given_files) as opened:
        found = opened.accumulate(lambda: GroupedComparer(Comparer(spec), Comparer(spec)), LossRule(), threads)
    for comparer, wanted in zip(found, differences, strict=True):
        result = comparer.total.result()
        assert result.rows == used == sum(comparer.groups.result(group=k).rows for k in range(2))
        assert math.isclose(result.loss.difference, wanted, rel_tol=1e-9, abs_tol=1e-12)


def test_the_size_is_that_of_all_files_of_predictions(save):
    first, second = save("a.csv", "a,b\n0.5,0.5\n"), save("b.csv", "a,b\n0.25,0.75\n")
    shared = PredictionOptions(preds="", labels=save("l.csv", "label\na\n"))
    with Compared(ComparedOptions((first, second), ("probabilities",) * 2, shared)) as opened:
        assert opened.size == len("a,b\n0.5,0.5\n") + len("a,b\n0.25,0.75\n")
