"""cecli verify: what is computed again, what differs, and what a result from anyone cannot make it do."""

import csv
import hashlib
import io
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cecli.cli import COMMANDS, main
from cecli.commands import calibrate, compare, fidelity, score
from cecli.commands.signature import FIGURES, FILES, NEUTRAL

NAMES = ["cat", "dog", "emu"]


def rows_of(seed, rows=60):
    draw = random.Random(seed)
    for number in range(rows):
        weights = [draw.random() ** 2 + 0.01 for _ in NAMES]
        shares = [weight / sum(weights) for weight in weights]
        yield [f"r{number}", *shares, draw.choice(["x", "y"]), draw.randrange(1, 4)]


def text_of(header, rows):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([header, *rows])
    return out.getvalue()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with two models' predictions and the labels; the test runs in it."""
    monkeypatch.chdir(tmp_path)
    for name, seed in (("a.csv", 1), ("b.csv", 2)):
        Path(name).write_text(text_of(["id", *NAMES, "place", "copies"], rows_of(seed)))
    draw = random.Random(3)
    Path("labels.csv").write_text(text_of(["id", "label"], [[f"r{k}", draw.choice(NAMES)] for k in range(60)]))
    Path("weights.csv").write_text("class,weight\ncat,1\ndog,2\nemu,0.5\n")
    Path("prior.csv").write_text("class,share\ncat,0.5\ndog,0.25\nemu,0.25\n")
    Path("secret.csv").write_text("id,cat,dog,emu,place,copies\n")
    return tmp_path


@pytest.fixture
def signed(folder, run):
    """Sign a result: ``signed("score", "a.csv", …)`` is what the JSON holds."""

    def make(*arguments):
        done = run(*arguments, "--signature", "-o", "r.json", "-q")
        assert done.status == 0, done.err
        return json.loads(Path("r.json").read_text())

    return make


A = ("a.csv", "labels.csv", "--drop", "place", "--drop", "copies")
CALLS = {
    "score": ("score", *A),
    "in bits": ("score", *A, "-b", "bits", "--confidence", "0.9", "--top-k", "2"),
    "by": ("score", "a.csv", "labels.csv", "--by", "place", "--drop", "copies", "--worst", "3"),
    "clusters": ("score", "a.csv", "labels.csv", "--cluster", "place", "--drop", "copies"),
    "weights": ("score", "a.csv", "labels.csv", "--weight-column", "copies", "--weights-are", "frequency",
                "--drop", "place", "--class-weights", "weights.csv"),
    "prior": ("score", *A, "--prior", "prior.csv:share", "--confusions", "2"),
    "inline prior": ("score", *A, "--prior", "cat=0.5,dog=0.25,emu=0.25", "--like", "torch", "--like", "keras"),
    "labels by option": ("score", "a.csv", "--labels", "labels.csv", "--classes", "cat,dog,emu", "--reduction", "sum"),
    "observed": ("score", "a.csv", "--observed", "cat", "--clip", "1e-9"),
    "compare": ("compare", "a.csv", "b.csv", "labels.csv", "--drop", "place", "--drop", "copies"),
    "gates": ("compare", "a.csv", "b.csv", "labels.csv", "--drop", "place", "--drop", "copies", "--margin", "9",
              "--flips", "99", "--seed", "5"),
    "fidelity": ("fidelity", "a.csv", "b.csv", "labels.csv", "--drop", "place", "--drop", "copies",
                 "--exact-quantiles"),
    "students": ("fidelity", "a.csv", "b.csv", "a.csv", "--drop", "place", "--drop", "copies", "--top-k", "2"),
    "calibrate": ("calibrate", "a.csv", "labels.csv", "--probs", "--bias", "--drop", "place", "--drop", "copies"),
    "folds": ("calibrate", "a.csv", "labels.csv", "--probs", "--folds", "3", "--drop", "place", "--drop", "copies"),
    "three": ("compare", "a.csv", "b.csv", "a.csv", "--labels", "labels.csv", "--drop", "place", "--drop", "copies"),
}  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
def test_what_was_signed_is_verified(call, signed, run):
    document = signed(*CALLS[call])
    done = run("verify", "r.json", "-f", "json")
    assert (done.status, done.err) == (0, "")
    assert done.document["verified"]
    assert done.document["different"] == 0
    assert done.document["figures"] > 10
    assert done.document["inputs"] == document["inputs"]


