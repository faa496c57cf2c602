"""README, the guides and the help texts tell the truth: every example is run, outputs are compared to the letter.

``python tests/test_readme.py`` writes the outputs of README and of the guides anew.
"""

from __future__ import annotations

import doctest
import functools
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from cecli.cli import COMMANDS, group
from cecli.guides import TOPICS
from cecli.results import reference
from tests.forked import programs

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
GUIDES = ROOT / "cecli" / "guides"
PAGES = [README, *sorted(GUIDES.glob("*.md"))]
BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
STEP = re.compile(rf"(?<=^```python\n)(?!>>> ).*?(?=^```$)|{BLOCK.pattern}", re.MULTILINE | re.DOTALL)
"""A script in Python, or a console block."""

SETTINGS = ("COLUMNS", "FORCE_COLOR", "CECLI_THREADS", "PYTHONUTF8", "PYTHONIOENCODING", "PYTHONUNBUFFERED")


def examples(text: str) -> list[tuple[str, str]]:
    """The commands of the console blocks of ``text``, each with the output that stands below it."""
    found = []
    for block in BLOCK.findall(text):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


def all_examples() -> list[str]:
    return [command for page in PAGES for command, _ in examples(page.read_text("utf-8"))]


def with_outputs(text: str, folder: Path) -> str:
    """``text`` with what its examples print when they are run in ``folder``, one after the other."""

    def anew(step: re.Match[str]) -> str:
        if not step[0].startswith("$ "):
            subprocess.run([sys.executable, "-c", step[0]], cwd=folder, check=True, timeout=60)
            return step[0]
        shown = []
        for command, _ in examples(f"```console\n{step[0]}```"):
            printed, status = run(command, folder)
            assert status == 0 or "cecli: error: " in printed, f"$ {command}\n{printed}"
            shown.append(f"$ {command}\n{printed}")
        return "".join(shown)

    return STEP.sub(anew, text)


def set_up_lines(text: str) -> list[str]:
    return re.findall(r"^python3 -m venv .*$", text, flags=re.MULTILINE)


def run(command: str, folder: Path) -> tuple[str, int]:
    """What a shell prints for ``command`` on both of its outputs, in a pipe 80 columns wide, and its exit status."""
    environment = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    environment |= {
        "PATH": f"{programs()}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=60,
    )
    return done.stdout, done.returncode


def help_examples() -> list[str]:
    """The lines below ``Examples:`` in the help of the group and of every command."""
    context = click.Context(group)
    commands = [group, *(group.get_command(context, name) for name in COMMANDS)]
    epilogs = [command.epilog or "" for command in commands if command is not None]
    return [line.strip() for epilog in epilogs for line in epilog.splitlines() if line.startswith("  cecli ")]


def prepared(folder: Path) -> Path:
    """``folder`` with the sample data: examples run there as in the root, and leave no files in it."""
    (folder / "sample_data").symlink_to(ROOT / "sample_data")
    return folder


def write_files_of_help(folder: Path) -> None:
    """The files that the help texts speak of, under their names there."""
    from pyarrow import csv, parquet

    samples = folder / "sample_data"
    shutil.copy(samples / "digits_logistic.csv", folder / "preds.csv")
    shutil.copy(samples / "digits_logistic.csv", folder / "candidate.csv")
    shutil.copy(samples / "digits_overconfident.csv", folder / "third.csv")
    shutil.copy(samples / "digits_labels.csv", folder / "labels.csv")
    shutil.copy(samples / "digits_logits.npy", folder / "logits.npy")
    run("cecli score preds.csv labels.csv --signature -o signed.json", folder)
    (folder / "parameters.json").write_text('{"schema_version": 1, "command": "calibrate", "temperature": 14.0}')
    labels = csv.read_csv(samples / "digits_labels.csv")["label"]
    for name, state in states_of_help().items():
        (folder / name).write_bytes(state)
    countries = [["ch", "de", "fr"][row % 3] for row in range(len(labels))]
    table = csv.read_csv(samples / "digits_logistic.csv").append_column("label", labels)
    parquet.write_table(table.append_column("country", [countries]), folder / "preds.parquet")
    for part, rows in (("preds", table.drop_columns("label")), ("labels", table.select(["id", "label"]))):
        (folder / part).mkdir()
        parquet.write_table(rows.slice(0, 300), folder / part / "part-1.parquet")
        parquet.write_table(rows.slice(300), folder / part / "part-2.parquet")
    tokens = [f'{{"document": "d{row // 9}", "logprob": {-0.1 * (row % 7)}}}\n' for row in range(90)]
    (folder / "tokens.jsonl").write_text("".join(tokens), "utf-8")


