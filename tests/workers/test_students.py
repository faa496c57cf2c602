"""``fidelity --workers``: the report of one process, to the last digit."""

import numpy as np
import pytest

from cecli.core.fidelity.pairs import HeldRows
from cecli.core.sums.state import Numbering, restored, state_of


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A teacher and two students in three files each, with labels, groups and ids inside."""
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(1)
    for name in "psr":
        (tmp_path / name).mkdir()
        for k, rows in enumerate((30, 0, 45)):
            table = random.dirichlet(np.ones(3), rows).tolist()
            lines = [
                ",".join([f"{k}-{row}", *map(repr, figures), "abc"[row % 3], "xy"[row % 2]])
                for row, figures in enumerate(table)
            ]
            (tmp_path / name / f"{k}.csv").write_text("\n".join(["id,a,b,c,label,kind", *lines]) + "\n")
    return tmp_path


@pytest.mark.parametrize("options", [
    "--label-column label --by kind",
    "--label-column label --cluster kind --exact-quantiles",
    "--drop kind --drop label",
])  # fmt: skip
def test_the_report_is_that_of_one_process(run, folder, options):
    arguments = ("fidelity", "p", "s", "r", *options.split(), "-f", "json")
    one, many = run(*arguments), run(*arguments, "--workers", "1")
    assert one.status == 0, one.err
    assert many.out == one.out


def test_held_rows_are_renumbered(folder):
    held = HeldRows()
    held._parts.append((np.array([1, 0]), np.array([0.5, np.inf]), None, np.array([0, 1]), np.array([True, False])))
    made = restored(HeldRows(), state_of(held), Numbering(None, [4, 7], lambda row: row + 10))
    numbers, kl, weights, clusters, same = made.in_order()
    assert (numbers.tolist(), kl.tolist(), weights) == ([10, 11], [np.inf, 0.5], None)
    assert (clusters.tolist(), same.tolist()) == ([7, 4], [False, True])
    assert restored(HeldRows(), state_of(HeldRows()), Numbering())._parts == []