@pytest.mark.parametrize("call", CALLS)
def test_the_inputs_are_those_that_were_read_with_the_sums_of_sha256sum(call, signed):
    document = signed(*CALLS[call])
    paths = {each["path"] for each in document["inputs"]}
    assert paths == {word.partition(":")[0] for word in CALLS[call][1:] if word.partition(":")[0].endswith(".csv")}
    for each in document["inputs"]:
        printed = subprocess.run(["sha256sum", each["path"]], capture_output=True, text=True, check=True).stdout
        assert printed.split()[0] == each["sha256"]
        assert f"{each['path']} sha256:{each['sha256']}" in document["signature"]


def test_the_line_says_what_made_it(signed):
    line = signed(*CALLS["in bits"])["signature"]
    assert line.split(" | ")[:4] == [f"cecli {version()}", "score cross_entropy", "bits", "60 rows"]
    assert line.split(" | ")[4] == "--drop place --drop copies --top-k 2 --confidence 0.9 --base bits"


def version():
    from cecli import __version__

    return __version__


def test_a_signature_costs_no_digit_and_no_other_key(signed, run):
    document = signed(*CALLS["score"])
    plain = run(*CALLS["score"], "-f", "json").document
    keys = ("signature", "inputs", "arguments")
    assert {key: value for key, value in document.items() if key not in keys} == plain
    assert list(document)[-3:] == list(keys)


def test_where_the_signature_goes(folder, run):
    number = run(*CALLS["score"], "--signature")
    assert number.out == run(*CALLS["score"]).out
    assert "cecli: note: signature: cecli " in number.err
    assert run(*CALLS["score"], "--signature", "-q").err == ""
    header, row = list(csv.reader(io.StringIO(run(*CALLS["score"], "--signature", "-f", "csv").out)))
    assert dict(zip(header, row, strict=True))["signature"].startswith("cecli ")
    listed = run(*CALLS["score"], "--signature", "--table", "classes", "-f", "csv")
    assert "signature" not in listed.out
    assert "cecli: note: signature: cecli " in listed.err
    table = run(*CALLS["score"], "--signature", "-f", "table").out
    assert table.split("\n\n")[-1].startswith("Signature\n")
    assert max(map(len, table.splitlines())) <= 80


def changed(**changes):
    document = json.loads(Path("r.json").read_text())
    for key, value in changes.items():
        document[key] = value
    Path("r.json").write_text(json.dumps(document))


def test_a_figure_that_differs_is_named_with_both_values(signed, run):
    document = signed(*CALLS["score"])
    wrong = document["cross_entropy"] * (1 + 2**-52)
    changed(cross_entropy=wrong)
    done = run("verify", "r.json", "-f", "json")
    assert done.status == 3
    assert done.document["differences"] == [{"key": "cross_entropy", "stored": wrong, "now": document["cross_entropy"]}]
    message = f"r.json: not the same: cross_entropy (stored {wrong!r}, now {document['cross_entropy']!r})"
    assert done.err == f"cecli: error: {message}\n"
    table = run("verify", "r.json", "-f", "table")
    assert table.status == 3
    assert repr(wrong) in table.out
    assert run("verify", "r.json", "--value").out == "1\n"


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("perplexity", None, "perplexity (stored null, now "),
        ("unit", "bits", 'unit (stored "bits", now "nats")'),
        ("rows", {"read": 60, "scored": 60, "ignored": False}, "rows.ignored (stored false, now 0)"),
        ("classes", [], 'classes (stored "[]", now "missing"); classes.0.class (stored "missing", now "cat")'),
        ("more", 1, 'more (stored 1, now "missing")'),
        ("ece", float("nan"), 'ece (stored "nan", now '),
        ("ece", 10**400, "ece (stored 1000"),
        ("\x1b[31m", 1, r"\x1b[31m (stored 1"),
    ],
)
def test_whatever_differs(key, value, said, signed, run):
    signed(*CALLS["score"])
    changed(**{key: value})
    done = run("verify", "r.json")
    assert done.status == 3
    assert said in done.err
    assert "\x1b" not in done.err


