"""The parameters of a calibration, read back from the JSON that ``cecli calibrate -f json`` wrote."""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass
from typing import Any

from cecli.errors import InputError, literal, quoted
from cecli.readers.sources.source import open_source

VERSION = 1

_MOST_BYTES = 1 << 26
_HEAD = 1 << 20
_MARK = b'"temperature"'


@dataclass(frozen=True)
class Parameters:
    """A temperature, and a bias for each class of those that it was fitted to, if any were. ``class_count`` and
    ``kind``, what it was fitted to, are None where they are not known."""

    name: str
    temperature: float
    class_count: int | None = None
    classes: tuple[str, ...] = ()
    biases: tuple[float, ...] | None = None
    kind: str | None = None


def holds_parameters(path: str) -> bool:
    """Whether a plain file looks like them; others cannot be looked at and read again."""
    if not os.path.isfile(path):
        return False
    with open_source(path) as source:
        head = source.peek(_HEAD)
    return head.lstrip().startswith(b"{") and _MARK in head and b'"schema_version"' in head


def read_parameters(path: str) -> Parameters:
    """The parameters in the file at ``path``. Raises InputError where it holds none, or none that can be applied."""
    with open_source(path) as source:
        name, data = source.name, source.read(_MOST_BYTES)
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise _no_parameters(name, "it is not one JSON object") from None
    if not isinstance(document, dict) or document.get("command") != "calibrate":
        raise _no_parameters(name, "its command is not calibrate")
    if document.get("schema_version") != VERSION:
        raise InputError(
            f"{name}: parameters of the version {literal(str(document.get('schema_version')))}, and 1 is read",
            "calibrate again with this cecli",
        )
    temperature = _number(document.get("temperature"), name, "temperature")
    if temperature == 0:
        raise InputError(
            f"{name}: the fit is unbounded (T = 0), and nothing can be calibrated with it",
            "every row it was fitted to was right: fit it to rows that the model gets wrong, too",
        )
    if temperature < 0:
        raise InputError(f"{name}: the temperature {temperature!r} is negative")
    count = document.get("class_count")
    if count is not None and (isinstance(count, bool) or not isinstance(count, int)):
        raise _no_parameters(name, "class_count is no whole number")
    kind = document.get("kind")
    if kind is not None and not isinstance(kind, str):
        raise _no_parameters(name, "its kind is no text")
    listed = document.get("biases")
    if listed is None:
        return Parameters(name, temperature, count, kind=kind)
    if not isinstance(listed, list) or not all(
        isinstance(one, dict) and isinstance(one.get("class"), str) for one in listed
    ):
        raise _no_parameters(name, "its biases are no list of classes")
    classes = tuple(one["class"] for one in listed)
    biases = tuple(_number(one.get("bias"), name, f"the bias of {quoted(one['class'])}") for one in listed)
    if len(set(classes)) < len(classes) or not all(map(math.isfinite, biases)):
        raise _no_parameters(name, "its biases are not a finite number for each class")
    return Parameters(name, temperature, len(classes), classes, biases, kind)


def _number(value: Any, name: str, what: str) -> float:
    if value == "Infinity":
        return math.inf
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _no_parameters(name, f"{what} is no number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise _no_parameters(name, f"{what} is no finite number")
    return number


def _no_parameters(name: str, why: str) -> InputError:
    return InputError(
        f"{name}: no parameters of a calibration: {why}",
        "cecli calibrate LOGITS LABELS -o PARAMETERS.json writes them",
    )
