"""How many examples a property is tried with: a share of what the profile of hypothesis says."""

from typing import Any

from hypothesis import settings

LEAST = 3


def examples(share: int, **more: Any) -> settings:
    """Settings with ``share`` per cent of the examples of the profile: ``@examples(40)`` for a property that is slow.

    ``--hypothesis-profile thorough`` makes all of them more; see tests/conftest.py.
    """
    return settings(max_examples=max(LEAST, share * settings().max_examples // 100), **more)