def test_a_key_that_is_gone_differs_unless_another_version_made_the_result(signed, run):
    document = signed(*CALLS["score"])
    del document["ece"]
    Path("r.json").write_text(json.dumps(document))
    done = run("verify", "r.json")
    assert done.status == 3
    assert 'ece (stored "missing", now ' in done.err
    changed(version="0.0.1\x1b[2J")
    other = run("verify", "r.json")
    assert other.status == 0
    assert (
        rf"note: the result is of cecli 0.0.1\x1b[2J, and this is {version()}: figures of both are compared"
        in other.err
    )
    changed(cross_entropy=0.5)
    assert run("verify", "r.json").status == 3


def test_a_requirement_that_was_not_met_does_not_hinder(folder, run):
    assert run(*CALLS["score"], "--require", "cross_entropy<0", "--signature", "-o", "r.json").status == 3
    assert run("verify", "r.json").status == 0
    failing = run(*CALLS["compare"], "--margin", "0", "--alpha", "1e-9", "--signature", "-o", "r.json", "-q")
    assert failing.status == 3
    assert run("verify", "r.json").status == 0


def test_a_missing_file_and_another_one(signed, run):
    signed(*CALLS["compare"])
    Path("a.csv").unlink()
    Path("b.csv").write_text(Path("b.csv").read_text() + "\n")
    done = run("verify", "r.json")
    assert (done.status, done.out) == (1, "")
    assert "a.csv: no such file" in done.err
    assert "b.csv: it is not what the result was made of: its SHA-256 is another" in done.err
    assert "hint: --folder DIR" in done.err
    Path("a.csv").mkdir()
    assert "a.csv: no file" in run("verify", "r.json").err


def test_inputs_in_a_folder(signed, run, tmp_path, monkeypatch):
    for call in ("prior", "weights", "labels by option", "three"):
        signed(*CALLS[call])
        away = tmp_path / f"away {call}" / "data"
        away.mkdir(parents=True)
        for name in ("a.csv", "b.csv", "labels.csv", "weights.csv", "prior.csv"):
            shutil.copy(tmp_path / name, away)
        shutil.move("r.json", away.parent)
        monkeypatch.chdir(away.parent)
        missing = run("verify", "r.json")
        assert missing.status == 1
        assert "a.csv: no such file" in missing.err
        for place in ("data", str(away)):
            done = run("verify", "r.json", "--folder", place)
            assert (done.status, done.err) == (0, "")
        monkeypatch.chdir(tmp_path)


def test_an_absolute_path_is_looked_for_by_its_name_in_the_folder(folder, run):
    call = [str(folder / word) if word.endswith(".csv") else word for word in CALLS["score"]]
    assert run(*call, "--signature", "-o", "r.json", "-q").status == 0
    away = folder / "away"
    away.mkdir()
    for name in ("a.csv", "labels.csv"):
        shutil.move(name, away)
    assert run("verify", "r.json").status == 1
    assert run("verify", "r.json", "--folder", "away").status == 0
    none = run("verify", "r.json", "--folder", "none")
    assert (none.status, none.err) == (1, "cecli: error: none: no such directory\n")


def test_a_directory_elsewhere_is_not_looked_for_in_the_folder(folder, run):
    Path("p").mkdir()
    shutil.copy("a.csv", "p")
    options = ("--drop", "place", "--drop", "copies")
    assert run("score", folder / "p", "labels.csv", *options, "--signature", "-o", "r.json", "-q").status == 0
    assert run("verify", "r.json").status == 0
    done = run("verify", "r.json", "--folder", ".")
    assert done.status == 1
    assert "stands for several files, and leads out of the folder" in done.err


def test_a_file_by_its_url(folder, run):
    call = [f"file://{folder / word}" if word.endswith(".csv") else word for word in CALLS["score"]]
    assert run(*call, "--signature", "-o", "r.json", "-q").status == 0
    assert run("verify", "r.json").status == 0


def test_two_files_of_one_name_are_not_told_apart_in_a_folder(folder, run):
    for name in ("one", "two"):
        Path(name).mkdir()
        shutil.copy("a.csv", name)
    call = [
        str(folder / "one" / "a.csv"),
        str(folder / "two" / "a.csv"),
        "labels.csv",
        "--drop",
        "place",
        "--drop",
        "copies",
    ]
    assert run("compare", *call, "--signature", "-o", "r.json", "-q").status == 0
    assert run("verify", "r.json").status == 0
    done = run("verify", "r.json", "--folder", ".")
    assert done.status == 1
    assert "two of its inputs have the same last name" in done.err


