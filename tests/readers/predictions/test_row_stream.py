"""Rows handed out again in stretches of another length."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cecli.readers.predictions.observations import Observed
from cecli.readers.predictions.row_stream import RowStream

lengths = st.lists(st.integers(0, 6), max_size=8)


def stream_of(parts):
    ends = np.cumsum([0, *parts])
    made = (Observed(int(stop - start), labels=np.arange(start, stop)) for start, stop in pairwise(ends))
    return RowStream("l.csv", "label", made), int(ends[-1])


def labels(observed):
    return [] if observed.labels is None else observed.labels.tolist()


@given(parts=lengths, wanted=lengths)
def test_in_any_stretches_they_are_the_same_rows(parts, wanted):
    stream, total = stream_of(parts)
    taken = []
    for rows in wanted:
        some = stream.take(rows)
        assert some.rows == min(rows, total - len(taken))
        taken += labels(some)
        assert stream.rows >= len(taken)
    for part in stream.rest():
        taken += labels(part)
    assert taken == list(range(total))
    assert stream.rows == total
    assert stream.take(3).rows == 0
