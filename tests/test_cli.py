"""The program as the shell sees it: pipes, signals, full disks, terminals, messages and exit statuses."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def shell(process_shell):
    return process_shell


needs_full_disk = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
PREDS, LABELS = "sample_data/digits_logistic.csv", "sample_data/digits_labels.csv"
DIGITS = f"{PREDS} {LABELS}"


def start(environment, root, *arguments, **options):
    """The program in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "cecli", *arguments],
        cwd=root,
        env=environment,
        **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
    )


class TestStatus:
    @pytest.mark.parametrize(
        ("line", "status"),
        [
            ("cecli kl 1/2,1/2 0.6,0.4", 0),
            ("cecli kl 1/2,1/2 1,0", 0),
            ("cecli --help", 0),
            ("cecli kl -h", 0),
            ("cecli -V", 0),
            ("cecli kl 1/2,1/2 0.6,0.5", 1),
            ("cecli kl 1/2,1/2 absent.csv", 1),
            ("cecli score absent.csv absent_too.csv", 1),
            ("cecli", 2),
            ("cecli kl", 2),
            ("cecli kl 1/2,1/2", 2),
            ("cecli kl 1/2,1/2 uniform --base 1", 2),
            ("cecli kl 1/2,1/2 uniform --format xml", 2),
            ("cecli simulate -n -5", 2),
            (f"cecli score {DIGITS} --require 'accuracy>0.9'", 0),
            (f"cecli score {DIGITS} --require 'accuracy>0.99'", 3),
        ],
    )
    def test_status_and_silence(self, shell, line, status):
        done = shell(line)
        assert done.status == status, done.err
        assert "Traceback" not in done.err
        if status in (1, 2):
            assert done.out == ""
            assert line == "cecli" or done.err.startswith("cecli: error: ")
        else:
            assert done.out

    def test_an_unmet_gate_prints_its_report_and_writes_it(self, shell, tmp_path):
        target = tmp_path / "score.json"
        done = shell(f"cecli score {DIGITS} --require 'cross_entropy<0.01' -o {target}")
        assert done.status == 3
        assert '"cross_entropy": 0.0923' in target.read_text()
        assert "cross_entropy" in done.err

    def test_debug_shows_a_traceback(self, shell):
        for line in ("cecli --debug kl 1/2,1/2 0.6,0.5", "cecli kl 1/2,1/2 0.6,0.5 --debug"):
            done = shell(line)
            assert done.status == 1
            assert "Traceback" in done.err
            assert done.out == ""

    def test_version(self, shell):
        from cecli import __version__

        assert shell("cecli --version").out == f"cecli {__version__}\n"


class TestHelp:
    def test_every_command_is_listed_with_its_line(self, run):
        from cecli.cli import COMMANDS

        shown = " ".join(run("--help").out.split())
        for name, line in COMMANDS.items():
            assert f" {name} {line}" in shown

    @pytest.mark.parametrize(
        ("line", "meant"),
        [
            ("scor a b", "score"),
            ("crossentropy 1 1", "cross-entropy"),
            ("simulat", "simulate"),
            ("entropi 1", "entropy"),
        ],
    )
    def test_did_you_mean_a_command(self, run, line, meant):
        done = run(*line.split())
        assert done.status == 2
        assert f"did you mean {meant}?" in done.err

    def test_a_command_like_no_other_gets_the_list(self, run):
        done = run("xyzzy")
        assert done.status == 2
        assert "the commands are simulate, fit," in done.err

    @pytest.mark.parametrize(
        ("line", "meant"),
        [("kl 1 1 --bas 2", "--base"), ("simulate --sequenc", "--sequence"), ("fit --smothing 1", "--smoothing")],
    )
    def test_did_you_mean_an_option(self, run, line, meant):
        done = run(*line.split())
        assert done.status == 2
        assert f"did you mean {meant}?" in done.err

    def test_the_name_alone_shows_the_help(self, run):
        done = run()
        assert done.status == 2
        assert done.err.startswith("Usage: cecli")
        assert "\n  score " in done.err

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("cecli simulate -n 2.5", "expected a whole number"),
            ("cecli simulate 6", "hint: -n 6 for so many rolls, -k 6 for so many sides"),
            ("cecli entropy 0.5 0.5", "hint: this is a PMF of one outcome"),
            (f"cecli score {DIGITS} --require 'acuracy>0.5'", '--require: no number of the report is called "acuracy"'),
            (f"cecli score {PREDS} sample_data/breast_cancer_labels.csv", "hint: the classes are 0, 1, 2,"),
            (f"cecli score {LABELS} {PREDS}", "PREDS comes first, then LABELS"),
            (f"tr , ';' < {PREDS} | cecli score - {LABELS} --delimiter '|'", "hint: try --delimiter ';'"),
            (f"tail -n +2 {PREDS} | cecli score - {LABELS}", "hint: --header none"),
        ],
    )
    def test_the_mistakes_of_a_first_day_get_a_hint(self, shell, line, said):
        done = shell(line)
        assert done.status in (1, 2)
        assert done.out == ""
        assert said in done.err

    def test_usage_errors_say_where_help_is(self, run):
        assert "cecli kl -h" in run("kl", "1/2,1/2").err


