"""States of runs over shards: merged in any order and in any number of steps they give the report of one run."""

import csv
import gzip
import itertools
import json
import random
import shutil

import pytest

from tests.states import document_of, resealed
from tests.states import write as write_state

CLASSES = ["cat", "dog", "emu"]


def rows_of(count, seed=3):
    """Rows of predictions with an id, a weight, a country, a document and their labels; some losses are infinite."""
    draw = random.Random(seed)
    for number in range(count):
        weights = [draw.random() ** 3 for _ in CLASSES]
        shares = [round(weight / sum(weights), 6) for weight in weights]
        if draw.random() < 0.02:
            shares = [1.0, 0.0, 0.0]
        yield {
            "id": f"row {number}",
            **dict(zip(CLASSES, shares, strict=True)),
            "weight": round(draw.uniform(0.1, 9), 2),
            "country": draw.choice(["ch", "de", "fr", "a,b"]),
            "document": f"d{draw.randrange(12)}",
            "label": draw.choice(CLASSES),
        }


def write(path, rows):
    rows = list(rows)
    with path.open("w", newline="") as file:
        out = csv.DictWriter(file, list(rows[0]))
        out.writeheader()
        out.writerows(rows)
    return path


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    """A folder with a file for each of five shards; the numbers of their names have no leading zeros."""
    folder = tmp_path_factory.mktemp("shards")
    rows, start = list(rows_of(300)), 0
    for name, count in (("p1", 70), ("p2", 1), ("p9", 129), ("p10", 60), ("p11", 40)):
        write(folder / f"{name}.csv", rows[start : start + count])
        start += count
    return folder


OPTIONS = {
    "plain": ["--drop", "weight", "--drop", "country", "--drop", "document"],
    "weighted": ["--weight-column", "weight", "--drop", "country", "--drop", "document", "--worst", "7"],
    "repeats of classes": ["--classes", "emu,cat,dog", "--clip", "1e-9", "--label-smoothing", "0.1"],
    "groups": ["--by", "country", "--cluster", "document", "--drop", "weight", "--worst", "9"],
    "everything": ["--classes", "cat,dog,emu", "--by", "country", "--cluster", "document", "--weight-column", "weight",
                   "--worst", "4", "--confusions", "3", "--decompose", "--like", "sklearn", "--like", "xgboost"],
    "ignored": ["--classes", "cat,dog,emu", "--ignore", "cat", "--top-k", "2"],
}  # fmt: skip


@pytest.fixture(scope="module")
def states(run, shards, tmp_path_factory):
    """``states("plain")``: the paths of the states of the five shards, in their natural order."""
    made = {}

    def of(name):
        if name not in made:
            folder, made[name] = tmp_path_factory.mktemp("states"), []
            for k, shard in enumerate(("p1", "p2", "p9", "p10", "p11")):
                path = folder / f"{k}.cecli"
                options = [*OPTIONS[name], "--label-column", "label", "--partial", "-o", path, "-q"]
                done = run("score", shards / f"{shard}.csv", *options)
                assert (done.status, done.out, done.err) == (0, "", "")
                made[name].append(path)
        return made[name]

    return of


@pytest.mark.parametrize("name", OPTIONS)
def test_any_order_and_any_tree_of_merges_gives_the_report_of_one_run(run, shards, states, tmp_path, name):
    paths = states(name)
    for form in ([], ["-f", "json"], ["-f", "csv"], ["-f", "table"], ["-f", "md", "-b", "bits", "--confidence", "0.9"],
                 ["-f", "json", "--reduction", "mean" if name == "everything" else "sum"]):  # fmt: skip
        whole = run("score", f"{shards}/*.csv", "--label-column", "label", *OPTIONS[name], *form)
        assert whole.status == 0, whole.err
        for order in (paths, paths[::-1], [paths[k] for k in (3, 0, 4, 2, 1)]):
            done = run("merge", *order, *form)
            assert (done.status, done.out, done.err) == (0, whole.out, whole.err), form
    first, second = tmp_path / "first.cecli", tmp_path / "second.cecli"
    assert run("merge", paths[4], paths[1], "--partial", "-o", first).status == 0
    assert run("merge", paths[3], paths[0], paths[2], "--partial", "-o", second).status == 0
    assert run("merge", first, second, "-f", "json").out == run("merge", *paths, "-f", "json").out
    assert run("merge", first, second, "--partial").out == run("merge", *paths, "--partial").out


