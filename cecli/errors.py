"""The errors a person can cause, each with its exit status. Imports nothing, so every layer may raise them."""

EXIT_DATA = 1
EXIT_USAGE = 2
EXIT_GATE = 3
EXIT_SIGNALLED = 128
"""Plus the number of the signal: 130 for Ctrl-C, 143 for SIGTERM."""
EXIT_BROKEN_PIPE = 141

SHOWN_PROBLEMS = 10
"""How many bad cells one message names before it only counts the rest."""


class CecliError(Exception):
    """Something a person can mend. ``hint`` names the option or the change that helps."""

    exit_code = EXIT_DATA

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def lines(self) -> list[str]:
        """The message, a line each, without the program's name and without the hint."""
        return [self.message]


class InputError(CecliError):
    """What a file, a PMF or a label holds is wrong."""


class CellErrors(InputError):
    """Bad cells of one input in file order: the first ``SHOWN_PROBLEMS`` as messages, and how many there are in all."""

    def __init__(self, problems: list[str], total: int, hint: str | None = None) -> None:
        super().__init__(problems[0], hint)
        self.problems = problems[:SHOWN_PROBLEMS]
        self.total = total

    def lines(self) -> list[str]:
        more = self.total - len(self.problems)
        return [*self.problems, *([f"{more:,} more like {'this' if more == 1 else 'these'}"] if more else [])]


class OutputError(CecliError):
    """The result could not be written: a full disk, no permission."""


class UsageError(CecliError):
    """The command line is wrong: an option, an argument, or two that contradict each other."""

    exit_code = EXIT_USAGE


class GateError(CecliError):
    """A requirement the person set was not met. The report has been written all the same."""

    exit_code = EXIT_GATE


_REASONS: tuple[tuple[type[OSError], str], ...] = (
    (FileNotFoundError, "no such file"),
    (IsADirectoryError, "this is a directory, not a file"),
    (PermissionError, "no permission to read it"),
)


def unreadable(error: OSError) -> str:
    """Why a file cannot be read.

    >>> unreadable(FileNotFoundError(2, "No such file or directory")), unreadable(OSError(5, "Input/output error"))
    ('no such file', 'input/output error')
    """
    text = error.strerror or str(error)
    return next((words for kind, words in _REASONS if isinstance(error, kind)), text[:1].lower() + text[1:])


def several(count: int, noun: str) -> str:
    """``count`` of what ``noun`` names, which takes an s.

    >>> several(1, "degree"), several(1200, "row")
    ('1 degree', '1,200 rows')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def literal(text: str) -> str:
    r"""``text`` with every character escaped that a terminal would obey or hide, so that it is shown as it is.

    Control characters, line ends, bidirectional overrides, characters without width and lone surrogates become
    backslash escapes.

    >>> print(literal("red \x1b[31m"))
    red \x1b[31m
    """
    return _escaped(text, _SPACES)


def quoted(text: str, limit: int = 60) -> str:
    r"""``text`` literally, in double quotes, cut in the middle when longer than ``limit``, for use in a message.

    Spaces that are none of ASCII are escaped too: in a message it matters that they are there.

    >>> quoted("a" * 100, limit=10)
    '"aaaaa…aaaa" (100 characters)'
    >>> print(quoted("0.5\xa0"))
    "0.5\xa0"
    """
    if len(text) <= limit:
        return f'"{_escaped(text)}"'
    tail = limit // 2 - 1
    return f'"{_escaped(text[: limit - tail - 1])}…{_escaped(text[-tail:])}" ({len(text):,} characters)'


_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"

_ONLY_SOME_FONTS = ((0xE000, 0xF8FF), (0x1F000, 0x1FAFF), (0xF0000, 0x10FFFD))
"""Characters for private use, and emoji that may be newer than this Python: not printable to it, and shown all the
same."""


def _escaped(text: str, shown: str = "") -> str:
    """``text`` with what is not printable escaped, save the characters of ``shown``."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in shown or _is_rare(ord(c)) else _escape(c) for c in text)


def _is_rare(code: int) -> bool:
    return any(low <= code <= high for low, high in _ONLY_SOME_FONTS)


def _escape(character: str) -> str:
    code = ord(character)
    named = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
    if character in named:
        return named[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
