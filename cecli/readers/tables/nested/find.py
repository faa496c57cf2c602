"""Where in a record the figures of all classes stand, found on the first one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from cecli.core.rows.natural import natural_key
from cecli.readers.tables.nested.shape import NotSo, Shape, is_list, mapping, name_of

NAME_KEYS = ("label", "class", "class_name", "name", "category", "classes", "labels", "class_names", "names",
             "categories", "displaynames")  # fmt: skip
FIGURE_KEYS = ("score", "prob", "probability", "proba", "confidence", "value", "logit", "logprob", "scores", "probs",
               "probabilities", "confidences", "values", "logits", "logprobs")  # fmt: skip
"""What tools call the two, in small letters."""

USUAL = ("probabilities", "probability", "probs", "prob", "proba", "scores", "logits", "logprobs", "log_probs",
         "prediction", "predictions", "output", "output_probability", "predict_proba")  # fmt: skip
"""Keys under which an object of numbers is meant, whatever else is in the record."""

_CHOICES = "filtered_resps"
_OF_QUESTIONS = {"doc_id", "target", "arguments", _CHOICES}
"""Keys of every record of the samples that lm-eval 0.4 writes."""

OWN_LABEL = "target"
"""Where lm-eval writes the number of the right choice."""

_DEEPEST = 4

IsNumber = Callable[[Any], bool]


def find_shape(record: dict[str, Any], is_number: IsNumber, wanted: str | None = None) -> Shape | None:
    """The one value of a record that holds the figures of all classes; the one called ``wanted``, ``a.b`` being b
    within a. None where there is none, or several may be meant."""
    if wanted in (None, _CHOICES) and record.keys() >= _OF_QUESTIONS:
        return _choices(record)
    found = list(_shapes(record, (), is_number))
    if wanted is not None:
        return next((shape for shape in found if shape.called == wanted), None)
    plain = [shape for shape in found if shape.kind == "object"]
    clear = [shape for shape in found if shape.kind != "object"]
    if clear:
        return clear[0] if len(clear) == 1 else None
    usual = [shape for shape in plain if shape.path[-1].casefold() in USUAL]
    if len(usual) == 1:
        return usual[0]
    alone = len(plain) == 1 and not usual and plain[0].width > 1
    return plain[0] if alone and not any(map(is_number, record.values())) else None


def _choices(record: dict[str, Any]) -> Shape | None:
    if "acc_mutual_info" in record:
        return None  # the choices stand there twice, once without the question
    shape = Shape("choices", (_CHOICES,))
    try:
        width = len(shape.cells(record[_CHOICES]))
    except NotSo:
        return None  # a generation, or the likelihood of a whole text
    return replace(shape, width=width) if width > 1 else None


def _shapes(value: Any, path: tuple[str, ...], is_number: IsNumber) -> Iterator[Shape]:
    shape = _shape(value, path, is_number)
    if shape is not None:
        yield shape
        return
    inside = mapping(value)
    if inside is None or len(path) >= _DEEPEST:
        return
    for key, part in inside.items():
        if isinstance(key, str):
            yield from _shapes(part, (*path, key), is_number)


def _shape(value: Any, path: tuple[str, ...], is_number: IsNumber) -> Shape | None:
    if is_list(value):
        return _pairs(value, path, is_number) if path else None
    inside = mapping(value)
    if not inside:
        return None
    for shape in (Shape("spark", path), _lists(inside, path, is_number), Shape("object", path)):
        if shape is None or (shape.kind == "object" and not path):
            continue
        try:
            cells = shape.cells(value)
        except NotSo:
            continue
        if cells and all(isinstance(cell, float) or is_number(cell) for cell in cells.values()):
            if shape.kind == "spark":
                return Shape("spark", path, width=len(cells))
            return shape.of(list(cells) if shape.kind == "object" else sorted(cells, key=natural_key))
    return None


def _pairs(value: list[Any], path: tuple[str, ...], is_number: IsNumber) -> Shape | None:
    first = mapping(value[0]) if value else None
    keys = None if first is None else _keys(first, lambda one: name_of(one) is not None, is_number)
    if keys is None:
        return None
    shape = Shape("pairs", path, name_key=keys[0], figure_key=keys[1])
    try:
        cells = shape.cells(value)
    except NotSo:
        return None
    return shape.of(sorted(cells, key=natural_key)) if all(map(is_number, cells.values())) else None


def _lists(inside: dict[str, Any], path: tuple[str, ...], is_number: IsNumber) -> Shape | None:
    def names(value: Any) -> bool:
        return is_list(value) and bool(value) and all(isinstance(one, str) and not is_number(one) for one in value)

    def figures(value: Any) -> bool:
        return is_list(value) and bool(value) and all(map(is_number, value))

    keys = _keys(inside, names, figures)
    return None if keys is None else Shape("lists", path, name_key=keys[0], figure_key=keys[1])


def _keys(inside: dict[str, Any], is_name: IsNumber, is_figure: IsNumber) -> tuple[str, str] | None:
    """The keys of names and of figures: those that are called so, or the only two that there are."""
    names = [key for key, value in inside.items() if key.casefold() in NAME_KEYS and is_name(value)]
    figures = [key for key, value in inside.items() if key.casefold() in FIGURE_KEYS and is_figure(value)]
    return (names[0], figures[0]) if len(names) == len(figures) == 1 and names != figures else None
