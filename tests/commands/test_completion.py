"""``completion``: the three shells are really run, and complete columns and classes of the files in their lines."""

import contextlib
import json
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.cli import COMMANDS, group
from cecli.commands.completion import SHELLS
from cecli.commands.completion.answer import answer, candidates
from cecli.commands.completion.line import ending, split
from cecli.commands.completion.scripts import SCRIPTS
from cecli.commands.completion.values import _VALUES
from cecli.results import figures

ODD = ["my col", "$(touch pwned)", "it's", "a,b", "a:b", 'say "hi"', "größe", "back\\slash", "!x", "*", "~home", "#1"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with files to complete, and the program in a folder of its own."""
    base = tmp_path_factory.mktemp("typed")
    program = base / "bin" / "cecli"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cecli "$@"\n')
    program.chmod(0o755)
    (base / "preds.csv").write_text("id,cat,dog,red fox,country\n1,0.5,0.25,0.25,ch\n")
    (base / "labels.csv").write_text("id,label,day\n1,cat,x\n2,dog,y\n3,red fox,z\n4,newt,x\n")
    (base / "odd file.csv").write_text(",".join(f'"{name.replace(chr(34), chr(34) * 2)}"' for name in ODD) + "\n")
    (base / "counts.csv").write_text("outcome,count,share\nheads,3,0.5\ntails,4,0.5\n")
    return base


@pytest.fixture(scope="module")
def typed_environment(environment, folder):
    return environment | {
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "ZDOTDIR": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_DATA_HOME": str(folder / "data"),
        "TERM": "dumb",
        "LC_ALL": "C.UTF-8",
    }


@pytest.fixture
def here(folder, monkeypatch):
    monkeypatch.chdir(folder)
    return folder


def values(line):
    """The candidates at the end of a line, split as bash would."""
    found = split(line)
    return [item.value for item in candidates(group, found.complete[1:], found.last.text) if item.type != "file"]


def kinds(line):
    found = split(line)
    return {item.type for item in candidates(group, found.complete[1:], found.last.text)}


class TestCandidates:
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("cecli cr", ["cross-entropy"]),
            ("cecli --deb", ["--debug"]),
            ("cecli nothing ", []),
            (
                "cecli score preds.csv --cl",
                [
                    "--classes",
                    "--class-names",
                    "--class-axis",
                    "--cluster",
                    "--clip",
                    "--class-weights",
                    "--cluster-error",
                ],
            ),
            ("cecli score preds.csv --reduction ", ["mean", "sum", "none"]),
            ("cecli score preds.csv labels.csv --by ", ["id", "cat", "dog", "red fox", "country", "label", "day"]),
            ("cecli score --labels labels.csv preds.csv --by d", ["dog", "day"]),
            ("cecli score preds.csv labels.csv --label-column ", ["id", "label", "day"]),
            ("cecli score preds.csv --label-column ", ["id", "cat", "dog", "red fox", "country"]),
            ("cecli score preds.csv labels.csv --drop c", ["cat", "country"]),
            ("cecli score preds.csv labels.csv --drop cat --drop c", ["country"]),
            ("cecli score preds.csv --observed re", ["red fox"]),
            ("cecli score preds.csv --id n", ["none"]),
            ("cecli score preds.csv --weight-column=co", ["--weight-column=country"]),
            ("cecli score preds.csv --by country --classes cat,", ["cat,dog", "cat,red fox"]),
            ("cecli score preds.csv labels.csv --ignore ", ["cat", "dog", "red fox", "country", "newt"]),
            ("cecli score preds.csv labels.csv --label-column label --by country --ignore n", ["newt"]),
            ("cecli score preds.csv labels.csv --require acc", ["accuracy"]),
            ("cecli score preds.csv labels.csv --get rows.", ["rows.read", "rows.scored", "rows.ignored"]),
            ("cecli score preds.csv -b bi", ["bits"]),
            ("cecli softmax preds.csv --keep co", ["country"]),
            ("cecli softmax 'odd file.csv' --keep my", ["my col"]),
            ("cecli compare preds.csv preds.csv labels.csv --label-column d", ["day"]),
            ("cecli compare preds.csv preds.csv --kinds probs,l", ["probs,logits", "probs,log-probs"]),
            ("cecli kl counts.csv uni", ["uniform"]),
            ("cecli kl counts.csv:", ["counts.csv:outcome", "counts.csv:count", "counts.csv:share"]),
            ("cecli fit counts.csv --outcomes heads,", ["heads,tails"]),
            ("cecli fit --samples labels.csv --column l", ["label"]),
            ("cecli fit counts.csv --smoothing l", ["laplace"]),
            ("cecli completion ", ["bash", "zsh", "fish"]),
            ("cecli help ca", ["calibrate", "calibration"]),
            ("cecli simulate -n ", []),
        ],
    )
    def test_at_the_end_of_a_line(self, here, line, expected):
        assert values(line) == expected

    @pytest.mark.parametrize("name", ["odd file.csv", "~/odd file.csv", "$HOME/odd file.csv"])
    def test_names_of_columns_stay_as_they_are(self, here, name, monkeypatch):
        monkeypatch.setenv("HOME", str(here))
        assert values(f"cecli score '{name}' --by ") == ODD

    def test_a_name_that_cannot_be_typed_is_no_candidate(self, here):
        (here / "escape.csv").write_bytes(b"\x1b]0;title\x07,plain\n")
        assert values("cecli score escape.csv --by ") == ["plain"]

    def test_the_file_may_stand_behind_the_cursor(self, here):
        found = candidates(group, ["score", "--by"], "c", ["preds.csv", "labels.csv"])
        assert [item.value for item in found] == ["cat", "country"]

    @pytest.mark.parametrize(
        "line", ["cecli score ", "cecli score x ", "cecli fit ", "cecli kl ", "cecli score x -o ", "cecli softmax "]
    )
    def test_files_are_left_to_the_shell(self, here, line):
        assert "file" in kinds(line)

    def test_an_argument_too_many_and_a_number_are_no_files(self, here):
        assert kinds("cecli score preds.csv labels.csv more") == set()
        assert kinds("cecli score preds.csv --top-k ") == set()

    def test_columns_of_other_formats(self, tmp_path, root, monkeypatch):
        import pyarrow as pa
        from pyarrow import feather, parquet

        monkeypatch.chdir(tmp_path)
        here = tmp_path
        table = pa.table({"cat": [0.5], "dog": [0.5], "country": ["ch"]})
        parquet.write_table(table, here / "preds.parquet")
        feather.write_feather(table, here / "preds.arrow")
        (here / "preds.jsonl").write_text('{"cat": 0.5, "dog": 0.5, "country": "ch"}\n')
        (here / "preds.tsv").write_text("cat\tdog\tcountry\n")
        (here / "preds.txt").write_text("cat;dog;country\n")
        subprocess.run(["gzip", "-k", "preds.tsv"], check=True, cwd=here)
        shards = here / "shards"
        shards.mkdir()
        shutil.copy(here / "preds.parquet", shards / "part-1.parquet")
        for name in ("preds.parquet", "preds.arrow", "preds.jsonl", "preds.tsv", "preds.tsv.gz", "shards"):
            assert values(f"cecli score {name} --by co") == ["country"], name
        assert values("cecli score 'shards/*.parquet' --by co") == ["country"]
        assert values("cecli score preds.txt --delimiter ';' --by co") == ["country"]
        assert values(f"cecli score {root}/sample_data/digits_logits.npy --header labels --classes ")[:2] == ["0", "1"]

    def test_the_columns_of_a_wide_table_are_not_all_listed(self, here):
        (here / "wide.csv").write_text(",".join(f"c{k}" for k in range(100_000)) + "\n")
        assert len(candidates(group, ["score", "wide.csv", "--by"], "c")) == 2000


class TestNothingIsSaid:
    @pytest.mark.parametrize("name", ["absent.csv", "binary.csv", "empty.csv", "pickle.csv", "twice.csv", "-", "."])
    def test_files_without_columns(self, here, name, capfd):
        (here / "binary.csv").write_bytes(bytes(range(256)) * 40)
        (here / "empty.csv").write_bytes(b"")
        (here / "pickle.csv").write_bytes(b"\x80\x04\x95")
        (here / "twice.csv").write_bytes(b"\x1f\x8b\x08\x00broken")
        for option in ("--by", "--classes", "--ignore", "--label-column"):
            assert answer(group, "zsh", ["3", "score", name, option, ""]) in (0, 1)
        assert capfd.readouterr() == ("", "")

    def test_a_pipe_is_not_read(self, here):
        os.mkfifo(here / "fifo")
        folder = here / "with_fifo"
        folder.mkdir()
        os.mkfifo(folder / "part")
        for name in ("fifo", "with_fifo", "/dev/zero", "/dev/stdin"):
            assert values(f"cecli score {name} --by ") == []

    def test_of_two_files_one_is_broken(self, here):
        assert values("cecli score preds.csv absent.csv --by co") == ["country"]

    def test_every_beginning_of_a_line(self, here, capfd):
        line = "X=1 cecli score 'preds.csv' \"labels.csv\" --by=country --classes cat,dog --require 'ece<1' -f json >x"
        for end in range(len(line) + 1):
            assert answer(group, "bash", [line[:end], line[end:], ""]) in (0, 1)
        assert capfd.readouterr().err == ""

    @pytest.mark.parametrize("arguments", [[], ["x"], ["99"], ["1", "score"], ["0", "'"], ["0", "\udc80"]])
    @pytest.mark.parametrize("shell", [*SHELLS, "tcsh"])
    def test_what_no_script_hands_over(self, shell, arguments, capfd):
        assert answer(group, shell, arguments) in (0, 1)
        assert capfd.readouterr().err == ""

    def test_a_reader_that_is_gone(self, typed_environment, folder):
        reading, writing = os.pipe()
        os.close(reading)
        done = subprocess.run(
            ["cecli", "0", ""],
            env=typed_environment | {"_CECLI_COMPLETE": "zsh"},
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )
        os.close(writing)
        assert done.stderr == b""


class TestSpeed:
    @pytest.mark.parametrize(
        ("words", "loaded"),
        [
            (["0", "s"], set()),
            (["1", "score", "--b"], {"score"}),
            (["2", "score", "preds.csv", ""], {"score"}),
        ],
    )
    def test_commands_and_options_cost_click_alone(self, typed_environment, folder, words, loaded):
        source = (
            "import sys; from cecli.cli import main; main(sys.argv[1:]); print('---'); print(*sys.modules, sep='\\n')"
        )
        done = subprocess.run(
            [sys.executable, "-c", source, *words],
            env=typed_environment | {"_CECLI_COMPLETE": "zsh"},
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        modules = set(done.stdout.partition("---\n")[2].split())
        assert not modules & {"numpy", "pyarrow", "scipy", "rich"}
        assert {name for name in COMMANDS if f"cecli.commands.{name.replace('-', '_')}" in modules} == {
            *loaded,
            "completion",
        }


class TestLine:
    @pytest.mark.parametrize(
        ("line", "words", "last"),
        [
            ("cecli sc", ["cecli"], "sc"),
            ("cecli  score\t", ["cecli", "score"], ""),
            ("cecli '' x", ["cecli", ""], "x"),
            (r"cecli a\ b 'c d' \"e\" 'f", ["cecli", "a b", "c d", '"e"'], "f"),
            ('cecli "a\\"b\\n', ["cecli"], 'a"b\\n'),
            ("cat x | cecli sc", ["cecli"], "sc"),
            ("a; b && cecli sc", ["cecli"], "sc"),
            ("cecli kl <(cecli fi", ["cecli"], "fi"),
            ("cecli kl <(cecli fit x | head) un", ["cecli", "kl", ""], "un"),
            ("cecli kl x 2> errors y", ["cecli", "kl", "x"], "y"),
        ],
    )
    def test_words(self, line, words, last):
        found = split(line)
        assert (found.complete, found.last.text) == (words, last)

    @pytest.mark.parametrize("line", ["cecli kl >", "cecli kl > ", "cecli kl 2>er", "cecli kl < co"])
    def test_a_redirection_is_completed_as_a_file(self, line, capfd):
        assert split(line).redirected
        answer(group, "bash", [line, "", ""])
        assert capfd.readouterr().out == "file\t\t\n"

    @given(
        st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.just(" "), min_size=1),
        st.sampled_from(["", "'", '"']),
    )
    def test_what_is_inserted_is_read_back(self, name, quote):
        word = split(f"cecli {quote}").last
        closed = f"cecli {quote}{ending(name, word, '')}{quote} "
        assert split(closed).complete == ["cecli", name]

    @pytest.mark.parametrize("quote", ["", "'", '"'])
    def test_bash_reads_back_what_is_inserted(self, quote):
        words = [quote + ending(name, split(f"cecli {quote}").last, "") + quote for name in [*ODD, "a\tb", "^&|;<>()"]]
        done = subprocess.run(
            ["bash", "-c", f"printf '%s\\n' {' '.join(words)}"], capture_output=True, text=True, check=True, timeout=60
        )
        read = done.stdout.replace("\\!", "!").splitlines()  # in double quotes the backslash of \! stays
        assert read == [*ODD, "a\tb", "^&|;<>()"]


WOLF = "sample_data/wolf_white_die.csv"
DIGITS = "sample_data/digits_logistic.csv sample_data/digits_overconfident.csv sample_data/digits_labels.csv"
CANCER = "sample_data/breast_cancer.csv sample_data/breast_cancer_labels.csv"
WITH_ALL_KEYS = {
    "simulate": "--seed 1",
    "fit": f"{WOLF} --top 3",
    "entropy": f"{WOLF} --estimator nsb",
    "cross-entropy": f"{WOLF} uniform",
    "kl": f"{WOLF} uniform",
    "divergences": f"{WOLF} uniform --order 2",
    "test": f"{WOLF} --method monte-carlo --replicates 199 --seed 1",
    "power": f"{WOLF} uniform --simulate --replicates 100 --seed 1",
    "converge": "--seed 1 -n 10 --replicates 3",
    "score": f"{CANCER} --prior uniform --decompose --corp",
    "compare": DIGITS,
    "fidelity": DIGITS,
    "calibrate": "sample_data/digits_logits.csv sample_data/digits_labels.csv --folds 3 --bias",
    "verify": "{folder}/signed.json",
    "merge": "{folder}/state.cecli --prior uniform",
}


@pytest.fixture(scope="module")
def made(shell, tmp_path_factory):
    """A signed result and a state, for the commands that read these."""
    folder = tmp_path_factory.mktemp("made")
    assert shell(f"cecli score {CANCER} -q --signature -f json > {folder}/signed.json").status == 0
    assert shell(f"cecli score {CANCER} -q --decompose --corp --partial > {folder}/state.cecli").status == 0
    return folder


class TestKeys:
    @pytest.mark.parametrize("name", WITH_ALL_KEYS)
    def test_keys_are_those_of_the_report(self, run, root, monkeypatch, made, name):
        monkeypatch.chdir(root)
        line = WITH_ALL_KEYS[name].format(folder=made)
        document = run(name, *line.split(), "-f", "json").document
        assert set(numbers_of(document)) <= set(figures.numbers_of(name)), "mend cecli/results/figures"

    def test_no_command_is_left_out(self):
        with_keys = {
            name for name in COMMANDS if any("--get" in one.opts for one in group.get_command(None, name).params)
        }
        assert with_keys == {*WITH_ALL_KEYS, "show"}, "show prints the documents of the others"

    def test_metavars_without_completion_are_known(self):
        """A new metavar is completed, or said here not to be."""
        texts = {
            one.metavar
            for name in COMMANDS
            for one in group.get_command(None, name).params
            if isinstance(one, click.Option) and isinstance(one.type, click.types.StringParamType)
        }
        assert texts - set(_VALUES) <= {"A", "URL"}


def numbers_of(document, above=""):
    """The paths of all numbers, of a list of results those of the first."""
    for key, value in document.items():
        if isinstance(value, dict):
            yield from numbers_of(value, f"{above}{key}.")
        elif key == "results":
            yield from numbers_of(value[0], f"{above}results.0.")
        elif key == "divergences":
            yield from (f"divergences.{entry['name']}.value" for entry in value)
        elif key != "schema_version" and (value in (None, "Infinity", "-Infinity") or _is_number(value)):
            yield f"{above}{key}"


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def conversation(argv, environment, folder, exchanges):
    """A shell on a terminal: each of ``exchanges`` is what is typed, and what must be shown then."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execvpe(argv[0], argv, environment)
    shown = ""
    try:
        for keys, expected in exchanges:
            os.write(terminal, keys.encode())
            shown, deadline = "", time.monotonic() + 30
            while expected not in plain(shown):
                left = deadline - time.monotonic()
                if left <= 0 or not select.select([terminal], [], [], left)[0]:
                    raise AssertionError(f"{keys!r} did not lead to {expected!r} but to {shown!r}")
                shown += os.read(terminal, 65536).decode("utf-8", "replace")
    finally:
        os.close(terminal)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, 9)
        os.waitpid(child, 0)


