"""The index of ids against a dict: every length of an id, every hash, and the arrays that PyArrow may hand over."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.errors import InputError
from cecli.readers.predictions import id_index, id_words
from cecli.readers.predictions.id_index import IdIndex, first_repeated
from cecli.readers.predictions.id_words import parts, text

LONG = "a" * (8 * id_words.WIDEST)

letters = st.text(st.sampled_from("ab\0é漢"), max_size=20)
tails = st.builds(
    lambda stem, tail: stem + tail, st.sampled_from(["", "1234567", "x" * 255, LONG, LONG + "b"]), letters
)
ids = st.one_of(letters, tails, st.text(max_size=40))

HASHES = {
    "mixed": id_words.hashes,
    "all 0": lambda words: np.zeros(len(words), np.uint64),
    "all ones": lambda words: np.full(len(words), 2**64 - 1, np.uint64),
    "two": lambda words: (words[:, 0] & np.uint64(1)) * np.uint64(2**64 - 1),
    "eight high bits": lambda words: id_words.hashes(words) & np.uint64(0xFF << 56),
}


@pytest.fixture(params=HASHES)
def hashed(request):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(id_index, "hashes", HASHES[request.param])
        yield request.param


def array(names, kind=None):
    return pa.array(names, kind or pa.string())


def index_of(*slices):
    index = IdIndex("labels.csv")
    for names in slices:
        index.add(names if isinstance(names, pa.Array) else array(names))
    index.finish()
    return index


def in_slices(names, cut, kind=None):
    """Two slices with an offset, out of an array with other rows around them."""
    whole = array(["before", "", *names, "after"], kind)
    return [whole.slice(2, cut), whole.slice(2 + cut, len(names) - cut)]


def first_again(names):
    seen = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


@given(st.lists(ids), st.data())
def test_finds_what_a_dict_finds(names, data):
    held = list(dict.fromkeys(names))
    cut = data.draw(st.integers(0, len(held)))
    asked = data.draw(st.permutations(names)) + data.draw(st.lists(ids))
    kind = data.draw(st.sampled_from([pa.string(), pa.large_string()]))
    where = {name: row for row, name in enumerate(held)}
    spread = data.draw(st.sampled_from(sorted(HASHES)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(id_index, "hashes", HASHES[spread])
        index = index_of(*in_slices(held, cut, kind))
        found = [row for part in in_slices(asked, cut % (len(asked) + 1), kind) for row in index.find(part).tolist()]
    assert found == [where.get(name, -1) for name in asked]


@given(st.lists(ids), st.data())
def test_names_the_first_id_that_stands_there_again(names, data):
    cut = data.draw(st.integers(0, len(names)))
    wanted = first_again(names)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(id_index, "hashes", HASHES[data.draw(st.sampled_from(sorted(HASHES)))])
        assert first_repeated(in_slices(names, cut)) == wanted
        if wanted is None:
            index_of(*in_slices(names, cut))
        else:
            with pytest.raises(InputError) as caught:
                index_of(*in_slices(names, cut))
            assert caught.value.message == f"labels.csv: the id {id_index.quoted(wanted)} stands more than once"


@given(st.lists(ids))
def test_words_turn_back_into_the_ids(names):
    back = [None] * len(names)
    for part in parts(array(names)):
        for k, position in enumerate(np.arange(len(names))[part.positions]):
            back[position] = names[position] if part.words is None else text(part.words[k])
            assert (part.words is None) == (len(names[position].encode()) > 8 * id_words.WIDEST)
    assert back == names


@given(st.lists(st.lists(st.integers(0, 30))))
def test_marks_and_leaves_unused_what_a_set_would(blocks):
    names = [f"{'long ' * (row % 3)}{row}" if row % 7 else LONG + f"{row}" for row in range(31)]
    index, used = index_of(names[:9], names[9:]), set()
    for rows in blocks:
        again = []
        for position, row in enumerate(rows):
            if row in used:
                again.append(position)
            used.add(row)
        assert index.mark(np.array(rows, dtype=np.intp)).tolist() == again
    left = [name for row, name in enumerate(names) if row not in used]
    assert index.unused() == (len(left), left[:5])


def test_ids_that_differ_in_their_end_alone(hashed):
    names = [stem + tail for stem in ("", "a" * 7, "a" * 8, "a" * 9, LONG) for tail in ("", "\0", "\0\0", "b", "c")]
    index = index_of(names)
    assert index.find(array(names)).tolist() == list(range(len(names)))
    assert index.find(array(["\0\0\0", "a", "a" * 7 + "\0\0\0", LONG + "d"])).tolist() == [-1] * 4


def test_an_index_of_nothing_and_a_search_for_nothing():
    nothing = index_of([], array([]), array(["x"]).slice(1))
    assert nothing.find(array(["", "x"])).tolist() == [-1, -1]
    assert nothing.find(array([])).tolist() == []
    assert nothing.unused() == (0, [])
    assert index_of([""]).find(array(["", "x"])).tolist() == [0, -1]
    assert first_repeated([]) is None
    assert first_repeated([array([]), array(["a"]), array([]), array(["a"])]) == "a"


def test_many_chunks_in_threads():
    rows = np.random.default_rng(5).permutation(100_000)
    index = index_of(*(array([f"row {row}" for row in range(start, start + 50_000)]) for start in (0, 50_000)))
    blocks = [rows[start : start + 7_001] for start in range(0, len(rows), 7_001)]
    asked = [array([f"row {row}" for row in block]) for block in blocks]
    with ThreadPoolExecutor(4) as pool:
        for found, block in zip(pool.map(index.find, asked), blocks, strict=True):
            np.testing.assert_array_equal(found, block)
    assert index.find(array([f"row {row}" for row in range(100_000, 140_000)])).max() == -1
    assert first_repeated(asked) is None
    assert first_repeated([*asked, array(["row 77", "row 5"])]) == "row 77"


def test_a_file_of_one_id_is_told_at_once():
    many = array(["same id in every row"] * 200_000)
    assert first_repeated([many]) == "same id in every row"
    with pytest.raises(InputError, match="same id in every row"):
        index_of(many)


def test_hashes_are_spread_over_the_directory():
    names = [f"img_{row:08d}" for row in range(50_000)]
    (part, *_) = parts(array(names))
    buckets = np.bincount((id_words.hashes(part.words) >> np.uint64(50)).astype(np.intp), minlength=1 << 14)
    assert buckets.max() < 15  # with 2 expected in each of 16,384, more than 14 has a probability below 1e-4


def test_memory_a_row_is_what_the_docstring_says():
    index = index_of(array([f"img_{row:08d}" for row in range(70_000)]))
    (width,) = index._widths.values()
    held = width._words.nbytes + width._keys.nbytes + width._starts.nbytes + index._used.nbytes
    assert held / 70_000 <= 16 + 12 + 1 + 0.01
    assert width._rows is None


def test_ids_that_are_missing_or_no_text():
    with pytest.raises(InputError, match="a row has no id"):
        index_of(array(["a", None]))
    broken = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(np.array([0, 2], np.int32)), pa.py_buffer(b"a\xff")]
    )
    with pytest.raises(InputError, match="not text in UTF-8"):
        index_of(broken)
