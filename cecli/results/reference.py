"""The catalogue as a page to read, and as a JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from cecli.results.figures import ANY, COUNT, NUMBER, UNIT, Figure, catalogue, within

TOPICS = {
    "keys": "Every key of every result: its unit, and what it means.",
    "schema": "The same as a JSON Schema, for programs that read results.",
}
"""Topic of ``cecli help`` -> what it is about."""


def text_of(topic: str) -> str:
    """The page of a topic."""
    return keys() if topic == "keys" else json.dumps(schema(), indent=2) + "\n"


def commands() -> list[str]:
    """The commands whose documents the catalogue describes."""
    places = dict.fromkeys(place for figure in catalogue() for place in figure.where.split())
    return [place for place in places if "." not in place and place != ANY]


def keys() -> str:
    """A table of the keys of every command, as Markdown; ``[]`` stands behind a list of objects."""
    parts = ["# Keys of the results\n\nA unit of its own means that of the result, which its key unit names."]
    for command in (*commands(), ANY):
        title = "Any command" if command == ANY else f"cecli {command}"
        rows = [f"| {path} | {_unit(one)} | {_said(one)} |" for path, one in _paths(command, command, "")]
        parts.append("\n".join([f"## {title}\n", "| key | unit | meaning |", "|---|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def _unit(figure: Figure) -> str:
    return "the unit" if figure.kind == UNIT else ""


def _said(figure: Figure) -> str:
    said = figure.meaning.replace("|", "\\|")
    return f"{said} ({figure.when})" if figure.when else said


def _paths(command: str, place: str, before: str, above: tuple[str, ...] = ()) -> Iterator[tuple[str, Figure]]:
    """The figures of a place and below it, by their paths; a place that was listed already is not gone into again."""
    for figure in within(place):
        yield f"{before}{figure.key}", figure
        inner = figure.inner(command)
        if inner and inner not in above:
            dots = "." if figure.kind.startswith("object") else "[]."
            yield from _paths(command, inner, f"{before}{figure.key}{dots}", (*above, inner))


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of all documents."""
    places = dict.fromkeys(place for figure in catalogue() for place in figure.where.split() if place != ANY)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Results of cecli",
        "oneOf": [{"$ref": f"#/$defs/{command}"} for command in commands()],
        "$defs": {place: _object(place) for place in places},
    }


def _object(place: str) -> dict[str, Any]:
    """The schema of a place."""
    command, whole = place.partition(".")[0], "." not in place
    figures = (*(within(ANY) if whole else ()), *within(place))
    made: dict[str, Any] = {"type": "object", "additionalProperties": False}
    made["properties"] = {one.key: _type(one, command) | {"description": one.meaning} for one in figures}
    if whole:
        made["properties"]["command"] |= {"const": command}
        made["required"] = ["schema_version", "command", "version"]
    return made


_INFINITIES = {"enum": ["Infinity", "-Infinity"]}
_TYPES: dict[str, dict[str, Any]] = {
    UNIT: {"anyOf": [{"type": ["number", "null"]}, _INFINITIES]},
    NUMBER: {"anyOf": [{"type": ["number", "null"]}, _INFINITIES]},
    COUNT: {"type": ["integer", "null"]},
    "text": {"type": ["string", "null"]},
    "flag": {"type": "boolean"},
    "texts": {"type": "array", "items": {"type": "string"}},
    "numbers": {"type": "array", "items": {"anyOf": [{"type": ["number", "null"]}, _INFINITIES]}},
    "matrix": {"type": "array", "items": {"type": "array"}},
    "any": {},
}
"""Kind of a figure -> its schema."""


def _type(figure: Figure, command: str) -> dict[str, Any]:
    inner = figure.inner(command)
    if not inner:
        return dict(_TYPES[figure.kind])
    reference = {"$ref": f"#/$defs/{inner}"}
    if figure.kind.startswith("object"):
        return {"anyOf": [reference, {"type": "null"}]}
    return {"type": "array", "items": reference}
