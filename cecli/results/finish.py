"""The one ending of a command: gates, signature, page, plot, the result itself, and what is not met."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

from cecli.report.model import Facts, OutputOptions, Report, Table
from cecli.report.write import resolve_format, write
from cecli.results.requirements import Requirement, checked, raise_unmet

INTERVAL = "interval"
"""What a note is about that is said only where an interval is shown."""


@dataclass(frozen=True, eq=False, repr=False)
class Ending:
    """How a result ends. ``arguments`` is what the command was called with, as far as figures depend on it; ``digests``
    the SHA-256 of every input, where the result is to be signed; ``called`` the command, where the document is
    another's. Unless it is ``written``, the result is only judged."""

    output: OutputOptions
    requirements: Sequence[Requirement] = ()
    table: str | None = None
    page: str | None = None
    plot: str | None = None
    arguments: Sequence[str] = ()
    digests: Mapping[str, str] | None = None
    called: str = ""
    written: bool = True

    @property
    def form(self) -> str:
        """The format of the result; ``plain`` for bare numbers."""
        single = self.output.value or self.output.get is not None
        return "plain" if single else resolve_format(self.output)


def finish(command: str, document: dict[str, Any], ending: Ending) -> None:
    """End ``command`` with its result. Raises GateError where a requirement or a gate is not met, once all is written.

    The room of the results has a module for each command: ``headline``, ``table`` and ``view``, and where there are
    such ``page``, ``diagram`` and ``unmet``, each a function of the document alone. The key ``page`` of a document is
    what only its page shows, and is not printed.
    """
    shown, beside = module_of(command), document.pop("page", {})
    if ending.requirements:
        document["requirements"] = checked(ending.requirements, document, command)
    if ending.form != "plain" or ending.digests is not None:  # a bare number costs no catalogue
        from cecli.results.figures import ordered

        document = ordered(command, document)
    if ending.digests is not None:
        document |= _signed(command, shown, document, ending)
    report = report_of(command, document, ending, shown)
    write_beside(command, {**document, "page": beside}, report.notes, ending, shown)
    if ending.written:
        write(report, ending.output)
    unmet: Callable[[Mapping[str, Any]], list[str]] = getattr(shown, "unmet", lambda document: [])
    raise_unmet(document.get("requirements", []), unmet(document))


def write_beside(command: str, document: Mapping[str, Any], notes: Sequence[str], ending: Ending, shown: Any) -> None:
    """Write the page and the diagram, where they are wanted."""
    if ending.page is not None:
        from cecli.report.pages.page import write_page
        from cecli.results.pages import how_sections

        made = how_sections(ending.called or command, shown, document, ending.arguments)
        write_page(shown.page(document, notes, made), ending.page, ending.output.digits)
    if ending.plot is not None:
        from cecli.report.drawing.plot import write_plot

        write_plot(shown.diagram(document), ending.plot)


def module_of(command: str) -> ModuleType:
    """The module of a command's results."""
    return import_module(f"cecli.results.{command.replace('-', '_')}")


def report_of(command: str, document: Mapping[str, Any], ending: Ending, shown: Any) -> Report:
    """The document in every form that may be asked for; the view only where it is."""
    form = ending.form
    table: Table = shown.table(document, ending.table)
    listed = ending.table is not None or bool(getattr(shown, "is_list", lambda document: False)(document))
    view = list(shown.view(document, ending.table)) if form == "table" else []
    notes = _notes(command, document, ending, getattr(shown, "LISTS", ()))
    line = document.get("signature")
    if line is not None and ending.output.get != "signature":
        if form == "table":
            view.append(Facts([("", "", line)], title="Signature"))
        elif form == "plain" or (form != "json" and "signature" not in table.columns):
            notes.append(f"signature: {line}")
    return Report(
        command=command,
        document=document,
        table=table,
        headline=shown.headline(document),
        view=view,
        plain="table" if listed else "headline",
        turned=not listed and len(table.rows) == 1 and bool(getattr(shown, "TURNED", True)),
        notes=notes,
    )


def noted(**notes: Iterable[str]) -> dict[str, Any]:
    """The key of the notes, by what they are about; nothing where there are none.

    >>> noted(input=["the first line"], interval=[])
    {'notes': [{'about': 'input', 'note': 'the first line'}]}
    """
    entries = [{"about": about, "note": text} for about, texts in notes.items() for text in texts]
    return {"notes": entries} if entries else {}


def _notes(command: str, document: Mapping[str, Any], ending: Ending, lists: Sequence[str]) -> list[str]:
    """The notes of a document, those on the interval where it is shown; and lists that have no place in this form."""
    output = ending.output
    interval = not output.value and (output.get is None or _is_of_error(command, output.get))
    found = [each["note"] for each in document.get("notes", ()) if interval or each["about"] != INTERVAL]
    if ending.table is None and ending.page is None and output.get is None and ending.form not in ("json", "table"):
        asked = [name for name in lists if name in document]
        found += [f"--{name} is a list: --table {name} prints it, as -f json does" for name in asked]
    return found


def _is_of_error(command: str, path: str) -> bool:
    """Whether a figure is an error, or an end of an interval."""
    from cecli.results.figures import described

    figure = described(command, path)
    return figure is not None and ("confidence" in figure.alike.split() or figure.key.endswith("standard_error"))


def _signed(command: str, shown: Any, document: Mapping[str, Any], ending: Ending) -> dict[str, Any]:
    """The keys of a signature: itself, a line; and the inputs and arguments that ``verify`` needs."""
    from cecli.report.signature import signature_line

    digests, arguments = dict(ending.digests or {}), list(ending.arguments)
    rows: int = shown.rows_of(document)
    return {
        "signature": signature_line(command, shown.SIGNED, str(document["unit"]), rows, arguments, digests),
        "inputs": [{"path": path, "sha256": digest} for path, digest in digests.items()],
        "arguments": arguments,
    }
