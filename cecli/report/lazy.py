"""Functions and classes of formats that are imported when they are used: a command pays for the one that it writes."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any


def lazy(place: str, room: str = "cecli.report") -> Callable[..., Any]:
    """What stands at ``module.name`` in a room, imported at its first call."""
    module, _, name = place.rpartition(".")

    def call(*arguments: Any) -> Any:
        return getattr(import_module(f"{room}.{module}"), name)(*arguments)

    return call
