"""``cecli score`` on shards: one process and ``--workers`` 1 and 2, beside Dask DataFrame on two processes and DuckDB.

``python -m tests.benchmarks cluster --rows 20000000`` makes 50 shards of Parquet with the labels inside; then two
workers against one on a job of a minute, which is seven times as many shards, and on a comparison; then what a shard
costs beyond its rows, from 1,000 shards of 100 rows, and what a merge costs, from their states.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from argparse import Namespace
from pathlib import Path

import numpy as np

from tests.benchmarks.data import CLASSES
from tests.benchmarks.measure import CECLI, apart, compare, has, once

SHARDS = 50
SMALL, SMALL_ROWS, FEW = 1000, 100, 10
MINUTE_ROWS = 140_000_000
"""Rows whose whole report takes one worker about a minute."""


def run(options: Namespace) -> None:
    folder = Path(options.folder, f"shards_{options.rows}")
    if not folder.exists():
        apart(_write, folder, options.rows // SHARDS, SHARDS)
    pattern = str(folder / "*.parquet")
    score = [*CECLI, "score", pattern, "--label-column", "label"]
    commands = {
        "cecli": score,
        "cecli --workers 1": [*score, "--workers", "1"],
        "cecli --workers 2": [*score, "--workers", "2"],
        "cecli --workers 2, report": [*score, "--workers", "2", "-f", "csv"],
    }
    peers = Path(__file__).parent / "peers"
    if has(options.python, "duckdb"):
        commands["duckdb"] = [options.python, str(peers / "duckdb_shards.py"), pattern]
    if has(options.python, "dask.dataframe"):
        commands["dask dataframe"] = [options.python, str(peers / "dask_shards.py"), pattern]
    compare(commands, options.rounds)
    _minute(options, folder)
    _compared(options, pattern)
    _overhead(options)


def _minute(options: Namespace, folder: Path) -> None:
    """Two workers against one on the whole report of so many links to the shards that one takes about a minute."""
    links = Path(options.folder, f"shards_{options.rows}_minute")
    if not links.exists():
        links.mkdir(parents=True)
        for copy in range(max(1, MINUTE_ROWS // options.rows)):
            for shard in sorted(folder.iterdir()):
                os.link(shard, links / f"{copy}-{shard.name}")
    score = [*CECLI, "score", str(links / "*.parquet"), "--label-column", "label", "-f", "csv"]
    _two_against_one(f"the report of {len(list(links.iterdir()))} shards", score, min(options.rounds, 3))


def _compared(options: Namespace, pattern: str) -> None:
    """The same for a comparison."""
    compare = [*CECLI, "compare", pattern, pattern, "--label-column", "label"]
    _two_against_one("compare", compare, min(options.rounds, 3))


def _two_against_one(what: str, command: list[str], rounds: int) -> None:
    found = [[once([*command, "--workers", str(count)])[0] for count in (1, 2)] for _ in range(rounds)]
    ratios = sorted(two / one for one, two in found)
    seconds = [sorted(column)[rounds // 2] for column in zip(*found, strict=True)]
    print(
        f"{what}: one worker {seconds[0]:.1f} s, two {seconds[1]:.1f} s; "
        f"ratio {ratios[rounds // 2]:.2f} (rounds {ratios[0]:.2f} to {ratios[-1]:.2f})",
        flush=True,
    )


def _overhead(options: Namespace) -> None:
    """Seconds beyond the rows for a shard that has hardly any, and for a merge."""
    folder = Path(options.folder, f"shards_{SMALL * SMALL_ROWS}_small")
    if not folder.exists():
        apart(_write, folder, SMALL_ROWS, SMALL)
    score = [*CECLI, "score", str(folder / "*.parquet"), "--label-column", "label", "-f", "csv"]
    few = [*CECLI, "score", str(folder / "00*.parquet"), "--label-column", "label", "-f", "csv"]
    for name, more in (("one process", []), ("--workers 2", ["--workers", "2"])):
        many, some = once([*score, *more])[0], once([*few, *more])[0]
        print(f"a shard, {name}: {1000 * (many - some) / (SMALL - FEW):.1f} ms")
    state = subprocess.run([*few[:-2], "--partial", "-q"], capture_output=True, check=True).stdout
    print(f"a state of {CLASSES} classes: {len(state):,} bytes; a merge of 8: {_merge(state):.1f} ms")


def _merge(state: bytes) -> float:
    """Milliseconds that a merge of eight states takes."""
    from dataclasses import replace

    from cecli.core.rows.run_state import merged
    from cecli.workers.work import pack, unpack

    def other(k: int) -> bytes:
        partial = unpack(state)
        shards = tuple(replace(shard, place=f"{shard.place}-{k}") for shard in partial.facts.shards[:1])
        return pack(replace(partial, facts=replace(partial.facts, shards=shards)))

    states = [other(k) for k in range(8)]
    start = time.perf_counter()
    for _ in range(20):
        pack(merged([unpack(each) for each in states]))
    return 1000 * (time.perf_counter() - start) / 20


def _write(folder: Path, rows: int, shards: int) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    folder.mkdir(parents=True)
    generator = np.random.default_rng(0)
    width = len(str(shards - 1))
    for k in range(shards):
        scores = np.exp(2 * generator.normal(size=(rows, CLASSES)))
        table = np.round(scores / scores.sum(axis=1, keepdims=True), 6)
        labels = (generator.random(rows)[:, None] > table.cumsum(axis=1)).sum(axis=1).clip(0, CLASSES - 1)
        names = pa.DictionaryArray.from_arrays(labels.astype(np.int8), [f"class_{c}" for c in range(CLASSES)])
        columns = {f"class_{c}": table[:, c] for c in range(CLASSES)} | {"label": names.cast(pa.string())}
        parquet.write_table(pa.table(columns), folder / f"{k:0{width}}.parquet")
    print(f"(made {folder})", file=sys.stderr)
