"""``compare`` handed out to processes: the report is that of one process to the letter, and so are its errors."""

import random

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

CLASSES = ["cat", "dog", "emu"]
HEADER = ["id", *CLASSES, "label", "country", "document", "weight"]
COUNTS = (30, 1, 80, 0, 51)


def shares(draw):
    weights = [draw.random() ** 3 for _ in CLASSES]
    rounded = [round(weight / sum(weights), 6) for weight in weights]
    return [0.0, 0.25, 0.75] if draw.random() < 0.02 else rounded


def rows_of(count, seed):
    """What A says of some rows and what is known of them, and what B says."""
    draw = random.Random(seed)
    for k in range(count):
        known = [draw.choice(CLASSES), draw.choice(["ch", "de"]), f"d{draw.randrange(9)}", draw.randrange(4)]
        yield [f"row {seed}-{k}", *shares(draw), *known], [f"row {seed}-{k}", *shares(draw)]


def write(path, header, rows):
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in [header, *rows]))


def write_parquet(path, header, rows, size):
    columns = list(zip(*rows, strict=True)) or [[] for _ in header]
    kinds = {"weight": pa.int64()} | dict.fromkeys(CLASSES, pa.float64())
    table = {name: pa.array(column, kinds.get(name, pa.string())) for name, column in zip(header, columns, strict=True)}
    parquet.write_table(pa.table(table), path, row_group_size=size)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Shards of A with labels inside, of B, of LABELS, and all of each as one file."""
    base = tmp_path_factory.mktemp("pairs")
    for name in ("a", "b", "c", "plain", "labels", "pa", "pb", "na", "nb", "classes"):
        (base / name).mkdir()
    ours, theirs = [], []
    for k, count in enumerate(COUNTS):
        rows = list(rows_of(count, k))
        a, b = [row for row, _ in rows], [row for _, row in rows]
        ours += a
        theirs += b
        write(base / "a" / f"{k}.csv", HEADER, a)
        write(base / "plain" / f"{k}.csv", HEADER[:4], [row[:4] for row in a])
        write(base / "b" / f"{k}.csv", HEADER[:4], b[::-1])
        write(base / "c" / f"{k}.csv", ["emu", "cat", "dog"], [[row[3], row[1], row[2]] for row in b])
        write(base / "labels" / f"{k}.csv", ["id", "label"], [[row[0], row[4]] for row in a[::-1]])
        write_parquet(base / "pa" / f"{k}.parquet", HEADER, a, 12)
        write_parquet(base / "pb" / f"{k}.parquet", HEADER[:4], b, 18)
        if rows:
            np.save(base / "na" / f"{k}.npy", np.log(np.array([row[1:4] for row in a]) + 0.01))
            np.save(base / "nb" / f"{k}.npy", np.log(np.array([row[1:4] for row in b]) + 0.01))
            write(base / "classes" / f"{k}.csv", ["label"], [[CLASSES.index(row[4])] for row in a])
    write(base / "a.csv", HEADER, ours)
    write(base / "b.csv", HEADER[:4], theirs)
    write(base / "b_turned.csv", HEADER[:4], theirs[::-1])
    write(base / "b_quoted.csv", HEADER[:4], [[f'"{row[0]}"', *row[1:]] for row in theirs])
    write(base / "labels.csv", ["id", "label"], [[row[0], row[4]] for row in ours])
    write_parquet(base / "a.parquet", HEADER, ours, 10)
    write_parquet(base / "b.parquet", HEADER[:4], theirs, 15)
    write_parquet(base / "b7.parquet", HEADER[:4], theirs, 7)
    (base / "bare_a.csv").write_text("".join(f"{row[1]},{row[2]},{row[3]},{CLASSES.index(row[4])}\n" for row in ours))
    (base / "bare_b.csv").write_text("".join(f"{row[1]},{row[2]},{row[3]}\n" for row in theirs))
    return base


INSIDE = "--label-column label --classes cat,dog,emu"
CASES = {
    "shards": f"a/*.csv b/*.csv {INSIDE} --by country --cluster document",
    "directories": f"a b {INSIDE} --worst 9 --fail-if-worse",
    "weights": f"a b {INSIDE} --weight-column weight --by country",
    "repeats": f"a b {INSIDE} --weight-column weight --weights-are frequency --flips 500",
    "several": "plain b c --labels labels --id none --worst 2",
    "several, by id": "plain b plain --labels labels --ignore emu --ignore elk --seed 3 --flips 300",
    "parquet shards": f"pa/*.parquet pb/*.parquet {INSIDE} --worst 3",
    "row groups": f"a.parquet b.parquet {INSIDE} --by country --clip 1e-3",
    "row groups that meet nowhere": f"a.parquet b7.parquet {INSIDE}",
    "parts of texts": f"a.csv b.csv {INSIDE} --by country --worst 9",
    "parts of texts, ids in another order": f"a.csv b_turned.csv {INSIDE} --worst 9",
    "a text with quotes": f"a.csv b_quoted.csv {INSIDE} --worst 9",
    "a text and parquet": f"a.csv b.parquet {INSIDE} --label-smoothing 0.1",
    "no header": "bare_a.csv bare_b.csv --header none --label-column 3",
    "labels that are shared": "plain/*.csv b/*.csv labels.csv --worst 4",
    "labels in the last file": "plain/*.csv b/*.csv labels.csv --label-column label",
    "arrays of logits": "na/*.npy nb/*.npy classes/*.csv --logits",
    "kinds": "na/*.npy nb/*.npy classes/*.csv --kinds logits,logits",
    "observed": "a.csv b.csv --observed cat --cluster document",
}


@pytest.fixture
def small_parts(monkeypatch):
    """Files are taken apart as if they were large."""
    monkeypatch.setattr("cecli.workers.job.PART_BYTES", 700)
    monkeypatch.setattr("cecli.workers.pairs.PART_BYTES", 700)
    monkeypatch.setattr("cecli.workers.lines.PART_BYTES", 700)


@pytest.mark.parametrize("name", CASES)
def test_the_report_is_that_of_one_process(run, folder, small_parts, monkeypatch, name):
    monkeypatch.chdir(folder)
    arguments = CASES[name].split()
    for form in (["-f", "json"], ["-f", "table"], []) if name == "several, by id" else (["-f", "json"],):
        one = run("compare", *arguments, *form)
        assert one.status in (0, 3), one.err
        many = run("compare", *arguments, *form, "--workers", "2")
        assert (many.status, many.out, many.err) == (one.status, one.out, one.err)


@pytest.mark.parametrize(
    ("files", "tasks"),
    [("a.csv b.csv", (8, 12)), ("a.parquet b.parquet", (3, 7)), ("a.parquet b7.parquet", (1, 3)),
     ("a b", (5, 20)), ("a.csv b.parquet", (1, 1)), ("a.csv b_quoted.csv", (1, 1))],
)  # fmt: skip
def test_what_is_taken_apart(run, folder, small_parts, monkeypatch, files, tasks):
    from cecli.workers import processes

    plain, seen = processes.Processes.run, {}

    def noted(self, kind, job, tasks, done):
        seen[kind] = tasks
        return plain(self, kind, job, tasks, done)

    monkeypatch.setattr(processes.Processes, "run", noted)
    monkeypatch.chdir(folder)
    assert run("compare", *files.split(), *INSIDE.split(), "--workers", "1").status == 0
    assert tasks[0] <= len(seen["compare"]) <= tasks[1]
    assert ("lines" in seen) == (files in ("a.csv b.csv", "a b"))


class TestWhatIsWrong:
    """Every error is that of one process, and nothing is printed."""

    @pytest.fixture
    def both(self, run, tmp_path, monkeypatch, small_parts):
        monkeypatch.chdir(tmp_path)

        def call(*arguments):
            one = run("compare", *arguments)
            many = run("compare", *arguments, "--workers", "2", "-o", "report.json")
            assert (one.status, many.status, many.out) == (1, 1, ""), (one.err, many.err)
            assert not (tmp_path / "report.json").exists()
            assert many.err == one.err
            return many.err

        return call

    @pytest.fixture
    def files(self, folder, tmp_path):
        """Lines of A and B, and how to write them."""
        lines = {name: (folder / f"{name}.csv").read_text().splitlines(keepends=True) for name in ("a", "b")}

        def put(**changed):
            for name, own in (lines | changed).items():
                (tmp_path / f"{name}.csv").write_text("".join(own))

        return lines, put

    @pytest.mark.parametrize("name", ["a", "b"])
    def test_a_cell_of_a_part(self, both, files, name):
        lines, put = files
        lines[name][120] = lines[name][120].replace(",0.", ",x0.", 1)
        put()
        said = both("a.csv", "b.csv", *INSIDE.split())
        assert f"{name}.csv:121: column 2 (cat): expected a probability, found" in said

    def test_a_blank_line(self, both, files):
        lines, put = files
        lines["a"].insert(90, "\n")
        put()
        assert "a.csv:91: a blank line inside the file" in both("a.csv", "b.csv", *INSIDE.split())

    def test_a_blank_line_in_both(self, both, files):
        lines, put = files
        for name in lines:
            lines[name].insert(90, "\n")
        put()
        assert "csv:91: a blank line inside the file" in both("a.csv", "b.csv", *INSIDE.split())

    def test_a_file_that_is_too_short(self, both, files):
        lines, put = files
        put(b=lines["b"][:-7])
        assert "b.csv has 155 rows and a.csv has 162" in both("a.csv", "b.csv", *INSIDE.split(), "--id", "none")

    def test_an_id_that_only_one_has(self, both, files):
        lines, put = files
        lines["b"][50] = lines["b"][50].replace("row ", "rows ", 1)
        put()
        assert 'b.csv:51: column 1 (id): no row in a.csv for the id "rows ' in both("a.csv", "b.csv", *INSIDE.split())

    def test_a_row_of_parquet(self, both, folder, tmp_path):
        table = parquet.read_table(folder / "b.parquet").to_pydict()
        table["dog"][70] += 0.5
        parquet.write_table(pa.table(table), tmp_path / "b.parquet", row_group_size=15)
        (tmp_path / "a.parquet").write_bytes((folder / "a.parquet").read_bytes())
        assert "b.parquet: row 71: the row sums to 1.5" in both("a.parquet", "b.parquet", *INSIDE.split())

    def test_a_shard_that_is_cut_short(self, both, folder, tmp_path):
        for name in ("pa", "pb"):
            (tmp_path / name).mkdir()
            for k in (0, 2, 4):
                data = (folder / name / f"{k}.parquet").read_bytes()
                short = name == "pb" and k == 2
                (tmp_path / name / f"{k}.parquet").write_bytes(data[: len(data) // 2] if short else data)
        assert "pb/2.parquet: not readable" in both("pa", "pb", *INSIDE.split())

    def test_columns_that_differ(self, run, folder, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        for name in ("a", "b"):
            (tmp_path / name).mkdir()
            for k in range(2):
                (tmp_path / name / f"{k}.csv").write_bytes((folder / name / f"{k}.csv").read_bytes())
        (tmp_path / "b" / "1.csv").write_text("id,cat,dog,elk\nrow 1-0,1,0,0\n")
        done = run("compare", "a", "b", *INSIDE.split(), "--workers", "2")
        assert (done.status, done.out) == (1, "")
        assert "b/1.csv: its columns are not those of the first shard" in done.err

    @pytest.mark.parametrize("empty", ["a", "b"])
    def test_a_shard_without_rows_beside_one_with_some(self, both, tmp_path, empty):
        for name, row in (("a", '{"x": 0.5, "y": 0.5, "label": "x"}\n'), ("b", '{"x": 0.25, "y": 0.75}\n')):
            (tmp_path / name).mkdir()
            for k in range(3):
                (tmp_path / name / f"{k}.jsonl").write_text("" if name == empty and k == 1 else row * 4)
        said = both("a", "b", "--label-column", "label")
        a, b = (0, 4) if empty == "a" else (4, 0)
        assert f"b/1.jsonl has {b} rows and a/1.jsonl, its pair, has {a}" in said

    def test_shards_of_different_numbers(self, run, folder, monkeypatch):
        monkeypatch.chdir(folder)
        done = run("compare", "a", "b.csv", *INSIDE.split(), "--workers", "2")
        assert (done.status, done.out) == (2, "")
        assert "a has 5 files and b.csv has 1" in done.err
        done = run("compare", "plain", "b", "classes", "--workers", "2", "--id", "none")
        assert (done.status, done.out) == (1, "")
        assert "plain has 5 files and classes has 4 files" in done.err

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (["--scheduler", "tcp://h:1"], "exclude each other"),
            (["--threads", "2"], "--threads has no meaning beside"),
            (["--signature"], "--signature has no meaning beside"),
        ],
    )
    def test_options_that_contradict(self, run, folder, monkeypatch, options, said):
        monkeypatch.chdir(folder)
        done = run("compare", "a.csv", "b.csv", *INSIDE.split(), "--workers", "2", *options)
        assert (done.status, done.out) == (2, "")
        assert said in done.err

    def test_standard_input(self, run, folder):
        given = (folder / "b.csv").read_bytes()
        done = run("compare", folder / "a.csv", "-", *INSIDE.split(), "--workers", "2", stdin=given)
        assert (done.status, done.out) == (2, "")
        assert "standard input cannot be handed out" in done.err


def test_a_process_that_is_killed_costs_time_alone(run, folder, small_parts, monkeypatch):
    from cecli.workers import processes

    monkeypatch.chdir(folder)
    arguments = ["compare", "a.csv", "b.csv", *INSIDE.split(), "-f", "json"]
    whole, plain, killed = run(*arguments), processes.Processes.run, []

    def killing(self, kind, job, tasks, done):
        def counted(size):
            if len(killed) < 3:
                process = next(iter(self._processes.values()))
                process.kill()
                killed.append(kind)
            done(size)

        return plain(self, kind, job, tasks, counted)

    monkeypatch.setattr(processes.Processes, "run", killing)
    done = run(*arguments, "--workers", "2")
    assert len(killed) == 3
    assert (done.status, done.out, done.err) == (0, whole.out, whole.err)


def test_differences_are_held_while_they_are_few(run, folder, small_parts, monkeypatch):
    """Where more rows differ than are held, what shards hold is let go, and the limit is that of one process."""
    monkeypatch.chdir(folder)
    methods = []
    for held in (20, 100, 100_000):
        monkeypatch.setattr("cecli.commands.compare.request.SIMULATED", held)
        arguments = ["compare", "a", "b", *INSIDE.split(), "--clip", "1e-3", "-f", "json"]
        one, many = run(*arguments), run(*arguments, "--workers", "2")
        assert (many.status, many.out, many.err) == (0, one.out, one.err)
        methods.append(one.document["sign_flip"]["method"])
    assert methods == ["normal", "normal", "monte-carlo"]


def test_many_files_that_cannot_be_taken_apart_cost_three_runs(run, folder, small_parts, tmp_path, monkeypatch):
    from cecli.workers import processes

    monkeypatch.chdir(tmp_path)
    for name in ("a", "b_turned"):
        (tmp_path / name).mkdir()
        for k in range(5):
            rows = (folder / f"{name}.csv").read_text()
            (tmp_path / name / f"{k}.csv").write_text(rows.replace("row ", f"row {k}-"))
    plain, runs = processes.Processes.run, []

    def noted(self, kind, job, tasks, done):
        runs.append((kind, len(tasks)))
        return plain(self, kind, job, tasks, done)

    monkeypatch.setattr(processes.Processes, "run", noted)
    arguments = ["compare", "a", "b_turned", *INSIDE.split(), "-f", "json"]
    one, many = run(*arguments), run(*arguments, "--workers", "2")
    assert (many.status, many.out, many.err) == (0, one.out, one.err)
    assert [tasks > 5 for kind, tasks in runs if kind == "compare"] == [True, True, False]
