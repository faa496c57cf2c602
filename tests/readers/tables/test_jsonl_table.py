"""JSON Lines: what the fast reader and the careful one read is the same, and what is wrong is named by line and key."""

import contextlib
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.errors import CecliError, CellErrors, InputError
from cecli.readers.tables import jsonl_table, text_split
from cecli.readers.tables.fields import NoRows
from cecli.readers.tables.jsonl_careful import read_carefully
from cecli.readers.tables.table import Selection
from cecli.readers.tables.tables import open_table, vector_columns
from tests.effort import examples


def read(path, numbers=(), coded=(), strings=(), kind="a probability", block_bytes=1 << 16, **options):
    """All rows: the numbers, the coded texts, the strings."""
    with contextlib.closing(open_table(path, block_bytes=block_bytes, **options)) as table:
        place = table.columns.index
        chosen = Selection(
            tuple(vector_columns(table)) + tuple(map(place, numbers)),
            tuple(map(place, coded)),
            tuple(map(place, strings)),
            kind,
        )
        cells = [block.parse() for block in table.blocks(chosen)]
    return (
        np.concatenate([c.numbers for c in cells]).tolist(),
        [[c.coded[k].values[i] for c in cells for i in c.coded[k].codes] for k in range(len(coded))],
        [[text for c in cells for text in c.strings[k].to_pylist()] for k in range(len(strings))],
    )


def outcome(*arguments, **options):
    try:
        return read(*arguments, **options)
    except CecliError as error:
        return error.lines(), error.hint


@pytest.fixture
def carefully(monkeypatch):
    """Counts the blocks that the careful reader sees."""
    seen = []

    def counted(*arguments):
        seen.append(arguments)
        return read_carefully(*arguments)

    monkeypatch.setattr(jsonl_table, "read_carefully", counted)
    return seen


class TestWhatIsRead:
    def test_numbers_labels_and_ids(self, save, carefully):
        path = save("p.jsonl", '{"id": "x", "a": 0.25, "b": 75e-2, "y": 3}\n{"y": 10, "b": 0, "a": 1, "id": "é"}\n')
        assert read(path, "ab", "y", ["id"]) == ([[0.25, 0.75], [1.0, 0.0]], [["3", "10"]], [["x", "é"]])
        assert not carefully

    def test_a_vector_and_the_other_columns(self, save, carefully):
        path = save("p.jsonl", '{"label": true, "probs": [0.25, 0.75]}\r\n{"label": false, "probs": [1, 0]}\r\n\r\n \n')
        with contextlib.closing(open_table(path)) as table:
            assert (table.columns, table.header, vector_columns(table)) == (("0", "1", "label"), True, range(2))
        assert read(path, coded=["label"]) == ([[0.25, 0.75], [1.0, 0.0]], [["true", "false"]], [])
        assert not carefully

    @pytest.mark.parametrize("written", ["3", "3.0", "3.00", "3e0", "-0", "12345678901234567890123", '"3"', "true"])
    def test_a_label_keeps_its_text(self, save, written):
        path = save("l.jsonl", f'{{"label": {written}}}\n' * 3 + f'{{"label":{written}}}')
        assert read(path, coded=["label"])[1] == [[written.strip('"')] * 4]
        mixed = save("m.jsonl", f'{{"label": 1}}\n{{"label": 2.0}}\n{{"label": {written}}}\n{{"label": 0}}\n')
        assert read(mixed, coded=["label"])[1] == [["1", "2.0", written.strip('"'), "0"]]

    def test_the_sign_of_a_zero_under_a_key_written_with_an_escape(self, save):
        path = save("l.jsonl", '{"l\\u0061bel": 0}\n{"l\\u0061bel": -0}\n')
        assert read(path, coded=["label"])[1] == [["0", "-0"]]

    def test_frequent_forms_take_the_fast_way(self, save, carefully):
        path = save("l.jsonl", '{"label": 3.0, "note": null, "a": 0.5}\n{"label": 4.0, "note": null, "a": 1}\n')
        assert read(path, "a", ["label"]) == ([[0.5], [1.0]], [["3.0", "4.0"]], [])
        assert not carefully

    def test_nested_and_mixed_columns_that_are_not_wanted(self, save):
        lines = ['{"a": 1, "m": {"a": [1, {"b": 2}], "c": NULL}}', '{"a": 0.5, "m": [1, "x", {}]}', '{"a": 2, "m": 3}']
        path = save("p.jsonl", "\n".join(lines).replace("NULL", "null"))
        assert read(path, "a")[0] == [[1.0], [0.5], [2.0]]

    def test_deep_nesting_does_not_end_the_process(self, save):
        deep = "[" * 200_000 + "]" * 200_000
        with pytest.raises(InputError, match=r"p.jsonl:2: nested too deeply"):
            read(save("p.jsonl", '{"a": 1, "m": {}}\n{"a": 1, "m": ' + deep + "}\n"), "a")

    def test_infinities_are_written_in_quotes(self, save):
        path = save("p.jsonl", '{"z": ["-Infinity", 0.5]}\n{"z": [1, "-Infinity"]}\n')
        assert read(path, kind="a logit")[0] == [[-math.inf, 0.5], [1.0, -math.inf]]

    def test_surrogates_and_escapes(self, save):
        path = save("l.jsonl", '{"\\u006cabel": "\\ud83d\\ude00"}\n{"label": "caf\\u00e9 \\"x\\""}\n')
        assert read(path, coded=["label"])[1] == [["😀", 'café "x"']]

    def test_position_and_size(self, save):
        path = save("l.jsonl", '{"label": 1}\n' * 100)
        with contextlib.closing(open_table(path, block_bytes=64)) as table:
            blocks = list(table.blocks(Selection(coded=(0,))))
            assert table.position == table.size == 1300
            assert len(blocks) > 5
            assert [block.first_row for block in blocks] == np.cumsum([0] + [b.rows for b in blocks])[:-1].tolist()
            assert blocks[-1].place(0, 0) == f"{path}:{blocks[-1].first_row + 1}: label"


