"""Which axis of an array is that of the classes, by its shape and by that of the array it stands beside."""

from __future__ import annotations

from cecli.errors import InputError, UsageError
from cecli.readers.tables.arrays.spec import ArrayOptions

Shape = tuple[int, ...]


def axis_of(shape: Shape, options: ArrayOptions, name: str) -> int | None:
    """The axis of the classes, None where every element is a row of its own. Raises InputError for a shape that does
    not fit, UsageError for an axis that is not there."""
    if not shape or 0 in shape[1:] or min(shape) < 0:
        raise InputError(f"{name}: expected an array of shape (rows, classes), found {shape}")
    if options.of_labels:
        return _axis_of_labels(shape, options, name)
    if len(shape) == 1 and options.class_axis is None:
        return None
    return _wanted_axis(shape, options.class_axis, name)


def check_axis_is_known(shape: Shape, class_axis: int | None, name: str) -> None:
    """Raise InputError where the classes may be those of the last axis or, as PyTorch has it, of the second, and the
    numbers do not tell."""
    if class_axis is None and len(shape) > 2 and shape[1] == shape[-1]:
        raise InputError(
            f"{name}: of its shape {shape} the last axis or axis 1 may be that of the classes",
            f"--class-axis 1, as PyTorch has it, or --class-axis {len(shape) - 1}",
        )


def _wanted_axis(shape: Shape, class_axis: int | None, name: str) -> int:
    wanted = -1 if class_axis is None else class_axis
    if not -len(shape) <= wanted < len(shape):
        last = f"from 0 to {len(shape) - 1}" if len(shape) > 1 else "0 alone"
        raise UsageError(f"--class-axis {wanted}: {name} has the shape {shape}, and axes {last}")
    return wanted % len(shape)


def _axis_of_labels(shape: Shape, options: ArrayOptions, name: str) -> int | None:
    """Labels have all axes of the predictions but that of the classes; soft labels have that, too."""
    beside = options.beside
    if len(beside) <= 2 and len(shape) <= 2:
        return None if len(shape) == 1 else _axis_of_table(shape, options)
    if len(shape) == 1:
        return None  # flat, in C order; how many there are is compared with the rows
    if not beside:
        raise InputError(
            f"{name}: expected an array of labels of shape (rows,), found {shape}",
            "labels of several axes stand beside predictions of one axis more; else flatten them: a.reshape(-1)",
        )
    axis = _wanted_axis(beside, options.class_axis, "PREDS")
    others = beside[:axis] + beside[axis + 1 :]
    if shape[1:] == others[1:]:
        return None
    if len(shape) == len(beside) and shape[axis] in (1, beside[axis]):
        same = shape[:axis] + shape[axis + 1 :]
        if same[1:] == others[1:]:
            return None if shape[axis] == 1 else axis
    raise InputError(
        f"{name}: labels of shape {shape} beside predictions of shape {beside}: expected {others}, the axes without "
        f"that of the classes, which is axis {axis}",
        _other_axis(shape, beside),
    )


def _axis_of_table(shape: Shape, options: ArrayOptions) -> int:
    """Of two axes beside predictions of two: soft labels lie as the predictions do."""
    return 0 if options.class_axis in (0, -2) and len(options.beside) == 2 else 1


def _other_axis(shape: Shape, beside: Shape) -> str | None:
    fits = [k for k in range(len(beside)) if beside[:k] + beside[k + 1 :] == shape]
    return f"--class-axis {fits[0]}" if len(fits) == 1 else None
