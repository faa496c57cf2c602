"""Little memory: with 400 MB of address space all goes on as ever; with less, one line says so."""

import resource

import pytest

MEGABYTE = 1 << 20


@pytest.fixture
def limited(start):
    """The program with so many megabytes of address space."""

    def call(megabytes, *arguments, **options):
        limit = (megabytes * MEGABYTE, megabytes * MEGABYTE)
        return start(*arguments, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, limit), **options).end()

    return call


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A table of 20 MB in three formats, and samples."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import csv, parquet

    folder = tmp_path_factory.mktemp("files")
    generator = np.random.default_rng(1)
    probabilities = generator.dirichlet(np.ones(10), 100_000)
    table = pa.table({str(k): probabilities[:, k] for k in range(10)})
    csv.write_csv(table, folder / "p.csv")
    parquet.write_table(table, folder / "p.parquet")
    np.save(folder / "p.npy", probabilities)
    (folder / "l.csv").write_text("label\n" + "".join(f"{k % 10}\n" for k in range(100_000)))
    (folder / "s.txt").write_text("".join(f"{k}\n" for k in generator.integers(0, 10_000, 1_000_000)))
    return folder


@pytest.mark.parametrize(
    "line",
    [
        "score p.csv l.csv --threads 2",
        "score p.parquet l.csv --threads 2",
        "score p.npy l.csv --threads 2",
        "fit --samples s.txt",
        "kl 1/2,1/2 0.6,0.4",
        "simulate --seed 1 -k 100000",
    ],
)
def test_four_hundred_megabytes_are_enough(start, limited, files, environment, root, line):
    plain = start(*line.split(), cwd=files, env={"PYTHONPATH": str(root)}).end()
    little = limited(400, *line.split(), cwd=files, env={"PYTHONPATH": str(root)})
    assert (little.status, little.err) == (0, plain.err)
    assert little.out == plain.out != b""


@pytest.mark.parametrize("line", ["entropy uniform:100000000", "simulate uniform:100000000 --seed 1"])
def test_what_needs_more_says_so(limited, line):
    ended = limited(400, *line.split())
    assert (ended.status, ended.out) == (1, b"")
    assert ended.lines == ["cecli: error: out of memory"]
    assert "hint: --threads 1 takes less" in ended.err


def test_too_little_to_load_the_libraries(limited, files):
    ended = limited(150, "score", files / "p.csv", files / "l.csv")
    assert (ended.status, ended.out) == (1, b"")
    assert len(ended.lines) == 1
    assert ended.lines[0].startswith("cecli: error: out of memory")
