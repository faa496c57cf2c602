"""How formats are told apart: by content first, then by suffix."""

import pytest

from cecli.readers.sources.source import open_source
from cecli.readers.tables.formats import format_of


@pytest.mark.parametrize(
    ("content", "name", "format"),
    [
        (b"a,b\n", "x.csv", "csv"),
        (b"a,b\n", "x", "csv"),
        (b"a\tb\n", "x.tsv", "tsv"),
        (b"a\tb\n", "x.TAB", "tsv"),
        (b"PAR1....", "x.csv", "parquet"),
        (b"ARROW1\0\0", "x.csv", "arrow"),
        (b"\x93NUMPY\x01\x00", "x.csv", "npy"),
        (b'\xef\xbb\xbf \n{"a": 1}\n', "x.csv", "jsonl"),
        (b"{}\n", "x", "jsonl"),
        (b"[1]\n", "x.ndjson", "jsonl"),
        (b"{red},{blue}\n", "x.csv", "csv"),
        (b"[red],[blue]\n", "x.csv", "csv"),
        (b"", "x.csv", "csv"),
        (b'[{"a": 1}]', "x.json", "json"),
        (b'[\n  {"a": 1}]', "x", "json"),
        (b"[[1]]", "x.json", "json"),
        (b"[[1]]", "x.csv", "csv"),
        (b'{\n  "command": "fit"', "x.json", "jsonl"),
    ],
)
def test_formats_by_content_then_by_suffix(tmp_path, content, name, format):
    path = tmp_path / name
    path.write_bytes(content)
    with open_source(str(path)) as source:
        assert format_of(source).name == format
        assert source.read(100) == content
