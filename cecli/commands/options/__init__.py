"""The options that commands share. Each group is declared once and arrives at the command as one value."""

from __future__ import annotations

import functools
import math
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cecli.commands.options.headings import option
from cecli.core.units import Unit, parse_unit
from cecli.errors import UsageError
from cecli.input_guard import will_write
from cecli.report.model import STDOUT, OutputOptions

if TYPE_CHECKING:
    from cecli.readers.small.pmf import PmfOptions

Function = TypeVar("Function", bound=Callable[..., Any])
Make = Callable[[dict[str, Any], dict[str, Any]], Any]
"""Makes one value from the options of a group and the command's other arguments."""

FORMATS = ("auto", "table", "json", "csv", "tsv", "md")


class WholeNumber(click.IntRange):
    """A whole number in a range, which may be written as a count is: 1000000, 1e6."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, str) and not value.isdigit():
            from cecli.readers.tables.numbers import parse_count

            with suppress(ValueError):  # which Click says in the words that all options have
                value = parse_count(value)
        return super().convert(value, param, ctx)


def output_options(function: Function, make: Make | None = None) -> Function:
    """How a result is written; arrives as ``output``, an OutputOptions, or what ``make`` makes of it."""
    return grouped(
        function,
        "output",
        make or _output_value,
        [
            option("Output", "-f", "--format", "output_format", type=click.Choice(FORMATS), default="auto",
                         help="Format of the result: auto is a table on a terminal and plain data in a pipe."),
            option("Output", "-o", "--output", "output_path", metavar="FILE", multiple=True, callback=output_path,
                         help="Write to FILE, whole or not at all; the suffix gives the format."),
            option("Output", "--value", "output_value", is_flag=True, help="Print just the headline number."),
            option("Output", "--get", "output_get", metavar="KEY", multiple=True, callback=once,
                         help="Print just this number of the result, e.g. rows.read."),
            option("Output", "--digits", "output_digits", type=click.IntRange(1, 17), default=6, show_default=True,
                         metavar="N", help="Significant digits in tables."),
            option("Output", "-q", "--quiet", "output_quiet", is_flag=True, help="No notes and no progress bar."),
        ],
    )  # fmt: skip


def unit_option(function: Function) -> Function:
    """-b/--base; arrives as ``unit``, a Unit."""
    declare = option(
        "Loss", "-b", "--base", "unit", default="nats", show_default=True, metavar="UNIT", callback=_unit_value,
        help="Unit of the result: nats, bits, bans, or any base > 1.",
    )  # fmt: skip
    return declare(function)


@dataclass(frozen=True, eq=False, repr=False)
class PmfArguments:
    """How PMF arguments are read and matched: ``--normalize``, ``--missing``, ``--delimiter``."""

    normalize: bool
    missing: str
    delimiter: str | None

    @property
    def reading(self) -> PmfOptions:
        """How one is read."""
        from cecli.readers.small.pmf import PmfOptions

        return PmfOptions(self.normalize, self.delimiter)


def pmf_options(function: Function) -> Function:
    """How PMF arguments are read; arrives as ``pmfs``, a PmfArguments."""
    return grouped(
        function,
        "pmfs",
        lambda own, arguments: PmfArguments(**own),
        [
            click.option("--normalize", "pmfs_normalize", is_flag=True, help="Divide probabilities of any sum by it."),
            click.option("--missing", "pmfs_missing", type=click.Choice(["error", "zero"]), default="error",
                         show_default=True, help="What an outcome is that only one of two PMFs has."),
            delimiter_option("pmfs_delimiter"),
        ],
    )  # fmt: skip


def lone_pmf_options(function: Function) -> Function:
    """How PMF arguments are read where none is matched with another; arrives as ``pmfs``, a PmfArguments."""
    return grouped(
        function,
        "pmfs",
        lambda own, arguments: PmfArguments(missing="error", **own),
        [
            click.option("--normalize", "pmfs_normalize", is_flag=True, help="Divide probabilities of any sum by it."),
            delimiter_option("pmfs_delimiter"),
        ],
    )  # fmt: skip


def delimiter_option(name: str) -> Callable[[Function], Function]:
    """--delimiter; arrives as ``name``, a character or None. A blank stands for a run of blanks."""
    return option(
        "Input",
        "--delimiter",
        name,
        metavar="CHAR",
        callback=delimiter_value,
        help="What separates the cells of text: a character, or comma, semicolon, tab, pipe or space (runs of "
        "blanks).  [default: a comma; a tab in .tsv]",
    )


def decimal_option(name: str) -> Callable[[Function], Function]:
    """--decimal; arrives as ``name``, a character or None."""
    return option(
        "Input",
        "--decimal",
        name,
        metavar="CHAR",
        callback=_decimal_value,
        help="The decimal mark of numbers in text: point or comma.  [default: what the file proves]",
    )


def threads_option(function: Function) -> Function:
    """--threads; arrives as ``threads``, a number >= 1."""
    declare = option(
        "Speed", "--threads", type=click.IntRange(min=1), metavar="N", callback=_threads_value,
        help="Worker threads; never changes a digit.  [default: all cores, or CECLI_THREADS]",
    )  # fmt: skip
    return declare(function)


def confidence_option(function: Function) -> Function:
    """--confidence; arrives as ``confidence``, between 0 and 1."""
    declare = option(
        "Report", "--confidence", type=float, default=0.95, show_default=True, callback=_confidence_value,
        metavar="SHARE", help="Confidence level of the intervals.",
    )  # fmt: skip
    return declare(function)


def plot_option(function: Function) -> Function:
    """--plot; arrives as ``plot``, a path with a suffix that names a kind of picture, or None."""
    declare = option(
        "Output", "--plot", metavar="FILE", callback=_plot_value,
        help="Draw it into FILE.svg, .png or .pdf as well (needs matplotlib: pip install 'cecli[plot]').",
    )  # fmt: skip
    return declare(function)


def order_option(flag: str, name: str, text: str) -> Callable[[Function], Function]:
    """An order of a family of entropies or divergences; arrives as ``name``, a number >= 0, infinity, or None."""
    return click.option(flag, name, metavar="A", callback=_order_value, help=text)


def is_given(name: str) -> bool:
    """Whether the person gave an option, by its parameter: one that only has its default is not."""
    source = click.get_current_context().get_parameter_source(name)
    return source == click.core.ParameterSource.COMMANDLINE


def hidden(*names: str) -> Callable[[Function], Function]:
    """Leave options of this function, by their parameters, out of its help: it takes them only to say why it does
    not."""

    def hide(function: Function) -> Function:
        for parameter in getattr(function, "__click_params__", []):
            parameter.hidden = parameter.hidden or parameter.name in names
        return function

    return hide


def grouped(
    function: Function,
    name: str,
    make: Make,
    options: list[Callable[[Function], Function]],
) -> Function:
    """Declare options whose names start with ``name_`` and hand the command one value made from them.

    ``make`` gets them by the rest of their names, and the command's other arguments, of which it may take some.
    """

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        own = {key[len(name) + 1 :]: kwargs.pop(key) for key in list(kwargs) if key.startswith(f"{name}_")}
        value = make(own, kwargs)
        return function(*args, **kwargs, **{name: value})

    wrapped: Any = wrapper
    for one in reversed(options):
        wrapped = one(wrapped)
    return wrapped  # type: ignore[no-any-return]


def _output_value(own: dict[str, Any], arguments: dict[str, Any]) -> OutputOptions:
    from cecli.report.write import check_options

    options = OutputOptions(**own)
    lines = arguments.get("sequence", False)  # of a stream of lines the suffix says nothing
    check_options(replace(options, path=None) if lines else options)
    return options


def once(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> str | None:
    """The callback of an option of which the last of several would be taken, and the others forgotten in silence."""
    if len(value) > 1:
        name = max(parameter.opts, key=len)
        raise UsageError(
            f"{name} is given {len(value)} times, and one call prints one result",
            "-o FILE.json stores it, and cecli show prints it in other forms",
        )
    return value[0] if value else None


def output_path(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> str | None:
    """The callback of ``-o``: one file, and no input is replaced by the result."""
    path = once(context, parameter, value)
    if path != STDOUT:
        will_write(path, "--output")
    return path


def _unit_value(context: click.Context, parameter: click.Parameter, value: str) -> Unit:
    return parse_unit(value)


def _threads_value(context: click.Context, parameter: click.Parameter, value: int | None) -> int:
    if value is not None:
        return value
    text = os.environ.get("CECLI_THREADS", "")
    if not text:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise UsageError(f'CECLI_THREADS: expected a whole number from 1, found "{text}"')
    return int(text)


def _confidence_value(context: click.Context, parameter: click.Parameter, value: float) -> float:
    if not 0 < value < 1:
        raise UsageError(f"--confidence: expected a share between 0 and 1, found {value!r}", hint="e.g. 0.95")
    return value


def _plot_value(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None:
        from cecli.report.drawing.plot import check_plot

        check_plot(value)
        will_write(value, "--plot")
    return value


def _order_value(context: click.Context, parameter: click.Parameter, value: str | None) -> float | None:
    if value is None:
        return None
    try:
        order = math.nan if "_" in value or not value.isascii() else float(value)
    except ValueError:
        order = math.nan
    if not order >= 0:
        raise UsageError(f"{parameter.opts[0]}: expected a number >= 0 or inf, found {value!r}", hint="e.g. 2")
    return order + 0.0


_DELIMITERS = {"\\t": "\t", "tab": "\t", "space": " ", "comma": ",", "semicolon": ";", "pipe": "|"}


def delimiter_value(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """The character that ``value`` is, or is called."""
    if value is None:
        return None
    character, flag = _DELIMITERS.get(value, value), parameter.opts[0]
    if len(character) != 1 or not character.isascii() or character in '"\r\n\0':
        raise UsageError(
            f"{flag}: expected one ASCII character, or comma, semicolon, tab, pipe or space, found {value!r}",
            hint=f"{flag} ';' or tab",
        )
    return character


def _decimal_value(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    mark = None if value is None else {"comma": ",", "point": "."}.get(value, value)
    if mark not in (None, ",", "."):
        raise UsageError(f"--decimal: expected point or comma, found {value!r}", hint="--decimal comma")
    return mark
