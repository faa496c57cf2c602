"""A prior PMF over the classes, to measure skill against."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from cecli.core.pmfs.pmf import Pmf
from cecli.errors import InputError, quoted
from cecli.readers.small.align import align
from cecli.readers.small.pmf import UNIFORM, PmfOptions, read_pmf

_SHOWN = 5


def read_prior(
    argument: str,
    classes: Sequence[str],
    learn: Callable[[str], bool] | None = None,
    delimiter: str | None = None,
) -> Pmf:
    """The PMF over ``classes``, in their order: a file or inline form by class name, or ``uniform``.

    A class without a probability and an outcome that is no class are InputErrors. ``learn`` says of a name that is
    none of the classes whether it is that of the first (``Predictions.learn``). ``delimiter`` is that of the
    predictions, and holds here if it is in the header.
    """
    if argument == UNIFORM:
        return _uniform(classes)
    prior, _ = read_pmf(argument, PmfOptions(delimiter=delimiter, shared=True))
    names = prior.outcomes or ()
    unknown = next((name for name in names if name not in classes), None)
    if unknown is not None and classes[0] not in names and learn is not None and learn(unknown):
        classes = (unknown, *classes[1:])
    model = _uniform(classes)
    try:
        return align(model, prior, hint=_every_class(classes))[1]
    except InputError as error:
        raise InputError(f"--prior: {error.message}", error.hint) from error


def _every_class(classes: Sequence[str]) -> str:
    """What helps where a prior has other names than the classes."""
    shown = ", ".join(quoted(name) for name in classes[:_SHOWN])
    more = f" and {len(classes) - _SHOWN:,} more" if len(classes) > _SHOWN else ""
    return f"every class needs its probability there, which may be 0: {shown}{more}"


def _uniform(classes: Sequence[str]) -> Pmf:
    return Pmf(np.ones(len(classes), dtype=np.int64), list(classes), "the classes")