class TestPipes:
    def test_the_first_lines_of_the_contract(self, shell):
        done = shell("set -o pipefail; cecli simulate -k 6 -n 10000 --seed 1 | cecli fit | cecli kl - uniform:6")
        assert done.status == 0, done.err
        assert 0 < float(done.out) < 0.01
        assert done.err == ""

    def test_a_pmf_from_process_substitution(self, shell):
        done = shell("cecli kl <(cecli simulate -n 1000 --seed 3) <(cecli simulate -n 1000 --seed 3)")
        assert (done.status, done.out) == (0, "0.0\n")

    def test_predictions_through_a_pipe_and_a_fifo(self, shell, tmp_path):
        plain = shell(f"cecli score {DIGITS}").out
        assert plain == shell("cat sample_data/digits_logistic.csv | cecli score - sample_data/digits_labels.csv").out
        assert plain == shell("cecli score sample_data/digits_logistic.csv - < sample_data/digits_labels.csv").out
        assert (
            plain
            == shell("cecli score <(gzip -c sample_data/digits_logistic.csv) <(cat sample_data/digits_labels.csv)").out
        )
        fifo = tmp_path / "fifo"
        os.mkfifo(fifo)
        assert (
            plain
            == shell(
                f"cat sample_data/digits_logistic.csv > {fifo} & cecli score {fifo} sample_data/digits_labels.csv"
            ).out
        )

    def test_an_array_and_a_table_through_a_pipe(self, shell, tmp_path):
        line = "cecli score {} sample_data/digits_labels.csv --logits -q"
        plain = shell(line.format("sample_data/digits_logits.npy")).out
        assert plain == shell("cat sample_data/digits_logits.npy | " + line.format("-")).out

    def test_both_from_standard_input_is_refused(self, run):
        done = run("score", "-", "-")
        assert done.status == 2
        assert "standard input" in done.err

    def test_a_reader_that_leaves_ends_the_stream_in_silence(self, shell):
        done = shell("cecli simulate -n 100000000 --seed 1 --sequence | head -1; echo ${PIPESTATUS[0]}")
        assert re.fullmatch(r"[1-6]\n141\n", done.out)
        assert done.err == ""

    @pytest.mark.parametrize(
        "arguments", [["kl", "1/2,1/2", "uniform"], ["simulate", "--seed", "1", "-k", "50000"], ["--help"]]
    )
    def test_a_reader_that_was_never_there(self, environment, root, arguments):
        reading, writing = os.pipe()
        os.close(reading)
        process = start(environment, root, *arguments, stdout=writing)
        os.close(writing)
        assert process.communicate(timeout=60)[1] == b""
        assert process.returncode == 141

    def test_counts_of_a_seed_are_the_tally_of_its_sequence(self, shell):
        counted = shell("cecli simulate -n 3000 --seed 9 | tail -n +2 | cut -d, -f2").out
        tallied = shell("cecli simulate -n 3000 --seed 9 --sequence | sort | uniq -c | awk '{print $1}'").out
        assert counted == tallied

    def test_threads_from_the_environment(self, shell):
        line = f"cecli score {DIGITS} -f json"
        assert shell(line, env={"CECLI_THREADS": "1"}).out == shell(line, env={"CECLI_THREADS": "3"}).out
        done = shell(line, env={"CECLI_THREADS": "many"})
        assert done.status == 2
        assert "CECLI_THREADS" in done.err


