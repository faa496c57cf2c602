"""Ends of records, found by stretches of any size, are those that one pass over the bytes finds."""

from hypothesis import given
from hypothesis import strategies as st

from cecli.readers.tables import record_ends
from cecli.readers.tables.record_ends import count_ends, first_end, last_end


def by_hand(data):
    inside, ends = False, []
    for position, byte in enumerate(data):
        inside ^= byte == ord('"')
        if byte == ord("\n") and not inside:
            ends.append(position + 1)
    return ends


@given(st.text('a"\n,', max_size=40).map(str.encode), st.integers(1, 12))
def test_ends(data, stretch):
    before, record_ends._STRETCH = record_ends._STRETCH, stretch
    try:
        ends = by_hand(data)
        assert first_end(data) == (ends[0] if ends else 0)
        assert last_end(data) == (ends[-1] if ends else 0)
        assert count_ends(data) == len(ends)
    finally:
        record_ends._STRETCH = before