def test_directories_and_patterns(folder, run):
    for name in ("p/1.csv", "p/2.csv"):
        Path(name).parent.mkdir(exist_ok=True)
        shutil.copy("a.csv", name)
    Path("l").mkdir()
    shutil.copy("labels.csv", "l/1.csv")
    shutil.copy("labels.csv", "l/2.csv")
    for pattern in ("p", "p/", "p/*.csv"):
        options = ("--id", "none", "--drop", "id", "--label-column", "label", "--drop", "place", "--drop", "copies")
        assert run("score", pattern, "l", *options, "--signature", "-o", "r.json", "-q").status == 0
        inputs = json.loads(Path("r.json").read_text())["inputs"]
        assert [os.path.normpath(each["path"]) for each in inputs] == ["p/1.csv", "l/1.csv", "p/2.csv", "l/2.csv"]
        assert run("verify", "r.json").status == 0
        shutil.copytree("p", "away/p", dirs_exist_ok=True)
        shutil.copytree("l", "away/l", dirs_exist_ok=True)
        assert run("verify", "r.json", "--folder", "away").status == 0
        shutil.copy("a.csv", "p/3.csv")
        shutil.copy("labels.csv", "l/3.csv")
        more = run("verify", "r.json")
        assert more.status == 1, pattern
        assert "it is not among the inputs that the result names, and is not read" in more.err
        Path("p/3.csv").unlink()
        Path("l/3.csv").unlink()


def test_standard_input_is_read_again(folder, run):
    data = Path("a.csv").read_bytes()
    assert run("score", "-", *A[1:], "--signature", "-o", "r.json", "-q", stdin=data).status == 0
    inputs = json.loads(Path("r.json").read_text())["inputs"]
    assert {"path": "-", "sha256": hashlib.sha256(data).hexdigest()} in inputs
    assert run("verify", "r.json", stdin=data).status == 0
    done = run("verify", "r.json", stdin=Path("b.csv").read_bytes())
    assert done.status == 1
    assert "standard input: it is not what the result was made of" in done.err


def test_the_result_itself_on_standard_input(folder, run):
    result = run(*CALLS["score"], "--signature", "-f", "json", "-q").stdout
    done = run("verify", "-", "-f", "json", stdin=result)
    assert (done.status, done.document["result"]) == (0, "standard input")
    both = run("score", "-", *A[1:], "--signature", "-f", "json", "-q", stdin=Path("a.csv").read_bytes()).stdout
    done = run("verify", "-", stdin=both)
    assert done.status == 1
    assert "standard input cannot be both the result and one of its inputs" in done.err


@pytest.mark.parametrize("kind", ["npy", "parquet", "csv.gz"])
def test_files_read_at_offsets_and_packed_ones(kind, folder, run):
    import gzip

    import numpy as np
    import pyarrow as pa
    from pyarrow import parquet

    table = np.random.default_rng(1).dirichlet(np.ones(3), 5000)
    if kind == "npy":
        np.save("p.npy", table)
    elif kind == "parquet":
        parquet.write_table(pa.table({name: table[:, k] for k, name in enumerate("012")}), "p.parquet")
    else:
        Path("p.csv.gz").write_bytes(gzip.compress(text_of("012", table.tolist()).encode()))
    Path("l.csv").write_text("label\n" + "".join(f"{k % 3}\n" for k in range(5000)))
    assert run("score", f"p.{kind}", "l.csv", "--signature", "-o", "r.json", "-q").status == 0
    first = json.loads(Path("r.json").read_text())["inputs"][0]
    assert first == {"path": f"p.{kind}", "sha256": hashlib.sha256(Path(f"p.{kind}").read_bytes()).hexdigest()}
    assert run("verify", "r.json").status == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "r.json:1: not JSON"),
        ("[]", "r.json: expected a result, one JSON object"),
        ("[" * 100_000, "r.json: not a result"),
        ('{"a": ' + "1" * 10_000 + "}", "r.json: not a result"),
        ("{}", 'r.json: the result has no signature: "command" is missing'),
    ],
)
def test_what_is_no_result(content, said, folder, run):
    Path("r.json").write_text(content)
    done = run("verify", "r.json")
    assert done.status == 1
    assert said in done.err