class TestSignals:
    @pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
    def test_a_stream_is_stopped(self, environment, root, number, status):
        process = start(environment, root, "simulate", "-n", str(10**15), "--seed", "1", "--sequence")
        assert process.stdout.read(2)
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
        assert process.returncode == status
        assert b"Traceback" not in err

    @pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
    def test_waiting_for_input_is_stopped_and_leaves_the_old_file(self, environment, root, tmp_path, number, status):
        target = tmp_path / "fit.json"
        target.write_text("old")
        process = start(environment, root, "fit", "--samples", "-o", str(target), stdin=subprocess.PIPE)
        process.stdin.write(b"1\n2\n")
        process.stdin.flush()
        time.sleep(0.7)
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        assert out == b""
        assert process.returncode in (status, -number)  # the latter while it still imports; a shell calls both status
        assert b"Traceback" not in err
        assert target.read_text() == "old"
        assert os.listdir(tmp_path) == ["fit.json"]


class TestOutput:
    @needs_full_disk
    @pytest.mark.parametrize(
        "line",
        [
            "kl 1/2,1/2 uniform",
            "simulate --seed 1",
            "simulate --seed 1 -n 5 --sequence",
            f"score {DIGITS}",
            "--help",
            "-V",
        ],
    )
    def test_a_full_disk_on_standard_output(self, shell, line):
        done = shell(f"cecli {line} > /dev/full")
        assert done.status == 1
        assert done.err == "cecli: error: cannot write standard output: No space left on device\n"
        assert "Traceback" not in done.err

    @needs_full_disk
    def test_a_full_disk_on_a_device(self, shell):
        done = shell("cecli kl 1/2,1/2 uniform -o /dev/full -f json")
        assert done.status == 1
        assert "/dev/full" in done.err

    @pytest.mark.parametrize("line", ["kl 1/2,1/2 0.6,0.5", "kl 1/2,1/2 uniform --get nonsense", "score absent absent"])
    def test_a_failure_leaves_the_old_file(self, run, tmp_path, line):
        target = tmp_path / "result.json"
        target.write_text("old")
        assert run(*line.split(), "-o", target).status in (1, 2)
        assert target.read_text() == "old"
        assert os.listdir(tmp_path) == ["result.json"]

    def test_no_such_folder(self, run, tmp_path):
        done = run("kl", "1/2,1/2", "uniform", "-o", tmp_path / "absent" / "result.json")
        assert (done.status, done.out) == (1, "")
        assert "No such file or directory" in done.err

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
    def test_a_folder_without_permission(self, run, tmp_path):
        tmp_path.chmod(0o500)
        done = run("kl", "1/2,1/2", "uniform", "-o", tmp_path / "result.json")
        tmp_path.chmod(0o700)
        assert done.status == 1
        assert "Permission denied" in done.err

    def test_the_suffix_names_the_format(self, run, tmp_path):
        for suffix, begins in (("json", "{"), ("csv", "p,q,value"), ("tsv", "p\tq\tvalue"), ("md", "| p")):
            target = tmp_path / f"result.{suffix}"
            assert run("kl", "1/2,1/2", "uniform", "-o", target).status == 0
            assert target.read_text().startswith(begins)
        done = run("kl", "1/2,1/2", "uniform", "-o", tmp_path / "result.xyz")
        assert done.status == 2
        assert "xyz" in done.err


