"""Files cut at the same rows: the parts of each are the whole, and those beside each other have the same lines."""

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyarrow import parquet

from cecli.readers.tables import abreast
from cecli.readers.tables.abreast import Text, line_ends, parquet_parts, text_of, text_parts
from cecli.readers.tables.parts import TextPart, open_seekable
from cecli.readers.tables.texts.look import Said
from tests.effort import examples

LINES = st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), min_size=1, max_size=60)


def content(path, part):
    """The lines of a part, without the header."""
    with TextPart(open_seekable(path), part) as opened:
        data = b""
        while piece := opened.read(50):
            data += piece
    return data[part.header :]


@examples(60)
@given(lines=LINES, header=st.booleans(), ended=st.booleans(), target=st.integers(10, 400), step=st.integers(1, 64))
@example(lines=[(1, 1)], header=True, ended=False, target=10, step=1)
def test_texts(tmp_path_factory, lines, header, ended, target, step):
    folder, texts, whole = tmp_path_factory.mktemp("texts"), [], []
    for which in range(2):
        own = [f"{k}," + "x" * sizes[which] for k, sizes in enumerate(lines)]
        body = "\n".join(own) + ("\n" if ended or which else "")
        (folder / f"{which}").write_text(("head\n" if header else "") + body)
        whole.append(body.encode())
        texts.append(text_of(str(folder / f"{which}"), Said(header=header)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(abreast, "STEP", step)
        counts = [line_ends(text.path, 0, text.size) for text in texts]
        parts = text_parts(texts, counts, target)
    pieces = [[content(text.path, part) for text, part in zip(texts, each, strict=True)] for each in parts]
    for which in range(2):
        assert b"".join(piece[which] for piece in pieces) == whole[which]
    before = 0
    for each, (ours, theirs) in zip(parts, pieces, strict=True):
        assert [line.split(b",")[0] for line in ours.split()] == [line.split(b",")[0] for line in theirs.split()]
        assert {part.lines_before for part in each} == {before}
        before += len(ours.split())


def test_texts_that_are_not_cut(tmp_path):
    def parts(*bodies):
        texts = []
        for k, body in enumerate(bodies):
            (tmp_path / f"{k}").write_bytes(body)
            texts.append(text_of(str(tmp_path / f"{k}"), Said(header=True)))
        return text_parts(texts, [line_ends(text.path, 0, text.size) for text in texts], 20)

    body = b"x\n" + b"0.5,0.5\n" * 20
    assert len(parts(body, body)) == 8
    assert parts(body, body[:-8]) == [], "one has fewer lines"
    assert parts(body, body + b"\n") == [], "a blank line at the end counts"
    blank = b"x\n" + b"0.5,0.5\n" * 10 + b"\n" + b"0.5,0.5\n" * 9
    for cut in parts(body, blank):
        for part in cut:
            assert part.lines_before not in (10, 11), "no cut beside a blank line"


def test_what_is_no_text_to_cut(tmp_path):
    for name, data in (("q", b'"a",b\n1,2\n'), ("j", b'{"a": 1}\n'), ("z", b"\x1f\x8b\x08"), ("h", b"no line end")):
        (tmp_path / name).write_bytes(data)
        assert text_of(str(tmp_path / name), Said(header=True)) is None
    assert isinstance(text_of(str(tmp_path / "h"), Said(header=False)), Text)


def test_quotes_far_into_a_text(tmp_path, monkeypatch):
    monkeypatch.setattr(abreast, "STEP", 10)
    (tmp_path / "t").write_bytes(b"a\n" * 20 + b'"\n"\n')
    assert line_ends(str(tmp_path / "t"), 0, 30) == [5, 5, 5]
    assert line_ends(str(tmp_path / "t"), 20, 44) is None


@pytest.mark.parametrize(
    ("ours", "theirs", "rows"),
    [
        ([10, 10, 10], [5] * 6, [10, 10, 10]),
        ([10, 10, 10], [15, 15], [30]),
        ([4, 8, 8, 10], [12, 18], [12, 18]),
        ([10, 10], [10, 11], []),
        ([0, 10, 0, 10], [10, 10], [10, 10]),
        ([], [], []),
    ],
)
def test_row_groups(tmp_path, ours, theirs, rows):
    for name, sizes in (("a", ours), ("b", theirs)):
        schema = pa.schema([("x", pa.int64())])
        with parquet.ParquetWriter(tmp_path / name, schema) as writer:
            start = 0
            for size in sizes:
                writer.write_table(pa.table({"x": range(start, start + size)}, schema), row_group_size=max(size, 1))
                start += size
    parts = parquet_parts([str(tmp_path / name) for name in "ab"], 1)
    found = []
    for k, name in enumerate("ab"):
        file = parquet.ParquetFile(tmp_path / name)
        own = [
            [x for group in range(each[k].start, each[k].stop) for x in file.read_row_group(group)["x"].to_pylist()]
            for each in parts
        ]
        assert [x for some in own for x in some] == (list(range(sum(ours))) if rows else [])
        assert [each[k].rows_before for each in parts] == [sum(rows[:j]) for j in range(len(rows))]
        found.append([len(some) for some in own])
    assert found == [rows, rows]


def test_a_parquet_file_that_is_none(tmp_path):
    (tmp_path / "a").write_bytes(b"PAR1 and no more")
    assert parquet_parts([str(tmp_path / "a")] * 2, 1) == []