def test_a_state_is_the_same_however_it_is_reached(run, shards):
    options = [*OPTIONS["groups"], "--label-column", "label", "--partial"]
    one = run("score", f"{shards}/*.csv", *options, "--threads", "1").out
    assert one == run("score", f"{shards}/*.csv", *options, "--threads", "3").out


def test_corp_of_two_classes(run, tmp_path):
    rows = [{"p": (k % 7 + 1) / 9, "label": (k * 5) % 3 % 2} for k in range(60)]
    paths = []
    for k in range(3):
        write(tmp_path / f"{k}.csv", rows[20 * k : 20 * k + 20])
        paths.append(tmp_path / f"{k}.cecli")
        done = run("score", tmp_path / f"{k}.csv", "--label-column", "label", "--corp", "--partial", "-o", paths[-1])
        assert done.status == 0
    whole = run("score", tmp_path / "?.csv", "--label-column", "label", "--corp", "-f", "json")
    assert run("merge", *paths[::-1], "-f", "json").out == whole.out


def test_worst_rows_say_in_which_file_they_stand(run, shards, states):
    for done in (
        run("merge", *states("weighted"), "-f", "json"),
        run("score", f"{shards}/*.csv", "--label-column", "label", *OPTIONS["weighted"], "-f", "json"),
    ):
        rows = {
            name: list(csv.DictReader((shards / f"{name}.csv").read_text().splitlines()))
            for name in ("p1", "p2", "p9", "p10", "p11")
        }
        starts = dict(zip(rows, [0, *itertools.accumulate(len(some) for some in rows.values())], strict=False))
        for entry in done.document["worst"]:
            name = entry["file"].rpartition("/")[2].removesuffix(".csv")
            assert rows[name][entry["file_row"] - 1]["id"] == entry["id"]
            assert entry["row"] == starts[name] + entry["file_row"]


def test_infinite_rows_are_named_by_their_files(run, states, shards):
    done = run("merge", *states("plain"))
    assert done.out == "inf\n"
    assert f" of {shards}/p9.csv" in done.err
    assert f" of {shards}/p11.csv" in done.err


def test_requirements_values_and_prior(run, states):
    paths = states("weighted")
    assert run("merge", *paths, "--require", "accuracy<0").status == 3
    assert run("merge", *paths, "--get", "rows.read").out == "300\n"
    assert run("merge", *paths, "--prior", "uniform", "--get", "prior_cross_entropy").out.startswith("1.098612288668")
    assert run("merge", *paths, "--value").out == run("merge", *paths).out


def test_labels_of_their_own_file_and_standard_input(run, tmp_path):
    rows = list(rows_of(20))
    labels, preds = tmp_path / "l.csv", tmp_path / "p.csv"
    write(labels, ({"id": row["id"], "label": row["label"]} for row in rows[::-1]))
    write(preds, ({name: row[name] for name in ("id", *CLASSES)} for row in rows))
    state = run("score", "-", labels, "--partial", stdin=preds.read_bytes())
    assert state.status == 0
    assert run("merge", "-", "-f", "json", stdin=state.stdout).out == run("score", preds, labels, "-f", "json").out
    packed = tmp_path / "s.cecli.gz"
    packed.write_bytes(gzip.compress(state.stdout))
    twice = run("merge", packed, "-", "--get", "rows.read", stdin=state.stdout)
    assert (twice.status, twice.out) == (0, "40\n"), "what came through a pipe has no place that would tell it again"


