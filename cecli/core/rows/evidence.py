"""What the rows read so far leave in doubt of how they were read: facts of parts, which only all rows settle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Doubt:
    """A refusal, unless other rows lift it. Of parts of the rows it stands where it stands in all of them (``key`` says
    that it is the same), and counts where it is ``armed`` in one."""

    key: str
    message: str
    hint: str | None = None
    armed: bool = True


@dataclass(frozen=True)
class Evidence:
    """``doubts``, and of columns of logits, by the numbers of their classes, those of ``whole`` numbers alone, those
    that are ``not_below`` 0 anywhere, those that are ``not_zero`` somewhere and those that labels were (``met``). None
    stands for all classes."""

    doubts: tuple[Doubt, ...] = ()
    whole: tuple[int, ...] | None = ()
    not_below: tuple[int, ...] | None = None
    not_zero: tuple[int, ...] | None = ()
    met: tuple[int, ...] = ()

    @classmethod
    def of_document(cls, document: Any) -> Evidence:
        """What ``dataclasses.asdict`` made of it, after JSON; nothing where a state is of a version that had none."""
        if document is None:
            return cls()
        masks = (document[key] for key in ("whole", "not_below", "not_zero"))
        doubts = tuple(Doubt(**doubt) for doubt in document["doubts"])
        whole, not_below, not_zero = (None if mask is None else tuple(mask) for mask in masks)
        return cls(doubts, whole, not_below, not_zero, tuple(document["met"]))

    @staticmethod
    def of_all(parts: Sequence[Evidence]) -> Evidence:
        """The evidence of all rows of some parts, none of which is empty."""
        if not parts:
            return Evidence()
        return Evidence(
            tuple(_together(doubt, parts) for doubt in parts[0].doubts if all(map(_has(doubt), parts))),
            _common([part.whole for part in parts]),
            _common([part.not_below for part in parts]),
            None if any(part.not_zero is None for part in parts) else _any([part.not_zero or () for part in parts]),
            _any([part.met for part in parts]),
        )

    def zeros(self) -> list[int]:
        """Classes whose columns hold nothing but 0, and which no label was."""
        if self.whole is None or self.not_zero is None:
            return []
        return [k for k in self.whole if k not in self.not_zero and k not in self.met]

    def columns(self) -> list[int]:
        """Classes whose columns hold whole numbers, not all 0, where others hold fractions, and which no label was."""
        nowhere = () if self.not_zero is None else set(self.whole or ()).difference(self.not_zero)
        return [k for k in self.whole or () if k not in nowhere and k not in self.met]

    def signs(self) -> list[int]:
        """Classes whose columns are nowhere below 0, where others are, and which no label was."""
        return [k for k in self.not_below or () if k not in self.met]


def _has(doubt: Doubt) -> Any:
    return lambda part: any(each.key == doubt.key for each in part.doubts)


def _together(doubt: Doubt, parts: Sequence[Evidence]) -> Doubt:
    same = (each for part in parts for each in part.doubts if each.key == doubt.key)
    return next((each for each in same if each.armed), doubt)


def _common(parts: Sequence[tuple[int, ...] | None]) -> tuple[int, ...] | None:
    found = [set(part) for part in parts if part is not None]
    return tuple(sorted(set.intersection(*found))) if found else None


def _any(parts: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(sorted({k for part in parts for k in part}))
