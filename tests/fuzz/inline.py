"""PMFs on the command line: each is read exactly as fractions say, or refused in one message."""

from __future__ import annotations

from fractions import Fraction

from cecli.core.pmfs.weights import total_count
from cecli.errors import CecliError, literal
from cecli.readers.small.inline import is_inline, parse_inline, parse_uniform
from tests.fuzz.harness import concluded

MODULES = ("cecli.readers.small.inline", "cecli.readers.small.sums", "cecli.core.pmfs.weights")

SEEDS = [b"0.2,0.3,0.5", b"1/6,1/6,2/3", b"heads=0.6,tails=0.4", b"uniform:6", b"1,0", b"a=1/2,b=0.5", b"=1", b"0/5,1"]
FOUND: list[bytes] = []

WORDS = ["1/3", "uniform:", "=", "==", ",", "e-400", "1e308", "\u0663", "\x1b[31m", "9" * 41, "/0", "nan", "inf", " "]


def check(data: bytes) -> None:
    """Break where a share is not the one that was written."""
    text = data.decode("utf-8", "replace")
    if text.startswith("uniform:") and len(text) < 16:
        concluded(lambda: parse_uniform(text))
    inline = is_inline(text)
    for normalize in (False, True):
        try:
            pmf, _ = parse_inline(text, normalize)
        except CecliError as error:
            assert literal(error.lines()[0]) == error.lines()[0], error
            continue
        assert inline, text
        parts = [part.rpartition("=")[2] for part in text.split(",")]
        if pmf.is_counts:
            written = [exact(part) for part in parts]
            total = total_count(pmf.weights)
            assert [Fraction(int(weight), total) * sum(written) for weight in pmf.weights] == written, text
        else:
            assert [float(weight) for weight in pmf.weights] == [nearest(part) for part in parts], text


def exact(part: str) -> Fraction:
    """What a fraction or a whole number writes."""
    numerator, slash, denominator = part.partition("/")
    return Fraction(Fraction(numerator), Fraction(denominator)) if slash else Fraction(part)


def nearest(part: str) -> float:
    """The double nearest to what one part writes."""
    return float(exact(part)) if "/" in part else float(part)
