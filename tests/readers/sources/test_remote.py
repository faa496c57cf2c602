"""Files behind URLs: from a server that speaks HTTP with ranges, and from one that speaks S3, both on the loopback."""

import http.server
import importlib.util
import os
import re
import socketserver
import sys
import threading
from pathlib import Path

import pytest

pytest.importorskip("fsspec")
pytest.importorskip("aiohttp")

import pyarrow as pa
from pyarrow import csv, parquet

from cecli.errors import InputError
from cecli.readers.sources.remote import RemoteFile, find_remote, open_remote
from tests.servers import put, put_all, s3_server


class Handler(http.server.SimpleHTTPRequestHandler):
    """Files of a folder, whole or in ranges; how many bytes of each were sent is remembered."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        return

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if path.is_dir():
            return super().do_GET()
        if not path.is_file():
            return self.send_error(404)
        if path.name.startswith("broken"):
            return self.send_error(500)
        data, asked = path.read_bytes(), re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        whole = len(data)
        if asked and self.server.ranges:
            start, stop = int(asked[1]), min(int(asked[2] or whole - 1), whole - 1)
            data = data[start : stop + 1]
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{stop}/{whole}")
        else:
            self.send_response(200)
        if self.server.ranges:
            self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.server.sent[path.name] = self.server.sent.get(path.name, 0) + len(data)
        self.wfile.write(data)
        return None


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    ranges = True

    def handle_error(self, *_):
        """A client that goes away is none."""


def table_of(rows, start=0):
    """Predictions with what nobody asks for beside them, and their labels."""
    numbers = range(start, start + rows)
    cat = [round((7 * k % 97 + 1) / 99, 4) for k in numbers]
    return pa.table(
        {
            "cat": cat,
            "dog": [round(1 - each, 4) for each in cat],
            "label": ["cat" if k % 3 else "dog" for k in numbers],
            "blob": [os.urandom(200).hex() for _ in numbers],
        }
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Shards in both formats, a directory of labels, and one large file of each."""
    base = tmp_path_factory.mktemp("remote")
    for k in (1, 2, 10):
        table = table_of(200 + k, 1000 * k)
        parquet.write_table(table, base / f"p{k}.parquet", row_group_size=64)
        csv.write_csv(table.drop_columns(["blob"]), base / f"c{k}.csv")
    large = table_of(30_000)
    parquet.write_table(large, base / "large.parquet", row_group_size=5000)
    csv.write_csv(large.drop_columns(["blob"]), base / "large.csv")
    (base / "die.csv").write_text("outcome,count\na,1\nb,3\n")
    (base / "broken.csv").write_text("x\n")
    (base / "dir").mkdir()
    for k in (1, 2):
        csv.write_csv(table_of(50, k).drop_columns(["blob"]), base / "dir" / f"{k}.csv")
    (base / "dir" / "_SUCCESS").write_text("")
    return base


@pytest.fixture(scope="module")
def web(folder):
    """The address of a server of the folder; ``web.sent`` counts the bytes of each file."""
    server = Server(("127.0.0.1", 0), lambda *given: Handler(*given, directory=folder))
    server.sent = {}
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def here(shell, folder):
    """What the program prints for local files, by its arguments."""
    return lambda arguments: shell(f"cd {folder} && cecli {arguments}")