def on_terminal(environment, root, *arguments, columns=80, env=None):
    """What the program writes to a terminal on all three of its streams."""
    leader, follower = pty.openpty()
    try:
        import fcntl
        import struct
        import termios

        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        process = subprocess.Popen(
            [sys.executable, "-m", "cecli", *arguments],
            cwd=root,
            env={**environment, "TERM": "xterm-256color", **(env or {})},
            stdin=follower,
            stdout=follower,
            stderr=follower,
        )
    finally:
        os.close(follower)
    parts = []
    try:
        while select.select([leader], [], [], 60)[0]:
            parts.append(os.read(leader, 1 << 16))
            if not parts[-1]:
                break
    except OSError:  # Linux says that the other end is closed in this way
        pass
    finally:
        os.close(leader)
    assert process.wait(60) is not None
    return process.returncode, b"".join(parts).replace(b"\r\n", b"\n")


STYLES = re.compile(rb"\x1b\[[0-9;]*m")


class TestTerminal:
    @pytest.mark.parametrize("columns", [80, 200])
    def test_a_table_fits_the_screen(self, environment, root, columns):
        status, shown = on_terminal(environment, root, "score", *DIGITS.split(), "-q", columns=columns)
        assert status == 0
        text = STYLES.sub(b"", shown).decode()
        assert "0.092347" in text
        table = [line for line in text.splitlines() if not line.startswith("cecli: note: ")]
        assert max(map(len, table)) <= columns

    def test_no_colour_where_it_is_not_wanted(self, environment, root):
        for arguments in (["kl", "1/2,1/2", "0.6,0.4", "--explain"], ["kl", "1/2,1/2", "0.6,0.5"]):
            _, shown = on_terminal(environment, root, *arguments, env={"NO_COLOR": "1"})
            assert b"\x1b" not in shown
            assert shown

    def test_a_terminal_without_utf8_gets_ascii(self, environment, root):
        plain = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
        status, shown = on_terminal(environment, root, "fit", "sample_data/wolf_white_die.csv", env=plain)
        assert status == 0
        assert shown.isascii()
        assert b"0.1623" in shown

    def test_escapes_in_a_label_do_not_reach_the_terminal(self, environment, root, save):
        counts = save("counts.csv", b"outcome,count\n\x1b[31mred\x1b]0;title\x07,3\n[bold]b[/bold],4\n\xc2\x9b2J,5\n")
        status, shown = on_terminal(environment, root, "fit", counts)
        assert status == 0
        bare = STYLES.sub(b"", shown)
        assert b"\x1b" not in bare
        assert b"\x07" not in bare
        assert b"\xc2\x9b" not in bare
        assert b"\\x1b[31mred" in bare
        assert b"[bold]b[/bold]" in bare

    def test_escapes_in_a_bad_label_do_not_reach_the_terminal(self, environment, root, save):
        preds = save("preds.csv", "a,b\n0.5,0.5\n0.5,0.5\n")
        labels = save("labels.csv", b"label\na\n\x1b[2Jzz\n")
        status, shown = on_terminal(environment, root, "score", preds, labels)
        assert status == 1
        assert b"\\x1b[2Jzz" in shown
        assert b"\x1b[2J" not in shown

    def test_a_pipe_gets_labels_as_they_are(self, run, save):
        counts = save("counts.csv", b"outcome,count\n\x1b[31mred,3\nb,4\n")
        assert run("fit", counts).stdout.splitlines()[1].startswith(b"\x1b[31mred,3,")


def test_a_file_called_like_an_option(shell, tmp_path):
    (Path(tmp_path) / "-n").write_text("outcome,count\na,1\nb,1\n")
    done = shell(f"cd {tmp_path} && cecli entropy -b bits -- -n")
    assert (done.status, done.out) == (0, "1.0\n")
