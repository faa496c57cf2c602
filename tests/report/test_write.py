"""A report goes out: the right form in the right place, and nothing at all when it fails."""

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

from cecli.errors import UsageError
from cecli.report.model import OutputOptions
from cecli.report.write import check_options, resolve_format, write

full_device = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")


def written(report, capfd, **options):
    write(report, OutputOptions(**options))
    return capfd.readouterr().out


def test_auto_in_a_pipe_is_bare_numbers_or_csv(make, capfd):
    assert written(make(), capfd) == "0.1\ninf\n\n"
    assert written(make(plain="table"), capfd) == written(make(), capfd, format="csv")


def test_value_and_get_print_one_number_in_full(make, capfd):
    report = make(document={"value": 1 / 3, "skill": None, "rows": {"read": 1234567}, "name": "a\nb"})
    assert written(report, capfd, value=True) == "0.1\ninf\n\n"
    assert written(report, capfd, get="value") == "0.3333333333333333\n"
    assert written(report, capfd, get="rows.read") == "1234567\n"
    assert written(report, capfd, get="skill") == "\n"


@pytest.mark.parametrize(
    ("path", "name"),
    [("x.json", "json"), ("x.csv", "csv"), ("a.b/x.TSV", "tsv"), ("x.md", "md"), ("x.txt", "table"), ("-", "plain")],
)
def test_the_suffix_names_the_format(path, name, capfd):
    assert resolve_format(OutputOptions(path=path)) == name
    assert resolve_format(OutputOptions(path=path, format="csv")) == "csv"


@pytest.mark.parametrize("path", ["x.xlsx", "x", ".json", "dir.csv/x", "/dev/full", "x.csv.gz", ""])
def test_an_unknown_suffix_without_a_format_is_a_usage_error(path):
    with pytest.raises(UsageError) as caught:
        resolve_format(OutputOptions(path=path))
    assert ".json, .csv, .tsv, .md, .txt" in caught.value.hint
    check_options(OutputOptions(path=path, format="json"))
    check_options(OutputOptions(path=path, value=True))


@pytest.mark.parametrize(
    "options",
    [
        {"value": True, "get": "x"},
        {"value": True, "format": "json"},
        {"get": "x", "format": "table"},
        {"get": ""},
        {"format": "yaml"},
    ],
)
def test_contradictions_are_usage_errors(make, capfd, options):
    with pytest.raises(UsageError):
        check_options(OutputOptions(**options))
    with pytest.raises(UsageError):
        write(make(), OutputOptions(**options))
    assert capfd.readouterr().out == ""


def test_files_hold_what_was_asked_for(make, tmp_path, capfd):
    report = make(notes=["a note"])
    for name in ("x.json", "x.csv", "x.tsv", "x.md", "x.txt"):
        write(report, OutputOptions(path=str(tmp_path / name), quiet=True))
    write(report, OutputOptions(path=str(tmp_path / "x.xlsx"), value=True, quiet=True))
    assert capfd.readouterr() == ("", "")
    assert json.loads((tmp_path / "x.json").read_text("utf-8"))["unit"] == "nats"
    assert (tmp_path / "x.csv").read_text("utf-8").startswith("class,rows,value\n")
    assert "│" not in (tmp_path / "x.txt").read_text("utf-8")
    assert (tmp_path / "x.txt").read_text("utf-8").startswith("Title\nloss")
    assert (tmp_path / "x.xlsx").read_text("utf-8") == "0.1\ninf\n\n"


def test_notes_come_after_the_report_and_quiet_silences_them(make, capfd):
    write(make(notes=["first", "sec\x1bond"]), OutputOptions())
    assert capfd.readouterr().err == "cecli: note: first\ncecli: note: sec\\x1bond\n"
    write(make(notes=["first"]), OutputOptions(quiet=True))
    assert capfd.readouterr().err == ""


def test_a_report_that_cannot_be_composed_leaves_no_trace(make, tmp_path, capfd):
    (tmp_path / "x.json").write_text("old")
    for options in (OutputOptions(path=str(tmp_path / "x.json")), OutputOptions(format="json")):
        with pytest.raises(ValueError, match="nan"):
            write(make(document={"value": float("nan")}, notes=["n"]), options)
    assert [item.read_text() for item in tmp_path.iterdir()] == ["old"]
    assert capfd.readouterr() == ("", "")


