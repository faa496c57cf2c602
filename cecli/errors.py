"""The errors a person can cause, each with its exit status. Imports nothing, so every layer may raise them."""

EXIT_DATA = 1
EXIT_USAGE = 2
EXIT_GATE = 3
EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141
EXIT_TERMINATED = 143

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


def literal(text: str) -> str:
    r"""``text`` with every character escaped that a terminal would obey or hide, so that it is shown as it is.

    Control characters, line ends, bidirectional overrides, zero-width characters and lone surrogates become
    backslash escapes.

    >>> print(literal("red \x1b[31m"))
    red \x1b[31m
    """
    return "".join(character if _is_visible(character) else _escape(character) for character in text)


def quoted(text: str, limit: int = 60) -> str:
    """``text`` literally, in double quotes, cut in the middle when longer than ``limit``, for use in a message.

    >>> quoted("a" * 100, limit=10)
    '"aaaaa…aaaa" (100 characters)'
    """
    if len(text) <= limit:
        return f'"{literal(text)}"'
    tail = limit // 2 - 1
    return f'"{literal(text[: limit - tail - 1])}…{literal(text[-tail:])}" ({len(text):,} characters)'


def _is_visible(character: str) -> bool:
    code = ord(character)
    if code < 0x7F:
        return code >= 0x20
    if code < 0xA0 or 0xD800 <= code <= 0xDFFF:
        return False
    return not (0x200B <= code <= 0x200F or 0x2028 <= code <= 0x202E or 0x2060 <= code <= 0x2069 or code == 0xFEFF)


def _escape(character: str) -> str:
    code = ord(character)
    named = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
    if character in named:
        return named[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