class TestHttp:
    @pytest.mark.parametrize(
        "arguments",
        [
            "score {0}large.csv --label-column label -f json",
            "score {0}large.parquet --label-column label --drop blob -f json",
            "score {0}c1.csv --labels {0}c1.csv --classes cat,dog --label-column label -f csv",
            "kl {0}die.csv uniform",
            "fit {0}die.csv -f json",
        ],
    )
    def test_the_report_is_that_of_the_file(self, shell, web, here, arguments):
        done, wanted = shell("cecli " + arguments.format(f"{web.url}/")), here(arguments.format(""))
        assert wanted.status == 0, wanted.err
        assert (done.status, done.out) == (0, wanted.out), done.err

    def test_of_parquet_the_columns_that_count_are_fetched(self, shell, web, folder):
        web.sent.clear()
        done = shell(f"cecli score {web.url}/large.parquet --label-column label --drop blob")
        assert done.status == 0, done.err
        size = (folder / "large.parquet").stat().st_size
        assert web.sent["large.parquet"] < 0.2 * size

    def test_workers_fetch_each_their_range(self, shell, web, folder, here):
        program = (
            "import sys, cecli.workers.job as job, cecli.workers.lines as lines, cecli.workers.pairs as pairs; "
            "job.PART_BYTES = lines.PART_BYTES = pairs.PART_BYTES = 3 << 20; "
            "from cecli.cli import main; sys.exit(main(sys.argv[1:]))"
        )
        rows = "".join(f"{k / 100},{1 - k / 100:.2f},{'cat' if k % 3 else 'dog'}\n" for k in range(10, 90))
        (folder / "long.csv").write_text("cat,dog,label\n" + 15_000 * rows)
        size = (folder / "long.csv").stat().st_size
        options = "--label-column label --classes cat,dog -f json"
        for command, count, times in (("score", 1, 3), ("compare", 2, 8)):
            # Read ahead, and given up, is some of it; each worker's reading all would be 6 times and 14 times.
            web.sent.clear()
            files = count * ["{0}long.csv"]
            arguments = f"{command} {' '.join(files)} {options}"
            done = shell(f'{sys.executable} -c "{program}" {arguments.format(f"{web.url}/")} --workers 2')
            wanted = here(arguments.format(""))
            assert done.out.replace(f"{web.url}/", "") == wanted.out, done.err
            assert web.sent["long.csv"] < times * size, "of two files the lines are counted first"
        (folder / "long.csv").unlink()

    def test_shards_of_a_directory_and_of_a_pattern(self, shell, web, here):
        wanted = here("score 'dir/*.csv' --label-column label -f json --worst 2").out
        for url in (f"{web.url}/dir/", f"{web.url}/dir/*.csv"):
            done = shell(f"cecli score '{url}' --label-column label -f json --worst 2")
            assert done.out == wanted.replace('"dir/', f'"{web.url}/dir/'), done.err

    def test_a_server_without_ranges(self, shell, web, here):
        web.ranges = False
        try:
            for name in ("large.csv", "large.parquet"):
                drop = "--drop blob" if name.endswith("parquet") else ""
                done = shell(f"cecli score {web.url}/{name} --label-column label {drop} -f json")
                assert done.out == here(f"score {name} --label-column label {drop} -f json").out, done.err
        finally:
            web.ranges = True

    def test_what_is_not_there(self, shell, web):
        done = shell(f"cecli score {web.url}/none.csv --label-column label")
        assert (done.status, done.out) == (1, "")
        assert done.err == f"cecli: error: {web.url}/none.csv: no such file\n"
        done = shell(f"cecli score '{web.url}/dir/*.parquet' --label-column label")
        assert f"{web.url}/dir/*.parquet: no file matches this pattern" in done.err

    def test_a_server_that_fails_and_none(self, shell, web):
        done = shell(f"cecli score {web.url}/broken.csv --label-column label")
        assert done.status == 1
        assert "500" in done.err
        done = shell("cecli score http://127.0.0.1:1/p.csv --label-column label")
        assert done.status == 1
        assert "127.0.0.1" in done.err
        for part in (done.err,):
            assert "bug" not in part
            assert "Traceback" not in part


def test_a_protocol_that_nobody_knows(run):
    done = run("score", "gopher://host/p.csv", "--label-column", "label")
    assert done.status == 1
    assert 'no way is known to read "gopher://"' in done.err


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/p.csv", "https://127.0.0.1:1/p.csv", "http://absent.invalid/p.csv"]
)
def test_a_server_that_is_not_there_is_no_missing_file(run, url):
    done = run("score", url, "--label-column", "label")
    assert done.status == 1
    assert f"{url}: Cannot connect to host" in done.err
    assert "no such file" not in done.err


def test_a_package_that_is_not_there(run):
    if importlib.util.find_spec("gcsfs"):
        pytest.skip("gcsfs is there")
    done = run("score", "gs://bucket/p.csv", "--label-column", "label")
    assert done.status == 1
    assert "hint: pip install gcsfs" in done.err


def test_memory_is_a_file_system_too(run):
    import fsspec

    fsspec.filesystem("memory").pipe("/shards/a.csv", b"cat,dog,label\n0.5,0.5,cat\n")
    fsspec.filesystem("memory").pipe("/shards/b.csv", b"cat,dog,label\n0.25,0.75,dog\n")
    done = run("score", "memory://shards", "--label-column", "label", "--get", "rows.read")
    assert (done.status, done.out) == (0, "2\n"), done.err
    done = run("score", "memory://shards/?.csv", "--label-column", "label", "--partial")
    assert [shard["place"] for shard in done.document["read"]["shards"]] == ["memory:///shards/a.csv",
                                                                           "memory:///shards/b.csv"]  # fmt: skip


@pytest.fixture(scope="module")
def bucket(folder, environment, tmp_path_factory):
    """A server that speaks S3, with the shards in the bucket ``shards``; the environment that leads to it."""
    pytest.importorskip("moto.server")
    pytest.importorskip("s3fs")
    with s3_server(environment, tmp_path_factory.mktemp("moto")) as found:
        put_all(found["AWS_ENDPOINT_URL"], "shards", folder)
        yield found


