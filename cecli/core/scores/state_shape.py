"""Whether what a state says of its run can be so: every option and every fact of its own kind, and the two agree."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from cecli.core.families import LIBRARIES
from cecli.core.metrics import METRICS, OF_LOSSES, REPORT
from cecli.core.sums.state import count_of

Check = Callable[[Any], bool]


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 1 << 63


def _counts(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 1 and all(map(_count, value))


def _number(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value <= 1e308 and math.isfinite(value)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_text, value))


def _distinct(value: Any) -> bool:
    return _texts(value) and len(set(value)) == len(value)


def _in_order(value: Any) -> bool:
    return _distinct(value) and value == sorted(value)


def _maybe(check: Check) -> Check:
    return lambda value: value is None or check(value)


def _one_of(*values: str) -> Check:
    return lambda value: isinstance(value, str) and value in values


def _shards(value: Any) -> bool:
    return isinstance(value, list) and all(_parts(one, _SHARD) for one in value)


def _parts(value: Any, checks: Mapping[str, Check]) -> bool:
    return isinstance(value, dict) and value.keys() == checks.keys() and all(checks[key](value[key]) for key in checks)


def _doubts(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(_parts(one, _DOUBT) for one in value)


def _classes(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(map(_count, value)) and list(value) == sorted(set(value))


_DOUBT: dict[str, Check] = {"key": _text, "message": _text, "hint": _maybe(_text), "armed": _flag}

_EVIDENCE: dict[str, Check] = {
    "doubts": _doubts,
    "whole": _maybe(_classes),
    "not_below": _maybe(_classes),
    "not_zero": _maybe(_classes),
    "met": _classes,
}

_SHARD: dict[str, Check] = {"file": _text, "place": _text, "rows": _count, "part": _count}

_OPTIONS: dict[str, Check] = {
    "classes": _distinct,
    "metrics": _distinct,
    "kind": _one_of("probabilities", "logits", "log-probabilities", "losses"),
    "observed": _flag,
    "labels_read_as": _maybe(_text),
    "matched_by": _one_of("position", "id"),
    "first_label": lambda value: type(value) is int and abs(value) < 1 << 63,
    "ignore": _texts,
    "normalize": _flag,
    "weights": _maybe(_one_of("frequency", "importance")),
    "own_denominator": _flag,
    "clip": _maybe(lambda value: _number(value) and 0 < value <= 0.5),
    "label_smoothing": lambda value: _number(value) and value <= 1,
    "class_weights": _maybe(lambda value: isinstance(value, list) and all(map(_number, value))),
    "by": _maybe(_text),
    "cluster": _maybe(_text),
    "top_k": lambda value: _count(value) and value > 0,
    "worst": _count,
    "confusions": _count,
    "log_base": _maybe(lambda value: value in (2.0, 10.0)),
    "first_token": _maybe(_one_of("drop", "keep")),
    "missing_logprob": _maybe(_one_of("drop", "infinite")),
    "per": _maybe(_text),
    "text": _maybe(_text),
    "like": lambda value: _distinct(value) and set(value) <= LIBRARIES.keys(),
}

_READ: dict[str, Check] = {
    "rows_read": _count,
    "shards": _shards,
    "class_names": _distinct,
    "groups": _in_order,
    "labels_read_as": _maybe(_text),
    "matched_by": _text,
    "observed_only": _flag,
    "has_ids": _flag,
    "clustered": _flag,
    "normalized": _flag,
    "all_pmfs": _flag,
    "clipped": _count,
    "evidence": lambda value: _parts(value, _EVIDENCE),
    "other": _maybe(_text),
    "notes": _texts,
    "unmet": _texts,
    "suspects": _texts,
    "documents": _maybe(_count),
    "first_tokens_left_out": _maybe(_count),
    "missing_logprobs": _maybe(_count),
    "per": _maybe(_text),
    "units_include_first_token": _maybe(_flag),
    "clusters": _in_order,
}

_SAME = {
    "labels_read_as": "labels_read_as",
    "matched_by": "matched_by",
    "observed": "observed_only",
    "normalize": "normalized",
}
"""What an option and a fact say alike."""


LATER: dict[str, dict[str, Any]] = {
    "options": {"log_base": None, "first_token": None, "missing_logprob": None, "per": None, "text": None},
    "read": {
        "clipped": 0,
        "evidence": {"doubts": [], "whole": [], "not_below": [], "not_zero": [], "met": []},
        "documents": None,
        "first_tokens_left_out": None,
        "missing_logprobs": None,
        "per": None,
        "units_include_first_token": None,
    },
}
"""What states of the first version lack, and what it would say in them."""


def check_shape(document: Mapping[str, Any]) -> None:
    """Raise ValueError where the options and facts of a state cannot be so, or are not all there."""
    options, read = document["options"], document["read"]
    _check(options, _OPTIONS, "options")
    metrics = set(options["metrics"])
    unknown = sorted(metrics - METRICS.keys())
    if unknown:
        raise ValueError(f"unknown metrics: {', '.join(unknown)}")
    missing = [name for name in (OF_LOSSES if options["observed"] else REPORT) if name not in metrics]
    if missing:
        raise ValueError(f"options.metrics: {missing[0]} is missing")
    told = {name: value for name, value in read.items() if name != "labels_at_cut" or value}
    _check(told, _READ | ({"labels_at_cut": _counts} if "labels_at_cut" in told else {}), "read")
    for option, fact in _SAME.items():
        _agree(options[option] == read[fact], f"options.{option}", f"read.{fact}")
    _agree((options["cluster"] is not None) == read["clustered"], "options.cluster", "read.clustered")
    _agree(read["clustered"] or not read["clusters"], "read.clustered", "read.clusters")
    _agree(options["by"] is not None or not read["groups"], "options.by", "read.groups")
    _agree((options["by"] is None) == (document["groups"] is None), "options.by", "groups")
    classes = len(options["classes"])
    _agree(options["observed"] or len(read["class_names"]) == max(2, classes), "options.classes", "read.class_names")
    known = (k for key in ("whole", "not_below", "not_zero", "met") for k in read["evidence"][key] or ())
    _agree(all(k < classes for k in known), "options.classes", "read.evidence")
    weights = options["class_weights"]
    _agree(weights is None or len(weights) == max(2, classes), "options.class_weights", "options.classes")
    rows = sum(shard["rows"] for shard in read["shards"])
    _agree(read["rows_read"] == count_of(rows), "read.rows_read", "the rows of read.shards")


def _check(values: Any, checks: Mapping[str, Check], where: str) -> None:
    if not isinstance(values, dict) or values.keys() != checks.keys():
        missing = sorted(checks.keys() - (values if isinstance(values, dict) else {}))
        raise ValueError(f"{where}: {missing[0]} is missing" if missing else f"{where} has other parts")
    for name, check in checks.items():
        if not check(values[name]):
            raise ValueError(f"{where}.{name} is none")


def _agree(agreed: bool, one: str, other: str) -> None:
    if not agreed:
        raise ValueError(f"{one} and {other} do not agree")