@pytest.fixture
def state(run, shards, tmp_path):
    """``state("--clip", "1e-7")``: the path of a state of one shard with these options."""
    count = itertools.count()

    def of(*options, shard="p1.csv", classes="cat,dog,emu"):
        path = tmp_path / f"s{next(count)}.cecli"
        chosen = [] if "--observed" in options else ["--classes", classes, "--label-column", "label"]
        done = run("score", shards / shard, *chosen, *options, "--partial", "-o", path, "-q")
        assert done.status == 0, done.err
        return path

    return of


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [
        ([], ["--clip", "1e-07"], "--clip: 1e-07 in the first, not given in the second"),
        (["--clip", "0.1", "--top-k", "2"], [], "--clip: not given in the first, 0.1 in the second; --top-k: 5 in the"),
        ([], ["--by", "country"], "--by: country in the first, not given in the second"),
        (
            ["--cluster", "document"],
            ["--cluster", "country"],
            "--cluster: country in the first, document in the second",
        ),
        ([], ["--ignore", "cat", "--ignore", "dog"], "--ignore: cat, dog in the first, not given in the second"),
        ([], ["--normalize"], "--normalize: given in the first, not given in the second"),
        ([], ["--weight-column", "weight"], "what the weights are: importance in the first, not given in the second"),
        ([], ["--confusions", "3"], 'what is measured differ: "confusions" is there alone; --confusions: 3'),
        ([], ["--like", "torch"], "--like: torch in the first, not given in the second"),
    ],
)
def test_states_of_different_options_are_not_merged(run, state, ours, theirs, said):
    first, second = state(*ours), state(*theirs, shard="p9.csv")
    done = run("merge", first, second)
    assert (done.status, done.out) == (1, "")
    assert f"{second} cannot be merged with {first}: " in done.err
    assert said in done.err


def test_states_of_different_classes_are_not_merged(run, state):
    done = run("merge", state(), state(shard="p9.csv", classes="dog,cat,emu"))
    assert "the classes are not the same or not in the same order" in done.err
    ours, theirs = ["--normalize", "--ignore", "emu"], {"shard": "p11.csv", "classes": "cat,dog"}
    done = run("merge", state(*ours), state(*ours, **theirs))
    assert (done.status, done.out) == (1, "")
    assert 'the classes differ: "emu" is missing' in done.err


def test_a_shard_counts_once(run, state, shards):
    first, again = state(), state()
    done = run("merge", first, state(shard="p9.csv"), again)
    assert done.status == 1
    assert f"{again}: the rows of {shards}/p1.csv are in {first}, too, and would count twice" in done.err
    assert "leave one of the two out" in done.err


def test_a_third_label_in_another_shard(run, tmp_path):
    paths = []
    for k, other in enumerate(("ham", "eggs")):
        (tmp_path / f"{k}.csv").write_text(f"spam,label\n0.5,spam\n0.25,{other}\n")
        paths.append(tmp_path / f"{k}.cecli")
        assert run("score", tmp_path / f"{k}.csv", "--label-column", "label", "--partial", "-o", paths[-1]).status == 0
    done = run("merge", *paths)
    assert done.status == 1
    assert 'the labels are "spam" and "eggs", and in' in done.err
    assert 'there is a third, "ham"' in done.err


def test_the_other_label_may_be_met_in_one_shard_alone(run, tmp_path):
    (tmp_path / "0.csv").write_text("spam,label\n0.5,spam\n")
    (tmp_path / "1.csv").write_text("spam,label\n0.25,ham\n")
    for k in range(2):
        run("score", tmp_path / f"{k}.csv", "--label-column", "label", "--partial", "-o", tmp_path / f"{k}.cecli")
    whole = run("score", tmp_path / "*.csv", "--label-column", "label", "-f", "json")
    done = run("merge", tmp_path / "0.cecli", tmp_path / "1.cecli", "-f", "json")
    assert done.out == whole.out
    assert [entry["class"] for entry in done.document["classes"]] == ["ham", "spam"]


def test_a_note_on_all_rows_must_hold_in_every_shard(run, tmp_path):
    (tmp_path / "0.csv").write_text("a,b,label\n0.5,0.5,a\n")
    (tmp_path / "1.csv").write_text("a,b,label\n0.25,0.75,b\n")
    (tmp_path / "2.csv").write_text("a,b,label\n3,0.75,b\n")
    for k in range(3):
        options = ["--label-column", "label", "--logits", "--partial", "-o", tmp_path / f"{k}.cecli"]
        run("score", tmp_path / f"{k}.csv", *options)
    paths = [tmp_path / f"{k}.cecli" for k in range(3)]
    assert "every row of logits is itself a PMF" in run("merge", *paths[:2]).err
    assert "PMF" not in run("merge", *paths).err


def test_states_of_version_010_name_machines_and_are_read(run, state):
    first, second = state(), state(shard="p9.csv")
    wanted = run("merge", first, second, "-f", "json").document
    document = document_of(second)
    write_state(second, {**document, "cecli_state": 1, "machines": [{"numpy": "1.0.0", "cpu": ["SSE2"]}]})
    done = run("merge", first, second, "-f", "json", "-q")
    assert (done.document, done.status) == (wanted, 0)
    assert done.err.startswith(f"cecli: warning: {second}: written by cecli 0.1.0, without a checksum")
    assert "s1.cecli and 1 more: " in run("merge", second, _again(second), "-q").err


