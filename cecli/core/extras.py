"""Metrics that cost more than a few numbers a row or a class, made only where asked for.

A line is a name and what makes the accumulator from a Spec; its module is loaded when it is made. Each keeps the laws
of ``core.metrics``, save that some hold in memory what their docstrings say.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from cecli.core.metrics import Accumulator, Spec

_PLACES = {
    "confusions": ("cecli.core.metrics.confusions", "Confusions"),
    "decomposition": ("cecli.core.metrics.decomposition", "Decomposition"),
    "corp": ("cecli.core.metrics.corp", "Corp"),
    "like": ("cecli.core.like", "Likes"),
}


def _loader(module: str, name: str) -> Callable[[Spec], Accumulator]:
    def make(spec: Spec) -> Accumulator:
        made: Accumulator = getattr(import_module(module), name)(spec)
        return made

    return make


EXTRAS: dict[str, Callable[[Spec], Accumulator]] = {name: _loader(*place) for name, place in _PLACES.items()}
