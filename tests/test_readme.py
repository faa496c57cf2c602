"""README and the help texts tell the truth: every example is run, README's outputs are compared to the letter.

``python tests/test_readme.py`` writes README's outputs anew.
"""

from __future__ import annotations

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

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
SETTINGS = ("COLUMNS", "FORCE_COLOR", "CECLI_THREADS", "PYTHONUTF8", "PYTHONIOENCODING", "PYTHONUNBUFFERED")


def examples(text: str) -> list[tuple[str, str]]:
    """The commands of the console blocks of ``text``, each with the output that stands below it."""
    found = []
    for block in BLOCK.findall(text):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


def set_up_lines(text: str) -> list[str]:
    return re.findall(r"^python3 -m venv .*$", text, flags=re.MULTILINE)


def run(command: str, folder: Path) -> tuple[str, int]:
    """What a shell prints for ``command`` on both of its outputs, in a pipe 80 columns wide, and its exit status."""
    environment = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    environment |= {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
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


@pytest.mark.parametrize(("command", "output"), examples(README.read_text("utf-8")))
def test_examples_of_readme_print_what_stands_there(command: str, output: str, tmp_path: Path) -> None:
    printed, status = run(command, prepared(tmp_path))
    assert printed == output
    assert status == 0 or "cecli: error: " in printed


@pytest.mark.parametrize("command", help_examples())
def test_examples_of_the_help_texts_run(command: str, tmp_path: Path) -> None:
    write_files_of_help(prepared(tmp_path))
    printed, status = run(command, tmp_path)
    assert status == 0, printed
    assert "cecli: error: " not in printed


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_an_example(name: str) -> None:
    page = " ".join(command for command, _ in examples(README.read_text("utf-8")))
    assert re.search(rf"\bcecli {name} ", page), f"README shows no `cecli {name}`"
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
    """Write README with what its examples print now."""
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = prepared(Path(name))

        def anew(block: re.Match[str]) -> str:
            commands = re.findall(r"^\$ (.*)$", block[0], flags=re.MULTILINE)
            return "".join(f"$ {command}\n{run(command, folder)[0]}" for command in commands)

        README.write_text(BLOCK.sub(anew, README.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    rewrite()
