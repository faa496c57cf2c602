"""What ``entropy`` adds to the plain H(p) where it is asked for: an estimator for samples, an order, an efficiency."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cecli.commands.options import PmfArguments
from cecli.commands.support import check_declared, declared_names
from cecli.core.pmfs.pmf import Pmf
from cecli.core.units import Unit
from cecli.errors import InputError, UsageError, literal


@dataclass(frozen=True)
class Wanted:
    """What was asked for; all but ``outcomes`` and ``sides`` exclude each other."""

    estimator: str | None = None
    sides: int | None = None
    outcomes: str | None = None
    renyi: float | None = None
    tsallis: float | None = None
    min_entropy: bool = False

    def check(self) -> None:
        """Raise UsageError for what contradicts itself."""
        given = [
            *(["--estimator"] if self.estimator else []),
            *(["--renyi"] if self.renyi is not None else []),
            *(["--tsallis"] if self.tsallis is not None else []),
            *(["--min-entropy"] if self.min_entropy else []),
        ]
        if len(given) > 1:
            raise UsageError(f"{given[0]} and {given[1]} exclude each other", "one result is the headline")
        if self.sides is not None and self.outcomes is not None:
            raise UsageError("--sides and --outcomes exclude each other")


def read_samples(arguments: Sequence[str], options: PmfArguments) -> list[Pmf]:
    """The counts that an estimator works on: files only, since a PMF written out is no sample."""
    from cecli.readers.small.file import read_counts
    from cecli.readers.tables.columns import split_column

    for text in arguments:
        refuse_written_out(text, "an estimator needs a file of counts")
    if sum(split_column(argument)[0] == "-" for argument in arguments) > 1:
        raise UsageError("standard input (-) can be read only once", "write one of the two to a file first")
    return [read_counts(argument, options.delimiter) for argument in arguments]


def is_written_out(argument: str) -> bool:
    """Whether a PMF is written on the command line, and is no file."""
    from cecli.readers.small.inline import is_inline
    from cecli.readers.small.pmf import UNIFORM

    written = is_inline(argument) or argument == UNIFORM or argument.startswith(f"{UNIFORM}:")
    return written and not os.path.lexists(argument)


def refuse_written_out(argument: str, hint: str) -> None:
    """Raise InputError for a PMF that is written out where counts are needed."""
    if is_written_out(argument):
        raise InputError(f"{literal(argument)}: a PMF written out is no sample", hint)


def refined(entry: dict[str, Any], p: Pmf, unit: Unit, wanted: Wanted) -> dict[str, Any]:
    """The result of one PMF with what was asked for; ``value`` is then that."""
    from cecli.core.pmfs import entropy_orders as orders
    from cecli.core.pmfs.information import perplexity

    terms = {"terms": entry.pop("terms")} if "terms" in entry else {}
    sides = _sides(p, wanted)
    added: dict[str, Any] = {}
    if wanted.estimator is not None:
        from cecli.core.pmfs.estimators import estimate

        found = estimate(wanted.estimator, p.weights.astype("int64", copy=False), sides)
        value = unit.from_nats(found.value)
        entry |= {"value": value, "entropy": value, "perplexity": perplexity(found.value)}
        error = found.standard_error
        added = {
            "estimator": wanted.estimator,
            "standard_error": None if error is None else unit.from_nats(error),
        }
    elif wanted.renyi is not None:
        added = {"renyi": unit.from_nats(orders.renyi_entropy(p, wanted.renyi)), "order": wanted.renyi}
    elif wanted.tsallis is not None:
        added = {"tsallis": orders.tsallis_entropy(p, wanted.tsallis), "order": wanted.tsallis}
    elif wanted.min_entropy:
        added = {"min_entropy": unit.from_nats(orders.min_entropy(p))}
    for key in ("renyi", "tsallis", "min_entropy"):
        entry["value"] = added.get(key, entry["value"])
    entry["efficiency"] = unit.divisor * entry["entropy"] / math.log(sides) if sides > 1 else None
    return entry | added | terms


def _sides(p: Pmf, wanted: Wanted) -> int:
    """K, the outcomes in all, seen or not."""
    if wanted.outcomes is not None:
        declared = declared_names(wanted.outcomes)
        check_declared(p, declared)
        return len(declared)
    if wanted.sides is None:
        return p.size
    seen = int((p.weights > 0).sum())
    if wanted.sides < seen:
        raise InputError(f"{p.name}: {seen:,} outcomes came up, more than the {wanted.sides:,} sides declared")
    return wanted.sides
