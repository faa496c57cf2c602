"""A line of a shell as far as it is typed: its words, and how a candidate is written at its end."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_SPECIAL_IN_QUOTES = {"'": "'", '"': '"$`\\!'}
_PLAIN = re.compile(r"[\w%+=:,./@^-]")


@dataclass
class Word:
    """A word without its quotes; ``quote`` is the one that is still open at its end."""

    text: str = ""
    quote: str = ""


@dataclass
class Words:
    """The words of the last command of a line. ``redirected``: the last one is the file of a ``<`` or ``>``."""

    words: list[Word] = field(default_factory=lambda: [Word()])
    redirected: bool = False

    @property
    def complete(self) -> list[str]:
        """All but the last word, which is being typed."""
        return [word.text for word in self.words[:-1]]

    @property
    def last(self) -> Word:
        """The word that is being typed; empty after a space."""
        return self.words[-1]


def split(line: str) -> Words:
    r"""The words of the last command in ``line`` as a shell takes it apart, with nothing expanded.

    >>> split("cat a | cecli score 'my preds.csv' --by co").complete
    ['cecli', 'score', 'my preds.csv', '--by']
    >>> split(r'cecli score a\ b.csv --by "na').last
    Word(text='na', quote='"')
    """
    found = Words()
    outer: list[Words] = []
    state = _State()
    for sign in line:
        word = found.last
        if state.escaped:
            word.text += sign if word.quote != '"' or sign in _SPECIAL_IN_QUOTES['"'] else f"\\{sign}"
            state.escaped, state.begun = False, True
        elif sign == "\\" and word.quote != "'":
            state.escaped = True
        elif word.quote:
            word.text, word.quote = (word.text, "") if sign == word.quote else (word.text + sign, word.quote)
        elif sign in "'\"":
            word.quote, state.begun = sign, True
        elif sign == "(":
            outer.append(found)
            found, state = Words(), _State()
        elif sign == ")" and outer:
            found, state = outer.pop(), _State(begun=True)
            found.redirected = False  # <(…) stands for a file
        elif sign in "|;&\n":
            found, state = Words(), _State()
        elif sign in "<>":
            found.words[-1:] = [Word()]  # with the number of a descriptor in front, if there is one
            found.redirected, state.begun = True, False
        elif sign in " \t":
            _end_word(found, state)
        else:
            word.text, state.begun = word.text + sign, True
    return found


@dataclass
class _State:
    escaped: bool = False
    begun: bool = False


def _end_word(found: Words, state: _State) -> None:
    if not state.begun:
        return
    if found.redirected:
        found.words[-1] = Word()
    else:
        found.words.append(Word())
    found.redirected, state.begun = False, False


def ending(candidate: str, word: Word, replaced: str) -> str:
    r"""What has to stand for ``replaced``, the end of the typed ``word``, so that the word is ``candidate``.

    Readline replaces the end of a word only, from the last of some signs on, or from an open quote.

    >>> ending("data.csv:my share", Word("data.csv:my"), "my")
    'my\\ share'
    >>> ending("it's", Word("it", "'"), "it")
    "it'\\''s"
    """
    typed = split(f"{word.quote}{replaced}").last.text
    rest = candidate[len(word.text) - len(typed) :]
    if word.quote == "'":
        return rest.replace("'", "'\\''")
    if word.quote:
        return "".join(f"\\{sign}" if sign in _SPECIAL_IN_QUOTES['"'] else sign for sign in rest)
    return "".join(sign if _PLAIN.match(sign) else f"\\{sign}" for sign in rest)
