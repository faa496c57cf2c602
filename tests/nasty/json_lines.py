"""JSON Lines: keys, values, and what only looks like JSON."""

import json
import math

from tests.nasty.case import LINE, NAMES, OBSERVED, ROWS, bad, good

LINES = [json.dumps({"p": row, "label": NAMES[y]}) for row, y in zip(ROWS, OBSERVED, strict=True)]
WIDE = [
    json.dumps({**dict(zip(NAMES, row, strict=True)), "label": NAMES[y]}) for row, y in zip(ROWS, OBSERVED, strict=True)
]
ROW = '"alpha": 0.25, "beta": 0.25, "gamma": 0.5'


IN_QUOTES = "an infinity is written in quotes"


def lines(*given, end="\n"):
    """A file of lines."""
    return end.join(given) + end


def with_line(text):
    """The objects with another line."""
    return lines(*WIDE[: LINE - 1], text, *WIDE[LINE:])


def fine(name, content, value, **more):
    """A file of predictions with their labels."""
    case = good(name, content, "", value, p_name="preds.jsonl", **{"options": ("--label-column", "label"), **more})
    del case.files["labels.csv"]
    return case


def poor(name, content, place, *words, **more):
    """Such a file that is wrong."""
    case = bad(name, place, *words, p=content, p_name="preds.jsonl", **{"options": ("--label-column", "label"), **more})
    del case.files["labels.csv"]
    return case


def line(name, text, *words, place="", hint=None):
    """A bad fourth line."""
    return poor(f"line: {name}", with_line(text), f"preds.jsonl:{LINE}: {place}", *words, hint=hint)


LOSS = good("x").value
BY_NUMBER = [json.dumps({"p": row, "label": y}) for row, y in zip(ROWS, OBSERVED, strict=True)]
DEEP = "[" * 100_000 + "]" * 100_000

GOOD = [
    fine("JSON Lines", lines(*WIDE), LOSS),
    fine("JSON Lines with lists", lines(*BY_NUMBER), LOSS),
    fine("JSON Lines with CRLF and blank lines at the end", lines(*WIDE, end="\r\n") + "\r\n \n\n", LOSS),
    fine("JSON Lines with a byte order mark", "\ufeff" + lines(*WIDE), LOSS),
    fine("JSON Lines without a final newline", "\n".join(WIDE), LOSS),
    fine("JSON Lines with the keys in any order",
        lines(*(json.dumps(dict(reversed(json.loads(t).items()))) if k % 2 else t
         for k, t in enumerate(WIDE))), LOSS),
    fine("JSON Lines with keys written as escapes", lines(*WIDE).replace('"alpha":', '"\\u0061lpha":'), LOSS),
    fine("JSON Lines with spaces everywhere", lines(*WIDE).replace(":", " \t: ").replace(",", " ,\t"), LOSS),
    fine("JSON Lines of another kind beside", lines(*(t[:-1] + f', "note": {n}}}' for t, n in
         zip(WIDE, ('{"a": [1]}', "null", '"x"', "[]", "1e999"), strict=True))), LOSS,
         options=("--label-column", "label", "--drop", "note")),
    fine("JSON Lines with infinities in quotes", '{"a": "-Infinity", "b": 3, "label": "b"}\n', 0.0,
         options=("--label-column", "label", "--logits")),
    fine("JSON Lines with labels that are numbers", '{"1": 0.5, "2": 0.5, "label": 1.0}\n', math.log(2)),
    fine("JSON Lines with names of escapes",
        '{"\\u001b[31m": 0.5, "\\ud83d\\ude00": 0.5, "label": "\\ud83d\\ude00"}\n',
         math.log(2)),
    fine("JSON Lines with numbers of 10,000 digits", '{"a": 0.%s, "b": 0.5, "label": "a"}\n' % ("5" + "0" * 10_000),
         math.log(2)),
]  # fmt: skip

