"""The tables of families lead to functions, and are free of what takes time to load."""

import subprocess
import sys
from importlib import import_module

import pytest

from cecli.core.families import DIVERGENCES, ESTIMATORS, INTERVALS, LIBRARIES, OTHER_NAMES

LATE = {
    **{f"interval {name}": interval.bounds for name, interval in INTERVALS.items()},
    **{f"estimator {name}": estimator for name, estimator in ESTIMATORS.items()},
    **{f"divergence {name}": divergence.measure for name, divergence in DIVERGENCES.items()},
    **{f"library {name}": library.losses for name, library in LIBRARIES.items()},
}


@pytest.mark.parametrize("late", LATE.values(), ids=LATE)
def test_every_name_leads_to_a_function_that_says_what_it_gives(late):
    function = getattr(import_module(f"cecli.core.{late.module}"), late.name)
    assert callable(function)
    assert function.__doc__


def test_other_names_are_names_of_divergences_and_none_of_theirs():
    assert set(OTHER_NAMES.values()) <= set(DIVERGENCES)
    assert not set(OTHER_NAMES) & set(DIVERGENCES)


def test_the_tables_load_without_numpy():
    loaded = "import sys, cecli.core.families; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loaded], check=False).returncode == 0
