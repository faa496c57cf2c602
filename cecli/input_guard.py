"""What a run reads is not what it writes: an input that ``-o`` names is refused before it is lost."""

from __future__ import annotations

import os
import stat

from cecli.errors import UsageError, literal

_outputs: dict[tuple[int, int], str] = {}
"""Files that are there and will be replaced, by what the system knows them by, and the option that names each."""


def begin() -> None:
    """Forget the outputs of another run."""
    _outputs.clear()


def will_write(path: str | None, option: str) -> None:
    """Remember a file that an option names; devices, pipes and what is not there yet lose nothing."""
    identity = None if path is None else _identity(path)
    if identity is not None:
        _outputs[identity] = option


def check_input(path: str) -> None:
    """Raise UsageError where this input will be written, by this name or another one."""
    option = _outputs.get(_identity(path) or (0, 0)) if _outputs else None
    if option is not None:
        raise UsageError(f"{literal(path)} is an input, and {option} would replace it", "write to another file")


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISREG(status.st_mode) else None
