"""The targets of the fuzzer without atheris: their seeds, what was found with them, and random changes of the seeds."""

from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.effort import examples
from tests.fuzz.__main__ import TARGETS

CHANGED = [name for name in TARGETS if name != "arrow"]
"""PyArrow's own code may end the process on a Parquet file with changed bytes; that is for a process of its own."""


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_and_what_was_found(name):
    target = import_module(f"tests.fuzz.{name}")
    for data in (*target.SEEDS, *target.FOUND):
        target.check(data)


@pytest.mark.parametrize("name", CHANGED)
def test_changed_seeds(name):
    target = import_module(f"tests.fuzz.{name}")
    words = [word.encode() if isinstance(word, str) else word for word in target.WORDS]
    place = st.integers(0, 1000)
    change = st.tuples(place, st.integers(0, 6), st.one_of(st.sampled_from(words), st.binary(max_size=3)))

    @examples(60)
    @given(seed=st.sampled_from(target.SEEDS), changes=st.lists(change, max_size=4))
    def holds(seed, changes):
        data = seed
        for start, length, word in changes:
            start %= len(data) + 1
            data = data[:start] + word + data[start + length :]
        target.check(data)

    holds()
