"""An array that grows is what was added, in the smallest type that holds it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.readers.sources.dynamic_array import Growing

chunks = st.lists(st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-200, 200), max_size=5), max_size=6)


@given(chunks=chunks)
def test_whole_numbers(chunks):
    growing = Growing()
    for chunk in chunks:
        growing.add(np.array(chunk, dtype=np.int64))
    everything = [number for chunk in chunks for number in chunk]
    assert len(growing) == len(everything)
    found = growing.finished()
    assert found.tolist() == everything
    size = max((abs(number + (number < 0)) for number in everything), default=0)
    bits = next(bits for bits in (8, 16, 32, 64) if size < 2 ** (bits - 1))
    assert found.dtype == np.dtype(f"int{bits}")


@pytest.mark.parametrize("width", [None, 3])
def test_of_a_type_of_its_own(width):
    growing, generator = Growing(np.float64, width), np.random.default_rng(1)
    parts = [generator.random(n if width is None else (n, width)) for n in (4, 0, 100, 1)]
    for part in parts:
        growing.add(part)
    assert growing.finished().tobytes() == np.concatenate(parts).tobytes()
