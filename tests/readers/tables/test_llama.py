"""llama.cpp's file of logits: read as its layout says, matched with its own tokens, refused where it is broken."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

LLAMA = Path(__file__).parent / "llama"


def written(path, logits, tokens, context):
    """The file that llama-perplexity writes for the logits of the rows that it scores."""
    classes = logits.shape[1]
    body = [struct.pack("<8s3i", b"_logits_", context, classes, len(tokens) // context), tokens.astype("<i4").tobytes()]
    for row in logits:
        top, total = row.max(), np.log(np.exp(row - row.max()).sum())
        least = max(row.min(), top - 16)
        scale = np.float32((top - least) / 65535)
        steps = np.where(row > least, (row - least) / scale, 0).round().astype("<u2")
        body += [struct.pack("<ff", scale, least - top - total), steps.tobytes(), b"\0\0" * (classes % 2)]
    path.write_bytes(b"".join(body))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def made(folder):
    """Three chunks of seven tokens out of five, of which three each are scored: logits, and all tokens."""
    random = np.random.default_rng(1)
    logits, tokens = 4 * random.normal(size=(9, 5)), random.integers(0, 5, 21)
    logits[2, 3] = -40.0
    tokens[6] = 3
    written(folder / "base.kld", logits, tokens, 7)
    return logits, tokens


def log_softmax(logits):
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


def test_rows_labels_and_clusters(run, folder, made):
    logits, tokens = made
    labels = tokens.reshape(3, 7)[:, 4:].ravel()
    log_p = log_softmax(np.maximum(logits, logits.max(axis=1, keepdims=True) - 16))
    losses = -log_p[np.arange(9), labels]
    document = run("score", "base.kld", "--worst", "9", "-f", "json").document
    assert document["cross_entropy"] == pytest.approx(losses.mean(), abs=2e-4)
    assert (document["rows"]["scored"], document["clusters"], document["class_count"]) == (9, 3, 5)
    at_cut = logits[np.arange(9), labels] < logits.max(axis=1) - 16
    assert at_cut[2]
    assert document["labels_at_cut"] == at_cut.sum()
    by_row = {each["row"]: each for each in document["worst"]}
    assert [by_row[k + 1]["label"] for k in range(9)] == [str(label) for label in labels]
    assert [by_row[k + 1]["loss"] for k in range(9)] == pytest.approx(losses, abs=5e-4)
    sums = losses.reshape(3, 3).sum(axis=1)
    error = np.sqrt(3 / 2 * ((sums - sums.mean()) ** 2).sum()) / 9
    assert document["standard_error"] == pytest.approx(error, rel=1e-3)
    alone = run("score", "base.kld", "--cluster", "none", "-f", "json").document
    assert "clusters" not in alone
    assert alone["standard_error"] == pytest.approx(losses.std(ddof=1) / 3, rel=1e-3)


def test_it_holds_all_classes(run, folder, made):
    done = run("score", "base.kld", "--observed", "token", "--losses")
    assert (done.status, "--observed has no meaning" in done.err) == (2, True)


def test_other_labels_may_be_named(run, folder, made):
    (folder / "labels.csv").write_text("label\n" + "0\n" * 9)
    done = run("score", "base.kld", "labels.csv", "-f", "json")
    assert done.document["cross_entropy"] == pytest.approx(-log_softmax(made[0])[:, 0].mean(), abs=2e-3)


@pytest.mark.parametrize("name", ["base.kld", "odd33.kld"])
def test_a_pipe_and_a_packed_file_say_the_same(run, folder, name):
    data = (LLAMA / name).read_bytes()
    expected = run("score", LLAMA / name, "--value").out
    assert run("score", "-", "--value", stdin=data).out == expected
    (folder / "base.kld.gz").write_bytes(gzip.compress(data))
    assert run("score", "base.kld.gz", "--value").out == expected


@pytest.mark.parametrize("stdin", [False, True])
@pytest.mark.parametrize(("change", "message"), [
    (lambda data: data[:-1], "the file is cut short: its header promises 3 chunks of 7 tokens, 9 rows of 5"),
    (lambda data: data[:40], "the file is cut short"),
    (lambda data: data[:11], "cut short within its header"),
    (lambda data: data + b"x", "bytes follow the 9 rows that its header promises"),
    (lambda data: data[:8] + struct.pack("<i", -7) + data[12:], "no file of logits that llama-perplexity wrote"),
    (lambda data: data[:12] + struct.pack("<i", 0) + data[16:], "no file of logits that llama-perplexity wrote"),
    (lambda data: data[:16] + struct.pack("<i", 2**31 - 1) + data[20:], "the file is cut short"),
])  # fmt: skip
def test_a_file_of_another_size_is_refused(run, folder, made, change, message, stdin):
    data = change((folder / "base.kld").read_bytes())
    (folder / "base.kld").write_bytes(data)
    done = run("score", "-", stdin=data) if stdin else run("score", "base.kld")
    assert done.status == 1
    assert message in done.err
    assert len(done.err) < 500


def test_a_figure_that_is_none_is_named(run, folder, made):
    data = bytearray((folder / "base.kld").read_bytes())
    start = 20 + 4 * 21
    data[start : start + 4] = struct.pack("<f", np.nan)
    (folder / "base.kld").write_bytes(data)
    done = run("score", "base.kld")
    assert (done.status, "base.kld: row 1 (chunk 1), column 1: expected a log-probability" in done.err) == (1, True)


def test_a_token_out_of_range_is_named(run, folder, made):
    logits, tokens = made
    tokens[5] = 17
    written(folder / "base.kld", logits, tokens, 7)
    done = run("score", "base.kld")
    assert done.status == 1
    assert "row 2 (chunk 1)" in done.err
    assert '"17"' in done.err


def test_two_files_need_the_same_tokens(run, folder, made):
    logits, tokens = made
    written(folder / "student.kld", logits + 0.1, tokens, 7)
    assert run("compare", "base.kld", "student.kld", "--value").status == 0
    other = tokens.copy()
    other[8] = (other[8] + 1) % 5  # it is not scored, and yet the text is another
    written(folder / "student.kld", logits, other, 7)
    for command in ("compare", "fidelity"):
        done = run(command, "base.kld", "student.kld")
        assert done.status == 1
        assert "student.kld is of another text than base.kld: token 2 of chunk 2" in done.err
    written(folder / "student.kld", logits[:6], tokens[:14], 7)
    done = run("fidelity", "base.kld", "student.kld")
    assert "student.kld has 2 chunks of 7 tokens, and base.kld 3 chunks of 7 tokens" in done.err


def test_against_an_array_of_logits(run, folder, made):
    logits, _ = made
    np.save("student.npy", logits)
    done = run("fidelity", "base.kld", "student.npy", "--kinds", "log-probs,logits", "-f", "json")
    assert done.document["clusters"] == 3
    assert "loss_student" in done.document
    assert 0 < done.document["kl_mean"] < 1e-6
    alone = run("fidelity", "student.npy", "base.kld", "--kinds", "logits,log-probs", "-f", "json").document
    assert "loss_student" not in alone
    done = run("compare", "base.kld", "student.npy", "--kinds", "log-probs,logits", "--labels", "labels.csv")
    assert done.status == 1  # there is no such file


def test_softmax_and_calibrate_take_it(run, folder, made):
    logits, _ = made
    done = run("softmax", "base.kld", "-f", "csv")
    table = np.array([line.split(",") for line in done.out.splitlines()[1:]], dtype=float)
    cut = np.maximum(logits, logits.max(axis=1, keepdims=True) - 16)
    assert table == pytest.approx(np.exp(log_softmax(cut)), abs=2e-4)
    assert run("calibrate", "base.kld", "-f", "json").status == 0


def test_it_is_written_as_a_plain_file_with_its_tokens(run, folder, made):
    tokens = made[1]
    assert run("convert", "base.kld", "plain.csv", "--keep", "token", "--keep", "chunk").status == 0
    header, *lines = (folder / "plain.csv").read_text().splitlines()
    assert header.split(",") == ["token", "chunk", *"01234"]
    assert [line.split(",")[0] for line in lines] == [str(token) for token in tokens.reshape(3, 7)[:, 4:].ravel()]
    assert [line.split(",")[1] for line in lines] == [str(k // 3 + 1) for k in range(9)]
    plain = run("score", "plain.csv", "--label-column", "token", "--cluster", "chunk", "--log-probs", "--value")
    assert plain.out == run("score", "base.kld", "--value").out


def test_a_certain_row_is_not_above_0(run, folder):
    """A step of 16 bits may end above the logarithm of 1."""
    data = struct.pack("<8s3i", b"_logits_", 3, 2, 1) + np.array([0, 0, 1], dtype="<i4").tobytes()
    data += struct.pack("<ff", 16.0001 / 65535, -16.0) + np.array([0, 65535], dtype="<u2").tobytes()
    (folder / "one.kld").write_bytes(data)
    assert run("score", "one.kld", "--value", "-q").out.strip() in ("0", "0.0")


def test_states_of_it_are_merged(run, folder, made):
    logits, tokens = made
    written(folder / "other.kld", logits[3:6], tokens[7:14], 7)
    for name in ("base", "other"):
        assert run("score", f"{name}.kld", "--partial", "-o", f"{name}.cecli").status == 0
    document = run("merge", "base.cecli", "other.cecli", "-f", "json").document
    assert document["rows"]["scored"] == 12
    assert document["labels_at_cut"] == sum(
        run("score", f"{name}.kld", "-f", "json").document["labels_at_cut"] for name in ("base", "other")
    )
