"""Counting observed outcomes: against collections.Counter, and every way a file of samples can be wrong."""

import gzip
import io
import sys
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.errors import InputError, UsageError
from cecli.readers.small import samples as module
from cecli.readers.small import token_counts
from cecli.readers.small.samples import SampleOptions, count_samples
from cecli.readers.small.token_counts import LineCounts


@pytest.fixture
def count(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def counter(content, name="x.txt", **options):
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        pmf = count_samples(name, SampleOptions(**options))
        return dict(zip(pmf.labels(), pmf.weights.tolist(), strict=True))

    return counter


def error(count, content, **options):
    with pytest.raises(InputError) as caught:
        count(content, **options)
    return caught.value.message


short = st.text(st.sampled_from("01aé\x01 '"), min_size=0, max_size=4)
longer = st.text(st.sampled_from("01aé\x01 '"), min_size=0, max_size=40)


def count_lines(*blocks):
    """What a counter of these blocks holds; the blank lines it reported count as lines again."""
    counts = LineCounts()
    found = [counts.add(block) for block in blocks]
    assert [lines for lines, _ in found] == [block.count(b"\n") for block in blocks]
    blanks = sum(blank for _, blank in found)
    lines, tally = counts.result()
    assert len(set(lines)) == len(lines)
    return dict(zip(lines, tally.tolist(), strict=True)) | ({b"": blanks} if blanks else {})


faces = st.sampled_from("123456")


@given(st.one_of(*(st.lists(lines, min_size=1) for lines in (short, longer, faces))), st.sampled_from(["\n", "\r\n"]))
def test_lines_of_a_block_are_counted_exactly(lines, end):
    block = "".join(line + end for line in lines).encode()
    assert count_lines(block) == Counter(line.encode() for line in lines)


@given(st.lists(st.one_of(*(st.lists(lines, min_size=1) for lines in (short, longer, faces))), min_size=1, max_size=6))
def test_blocks_of_different_widths_are_counted_together(blocks):
    encoded = ["".join(f"{line}\n" for line in lines).encode() for lines in blocks]
    assert count_lines(*encoded) == Counter(line.encode() for lines in blocks for line in lines)


@pytest.mark.parametrize("width", [5, 13, 30])
@pytest.mark.parametrize("different", [10, 50_000])
def test_many_blocks_are_put_together_when_they_have_doubled(monkeypatch, width, different):
    monkeypatch.setattr(token_counts, "_FEWEST_KEPT", 1000)
    lines = [f"{k * 7919 % different:0{width}d}" for k in range(200_000)]
    blocks = ["".join(f"{line}\n" for line in lines[start : start + 9000]) for start in range(0, 200_000, 9000)]
    assert count_lines(*(block.encode() for block in blocks)) == Counter(line.encode() for line in lines)


def test_lines_with_the_same_hash_are_told_apart(monkeypatch):
    monkeypatch.setattr(token_counts, "_mixed", lambda words: words[0] & 3)
    lines = [f"{k % 977:016d}x{k % 3}" for k in range(20_000)]
    block = "".join(f"{line}\n" for line in lines).encode()
    assert count_lines(block, block) == {line.encode(): 2 * count for line, count in Counter(lines).items()}


@pytest.mark.parametrize("length", [1, 2, 3, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 64])
def test_every_length_and_prefix_is_its_own_outcome(length):
    lines = ["x" * size for size in range(1, length + 1)] * 3
    block = "".join(f"{line}\n" for line in lines).encode()
    assert count_lines(block) == Counter(line.encode() for line in lines)


@pytest.mark.parametrize("width", [6, 14, 30])
def test_lines_that_meet_in_the_hash_table(width):
    lines = [f"{k * k:0{width}d}" for k in range(20_000)] * 2  # far more than the table has room for without meeting
    block = "".join(f"{line}\n" for line in lines).encode()
    assert count_lines(block) == Counter(line.encode() for line in lines)


@given(
    st.lists(st.text(st.sampled_from('12ab,"\n é'), min_size=1, max_size=12), min_size=1, max_size=30),
    st.integers(1, 50),
)
def test_quoted_or_not_in_blocks_of_any_size(outcomes, size):
    text = "".join(('"' + o.replace('"', '""') + '"' if set(o) & set(',"\n') else o) + "\n" for o in outcomes)
    stdin, block = sys.stdin, module._BLOCK
    try:
        sys.stdin, module._BLOCK = io.TextIOWrapper(io.BytesIO(text.encode())), size
        pmf = count_samples("-")
    finally:
        sys.stdin, module._BLOCK = stdin, block
    assert dict(zip(pmf.labels(), pmf.weights.tolist(), strict=True)) == Counter(outcomes)


def test_whole_numbers_come_in_numerical_order_and_others_by_code_point(count):
    assert list(count("10\n9\n-1\n0\n")) == ["-1", "0", "9", "10"]
    assert list(count("10\n9\n01\n")) == ["01", "10", "9"]
    assert list(count("b\nA\na\nä\n")) == ["A", "a", "b", "ä"]


@given(st.lists(st.text(st.sampled_from("-0123456789 \n"), max_size=4), min_size=1, unique=True))
def test_the_order_is_numerical_only_where_all_are_whole_numbers(outcomes):
    whole = all(text.lstrip("-").isdigit() and text.count("-") < 2 and str(int(text)) == text for text in outcomes)
    expected = sorted(outcomes, key=int) if whole else sorted(outcomes)
    assert [outcomes[k] for k in module._order(outcomes)] == expected


def test_a_cell_of_several_lines_is_one_outcome(count):
    assert count('"10\n9"\n8\n"10\n9"\n') == {"10\n9": 2, "8": 1}


def test_numbers_of_any_length_are_ordered(count):
    numbers = [10**40, -(10**40), 5, -7, 10**17, 10**18, 10**19]
    assert list(count("".join(f"{n}\n" for n in numbers))) == [str(n) for n in sorted(numbers)]


def test_outcomes_are_text_exactly(count):
    assert count("1\n01\n 1\nNA\nnan\n1.0\n") == {" 1": 1, "01": 1, "1": 1, "1.0": 1, "NA": 1, "nan": 1}


def test_line_ends_bom_compression_and_no_final_newline(count):
    assert count("\ufeff1\r\n2\r\n1") == {"1": 2, "2": 1}
    assert count("1\r\n2\n1\r\n") == {"1": 2, "2": 1}
    assert count(gzip.compress(b"1\n2\n1\n")) == {"1": 2, "2": 1}
    assert count("1\n1\n\n\r\n") == {"1": 2}
    assert count("1\n\n\n") == {"1": 1}


def test_a_column_of_csv(count):
    text = 'id,face\n1,x\n2,"y,z"\n3,x\n'
    assert count(text, column="face") == {"x": 2, "y,z": 1}
    assert count("face\n1\n2\n2\n", column="face") == {"1": 1, "2": 2}
    assert count("id\tface\n1\tx\n", name="x.tsv", column="face") == {"x": 1}
    assert count("id;face\n1;x\n", column="face", delimiter=";") == {"x": 1}
    assert count("1,x\n2,y\n", column="2", header="none") == {"x": 1, "y": 1}
    assert count("face\n1\n2\n", header="first") == {"1": 1, "2": 1}
    assert count('"two\nlines",face\n1,x\n', column="face") == {"x": 1}


@pytest.mark.parametrize("size", [1, 2, 3, 5, 1 << 20])
def test_a_blank_line_inside_in_blocks_of_any_size(count, monkeypatch, size):
    monkeypatch.setattr(module, "_BLOCK", size)
    said = "x.txt:3: a blank line inside the file"
    assert error(count, "1\n2\n\n\n3\n") == said
    assert error(count, "1\r\n2\r\n\r\n33\r\n") == said
    assert error(count, '1\n2\n\n"3"\n') == said
    assert error(count, "\n1\n") == "x.txt:1: a blank line inside the file"
    assert count("1\n2\n\n\n") == {"1": 1, "2": 1}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "x.txt: no samples in it"),
        ("\n\n", "x.txt: no samples in it"),
        ("1\n2,3\n", "x.txt:2: expected one outcome a line, found 2 cells"),
        ('1\n"2\n', "x.txt:2: a quote that is not closed"),
        ('1\n2"\n', 'x.txt:2: column 1: a quote inside an unquoted cell, "2""'),
        ("1\n2\r3\n", "x.txt:2: a carriage return without a line feed"),
        ("1\n2\r", "x.txt:2: a carriage return without a line feed"),
        ("1\n\0\n", "x.txt:2: a NUL byte: this does not look like a text file"),
        ("1\n2\n".encode("utf-16"), "x.txt: this text is encoded as UTF-16, not as UTF-8"),
        (b"1\n\xe9\n", "x.txt:2: byte 0xe9 is not UTF-8; the text looks like Latin-1 (ISO-8859-1 or Windows-1252)"),
        (b"\x93NUMPY\x01\x00", "x.txt: samples are read from lines of text, this is npy"),
    ],
)
def test_bad_samples(count, content, message):
    assert error(count, content) == message


