"""Streams: whole lines, large chunks, the same errors."""

import os
from pathlib import Path

import pytest

from cecli.errors import InputError, OutputError
from cecli.report.stream import CHUNK, Stream, stream

STREAM = "from cecli.report.stream import stream\n"


def test_lines_are_written_in_large_chunks():
    chunks = []
    lines = Stream(chunks.append)
    for number in range(100_000):
        lines.write(f"{number}\n")
    lines.flush()
    assert b"".join(chunks) == b"".join(b"%d\n" % number for number in range(100_000))
    assert len(chunks) == 3
    assert all(chunk.endswith(b"\n") and len(chunk) <= CHUNK + 7 for chunk in chunks)


def test_every_kind_of_buffer_and_label(capfdbinary):
    reused = bytearray(b"two\n")
    with stream() as lines:
        lines.write("é\udcff\n")
        lines.write(reused)
        lines.write(memoryview(b"three\n"))
        reused[:] = b"XXX\n"
    assert capfdbinary.readouterr().out == "é\\udcff\ntwo\nthree\n".encode()


def test_a_file_is_whole_or_as_it_was(tmp_path):
    path = tmp_path / "x"
    with stream(str(path)) as lines:
        lines.write("1\n")
    for error in (InputError("bad"), KeyboardInterrupt()):
        with pytest.raises(type(error)), stream(str(path)) as lines:
            lines.write("2\n" * CHUNK)
            raise error
    assert [item.read_text() for item in tmp_path.iterdir()] == ["1\n"]


def test_lines_before_an_error_of_the_data_stay_on_standard_output(capfd):
    with pytest.raises(InputError), stream("-") as lines:
        lines.write("1\n")
        raise InputError("bad")
    assert capfd.readouterr().out == "1\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_an_error(python):
    with pytest.raises(OutputError, match="cannot write /dev/full: No space"), stream("/dev/full") as lines:
        lines.write("1\n" * CHUNK)
    source = """
from cecli.errors import OutputError
try:
    with stream() as lines:
        lines.write("1\\n")
except OutputError as error:
    print(error.message, file=sys.stderr)
"""
    with open("/dev/full", "wb") as full:
        result = python(STREAM + source, stdout=full)
    assert result.stderr == b"cannot write standard output: No space left on device\n"
    assert result.returncode == 0


def test_a_reader_that_goes_away_ends_the_stream(python):
    read, write_end = os.pipe()
    os.close(read)
    source = """
try:
    with stream() as lines:
        while True:
            lines.write("1\\n" * 1000)
except BrokenPipeError:
    sys.exit(9)
"""
    result = python(STREAM + source, stdout=write_end)
    os.close(write_end)
    assert (result.returncode, result.stderr) == (9, b"")
