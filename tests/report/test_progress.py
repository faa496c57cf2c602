"""The progress line: silent where nobody looks, erased when the work ends."""

import io
import sys
import threading

import pytest

from cecli.report import cells, messages
from cecli.report import progress as progress_module
from cecli.report.progress import Progress, progress


class Screen(io.StringIO):
    """A terminal that remembers everything sent to it and says when it is drawn on."""

    encoding = "utf-8"

    def __init__(self):
        super().__init__()
        self.drawn = threading.Event()

    def isatty(self):
        return True

    def write(self, text):
        if "rows" in text:
            self.drawn.set()
        return super().write(text)


@pytest.fixture
def attach(monkeypatch):
    """Make standard error a Screen; called in the test, since pytest sets its own when a test begins."""

    def attach(delay):
        screen = Screen()
        monkeypatch.setattr(sys, "stderr", screen)
        monkeypatch.setattr(progress_module, "DELAY", delay)
        monkeypatch.setattr(progress_module, "INTERVAL", 0.01)
        return screen

    return attach


def test_it_counts_from_many_threads():
    state = Progress()
    threads = [
        threading.Thread(target=lambda: [state.advance(rows=1, bytes=3) for _ in range(10_000)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (state.rows, state.bytes) == (40_000, 120_000)


def test_the_line_with_a_known_total():
    state = Progress(total_bytes=400_000_000)
    state.advance(rows=1_234_567, bytes=100_000_000)
    text = state.line(seconds=20.0, width=100)
    assert text == "███████▌                         25%  1,234,567 rows  100 MB  5 MB/s  1:00 left"
    assert state.line(20.0, 100, blocks=False).startswith("########  ")


def test_the_line_without_a_total_has_no_time_left():
    state = Progress()
    state.advance(rows=10, bytes=2_500_000_000)
    assert state.line(10.0, 80) == "10 rows  2.5 GB  250 MB/s  0:10"


def test_the_line_counts_rows_where_there_are_no_bytes():
    state = Progress(total_rows=1000)
    assert "starting" in state.line(1.0, 80)
    state.advance(rows=500)
    assert state.line(3600.0, 50) == "█████        50%  500 rows  0 rows/s  1:00:00 left"


@pytest.mark.parametrize("width", [5, 20, 40, 80])
def test_the_line_fits_the_screen(width):
    state = Progress(total_bytes=10**12, total_rows=None)
    state.advance(rows=10**9, bytes=10**11)
    assert cells.width(state.line(100.0, width)) <= width


def test_nothing_is_drawn_before_its_time(attach):
    screen = attach(delay=60.0)
    with progress(total_bytes=10) as state:
        state.advance(rows=1, bytes=10)
    assert screen.getvalue() == ""


def test_quiet_draws_nothing(attach):
    screen = attach(delay=0.0)
    with progress(quiet=True) as state:
        state.advance(rows=1)
        assert not screen.drawn.wait(0.05)
    assert screen.getvalue() == ""


def test_a_pipe_gets_nothing_and_costs_no_thread(capfd, monkeypatch):
    monkeypatch.setattr(progress_module, "DELAY", 0.0)
    before = threading.active_count()
    with progress() as state:
        state.advance(rows=1)
        assert threading.active_count() == before
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("error", [None, KeyboardInterrupt])
def test_the_line_is_erased_however_the_work_ends(attach, monkeypatch, error):
    monkeypatch.setenv("NO_COLOR", "1")
    screen = attach(delay=0.0)
    before = threading.active_count()
    try:
        with progress(total_bytes=100) as state:
            state.advance(rows=1, bytes=50)
            assert screen.drawn.wait(10)
            messages.note("in between")
            if error:
                raise error
    except KeyboardInterrupt:
        assert error
    lines = screen.getvalue().split("\n")
    assert "50%" in lines[0]
    assert lines[0].endswith("\r\x1b[Kcecli: note: in between")
    assert lines[1].rpartition("\r\x1b[K")[2] == ""
    assert threading.active_count() == before
