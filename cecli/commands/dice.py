"""What ``simulate`` and ``converge`` roll, and the seed they roll it with; the seed serves all that simulate."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from cecli.commands.options import Function, PmfArguments, WholeNumber
from cecli.errors import InputError, UsageError

if TYPE_CHECKING:
    from cecli.core.pmfs.pmf import Pmf

LARGEST_ROLLS = 10**15
LARGEST_SIDES = 10**8


def sides_option(function: Function) -> Function:
    """-k/--sides; arrives as ``sides``, a number or None."""
    return click.option(
        "-k", "--sides", type=WholeNumber(1, LARGEST_SIDES), metavar="K", help="Sides of a fair die.  [default: 6]"
    )(function)


def seed_option(text: str) -> Callable[[Function], Function]:
    """--seed; arrives as ``seed``, a number or None: see ``drawn_seed``."""
    return click.option("--seed", type=click.IntRange(min=0), metavar="INT", help=text)


def drawn_seed(seed: int | None) -> int:
    """``seed``, or one below 2^53 drawn by the system, which JSON's readers hold without rounding."""
    return random.SystemRandom().randrange(2**53) if seed is None else seed


def die(pmf: str | None, sides: int | None, options: PmfArguments) -> tuple[Pmf, list[str]]:
    """The PMF to roll and notes: the argument's, else that of a fair die with K sides."""
    import numpy as np

    from cecli.core.pmfs.pmf import Pmf
    from cecli.readers.small.pmf import PmfOptions, read_pmf

    if pmf is not None and sides is not None:
        raise UsageError("a PMF and --sides exclude each other", hint="--sides K is the PMF uniform:K")
    if pmf is None:
        return Pmf(np.ones(sides or 6, dtype=np.int64), None, f"uniform:{sides or 6}"), []
    try:
        return read_pmf(pmf, PmfOptions(options.normalize, options.delimiter))
    except InputError as error:
        if pmf.isdigit():
            raise InputError(error.message, f"-n {pmf} for so many rolls, -k {pmf} for so many sides") from error
        raise