def plain(shown):
    """What a terminal shows without what only moves its cursor or colours it."""
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>]|[\r\a]", "", shown)


LEAVE = "\x15"  # Ctrl-U empties the line


class TestBash:
    def test_on_a_terminal(self, typed_environment, folder):
        (folder / "rc.bash").write_text(
            "PS1='ready> '\nbind 'set enable-bracketed-paste off'\neval \"$(cecli completion bash)\"\n"
        )
        conversation(
            ["bash", "--rcfile", str(folder / "rc.bash"), "-i"],
            typed_environment,
            folder,
            [
                ("", "ready> "),
                ("cecli cr\t", "cecli cross-entropy "),
                (f"{LEAVE}cecli score pre\t", "cecli score preds.csv "),
                ("--by cou\t", "--by country "),
                ("--drop re\t", "--drop red\\ fox "),
                ("--classes 'red fox',c\t", "'red fox',c"),
                (f'{LEAVE}cecli score odd\\ file.csv --by "my\t', '--by "my col" '),
                (f"{LEAVE}cecli score odd\\ file.csv --by '$\t", "--by '$(touch pwned)' "),
                (f"{LEAVE}cecli score odd\\ file.csv --by a:\t", "--by a:b "),
                (f"{LEAVE}cecli score preds.csv --format=j\t", "--format=json "),
                (f"{LEAVE}cecli kl counts.csv:sh\t", "cecli kl counts.csv:share "),
                (f"{LEAVE}cat x | cecli entr\t", "cecli entropy "),
                (f"{LEAVE}cecli score absent.csv --by \tx", "absent.csv --by x"),
                (f"{LEAVE}cecli kl -b b\t\t", "bits  "),
            ],
        )
        assert not (folder / "pwned").exists()

    def test_without_what_old_versions_lack(self, typed_environment, folder):
        """macOS has a bash without ``compopt`` and ``complete -o nosort``."""
        line = "cecli score pre"
        script = f"""
            compopt() {{ return 1; }}
            eval "$(cecli completion bash)"
            COMP_LINE='{line}' COMP_POINT={len(line)}
            _cecli_completion cecli pre score
            printf '[%s]' "${{COMPREPLY[@]}}"
        """
        done = subprocess.run(
            ["bash", "-c", script], env=typed_environment, cwd=folder, capture_output=True, text=True, timeout=60
        )
        assert (done.stdout, done.stderr) == ("[preds.csv]", "")


