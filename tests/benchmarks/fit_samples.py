"""``cecli fit --samples`` beside awk, DuckDB and ``sort | uniq -c``: rolls of a die, words, and many different numbers.

``sort`` gets a tenth of the lines (and ``cecli`` the same tenth): it needs far longer than the others.
"""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from shutil import which

import numpy as np

from tests.benchmarks.measure import CECLI, compare, has

OUTCOMES = {"die": 6, "words": 20_000, "numbers": 1_000_000}
"""Different outcomes of each file of lines."""

QUERY = """
import duckdb, sys
read = f"read_csv('{sys.argv[1]}', header=false, columns={{'line': 'VARCHAR'}}, delim='\\t', quote='')"
duckdb.sql(f"COPY (SELECT line, count(*) FROM {read} GROUP BY 1) TO '/dev/null' (FORMAT csv)")
"""


def run(options: Namespace) -> None:
    for kind, different in OUTCOMES.items():
        path = lines(options.folder, kind, different, options.rows)
        print(f"\n{kind}: {options.rows:,} lines, {different:,} different")
        fit = [*CECLI, "fit", "--samples", "--interval", "none", "-o", "/dev/null", "-f", "csv"]
        commands: dict[str, list[str] | str] = {"cecli": [*fit, path]}
        for awk in ("mawk", "gawk"):
            if which(awk):
                commands[awk] = [awk, "{c[$0]++} END {for (k in c) print k, c[k]}", path]
        if has(options.python, "duckdb"):
            commands["duckdb"] = [options.python, "-c", QUERY, path]
        compare(commands, options.rounds)
        part = lines(options.folder, kind, different, options.rows // 10)
        print(f"and {options.rows // 10:,} of them")
        compare(
            {"cecli": [*fit, part], "sort | uniq -c": f"LC_ALL=C sort {part} | uniq -c"}, max(options.rounds // 2, 1)
        )


def lines(folder: str, kind: str, different: int, rows: int) -> str:
    """A file of so many lines, made once and kept."""
    path = Path(folder, f"{kind}_{rows}.txt")
    if not path.exists():
        generator = np.random.default_rng(different)
        names = np.array([f"word{k}" if kind == "words" else str(k + 1) for k in range(different)])
        with path.open("w") as file:
            for start in range(0, rows, 10**6):
                drawn = generator.integers(0, different, min(10**6, rows - start))
                file.write("\n".join(names[drawn]) + "\n")
    return str(path)
