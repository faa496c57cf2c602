"""The formats that rows of predictions can be written in, as they come and in bounded memory: a name, a writer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import PurePath

from cecli.errors import UsageError, quoted
from cecli.report.lazy import lazy
from cecli.report.predictions.layout import Layout, Writer
from cecli.report.stream import Stream, stream

NewWriter = Callable[[Layout, Stream], Writer]


FORMATS: dict[str, NewWriter] = {
    "csv": lazy("predictions.text.CsvRows"),
    "tsv": lazy("predictions.text.TsvRows"),
    "jsonl": lazy("predictions.text.JsonLines"),
    "parquet": lazy("predictions.binary.ParquetRows"),
    "arrow": lazy("predictions.binary.ArrowRows"),
    "npy": lazy("predictions.binary.NpyRows"),
}
"""Name -> what writes it. To add a format, write its Writer and a line here."""

BINARY = ("parquet", "arrow", "npy")

SUFFIXES = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".npy": "npy",
}
"""The suffix of an output file -> the name of its format."""


def resolve_format(name: str | None, path: str | None) -> str:
    """The name of the format of predictions: ``name``, else that of the suffix of ``path``, else CSV.

    Raises UsageError for an unknown suffix.
    """
    if name is not None:
        return name
    if path is None:
        return "csv"
    suffix = PurePath(path).suffix
    if suffix.lower() in SUFFIXES:
        return SUFFIXES[suffix.lower()]
    problem = f"has the unknown suffix {quoted(suffix)}" if suffix else "has no suffix"
    raise UsageError(
        f"--output {quoted(path)} {problem}, which names no format of predictions",
        f"known are {', '.join(SUFFIXES)}; or give --format",
    )


@contextmanager
def prediction_writer(name: str, path: str | None, layout: Layout) -> Iterator[Writer]:
    """What writes rows of predictions to a file, which appears whole or stays as it was, or to standard output.

    Raises OutputError where the system refuses; BrokenPipeError goes up as it is.
    """
    with stream(path) as out:
        writer = FORMATS[name](layout, out)
        try:
            yield writer
            writer.finish()
        except BaseException:
            writer.abandon()
            raise