@pytest.mark.skipif(not shutil.which("zsh"), reason="no zsh")
class TestZsh:
    def test_on_a_terminal(self, typed_environment, folder):
        (folder / ".zshrc").write_text(
            "autoload -Uz compinit; compinit -u -D\nunset zle_bracketed_paste; setopt no_beep\n"
            "eval \"$(cecli completion zsh)\"\nPS1='ready> '\n"
        )
        conversation(
            ["zsh", "-i"],
            typed_environment,
            folder,
            [
                ("", "ready> "),
                ("cecli cr\t", "cross-entropy "),
                (f"{LEAVE}cecli score pre\t", "preds.csv "),
                ("--by cou\t", "country "),
                ("--drop re\t", "red\\ fox "),
                (f'{LEAVE}cecli score odd\\ file.csv --by "my\t', 'my col" '),
                (f"{LEAVE}cecli score odd\\ file.csv --by a:\t", "a:b "),
                (f"{LEAVE}cecli score preds.csv --format=j\t", "--format=json "),
                (f"{LEAVE}cecli score absent.csv --by \tx", "--by x"),
                (f"{LEAVE}cecli kl -b b\t", "bits  bans"),
            ],
        )

    def test_the_script_can_be_a_file_of_fpath(self, typed_environment, folder):
        (folder / "_cecli").write_text(SCRIPTS["zsh"])
        (folder / ".zshrc").write_text(
            f"fpath=({folder} $fpath); autoload -Uz compinit; compinit -u -D\n"
            "unset zle_bracketed_paste; setopt no_beep\nPS1='ready> '\n"
        )
        conversation(["zsh", "-i"], typed_environment, folder, [("", "ready> "), ("cecli cr\t", "cross-entropy ")])


