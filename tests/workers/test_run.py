"""A Dask cluster does the work: its report is that of one process to the letter, and what goes wrong is said."""

import os
import random
import re
import signal
import subprocess
import sys
import time

import pytest

pytest.importorskip("distributed")

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from tests.servers import Cluster

CLASSES = ["cat", "dog", "emu"]


@pytest.fixture(scope="module")
def cluster(environment, tmp_path_factory):
    """``cluster.start()`` starts a worker of the scheduler at ``cluster.address``, by itself two have been."""
    made = Cluster(environment, tmp_path_factory.mktemp("cluster"))
    try:
        made.start()
        made.start()
        yield made
    finally:
        made.stop()


def rows_of(count, seed):
    draw = random.Random(seed)
    for k in range(count):
        weights = [draw.random() ** 3 for _ in CLASSES]
        shares = [round(weight / sum(weights), 6) for weight in weights]
        yield [f"row {seed}-{k}", *shares, draw.choice(CLASSES), draw.choice(["ch", "de"]), f"d{draw.randrange(9)}"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Shards with labels inside, pairs of shards, single files, in several formats."""
    base = tmp_path_factory.mktemp("shards")
    for name in ("inside", "preds", "labels", "arrays", "classes", "parquet", "other"):
        (base / name).mkdir()
    header = ["id", *CLASSES, "label", "country", "document"]
    everything, others = [], []
    for k, count in enumerate((30, 1, 80, 0, 51)):
        rows = list(rows_of(count, k))
        everything += rows
        write(base / "inside" / f"{k}.csv", header, rows)
        write(base / "preds" / f"p{k}.csv", header[:4], [row[:4] for row in rows])
        theirs = [[row[0], *other[1:4]] for row, other in zip(rows, rows_of(count, k + 100), strict=True)]
        others += theirs
        write(base / "other" / f"{k}.csv", header[:4], theirs)
        write(base / "labels" / f"l{k}.csv", ["id", "label"], [[row[0], row[4]] for row in rows[::-1]])
        columns = list(zip(*rows, strict=True)) or [[] for _ in header]
        types = [pa.string(), *[pa.float64()] * 3, *[pa.string()] * 3]
        table = pa.table({name: pa.array(c, t) for name, c, t in zip(header, columns, types, strict=True)})
        parquet.write_table(table, base / "parquet" / f"{k}.parquet", row_group_size=17)
        if rows:
            np.save(base / "arrays" / f"{k}.npy", np.array([row[1:4] for row in rows]))
            write(base / "classes" / f"{k}.csv", ["label"], [[CLASSES.index(row[4])] for row in rows])
    write(base / "one.csv", header, everything)
    write(base / "two.csv", header[:4], others)
    write(base / "quoted.csv", header, [[f'"row\n{k}"', *row[1:]] for k, row in enumerate(everything)])
    (base / "bare.csv").write_text(
        "".join(f"{row[1]},{row[2]},{row[3]},{CLASSES.index(row[4])}\n" for row in everything)
    )
    return base


def write(path, header, rows):
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in [header, *rows]))


@pytest.fixture
def small_parts(monkeypatch):
    """Files are taken apart as if they were large."""
    for module in ("job", "lines", "pairs"):
        monkeypatch.setattr(f"cecli.workers.{module}.PART_BYTES", 700)


INSIDE = "--label-column label --classes cat,dog,emu"
CASES = {
    "csv": f"inside/*.csv {INSIDE} --worst 5 --by country --cluster document",
    "directory": f"inside {INSIDE}",
    "parquet": f"parquet/*.parquet {INSIDE} --worst 3 --confusions 2 --decompose --like torch",
    "parts of a text": f"one.csv {INSIDE} --by country --worst 9",
    "a text with line ends in quotes": f"quoted.csv {INSIDE} --worst 9",
    "no header": "bare.csv --header none --label-column 3",
    "pairs by id": "preds/*.csv labels/*.csv",
    "arrays": "arrays/*.npy classes/*.csv",
    "observed": "one.csv --observed cat --cluster document",
    "clipped": f"inside/*.csv {INSIDE} --clip 1e-3 --label-smoothing 0.1 --ignore dog",
}


@pytest.mark.parametrize("name", CASES)
def test_the_report_is_that_of_one_process(run, cluster, folder, small_parts, monkeypatch, name):
    monkeypatch.chdir(folder)
    arguments = CASES[name].split()
    for form in (["-f", "json"], ["-f", "table"], []) if name == "csv" else (["-f", "json"],):
        one = run("score", *arguments, *form)
        assert one.status == 0, one.err
        many = run("score", *arguments, *form, "--scheduler", cluster.address)
        assert (many.status, many.out, many.err) == (0, one.out, one.err)
    assert cluster.tasks() == 0
    state = run("score", *arguments, "--partial", "-q").out
    assert run("score", *arguments, "--partial", "-q", "--scheduler", cluster.address).out == state


COMPARED = {
    "shards": f"inside other {INSIDE} --by country --cluster document",
    "parts of texts": f"one.csv two.csv {INSIDE} --worst 9 --fail-if-worse",
    "labels beside them": "preds other labels --flips 99",
}


@pytest.mark.parametrize("name", COMPARED)
def test_the_comparison_is_that_of_one_process(run, cluster, folder, small_parts, monkeypatch, name):
    monkeypatch.chdir(folder)
    arguments = ["compare", *COMPARED[name].split(), "-f", "json"]
    one, many = run(*arguments), run(*arguments, "--scheduler", cluster.address)
    assert one.status in (0, 3), one.err
    assert (many.status, many.out, many.err) == (one.status, one.out, one.err)
    assert cluster.tasks() == 0


def test_samples_are_counted(run, cluster, tmp_path, monkeypatch):
    monkeypatch.setattr("cecli.workers.job.PART_BYTES", 60)
    for k in range(3):
        (tmp_path / f"{k}.txt").write_text("".join(f"{j * j * (k + 1) % 7}\n" for j in range(k * 90)))
    arguments = ["fit", "--samples", f"{tmp_path}/*.txt", "-f", "json"]
    one, many = run(*arguments), run(*arguments, "--scheduler", cluster.address)
    assert (many.status, many.out, many.err) == (0, one.out, one.err)
    assert cluster.tasks() == 0


def test_a_bad_cell_of_a_comparison(run, cluster, folder, small_parts, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = (folder / "two.csv").read_text().splitlines(keepends=True)
    lines[120] = lines[120].replace(",0.", ",x0.", 1)
    (tmp_path / "b.csv").write_text("".join(lines))
    (tmp_path / "a.csv").write_bytes((folder / "one.csv").read_bytes())
    one, many = (
        run("compare", "a.csv", "b.csv", *INSIDE.split(), *more) for more in ([], ["--scheduler", cluster.address])
    )
    assert (many.status, many.out, many.err) == (1, "", one.err)
    assert one.err.startswith("cecli: error: b.csv:121: column 2 (cat): expected a probability, found")
    assert cluster.tasks() == 0


def test_two_processes_of_this_machine(shell, folder):
    one = shell(f"cd {folder} && cecli score 'inside/*.csv' {INSIDE} -f json")
    many = shell(f"cd {folder} && cecli score 'inside/*.csv' {INSIDE} -f json --workers 2")
    assert (many.status, many.out, many.err) == (0, one.out, one.err)


@pytest.mark.parametrize("command", ["score one.csv", "compare one.csv two.csv"])
def test_a_lost_worker_costs_time_alone(run, cluster, folder, small_parts, monkeypatch, command):
    """Of three workers, one is killed half-way."""
    from cecli.workers import run as module

    monkeypatch.chdir(folder)
    arguments = [*command.split(), *INSIDE.split(), "--worst", "9", "-f", "json"]
    third = cluster.start()
    cluster.wait_for(3)
    ended, plain = [], module._wait

    def wait(client, leaves, tasks, done, say):
        def counted(size):
            ended.append(size)
            if len(ended) == len(tasks) // 2 and len(tasks) > 5:
                third.kill()
                third.wait()
            done(size)

        plain(client, leaves, tasks, counted, say)

    monkeypatch.setattr(module, "_wait", wait)
    many = run(*arguments, "--scheduler", cluster.address)
    assert third.poll() is not None, "it was killed while there was more to do"
    one = run(*arguments)
    assert (many.status, many.out, many.err) == (0, one.out, one.err)


class TestWhatIsWrong:
    def test_a_bad_cell_is_named_and_nothing_is_printed(self, run, cluster, folder, small_parts, tmp_path):
        lines = (folder / "one.csv").read_text().splitlines(keepends=True)
        (tmp_path / "0.csv").write_text("".join(lines))
        for line in (120, 121):
            lines[line] = lines[line].replace(",0.", ",x0.", 1)
        (tmp_path / "1.csv").write_text("".join(lines))
        report = tmp_path / "report.json"
        done = run("score", f"{tmp_path}/*.csv", *INSIDE.split(), "--scheduler", cluster.address, "-o", report)
        assert (done.status, done.out) == (1, "")
        assert done.err.startswith(f"cecli: error: {tmp_path}/1.csv:121: column 2 (cat): expected a probability, found")
        assert not report.exists()
        assert cluster.tasks() == 0

    def test_the_first_of_several_bad_shards_is_told(self, run, cluster, folder, tmp_path):
        for k in range(12):
            bad = "x" if k in (3, 7, 11) else "0.5"
            (tmp_path / f"{k}.csv").write_text(f"a,b,label\n0.5,{bad},a\n")
        done = run("score", f"{tmp_path}/*.csv", "--label-column", "label", "--scheduler", cluster.address)
        assert (done.status, done.out) == (1, "")
        assert f"{tmp_path}/3.csv:2: column 2 (b)" in done.err

    def test_a_row_of_parquet(self, run, cluster, tmp_path, small_parts):
        table = pa.table({"a": [0.5] * 100, "b": [0.5] * 70 + [0.9] + [0.5] * 29, "label": ["a"] * 100})
        parquet.write_table(table, tmp_path / "p.parquet", row_group_size=20)
        done = run("score", tmp_path / "p.parquet", "--label-column", "label", "--scheduler", cluster.address)
        assert done.status == 1
        assert "p.parquet: row 71: the row sums to 1.4, not to 1" in done.err

    def test_a_shard_that_is_cut_short(self, run, cluster, folder, tmp_path):
        for k in range(3):
            data = (folder / "parquet" / f"{2 * k}.parquet").read_bytes()
            (tmp_path / f"{k}.parquet").write_bytes(data[: len(data) // 2] if k == 1 else data)
        done = run("score", f"{tmp_path}/*.parquet", *INSIDE.split(), "--scheduler", cluster.address)
        assert (done.status, done.out) == (1, "")
        assert f"{tmp_path}/1.parquet: not readable" in done.err

    def test_columns_that_differ(self, run, cluster, tmp_path):
        (tmp_path / "0.csv").write_text("a,b,label\n0.5,0.5,a\n")
        (tmp_path / "1.csv").write_text("a,c,label\n0.5,0.5,a\n")
        done = run("score", f"{tmp_path}/*.csv", "--label-column", "label", "--scheduler", cluster.address)
        assert done.status == 1
        assert 'its columns are not those of the first shard: "b" is missing, "c" is there' in done.err

    def test_pairs_of_different_lengths_and_numbers(self, run, cluster, tmp_path):
        for k in range(2):
            (tmp_path / f"p{k}.csv").write_text("a,b\n0.5,0.5\n")
            (tmp_path / f"l{k}.csv").write_text("label\na\n" + "b\n" * k)
        arguments = ["score", f"{tmp_path}/p*.csv", f"{tmp_path}/l*.csv", "--scheduler", cluster.address]
        done = run(*arguments)
        assert done.status == 1
        assert "p1.csv has 1 rows and" in done.err
        (tmp_path / "p2.csv").write_text("a,b\n0.5,0.5\n")
        done = run(*arguments)
        assert done.status == 1
        (tmp_path / "all.csv").write_text("label\n" + "a\n" * 3)
        done = run("score", f"{tmp_path}/p*.csv", tmp_path / "all.csv", "--scheduler", cluster.address)
        assert done.status == 2
        assert "has 3 files and" in done.err

    def test_a_third_label(self, run, cluster, tmp_path):
        for k, label in enumerate(("spam", "ham", "eggs")):
            (tmp_path / f"{k}.csv").write_text(f"spam,label\n0.5,{label}\n")
        done = run("score", f"{tmp_path}/*.csv", "--label-column", "label", "--scheduler", cluster.address)
        assert (done.status, done.out) == (1, "")
        assert "third" in done.err

    def test_another_version(self, run, cluster, folder, monkeypatch):
        monkeypatch.setattr("cecli.workers.run.__version__", "9.9")
        done = run("score", folder / "one.csv", *INSIDE.split(), "--scheduler", cluster.address)
        assert (done.status, done.out) == (1, "")
        assert re.search(r"the worker tcp://\S+ has cecli [\d.]+, and here is 9.9: the two must be the same", done.err)

    @pytest.mark.parametrize(
        ("cecli", "python", "said"),
        [
            ("9.9", None, "the worker tcp://w:1 has cecli 9.9, and here is"),
            ("MISSING", None, "the worker tcp://w:1 has no cecli"),
            (None, "2.7.18", "the worker tcp://w:1 has Python 2.7, and here is"),
        ],
    )
    def test_a_worker_that_cannot_do_the_work(self, cecli, python, said):
        from cecli import __version__
        from cecli.errors import InputError
        from cecli.workers.run import _check_versions

        here = ".".join(map(str, sys.version_info[:3]))
        about = {"packages": {"cecli": cecli or __version__}, "host": {"python": python or here}}

        class Client:
            def get_versions(self, packages):
                good = {"packages": {"cecli": __version__}, "host": {"python": here}}
                return {"workers": {"tcp://v:1": good, "tcp://gone:1": None, "tcp://w:1": about}}

        with pytest.raises(InputError, match=re.escape(said)):
            _check_versions(Client(), "tcp://s:1")

    def test_no_scheduler(self, run, folder, monkeypatch):
        monkeypatch.setattr("cecli.workers.run._CONNECT", 0.5)
        done = run("score", folder / "one.csv", *INSIDE.split(), "--scheduler", "tcp://127.0.0.1:1")
        assert (done.status, done.out) == (1, "")
        assert "tcp://127.0.0.1:1: no scheduler answers there" in done.err
        done = run("score", folder / "one.csv", *INSIDE.split(), "--scheduler", "nonsense://x")
        assert done.status == 2
        assert "--scheduler: " in done.err

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (["--scheduler", "tcp://h:1"], "exclude each other"),
            (["--threads", "2"], "--threads has no meaning beside"),
            (["--check"], "--check has no meaning beside"),
            (["--reduction", "none"], "--reduction none"),
        ],
    )
    def test_options_that_contradict(self, run, folder, options, said):
        done = run("score", folder / "one.csv", *INSIDE.split(), "--workers", "2", *options)
        assert (done.status, done.out) == (2, "")
        assert said in done.err

    def test_standard_input(self, run, cluster):
        stdin = b"a,b,label\n0.5,0.5,a\n"
        done = run("score", "-", "--label-column", "label", "--scheduler", cluster.address, stdin=stdin)
        assert done.status == 2
        assert "standard input cannot be handed out" in done.err


def test_a_scheduler_without_workers_is_told_of(run, environment, folder, tmp_path, monkeypatch):
    import threading

    monkeypatch.setattr("cecli.workers.run._PATIENCE", 0.5)
    made = Cluster(environment, tmp_path)
    try:
        timer = threading.Timer(3, made.start)
        timer.start()
        done = run("score", folder / "one.csv", *INSIDE.split(), "--scheduler", made.address)
        timer.join()
        assert done.out == run("score", folder / "one.csv", *INSIDE.split()).out
        assert done.err == "cecli: note: the scheduler has no workers: waiting for some\n"
    finally:
        made.stop()


@pytest.mark.parametrize("command", ["score", "compare"])
def test_ctrl_c_leaves_no_task_behind(cluster, environment, folder, tmp_path, command):
    rows = "".join(f"{','.join(map(str, row))}\n" for row in rows_of(4000, 1))
    for k in range(200):
        (tmp_path / f"{k}.csv").write_text("id,cat,dog,emu,label,country,document\n" + rows)
    files = [f"{tmp_path}/*.csv"] * (2 if command == "compare" else 1)
    arguments = [command, *files, *INSIDE.split(), "--scheduler", cluster.address]
    process = subprocess.Popen([sys.executable, "-m", "cecli", *arguments], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env=environment)  # fmt: skip
    for _ in range(200):
        if cluster.tasks():
            break
        time.sleep(0.1)
    assert process.poll() is None
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert out == b""
    assert b"Traceback" not in err
    for _ in range(100):
        if not cluster.tasks():
            break
        time.sleep(0.1)
    assert cluster.tasks() == 0


def test_without_dask(run, folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    done = run("score", folder / "one.csv", *INSIDE.split(), "--scheduler", "tcp://127.0.0.1:1")
    assert done.status == 2
    assert "pip install 'cecli[cluster]'" in done.err


@pytest.mark.parametrize(("status", "said"), [("lost", "has lost it"), ("error", "every worker that took it died")])
def test_a_shard_is_named_as_it_was_typed(status, said):
    """Workers take absolute paths; messages have the one that was given."""
    from types import SimpleNamespace

    from cecli.workers.run import _error

    killed = type("KilledWorker", (Exception,), {})()
    leaf = SimpleNamespace(status=status, exception=lambda: killed)
    task = SimpleNamespace(preds="/somewhere/inside/a.csv", name="inside/a.csv")
    assert str(_error(leaf, task)).startswith("inside/a.csv: ")
    assert said in str(_error(leaf, task))
