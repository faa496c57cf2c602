"""A report with everything a file can put into one, and ways to write it."""

import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cecli.report.model import Facts, Grid, Report, Table

ROOT = Path(__file__).parents[2]

LABELS = ["[red]x", "=1+1", "a|b", "two\nlines", "esc\x1b[31m", "👍", "שלום", 'a,"b"\t', "NA", "", "\x9b31m", "\udcff"]
NUMBERS = [0.1, 1 / 3, math.inf, -math.inf, None, -0.0, 1e-300, 12.5, 1e22, 5e-324, 1.0, 123456.789]


def nasty_report(**changes):
    rows = [(label, index, number) for index, (label, number) in enumerate(zip(LABELS, NUMBERS, strict=True))]
    items = [dict(zip(("class", "rows", "value"), row, strict=True)) for row in rows]
    facts = Facts(
        [("loss", 0.123456789, "± 0.01 nats"), ("rows", 1234567, ""), ("file", "[bold]p\x1b[2J", "")], "Title"
    )
    values = {
        "command": "score",
        "document": {"unit": "nats", "value": 0.1, "rows": {"read": 12, "scored": 11}, "classes": items},
        "table": Table(("class", "rows", "value"), rows),
        "headline": [0.1, math.inf, None],
        "view": [facts, Grid(Table(("class", "rows", "value"), rows), "Classes", "rows")],
    }
    return Report(**{**values, **changes})


@pytest.fixture(scope="session")
def make():
    """The function that makes the report, with fields changed."""
    return nasty_report


@pytest.fixture
def report():
    return nasty_report()


PRELUDE = f"""
import sys
sys.path[:0] = [{str(ROOT)!r}, {str(Path(__file__).parent)!r}]
from conftest import nasty_report
from cecli.report.model import OutputOptions
from cecli.report.write import write
"""


@pytest.fixture
def python():
    """Run Python source after the prelude in a process of its own."""

    def run(source, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=None, **options):
        inherited = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "TERM")}
        return subprocess.run(
            [sys.executable, "-c", PRELUDE + source],
            stdout=stdout,
            stderr=stderr,
            stdin=subprocess.DEVNULL,
            env={**inherited, **(env or {})},
            timeout=60,
            **options,
        )

    return run
