"""A stored result, shown again from its document alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

from cecli.errors import InputError, UsageError, literal
from cecli.report.write import write
from cecli.results import plain
from cecli.results.finish import Ending, module_of, report_of, write_beside
from cecli.results.stored import restored

_HEAD = ("schema_version", "command", "version")
_BROKEN = (AttributeError, IndexError, KeyError, TypeError, ValueError)


def show(stored: Mapping[str, Any], name: str, ending: Ending) -> None:
    """Write a stored result. Raises InputError where it is none, or not a whole one, and UsageError where its command
    has no page or no diagram."""
    command, document = restored(stored, name)
    shown = _shown(command)
    for option, wanted, part in (("--report", ending.page, "page"), ("--plot", ending.plot, "diagram")):
        if wanted is not None and not hasattr(shown, part):
            raise UsageError(f"{option}: results of {command} have no {part}")
    inner = {key: value for key, value in document.items() if key not in _HEAD}
    try:
        report = report_of(command, inner, ending, shown)
        write_beside(command, document, report.notes, replace(ending, arguments=document.get("arguments", ())), shown)
    except _BROKEN as error:
        raise InputError(
            f"{name}: not a whole result of cecli {command}: {_reason(error)}",
            f"it is of cecli {literal(str(document.get('version')))}; make it again with this one",
        ) from error
    write(replace(report, document=document), ending.output)


def _reason(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else literal(str(error))


def _shown(command: str) -> Any:
    """The module of a command's results, or what the catalogue alone can show of them."""
    if find_spec(f"cecli.results.{command.replace('-', '_')}") is not None:
        return module_of(command)
    parts = {name: partial(getattr(plain, name), command) for name in ("headline", "table", "view")}
    return SimpleNamespace(**parts)
