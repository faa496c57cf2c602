"""Parts of a text cover its lines, each once, and a blank line never borders on a cut."""

import io
import re
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cecli.readers.tables.parts import NotInParts, TextPart, boundary, parts_of
from cecli.readers.tables.table import Part

TEXTS = st.lists(st.sampled_from(["a", "bb,c", "", "\r", "ccc\r", "d" * 9]), max_size=30).map("\n".join)


def content(text, part):
    """What a part hands on, header and all, in reads of odd sizes."""
    opened, out = TextPart(io.BytesIO(text), part), b""
    while piece := opened.read(7):
        out += piece
    return out


@given(text=TEXTS, header=st.booleans(), cuts=st.lists(st.integers(0, 120), max_size=5))
@example(text="a\n\n\nb\nc", header=False, cuts=[2, 3, 4])
@example(text="a\n\n\n", header=True, cuts=[3])
def test_the_parts_together_are_the_text(text, header, cuts):
    data = text.encode()
    length = data.find(b"\n") + 1 if header else 0
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    parts = [Part(start, stop, True, length) for start, stop in pairwise(places)]
    pieces = [content(data, part) for part in parts]
    assert all(piece.startswith(data[:length]) for piece in pieces)
    assert data[:length] + b"".join(piece[length:] for piece in pieces) == data
    for part in parts:
        end = TextPart(io.BytesIO(data), part).end
        if length < end < len(data):
            assert not re.search(rb"\n\r?\n$", data[:end])
            assert not re.match(rb"\r?\n", data[end:])


def test_lines_before_a_part():
    data = b"x\n1\n2\n3\n4\n5\n"
    part = Part(6, 9, True, 2)
    assert content(data, part) == b"x\n3\n4\n"
    assert TextPart(io.BytesIO(data), part).lines_before() == 2
    assert boundary(io.BytesIO(data), 100) == len(data)


@pytest.mark.parametrize(("start", "stop"), [(0, 4), (4, 14)])
def test_a_cut_inside_quotes_is_seen_on_both_sides(start, stop):
    data = b'a\n"1\n2"\n3\n4\n'
    part = Part(start, stop, True, 2)
    with pytest.raises(NotInParts):
        content(data, part)
    with pytest.raises(NotInParts):
        TextPart(io.BytesIO(data), part).lines_before()


def test_what_is_taken_apart(tmp_path):
    import gzip

    import pyarrow as pa
    from pyarrow import parquet

    text = b"a,b\n" + b"0.5,0.5\n" * 100
    (tmp_path / "t.csv").write_bytes(text)
    assert len(parts_of(str(tmp_path / "t.csv"), True, 200)) == 4
    assert parts_of(str(tmp_path / "t.csv"), True, 500) == [], "too little to be worth it"
    for name, data in (("t.gz", gzip.compress(text)), ("t.jsonl", b'{"a":1}\n' * 100), ("q.csv", b'"a",b\n' + text)):
        (tmp_path / name).write_bytes(data)
        assert parts_of(str(tmp_path / name), True, 200) == []
    parquet.write_table(pa.table({"a": range(100)}), tmp_path / "t.parquet", row_group_size=30)
    parts = parts_of(str(tmp_path / "t.parquet"), True, 1)
    assert [(part.start, part.stop, part.rows_before) for part in parts] == [
        (0, 1, 0), (1, 2, 30), (2, 3, 60), (3, 4, 90)
    ]  # fmt: skip
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 and no more")
    assert parts_of(str(tmp_path / "bad.parquet"), True, 1) == []
