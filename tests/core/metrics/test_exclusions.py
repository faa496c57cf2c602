"""Rows that were left out are counted for their group, and nowhere else."""

from dataclasses import replace

import numpy as np
import pytest

from cecli.core.metrics import METRICS, Spec
from cecli.core.rows.rows import Batch, score_rows


def batch(groups, left_out):
    rows = Batch.of(np.full((len(groups), 2), 0.5), np.zeros(len(groups), dtype=int))
    return replace(rows, group=np.array(groups, dtype=np.intp), left_out=left_out)


@pytest.mark.parametrize("groups", [[0, 1], []])
def test_by_group(groups):
    metric, other = (METRICS["left_out"](Spec(2)) for _ in range(2))
    metric.update(score_rows(batch(groups, np.array([1, 1, 3]))))
    other.update(score_rows(batch([0], np.array([1, 0]))))
    other.update(score_rows(batch([0], None)))
    metric.merge(other)
    assert [metric.result(group).left_out for group in range(5)] == [1, 3, 0, 1, 0]


def test_without_groups_the_reader_knows():
    metric = METRICS["left_out"](Spec(2))
    metric.update(score_rows(replace(batch([0], np.array([0])), group=None)))
    assert metric.result().left_out == 0


@pytest.mark.parametrize("threads", [1, 3])
def test_in_the_report(run, save, threads):
    preds = save("p.csv", "a,b\n" + "0.5,0.5\n" * 6)
    labels = save("l.csv", "label,w,g\na,1,x\nb,1,x\na,0,x\nb,1,y\nb,0,y\na,0,z\n")
    options = ("--by", "g", "--weight-column", "w", "--ignore", "b", "--threads", threads, "-f", "json")
    document = run("score", preds, labels, *options).document
    assert {entry["group"]: tuple(entry["rows"].values()) for entry in document["groups"]} == {
        "x": (3, 1, 2),
        "y": (2, 0, 2),
        "z": (1, 0, 1),
    }
    assert tuple(document["rows"].values()) == (6, 1, 5)
    for key in ("read", "scored", "ignored"):
        assert sum(entry["rows"][key] for entry in document["groups"]) == document["rows"][key]
