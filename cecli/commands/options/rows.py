"""How rows of predictions without labels are read and written: the options of commands that turn rows into rows."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from cecli.commands.options import Function, decimal_option, delimiter_option, grouped, output_path
from cecli.commands.options.predictions import names_value
from cecli.errors import UsageError

if TYPE_CHECKING:
    from cecli.readers.predictions.row_reader import RowOptions

FORMATS = ("auto", "csv", "tsv", "jsonl", "parquet", "arrow", "npy")


@dataclass(frozen=True, eq=False, repr=False)
class RowOutput:
    """Where rows are written, None for standard output, and as what."""

    path: str | None
    format: str
    quiet: bool = False

    @classmethod
    def of(cls, path: str | None, name: str, quiet: bool) -> RowOutput:
        """The format by its name, with ``auto`` by the suffix of the file, else CSV.

        Raises UsageError where the suffix says nothing, and for bytes that are no text on a terminal.
        """
        from cecli.report.model import STDOUT
        from cecli.report.predictions import BINARY, resolve_format
        from cecli.report.terminal import is_terminal

        path = None if path == STDOUT else path
        chosen = resolve_format(None if name == "auto" else name, path)
        if chosen in BINARY and path is None and is_terminal(sys.stdout):
            raise UsageError(f"{chosen} is no text for a terminal", hint="-o FILE, or a pipe")
        return cls(path, chosen, quiet)


def row_input_options(function: Function) -> Function:
    """Which columns of the argument LOGITS or PREDS are read as what; arrives as ``rows``, a RowOptions."""
    return grouped(
        function,
        "rows",
        _rows_value,
        [
            click.option("--id", "rows_id", metavar="COLUMN",
                         help="Column that names the rows; none: leave it out.  [default: id, if there is one]"),
            click.option("--keep", "rows_keep", metavar="COLUMN", multiple=True,
                         help="Carry a column of text along; repeatable."),
            click.option("--classes", "rows_classes", metavar="A,B,...", callback=names_value,
                         help="The class columns, in this order; the others are left out."),
            click.option("--drop", "rows_drop", metavar="COLUMN", multiple=True,
                         help="Leave a column out; repeatable."),
            click.option("--vector", "rows_vector", metavar="COLUMN",
                         help="Column that holds all logits of a row as a list.  [default: the only such column]"),
            click.option("--class-axis", "rows_class_axis", type=int, metavar="N",
                         help="Axis of the classes in an array, from 0.  [default: the last one]"),
            click.option("--header", "rows_header", type=click.Choice(["first", "none"]), default="first",
                         show_default=True, help="Whether the first line of a text is a header."),
            delimiter_option("rows_delimiter"),
            decimal_option("rows_decimal"),
        ],
    )  # fmt: skip


def row_output_options(function: Function) -> Function:
    """How rows are written; arrives as ``output``, a RowOutput. An argument OUT is the same as --output."""
    return grouped(
        function,
        "output",
        _output_value,
        [
            click.option("-f", "--format", "output_format", type=click.Choice(FORMATS), default="auto",
                         help="Format of the rows: auto is CSV, or what the suffix of FILE says."),
            click.option("-o", "--output", "output_path", metavar="FILE", multiple=True, callback=output_path,
                         help="Write to FILE, whole or not at all; the suffix gives the format."),
            click.option("-q", "--quiet", "output_quiet", is_flag=True, help="No notes and no progress bar."),
        ],
    )  # fmt: skip


def _output_value(own: dict[str, Any], arguments: dict[str, Any]) -> RowOutput:
    out = arguments.pop("out", None)
    if out is not None and own["path"] is not None:
        raise UsageError("OUT is given twice, as an argument and as --output")
    return RowOutput.of(own["path"] if out is None else out, own["format"], own["quiet"])


def _rows_value(own: dict[str, Any], arguments: dict[str, Any]) -> RowOptions:
    from cecli.readers.predictions.roles.options import ColumnOptions
    from cecli.readers.predictions.row_reader import RowOptions

    if own["classes"] is not None and own["drop"]:
        raise UsageError("--classes already says which columns count; --drop has no meaning beside it")
    return RowOptions(
        arguments.pop("logits" if "logits" in arguments else "preds"),
        columns=ColumnOptions(id=own["id"], classes=own["classes"], drop=own["drop"]),
        kept=own["keep"],
        header=own["header"] == "first",
        delimiter=own["delimiter"],
        decimal=own["decimal"],
        vector=own["vector"],
        class_axis=own["class_axis"],
    )