BAD = [
    line("NaN", '{"alpha": NaN, "beta": 0.5, "gamma": 0.5, "label": "beta"}', place="NaN is not JSON", hint=IN_QUOTES),
    line("Infinity", '{"alpha": 0, "beta": 0, "gamma": -Infinity, "label": "beta"}', place="-Infinity is not JSON",
         hint=IN_QUOTES),
    line("NaN where nobody looks", f'{{{ROW}, "label": NaN}}', place="NaN is not JSON", hint=IN_QUOTES),
    line("a key twice", f'{{{ROW}, "alpha": 0.25, "label": "beta"}}', place='the key "alpha" stands more than once'),
    line("a key twice, once in escapes", f'{{{ROW}, "\\u0061lpha": 0.25, "label": "beta"}}',
         place='the key "alpha" stands more than once'),
    line("a key too few", '{"alpha": 0.5, "beta": 0.5, "label": "beta"}', place='no key "gamma"'),
    line("a key too many", f'{{{ROW}, "label": "beta", "x": 1}}', place='a key "x"'),
    line("a key in capitals", '{"Alpha": 0.25, "beta": 0.25, "gamma": 0.5, "label": "beta"}', place='no key "alpha"'),
    line("half a surrogate pair as a label", f'{{{ROW}, "label": "\\ud83d"}}', place="label: half a surrogate pair"),
    line("a label that is a null", f'{{{ROW}, "label": null}}', place="label: expected a text, found a null"),
    line("a label that is a list", f'{{{ROW}, "label": ["beta"]}}', place="label: expected a text, found a list"),
    line("a label that is an object", f'{{{ROW}, "label": {{}}}}', place="label: expected a text, found an object"),
    line("a number in quotes", '{"alpha": "0.25", "beta": 0.25, "gamma": 0.5, "label": "beta"}', "without quotes",
         place="alpha: "),
    line("a number that is true", '{"alpha": true, "beta": 0, "gamma": 0, "label": "beta"}', "found true",
        place="alpha: "),
    line("a number that is null", '{"alpha": null, "beta": 0.5, "gamma": 0.5, "label": "beta"}', "found a null",
         place="alpha: "),
    line("a number that is a list", '{"alpha": [0.25], "beta": 0.25, "gamma": 0.5, "label": "beta"}', "found a list",
         place="alpha: ", hint="--vector COLUMN"),
    line("a number that overflows", '{"alpha": 1e400, "beta": 0.5, "gamma": 0.5, "label": "beta"}', '"1e400"',
         place="alpha: "),
    line("a number of 10,000 digits", f'{{"alpha": {"9" * 10_000}, "beta": 0, "gamma": 0, "label": "beta"}}',
         "(10,000 characters)", place="alpha: "),
    line("a leading zero", '{"alpha": 00.25, "beta": 0.25, "gamma": 0.5, "label": "beta"}', place="not JSON: "),
    line("a bare point", '{"alpha": .25, "beta": 0.25, "gamma": 0.5, "label": "beta"}', place="not JSON: "),
    line("a plus sign", '{"alpha": +0.25, "beta": 0.25, "gamma": 0.5, "label": "beta"}', place="not JSON: "),
    line("hexadecimal", '{"alpha": 0x1, "beta": 0, "gamma": 0, "label": "beta"}', place="not JSON: "),
    line("single quotes", "{'alpha': 0.25}", place="not JSON: "),
    line("a comma too many", f'{{{ROW}, "label": "beta",}}', place="not JSON: "),
    line("a comma behind", f'{{{ROW}, "label": "beta"}},', place="not JSON: "),
    line("a comment", f'{{{ROW}, "label": "beta"}} // x', place="not JSON: "),
    line("two objects", f'{{{ROW}, "label": "beta"}} {{{ROW}, "label": "beta"}}', place="not JSON: "),
    line("a control character", f'{{{ROW}, "label": "be\tta"}}', place="not JSON: "),
    line("an escape that is none", f'{{{ROW}, "label": "\\x41"}}', place="not JSON: "),
    line("a list", "[0.25, 0.25, 0.5]", place="expected an object, found a list"),
    line("a text", '"beta"', place="expected an object, found"),
    line("nothing", "", place="a blank line inside the file"),
    line("nesting 100,000 deep", f'{{{ROW}, "label": {DEEP}}}', place="nested too deeply"),
    line("objects 100,000 deep", f'{{{ROW}, "label": ' + '{"a":' * 100_000,
         place="nested too deeply"),
    line("NUL", f'{{{ROW}, "label": "be\0ta"}}', place="not JSON: "),
    poor("JSON Lines cut short", lines(*WIDE)[:-20], "preds.jsonl:5: not JSON: "),
    poor("JSON Lines in Latin-1", lines(*WIDE).replace("beta", "b\xeata").encode("latin-1"),
        "preds.jsonl:1: byte 0xea",
         hint="convert it: iconv -f ISO-8859-1 -t UTF-8 FILE"),
    poor("JSON Lines in UTF-16", lines(*WIDE).encode("utf-16"), "preds.jsonl: this text is encoded as UTF-16",
        hint="convert it: iconv -f UTF-16 -t UTF-8 preds.jsonl"),
    poor("JSON Lines with carriage returns alone", lines(*WIDE, end="\r"), "preds.jsonl:1: not JSON: "),
    poor("an object over many lines", json.dumps(json.loads(WIDE[0]), indent=1), "preds.jsonl:1: not JSON: ",
        hint="write one object a line: jq -c . FILE"),
    poor("an object without keys", "{}\n", "preds.jsonl:1: an object without keys",
         hint="--rest zero, uniform or drop says what classes get that a row does not name"),
    poor("JSON Lines with a label that is two classes", '{"1": 0.5, "1.0": 0.5, "label": 1.0}\n',
         "preds.jsonl: the label \"1.0\" means", hint="rename the columns of PREDS as the labels are called"),
    poor("a key that is half a surrogate pair", '{"\\ud800": 0.5, "b": 0.5, "label": "b"}\n',
         "preds.jsonl:1: half a surrogate pair is no character, in the key"),
    poor("an empty file of JSON Lines", "", "preds.jsonl: the file is empty"),
    poor("a list that is shorter in one line", lines(*BY_NUMBER[:3], '{"p": [1], "label": 0}', BY_NUMBER[4]),
         "preds.jsonl:4: p: expected 3 numbers as in the first row, found 1"),
    poor("an empty list", '{"p": [], "label": 0}\n', "preds.jsonl",
        hint="--vector p"),
    poor("a vector that is not there", lines(*BY_NUMBER), 'preds.jsonl: no column "probs"',
        hint="its columns are p, label",
         options=("--label-column", "label", "--vector", "probs")),
    bad("a JSON array that is not closed", "preds.json:1: the array is not closed",
        hint="was the file cut short?", p="[" + ",".join(line.strip() for line in WIDE), p_name="preds.json"),
]  # fmt: skip

CASES = [*GOOD, *BAD]
