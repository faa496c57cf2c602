"""``help`` and ``-h``: a page for every command, as text and for ``man``, and what every help ends with."""

import os
import pty
import re
import shutil
import signal
import subprocess
import sys

import click
import pytest

from cecli import __version__
from cecli.cli import COMMANDS, GROUPS, group
from cecli.commands.endings import SEE_ALSO, STATUSES
from cecli.commands.manual_page import page_of
from cecli.guides import TOPICS, text_of
from cecli.report.pages.manual import Block, Page, as_roff, as_text

NAMES = (None, *COMMANDS)
SECTIONS = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXAMPLES", "EXIT STATUS", "ENVIRONMENT", "SEE ALSO"]
GATED = {name for name in COMMANDS if any("status 3" in (getattr(p, "help", None) or "")
         for p in [group.get_command(None, name), *group.get_command(None, name).params])}  # fmt: skip


def headings(text):
    return re.findall(r"^[A-Z][A-Z ]+$", text, flags=re.MULTILINE)


class TestEveryHelp:
    @pytest.mark.parametrize("name", COMMANDS)
    def test_has_synopsis_examples_statuses_and_see_also(self, run, name):
        shown = run(name, "-h").out
        assert shown.startswith(f"Usage: cecli {name} ")
        assert "\n  Examples:\n    cecli " in shown
        assert "\n  Exit status: 0 done, 1 the data or the I/O, 2 usage" in shown
        assert ("3 a requirement was not met" in " ".join(shown.split())) == (name in GATED)
        assert f"See also: cecli {SEE_ALSO[name][0]}" in shown
        assert f"cecli help {name} shows all of this as a page." in " ".join(shown.split())

    def test_the_gated_commands_are_known(self):
        assert {"score", "compare", "kl"} <= GATED
        assert "softmax" not in GATED

    def test_every_command_says_where_to_read_on(self):
        assert set(SEE_ALSO) == set(COMMANDS)
        for name, others in SEE_ALSO.items():
            assert others, name
            assert set(others) <= set(COMMANDS) - {name}

    def test_statuses_are_those_of_the_errors(self):
        from cecli import errors

        codes = {errors.EXIT_DATA, errors.EXIT_USAGE, errors.EXIT_GATE, errors.EXIT_BROKEN_PIPE}
        assert set(STATUSES) == {0, *codes, 128 + signal.SIGINT, 128 + signal.SIGTERM}

    @pytest.mark.parametrize("name", COMMANDS)
    @pytest.mark.parametrize("columns", ["60", "80", "100"])
    def test_fits_the_screen(self, name, columns, environment, root):
        done = subprocess.run(
            [sys.executable, "-m", "cecli", name, "-h"],
            env=environment | {"COLUMNS": columns},
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        long = [line for line in done.stdout.splitlines() if len(line) > int(columns)]
        assert all(re.match(r"\s+(cecli |-|bash |zsh |fish |eval )", line) for line in long), "only what cannot wrap"

    @pytest.mark.parametrize("name", COMMANDS)
    def test_says_once_how_it_ends(self, name):
        for _ in range(2):
            assert (group.get_command(click.Context(group), name).epilog or "").count("Exit status:") == 1


class TestPage:
    @pytest.mark.parametrize("name", NAMES)
    def test_has_its_sections_in_order(self, name):
        found = [heading for heading in page_of(group, name, GROUPS).sections if heading in SECTIONS]
        assert found == SECTIONS

    @pytest.mark.parametrize("name", NAMES)
    def test_has_all_of_the_help(self, run, name):
        page = as_text(page_of(group, name, GROUPS), 78)
        words = " ".join(page.split())
        command = group if name is None else group.get_command(None, name)
        for one in command.params:
            if isinstance(one, click.Option) and not one.hidden:
                assert " ".join((one.help or "").split()) in words
        for line in (command.epilog or "").splitlines():
            if line.startswith("  cecli "):
                assert line.strip() in page

    @pytest.mark.parametrize("width", [40, 60, 80, 100])
    @pytest.mark.parametrize("name", NAMES)
    def test_text_fits_its_width(self, name, width):
        page = page_of(group, name, GROUPS)
        kept = {line for blocks in page.sections.values() for b in blocks for line in b.text.split("\n") if b.kept}
        terms = {block.term for blocks in page.sections.values() for block in blocks}
        for line in as_text(page, width).splitlines():
            assert len(line) <= width or line.strip() in {*map(str.strip, kept), *terms} or " " not in line.strip(), (
                line
            )

    @pytest.mark.parametrize("name", NAMES)
    def test_roff_is_ascii_and_has_no_stray_request(self, name):
        source = as_roff(page_of(group, name, GROUPS))
        assert source.isascii()
        requests = {line.split()[0] for line in source.splitlines() if line.startswith((".", "'"))}
        assert requests <= {".TH", ".SH", ".SS", ".TP", ".B", ".PP", ".nf", ".fi", ".nh", ".ad"}

    @pytest.mark.skipif(not shutil.which("groff"), reason="no groff")
    @pytest.mark.parametrize("name", NAMES)
    def test_groff_has_nothing_to_say_and_shows_all(self, name):
        page = page_of(group, name, GROUPS)
        command = ["groff", "-man", "-Tutf8", "-ww", "-P-cbou", "-rLL=90n"]
        done = subprocess.run(command, input=as_roff(page), capture_output=True, text=True, check=True, timeout=60)
        assert done.stderr == ""
        assert headings(done.stdout) == list(page.sections)
        shown = "".join(done.stdout.split())
        for blocks in page.sections.values():
            for block in blocks:
                assert "".join(block.text.split()) in shown
                assert "".join(block.term.split()) in shown

    def test_what_roff_reads_as_something_else(self):
        text = ".npy is 'it' \\ a-b \"q\" ^ ` ~ λ …"
        page = Page("x", "1", {"NOTES": [Block(text), Block(text, kept=True), Block(text, term=".x|-y")]})
        source = as_roff(page)
        assert source.isascii()
        assert source.count(r"\&.npy is \(aqit\(aq \e a\-b \(dqq\(dq \(ha \(ga \(ti \[u03BB] \[u2026]") == 3
        if shutil.which("groff"):
            done = subprocess.run(
                ["groff", "-man", "-Tutf8", "-P-cbou"], input=source, capture_output=True, text=True, check=True
            )
            assert done.stdout.count(text) == 3


class TestCommand:
    def test_of_a_command(self, run):
        done = run("help", "kl")
        assert (done.status, done.err) == (0, "")
        assert done.out.startswith("NAME\n       cecli-kl - Measure the KL divergence D(p||q)")
        assert headings(done.out)[-1] == "SEE ALSO"

    def test_of_the_whole_lists_the_commands_and_the_guides(self, run):
        shown = " ".join(run("help").out.split())
        for name, line in {**COMMANDS, **TOPICS}.items():
            assert f" {name} {line}" in shown

    def test_roff(self, run):
        assert run("help", "kl", "--roff").out == as_roff(page_of(group, "kl", GROUPS, __version__))

    def test_a_command_that_there_is_not(self, run):
        done = run("help", "scor")
        assert (done.status, done.out) == (2, "")
        assert 'no command or topic "scor"' in done.err
        assert "did you mean score?" in done.err

    @pytest.mark.parametrize("topic", TOPICS)
    def test_a_guide_is_shown_as_it_is_written(self, run, topic):
        done = run("help", topic)
        assert (done.status, done.out, done.err) == (0, text_of(topic), "")

    def test_a_topic_that_there_is_not(self, run):
        done = run("help", "callibration")
        assert (done.status, done.out) == (2, "")
        assert "did you mean calibration?" in done.err
        assert "commands and topics are simulate, " in run("help", "xyzzy").err

    def test_a_guide_has_no_source_for_man(self, run):
        done = run("help", "speed", "--roff")
        assert (done.status, done.out) == (2, "")
        assert "--roff: speed is a guide" in done.err

    def test_on_a_terminal_the_pager_shows_it(self, environment, root, tmp_path):
        pager = tmp_path / "pager"
        pager.write_text("#!/bin/sh\necho PAGER BEGINS\ncat\necho PAGER ENDS\n")
        pager.chmod(0o755)
        shown = on_terminal(environment | {"PAGER": str(pager), "TERM": "xterm"}, root, "help", "kl")
        assert b"PAGER BEGINS" in shown
        assert b"PAGER ENDS" in shown
        assert b"EXIT STATUS" in shown

    def test_on_a_terminal_the_pager_shows_a_guide(self, environment, root):
        shown = on_terminal(environment | {"PAGER": "sed s/^/PAGER:/", "TERM": "xterm"}, root, "help", "exactness")
        assert text_of("exactness").splitlines()[0].encode() in shown
        assert shown.count(b"PAGER:") == text_of("exactness").count("\n")

    def test_in_a_pipe_there_is_no_pager(self, shell):
        done = shell("cecli help kl | cat", env={"PAGER": "false"})
        assert done.out.startswith("NAME")

    def test_a_reader_that_leaves(self, shell):
        done = shell("cecli help score | head -n 1; echo ${PIPESTATUS[0]}")
        assert done.out.splitlines()[0] == "NAME"
        assert done.err == ""

    @pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
    def test_a_full_disk(self, shell):
        done = shell("cecli help score > /dev/full")
        assert done.status == 1
        assert done.err == "cecli: error: cannot write standard output: No space left on device\n"

    def test_without_utf8(self, process_shell):
        plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
        assert process_shell("cecli help entropy", env=plain).stdout.isascii()


def on_terminal(environment, root, *arguments):
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(root)
        os.execve(sys.executable, [sys.executable, "-m", "cecli", *arguments], environment)
    shown = b""
    while True:
        try:
            data = os.read(terminal, 65536)
        except OSError:  # Linux says so when the child is gone
            break
        if not data:
            break
        shown += data
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    return shown
