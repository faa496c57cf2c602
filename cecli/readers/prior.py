"""A prior PMF over the classes, to measure skill against."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cecli.core.pmf import Pmf
from cecli.errors import InputError
from cecli.readers.pmf import UNIFORM, read_pmf
from cecli.readers.pmf_align import align


def read_prior(argument: str, classes: Sequence[str]) -> Pmf:
    """The PMF over ``classes``, in their order: a file or inline form by class name, or ``uniform``.

    A class that it gives nothing has probability 0; an outcome that is no class is an InputError.
    """
    model = Pmf(np.ones(len(classes), dtype=np.int64), list(classes), "the classes")
    if argument == UNIFORM:
        return model
    prior, _ = read_pmf(argument)
    try:
        return align(model, prior)[1]
    except InputError as error:
        raise InputError(f"--prior: {error.message}", error.hint) from error