def _again(state):
    """A state of the same rows in another file."""
    document = document_of(state)
    document["read"]["shards"][0]["place"] += ".again"
    other = state.with_suffix(".again.cecli")
    write_state(other, document)
    return other


SEALED = {
    "not a whole state of cecli score",
    "unknown metrics: speed",
    "is no exact sum",
    "-70 is no count",
}
"""What is said of states whose checksum is right."""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: "", "the file is empty"),
        (lambda text: "0.25\n", "this is no state"),
        (lambda text: text[: len(text) // 2], "the state is cut short or damaged"),
        (lambda text: "{}", "this is JSON, but no state"),
        (lambda text: '{"schema_version": 1}', "this is a report"),
        (
            lambda text: text.replace('"cecli_state":2', '"cecli_state":3'),
            "a state of version 3, and version 2 is read",
        ),
        (lambda text: text.replace('"total":{', '"total":{"speed":{},'), "not a whole state of cecli score"),
        (lambda text: text.replace('"rows_read"', '"rows_written"'), "not a whole state of cecli score"),
        (lambda text: text.replace('"metrics":["loss"', '"metrics":["speed"'), "unknown metrics: speed"),
        (lambda text: text.replace("p-", "q-"), "is no exact sum"),
        (lambda text: text.replace('"rows":{"0":70}', '"rows":{"0":-70}'), "-70 is no count"),
        (lambda text: text.replace('"largest":{"0":', '"largest":{"1":NaN,"0":'), "cut short or damaged"),
        (lambda text: text.replace('"largest":{"0":', '"largest":{"1":-Infinity,"0":'), "cut short or damaged"),
        (lambda text: text.replace('"largest":{"0":', '"largest":{"1":1e999,"0":'), "cut short or damaged"),
        (lambda text: text.replace("p-1", "p-2"), "its checksum is not that of what it holds"),
        (lambda text: json.dumps(json.loads(text)), "its checksum is not that of what it holds"),
        (lambda text: json.dumps({"cecli_state": 2, "version": "0.2.0"}), "its checksum is missing"),
        (lambda text: text.replace('"cecli_state":2', '"cecli_state":1'), "sha256 has no place in it"),
        (lambda text: text.replace('"total":{', '"total":{},"total":{'), "cut short or damaged"),
        (lambda text: "[" * 100_000, "this is no state"),
        (lambda text: '{"a":' + "[" * 100_000, "cut short or damaged"),
    ],
)
def test_what_is_no_state(run, state, change, said):
    path = state()
    text = change(path.read_text())
    path.write_text(resealed(text) if said in SEALED else text)
    done = run("merge", path)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"cecli: error: {path}: ")
    assert said in done.err
    assert "bug" not in done.err


def test_a_directory_and_a_pattern_stand_for_their_files(run, shards, states, tmp_path):
    """In natural order, as ``score`` takes them."""
    for k, path in enumerate(states("plain")):
        shutil.copy(path, tmp_path / f"s{k * 5}.cecli")  # s10 comes after s5
    wanted = run("merge", *states("plain"), "-f", "json").out
    (tmp_path / "_log").write_text("no state")
    assert run("merge", tmp_path, "-f", "json").out == wanted
    assert run("merge", tmp_path / "s*.cecli", "-f", "json").out == wanted
    assert (
        run("merge", tmp_path / "s0.cecli", tmp_path / "s[15]*.cecli", tmp_path / "s20.cecli", "-f", "json").out
        == wanted
    )
    none = run("merge", tmp_path / "*.none")
    assert (none.status, none.out) == (1, "")
    assert "no file matches this pattern" in none.err


