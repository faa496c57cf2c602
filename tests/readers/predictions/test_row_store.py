"""Rows that are kept come back the same, from memory and from the file, and as often as they are asked for."""

import tempfile
from dataclasses import fields

import numpy as np
import pytest

from cecli.core.calibration.logit_rows import LogitRows
from cecli.errors import InputError
from cecli.readers.predictions.row_store import HeldRows


class Collected:
    """All rows it was given, in any order."""

    def __init__(self):
        self.parts = []

    def update(self, rows):
        self.parts.append(rows)

    def merge(self, other):
        self.parts += other.parts


def parts():
    """Rows of every kind: wide and narrow, single and double precision, with everything and with little."""
    random = np.random.default_rng(0)
    narrow = random.normal(size=(3, 50))
    wide = random.normal(size=(7, 100)).astype(np.float32).astype(np.float64)
    wide[0, 0] = -np.inf
    labels = random.integers(0, 3, 50)
    some = LogitRows(narrow, 0, labels, weights=random.random(50), cluster=labels * 70000, fold=labels)
    return [
        some,
        LogitRows(wide, 1, random.integers(0, 100, 7)),
        LogitRows(narrow, 0, None, soft=random.dirichlet([1, 1, 1], 50).T.copy()),
        LogitRows(np.empty((3, 0)), 0, np.empty(0, dtype=np.intp)),
    ]


def same(one, other):
    for field in fields(LogitRows):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if a is None or isinstance(a, int):
            assert a == b, field.name
        else:
            assert a.dtype == b.dtype
            assert a.tolist() == b.tolist(), field.name


@pytest.mark.parametrize("room", [0, 2000, 1 << 20])
@pytest.mark.parametrize("threads", [1, 3])
def test_rows_come_back_as_they_were(room, threads):
    with HeldRows(room) as held:
        for part in parts():
            held.add(part)
        for _ in range(2):
            found = held.sweep(Collected, threads).parts
            wanted = [part for part in parts() if part.rows]
            for part, again in zip(wanted, sorted(found, key=lambda p: (p.soft is not None, p.axis)), strict=True):
                same(part, again)


def test_what_is_apart_comes_only_with_every():
    first, second, *_ = parts()
    with HeldRows() as held:
        held.add(first)
        held.add(second, True)
        seen = []
        assert len(held.sweep(Collected, progress=seen.append).parts) == 1
        assert seen == [50]
        assert len(held.sweep(Collected, every=True).parts) == 2


def test_numbers_are_kept_in_as_few_bytes_as_hold_them():
    first, second, *_ = parts()
    with HeldRows() as held:
        held.add(first)
        held.add(second)
        (double, _), (single, _) = held._parts
        assert double.arrays["values"].dtype == np.float64
        assert single.arrays["values"].dtype == np.float32
        assert double.arrays["labels"].dtype == np.uint8
        assert double.arrays["cluster"].dtype == np.uint32


def test_no_room(monkeypatch):
    def refuse(**_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    with HeldRows(0) as held, pytest.raises(InputError, match="no room for a temporary copy of the rows") as error:
        held.add(parts()[0])
    assert "TMPDIR" in error.value.hint
