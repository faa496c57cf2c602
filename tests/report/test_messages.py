"""Messages: literal, on standard error, and never the cause of a failure."""

import os

import pytest

from cecli.report import messages

SPEAK = r"""
from cecli.report import messages
messages.error(["p.csv:17: found \"a\x1b[31mb\nc é\"", "another"], "--logits …")
messages.warning("[red]w")
messages.note("n")
"""


def test_the_form_of_messages(capfd):
    messages.error(["first \x1b[31m", "second\nline"], "an option")
    messages.warning("[red]careful")
    messages.note("by the way")
    messages.note("unseen", quiet=True)
    out, err = capfd.readouterr()
    assert out == ""
    assert err == (
        "cecli: error: first \\x1b[31m\ncecli: error: second\\nline\n  hint: an option\n"
        "cecli: warning: [red]careful\ncecli: note: by the way\n"
    )


def test_what_the_stream_cannot_encode_is_escaped(python):
    result = python(SPEAK, env={"LC_ALL": "C"})
    assert rb'found "a\x1b[31mb\nc \xe9"' in result.stderr
    assert b"hint: --logits ...\n" in result.stderr
    assert result.stderr.isascii()


def test_colour_only_when_it_is_wanted(python):
    assert b"\x1b" not in python(SPEAK).stderr
    forced = python(SPEAK, env={"FORCE_COLOR": "1"}).stderr
    assert b"cecli: \x1b[1;31merror: \x1b[0mp.csv:17" in forced
    assert b"\x1b" not in python(SPEAK, env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).stderr


@pytest.mark.parametrize("how", ["closed", "full", "broken"])
def test_a_standard_error_that_is_gone_changes_nothing(python, how):
    if how == "closed":
        result = python(SPEAK + "print('done')", stderr=None, preexec_fn=lambda: os.close(2))
    elif how == "full":
        if not os.path.exists("/dev/full"):
            pytest.skip("no /dev/full here")
        with open("/dev/full", "wb") as full:
            result = python(SPEAK + "print('done')", stderr=full)
    else:
        read, write = os.pipe()
        os.close(read)
        result = python(SPEAK + "print('done')", stderr=write)
        os.close(write)
    assert (result.returncode, result.stdout) == (0, b"done\n")