class TestWhatIsWrong:
    @pytest.mark.parametrize(
        ("line", "words"),
        [
            ('{"p": [0.5, 0.25, "abc"], "y": 1}', ':3: p[2]: expected a probability, found "abc"'),
            ('{"p": [0.5, 0.25, "0.25"], "y": 1}', "write it without quotes"),
            ('{"p": [0.5, null, 0.25], "y": 1}', ":3: p[1]: expected a probability, found a null"),
            ('{"p": [0.5, [1], 0.25], "y": 1}', ":3: p[1]: expected a probability, found a list"),
            ('{"p": [0.5, true, 0.25], "y": 1}', ":3: p[1]: expected a probability, found true"),
            ('{"p": [0.5, 0.5], "y": 1}', ":3: p: expected 3 numbers as in the first row, found 2"),
            ('{"p": [], "y": 1}', "found 0"),
            ('{"p": null, "y": 1}', ":3: p: expected a list of 3 numbers, found a null"),
            ('{"p": 0.5, "y": 1}', 'expected a list of 3 numbers, found "0.5"'),
            ('{"p": {"a": 1}, "y": 1}', "expected a list of 3 numbers, found an object"),
            ('{"p": [0.5, 0.5, 1e400], "y": 1}', 'p[2]: expected a probability, found "1e400" (beyond'),
            ('{"p": [0.5, 0.5, NaN], "y": 1}', ":3: NaN is not JSON"),
            ('{"p": [0.5, 0.5, -Infinity], "y": 1}', ":3: -Infinity is not JSON"),
            ('{"p": [0.5, 0.5, 0], "y": 1, "q": NaN}', ":3: NaN is not JSON"),
            ('{"p": [0.5, 0.5, 0], "y": null}', ":3: y: expected a text, found a null"),
            ('{"p": [0.5, 0.5, 0], "y": [1]}', ":3: y: expected a text, found a list"),
            ('{"p": [0.5, 0.5, 0], "y": "\\ud83d"}', ":3: y: half a surrogate pair"),
            ('{"p": [0.5, 0.5, 0]}', ':3: no key "y", which the first line has'),
            ('{"p": [0.5, 0.5, 0], "y": 1, "z": 2}', ':3: a key "z", which the first line does not have'),
            ('{"p": [0.5, 0.5, 0], "y": 1, "y": 1}', ':3: the key "y" stands more than once'),
            ('{"p": [0.5, 0.5, 0], "y": 1', ":3: not JSON: "),
            ('{"p": [0.5, 0.5, 00], "y": 1}', ":3: not JSON: "),
            ('{"p": [0.5, 0.5, .5], "y": 1}', ":3: not JSON: "),
            ('{"p": [0.5, 0.5, 0], "y": "a\tb"}', ":3: not JSON: "),
            ('{"p": [0.5, 0.5, 0], "y": 1} {"p": [0.5, 0.5, 0], "y": 1}', ":3: not JSON: Extra data"),
            ('{"p": [0.5, 0.5, 0], "y": 1},', ":3: not JSON: Extra data"),
            ("[1, 2]", ":3: expected an object, found a list"),
            ("", ":3: a blank line inside the file"),
            ("  ", ":3: a blank line inside the file"),
        ],
    )
    @pytest.mark.parametrize("block_bytes", [40, 1 << 16])
    def test_line_and_key(self, save, line, words, block_bytes):
        good = '{"p": [0.5, 0.25, 0.25], "y": 1}'
        path = save("p.jsonl", "\n".join([good, good, line, good, good, ""]))
        lines, hint = outcome(path, coded="y", block_bytes=block_bytes)
        assert words in f"{lines[0]} {hint}"
        assert len(lines) == 1

    def test_two_objects_and_two_lines(self, save):
        path = save("p.jsonl", '{"a": 1}\n{"a":\n2} {"a": 3}\n')
        assert ":2: not JSON" in outcome(path, "a")[0][0]

    def test_all_bad_values_of_a_block_in_their_order(self, save):
        lines = [f'{{"a": "x{k}", "b": 1, "y": null}}' if k % 2 else '{"a": 1, "b": 2, "y": 3}' for k in range(14)]
        found = outcome(save("p.jsonl", "\n".join(lines)), "ab", "y")[0]
        assert [line.partition("p.jsonl:")[2].split(":")[0] for line in found[:4]] == ["2", "2", "4", "4"]
        assert found[-1] == "4 more like these"

    @pytest.mark.parametrize("pretty", ['{\n  "a": 1\n}\n', "{\n"])
    def test_an_object_over_several_lines(self, save, pretty):
        with pytest.raises(InputError, match=r":1: not JSON") as error:
            open_table(save("p.jsonl", pretty))
        assert "jq -c" in error.value.hint

    def test_no_utf8(self, save):
        with pytest.raises(InputError, match=r":2: byte 0xe9 is not UTF-8"):
            read(save("l.jsonl", b'{"label": "a"}\n{"label": "\xe9"}\n'), coded=["label"])

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("{}\n", "without keys"),
            ('{"a": 1, "a": 2}\n', 'the key "a" stands more than once'),
            ('{"a": 1, "\\ud800": 2}\n', r':1: half a surrogate pair is no character, in the key "\\ud800"'),
            ("{" + '"a": 1, ' * 100_000 + '"b": 2}\n', 'the key "a" stands more than once'),
            ('\n{"a": 1}\n', ":1: a blank line"),
        ],
    )
    def test_the_first_line(self, save, text, words):
        with pytest.raises(InputError, match=words):
            open_table(save("p.jsonl", text))

    def test_empty(self, save):
        with pytest.raises(NoRows):
            open_table(save("p.jsonl", ""))


