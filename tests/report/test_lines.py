"""Lines composed in NumPy are those that joining them one by one gives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.report.formats.csv_format import record
from cecli.report.lines import LineTable

TEXTS = st.one_of(
    st.text(alphabet="1a", min_size=1, max_size=3),
    st.text(alphabet='é,"\n\r日x', max_size=70),
    st.integers(1, 10**6).map(str),
)


def joined(texts, chosen, prefix=""):
    return "".join(prefix + record([texts[k]]) for k in chosen).encode("utf-8", "backslashreplace")


@given(st.lists(TEXTS, min_size=1, max_size=12), st.data(), st.sampled_from(["", "17,", "1234567890,"]))
def test_lines_are_joined_as_one_by_one(texts, data, prefix):
    chosen = data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=60))
    assert LineTable(texts, prefix).of(np.array(chosen, dtype=np.int32)) == joined(texts, chosen, prefix)


@pytest.mark.parametrize(
    "lengths", [[1], [1, 1], [3, 3], [7, 7], [15, 15], [1, 2], [1, 9, 17], [1, 62, 63], [63], [64, 1]]
)
def test_every_width_at_random(lengths):
    """Long lines among short ones: what a word writes past its line must be written again."""
    texts = [chr(97 + number) * length for number, length in enumerate(lengths)]
    chosen = np.random.default_rng(1).integers(0, len(texts), 5000)
    assert LineTable(texts).of(chosen) == joined(texts, chosen)


def test_a_million_texts():
    texts = [str(k) for k in range(1, 10**6 + 1)]
    chosen = np.random.default_rng(2).integers(0, 10**6, 1000)
    assert LineTable(texts).of(chosen) == joined(texts, chosen)


def test_a_lone_surrogate_is_escaped():
    assert LineTable(["\udcff", "b"]).of(np.array([0, 1])) == b"\\udcff\nb\n"
