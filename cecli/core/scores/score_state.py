"""The state of a run of ``score`` over some of the rows: what it was asked, what it read, what it has added up.

It is one object of JSON (``score --partial`` writes it, ``merge`` reads it), version FORMAT:

- ``cecli_state``: FORMAT; ``version``: that of the program that wrote it; ``sha256``: its checksum (``rows.seal``).
  States of version UNSEALED, as cecli 0.1.0 wrote them, have none and may have ``machines``; they are read, too.
- ``options``: all that changes a figure. Only states that agree in these can be merged.
- ``read``: the shards with their rows, how labels were read, the notes (``rows.facts``), and the texts of groups and
  clusters, whose numbers below are their positions here.
- ``total`` and ``groups``: metric -> what it has added up (``core.sums.state``), of all rows and of each group of them;
  ``groups`` is null without --by. Exact sums are texts: 1f4p-52 is 0x1f4 times 2^-52.
- ``labels_used``, only in what workers send: which rows of a file of labels that all shards share have been used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from cecli.core.metrics import Spec
from cecli.core.rows.evidence import Evidence
from cecli.core.rows.facts import Facts, Shard
from cecli.core.rows.rows import LossRule
from cecli.core.rows.run_state import FORMAT, NOT_WHOLE, AnyPartial, merged, no_state, rule_of, with_tuples
from cecli.core.scores.groups import GroupedScorer
from cecli.core.scores.scorer import Scorer
from cecli.core.scores.state_agreement import check_agreement
from cecli.core.scores.state_shape import LATER, check_shape
from cecli.core.sums.state import Numbering, bits_from, state_of
from cecli.errors import InputError

UNSEALED = 1
"""The version of the states of cecli 0.1.0."""


SEAL = "sha256"
"""What the checksum is called."""


@dataclass(frozen=True)
class Options:
    """All that changes a figure of a run. ``classes`` are the class columns, ``metrics`` names of METRICS."""

    classes: tuple[str, ...]
    metrics: tuple[str, ...]
    kind: str = "probabilities"
    observed: bool = False
    labels_read_as: str | None = None
    matched_by: str = "position"
    first_label: int = 0
    ignore: tuple[str, ...] = ()
    normalize: bool = False
    weights: str | None = None
    own_denominator: bool = False
    clip: float | None = None
    label_smoothing: float = 0.0
    class_weights: tuple[float, ...] | None = None
    by: str | None = None
    cluster: str | None = None
    top_k: int = 5
    worst: int = 0
    confusions: int = 0
    log_base: float | None = None
    first_token: str | None = None
    missing_logprob: str | None = None
    per: str | None = None
    text: str | None = None
    like: tuple[str, ...] = ()

    def spec(self) -> Spec:
        """What the accumulators must know."""
        weights: Any = self.weights
        return Spec(max(2, len(self.classes)), self.top_k, weights, self.own_denominator, self.worst, self.like)

    def rule(self) -> LossRule:
        """What changes the loss."""
        return rule_of(self.clip, self.label_smoothing, self.class_weights)

    def fresh(self) -> Scorer | GroupedScorer:
        """An accumulator that has seen no row."""
        if self.by is None:
            return self._scorer()
        return GroupedScorer(self._scorer)

    def _scorer(self) -> Scorer:
        return Scorer(self.spec(), self.rule(), self.metrics)


@dataclass(frozen=True, eq=False, repr=False)
class Partial(AnyPartial):
    """A state of ``score``; ``outside`` where it came from a file and may say anything, ``sealed`` where that has a
    checksum."""

    options: Options
    TOTAL: ClassVar[Sequence[int] | None] = (0,)
    outside: bool = False
    sealed: bool = True

    def read_alike(self, partials: Sequence[Partial]) -> Sequence[Partial]:
        """Labels 0 and 1 of a column called 1 are its name and its opposite, or positions, as the first row of each
        shard has it: all are read as the first shard is."""
        ways = {partial.options.labels_read_as for partial in partials}
        if ways != {"name", "position"} or not all(partial._has_two_readings() for partial in partials):
            return partials
        first = min(partials, key=lambda one: min((shard.order for shard in one.facts.shards), default=()))
        return [partial._read_as(first.options.labels_read_as) for partial in partials]

    def _has_two_readings(self) -> bool:
        return self.options.classes == ("1",) and not self.options.first_label and self.facts.other in (None, "0")

    def _read_as(self, way: str | None) -> Partial:
        if self.options.labels_read_as == way:
            return self
        met = "0" in self.sums()["total"]["labels"]["observed"]
        other = "0" if way == "name" and met else None
        names = ("0", "1") if way == "position" or met else ("not 1", "1")
        facts = replace(self.facts, labels_read_as=way, other=other, class_names=names)
        return replace(self, options=replace(self.options, labels_read_as=way), facts=facts)

    def check(self, made: Any, numbering: Numbering) -> None:
        """Raise ValueError where a state from outside does not agree with itself."""
        if self.outside:
            check_agreement(made, self)

    def scorers(self) -> tuple[Scorer, Scorer | None]:
        """The score of all rows, and of the groups where there are some. Raises InputError where it is none."""
        scorer = self.accumulator()
        return (scorer.total, scorer.groups) if isinstance(scorer, GroupedScorer) else (scorer, None)

    def sums(self) -> dict[str, Any]:
        """The metrics of all rows and of the groups."""
        if self.options.by is None:
            return {"total": self.state["metrics"], "groups": None}
        return {"total": self.state["total"]["metrics"], "groups": self.state["groups"]["metrics"]}


def partial_of(
    scorer: Scorer | GroupedScorer, options: Options, facts: Facts, clusters: Sequence[str]
) -> Partial:  # fmt: skip
    """The state of a run that has ended; groups and clusters in the order of their texts, so that the same rows give
    the same state."""
    state = state_of(scorer)
    return merged([Partial(facts.name, options, facts, tuple(clusters), state)])


def partial_from(document: Any, name: str, outside: bool = False) -> Partial:
    """The state in an object of JSON. Raises InputError, which calls it ``name``, where it is none; one from
    ``outside`` is looked through for whatever does not agree."""
    if not isinstance(document, dict) or "cecli_state" not in document:
        what = "a report" if isinstance(document, dict) and "schema_version" in document else "JSON, but no state"
        raise InputError(f"{name}: this is {what}", "states are written by: cecli score … --partial -o FILE.cecli")
    if document["cecli_state"] not in ((UNSEALED, FORMAT) if outside else (FORMAT,)):
        version = document.get("version")
        raise InputError(
            f"{name}: a state of version {document['cecli_state']!r}, and version {FORMAT} is read here",
            f"cecli {version} wrote it: merge it with that version" if isinstance(version, str) else None,
        )
    try:
        if outside:
            _check_members(document)
            if document["cecli_state"] == UNSEALED:
                document = document | {part: LATER[part] | document[part] for part in LATER}
            check_shape(document)
        return replace(_parsed(document, name), outside=outside, sealed=document["cecli_state"] != UNSEALED)
    except NOT_WHOLE as error:
        raise no_state(name, error) from error


def _check_members(document: dict[str, Any]) -> None:
    """Raise ValueError where a file has other parts than its format."""
    own = {"machines"} if document["cecli_state"] == UNSEALED else {SEAL}
    other = sorted((document.keys() - own) ^ {"cecli_state", "version", "options", "read", "total", "groups"})
    if other:
        raise ValueError(f"{other[0]} has no place in it" if other[0] in document else f"{other[0]} is missing")


def _parsed(document: dict[str, Any], name: str) -> Partial:
    read = dict(document["read"])
    clusters = tuple(read.pop("clusters"))
    shards = tuple(Shard(**shard) for shard in read.pop("shards"))
    evidence = Evidence.of_document(read.pop("evidence", None))
    options = Options(**with_tuples(document["options"]))
    if options.by is None:
        state: dict[str, Any] = {"metrics": document["total"]}
    else:
        state = {"total": {"metrics": document["total"]}, "groups": {"metrics": document["groups"]}}
    return Partial(
        name,
        options,
        Facts(name=name, shards=shards, evidence=evidence, **with_tuples(read)),
        clusters,
        state,
        None if "labels_used" not in document else bits_from(document["labels_used"]),
    )