@full_device
@pytest.mark.parametrize("options", ["", "format='json'", "path='/dev/stdout', format='csv'", "value=True"])
def test_a_full_standard_output_is_one_error_without_an_echo_at_shutdown(python, options):
    source = f"""
from cecli.errors import OutputError
try:
    write(nasty_report(), OutputOptions({options}))
except OutputError as error:
    print(error.message, file=sys.stderr)
    sys.exit(7)
"""
    with open("/dev/full", "wb") as full:
        result = python(source, stdout=full)
    assert result.returncode == 7
    name = "/dev/stdout" if "path" in options else "standard output"
    assert result.stderr.decode() == f"cannot write {name}: No space left on device\n"


def test_a_closed_standard_output_is_an_error(python):
    source = """
from cecli.errors import OutputError
try:
    write(nasty_report(), OutputOptions())
except OutputError as error:
    print(error.message, file=sys.stderr)
"""
    result = python(source, stdout=None, preexec_fn=lambda: os.close(1))
    assert result.stderr == b"cannot write standard output: it is closed\n"
    assert result.returncode == 0


def test_a_broken_pipe_goes_up_as_it_is_without_an_echo_at_shutdown(python):
    read, write_end = os.pipe()
    os.close(read)
    source = """
try:
    write(nasty_report(notes=["unseen"]), OutputOptions())
except BrokenPipeError:
    sys.exit(9)
"""
    result = python(source, stdout=write_end)
    os.close(write_end)
    assert (result.returncode, result.stderr) == (9, b"")


def test_what_was_printed_before_stays_before(python):
    result = python("print('before'); write(nasty_report(), OutputOptions()); print('after')")
    assert result.stdout == b"before\n0.1\ninf\n\nafter\n"


@pytest.mark.parametrize("env", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}])
def test_without_utf8_tables_are_ascii_and_machine_formats_utf8(python, env):
    table = python("write(nasty_report(), OutputOptions(format='table'))", env=env)
    assert table.stderr == b""
    assert table.stdout.isascii()
    assert rb"\u05e9" in table.stdout
    data = python("write(nasty_report(), OutputOptions(format='csv'))", env=env)
    assert "שלום" in data.stdout.decode("utf-8")


def test_columns_and_colour_come_from_the_environment(python):
    source = "write(nasty_report(), OutputOptions(format='table'))"
    narrow = python(source, env={"COLUMNS": "40"}).stdout.decode()
    assert max(map(len, narrow.splitlines())) <= 40
    assert "\x1b" not in narrow
    assert b"\x1b[1m" in python(source, env={"FORCE_COLOR": "1"}).stdout
    assert b"\x1b" not in python(source, env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).stdout
    assert b"\x1b" not in python(source, env={"FORCE_COLOR": "0"}).stdout


def on_a_terminal(python, source, env):
    """The bytes that a person would see."""
    outer, inner = pty.openpty()
    result = python(source, stdout=inner, env=env)
    os.close(inner)
    seen = b""
    while True:
        try:
            part = os.read(outer, 65536)
        except OSError:  # Linux says so at the end of a terminal
            break
        if not part:
            break
        seen += part
    os.close(outer)
    assert result.stderr == b""
    return seen


def test_auto_on_a_terminal_is_a_table_in_colour(python):
    env = {"TERM": "xterm", "COLUMNS": "60", "PYTHONUTF8": "1"}
    seen = on_a_terminal(python, "write(nasty_report(), OutputOptions())", env)
    assert b"\x1b[1mTitle\x1b[0m" in seen
    assert rb"esc\x1b[31m" in seen
    for switched in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        plain = on_a_terminal(python, "write(nasty_report(), OutputOptions())", {**env, **switched})
        assert b"Title" in plain
        assert b"\x1b" not in plain


def test_machine_formats_load_no_rich(python):
    source = "write(nasty_report(), OutputOptions(format=FORMAT)); sys.exit('rich' in sys.modules)"
    for name in ("csv", "json", "md", "auto"):
        result = python(source.replace("FORMAT", repr(name)), stdout=subprocess.DEVNULL)
        assert result.returncode == 0, name
