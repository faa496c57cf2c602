"""The same report, byte for byte: from one process, two processes, a cluster of three workers of which one is killed
half-way, and partial files merged in two orders; over CSV and Parquet, in files and in a store that speaks S3."""

import random
import sys

import pytest

pytest.importorskip("distributed")
pytest.importorskip("s3fs")
pytest.importorskip("moto.server")

import pyarrow as pa
from pyarrow import csv, parquet

from tests.servers import Cluster, put_all, s3_server

SHARDS = 12

KILLING = """
import os, signal, sys
from cecli.cli import main
from cecli.workers import run

plain = run._wait

def wait(client, leaves, tasks, done, say):
    ended = []

    def counted(size):
        ended.append(size)
        if len(ended) == len(tasks) // 2:
            os.kill(int(sys.argv[1]), signal.SIGKILL)
        done(size)

    plain(client, leaves, tasks, counted, say)

run._wait = wait
sys.exit(main(sys.argv[2:]))
"""


def table_of(seed):
    """Predictions of a shard, and their labels."""
    draw = random.Random(seed)
    rows = [[draw.random() ** 2 for _ in range(3)] for _ in range(40 + seed)]
    shares = [[round(each / sum(row), 7) for each in row] for row in rows]
    columns = {name: [row[k] for row in shares] for k, name in enumerate(["cat", "dog", "emu"])}
    labels = [draw.choice(list(columns)) for _ in rows]
    return pa.table(columns | {"label": labels, "country": [draw.choice(["ch", "de"]) for _ in rows]})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    base = tmp_path_factory.mktemp("everywhere")
    for which, seeds in (("a", 0), ("b", 1000)):
        (base / which).mkdir()
        for k in range(SHARDS):
            table = table_of(k)
            if seeds:
                other = table_of(k + seeds).slice(0, table.num_rows)
                table = pa.table({name: other[name] for name in ("cat", "dog", "emu")})
            parquet.write_table(table, base / which / f"{k}.parquet")
            csv.write_csv(table, base / which / f"{k}.csv")
    return base


@pytest.fixture(scope="module")
def store(folder, environment, tmp_path_factory):
    """The environment that leads to the files as objects of a bucket."""
    with s3_server(environment, tmp_path_factory.mktemp("moto")) as found:
        put_all(found["AWS_ENDPOINT_URL"], "bucket", folder)
        yield found


@pytest.fixture(scope="module")
def cluster(environment, store, tmp_path_factory):
    made = Cluster({**environment, **store}, tmp_path_factory.mktemp("cluster"))
    try:
        made.start()
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture
def call(shell, store, folder):
    """``call("score …")``: what is printed; where that fails, what was said."""

    def of(line):
        done = shell(f"cd {folder} && {line}", env=store)
        assert done.status == 0, done.err
        return done.out

    return of


PLACES = {
    "csv": "{}/*.csv", "parquet": "{}/*.parquet", "csv in s3": "s3://bucket/{}/*.csv",
    "parquet in s3": "s3://bucket/{}/*.parquet",
}  # fmt: skip
OPTIONS = "--label-column label --by country --worst 5 -f json -q"


@pytest.mark.parametrize("where", PLACES)
def test_scores(call, cluster, tmp_path, where):
    files = f"'{PLACES[where].format('a')}'"
    one = call(f"cecli score {files} {OPTIONS}")
    assert call(f"cecli score {files} {OPTIONS} --workers 2") == one
    assert lossy(call, cluster, f"score {files} {OPTIONS}") == one
    states = []
    for some in ("[0-4]", "*[5-9]", "1[01]"):
        shards = PLACES[where].format("a").replace("*", some)
        states.append(str(tmp_path / f"{len(states)}.cecli"))
        call(f"cecli score '{shards}' --label-column label --by country --worst 5 --partial -q -o {states[-1]}")
    for order in (states, states[::-1]):
        assert call(f"cecli merge {' '.join(order)} -f json -q") == one


@pytest.mark.parametrize("where", ["csv", "parquet in s3"])
def test_comparisons(call, cluster, where):
    files = " ".join(f"'{PLACES[where].format(which)}'" for which in "ab")
    one = call(f"cecli compare {files} {OPTIONS}")
    assert call(f"cecli compare {files} {OPTIONS} --workers 2") == one
    assert lossy(call, cluster, f"compare {files} {OPTIONS}") == one


def lossy(call, cluster, line):
    """What a cluster of three makes of it that loses one half-way."""
    third = cluster.start()
    cluster.wait_for(3)
    script = cluster.folder / "killing.py"
    script.write_text(KILLING)
    out = call(f"{sys.executable} {script} {third.pid} {line} --scheduler {cluster.address}")
    assert third.wait(timeout=10) != 0, "it was killed"
    assert cluster.tasks() == 0
    return out
