"""A page: one file that loads and runs nothing, with all text as it is, whole or not at all."""

import math
import re
from html.parser import HTMLParser

import pytest

from cecli.errors import OutputError, UsageError
from cecli.report.model import Curve, Facts, Grid, Series, Table
from cecli.report.numbers import aligned
from cecli.report.pages.page import Cards, Page, Picture, Section, Words, check_page, page_text, write_page
from cecli.report.pages.style import STYLE

NASTY = [
    "<script>alert(1)</script>",
    "</table></main><img src=x onerror=alert(1)>",
    "\"onload=alert(1) x='",
    "&lt;b&gt;",
    "שלום",
    "a\u202eb\u2066c",
    "\x1b[31m\x00",
    "\udcff",
    "=1+1",
]
VOID = {"meta"}
ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "h1", "h2", "p", "section", "dl", "dt", "dd",
    "div", "ul", "li", "table", "caption", "thead", "tbody", "tr", "th", "td", "abbr", "bdi", "span", "figure",
    "figcaption", "details", "summary", "svg", "desc", "text", "path", "circle", "rect",
}  # fmt: skip


class Reader(HTMLParser):
    """The elements of a page, whether they are nested well, and the texts in them."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts, self.attributes, self.open = [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def page_of(texts=("name",)):
    rows = [[text, number, number / 3] for number, text in enumerate(texts)]
    curve = Curve([Series(text, [0.0], [1.0], "points") for text in texts], texts[0], categories=[texts[0]])
    return Page(
        texts[0],
        texts[0],
        [
            Section(texts[0], [Cards([(text, 1 / 3, text) for text in texts]), Words(list(texts), notes=True)]),
            Section(
                "Pictures", [Picture(curve, texts[0], Grid(Table([texts[0]], [[t] for t in texts]), texts[0]))] * 2
            ),
            Section("Facts", [Facts([(text, text, text) for text in texts], texts[0]), Words(list(texts))]),
            Section("Grid", [Grid(Table([texts[0], "rows", "share"], rows), texts[0], "share")]),
        ],
    )


def test_texts_of_files_stay_texts():
    written = page_text(page_of(NASTY))
    page = Reader(written)
    assert set(page.tags) <= ALLOWED
    shown = "".join(page.texts)
    for text in ("<script>alert(1)</script>", "</table></main><img src=x onerror=alert(1)>", "&lt;b&gt;", "שלום"):
        assert shown.count(text) > 5
    assert r"a\u202eb\u2066c" in shown
    assert r"\x1b[31m\x00" in shown
    assert not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", written)
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]


def test_nothing_is_loaded_and_nothing_could_be():
    written = page_text(page_of(NASTY))
    page = Reader(written)
    assert not {"script", "link", "img", "iframe", "object", "embed", "base", "form", "input", "a"} & set(page.tags)
    assert not [name for _, name, _ in page.attributes if name in ("src", "href", "srcset", "action", "xlink:href")]
    assert not re.search(r"url\(|@import|@font-face|https?:", written)
    policy = next(value for tag, name, value in page.attributes if name == "content" and "default-src" in value)
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")


def test_tables_have_heads_and_pictures_have_words():
    page = Reader(page_text(page_of(["a", "b"])))
    scopes = [value for tag, name, value in page.attributes if tag == "th" and name == "scope"]
    assert len(scopes) == page.tags.count("th")
    assert set(scopes) == {"col", "row"}
    assert page.tags.count("svg") == page.tags.count("desc") == page.tags.count("figcaption") == 2
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    for _, name, value in page.attributes:
        if name == "aria-labelledby":
            assert set(value.split()) <= set(ids)
    assert ("html", "lang", "en") in page.attributes
    assert ("meta", "name", "viewport") in page.attributes


def test_numbers_are_rounded_aligned_and_never_nan():
    table = Table(["name", "x"], [["a", 0.1623], ["b", 12.5], ["c", None], ["d", math.inf], ["e", -math.inf]])
    page = Reader(page_text(Page("t", "", [Section("s", [Grid(table, bars="x")])])))
    assert {*aligned([0.1623, 12.5]), "–", "∞", "−∞"} <= set(page.texts)
    assert page.tags.count("abbr") == 1
    widths = [value for tag, name, value in page.attributes if tag == "span" and name == "style"]
    assert widths == ["width:1.3%", "width:100.0%", "width:100.0%"]


def test_a_grid_without_rows_and_bars_of_nothing():
    page = page_text(Page("t", "", [Section("s", [Grid(Table(["a", "b"], []), bars="b")])]))
    assert Reader(page).tags.count("tr") == 1
    zeros = page_text(Page("t", "", [Section("s", [Grid(Table(["a", "b"], [["x", 0.0]]), bars="b")])]))
    assert 'class="bar"' not in zeros


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[k : k + 2], 16) / 255 for k in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1])
def test_colours_have_the_contrast_of_wcag(scheme):
    """Source: WCAG 2.2, 1.4.3 (text, 4.5) and 1.4.11 (what is drawn, 3)."""
    colours = dict(re.findall(r"--(\w+):(#\w+)", STYLE.split("@media")[scheme]))
    assert {"ink", "soft", "paper", "card", "c1", "c2", "c3", "c4"} <= set(colours)

    def contrast(one, other):
        high, low = sorted((luminance(colours[one]), luminance(colours[other])), reverse=True)
        return (high + 0.05) / (low + 0.05)

    for ground in ("paper", "card"):
        assert all(contrast(text, ground) >= 4.5 for text in ("ink", "soft", "c1"))
    assert all(contrast(colour, "paper") >= 3 for colour in ("c1", "c2", "c3", "c4", "warn"))


@pytest.mark.parametrize("path", ["a.html", "A.HTM", "x/y.html"])
def test_names_of_pages(path):
    check_page(path)


@pytest.mark.parametrize(
    ("path", "said"),
    [("a.txt", 'has the suffix ".txt"'), ("a", "has no suffix"), ("-", "has no suffix"), ("html", "has no suffix")],
)
def test_other_names_are_usage_errors(path, said):
    with pytest.raises(UsageError, match=re.escape(said)) as error:
        check_page(path)
    assert error.value.hint == "--report report.html"


def test_a_page_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "a.html"
    write_page(page_of(["old"]), str(path), 6)
    old = path.read_text("utf-8")
    assert old == page_text(page_of(["old"]))
    with pytest.raises(ValueError, match="nan"):
        write_page(Page("t", "", [Section("s", [Cards([("x", math.nan, "")])])]), str(path), 6)
    assert path.read_text("utf-8") == old
    with pytest.raises(OutputError, match="No such file or directory"):
        write_page(page_of(["new"]), str(tmp_path / "none" / "a.html"), 6)
    assert [one.name for one in tmp_path.iterdir()] == ["a.html"]
