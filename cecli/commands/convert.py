"""``cecli convert``: predictions of any format as a plain file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from cecli.commands.options import threads_option
from cecli.commands.options.predictions import class_names_value
from cecli.commands.options.rows import RowOutput, row_input_options, row_output_options
from cecli.errors import UsageError

if TYPE_CHECKING:
    from cecli.core.rows.rows import Kind
    from cecli.readers.predictions.row_reader import RowOptions

EPILOG = """\b
Examples:
  cecli convert logits.npy logits.csv --logits --class-names zero,one,two,three,four,five,six,seven,eight,nine
  cecli convert preds.csv probabilities.parquet
  cecli convert logits.npy --logits -f jsonl | head -n 3

OUT, or FILE of --output, is CSV, TSV, JSON Lines, Parquet, Arrow or .npy, as its suffix or --format says: a column per
class, with every digit, after the id and what --keep carries along. It appears whole or not at all; without it, rows
go to standard output. They are checked as score checks them. Memory does not grow with the rows."""


@click.command("convert", epilog=EPILOG)
@click.argument("preds")
@click.argument("out", required=False)
@click.option("--logits", "are_logits", is_flag=True, help="PREDS holds raw scores, which are written as they are.")
@click.option(
    "--log-probs", "are_log_probs", is_flag=True, help="PREDS holds log-probabilities, which are written as they are."
)
@click.option(
    "--class-names",
    metavar="A,B,...|FILE",
    callback=class_names_value,
    help="What the classes of arrays, lists and files without a header are called, in order.",
)
@click.option(
    "--rest",
    type=click.Choice(["zero", "uniform", "drop"]),
    help="What classes get that a row of lists or objects does not name.  [default: such rows are refused]",
)
@row_input_options
@threads_option
@row_output_options
def command(
    rows: RowOptions,
    are_logits: bool,
    are_log_probs: bool,
    class_names: tuple[str, ...] | None,
    rest: Any,
    threads: int,
    output: RowOutput,
) -> None:
    """Write predictions of any format as a plain file that every tool reads.

    PREDS is what score reads: CSV, TSV, JSON, Parquet, Arrow, .npy, .npz or .safetensors, packed or not. Every column
    is a class, save id and those of --keep and --drop; --classes chooses.
    """
    from cecli.commands.row_transform import write_rows

    if are_logits and are_log_probs:
        raise UsageError("--logits and --log-probs exclude each other")
    kind: Kind = "logits" if are_logits else "log-probabilities" if are_log_probs else "probabilities"
    if rest is not None and kind != "probabilities":
        raise UsageError(f"--rest shares out what probabilities leave of 1: it has no meaning beside --{_FLAGS[kind]}")
    options = replace(rows, kind=kind, class_names=class_names, rest=rest)
    write_rows(options, output, threads)


_FLAGS = {"logits": "logits", "log-probabilities": "log-probs"}
