"""Paths into nested JSON: ``choices[].logprobs.content[].logprob`` is every log-probability of a chat's answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cecli.errors import InputError, UsageError, quoted

EACH = None
"""The step to every element of a list; other steps are keys (texts) and positions (whole numbers)."""

Step = str | int | None
Sequences = list[list[Any]]
"""The values of a document: those of each sequence of tokens in it, such as a choice."""

ABSENT: Any = type("Absent", (), {"__repr__": lambda self: "nothing"})()
"""Stands where an element of the last list has no such key."""

_PART = re.compile(r'\.?(?:"((?:[^"\\]|\\.)*)"|([^.\[\]"]+))|\[(\d*)\]')
_OF_SEQUENCES = {"choices", "prompt", "candidates", "sequences", "results", "samples"}
"""Keys of lists of whole sequences; the elements of other outer lists are pieces of one."""


@dataclass(frozen=True)
class Path:
    """A path; ``text`` is how it was written."""

    text: str
    steps: tuple[Step, ...]

    @property
    def lists(self) -> int:
        """How many lists it goes through."""
        return self.steps.count(EACH)

    def under(self, prefix: str) -> Path:
        """The same path, below another key."""
        return parse_path(f"{prefix}.{self.text}") if prefix else self

    def sequences(self, document: Any) -> Sequences:
        """The values in a document, of each sequence. None stands for a null, ABSENT where an element of the last list
        lacks the key; what is not there, or is null, before that has no values. Raises Astray where something else
        stands on the way."""
        found: Sequences = []
        _collect(document, self.steps, found, self._split())
        return found

    def places(self, document: Any) -> Iterator[str]:
        """The places of the values, in the order of ``sequences``, as messages name them."""
        return (place for place, _ in walk(document, self.steps))

    def _split(self) -> int:
        """The step whose list holds whole sequences; -1 where a document is one."""
        if self.lists < 2:
            return -1
        at = self.steps.index(EACH)
        return at if at and self.steps[at - 1] in _OF_SEQUENCES else -1


class Astray(Exception):
    """Something stands on a path that it cannot go through: what was expected and what was found."""

    def __init__(self, wanted: str, found: Any) -> None:
        super().__init__(wanted, found)
        self.wanted, self.found = wanted, found


def parse_path(text: str) -> Path:
    r"""The path that ``text`` writes: keys with dots, ``[]`` for every element of a list, ``[2]`` for one of them.

    A key that holds a dot or a bracket stands in double quotes. Raises UsageError where it is none.

    >>> parse_path("choices[].logprobs").steps
    ('choices', None, 'logprobs')
    """
    steps: list[Step] = []
    at = 0
    while at < len(text):
        match = _PART.match(text, at)
        if match is None or (at == 0 and text[0] == ".") or (at and match[3] is None and text[at] != "."):
            raise UsageError(
                f"--observed {quoted(text)}: not a path (character {at + 1})",
                "keys with dots, [] for each element of a list: choices[].logprobs.content[].logprob",
            )
        key, plain, number = match.groups()
        steps.append(
            plain if plain is not None else re.sub(r"\\(.)", r"\1", key) if key is not None
            else int(number) if number else EACH
        )  # fmt: skip
        at = match.end()
    if not steps or steps[0] is EACH or isinstance(steps[0], int):
        raise UsageError(f"--observed {quoted(text)}: a path begins with a key")
    return Path(text, tuple(steps))


def key_path(name: str) -> Path:
    """The path of a key of a record: a path where it has dots or brackets."""
    return Path(name, (name,)) if not any(mark in name for mark in ".[") else parse_path(name)


def _collect(node: Any, steps: Sequence[Step], found: Sequences, split: int) -> None:
    for k, step in enumerate(steps):
        if node is None or node is ABSENT:
            return
        if step is EACH:
            _each(node, steps, k, found, split)
            return
        node = _inner(node, step)
    if node is not ABSENT:
        _add(node if isinstance(node, list) else [node], found)


def _each(node: Any, steps: Sequence[Step], k: int, found: Sequences, split: int) -> None:
    if not isinstance(node, list):
        raise Astray("a list", node)
    rest = steps[k + 1 :]
    if EACH in rest:
        for element in node:
            if split == k:
                found.append([])
            _collect(element, rest, found, -1)
        return
    for step in rest:
        node = [_inner(each, step) for each in node]
    if node and isinstance(node[0], list):  # [] at the end may be left off
        node = [value for each in node for value in (each if isinstance(each, list) else [each])]
    _add(node, found)


def _add(values: list[Any], found: Sequences) -> None:
    if not found:
        found.append([])
    found[-1] += values


def _inner(node: Any, step: Step) -> Any:
    if isinstance(step, str):
        if type(node) is dict:
            return node.get(step, ABSENT)
    elif isinstance(node, list):
        return node[step] if step is not None and step < len(node) else ABSENT
    if node is None or node is ABSENT:
        return node
    raise Astray("an object" if isinstance(step, str) else "a list", node)


def walk(node: Any, steps: Sequence[Step], place: str = "", last: bool = False) -> Iterator[tuple[str, Any]]:
    """The places and values of a path, in the order of ``Path.sequences``; ``last`` where the last list is behind.
    Where the path goes astray, the last one is what stands there."""
    if not steps:
        if isinstance(node, list):
            yield from ((f"{place}[{k}]", value) for k, value in enumerate(node))
        elif node is not ABSENT or last:
            yield place, node
        return
    if node is None or node is ABSENT:
        if last:
            yield place + _text(steps, inside=True), node
        return
    step, rest = steps[0], steps[1:]
    if not isinstance(node, dict if isinstance(step, str) else list):
        yield place, node
    elif step is EACH:
        for k, element in enumerate(node):
            yield from walk(element, rest, f"{place}[{k}]", EACH not in rest)
    else:
        yield from walk(_inner(node, step), rest, place + _text((step,), inside=bool(place)), last)


def _text(steps: Sequence[Step], inside: bool = False) -> str:
    """Steps as a path is written, after others or at its beginning."""
    text = ""
    for step in steps:
        if isinstance(step, str):
            plain = not re.search(r'[.\[\]"]', step)
            text += ("." if text or inside else "") + (step if plain else f'"{step}"')
        else:
            text += "[]" if step is EACH else f"[{step}]"
    return text


def astray(document: Any, path: Path) -> tuple[str, Sequence[str]] | None:
    """Where a path leads nowhere in a document: the first key that is not there, with what comes before it, and the
    keys that are. None where it leads to something, or ends at a null or an empty list."""
    node = document
    for k, step in enumerate(path.steps):
        if node is None:
            return None
        if isinstance(step, str):
            if isinstance(node, list):
                return f"{_text(path.steps[:k])} is a list", [f"{_text(path.steps[:k])}[]{_text(path.steps[k:], True)}"]
            if not isinstance(node, dict):
                return f"{_text(path.steps[:k])} is no object", []
            if step not in node:
                return f"no key {quoted(step)}{_at(path.steps[:k])}", list(node)
            node = node[step]
            continue
        if not isinstance(node, list):
            return f"{_text(path.steps[:k])} is no list", [_text([*path.steps[:k], *path.steps[k + 1 :]])]
        if step is EACH and not node:
            return None
        node = node[0 if step is EACH else step] if len(node) > (step or 0) else None
    return None


def _at(steps: Sequence[Step]) -> str:
    return f" in {_text(steps)}" if steps else ""


def leads_nowhere(name: str, document: Any, path: Path) -> InputError:
    """What to say where no document has what the path leads to."""
    from cecli.core.nearest import meant

    where = astray(document, path)
    if where is None:
        return InputError(f"{name}: {path.text} leads to no figure in any document")
    what, keys = where
    wanted = next((step for step in path.steps if isinstance(step, str) and f"no key {quoted(step)}" in what), None)
    shown = ", ".join(quoted(key)[1:-1] for key in keys[:12])
    shown += f" and {len(keys) - 12} more" if len(keys) > 12 else ""
    near = None if wanted is None else meant(wanted, keys)
    hint = near or (f"its keys are {shown}" if wanted is not None else f"did you mean {shown}?" if keys else None)
    return InputError(f"{name}:1: {path.text}: {what}", hint)
