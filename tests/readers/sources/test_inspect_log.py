"""Logs of Inspect's: their samples are read whatever packs them, and a damaged one is refused."""

import io
import json
import struct
import zipfile
import zlib

import pyarrow as pa
import pytest

LOCAL, CENTRAL = b"PK\x03\x04", b"PK\x01\x02"
METHODS = {"stored": 0, "deflated": 8, "zstd": 93}


def sample(number, epoch, figures):
    content = [{"token": "a", "logprob": figure} for figure in figures]
    output = {"choices": [{"logprobs": {"content": content}}]}
    events = [{"event": "model", "output": output}]  # they hold the same figures once more
    return json.dumps({"id": number, "epoch": epoch, "output": output, "events": events}).encode()


SAMPLES = {
    "samples/1_epoch_1.json": sample(1, 1, [-0.5, -1.5]),
    "samples/2_epoch_1.json": sample(2, 1, [-0.25]),
    "samples/1_epoch_2.json": sample(1, 2, [-1.0, -2.0, -0.75]),
}
LOSS = (0.5 + 1.5 + 0.25 + 1.0 + 2.0 + 0.75) / 6
HEAD = {"_journal/start.json": b'{"eval": {}}'}


def packed(data, method):
    if method == "zstd":
        return pa.Codec("zstd").compress(data, asbytes=True)
    if method == "deflated":
        return zlib.compress(data, wbits=-15)
    return data


def archive(members, method="zstd", **changed):
    """An archive of these members; the headers say what is true, but for what is ``changed``."""
    out, directory = io.BytesIO(), []
    for name, data in members.items():
        body = packed(data, method)
        number = changed.get("number", METHODS[method])
        crc = changed.get("crc", zlib.crc32(data))
        head = struct.pack("<HHHHHIIIHH", 63, 0, number, 0, 33, crc, len(body), len(data), len(name), 0)
        more = struct.pack("<HHHII", 0, 0, 0, 0, out.tell())
        directory.append(CENTRAL + struct.pack("<H", 63) + head + more + name.encode())
        out.write(LOCAL + head + name.encode() + body)
    start = out.tell()
    out.write(b"".join(directory))
    size = out.tell() - start
    out.write(struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, len(members), len(members), size, start, 0))
    return out.getvalue()


@pytest.mark.parametrize("method", METHODS)
def test_the_samples_are_the_documents_and_their_ids_the_clusters(run, save, method):
    path = save("log.eval", archive(HEAD | SAMPLES, method))
    assert zipfile.ZipFile(path).namelist()[1:] == [*SAMPLES]
    document = run("score", path, "-f", "json", "-q").document
    assert document["cross_entropy"] == pytest.approx(LOSS, rel=1e-15)
    assert (document["clusters"], document["documents"], document["tokens"]) == (2, 3, 6)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (archive(HEAD), "a log of Inspect without a sample"),
        (archive(HEAD | SAMPLES)[:-30], "this archive is broken, or was cut short"),
        (archive(HEAD | SAMPLES, crc=1), "the member samples/1_epoch_1.json is broken: its length or its checksum"),
        (archive(HEAD | SAMPLES, number=12), "it is packed by method 12"),
        (archive(HEAD | SAMPLES).replace(b"samples/2_epoch_1.json", b"samples/2_epoch_1.jsn", 1), "is broken"),
    ],
)
def test_a_damaged_log_is_refused(run, save, content, said):
    done = run("score", save("log.eval", content), "--value")
    assert (done.status, done.out) == (1, "")
    assert said in done.err


def test_a_pipe_is_refused(run):
    done = run("score", "-", stdin=archive(HEAD | SAMPLES))
    assert done.status == 1
    assert "is read from a file, not from a stream" in done.err
