"""Processes of this machine do the work, without Dask: what dies is done again, and nothing is left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cecli.workers import processes as module


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    """Twelve shards with labels inside, one with none, and a bad one that does not match the pattern of the others."""
    base = tmp_path_factory.mktemp("shards")
    for k in range(12):
        rows = "".join(f"{(7 * j + k) % 97 / 100 + 0.01:.2f},{'ab'[j * k % 2]}\n" for j in range(500))
        (base / f"s{k}.csv").write_text("b,label\n" + rows)
    (base / "s12.csv").write_text("b,label\n")
    (base / "x3.csv").write_text("b,label\n0.5,a\n0.5,b\n7,b\n")
    return base


def arguments(shards, pattern="s*.csv"):
    return ["score", f"{shards}/{pattern}", "--label-column", "label", "-f", "json", "--worst", "3"]


@pytest.fixture
def whole(run, shards):
    """The report of one process."""
    return run(*arguments(shards)).out


def alive():
    """The ids of the children of this process that are workers."""
    found = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())], capture_output=True, text=True)
    return [line.split()[0] for line in found.stdout.splitlines() if "cecli.workers.worker" in line]


@pytest.mark.parametrize("count", [1, 2, 20])
def test_the_report_is_that_of_one_process(run, shards, whole, count):
    done = run(*arguments(shards), "--workers", count)
    assert (done.status, done.out, done.err) == (0, whole, "")
    assert alive() == []


def test_a_process_that_is_killed_costs_time_alone(run, shards, whole, monkeypatch):
    plain, killed = module.Processes.run, []

    def killing(self, kind, job, tasks, done):
        def counted(size):
            if len(killed) < 3:
                process = next(iter(self._processes.values()))
                process.kill()
                killed.append(process)
            done(size)

        return plain(self, kind, job, tasks, counted)

    monkeypatch.setattr(module.Processes, "run", killing)
    done = run(*arguments(shards), "--workers", "2")
    assert len(killed) == 3
    assert (done.status, done.out, done.err) == (0, whole, "")
    assert alive() == []


def test_a_shard_that_kills_every_process_is_named(run, shards, monkeypatch):
    program = [sys.executable, "-c", "import sys; sys.stdin.buffer.read(9); raise SystemExit(1)"]
    started = []

    def dying():
        started.append(subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        return started[-1]

    monkeypatch.setattr(module, "_started", dying)
    done = run(*arguments(shards, "s1.csv"), "--workers", "1")
    assert (done.status, done.out) == (1, "")
    assert f"{shards}/s1.csv: 3 processes died of it" in done.err
    assert "memory" in done.err
    assert len(started) == 3


def test_the_error_is_that_of_one_process(run, shards):
    one = run(*arguments(shards, "?[13].csv"))
    many = run(*arguments(shards, "?[13].csv"), "--workers", "2")
    assert (many.status, many.out, many.err) == (1, "", one.err)
    assert f"{shards}/x3.csv:4: column 1 (b)" in one.err
    assert alive() == []


def test_the_state_can_be_written(run, shards, whole, tmp_path):
    assert run(*arguments(shards)[:4], "--worst", "3", "--workers", "2", "--partial", "-o", tmp_path / "s").status == 0
    assert run("merge", tmp_path / "s", "-f", "json").out == whole


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_all(environment, shards, tmp_path, sent):
    text = (shards / "s1.csv").read_text().partition("\n")[2] * 40
    for k in range(150):
        (tmp_path / f"s{k}.csv").write_text("b,label\n" + text)
    program = [sys.executable, "-m", "cecli", *arguments(tmp_path), "--workers", "2"]
    started = subprocess.Popen(
        program, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    children = []
    while len(children) < 2 and started.poll() is None:
        time.sleep(0.05)
        listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(started.pid)], capture_output=True, text=True)
        children = listed.stdout.split()
    time.sleep(0.3)
    os.killpg(started.pid, sent)
    out, err = started.communicate(timeout=30)
    assert (started.returncode, out) == ({signal.SIGINT: 130, signal.SIGTERM: 143}[sent], b"")
    assert len(err.splitlines()) <= 1, err
    assert not any(Path(f"/proc/{child}").exists() for child in children)


class TestSharedLabels:
    """PREDS in shards and one file of LABELS, matched by id."""

    @pytest.fixture
    def folder(self, tmp_path):
        ids = [f"id{k}" for k in range(90)]
        for k in range(3):
            rows = "".join(f"{ids[j]},{(j * 7 % 50 + 1) / 100}\n" for j in range(k, 90, 3))
            (tmp_path / f"p{k}.csv").write_text("id,b\n" + rows)
        (tmp_path / "p3.csv").write_text("id,b\n")
        self.write(tmp_path, ids)
        return tmp_path

    def write(self, folder, ids):
        (folder / "labels.csv").write_text("id,label\n" + "".join(f"{each},{'ab'[len(each) % 2]}\n" for each in ids))

    def both(self, run, folder):
        arguments = ["score", f"{folder}/p*.csv", folder / "labels.csv", "-f", "json", "--worst", "3"]
        return run(*arguments), run(*arguments, "--workers", "2")

    def test_the_report_is_that_of_one_process(self, run, folder):
        one, many = self.both(run, folder)
        assert one.status == 0, one.err
        assert (many.status, many.out, many.err) == (0, one.out, one.err)

    def test_ids_that_no_row_has(self, run, folder):
        self.write(folder, [f"id{k}" for k in range(-2, 90)])
        one, many = self.both(run, folder)
        assert (many.status, many.out, many.err) == (1, "", one.err)
        assert "no row for 2 of the ids" in one.err

    def test_an_id_without_a_label(self, run, folder):
        self.write(folder, [f"id{k}" for k in range(90) if k != 40])
        one, many = self.both(run, folder)
        assert (many.status, many.out, many.err) == (1, "", one.err)
        assert "no label in" in one.err

    def test_an_id_in_two_shards(self, run, folder):
        with (folder / "p1.csv").open("a") as file:
            file.write("id0,0.5\n")
        one, many = self.both(run, folder)
        assert (one.status, many.status, many.out) == (1, 1, "")
        assert "p1.csv: it has an id that" in many.err or "p0.csv: it has an id that" in many.err
        assert "that of row 1 of LABELS" in many.err


@pytest.mark.parametrize("wrong", [False, True])
def test_line_ends_in_quotes_far_into_a_text(run, tmp_path, monkeypatch, wrong):
    """The head of the file has no quotes, so it is taken apart; then some are met, and it is read as a whole."""
    from cecli.commands import worker_runs
    from cecli.workers.work import Divided

    monkeypatch.setattr("cecli.workers.job.PART_BYTES", 6000)
    plain = [f"{k},{(k % 99 + 1) / 100},{'ab'[k % 2]}\n" for k in range(6000)]
    quoted = [f'"{k}\n{"," * (k % 9)}0.5,\n",{(k % 99 + 1) / 100},{"ab"[k % 2]}\n' for k in range(3000)]
    if wrong:
        quoted[2000] = quoted[2000].replace(",0.", ",7.", 2)
    (tmp_path / "t.csv").write_text("id,b,label\n" + "".join(plain + quoted))
    divided, plain_run = [], module.Processes.run

    def noted(self, *given):
        try:
            return plain_run(self, *given)
        except Divided as error:
            divided.append(str(error))
            raise

    monkeypatch.setattr(module.Processes, "run", noted)
    arguments = ["score", tmp_path / "t.csv", "--label-column", "label", "-f", "json", "--worst", "2"]
    one, many = run(*arguments), run(*arguments, "--workers", "2")
    assert divided == [str(tmp_path / "t.csv")]
    assert (many.status, many.out, many.err) == (int(wrong), one.out, one.err)
    assert worker_runs.Divided is Divided


@pytest.mark.parametrize("empty", ["p", "l"])
def test_a_shard_without_rows_beside_labels_that_have_some(run, tmp_path, monkeypatch, empty):
    monkeypatch.chdir(tmp_path)
    for k in range(3):
        (tmp_path / f"p{k}.jsonl").write_text("" if k == 1 and empty == "p" else '{"a": 0.5, "b": 0.5}\n' * 4)
        (tmp_path / f"l{k}.jsonl").write_text("" if k == 1 and empty == "l" else '{"label": "a"}\n' * 4)
    one, many = (run("score", "p?.jsonl", "l?.jsonl", *more) for more in ([], ["--workers", "2"]))
    assert (many.status, many.out, many.err) == (1, "", one.err)
    assert "p1.jsonl has" in one.err


def test_a_label_to_ignore_that_no_shard_has(run, shards, tmp_path):
    """Whether a label came is known of all shards together, whoever reads them."""
    options = ["--label-column", "label", "--ignore", "a", "--ignore", "egg"]
    one = run("score", f"{shards}/s*.csv", *options)
    assert one.err == 'cecli: note: --ignore "egg": no row has this label\n'
    many = run("score", f"{shards}/s*.csv", *options, "--workers", "2")
    assert (many.status, many.out, many.err) == (0, one.out, one.err)
    done = run("score", f"{shards}/s*.csv", *options, "--partial", "-o", tmp_path / "s.cecli")
    assert (done.status, done.err) == (0, "")
    merged = run("merge", tmp_path / "s.cecli")
    assert (merged.out, merged.err) == (one.out, one.err)
