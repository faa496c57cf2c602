"""``fit --samples`` of a directory, of parts of a file, by workers: the counts of one process."""

import pytest


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    base = tmp_path_factory.mktemp("samples")
    for k in range(5):
        (base / f"s{k}.txt").write_text("".join(f"{j * j * (k + 1) % 7}\n" for j in range(k * 40)))
    (base / "one.txt").write_text("".join((base / f"s{k}.txt").read_text() for k in range(5)))
    (base / "one.csv").write_text("x,face\n" + "".join(f"{j},{['rot', 'grün', 'blau'][j % 3]}\n" for j in range(300)))
    (base / "quoted.txt").write_text("".join(f'"a\nb{j % 3}"\n' for j in range(200)))
    (base / "end.txt").write_text("a\nb\n" * 50 + "\n\n\n" * 40)
    return base


@pytest.mark.parametrize(
    "arguments",
    [["s?.txt"], ["one.txt"], ["one.csv", "--column", "face"], ["one.csv", "--column", "1", "--header", "none"],
     ["quoted.txt"], ["end.txt"]],
    ids=str,
)  # fmt: skip
def test_the_counts_are_those_of_one_process(run, folder, monkeypatch, arguments):
    monkeypatch.setattr("cecli.workers.job.PART_BYTES", 60)
    monkeypatch.chdir(folder)
    one = run("fit", "--samples", *arguments, "-f", "json")
    many = run("fit", "--samples", *arguments, "-f", "json", "--workers", "2")
    assert one.status == 0, one.err
    assert (many.status, many.out, many.err) == (0, one.out, one.err)


def test_a_directory_is_the_sum_of_its_files(run, folder):
    assert run("fit", "--samples", f"{folder}/s*.txt").out == run("fit", "--samples", folder / "one.txt").out


def test_a_blank_line_in_the_midst_of_a_part_is_named(run, tmp_path, monkeypatch):
    monkeypatch.setattr("cecli.workers.job.PART_BYTES", 20)
    (tmp_path / "s.txt").write_text("a\nb\n" * 30 + "\n" + "a\nb\n" * 30)
    one, many = (run("fit", "--samples", tmp_path / "s.txt", *more) for more in ([], ["--workers", "2"]))
    assert f"{tmp_path}/s.txt:61: a blank line inside the file" in one.err
    assert (many.status, many.out, many.err) == (1, "", one.err)


def test_what_cannot_be_handed_out(run, folder, tmp_path):
    assert "standard input cannot" in run("fit", "--samples", "--workers", "2", stdin=b"a\n").err
    done = run("fit", folder / "one.txt", "--workers", "2")
    assert done.status == 2
    assert "are for --samples" in done.err
    (tmp_path / "e.txt").write_text("")
    assert "no samples in it" in run("fit", "--samples", tmp_path / "e.txt", "--workers", "1").err