def test_a_missing_state_and_none(run, tmp_path):
    assert "no such file" in run("merge", tmp_path / "a.cecli").err
    assert run("merge").status == 2
    assert run("merge", "-", "-").status == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["-f", "json"], "--format"),
        (["--value"], "--value"),
        (["--get", "skill"], "--get"),
        (["--digits", "3"], "--digits"),
        (["-b", "bits"], "--base"),
        (["--confidence", "0.9"], "--confidence"),
        (["--reduction", "sum"], "--reduction"),
        (["--reduction", "none"], "--reduction"),
        (["--table", "classes"], "--table"),
        (["--require", "skill>0"], "--require"),
        (["--prior", "uniform"], "--prior"),
        (["--check"], "--check"),
    ],
)
def test_what_is_of_a_report_has_no_meaning_beside_partial(run, shards, options, said):
    done = run("score", shards / "p1.csv", "--label-column", "label", "--classes", "cat,dog,emu", "--partial", *options)
    assert (done.status, done.out) == (2, "")
    assert f"--partial writes a state and no report: {said} has no meaning beside it" in done.err


def test_the_suffix_of_a_state_calls_for_partial(run, shards, tmp_path):
    done = run("score", shards / "p1.csv", "--label-column", "label", "-o", tmp_path / "a.cecli")
    assert done.status == 2
    assert "--partial" in done.err
    assert not (tmp_path / "a.cecli").exists()


def test_a_run_that_fails_writes_no_state(run, tmp_path):
    (tmp_path / "p.csv").write_text("a,b,label\n0.5,0.5,a\n0.5,x,a\n")
    done = run("score", tmp_path / "p.csv", "--label-column", "label", "--partial", "-o", tmp_path / "a.cecli")
    assert done.status == 1
    assert not (tmp_path / "a.cecli").exists()


def test_a_full_disk(shell, shards):
    done = shell(f"cecli score {shards}/p2.csv --label-column label --classes cat,dog,emu --partial > /dev/full")
    assert done.status == 1
    assert "No space left on device" in done.err


def test_observed_alone(run, shards, state):
    states = [state("--observed", "cat", "--cluster", "document", shard=f"{name}.csv") for name in ("p1", "p9")]
    whole = run("score", shards / "p[19].csv", "--observed", "cat", "--cluster", "document", "-f", "json")
    assert run("merge", *states[::-1], "-f", "json").out == whole.out
    assert run("merge", *states, "--prior", "uniform").status == 2


@pytest.mark.parametrize("order", [1, -1])
def test_ids_are_told_where_one_shard_has_them(run, tmp_path, order):
    with_ids = write(tmp_path / "1.csv", [{"id": "x7", "a": 0.25, "b": 0.75, "label": "a"}])
    without = write(tmp_path / "2.csv", [{"a": 0.5, "b": 0.5, "label": "b"}])
    states = [tmp_path / f"{k}.cecli" for k in (1, 2)]
    for path, state in zip((with_ids, without), states, strict=True):
        done = run("score", path, "--label-column", "label", "--worst", "2", "--partial", "-o", state)
        assert done.status == 0
    merged = run("merge", *states[::order], "-f", "json").document["worst"]
    assert [entry["id"] for entry in merged] == ["x7", None]


def test_a_state_of_standard_input_says_so(run, tmp_path):
    done = run("score", "-", "--label-column", "label", "--partial", stdin=b"a,b,label\n0.25,0.75,a\n")
    assert [shard["file"] for shard in json.loads(done.out)["read"]["shards"]] == ["standard input"]
    path = write(tmp_path / "p.csv", [{"a": 0.25, "b": 0.75, "label": "a"}])
    done = run("score", path, "--label-column", "label", "--partial")
    assert [shard["file"] for shard in json.loads(done.out)["read"]["shards"]] == [str(path)]


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_shards_of_a_column_called_1_read_labels_in_one_way(run, tmp_path, order):
    """The first label of one shard is a 0, that of the other a 1, which is the column's name."""
    folder = tmp_path / "shards"
    folder.mkdir()
    for name, rows in zip(order, ("0.3,0\n0.6,1\n", "0.3,1\n0.6,0\n"), strict=True):
        (folder / f"{name}.csv").write_text("1,label\n" + rows)
        run("score", folder / f"{name}.csv", "--label-column", "label", "--partial", "-o", tmp_path / f"{name}.cecli")
    whole = run("score", folder / "*.csv", "--label-column", "label", "-f", "json")
    assert whole.document["cross_entropy"] == 0.7469410259762035
    for states in (("a", "b"), ("b", "a")):
        done = run("merge", *(tmp_path / f"{name}.cecli" for name in states), "-f", "json")
        assert (done.status, done.out) == (0, whole.out), done.err