class TestS3:
    @pytest.mark.parametrize(
        "arguments",
        [
            "score '{0}p*.parquet' --label-column label --drop blob --worst 3 -f json",
            "score '{0}c[12]*.csv' --label-column label --worst 3 -f json",
            "score {0}dir --label-column label -f json",
            "score {0}large.parquet --label-column label --drop blob -f table",
        ],
    )
    def test_the_report_is_that_of_the_files(self, shell, bucket, here, arguments):
        done = shell("cecli " + arguments.format("s3://shards/"), env=bucket)
        wanted = here(arguments.format(""))
        assert wanted.status == 0, wanted.err
        assert done.status == 0, done.err
        assert done.out.replace("s3://shards/", "") == wanted.out

    def test_what_is_not_there(self, shell, bucket):
        for url, said in (
            ("s3://shards/none.csv", "no such file"),
            ("s3://nowhere/none.csv", "nowhere"),
            ("s3://shards/n*.csv", "no file matches this pattern"),
        ):
            done = shell(f"cecli score '{url}' --label-column label", env=bucket)
            assert (done.status, done.out) == (1, "")
            assert url in done.err
            assert said in done.err
            assert "bug" not in done.err

    def test_states_may_lie_there(self, shell, bucket, here, tmp_path):
        done = shell(f"cecli score s3://shards/c1.csv --label-column label --partial -o {tmp_path}/s.cecli", env=bucket)
        assert done.status == 0, done.err
        put(f"{bucket['AWS_ENDPOINT_URL']}/shards/s.cecli", (tmp_path / "s.cecli").read_bytes())
        done = shell("cecli merge s3://shards/s.cecli -f json", env=bucket)
        assert done.out == here("score c1.csv --label-column label -f json").out, done.err

    def test_two_workers_read_parts_of_objects(self, shell, bucket, here):
        for name, more in (("p*.parquet", "--drop blob --worst 3"), ("large.parquet", "--drop blob"), ("c*.csv", "")):
            arguments = f"--label-column label {more} -f json"
            done = shell(f"cecli score 's3://shards/{name}' {arguments} --workers 2", env=bucket)
            assert done.status == 0, done.err
            assert done.out.replace("s3://shards/", "") == here(f"score '{name}' {arguments}").out


class TestMemory:
    """What needs no server: fsspec's own files in memory."""

    @pytest.fixture
    def files(self):
        import fsspec

        system = fsspec.filesystem("memory")
        names = {"p/1.csv": b"0123456789", "p/2.csv": b"ab", "p/deep/3.csv": b"c", "q.csv": b""}
        for name, data in names.items():
            system.pipe(f"/cecli/{name}", data)
        yield "memory://cecli"
        system.rm("/cecli", recursive=True)

    def test_ranges(self, files):
        file = open_remote(f"{files}/p/1.csv")
        assert file.size == 10
        ranges = file.ranges()
        assert (ranges.readable(), ranges.seekable(), ranges.tell()) == (True, True, 0)
        assert (ranges.seek(5), ranges.read(2), ranges.tell()) == (5, b"56", 7)
        assert (ranges.seek(-2, 2), ranges.read()) == (8, b"89")
        assert (ranges.seek(0), ranges.seek(3, 1), ranges.read(100), ranges.read(1)) == (0, 3, b"3456789", b"")
        ranges.close()
        assert (ranges.closed, file.closed) == (True, True)

    def test_what_fails_is_an_os_error(self, files):
        class Failing:
            size = 10

            def seekable(self):
                return True

            def read(self, *_):
                raise ValueError("the server says no")

            seek = read

            def close(self):
                pass

        ranges = RemoteFile("memory://x", Failing()).ranges()
        for call in (ranges.read, ranges.seek):
            with pytest.raises(OSError, match="the server says no"):
                call(0)

    def test_which_files_a_url_stands_for(self, files):
        def names(found):
            return None if found is None else sorted(name.rpartition("/cecli/")[2] for name in found)

        assert names(find_remote(f"{files}/p")) == names(find_remote(f"{files}/p/")) == ["p/1.csv", "p/2.csv"]
        assert names(find_remote(f"{files}/p/?.csv")) == ["p/1.csv", "p/2.csv"]
        assert names(find_remote(f"{files}/*/*/*.csv")) == ["p/deep/3.csv"]
        assert names(find_remote(f"{files}/*")) == ["q.csv"], "directories are no files"
        assert names(find_remote(f"{files}/q.csv")) is None
        with pytest.raises(InputError, match="no such file"):
            find_remote(f"{files}/nothing")

    def test_the_program(self, run, files):
        done = run("score", f"{files}/p/nothing.csv", f"{files}/q.csv")
        assert (done.status, done.out) == (1, "")
        assert f"cecli: error: {files}/p/nothing.csv: no such file\n" in done.err
        assert f"{files}/q.csv: the file is empty" in run("score", f"{files}/q.csv", f"{files}/q.csv").err
