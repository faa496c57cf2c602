"""A copy of what can be read once."""

import io
import tempfile

import pytest

from cecli.errors import InputError
from cecli.readers.sources import spool
from cecli.readers.sources.source import open_source


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1])
def test_all_that_is_left(save, size):
    data = bytes(k % 251 for k in range(size + 3))
    with open_source(save("data", data)) as source:
        assert source.read(3) == data[:3]
        with spool.spooled(source) as copy:
            assert copy.read() == data[3:]


def test_no_room_for_it(save, monkeypatch):
    class Full:
        closed = False

        def write(self, block):
            raise OSError(28, "No space left on device")

        def close(self):
            self.closed = True

    full = Full()
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: full)
    with open_source(save("data", b"abc")) as source, pytest.raises(InputError) as caught:
        spool.spooled(source)
    assert "no room for a temporary copy" in caught.value.message
    assert "No space left on device" in caught.value.message
    assert "TMPDIR" in caught.value.hint
    assert full.closed


@pytest.mark.parametrize("error", [KeyboardInterrupt, InputError("data: this gzip archive is broken")])
def test_nothing_is_left_open_when_reading_fails(save, monkeypatch, error):
    made = io.BytesIO()
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: made)
    with open_source(save("data", b"abc")) as source:

        def read(size):
            raise error

        monkeypatch.setattr(source, "read", read)
        with pytest.raises((KeyboardInterrupt, InputError)):
            spool.spooled(source)
    assert made.closed
