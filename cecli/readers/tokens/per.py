"""How many units a document has: a key of it, or those of its text or of its tokens, counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cecli.core.sums.layout import Integers
from cecli.readers.tokens.paths import Astray, Path, key_path, parse_path
from cecli.readers.tokens.units import TOKENS, UNITS, count


@dataclass(frozen=True)
class Units:
    """What losses are divided by: ``unit``, counted in the text at ``text`` or else in the tokens at ``tokens``, by the
    bytes that the objects at ``holders`` give where these do; or, without both, the number at the key ``unit``, or just
    the tokens."""

    unit: str
    text: Path | None = None
    tokens: Path | None = None
    holders: Path | None = None

    def of(self, record: Any, kept: Integers) -> float:
        """The units of a record, of whose tokens those with the numbers ``kept`` count. Raises ValueError."""
        if self.text is not None:
            return count(self.unit, self._text(record, self.text))
        if self.tokens is None:
            return float(len(kept)) if self.unit == TOKENS else _number(record, self.unit)
        numbers = kept.tolist()
        known = [] if self.holders is None else values_at(record, self.holders)
        pieces = [_bytes_of(known[k]) if k < len(known) else None for k in numbers]
        if pieces and None not in pieces:
            whole = b"".join(piece or b"" for piece in pieces)
            return float(len(whole)) if self.unit == "bytes" else count(self.unit, _decoded(whole))
        texts = values_at(record, self.tokens)
        if not all(k < len(texts) and isinstance(texts[k], str) for k in numbers):
            raise ValueError(f"{self.tokens.text}: expected the text of every token, in which {self.unit} are counted")
        return count(self.unit, "".join(texts[k] for k in numbers))

    def _text(self, record: Any, path: Path) -> str:
        values = values_at(record, path)
        if not values or not all(isinstance(value, str) for value in values):
            raise ValueError(f"{path.text}: expected the text in which {self.unit} are counted")
        return "".join(values)


def units_of(per: str, text: str | None, texts: str, record: Any) -> Units:
    """What ``--per`` says for such records; ``texts`` is the path of the tokens' texts. Raises ValueError where both a
    key and a text say it, or nothing does."""
    values = values_at(record, key_path(per))
    known = len(values) == 1 and type(values[0]) in (int, float)
    if known and text is not None:
        raise ValueError(f"--per {per} is a key of the documents, and --text says that it is counted: one of them")
    if known or per == TOKENS:
        return Units(per)
    if per not in UNITS:
        raise ValueError(f"no key {per} to divide by, and no unit of a text is called so")
    if text is not None:
        return Units(per, text=parse_path(text))
    if not texts:
        raise ValueError(f"no text in which {per} are counted")
    holders = parse_path(texts.removesuffix(".token")) if texts.endswith(".token") else None
    return Units(per, tokens=parse_path(texts), holders=holders)


def values_at(record: Any, path: Path) -> list[Any]:
    """What stands at a path in a record; nothing where it goes astray."""
    try:
        return [value for sequence in path.sequences(record) for value in sequence]
    except Astray:
        return []


def _bytes_of(token: Any) -> bytes | None:
    """The bytes of a token: those that it gives, which may be a part of a character, else those of its text."""
    given = token.get("bytes") if isinstance(token, dict) else None
    if isinstance(given, list) and all(type(byte) is int and 0 <= byte < 256 for byte in given):
        return bytes(given)
    text = token.get("token") if isinstance(token, dict) else None
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else None


def _decoded(whole: bytes) -> str:
    try:
        return whole.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError("the bytes of the tokens are no whole text: --text PATH says where it is") from error


def _number(record: Any, key: str) -> float:
    values = values_at(record, key_path(key))
    if len(values) != 1 or type(values[0]) not in (int, float) or not 0 <= values[0] <= 1e308:
        found = repr(values[0]) if len(values) == 1 else "none"
        raise ValueError(f"{key}: expected a number of units >= 0, found {found}")
    return float(values[0])
