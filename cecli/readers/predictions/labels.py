"""What a label means: one reading for a whole file, the first in which all of its first labels are classes."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from threading import Lock

import numpy as np

from cecli.core.rows.evidence import Doubt
from cecli.core.sums.layout import Integers
from cecli.errors import InputError, quoted
from cecli.readers.predictions.readings import PAIRS, calls, key, pair_key, pairs_of, readings_of, whole
from cecli.readers.predictions.roles.names import GENERIC, plain
from cecli.readers.tables.table import Coded

UNKNOWN, IGNORED = -1, -2
"""What a label is that is no class, and one that ``--ignore`` names."""

_LONGEST_MARK = 20
"""Characters of a number that may mark rows without a class."""

_LISTED = 12
"""Classes that a message lists before it only counts the rest."""

_MOST_SUSPECTS = 200
"""Classes beyond which it is no wonder that some are never met."""


class LabelReading:
    """How labels are matched with classes (SPEC, section 5, rules 8 and 9).

    ``read_as`` is ``name``, ``suffix``, ``wrap``, ``value`` or ``position``; ``first`` are the labels that decide.
    Positions count from ``first_label``, where that is said, else from 0 where classes are not ``named``. With
    ``binary`` there is one class column, and ``positive`` may say which label it is of.
    """

    def __init__(
        self,
        classes: Sequence[str],
        first: str | Sequence[str],
        *,
        first_label: int | None = None,
        binary: bool = False,
        named: bool = True,
        ignore: Sequence[str] = (),
        positive: str | None = None,
    ) -> None:
        self.first = (first,) if isinstance(first, str) else tuple(first)
        self._classes = classes
        self._counted = first_label is not None
        self._first_label = first_label or 0
        self._binary = binary
        self._named = named
        self._positive = positive
        self._known: dict[str, int] = {}
        self._observed: set[int] = set()
        self._texts: dict[int, str] = {}
        self._must_meet: str | None = None
        self._pair: dict[str, int] = {}
        self._lock = Lock()
        self._numbers: dict[str, int] = {}
        self._past_by_one = False
        self._stray: str | None = None
        self._readings = {} if binary else readings_of(classes)
        self.read_as = self._decide_binary() if binary else self._decide()
        self._ignore(ignore)

    def read(self, column: Coded) -> Integers:
        """The class number of every label, UNKNOWN where it is none."""
        if not column.values:
            return np.zeros(0, dtype=np.intp)
        found = np.array([self.class_of(text) for text in column.values], dtype=np.intp)
        return np.asarray(found[column.codes])

    @property
    def observed(self) -> frozenset[int]:
        """The classes that labels were."""
        return frozenset(self._observed)

    @property
    def calls_names(self) -> bool:
        """Whether labels are called as classes are, and do not just count them."""
        return self.read_as != "position"

    @property
    def other(self) -> str | None:
        """The label of class 0 of a binary prediction, where the column is named after class 1 and it has been met."""
        return self._texts.get(0) if self._binary and self.read_as != "position" else None

    def binary_names(self) -> tuple[str, str]:
        """The names of class 0 and class 1 of a binary prediction; class 1 is the column's."""
        if self.read_as == "position":
            return f"{self._first_label}", f"{self._first_label + 1}"
        if self._pair:
            partners = {k: text for text, k in self._pair.items()}
            return self._texts.get(0, partners[0]), self._texts.get(1, partners[1])
        positive = self._texts.get(1, self._positive or self._classes[0])
        return self._texts.get(0, f"not {positive}"), positive

    def learn(self, name: str) -> bool:
        """Whether ``name`` may be what labels call the class that a binary prediction is not named after: where none
        has been met. Then it is what they call it."""
        if not self._binary or self.read_as == "position" or self._pair or name in self._known:
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
            if self._binary:
                self._texts.setdefault(found, text)
        return found

    def lookup(self, column: Coded) -> Integers:
        """The class number of every text of another column, of which nothing is learnt; UNKNOWN where it is none."""
        found = np.array([self._looked_up(text) for text in column.values], dtype=np.intp)
        return np.asarray(found[column.codes]) if len(found) else np.zeros(0, dtype=np.intp)

    def _looked_up(self, text: str) -> int:
        if text in self._known:
            return self._known[text]
        if not self._binary or self._pair or self.read_as == "position":
            return self._resolve(text)
        return 1 if text == (self._positive or self._classes[0]) else 0 if self._texts.get(0) == text else UNKNOWN

    def suspects(self, extra: bool) -> tuple[str, ...]:
        """What may be wrong where classes have not been met so far: labels that are counted from 1, and, if there may
        be ``extra`` columns, columns that are no classes. (Rows of probabilities would not sum to 1.)"""
        if self._binary or len(self._classes) > _MOST_SUSPECTS:
            return ()
        if self._from_one():
            return ("no label is 0: if the first class is called 1, --first-label 1",)
        if not self.calls_names or not extra:
            return ()
        names = [quoted(name) for k, name in enumerate(self._classes) if k not in self._observed]
        return tuple(f"no label is {name}: if that column is no class, --drop {name}" for name in names)

    def doubts(self, name: str) -> Iterator[Doubt]:
        """What the labels of the file ``name`` that have been met leave in doubt: whether they mean two things."""
        if self._binary:
            yield from self._doubts_of_two(name)
            return
        met = [text for text, k in self._known.items() if k >= 0]
        if not self.calls_names or not met:
            return
        for reading, classes in self._readings.items():
            others = [classes.get(key(reading, text) or "") for text in met]
            if reading == self.read_as or None in others:
                continue
            at = next((k for k, other in enumerate(others) if other != self._known[met[k]]), 0)
            text, one, other = met[at], self._known[met[at]], int(others[at] or 0)
            yield Doubt(
                f"labels by {reading}",
                f"{name}: the label {quoted(text)} means {quoted(self._classes[one])} by {self.read_as} and "
                f"{quoted(self._classes[other])} by {reading}, and all labels are classes either way",
                "rename the columns of PREDS as the labels are called, or name them: --class-names A,B,...",
                armed=one != other,
            )

    def _doubts_of_two(self, name: str) -> Iterator[Doubt]:
        if self._must_meet is not None and 1 not in self._observed and self._observed:
            yield Doubt(
                "labels of two",
                f"{name}: no label is {quoted(self._must_meet)}, as the one class column of PREDS is called: which "
                f"label is its probability of? ({self._seen()})",
                f"--positive LABEL says it: {self._offered()}",
            )

    def _seen(self) -> str:
        return "labels are " + ", ".join(quoted(text) for text in self._texts.values())

    def _offered(self) -> str:
        texts = [text for text in (*self._texts.values(), *self.first) if text]
        return " or ".join(f"--positive {quoted(text)[1:-1]}" for text in dict.fromkeys(texts[:2]))

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
        if self._binary and self.read_as != "position":
            return self._expected_of_two(text)
        if self.read_as in ("name", "wrap", "value"):
            from cecli.core.nearest import meant

            near = meant(text, self._classes, 0.7)
            self._stray = self._stray or text
            found = quoted(text) if text else "an empty label"
            return f"expected a class, found {found}" + (f" ({near})" if near else "")
        numbers = [int(number) for number in self._numbers]
        low, high = min(numbers), max(numbers)
        number = whole(text)
        self._past_by_one |= number == high + 1
        self._stray = self._stray or text
        what = "a number that a class name ends in" if self.read_as == "suffix" else "a class position"
        return f"expected {what}, from {low} to {high}, found {quoted(text)}"

    def _expected_of_two(self, text: str) -> str:
        if self._pair:
            no, yes = self._pair
            return f"expected {yes} or {no}, found {quoted(text)}"
        other = f" or {quoted(self._texts[0])}" if 0 in self._texts else ""
        return f"expected {quoted(self._positive or self._classes[0])}{other}, found a third label, {quoted(text)}"

    def hint(self) -> str | None:
        """What helps where labels are not known, if what is expected does not say it."""
        if self._past_by_one and self._from_one():
            return "if the first class is called 1: --first-label 1"
        if self.read_as == "position" and not self._binary and self._stray is not None:
            return self._hint_of_position(self._stray)
        if self._binary and self._must_meet is not None and 1 not in self._observed:
            return f"which label is the column of? {self._offered()}"
        if self._binary or self.read_as not in ("name", "wrap", "value"):
            return None
        more = len(self._classes) - _LISTED
        listed = f"the classes are {', '.join(self._classes[:_LISTED])}" + (f" and {more:,} more" if more > 0 else "")
        number = None if self._stray is None else whole(self._stray)
        if number is None or not self._named:
            return listed
        return (
            f"{listed}, the first labels {', '.join(map(quoted, self.first[:_LISTED]))}: if these are positions, "
            "--first-label 0 or --first-label 1 says how the first is called"
        )

    def _hint_of_position(self, stray: str) -> str | None:
        """What helps where a label is no position."""
        from cecli.readers.tables.numbers import read_number

        if read_number(stray) is None:
            names = "without --first-label labels are names"
            return names if self._counted else "--class-names A,B,... names the classes"
        if _marks_no_class(stray, self._numbers):
            return f"rows that have no class? --ignore {stray.strip()} leaves them out"
        return None

    def _ignore(self, texts: Sequence[str]) -> None:
        """A label is ignored if it is one of the texts, or the class that one of them stands for."""
        self._ignored, self._met = tuple(texts), set[str]()
        self._ignored_classes = {self._behind(text) for text in texts} - {UNKNOWN}
        self._known |= dict.fromkeys(texts, IGNORED)

    def _behind(self, text: str) -> int:
        """The class that a text of ``--ignore`` stands for, or UNKNOWN."""
        if self._binary and self.read_as != "position":
            return UNKNOWN
        if text in self._classes and not self._binary:
            return self._classes.index(text)
        return self._resolve(text)

    def _decide(self) -> str:
        numbers = [whole(text) for text in self.first]
        places = range(self._first_label, self._first_label + len(self._classes))
        fitting = all(number in places for number in numbers)
        if fitting and (self._counted or not self._named):
            return self._by_position()
        for reading, classes in self._readings.items():
            if all(key(reading, text) in classes for text in self.first):
                self._numbers = classes
                return reading
        if tuple(self._classes) == ("0", "1") and (pair := self._common_pair()):
            self._pair = pair
            return "value"
        if self._counted and any(number in places for number in numbers):
            return self._by_position()
        if not self._named and any(number is not None for number in numbers):
            return self._by_position()
        fits = [
            sum(key(reading, text) in classes for text in self.first) for reading, classes in self._readings.items()
        ]
        best = list(self._readings)[int(np.argmax(fits))]
        self._numbers = self._readings[best]
        return best

    def _by_position(self) -> str:
        self._numbers = {str(k + self._first_label): k for k in range(len(self._classes))}
        return "position"

    def _common_pair(self) -> dict[str, int]:
        """The pair that all first labels belong to, or of which both are among them, so that a third is none; empty
        where there is none. Of two the one with 0 comes first."""
        called = {pair_key(text) for text in self.first}
        all_of, both = ([pair for pair in PAIRS if fits(called, {*pair})] for fits in (set.issubset, set.issuperset))
        return next(({no: 0, yes: 1} for no, yes in (*all_of, *both)), {})

    def _decide_binary(self) -> str:
        column = self._classes[0]
        if self._positive is not None:
            return "name"
        if self._counted:
            self._numbers = {f"{self._first_label}": 0, f"{self._first_label + 1}": 1}
            if all(str(whole(text)) in self._numbers for text in self.first):
                return "position"
        if self._named and (found := self._called(column)) is not None:
            return found
        if not self._named or plain(column) in GENERIC:
            pair = self._common_pair()
            if pair == {"0": 0, "1": 1}:
                self._numbers = {"0": 0, "1": 1}
                return "position"
            if pair:
                self._pair = pair
                return "value"
            raise InputError(
                f"which label is the one class column of? Its name, {quoted(column)}, does not say it, and labels are "
                + ", ".join(quoted(text) for text in self.first[:3]),
                f"--positive LABEL says which one: {self._offered()}",
            )
        if all(str(whole(text)) in ("0", "1") for text in self.first):
            raise InputError(
                f"the one class column is called {quoted(column)}, and labels are 0 and 1: is it the probability of 1?",
                "--positive 1 says so, --positive 0 that it is that of 0",
            )
        self._must_meet = column
        return "name"

    def _called(self, column: str) -> str | None:
        """How a first label, or the other half of its pair, is called as the column is."""
        ways = {text: calls(column, text) for text in self.first}
        found = [text for text, way in ways.items() if way is not None]
        if len({pair_key(text) for text in found}) == 1:
            self._positive = found[0]
            return ways[found[0]]
        if found:
            return None
        for text in self.first:
            for pair in pairs_of(text):
                other = next(half for half in pair if half != pair_key(text))
                way = calls(column, other) or calls(column, other.capitalize()) or calls(column, other.upper())
                if way is not None:
                    self._pair = {half: int(half == other) for half in pair}
                    return way
        return None

    def _resolve(self, text: str) -> int:
        if self._pair:
            return self._pair.get(pair_key(text), UNKNOWN)
        if self._binary and self.read_as != "position":
            return self._one_of_two(text)
        found = key("suffix" if self.read_as == "position" else self.read_as, text)
        return UNKNOWN if found is None else self._numbers.get(found, UNKNOWN)

    def _one_of_two(self, text: str) -> int:
        positive = self._positive if self._positive is not None else self._classes[0]
        number = whole(text)
        if text == positive or (number is not None and number == whole(positive)):
            return 1
        with self._lock:
            if self._texts.setdefault(0, text) == text or (number is not None and number == whole(self._texts[0])):
                return 0
        return UNKNOWN


def _marks_no_class(text: str, positions: Container[str]) -> bool:
    """Whether a whole number below the positions, or far behind them, may stand for rows without a class: -100, 255."""
    from cecli.readers.tables.numbers import read_number

    number = read_number(text) if len(text) <= _LONGEST_MARK else None
    return number is not None and number == int(number) and str(int(number) - 1) not in positions
