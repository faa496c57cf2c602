"""Curves as pictures: the right kind of file, whole or not at all, the same for the same result, names literally."""

import math
import re

import pytest

from cecli.commands.options import plot_option
from cecli.errors import CecliError, OutputError, UsageError
from cecli.report.drawing import plot
from cecli.report.model import Curve, Series

N = [1, 2, 4, 8]
CURVE = Curve(
    [
        Series("$x_1$ [red]", N, [1.0, 0.5, 0.0, math.inf], low=[0.5] * 4, high=[2.0] * 4),
        Series("_hidden?", N, [1, 0.5, 0.25, 0.125], "dashed"),
        Series("a\nb", N, style="band", low=[0.1] * 4, high=[0.2] * 4),
    ],
    "100 % of $5",
    "n_1",
    "y^2",
    log_x=True,
    log_y=True,
    below=Curve([Series("rows", N, [1, 2, 3, 4], "bars"), Series("p", N, N, "points")], y_label="rows"),
)
MAGIC = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF", "SVG": b"<?xml"}


@pytest.mark.parametrize("suffix", MAGIC)
def test_the_suffix_says_what_picture_it_is_and_the_same_curve_is_the_same_file(suffix, tmp_path):
    first, second = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    plot.write_plot(CURVE, str(first))
    plot.write_plot(CURVE, str(second))
    assert first.read_bytes().startswith(MAGIC[suffix])
    assert first.read_bytes() == second.read_bytes()


def test_names_are_shown_literally(tmp_path):
    path = tmp_path / "a.svg"
    plot.write_plot(CURVE, str(path))
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", path.read_text("utf-8"))
    assert {"$x_1$ [red]", "_hidden?", r"a\nb", "100 % of $5", "n_1", "y^2", "rows", "p"} <= {t.strip() for t in texts}


def test_a_reliability_diagram_and_a_bar_chart(tmp_path):
    reliability = Curve(
        [Series("bins", [0.5], [0.4], "points", [0.3], [0.6]), Series("perfect", [0, 1], [0, 1], "dashed")],
        x_range=(0, 1),
        y_range=(0, 1),
        square=True,
        below=Curve([Series("rows", [0.5], [12], "bars", width=0.1)]),
    )
    chart = Curve([Series("count", range(99), range(99), "bars")], categories=[f"face {k}" for k in range(99)])
    for number, curve in enumerate([reliability, chart]):
        plot.write_plot(curve, str(tmp_path / f"{number}.svg"))
    names = re.findall(r">face (\d+)<", (tmp_path / "1.svg").read_text("utf-8"))
    assert names == [str(k) for k in range(0, 99, 3)]


def test_a_settings_file_of_the_person_changes_nothing(tmp_path):
    import matplotlib

    plot.write_plot(CURVE, str(tmp_path / "a.svg"))
    with matplotlib.rc_context({"axes.facecolor": "red", "text.usetex": True, "savefig.transparent": True}):
        plot.write_plot(CURVE, str(tmp_path / "b.svg"))
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_signs_that_the_font_lacks_are_told_where_they_are_lost(tmp_path, capsys):
    curve = Curve([Series("日本", [1], [1])])
    plot.write_plot(curve, str(tmp_path / "a.svg"))
    assert capsys.readouterr().err == ""
    plot.write_plot(curve, str(tmp_path / "a.png"))
    assert "a.png: Glyph 26085" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("path", "words"), [("a.jpg", 'unknown suffix ".jpg"'), ("a", "has no suffix"), ("-", "has no suffix")]
)
def test_other_suffixes_are_refused(path, words):
    with pytest.raises(UsageError, match=words) as caught:
        plot.check_plot(path)
    assert caught.value.hint == "known are .svg, .png, .pdf"


def test_without_matplotlib_the_hint_says_what_to_install(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(CecliError, match="needs matplotlib") as caught:
        plot.check_plot("a.svg")
    assert caught.value.hint == "pip install 'cecli[plot]'"


def test_a_picture_that_cannot_be_written_leaves_nothing(tmp_path):
    with pytest.raises(OutputError):
        plot.write_plot(CURVE, str(tmp_path / "none" / "a.svg"))
    assert not list(tmp_path.iterdir())


def test_the_option_checks_the_suffix_before_any_work():
    import click

    @click.command()
    @plot_option
    def command(plot):
        raise AssertionError("not reached")

    with pytest.raises(UsageError):
        command.main(["--plot", "x.gif"], standalone_mode=False)
