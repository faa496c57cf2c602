"""Getting along where the address space is limited, as by ``ulimit -v``: libraries reserve much more than they use."""

from __future__ import annotations

import os

_M_ARENA_MAX = -8
"""glibc's number for the option that MALLOC_ARENA_MAX sets at the start of a process."""


def spare_address_space() -> None:
    """Keep what is reserved near to what is used; before NumPy and PyArrow are imported.

    OpenBLAS reserves some 40 MB for every core, PyArrow's own allocators a gigabyte, and the C library 64 MB for every
    thread. Nothing here changes a digit.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    import ctypes

    try:
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
    except (OSError, AttributeError, TypeError):
        return  # another C library than glibc