FLOATS = st.floats(allow_nan=True, allow_infinity=True).map(json.dumps)
INTEGERS = st.integers(-(2**70), 2**70).map(str) | st.just("-0")
TEXTS = st.text(max_size=4).map(json.dumps) | st.text(max_size=4).map(lambda text: json.dumps(text, ensure_ascii=False))
ODD = st.sampled_from(["null", "true", '"1"', "-0.0", "1E5", "2.50", "1e400", "[]", "{}", '{"a": null}', '{"b": 1.0}'])
LISTS = st.lists(FLOATS, min_size=2, max_size=2).map(lambda cells: f"[{', '.join(cells)}]")
KINDS = [
    st.floats(0, 1).map(json.dumps), FLOATS, st.integers(0, 9).map(str), INTEGERS, TEXTS, LISTS,
    st.integers(0, 9).map(lambda k: f"{k}.0"), st.sampled_from(["true", "false"]), st.just("null"), ODD,
]  # fmt: skip


@st.composite
def tables(draw):
    """Lines of an object each; most of a column is of one kind, now and then a value is of another or left out."""
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=3))
    lines = []
    for _ in range(draw(st.integers(1, 5))):
        cells = [draw(st.one_of(*KINDS) if draw(st.integers(0, 19)) == 0 else kind) for kind in kinds]
        pairs = [f'"{name}": {cell}' for name, cell in zip("abc", cells, strict=False)]
        if draw(st.integers(0, 19)) == 0:
            pairs = draw(st.lists(st.sampled_from([*pairs, '"d": null']), max_size=4))
        lines.append("{" + ", ".join(draw(st.permutations(pairs))) + "}")
    return "\n".join(lines)


