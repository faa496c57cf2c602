"""Text in messages: what a terminal would obey or hide is escaped, what people write is not."""

import sys
import unicodedata

import pytest

from cecli.errors import CellErrors, literal, quoted

OBEYED_OR_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", r"\x1b[31m"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x9b2J", r"\x9b2J"),
        ("\u202eabc\u061c", r"\u202eabc\u061c"),
        ("soft\xadhyphen", r"soft\xadhyphen"),
        ("\U000e0041", r"\U000e0041"),
        ("\ud83d", r"\ud83d"),
        ("\ufeffa\u200b", r"\ufeffa\u200b"),
        ("gr\xfcn \u4f60\u597d \U0001f469", "gr\xfcn \u4f60\u597d \U0001f469"),
        ("[bold]100 %[/bold] \\x1b", "[bold]100 %[/bold] \\x1b"),
        ("1\xa0000\u3000", "1\xa0000\u3000"),
    ],
)
def test_what_is_shown(text, shown):
    assert literal(text) == shown


def test_every_character_that_a_terminal_may_obey_is_escaped():
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        escaped = literal(character) != character
        if unicodedata.category(character) in OBEYED_OR_HIDDEN:
            assert escaped, hex(code)
        elif unicodedata.category(character) != "Cn":
            assert not escaped, hex(code)


def test_a_message_shows_spaces_that_are_none_of_ascii():
    assert quoted("0.5\xa0") == r'"0.5\xa0"'
    assert quoted("a b\u3000") == r'"a b\u3000"'


def test_what_is_long_is_cut_in_the_middle():
    assert quoted("x" * 60) == f'"{"x" * 60}"'
    cut = quoted("a" * 500 + "\n")
    assert cut.endswith('a\\n" (501 characters)')
    assert len(cut) < 90


def test_how_many_more_there_are():
    assert CellErrors(["a"], 1).lines() == ["a"]
    assert CellErrors(["a"], 2).lines()[-1] == "1 more like this"
    assert CellErrors(["a"] * 12, 1234).lines()[-1] == "1,224 more like these"
