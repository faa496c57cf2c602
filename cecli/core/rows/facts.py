"""What a report says of the files behind it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Any

from cecli.core.rows.evidence import Evidence
from cecli.core.rows.natural import natural_key
from cecli.errors import quoted

ALL_PMFS = (
    "every row of logits is itself a PMF: if these are probabilities, score them without --logits "
    "(softmax would be taken twice)"
)
"""The one note that holds of all rows only if it holds of those of every shard."""


def clipped_note(count: int) -> str:
    """What to say of figures that were outside of their range by a rounding."""
    return f"{count:,} figures were outside [0, 1] by no more than --sum-tolerance, and are set to the bound"


_ENOUGH, _FEW = 10, 3
"""So many rows for every class make it odd that one is never met, unless there are more than a few such classes."""


@dataclass(frozen=True, eq=False, repr=False)
class Shard:
    """A file of predictions, or a part of one, and its rows.

    ``file`` is what the person called it, ``place`` where it lies, wherever one stands: an absolute path or a URL, ""
    for standard input. ``part`` counts the parts of a file that is read in several, from 0.
    """

    file: str
    place: str
    rows: int
    part: int = 0

    @property
    def order(self) -> tuple[object, int]:
        """What to sort shards by: the natural order of their places."""
        return natural_key(self.place), self.part


@dataclass(frozen=True, eq=False, repr=False)
class Facts:
    """What was read, by whom and how: all that a report says beside its figures.

    Rows are numbered through ``shards``, in their order; ``groups`` are the names of the groups by their numbers.
    ``name`` is what messages call the predictions. ``other`` is the label of class 0 where the one class column has the
    name of class 1, if it has been met. ``unmet`` are labels to ignore that no row has, ``suspects`` what may be wrong
    where a class is never met. ``labels_at_cut`` counts the labels whose probability is smaller than the file can
    say, in each file of predictions; () where files say all. ``evidence``
    is what the rows leave in doubt of how columns were read. The next three are None where rows are no tokens:
    documents that have some, tokens that were left out as the first of their record, and those of which no
    log-probability is known. ``per`` is what losses are divided by where that is not their number, and
    ``units_include_first_token`` whether first tokens that were left out are among these units.
    """

    name: str
    rows_read: int
    shards: tuple[Shard, ...]
    class_names: tuple[str, ...]
    groups: tuple[str, ...] = ()
    labels_read_as: str | None = None
    matched_by: str = "position"
    observed_only: bool = False
    has_ids: bool = False
    clustered: bool = False
    normalized: bool = False
    all_pmfs: bool = False
    clipped: int = 0
    other: str | None = None
    notes: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()
    suspects: tuple[str, ...] = ()
    labels_at_cut: tuple[int, ...] = ()
    documents: int | None = None
    first_tokens_left_out: int | None = None
    missing_logprobs: int | None = None
    per: str | None = None
    units_include_first_token: bool | None = None
    evidence: Evidence = field(default_factory=Evidence)

    def of_all(self, others: Sequence[Facts]) -> dict[str, Any]:
        """What holds of all rows only if it holds of those of each of ``others``, this one among them."""
        read = [other for other in others if other.rows_read]
        suspects = read[0].suspects if read else ()
        return {
            "all_pmfs": all(other.all_pmfs for other in read),
            "clipped": sum(other.clipped for other in others),
            "evidence": Evidence.of_all([other.evidence for other in read]),
            "suspects": tuple(text for text in suspects if all(text in other.suspects for other in read)),
            "labels_at_cut": tuple(map(sum, zip(*(other.labels_at_cut for other in read), strict=True))),
            "unmet": tuple(text for text in self.unmet if all(text in other.unmet for other in others)),
            "units_include_first_token": _any([other.units_include_first_token for other in others]),
            **{name: _sum([getattr(other, name) for other in others]) for name in _COUNTED},
        }

    def remarks(self) -> list[str]:
        """What is odd where these are all the rows there are."""
        found = [f"--ignore {quoted(text)}: no row has this label" for text in self.unmet]
        many = self.rows_read >= _ENOUGH * len(self.class_names) and len(self.suspects) <= _FEW
        return [*found, *self.suspects] if many else found

    def said(self) -> list[str]:
        """The notes, that on all rows among them."""
        return [*self.notes, *self._said_of_figures(self.clipped, self.all_pmfs), *self._cut([self.name])]

    def _cut(self, names: Sequence[str]) -> list[str]:
        """Of which files some labels' losses are larger than they say."""
        return [
            f"{name}: {count:,} labels lie at the cut at 16 nats: their probabilities are smaller than the file says"
            for name, count in zip(names, self.labels_at_cut, strict=False)
            if count
        ]

    @staticmethod
    def _said_of_figures(clipped: int, all_pmfs: bool) -> list[str]:
        return [*([clipped_note(clipped)] if clipped else []), *([ALL_PMFS] if all_pmfs else [])]

    def place_of(self, row: int) -> tuple[str, int]:
        """The file in which the row with this number stands, and its number there; both numbers from 0.

        >>> facts = Facts("both", 5, (Shard("a", "/a", 2), Shard("b", "/b", 3)), ())
        >>> facts.place_of(1), facts.place_of(2)
        (('a', 1), ('b', 0))
        """
        starts = [0, *accumulate(shard.rows for shard in self.shards)]
        k = min(bisect_right(starts, row) - 1, len(self.shards) - 1)
        return self.shards[k].file, row - starts[k]


