"""Which fold a row belongs to: a number made of the row's key and a seed, so that it is the same in every run."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cecli.core.sums.layout import Integers

Keys = NDArray[np.uint64]

_STEPS = (30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)
_LAST_SHIFT = np.uint64(31)
_GOLDEN = 0x9E3779B97F4A7C15


def fold_of(keys: Keys, folds: int, seed: int) -> Integers:
    """A fold from 0 to ``folds`` - 1 for each key, shape (n,); equal keys share one. 0 <= seed < 2^64.

    floor(folds u) for u in [0, 1) made by SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
    generators", OOPSLA 2014) of the key and the seed.

    >>> fold_of(np.arange(8, dtype=np.uint64), folds=3, seed=1).tolist()
    [2, 0, 0, 2, 0, 2, 1, 0]
    """
    start = np.array([(seed + 1) * _GOLDEN % 2**64], dtype=np.uint64)
    mixed = _mixed(keys ^ _mixed(start))
    places: Integers = ((mixed >> np.uint64(32)) * np.uint64(folds) >> np.uint64(32)).astype(np.intp)
    return places


def _mixed(words: Keys) -> Keys:
    for shift, multiplier in _STEPS:
        words = (words ^ (words >> np.uint64(shift))) * np.uint64(multiplier)
    mixed: Keys = words ^ (words >> _LAST_SHIFT)
    return mixed
