"""``cecli softmax``: logits to probabilities, a streaming filter."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import click

from cecli.commands.options import threads_option
from cecli.commands.options.rows import RowOutput, row_input_options, row_output_options
from cecli.errors import UsageError

if TYPE_CHECKING:
    from cecli.readers.predictions.row_reader import RowOptions

EPILOG = """\b
Examples:
  cecli softmax logits.npy -o probabilities.csv
  cecli softmax sample_data/digits_logits.csv --temperature 40 | cecli score - labels.csv
  cecli softmax sample_data/digits_logits.csv --log -f jsonl | head -n 3

Rows keep their order and their id, which stands in front. One class column is a binary prediction: the logit of class
1, and its probability comes out. CSV, TSV, JSON Lines, Parquet, Arrow and .npy are written with every digit, whichever
was read. Lines written before a bad row stay on standard output, and the exit status says that they are not all; with
-o there is a whole file or none. Memory does not grow with the rows."""


def _positive(context: click.Context, parameter: click.Parameter, value: float) -> float:
    if not 0 < value < math.inf:
        raise UsageError(f"--temperature: expected a number > 0, found {value!r}", hint="1 changes nothing")
    return value


@click.command("softmax", epilog=EPILOG)
@click.argument("logits")
@click.option(
    "--temperature",
    type=float,
    default=1.0,
    show_default=True,
    metavar="T",
    callback=_positive,
    help="Divide the logits by T first: above 1 the probabilities are less sure.",
)
@click.option("--log", "logarithms", is_flag=True, help="Write log-probabilities.")
@row_input_options
@threads_option
@row_output_options
def command(rows: RowOptions, temperature: float, logarithms: bool, threads: int, output: RowOutput) -> None:
    """Turn logits into probabilities, row by row.

    LOGITS has a header of class names and a row of raw scores per example. Every column is a class, save id and those
    of --keep and --drop; --classes chooses. CSV, TSV, .npy, JSON Lines, Parquet and Arrow files are read, compressed
    ones too; - is standard input.
    """
    from cecli.commands.row_transform import write_softmax
    from cecli.core.calibration.softmax import Scaling

    write_softmax(rows, lambda opened: Scaling(temperature), output, threads, logarithms)
