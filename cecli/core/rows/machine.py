"""What the last bit of a logarithm depends on: the version of NumPy, and what the processor can do."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np


def fingerprint() -> dict[str, Any]:
    """NumPy's version, and the features of this processor that it chooses its loops by."""
    return {"numpy": np.__version__, "cpu": features()}


def features() -> list[str]:
    """The features that NumPy was built to look for and found here, in its order."""
    core = "numpy._core" if np.__version__ >= "2" else "numpy.core"
    umath = import_module(f"{core}._multiarray_umath")
    found: dict[str, bool] = getattr(umath, "__cpu_features__", {})
    wanted = [*getattr(umath, "__cpu_baseline__", []), *getattr(umath, "__cpu_dispatch__", [])]
    return [name for name in wanted if found.get(name)]
