"""What titles and notes call a PMF: its name, which machine formats carry whole, cut where it is long."""

from __future__ import annotations

_LONGEST = 60


def named(name: str) -> str:
    """The name, without its middle where it is long.

    >>> named("uniform:6"), named("a=0.1," * 20)
    ('uniform:6', 'a=0.1,a=0.1,a=0.1,a=0.1,a=0.1,…a=0.1,a=0.1,a=0.1,a=0.1,a=0.1,')
    """
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST // 2]}…{name[-_LONGEST // 2 :]}"