@pytest.mark.skipif(not shutil.which("fish"), reason="no fish")
class TestFish:
    @pytest.fixture
    def complete(self, typed_environment, folder):
        target = folder / "config" / "fish" / "completions" / "cecli.fish"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(SCRIPTS["fish"])

        def call(line):
            quoted = json.dumps(line).replace("$", "\\$")
            done = subprocess.run(
                ["fish", "-c", f"complete -C {quoted}"],
                env=typed_environment,
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=60,
            )
            assert done.stderr == ""
            return [line.partition("\t")[0] for line in done.stdout.splitlines()]

        return call

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("cecli cr", ["cross-entropy"]),
            ("cecli score preds.csv --reduction ", ["mean", "sum", "none"]),
            ("cecli score 'odd file.csv' --by 'my", ["my col"]),
            ("cecli score odd\\ file.csv --by ", ODD),
            ("cecli score preds.csv --classes cat,", ["cat,dog", "cat,red fox", "cat,country"]),
            ("cecli score preds.csv --format=j", ["--format=json"]),
            ("cecli score pre", ["preds.csv"]),
            ("cecli score absent.csv --by ", []),
        ],
    )
    def test_what_fish_shows(self, complete, line, expected):
        found = complete(line)
        assert [name for name in found if not name.startswith("preds.") or name == "preds.csv"] == expected


class TestCommand:
    @pytest.mark.parametrize("shell", SHELLS)
    def test_prints_the_script(self, run, shell):
        done = run("completion", shell)
        assert (done.status, done.err) == (0, "")
        assert done.out == SCRIPTS[shell]
        assert done.out.isascii()

    def test_another_shell_is_refused(self, run):
        done = run("completion", "tcsh")
        assert done.status == 2
        assert "tcsh" in done.err
        assert done.out == ""

    @pytest.mark.parametrize("shell", SHELLS)
    def test_the_shell_can_read_it(self, shell):
        if not shutil.which(shell):
            pytest.skip(f"no {shell}")
        done = subprocess.run([shell, "-n"], input=SCRIPTS[shell], capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stderr) == (0, "")
