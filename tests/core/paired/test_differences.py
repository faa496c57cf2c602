"""Differences are held while a group has few rows, whatever the blocks they come in."""

from types import SimpleNamespace

import numpy as np
import pytest

from cecli.core.paired import differences as module
from cecli.core.paired.differences import Differences
from cecli.core.paired.spec import PairSpec


def rows(difference, group=None, weights=None):
    """What Differences asks of paired rows."""
    return SimpleNamespace(
        difference=np.array(difference, dtype=float),
        group=None if group is None else np.array(group, dtype=np.intp),
        weights=None if weights is None else np.array(weights, dtype=float),
    )


@pytest.mark.parametrize("slack", [0, 3, 1 << 16])
@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_groups_with_many_rows_are_let_go_and_no_others(monkeypatch, slack, size):
    monkeypatch.setattr(module, "_SLACK", slack)
    random = np.random.default_rng(size)
    figures, group = (
        random.integers(-3, 4, 60).astype(float),
        random.permutation(np.repeat([0, 1, 2, 5], [40, 10, 4, 6])),
    )
    held = Differences(PairSpec(2, held=8))
    for start in range(0, 60, size):
        held.update(rows(figures[start : start + size], group[start : start + size]))
    for number in range(7):
        mine = figures[(group == number) & (figures != 0)]
        found = held.result(number)
        assert (found is None) == (len(mine) > 8)
        assert found is None or sorted(found) == sorted(mine)
    if slack == 0:
        assert sum(len(part[0]) for part in held._parts) <= 3 * 8


@pytest.mark.parametrize("slack", [0, 1 << 16])
def test_without_groups_there_is_one(monkeypatch, slack):
    monkeypatch.setattr(module, "_SLACK", slack)
    held = Differences(PairSpec(2, held=3))
    held.update(rows([0.5, 0.0, np.inf, -0.25]))
    assert held.result().tolist() == [0.5, -0.25]
    held.update(rows([1.0]))
    assert held.result().tolist() == [0.5, -0.25, 1.0]
    held.update(rows([2.0]))
    assert held.result() is None
    assert held.result(1).tolist() == []
    other = Differences(PairSpec(2, held=3))
    other.update(rows([1.0]))
    other.merge(held)
    assert other.result() is None


def test_repeats_count_as_rows():
    held = Differences(PairSpec(2, weights="frequency", held=5))
    held.update(rows([0.5, -1.0], weights=[2, 3]))
    assert sorted(held.result().tolist()) == [-1.0, -1.0, -1.0, 0.5, 0.5]
    held.update(rows([0.25], weights=[1]))
    assert held.result() is None
    weighted = Differences(PairSpec(2, weights="importance", held=5))
    weighted.update(rows([0.5, -1.0], weights=[2, 3]))
    assert weighted.result().tolist() == [1.0, -3.0]