_COUNTED = ("documents", "first_tokens_left_out", "missing_logprobs")


def _any(flags: Sequence[bool | None]) -> bool | None:
    """Whether any is true, None where none is known."""
    known = [flag for flag in flags if flag is not None]
    return any(known) if known else None


def _sum(counts: Sequence[int | None]) -> int | None:
    """The sum of those that are known, None where none is."""
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


@dataclass(frozen=True)
class PairFacts(Facts):
    """The facts of A, and ``candidates``: what messages call the files that it is compared with, and of which of them
    all rows of logits are PMFs. ``matched_by`` is ``id`` where all files are matched so."""

    candidates: tuple[str, ...] = ()
    candidates_all_pmfs: tuple[bool, ...] = ()
    candidates_clipped: tuple[int, ...] = ()
    candidates_evidence: tuple[Evidence, ...] = ()

    def of_all(self, others: Sequence[Facts]) -> dict[str, Any]:
        """The same for every candidate."""
        flags = [
            other.candidates_all_pmfs for other in others if isinstance(other, PairFacts) and other.rows_read
        ]  # fmt: skip
        together = tuple(map(all, zip(*flags, strict=True))) if flags else (False,) * len(self.candidates)
        sides = [other.candidates_evidence for other in others if isinstance(other, PairFacts) and other.rows_read]
        evidence = tuple(Evidence.of_all(side) for side in zip(*sides, strict=True))
        counts = [other.candidates_clipped for other in others if isinstance(other, PairFacts) and other.rows_read]
        clipped = tuple(sum(each) for each in zip(*counts, strict=True))
        return super().of_all(others) | {
            "candidates_all_pmfs": together,
            "candidates_clipped": clipped,
            "candidates_evidence": evidence,
        }

    def said(self) -> list[str]:
        """The notes, and the files that all their rows give one."""
        names = (self.name, *self.candidates)
        flags = (self.all_pmfs, *self.candidates_all_pmfs)
        counts = (self.clipped, *(self.candidates_clipped or (0,) * len(self.candidates)))
        files = zip(names, counts, flags, strict=True)
        return [
            *self.notes,
            *(f"{name}: {text}" for name, count, flag in files for text in self._said_of_figures(count, flag)),
            *self._cut(names),
        ]


def whole_files(shards: Sequence[Shard]) -> tuple[Shard, ...]:
    """Shards in their order, the parts of each file as one."""
    files: list[Shard] = []
    for shard in shards:
        if files and shard.part and files[-1].place == shard.place:
            files[-1] = replace(files[-1], rows=files[-1].rows + shard.rows)
        else:
            files.append(shard)
    return tuple(files)
