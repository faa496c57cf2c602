"""What an argument or an option can be, told by its metavar: files, columns, classes, keys of a report."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    Items = list[CompletionItem[str]]


@dataclass(frozen=True)
class Line:
    """The words before and behind the one to complete."""

    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True)
class Typed:
    """What stands in the line already: the values of all parameters, wherever they stand, by their names."""

    command: click.Command
    option: str
    values: dict[str, Any]

    @classmethod
    def of(cls, context: click.Context, parameter: click.Parameter) -> Typed:
        """The line around the word to complete; the option whose value that is has none yet."""
        line: Line = context.obj
        option = parameter.opts[-1]
        place = next(k for k, word in enumerate(line.before) if word == context.info_name)
        before = line.before[place + 1 :]
        words = [*(before[:-1] if before and before[-1] in parameter.opts else before), *line.after]
        own = context.command.make_context(context.info_name, words, resilient_parsing=True)
        return cls(context.command, option, own.params)

    def value(self, flag: str) -> Any:
        """The value of the option ``--flag``; None where the command has none of the name."""
        return next((self.values.get(str(one.name)) for one in self.command.params if flag in one.opts), None)

    def files(self) -> list[str]:
        """The files among the arguments, then that of ``--labels``."""
        found: list[str] = []
        for one in self.command.params:
            if isinstance(one, click.Argument):
                value = self.values.get(str(one.name))
                found += [value] if isinstance(value, str) else value or ()
        named = self.value("--labels")
        return [_expanded(path) for path in (*found, *([named] if named else ()))]

    def labels(self) -> list[str]:
        """The file of labels alone, which is the last; that of the predictions where there is no other."""
        return self.files()[-1:]


class _Completed(click.ParamType):  # type: ignore[type-arg]  # generic only to the type checker
    """A text that is completed, and otherwise left as it is."""

    name = "text"

    def __init__(self, complete: Callable[[Typed, str], Items]) -> None:
        self._complete = complete

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
        return self._complete(Typed.of(ctx, param), incomplete)


@contextmanager
def completing(command: click.Command) -> Iterator[None]:
    """Let the parameters of a command complete what their metavars say; an argument is a file unless it says more."""
    before = [(one, one.type) for one in command.params]
    for one in command.params:
        if not isinstance(one.type, click.types.StringParamType):
            continue
        name = str(one.name).upper() if isinstance(one, click.Argument) else one.metavar
        complete = _VALUES.get(name or "", _files if isinstance(one, click.Argument) else None)
        if complete is not None:
            one.type = _Completed(complete)
    try:
        yield
    finally:
        for one, kind in before:
            one.type = kind


def _files(typed: Typed, incomplete: str) -> Items:
    return [CompletionItem(incomplete, type="file")]


def _pmf(typed: Typed, incomplete: str) -> Items:
    """A file, a column of a file, or ``uniform``."""
    path, colon, _ = incomplete.rpartition(":")
    if colon and os.path.isfile(_expanded(path)):
        return _plain((f"{path}:{name}" for name in _columns([_expanded(path)], typed)), incomplete)
    return [*_plain(["uniform"], incomplete), *_files(typed, incomplete)]


_OF_PREDS = ("--classes", "--drop", "--keep", "--observed", "--vector", "--column")
"""Options that name columns of the first file."""


def _column(typed: Typed, incomplete: str) -> Items:
    if typed.option in _OF_PREDS:
        files = typed.files()[:1]
    else:
        files = typed.labels() if typed.option == "--label-column" else typed.files()
    given = typed.value(typed.option)
    names = [name for name in _columns(files, typed) if not isinstance(given, (list, tuple)) or name not in given]
    return _plain([*names, *(["none"] if typed.option == "--id" else [])], incomplete)


def _names(typed: Typed, incomplete: str) -> Items:
    """The next of a list of class columns, or of outcomes; a name with a comma in it is quoted as in CSV."""
    chosen, comma, start = incomplete.rpartition(",")
    taken = set(next(csv.reader([chosen]), []))
    if typed.option == "--outcomes":
        names = [text for path in typed.files()[:1] for text in _texts(path, "outcome", typed)]
    else:
        names = _classes(typed)
    return [
        CompletionItem(f"{chosen}{comma}{_cell(name)}", type="part")
        for name in names
        if name not in taken and _cell(name).startswith(start)
    ]


def _label(typed: Typed, incomplete: str) -> Items:
    """Classes by the columns of PREDS, and what stands in the first rows of the labels."""
    column = typed.value("--label-column")
    seen = [text for path in typed.labels() for text in _texts(path, column, typed)]
    return _plain(dict.fromkeys([*_classes(typed), *seen]), incomplete)


def _key(typed: Typed, incomplete: str) -> Items:
    from cecli.results.figures import numbers_of

    return _plain(numbers_of(str(typed.command.name)), incomplete)


def _required(typed: Typed, incomplete: str) -> Items:
    return [CompletionItem(item.value, type="part") for item in _key(typed, incomplete)]


def _one_of(*values: str) -> Callable[[Typed, str], Items]:
    return lambda typed, incomplete: _plain(values, incomplete)


def _some_of(*values: str) -> Callable[[Typed, str], Items]:
    def complete(typed: Typed, incomplete: str) -> Items:
        chosen, comma, start = incomplete.rpartition(",")
        return [CompletionItem(f"{chosen}{comma}{value}", type="part") for value in values if value.startswith(start)]

    return complete


_VALUES: dict[str, Callable[[Typed, str], Items]] = {
    "FILE": _files,
    "DIR": _files,
    "PMF": _pmf,
    "P": _pmf,
    "Q": _pmf,
    "COLUMN": _column,
    "NAME": _column,
    "A,B,...": _names,
    "A,B,...|FILE": _names,
    "LABEL": _label,
    "KEY": _key,
    "'KEY<X'": _required,
    "UNIT": _one_of("nats", "bits", "bans"),
    "CHAR": _one_of("tab", ";", "|"),
    "NAME|ALPHA": _one_of("none", "laplace", "jeffreys", "perks", "minimax"),
    "KIND,...": _some_of("probs", "logits", "log-probs"),
}
"""Metavar of an option, or name of an argument -> what completes it."""

_ROLES = ("--id", "--label-column", "--weight-column", "--by", "--cluster", "--drop", "--keep")
"""Options that name columns which are no classes."""


def _classes(typed: Typed) -> list[str]:
    """The columns of PREDS that may be classes."""
    apart = {"id"}
    for flag in _ROLES:
        value = typed.value(flag)
        apart |= {value} if isinstance(value, str) else set(value or ())
    return [name for name in _columns(typed.files()[:1], typed) if name not in apart]


def _columns(files: Sequence[str], typed: Typed) -> list[str]:
    from cecli.errors import CecliError
    from cecli.readers.tables.heads import columns_of

    found: dict[str, None] = {}
    for k, path in enumerate(files):
        try:
            found |= dict.fromkeys(columns_of(path, typed.value("--delimiter"), _has_header(typed, k)))
        except CecliError:
            continue  # of several files one may be broken; the others still have columns
    return list(found)


def _texts(path: str, column: str | None, typed: Typed) -> list[str]:
    from cecli.readers.tables.heads import texts_of

    return texts_of(path, column, typed.value("--delimiter"), _has_header(typed, len(typed.files()) - 1))


def _has_header(typed: Typed, place: int) -> bool:
    """Whether the file at this place of the line starts with a header, as ``--header`` says."""
    return str(typed.value("--header")) not in ("none", "labels" if place == 0 else "preds")


def _expanded(path: str) -> str:
    return os.path.expanduser(os.path.expandvars(path))


def _cell(name: str) -> str:
    """A name as a cell of CSV."""
    if not any(sign in name for sign in ',"'):
        return name
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow([name])
    return text.getvalue()


def _plain(values: Iterable[str], incomplete: str) -> Items:
    return [CompletionItem(value) for value in values if value.startswith(incomplete)]