@functools.cache
def states_of_help() -> dict[str, bytes]:
    """The states of two shards of the predictions, made once."""
    import tempfile

    samples, states = ROOT / "sample_data", {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for k, state in enumerate(("a.cecli", "b.cecli")):
            for file in ("digits_logistic.csv", "digits_labels.csv"):
                header, *rows = (samples / file).read_text("utf-8").splitlines(keepends=True)
                (folder / f"{k}-{file}").write_text(header + "".join(rows[k::2]), "utf-8")
            printed, status = run(f"cecli score {k}-digits_logistic.csv {k}-digits_labels.csv --partial -q", folder)
            assert status == 0, printed
            states[state] = printed.encode()
    return states


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_examples_print_what_stands_there(page: Path, tmp_path: Path) -> None:
    text = page.read_text("utf-8")
    assert with_outputs(text, prepared(tmp_path)).splitlines() == text.splitlines()


def test_examples_in_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    flags = doctest.NORMALIZE_WHITESPACE
    results = [doctest.testfile(str(page), False, encoding="utf-8", optionflags=flags) for page in PAGES]
    assert sum(result.failed for result in results) == 0
    assert sum(result.attempted for result in results) >= 9


def test_guides_and_topics_are_the_same() -> None:
    assert {page.stem for page in PAGES[1:]} == set(TOPICS)
    listed = re.findall(r"\(cecli/guides/([a-z-]+)\.md\)", README.read_text("utf-8"))
    assert listed == list(TOPICS), "README lists the guides in the order of cecli help"


@pytest.mark.parametrize("topic", TOPICS)
def test_guides_fit_a_terminal(topic: str) -> None:
    shown = BLOCK.sub("", (GUIDES / f"{topic}.md").read_text("utf-8"))
    prose = re.sub(r"^```.*?^```$", "", shown, flags=re.MULTILINE | re.DOTALL)
    assert [line for line in prose.splitlines() if len(line) > 80 and not line.startswith("|")] == []
    assert re.match(r"# \w", shown)


def test_guides_that_are_named_exist() -> None:
    text = " ".join(page.read_text("utf-8") for page in PAGES)
    named = set(re.findall(r"`cecli\s+help\s+([a-z-]+)`", text))
    assert named <= {*TOPICS, *reference.TOPICS, *COMMANDS}
    assert named


def test_readme_is_short() -> None:
    assert len(README.read_text("utf-8").splitlines()) <= 280


@pytest.fixture(scope="module")
def files_of_help(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = prepared(tmp_path_factory.mktemp("help"))
    write_files_of_help(folder)
    return folder


@pytest.mark.parametrize("command", help_examples())
def test_examples_of_the_help_texts_run(command: str, files_of_help: Path, tmp_path: Path) -> None:
    shutil.copytree(files_of_help, tmp_path, symlinks=True, dirs_exist_ok=True)
    printed, status = run(command, tmp_path)
    assert status == 0, printed
    assert "cecli: error: " not in printed


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_an_example(name: str) -> None:
    shown = any(re.search(rf"\bcecli {name}\b(?!-)", command) for command in all_examples())
    assert shown, f"neither README nor a guide shows `cecli {name}`"
    assert any(f"cecli {name}" in example for example in help_examples())


def test_readme_has_the_two_set_up_lines() -> None:
    install, develop = set_up_lines(README.read_text("utf-8"))
    assert install.startswith("python3 -m venv .venv && ")
    assert develop.startswith("python3 -m venv .venv && ")
    assert "sample_data/digits_" in install.rpartition("&& .venv/bin/cecli score ")[2]
    assert "[test]" in develop
    assert develop.endswith(" && .venv/bin/python -m pytest")


def test_ci_runs_the_set_up_line_of_the_tests() -> None:
    _, develop = set_up_lines(README.read_text("utf-8"))
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert develop in script.read_text("utf-8").splitlines()


def rewrite() -> None:
    """Write README and the guides with what their examples print now."""
    import tempfile

    for page in PAGES:
        with tempfile.TemporaryDirectory() as name:
            page.write_text(with_outputs(page.read_text("utf-8"), prepared(Path(name))), "utf-8")


if __name__ == "__main__":
    rewrite()