@examples(400)
@given(text=tables(), numbers=st.sets(st.sampled_from("abc")), wanted=st.sets(st.sampled_from("abc")))
def test_the_fast_reader_accepts_no_more_and_reads_the_same(save, text, numbers, wanted):
    path = save("p.jsonl", text.encode("utf-8"))
    try:
        table = open_table(path)
    except CecliError:
        return
    with contextlib.closing(table):
        place = {name: table.columns.index(name) for name in wanted if name in table.columns}
        chosen = Selection(
            (*vector_columns(table), *(k for name, k in place.items() if name in numbers)),
            tuple(k for name, k in place.items() if name not in numbers),
            number_kind="a logit",
        )
        for block in table.blocks(chosen):
            fast = block._parse_fast()
            if fast is not None:
                careful = read_carefully(block._piece.data.decode(), block._piece.first_line, block._reading)
                assert np.array_equal(np.asarray(fast.numbers), careful.numbers)
                for one, other in zip(fast.coded, careful.coded, strict=True):
                    assert [one.values[k] for k in one.codes] == [other.values[k] for k in other.codes]


def test_a_line_without_an_end_does_not_fill_the_memory(save, monkeypatch):
    monkeypatch.setattr(text_split, "LONGEST_RECORD", 1 << 14)
    path = save("p.jsonl", '{"a": 1}\n{"a": ' + "1" * 60_000)
    with contextlib.closing(open_table(path, block_bytes=1 << 10)) as table, pytest.raises(InputError) as caught:
        for block in table.blocks(Selection(numbers=(0,))):
            block.parse()
    assert caught.value.message == f"{path}:2: a line without an end within 0 MiB"


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("[0.5, null]", "[1]: expected a probability, found a null"),
        ('[0.5, "x"]', '[1]: expected a probability, found "x"'),
        ("[[1], 2]", "[0]: expected a number, found a list"),
        ('[1, {"a": 2}]', "[1]: expected a number, found an object"),
    ],
)
def test_a_vector_that_is_asked_for_is_checked_by_its_cells(save, cell, found):
    path = save("p.jsonl", f'{{"p": {cell}, "y": 1}}\n')
    chosen = Selection(numbers=(0, 1), number_kind="a probability")
    with pytest.raises(InputError) as caught, contextlib.closing(open_table(path, vector="p")) as table:
        for block in table.blocks(chosen):
            block.parse()
    assert caught.value.message == f"{path}:1: p{found}"


@pytest.mark.parametrize("block_bytes", [8, 1 << 16])
@pytest.mark.parametrize(
    ("rows", "hint"),
    [
        (
            '{"a": "cat", "b": 1}\n{"a": "dog", "b": 1}\n',
            'a column of text? --drop "a" leaves it out, --label-column "a"',
        ),
        ('{"a": "cat", "b": "dog"}\n', None),
        ('{"a": "0.5", "b": 1}\n', None),
        ('{"a": 0, "b": 1}\n{"a": "cat", "b": 1}\n', None),
        ('{"a": null, "b": 1}\n', None),
    ],
)
def test_a_column_of_text(save, block_bytes, rows, hint):
    """As of CSV: told by the first line alone."""
    _, found = outcome(save("p.jsonl", rows), "ab", block_bytes=block_bytes)
    assert found == hint if hint is None else found.startswith(hint)


def test_lines_after_a_line_that_is_none_are_read_too(save):
    path = save("p.jsonl", '{"a": 0.5}\n{"a": \n{"b": 1}\n{"a": "x"}\n{"a": 1}\n{"a": null}\n')
    with contextlib.closing(open_table(path)) as table, pytest.raises(CellErrors) as caught:
        for block in table.blocks(Selection(numbers=(0,), number_kind="a probability")):
            block.parse()
    assert [text.removeprefix(path)[:2] for text in caught.value.problems] == [":2", ":3", ":4", ":6"]
    assert caught.value.total == 4