def test_a_result_without_a_signature_says_how_to_get_one(folder, run):
    assert run(*CALLS["score"], "-o", "r.json", "-q").status == 0
    done = run("verify", "r.json")
    assert done.status == 1
    assert 'the result has no signature: "signature" is missing' in done.err
    assert "hint: cecli score PREDS LABELS --signature -o result.json" in done.err
    none = run("verify", "none.json")
    assert (none.status, none.err.splitlines()[0]) == (1, "cecli: error: none.json: no such file")
    assert "hint: cecli score PREDS LABELS --signature -o result.json" in none.err
    assert run("verify").status == 2
    assert run("verify", "r.json", "-o", "x.foo").status == 2


def only(path):
    """A result that names one input, whose SHA-256 nobody has."""
    return {"inputs": [{"path": path, "sha256": "0" * 64}], "arguments": ["--", path, path]}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"command": 3}, "the command and the version are no texts"),
        ({"command": "simulate"}, 'no result of "simulate" can be verified'),
        ({"command": "../score"}, 'no result of "../score" can be verified'),
        ({"command": "verify"}, 'no result of "verify" can be verified'),
        ({"arguments": "--clip"}, "the arguments are no list of texts"),
        ({"arguments": ["--", 3]}, "the arguments are no list of texts"),
        ({"arguments": ["--output", "x.json", "--", "a.csv"]}, 'the arguments hold "--output"'),
        ({"arguments": ["-o", "x.json", "--", "a.csv"]}, 'the arguments hold "-o"'),
        ({"arguments": ["--output=x.json", "--", "a.csv"]}, 'the arguments hold "--output=x.json"'),
        ({"arguments": ["--report", "x.html", "--", "a.csv"]}, 'the arguments hold "--report"'),
        ({"arguments": ["--partial", "--", "a.csv"]}, 'the arguments hold "--partial"'),
        ({"arguments": ["--require", "ece<@secret.csv", "--", "a.csv"]}, 'the arguments hold "--require"'),
        ({"arguments": ["--debug", "--", "a.csv"]}, 'the arguments hold "--debug"'),
        ({"arguments": ["--help"]}, 'the arguments hold "--help"'),
        ({"arguments": ["a.csv", "labels.csv"]}, 'the arguments hold "a.csv"'),
        ({"arguments": ["--clip"]}, 'the arguments end after "--clip"'),
        ({"arguments": ["--clip", "--output=x.json", "--", "a.csv", "labels.csv"]}, "the arguments are wrong"),
        ({"arguments": ["--logits=x", "--", "a.csv", "labels.csv"]}, 'the arguments hold "--logits=x"'),
        ({"arguments": ["--", "a.csv", "labels.csv", "--output", "x.json"]}, "--output: it is not among the inputs"),
        ({"arguments": ["--", "a.csv", "labels.csv", "labels.csv"]}, "the arguments are wrong"),
        ({"arguments": ["--", "a.csv", "--output=x.json"]}, "--output=x.json: it is not among the inputs"),
        ({"arguments": ["--", "secret.csv", "labels.csv"]}, "secret.csv: it is not among the inputs"),
        ({"arguments": ["--class-weights", "secret.csv", "--", "a.csv", "labels.csv", ]}, "secret.csv: it is not"),
        ({"arguments": [*A[2:], "--prior", "secret.csv", "--", *A[:2]]}, "secret.csv: it is not among the inputs"),
        ({"arguments": [*A[2:], "--prior", "secret.csv:cat", "--", *A[:2]]}, "it is not among the inputs"),
        ({"arguments": ["--labels", "/etc/passwd", "--", "a.csv"]}, "/etc/passwd: it is not among the inputs"),
        ({"arguments": [*A[2:], "--", "*.csv", "labels.csv"]}, "it is not among the inputs"),
        ({"arguments": ["--", "/etc", "labels.csv"]}, "/etc: it is not among the inputs"),
        ({"arguments": ["--", "/etc/*.csv", "labels.csv"]}, "/etc/*.csv: it is not among the inputs"),
        ({"arguments": ["--", "s3://bucket/*.csv", "labels.csv"]}, "s3://bucket/*.csv: it is not among the inputs"),
        ({"arguments": ["--", "file:///etc/passwd", "labels.csv"]}, "/etc/passwd: it is not among the inputs"),
        ({"arguments": ["--prior", "http://localhost/p.csv", "--", *A[:2]]}, "http://localhost/p.csv: it is not among"),
        ({"arguments": ["--", "-", "labels.csv"]}, "it is not among the inputs"),
        ({"arguments": ["--clip", "7", "--", "a.csv", "labels.csv"]}, "the arguments are wrong: --clip"),
        ({"arguments": []}, "the arguments are wrong"),
        ({"inputs": 3}, "the inputs are no list of paths"),
        ({"inputs": [{"path": "a.csv"}]}, "the inputs are no list of paths"),
        ({"inputs": [{"path": "a.csv", "sha256": "0" * 63}]}, "the inputs are no list of paths"),
        (only("a\0.csv"), r"a\x00.csv: "),
        (only("/dev/zero"), "/dev/zero: no file"),
        (only("/etc/passwd"), "/etc/passwd: it is not what the result was made of: its SHA-256 is another"),
        (only("http://localhost/a"), "http://localhost/a: no such file"),
        (only("secret.csv"), "its SHA-256 is another"),
    ],
)  # fmt: skip
def test_a_result_from_anyone_reads_and_writes_nothing_that_it_should_not(changes, said, signed, run):
    signed(*CALLS["score"])
    changed(**changes)
    before = {path: path.read_bytes() for path in Path().iterdir()}
    done = run("verify", "r.json")
    assert (done.status, done.out) == (1, "")
    assert said in done.err
    assert {path: path.read_bytes() for path in Path().iterdir()} == before


