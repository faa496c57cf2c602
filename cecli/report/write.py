"""A report goes out: to standard output or to a file, in one piece, when all the work is done."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import chain

from cecli.errors import UsageError, quoted
from cecli.report import messages, sink
from cecli.report.formats import FORMATS, SUFFIXES
from cecli.report.model import Cell, OutputOptions, Report
from cecli.report.numbers import shortest
from cecli.report.surface import surface_of, surface_of_file
from cecli.report.terminal import is_terminal, shown_literally

PLAIN = "plain"
"""What ``auto`` is in a pipe: bare numbers, or CSV where the report says so."""


def write(report: Report, options: OutputOptions) -> None:
    """Write ``report`` where and how ``options`` say, then its notes to standard error.

    Nothing is written when it cannot be composed; a file appears whole or stays as it was.
    Raises UsageError (see ``check_options``; an unknown key of ``--get``), OutputError when the system refuses, and
    BrokenPipeError as it is.
    """
    data = _compose(report, options)
    if options.file is None:
        painted = not options.value and options.get is None and resolve_format(options) == "table"
        sink.send_to_stdout(data if painted or not is_terminal(sys.stdout) else shown_literally(data))
    else:
        with sink.opened(options.file) as send:
            send(data)
    for text in [*report.notes, *_formulas(report, options)]:
        messages.note(text, options.quiet)


def _formulas(report: Report, options: OutputOptions) -> list[str]:
    """What to tell of a file that a spreadsheet may be given to open."""
    single = options.value or options.get is not None
    if options.file is None or single or resolve_format(options) not in ("csv", "tsv"):
        return []
    from cecli.report.formulas import FormulaWatch

    watch = FormulaWatch()
    watch.look(chain(report.table.columns, *report.table.rows))
    return watch.notes()


def check_options(options: OutputOptions) -> None:
    """Raise UsageError for output options that contradict each other, before any work is done."""
    if options.value and options.get is not None:
        raise UsageError("--value and --get exclude each other", "--value is the headline number, --get KEY any other")
    if options.get == "":
        raise UsageError("--get needs a key")
    chosen = "--value" if options.value else "--get" if options.get is not None else None
    if chosen and options.format != "auto":
        raise UsageError(f"{chosen} prints a bare number, --format {options.format} has no meaning beside it")
    if not chosen:
        resolve_format(options)


_OF_PAGES = (".html", ".htm")
"""Suffixes of what ``--report`` writes."""


def resolve_format(options: OutputOptions) -> str:
    """The name of the format to write in: one of ``FORMATS``, or ``plain``.

    ``--format`` wins; else the suffix of the file decides; else a terminal gets a table and a pipe plain data.
    Raises UsageError for an unknown format or suffix.
    """
    if options.format != "auto":
        if options.format not in FORMATS:
            raise UsageError(f"unknown format {quoted(options.format)}", f"one of {', '.join(['auto', *FORMATS])}")
        return options.format
    if options.file is None:
        return "table" if is_terminal(sys.stdout) else PLAIN
    from pathlib import PurePath

    suffix = PurePath(options.file).suffix
    if suffix.lower() not in SUFFIXES:
        name = quoted(options.file)
        problem = f"has the unknown suffix {quoted(suffix)}" if suffix else "has no suffix"
        known = ", ".join(SUFFIXES)
        page = (
            "pages are written by score, compare, fidelity, merge and show with --report; "
            if suffix in _OF_PAGES
            else ""
        )
        hint = f"{page}known are {known}; or give --format"
        raise UsageError(f"--output {name} {problem}, which names no format", hint)
    return SUFFIXES[suffix.lower()]


def _compose(report: Report, options: OutputOptions) -> bytes:
    check_options(options)
    if options.value:
        return _lines(report.headline)
    if options.get is not None:
        from cecli.report.lookup import find

        return _lines([find(report.document, options.get)])
    name = resolve_format(options)
    if name == PLAIN:
        if report.plain == "headline":
            return _lines(report.headline)
        name = "csv"
    surface = surface_of(sys.stdout, options.digits) if options.file is None else surface_of_file(options.digits)
    encoding = surface.encoding if name == "table" else "utf-8"
    return FORMATS[name](report, surface).encode(encoding, "backslashreplace")


def _lines(values: Sequence[Cell]) -> bytes:
    return "".join(f"{shortest(value)}\n" for value in values).encode("utf-8", "backslashreplace")
