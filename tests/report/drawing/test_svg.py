"""Curves as inline SVG: well-formed, every value in its place, every text as it is."""

import math
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cecli.report.drawing.svg import PANEL, PANEL_BELOW, WIDTH, svg_text
from cecli.report.model import Curve, Series

NASTY = ["<script>alert(1)</script>", "\"a\" & 'b'", "שלום", "a\u202eb", "]]>", "</title>", "\x00\x1b[31m", "\udcff"]


def drawn(curve, words="what it shows"):
    return ElementTree.fromstring(svg_text(curve, words, "p1"))


def of_class(picture, name):
    return [shape for shape in picture.iter() if name in shape.get("class", "").split()]


def numbers(path):
    return [
        float(word) for word in path.replace("M", " ").replace("L", " ").replace("V", " ").replace("H", " ").split()
    ]


RELIABILITY = Curve(
    [
        Series("accuracy", [0.25, 0.75], [0.5, 1.0], "points", [0.0, 0.5], [1.0, 1.0]),
        Series("perfect", [0.0, 1.0], [0.0, 1.0], "dashed"),
    ],
    "Reliability",
    "confidence",
    "accuracy",
    x_range=(0.0, 1.0),
    y_range=(0.0, 1.0),
    square=True,
    below=Curve([Series("", [0.25, 0.75], [0.0, 0.5], "bars", width=0.5)], y_label="share", x_range=(0.0, 1.0)),
)


def test_a_reliability_diagram_has_its_points_where_they_belong():
    picture = drawn(RELIABILITY)
    (diagonal,) = of_class(picture, "dashed")[:1]
    left, bottom, right, top = numbers(diagonal.get("d"))
    assert right - left == pytest.approx(bottom - top, abs=0.2)
    points = list(picture.iter("circle"))[:2]
    for point, (x, y) in zip(points, [(0.25, 0.5), (0.75, 1.0)], strict=True):
        assert float(point.get("cx")) == pytest.approx(left + x * (right - left), abs=0.1)
        assert float(point.get("cy")) == pytest.approx(bottom + y * (top - bottom), abs=0.1)
    x, low, high = numbers(of_class(picture, "line")[0].get("d"))
    assert (x, low, high) == pytest.approx((float(points[0].get("cx")), bottom, top), abs=0.1)
    (bar,) = list(picture.iter("rect"))
    assert float(bar.get("x")) == pytest.approx(left + 0.5 * (right - left), abs=0.1)
    assert float(bar.get("height")) == pytest.approx(PANEL_BELOW, abs=0.1)


def test_all_of_it_is_inside_and_says_what_it_is():
    picture = drawn(RELIABILITY)
    _, _, width, height = map(float, picture.get("viewBox").split())
    assert width == WIDTH
    for text in picture.iter("text"):
        assert 0 <= float(text.get("x")) <= width
        assert 0 < float(text.get("y")) < height
    assert picture.get("role") == "img"
    ids = {shape.get("id"): shape.text for shape in picture.iter() if shape.get("id")}
    assert ids == {"p1-title": "Reliability", "p1-text": "what it shows"}
    assert picture.get("aria-labelledby").split() == list(ids)
    assert {"confidence", "accuracy", "share", "perfect", "0.2", "1"} <= {text.text for text in picture.iter("text")}


def test_bars_above_and_below_zero_meet_there():
    curve = Curve([Series("b", [0, 1, 2], [2.0, -1.0, 0.0], "bars")], categories=["up", "down", "none"])
    up, down = list(drawn(curve).iter("rect"))[:2]
    zero = float(up.get("y")) + float(up.get("height"))
    assert float(down.get("y")) == pytest.approx(zero, abs=0.1)
    assert float(up.get("height")) == pytest.approx(PANEL * 2 / 3, abs=0.1)
    assert float(down.get("height")) == pytest.approx(PANEL / 3, abs=0.1)


def test_powers_of_two_are_equally_wide_on_a_logarithmic_axis():
    curve = Curve([Series("b", [1.5, 3, 6], [1, 1, 1], "bars", width=[1.0, 2.0, 4.0])], log_x=True)
    widths = [float(shape.get("width")) for shape in drawn(curve).iter("rect")][:3]
    assert widths == pytest.approx([widths[0]] * 3, abs=0.11)


def test_a_line_is_interrupted_where_a_value_has_no_place_and_a_band_is_filled():
    line = Series("l", [1, 2, 3, 4, 5], [1.0, 2.0, math.inf, 2.0, 1.0])
    band = Series("band", [1, 5], style="band", low=[0.5, 0.5], high=[1.0, 2.5])
    picture = drawn(Curve([line, band]))
    assert len([shape for shape in of_class(picture, "line") if "L" in shape.get("d")]) == 2
    assert len(list(picture.iter("circle"))) == 4
    assert of_class(picture, "band")[0].get("d").endswith("Z")


@pytest.mark.parametrize("text", NASTY)
def test_texts_stay_texts(text):
    curve = Curve([Series(text, [0], [1.0], "points")], text, text, text, categories=[text])
    written = svg_text(curve, text, "p1")
    picture = ElementTree.fromstring(written.encode("utf-8", "strict"))
    assert {shape.tag for shape in picture.iter()} <= {"svg", "title", "desc", "text", "path", "circle", "rect"}
    assert "\x1b" not in written
    assert "\u202e" not in written


@example(x=[5e-324], style="line", log=True)
@example(x=[5e-324], style="line", log=False)
@example(x=[1.0, 1.0 + 2**-52], style="line", log=False)
@example(x=[1e-300, 1.0000000001e-300], style="bars", log=False)
@example(x=[1.0000000000000003e-09, 1e-09], style="line", log=True)
@given(
    x=st.lists(st.floats(-1e300, 1e300) | st.floats(1e-9, 1e9) | st.just(math.inf), min_size=1, max_size=8),
    style=st.sampled_from(["line", "dashed", "points", "bars"]),
    log=st.booleans(),
)
def test_any_figures_give_a_picture(x, style, log):
    places = [float(k + 1) for k in range(len(x))]
    text = svg_text(Curve([Series("s", places, x, style)], log_x=log, log_y=log), "", "p1")
    ElementTree.fromstring(text)
    assert "nan" not in text
    assert "inf" not in text