WATCH = """
import sys
seen = []
sys.addaudithook(lambda event, arguments: seen.append((str(arguments[0]), arguments[2])) if event == "open" else None)
from cecli.cli import main
status = main(sys.argv[1:])
import os
names = [name for name, _ in seen if not name.isdigit()]  # a number is a descriptor that was open already
inside = [os.path.relpath(name) for name in names if os.path.abspath(name).startswith(os.getcwd() + os.sep)]
written = [name for name, flags in seen if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and not name.isdigit()]
print(status, sorted(set(inside)), written, file=sys.stderr)
"""


def test_nothing_is_opened_but_the_result_and_its_inputs(signed, environment):
    signed(*CALLS["prior"])
    done = subprocess.run(
        [sys.executable, "-B", "-c", WATCH, "verify", "r.json"],
        capture_output=True, text=True, env=environment, timeout=60, check=True,
    )  # fmt: skip
    assert done.stderr == "0 ['a.csv', 'labels.csv', 'prior.csv', 'r.json'] []\n"


def test_a_file_that_a_result_may_not_read_is_not_looked_into(signed, environment):
    signed(*CALLS["score"])
    changed(arguments=[*A[2:], "--prior", "secret.csv", "--", "a.csv", "labels.csv"])
    done = subprocess.run(
        [sys.executable, "-B", "-c", WATCH, "verify", "r.json"],
        capture_output=True, text=True, env=environment, timeout=60, check=True,
    )  # fmt: skip
    assert done.stderr.splitlines()[-1] == "1 ['a.csv', 'labels.csv', 'r.json'] []"


def test_every_option_is_known_to_change_figures_or_not_to():
    """A new option of a command that can be signed must be put into one of the two lists."""
    given = {one.name for module in (score, compare, fidelity, calibrate) for one in module.command.params}
    assert not FIGURES & NEUTRAL
    assert given <= FIGURES | NEUTRAL, given - FIGURES - NEUTRAL
    assert FILES < FIGURES
    assert {"output_path", "page", "partial", "plot", "apply", "requirements"} <= NEUTRAL


def test_the_command_is_in_the_table():
    assert "verify" in COMMANDS
    assert main(["verify"]) == 2


def test_what_has_no_result_has_no_signature(folder, run):
    for option in ("--check", "--partial"):
        done = run(*CALLS["score"], option, "--signature")
        assert done.status == 2
        assert "--signature has no meaning beside it" in done.err
    done = run(*CALLS["score"], "--reduction", "none", "--signature")
    assert done.status == 2
    assert "--signature has no meaning beside it" in done.err