def test_lines_are_counted_across_blocks(count, monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", 7)
    assert error(count, b"1\n2\n3\n4\n5\n6\n7\n\xff\n").startswith("x.txt:8: byte 0xff is not UTF-8")
    assert error(count, b"1\n2\n3\n4\n5\n6\n7,8\n").startswith("x.txt:7: expected one outcome a line")


def test_a_line_without_an_end_does_not_fill_the_memory(count, monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", 1 << 10)
    monkeypatch.setattr(module, "LONGEST_RECORD", 1 << 14)
    assert error(count, "1\n" + "2" * 40_000).startswith("x.txt:2: a line without an end")


def test_a_header_without_an_end_does_not_fill_the_memory(count, monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", 1 << 10)
    monkeypatch.setattr(module, "LONGEST_RECORD", 1 << 14)
    assert error(count, '"a\n' + "1\n" * 40_000, column="a") == "x.txt:1: a quote that is not closed within 0 MiB"
    assert error(count, "a" * 40_000, column="a") == "x.txt:1: a line without an end within 0 MiB"
    assert count('"a' + "\n" * 10_000 + '"\nx\n', header="first") == {"x": 1}


def test_bad_columns(count):
    assert error(count, "a,b\n1,2\n", column="c") == 'x.txt: no column is called "c"'
    for cells, listed in (("abcdefgh", "a, b, c, d, e, f, g, h"), ("abcdefghi", "a, b, c, d, e, f, g, h, …")):
        with pytest.raises(InputError) as caught:
            count(",".join(cells) + "\n", column="zzzz")
        assert caught.value.hint == f"its columns are {listed}"
    assert error(count, "a,a\n1,2\n", column="a") == 'x.txt: 2 columns are called "a"'
    assert error(count, "a,b\n1,2\n", header="first") == "x.txt:1: the header has 2 columns"
    assert error(count, "a,b\n1,2\n3\n", column="a") == "x.txt:3: expected 2 cells, found 1"
    assert error(count, "1,2\n", column="3", header="none") == "x.txt:1: no column 3, the record has 2 cells"
    assert error(count, "", column="a") == "x.txt: expected a header, found nothing"
    assert error(count, "a\n", column="a") == "x.txt: no samples in it"
    with pytest.raises(UsageError, match="a column is a position from 1"):
        count("1\n", column="face", header="none")
