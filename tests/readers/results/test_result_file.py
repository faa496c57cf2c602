"""Results read again, and what is said of files that hold none."""

import pytest

from cecli.errors import InputError
from cecli.readers.results.result_file import read_stored


def test_an_object(save):
    assert read_stored(save("r.json", '\ufeff{"a": [1, "é"]}')) == {"a": [1, "é"]}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "r.json:1: not JSON: Expecting value"),
        (b'{"a": 1,\n"b"}', "r.json:2: not JSON: Expecting ':' delimiter"),
        (b"[1, 2]", "r.json: expected a result, one JSON object"),
        (b'{"a": "\xff"}', "r.json: not JSON: not in UTF-8"),
        (b'{"a": ' + b"[" * 100_000, "r.json: not a result: "),
        (b'{"a": ' + b"1" * 10_000 + b"}", "r.json: not a result: Exceeds the limit"),
    ],
)
def test_what_is_no_result(save, content, said):
    path = save("r.json", content)
    with pytest.raises(InputError) as caught:
        read_stored(path)
    assert caught.value.message.replace(path, "r.json").startswith(said)


def test_files_that_cannot_be_read(tmp_path):
    for path, said in (("a\0b", "null"), (str(tmp_path), "directory"), (str(tmp_path / "none"), "no such file")):
        with pytest.raises(InputError) as caught:
            read_stored(path)
        assert said in caught.value.message.lower()
        assert "\0" not in caught.value.message
