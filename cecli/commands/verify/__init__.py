"""``cecli verify``: a signed result computed again, and compared digit by digit."""

from __future__ import annotations

import click

from cecli.commands.options import output_options, threads_option
from cecli.report.model import OutputOptions

EPILOG = """\b
Examples:
  cecli verify signed.json
  cecli verify signed.json --folder . -f table
  cecli score preds.csv labels.csv --signature -f json | cecli verify -

RESULT is the JSON that score, compare or calibrate wrote with --signature; - is standard input. The paths that it names
hold from where verify is run, or from --folder; an absolute one, or one that leads upwards, is looked for in that
folder by its last name. First the SHA-256 of every file is taken, and only if all are as signed, the command is run
again. Numbers are equal if they are the same double. Requirements are not checked again.

Status 1 says that an input is missing or another one, 3 that a figure differs. A result of another version is compared
as far as it goes, and a note says so.

A result may come from anyone. verify reads RESULT and the inputs that it names, and nothing else; it takes the options
that figures depend on, and refuses a result with any other; it writes nothing but its own report (compressed Parquet
and Arrow files are unpacked into a temporary file that is gone at the end)."""


@click.command("verify", epilog=EPILOG)
@click.argument("result")
@click.option("--folder", metavar="DIR", help="Where the inputs are.  [default: at the paths that RESULT names]")
@threads_option
@output_options
def command(result: str, folder: str | None, threads: int, output: OutputOptions) -> None:
    """Verify a signed result: compute it again from the same inputs, and compare every digit.

    Exits with status 3 if a figure differs.
    """
    from cecli.commands.verify.report import raise_differences, report
    from cecli.commands.verify.run import checked_call, run_again
    from cecli.readers.results.signature import check_inputs, places_of, read_signed
    from cecli.report.write import write

    signed = read_signed(result)
    places = places_of(signed, folder)
    call = checked_call(signed, places)
    check_inputs(signed, places)
    found = report(signed, run_again(call, signed, places, threads))
    write(found, output)
    raise_differences(found.document)
