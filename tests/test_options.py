"""Options mean the same wherever they stand: names, letters, values and words, over all commands."""

import re
from collections import defaultdict

import click
import pytest

from cecli.cli import COMMANDS, group

OPTIONS = [
    (name, one)
    for name in COMMANDS
    for one in group.get_command(click.Context(group), name).params
    if isinstance(one, click.Option)
]

LETTERS = {"b": "--base", "f": "--format", "k": "--sides", "n": "--rolls", "o": "--output", "q": "--quiet"}
"""Short for what, in every command that has it. Of -h and -V there is one each."""

OWN_CHOICES = {"--format", "--header", "--table", "--statistic"}
"""Options whose choices are those of their command."""

OWN_MEANING = {"--normalize", "--header", "--drop", "--id", "--vector"}
"""Options that say in every command what they do there, in its words."""

EVERYWHERE = {"--debug"}
WITH_RESULT = {"--format", "--output", "--quiet"}
WITH_REPORT = {"--value", "--get", "--digits"}


def long_name(option):
    return next(flag for flag in option.opts if flag.startswith("--"))


def flags_of(name):
    return {long_name(one) for command, one in OPTIONS if command == name}


def shape(option):
    """What has to be the same: the kind of value and what stands for it in the help."""
    metavar = None if isinstance(option.type, click.Choice) else option.metavar  # NAME, where choices are many
    kind = type(option.type).__name__ if long_name(option) not in OWN_CHOICES else "Choice"
    return option.is_flag, option.multiple, option.nargs, metavar, kind


@pytest.mark.parametrize(("name", "option"), OPTIONS, ids=[f"{name} {one.opts[-1]}" for name, one in OPTIONS])
class TestEach:
    def test_is_written_as_all_are(self, name, option):
        letters = [flag for flag in option.opts if not flag.startswith("--")]
        assert re.fullmatch(r"--[a-z]+(-[a-z]+)*", long_name(option))
        assert not option.secondary_opts, "no --no-x: what is not asked for is off"
        assert [flag[1:] for flag in letters] == [short for short, flag in LETTERS.items() if flag == long_name(option)]

    def test_says_what_it_does(self, name, option):
        text = re.sub(r"\s*\[default: [^\]]*\]", "", option.help or "")
        assert text.endswith((".", "…", "?")), text
        assert text[:1].isupper() or text[:1] in "-<" or text.split()[0].islower(), text

    def test_says_what_its_value_is(self, name, option):
        if isinstance(option.type, click.Choice) and len("".join(option.type.choices)) > 60:  # too long for a line
            assert option.metavar == "NAME"
            assert all(choice in option.help for choice in option.type.choices)
        elif option.is_flag or isinstance(option.type, click.Choice):
            assert option.metavar is None
        else:
            assert option.metavar, "a metavar says more than INTEGER or TEXT"

    def test_mentions_only_options_that_there_are(self, name, option):
        known = {flag for _, one in OPTIONS for flag in one.opts}
        assert set(re.findall(r"--[a-z][a-z-]*", option.help or "")) <= known


def test_an_option_has_one_shape():
    shapes = defaultdict(lambda: defaultdict(set))
    for name, option in OPTIONS:
        shapes[long_name(option)][shape(option)].add(name)
    assert not {flag: dict(found) for flag, found in shapes.items() if len(found) > 1}


def test_an_option_has_one_default():
    defaults = defaultdict(lambda: defaultdict(set))
    for name, option in OPTIONS:
        if long_name(option) in {"--confidence", "--base", "--digits", "--missing", "--sum-tolerance", "--top-k"}:
            defaults[long_name(option)][repr(option.default)].add(name)
    assert not {flag: dict(found) for flag, found in defaults.items() if len(found) > 1}


def test_a_letter_has_one_meaning():
    for name, option in OPTIONS:
        for flag in option.opts:
            if len(flag) == 2:
                assert LETTERS.get(flag[1]) == long_name(option), name


@pytest.mark.parametrize("name", COMMANDS)
def test_what_every_command_has(name):
    flags = flags_of(name)
    assert flags >= EVERYWHERE
    if name not in ("completion", "help"):
        assert flags >= WITH_RESULT
    assert flags >= WITH_REPORT or not flags & WITH_REPORT


@pytest.mark.parametrize("name", COMMANDS)
def test_names_of_options_are_no_beginnings_of_others_letters(name):
    flags = [flag for command, one in OPTIONS if command == name for flag in one.opts]
    assert len(flags) == len(set(flags))
    assert not set(flags) & {"-h", "--help"}


class TestHeadings:
    """Long helps list their options under headings."""

    @pytest.mark.parametrize("name", ["score", "compare", "calibrate"])
    def test_every_option_has_one(self, name):
        from cecli.commands.options.headings import HEADINGS, options_by_heading

        command = group.get_command(None, name)
        found = options_by_heading(command, click.Context(command, help_option_names=["-h", "--help"]))
        assert list(found) == [heading for heading in HEADINGS if heading in found]
        assert {"Input", "What counts", "Loss", "Report", "Gates", "Output", "Speed"} <= set(found)
        bare = {one.name for options in found.values() for one in options if not hasattr(one, "heading")}
        assert bare <= {"debug", "_click_default_help", "help"}

    @pytest.mark.parametrize("name", ["score", "compare", "calibrate"])
    def test_help_shows_them_in_order(self, run, name):
        shown = run(name, "-h").out
        places = [shown.index(f"\n{heading}:\n") for heading in ("Input", "What counts", "Loss", "Report", "Gates")]
        assert places == sorted(places)
        assert "\nOptions:\n" not in shown

    def test_the_others_are_short(self, run):
        assert "\nOptions:\n" in run("kl", "-h").out
