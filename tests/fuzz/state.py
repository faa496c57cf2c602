"""States: one that was changed is refused, with a message of one line; no other exception, and never much memory.

The first byte says what is done: the rest is the state itself, or (most often) changes of a good one, which then gets
the checksum that it should have, or that of version 0.1.0, which has none.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from cecli.core.rows.run_state import merged
from cecli.core.rows.seal import holds, sealed
from cecli.readers.results.state_file import parsed_state
from tests.fuzz.harness import concluded

MODULES = (
    "cecli.readers.results.state_file",
    "cecli.core.scores.score_state",
    "cecli.core.scores.state_laws",
    "cecli.core.scores.state_shape",
    "cecli.core.scores.state_rows",
    "cecli.core.scores.state_tables",
)

ROWS = "a,b,g,label\n.7,.3,x,a\n.2,.8,x,b\n.4,.6,y,a\n0,1,y,a\n.55,.45,y,b\n"
OPTIONS = (
    ["--drop", "g"],
    ["--by", "g", "--worst", "3", "--confusions", "2", "--decompose", "--corp", "--like", "torch"],
    ["--cluster", "g", "--clip", "1e-6", "--label-smoothing", "0.1", "--ignore", "c"],
)


def _states() -> list[bytes]:
    from cecli.cli import main

    made = []
    with tempfile.TemporaryDirectory() as folder:
        preds, state = Path(folder, "p.csv"), Path(folder, "s.cecli")
        preds.write_text(ROWS)
        for options in OPTIONS:
            arguments = ["score", str(preds), "--label-column", "label", *options, "--partial", "-o", str(state), "-q"]
            assert main(arguments) == 0
            made.append(state.read_bytes().replace(folder.encode(), b"/data"))
    return made


STATES = [sealed(json.dumps({k: v for k, v in json.loads(state).items() if k != "sha256"},
                            separators=(",", ":")).encode()) for state in _states()]  # fmt: skip
SEEDS = [bytes([how]) + bytes([k]) + bytes(8) for how in range(3) for k in range(len(STATES))]
FOUND: list[bytes] = [bytes.fromhex("0101813cf551")]
WORDS = [b"\x00\x01", b"\xff\xff", b"\x02\x09", b"\x03\x05", b"2000000000"]

VALUES: list[Any] = [
    None, True, -1, 0, 1, 7, 2**31, 2**63 - 1, 2**63, 10**400, 0.5, 1e308, "", "0", "x", "1p0", "-1p0", "1p4000",
    "fffffffffffffp-1074", [], {}, [None], {"0": 1}, {"2000000000": 1}, {"infinite": 1}, "\x1b[31m",
]  # fmt: skip


def check(data: bytes) -> None:
    """Break where a changed state is read, or something else than a message comes of it."""
    how, which, changes = data[:1] or b"\0", data[1:2] or b"\0", data[2:]
    good = STATES[which[0] % len(STATES)]
    if how[0] % 3 == 0:
        text = _bytes_changed(good, changes)
        status, _ = concluded(lambda: _report(text))
        assert status == "refused" or text.rstrip() == good or holds(text) is None, text
        return
    document = json.loads(good)
    del document["sha256"]
    for k in range(0, len(changes) - 3, 4):
        _change(document, *changes[k : k + 4])
    document["cecli_state"] = 2 if how[0] % 3 == 1 else 1
    text = json.dumps(document, separators=(",", ":")).encode()
    sealing = how[0] % 3 == 1 and b'"version":' in text
    concluded(lambda: _report(sealed(text) if sealing else text))


def _report(text: bytes) -> list[Any]:
    """All figures of a state, as its report has them."""
    total = merged([parsed_state(text, "s.cecli")])
    scores, groups = total.scorers()
    found = [scores.result()]
    return found + [groups.result(group=k) for k in range(len(total.facts.groups))] if groups is not None else found


def _bytes_changed(text: bytes, changes: bytes) -> bytes:
    for k in range(0, len(changes) - 2, 3):
        place = int.from_bytes(changes[k : k + 2], "big") * 7 % len(text)
        text = text[:place] + changes[k + 2 : k + 3] + text[place + 1 :]
    return text


def _change(document: Any, first: int, second: int, what: int, how: int) -> None:
    """Change one value, at the place that two bytes count in the order in which they are written."""
    places = list(_places(document))
    if not places:
        return
    parent, key = places[(first * 256 + second) % len(places)]
    value = parent[key]
    if what % 4 == 0:
        parent[key] = VALUES[how % len(VALUES)]
    elif what % 4 == 1 and isinstance(value, str) and value:
        place = how % len(value)
        parent[key] = value[:place] + "0123456789abcdef-p"[what % 18] + value[place + 1 :]
    elif what % 4 == 2 and isinstance(parent, dict):
        parent[str(how)] = parent.pop(key)
    elif isinstance(value, int) and not isinstance(value, bool):
        parent[key] = value + (1, -1, 1 << how % 70)[what % 3]


def _places(value: Any) -> Any:
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], (dict, list)):
            yield from _places(value[key])
