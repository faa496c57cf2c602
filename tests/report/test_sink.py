"""A file appears whole or stays as it was."""

import os
import stat
import threading
from pathlib import Path

import pytest

from cecli.errors import OutputError
from cecli.report.sink import opened, send_all


def put(path, data):
    with opened(str(path)) as send:
        send(data)


def test_a_new_file_has_the_default_mode(tmp_path):
    old = os.umask(0o027)
    try:
        put(tmp_path / "x.csv", b"new\n")
    finally:
        os.umask(old)
    assert (tmp_path / "x.csv").read_bytes() == b"new\n"
    assert stat.S_IMODE((tmp_path / "x.csv").stat().st_mode) == 0o640


@pytest.mark.parametrize("mode", [0o600, 0o664, 0o755])
def test_a_replaced_file_keeps_its_mode(tmp_path, mode):
    path = tmp_path / "x.csv"
    path.write_bytes(b"old")
    path.chmod(mode)
    put(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, GeneratorExit])
@pytest.mark.parametrize("existed", [True, False])
def test_a_failure_in_the_middle_leaves_everything_as_it_was(tmp_path, error, existed):
    path = tmp_path / "x.csv"
    if existed:
        path.write_bytes(b"old")
    with pytest.raises(error), opened(str(path)) as send:
        send(b"half")
        assert len(list(tmp_path.iterdir())) == 1 + existed
        raise error
    assert [item.read_bytes() for item in tmp_path.iterdir()] == [b"old"] * existed


def test_the_old_file_is_there_until_the_end(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b"old")
    with opened(str(path)) as send:
        send(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


def test_a_failing_rename_leaves_no_temporary(tmp_path, monkeypatch):
    path = tmp_path / "x.csv"
    path.write_bytes(b"old")

    def refuse(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OutputError, match="No space left on device"):
        put(path, b"new")
    assert [item.read_bytes() for item in tmp_path.iterdir()] == [b"old"]


@pytest.mark.parametrize("dangling", [True, False])
def test_a_link_stays_and_its_target_is_replaced(tmp_path, dangling):
    (tmp_path / "elsewhere").mkdir()
    target = tmp_path / "elsewhere" / "real.csv"
    if not dangling:
        target.write_bytes(b"old")
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to(target)
    put(tmp_path / "one", b"new")
    assert target.read_bytes() == b"new"
    assert target.is_file() and not target.is_symlink()
    assert (tmp_path / "one").is_symlink() and (tmp_path / "two").is_symlink()


def test_a_fifo_is_written_to(tmp_path):
    path = tmp_path / "fifo"
    os.mkfifo(path)
    received = []
    reader = threading.Thread(target=lambda: received.append(path.read_bytes()))
    reader.start()
    put(path, b"through")
    reader.join(10)
    assert received == [b"through"]
    assert stat.S_ISFIFO(path.stat().st_mode)


def test_a_descriptor_of_its_own_is_appended_to_and_stays_open(tmp_path):
    with (tmp_path / "log").open("w+b", buffering=0) as log:
        log.write(b"before\n")
        put(f"/dev/fd/{log.fileno()}", b"middle\n")
        log.write(b"after\n")
    assert (tmp_path / "log").read_bytes() == b"before\nmiddle\nafter\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_device_is_an_error_and_stays_a_device():
    with pytest.raises(OutputError, match="cannot write /dev/full: No space left on device"):
        put("/dev/full", b"x")
    assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)


def test_paths_that_take_no_file(tmp_path):
    with pytest.raises(OutputError, match="Is a directory"):
        put(tmp_path, b"x")
    with pytest.raises(OutputError, match="Is a directory"):
        put(f"{tmp_path}/new/", b"x")
    with pytest.raises(OutputError, match=r"missing/x.csv: No such file or directory"):
        put(tmp_path / "missing" / "x.csv", b"x")
    with pytest.raises(OutputError, match=r"a\\x1bb"):
        put(tmp_path / "missing" / "a\x1bb", b"x")
    with pytest.raises(OutputError, match="null"):
        put("a\0b", b"x")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OutputError, match="symbolic links"):
        put(tmp_path / "loop", b"x")
    assert [item.name for item in tmp_path.iterdir()] == ["loop"]


def test_a_name_as_long_as_names_get(tmp_path):
    put(tmp_path / ("x" * 251 + ".csv"), b"x")
    assert len(list(tmp_path.iterdir())) == 1


def test_an_unwritable_directory_or_file_is_an_error(python):
    source = """
import os, pathlib, tempfile
from cecli.errors import OutputError
from cecli.report.sink import opened

with tempfile.TemporaryDirectory() as name:
    path = pathlib.Path(name, "x.csv")
    path.write_text("old")
    if os.geteuid() == 0:  # root may write anywhere, so be somebody else for a while
        os.chown(name, 65534, 65534)
        os.chown(path, 65534, 65534)
        os.seteuid(65534)
    for mode, target in ((0o500, name), (0o400, path)):
        os.chmod(target, mode)
        try:
            with opened(str(path)) as send:
                send(b"new")
        except OutputError as error:
            print(error.message.replace(name, "DIR"))
        os.chmod(target, 0o700)
    print(os.listdir(name), path.read_text())
    os.seteuid(os.getuid())
"""
    result = python(source)
    assert result.stderr == b""
    refused = "cannot write DIR/x.csv: Permission denied\n"
    assert result.stdout.decode() == refused * 2 + "['x.csv'] old\n"


def test_send_all_takes_as_many_steps_as_it_needs():
    class Slow:
        def __init__(self):
            self.got = b""

        def write(self, data):
            self.got += bytes(data[:3])
            return min(len(data), 3)

    slow = Slow()
    send_all(slow, b"0123456789")
    assert slow.got == b"0123456789"


def test_send_all_waits_for_a_full_pipe_that_does_not_block():
    read, write = os.pipe()
    os.set_blocking(write, False)
    received = []

    def drain():
        with open(read, "rb") as pipe:
            received.append(pipe.read())

    reader = threading.Timer(0.05, drain)
    reader.start()
    with open(write, "wb", buffering=0) as raw:
        send_all(raw, b"x" * 1_000_000)
    reader.join(10)
    assert len(received[0]) == 1_000_000
