"""Files on web servers that do wrong: the right number or status 1 with what was wrong, and always an end."""

import io
import random
import signal
import subprocess
import sys
import time

import pyarrow as pa
import pytest
from pyarrow import parquet

from cecli.readers.sources import http_patience, http_request
from cecli.readers.sources.http_file import HttpFile
from tests.faulty_web import faulty_web


@pytest.fixture(scope="module")
def files():
    """The same predictions as text and as Parquet, larger than what is asked for first."""
    draw = random.Random(5)
    rows = [(p := round(draw.random(), 15), 1 - p, draw.choice(["a", "b"])) for _ in range(6000)]
    table = pa.table(dict(zip(("a", "b", "label"), map(list, zip(*rows, strict=True)), strict=True)))
    made = io.BytesIO()
    parquet.write_table(table, made, row_group_size=1000, use_dictionary=False, compression="none")
    text = "a,b,label\n" + "".join(f"{p!r},{q!r},{label}\n" for p, q, label in rows)
    return {"p.csv": text.encode(), "p.parquet": made.getvalue()}


@pytest.fixture(scope="module")
def web(files):
    with faulty_web(files) as server:
        yield server


@pytest.fixture(autouse=True)
def quick(monkeypatch, web):
    """The same limits, a tenth as long."""
    monkeypatch.setattr(http_patience, "TIMEOUT", 0.5)
    monkeypatch.setattr(http_request, "TIMEOUT", 0.5)
    monkeypatch.setattr(http_patience, "PATIENCE", 2.5)
    web.count.clear()


@pytest.fixture(scope="module")
def wanted(run, files, tmp_path_factory):
    path = tmp_path_factory.mktemp("here") / "p.csv"
    path.write_bytes(files["p.csv"])
    return run("score", path, "--label-column", "label").out


RIGHT = "right"
MODES = {
    "good": RIGHT,
    "no-ranges": RIGHT,
    "shorter": RIGHT,
    "shorter-cut": "its length was",
    "other-cut": "other bytes of it",
    "etag": 'its ETag was "1", now "2"',
    "etag-cut": 'its ETag was "1", now "2"',
    "modified-cut": "its Last-Modified was Mon, 01",
    "grows-cut": "its length was",
    "tenths": RIGHT,
    "tenths-whole": "the connection was closed after",
    "closes": "the connection was closed after",
    "chunked": RIGHT,
    "chunked-cut": "the connection broke after",
    "slow": RIGHT,
    "stalls": RIGHT,
    "silent": "nothing came for",
    "circle": "redirected more than 10 times",
    "moved": RIGHT,
    "elsewhere": "redirected to file:///etc/passwd",
    "wrong-ranges": "where bytes 0-65535 were asked for",
    "wrong-parts": "",
    "refuses-ranges": RIGHT,
    "always-416": "416",
    "busy": RIGHT,
    "busy-always": "429",
    "fails": RIGHT,
    "fails-always": "500",
    "gone": "no such file",
    "forbidden": "no permission to read it: the server answers 403",
    "packed": RIGHT,
    "packed-oddly": "packs it as br (Content-Encoding)",
    "nonsense": "no answer from 127.0.0.1",
}  # fmt: skip
"""What comes of each mode."""


@pytest.mark.parametrize("name", ["p.csv", "p.parquet"])
@pytest.mark.parametrize("mode", MODES)
def test_the_right_number_or_what_was_wrong(run, web, wanted, name, mode):
    said = MODES[mode]
    start = time.monotonic()
    done = run("score", f"{web.url}/{mode}/{name}", "--label-column", "label")
    assert time.monotonic() - start < 12
    if said == RIGHT:
        assert (done.status, done.out) == (0, wanted), done.err
    else:
        assert (done.status, done.out) == (1, ""), done.err
        assert f"{web.url}/{mode}/{name}: " in done.err
        assert said in done.err
        assert "bug" not in done.err
    assert sum(web.count.values()) < 60


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    "path",
    ["silent/p.csv", "stalls-always/p.csv", "silent/p.parquet", "silent-later/p.parquet", "silent-at-last/p.parquet"],
)
def test_a_signal_ends_every_phase_within_a_second(environment, web, path, number):
    mode = path.partition("/")[0]
    asked = f"/{path}"
    process = subprocess.Popen(
        [sys.executable, "-m", "cecli", "score", web.url + asked, "--label-column", "label"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    wanted = {"silent-later": 2, "silent-at-last": 3}.get(mode, 1)
    for _ in range(400):
        if web.count.get(asked, 0) >= wanted:
            break
        time.sleep(0.02)
    assert web.count.get(asked) == wanted
    time.sleep(0.2)
    start = time.monotonic()
    process.send_signal(number)
    _, err = process.communicate(timeout=20)
    assert time.monotonic() - start < 1
    assert (process.returncode, err.count(b"stopped by")) == (128 + number, 1), err


def test_what_a_file_of_a_server_is(web, files):
    data = files["p.parquet"]
    file = HttpFile(f"{web.url}/good/p.parquet", 100)
    assert (file.readable(), file.size) == (True, len(data))
    ranges = file.ranges()
    assert (ranges.readable(), ranges.seekable(), ranges.tell()) == (True, True, 0)
    assert (ranges.seek(5), ranges.read(9), ranges.tell()) == (5, data[5:14], 14)
    assert (ranges.seek(-4, 2), ranges.read(), ranges.read(3)) == (len(data) - 4, b"PAR1", b"")
    assert (ranges.seek(-1, 1), ranges.read(-1)) == (len(data) - 1, b"1")
    with pytest.raises(OSError, match="before the beginning"):
        ranges.seek(-1)
    ranges.close()
    assert file.closed
    whole = HttpFile(f"{web.url}/tenths/p.parquet", 100)
    assert b"".join(iter(lambda: whole.read(100_000), b"")) == data
