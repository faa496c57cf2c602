"""The nasty corpus as files, to look at or to feed to other tools: ``python -m tests.nasty FOLDER``.

Every case gets a directory with its files, and ``cases.tsv`` says what must come out: status, value, message, hint.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.nasty.corpus import CASES
from tests.nasty.test_nasty import prepared


def main(folder: Path) -> int:
    """Write the corpus into ``folder``."""
    rows = ["case\tcommand\tstatus\tvalue\tmessage\thint\n"]
    for number, case in enumerate(CASES, 1):
        place = folder / f"{number:03}"
        place.mkdir(parents=True)
        arguments = " ".join(prepared(case, place))
        value = case.value if case.counts is None else case.counts
        cells = [case.name, f"cecli {case.command} {arguments}", case.status, value, case.place, case.hint]
        rows.append("\t".join("" if cell is None else ascii(cell).strip("'") for cell in cells) + "\n")
    (folder / "cases.tsv").write_text("".join(rows), encoding="utf-8")
    print(f"{len(CASES)} cases in {folder}")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    raise SystemExit(main(Path(sys.argv[1])))
