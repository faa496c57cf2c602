"""What a label means: a class name, the whole number a name ends in, or a position."""

from __future__ import annotations

import re
from collections.abc import Sequence
from threading import Lock

import numpy as np

from cecli.core.sums.layout import Integers
from cecli.errors import quoted
from cecli.readers.tables.table import Coded

_WHOLE = re.compile(r"[0-9]+(?:\.0*)?", re.ASCII)
_SUFFIX = re.compile(r"[0-9]+$", re.ASCII)
UNKNOWN, IGNORED = -1, -2
"""What a label is that is no class, and one that ``--ignore`` names."""

_TRUTHS = {"false": 0, "true": 1}
"""What a comparison writes, of the class that a binary prediction is of."""

_LISTED = 12
"""Classes that a message lists before it only counts the rest."""


_MOST_SUSPECTS = 200
"""Classes beyond which it is no wonder that some are never met."""


class LabelReading:
    """One of the three readings, which the first label decides for the whole input (SPEC, ``score``, LABELS).

    ``read_as`` is ``name``, ``suffix`` or ``position``. With ``binary`` there is one class column: labels are 0 and 1
    (or whatever ``first_label`` makes of them), or, where the column is ``named``, at most two different texts, one of
    them its name, which is class 1; or they are true and false, which are read as 1 and 0.
    """

    def __init__(
        self,
        classes: Sequence[str],
        first: str,
        *,
        first_label: int = 0,
        binary: bool = False,
        named: bool = True,
        ignore: Sequence[str] = (),
    ) -> None:
        self.first = first
        self._classes = classes
        self._first_label = first_label
        self._binary = binary
        self._known: dict[str, int] = {}
        self._observed: set[int] = set()
        self._other: str | None = None
        self._lock = Lock()
        self._numbers: dict[int, int] = {}
        self._prefix: str | None = None
        self._past_by_one = False
        self._truths: dict[str, int] = {}
        if binary:
            self._numbers = {first_label: 0, first_label + 1: 1}
            if first.casefold() in _TRUTHS and classes[0].casefold() not in _TRUTHS:
                self._truths = _TRUTHS
            self.read_as = "name" if named and not self._truths and self._is_named(first) else "position"
        else:
            self.read_as = self._decide(first)
        if self.read_as == "name":
            self._known = {classes[0]: 1} if binary else {name: k for k, name in enumerate(classes)}
        self._ignore(ignore)

    def read(self, column: Coded) -> Integers:
        """The class number of every label, UNKNOWN where it is none."""
        if not column.values:
            return np.zeros(0, dtype=np.intp)
        found = np.array([self.class_of(text) for text in column.values], dtype=np.intp)
        return np.asarray(found[column.codes])

    @property
    def other(self) -> str | None:
        """The label of class 0 of a binary prediction, where the column is named after class 1 and it has been met."""
        return self._other

    def binary_names(self) -> tuple[str, str]:
        """The names of class 0 and class 1 of a binary prediction; class 1 is the column's."""
        if self.read_as == "position":
            return f"{self._first_label}", f"{self._first_label + 1}"
        return self._other if self._other is not None else f"not {self._classes[0]}", self._classes[0]

    def learn(self, name: str) -> bool:
        """Whether ``name`` may be what labels call the class that a binary prediction is not named after: where none
        has been met. Then it is what they call it."""
        if not self._binary or self.read_as != "name" or name in self._known:
            return False
        return self.class_of(name) == 0

    def class_of(self, text: str) -> int:
        """The class number of one label, or UNKNOWN."""
        found = self._known.get(text)
        if found is None:
            found = self._resolve(text)
            found = self._known[text] = IGNORED if found in self._ignored_classes else found
        if found == IGNORED:
            self._met.add(text)
        elif found >= 0:
            self._observed.add(found)
        return found

    def suspects(self, extra: bool) -> tuple[str, ...]:
        """What may be wrong where classes have not been met so far: labels that are counted from 1, and, if there may
        be ``extra`` columns, columns that are no classes. (Rows of probabilities would not sum to 1.)"""
        if self._binary or len(self._classes) > _MOST_SUSPECTS:
            return ()
        if self._from_one():
            return ("no label is 0: if the first class is called 1, --first-label 1",)
        if self.read_as != "name" or not extra:
            return ()
        names = [quoted(name) for k, name in enumerate(self._classes) if k not in self._observed]
        return tuple(f"no label is {name}: if that column is no class, --drop {name}" for name in names)

    def _from_one(self) -> bool:
        """Whether labels may be counted from 1: they are positions, and none was 0 so far."""
        positions = self.read_as == "position" and not self._binary
        return positions and not self._first_label and 0 not in self._observed

    def unmet(self) -> list[str]:
        """The texts of ``--ignore`` that no label was so far."""
        classes = {self._behind(text) for text in self._met} - {UNKNOWN}
        return [text for text in self._ignored if text not in self._met and self._behind(text) not in classes]

    def expected(self, text: str) -> str:
        """What to say of a label that is not known."""
        if self._binary and self.read_as == "name":
            other = f" or {quoted(self._other)}" if self._other is not None else ""
            return f"expected {quoted(self._classes[0])}{other}, found a third label, {quoted(text)}"
        if self.read_as == "name":
            from cecli.core.nearest import meant

            near = meant(text, self._classes, 0.7)
            self._prefix = self._prefix or self._beginning(text)
            found = quoted(text) if text else "an empty label"
            return f"expected a class, found {found}" + (f" ({near})" if near else "")
        if self._truths:
            return f"expected true or false, found {quoted(text)}"
        low, high = min(self._numbers), max(self._numbers)
        self._past_by_one |= _whole(text) == high + 1
        what = "a number that a class name ends in" if self.read_as == "suffix" else "a class position"
        return f"expected {what}, from {low} to {high}, found {quoted(text)}"

    def hint(self) -> str | None:
        """What helps where labels are not known, if what is expected does not say it."""
        if self._past_by_one and self._from_one():
            return "if the first class is called 1: --first-label 1"
        if self._binary or self.read_as != "name":
            return None
        more = len(self._classes) - _LISTED
        if self._prefix is not None:
            how = f": sed '1s/{self._prefix}//g' PREDS" if self._prefix.replace("_", "").isalnum() else ""
            return f"without {quoted(self._prefix)} the classes are called as the labels; rename the columns{how}"
        return f"the classes are {', '.join(self._classes[:_LISTED])}" + (f" and {more:,} more" if more > 0 else "")

    def _beginning(self, text: str) -> str | None:
        """What all classes begin with, if without it the label is one of them: ``prob_cat`` and ``cat``."""
        name = next((name for name in self._classes if text and name != text and name.endswith(text)), None)
        beginning = None if name is None else name[: -len(text)]
        return beginning if beginning and all(other.startswith(beginning) for other in self._classes) else None

    def _ignore(self, texts: Sequence[str]) -> None:
        """A label is ignored if it is one of the texts, or the class that one of them stands for."""
        self._ignored, self._met = tuple(texts), set[str]()
        self._ignored_classes = {self._behind(text) for text in texts} - {UNKNOWN}
        self._known |= dict.fromkeys(texts, IGNORED)

    def _behind(self, text: str) -> int:
        """The class that a text of ``--ignore`` stands for, or UNKNOWN."""
        if text in self._classes and not self._binary:
            return self._classes.index(text)
        return UNKNOWN if self.read_as == "name" else self._resolve(text)

    def _is_named(self, first: str) -> bool:
        """Whether labels of a binary prediction are names; where the column is called 0, so is a 1."""
        column = self._classes[0]
        return first == column or _whole(first) not in self._numbers or _whole(column) == self._first_label

    def _decide(self, first: str) -> str:
        if first in self._classes or _whole(first) is None:
            return "name"
        suffixes = _suffixes(self._classes)
        self._numbers = suffixes or {k + self._first_label: k for k in range(len(self._classes))}
        return "suffix" if suffixes else "position"

    def _resolve(self, text: str) -> int:
        if self.read_as == "name":
            with self._lock:
                if self._binary and self._other in (None, text):
                    self._other = text
                    return 0
            return UNKNOWN
        number = _whole(text)
        if number is None:
            return self._truths.get(text.casefold(), UNKNOWN)
        return self._numbers.get(number, UNKNOWN)


def _whole(text: str) -> int | None:
    """The whole number a label writes: 3 and 3.0 are 3; None where it writes none."""
    bare = text.strip(" ")
    return int(bare.split(".")[0]) if _WHOLE.fullmatch(bare) and len(bare) < 20 else None


def _suffixes(classes: Sequence[str]) -> dict[int, int]:
    """Number -> class where all names end in different whole numbers, else empty."""
    numbers: dict[int, int] = {}
    for k, name in enumerate(classes):
        match = _SUFFIX.search(name)
        if match is None or len(match.group()) > 18:
            return {}
        numbers.setdefault(int(match.group()), k)
    return numbers if len(numbers) == len(classes) else {}
