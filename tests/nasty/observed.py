"""Labels, ids, weights and groups."""

import math

from tests.nasty.case import LINE, NAMES, OBSERVED, ROWS, bad, good, labels, preds, with_label

NUMBERED = preds(["id", *NAMES], [[f"r{k}", *row] for k, row in enumerate(ROWS)])
IDS_ALIKE = ["1", "01", "1.0", " 1", ""]
FROM_0 = ("--first-label", "0")


def identified(order=range(5), names=("id", "label"), ids=None):
    """Labels with the ids of their rows."""
    ids = [f"r{k}" for k in range(5)] if ids is None else ids
    return ",".join(names) + "\n" + "".join(f"{ids[k]},{NAMES[OBSERVED[k]]}\n" for k in order)


def weighted(*weights):
    """Labels with weights."""
    return "label,w\n" + "".join(f"{NAMES[y]},{w}\n" for y, w in zip(OBSERVED, weights, strict=True))


GOOD = [
    good("positions, as said", observed=labels(["0", "1", "2", "1", "2"]), options=FROM_0),
    good("positions as floats", observed=labels(["0.0", "1.0", "2.0", "1.0", "2.0"]), options=FROM_0),
    good("positions in quotes", observed=labels(['"0"', '"1"', '"2"', '"1"', '"2"']), options=FROM_0),
    good("positions with exponents", observed=labels(["0", "1e0", "2e+00", "1", "2"]), options=FROM_0),
    good("positions counted from 1, as said", observed=labels(["1", "2", "3", "2", "3"]),
        options=("--first-label", "1")),
    good("labels that spreadsheets would calculate", "=1,+1,-1\n0.5,0.25,0.25\n", "label\n=1\n", math.log(2)),
    good("ids in another order", NUMBERED, identified((4, 0, 3, 1, 2))),
    good(
        "ids that look alike",
        preds(["id", *NAMES], [[i, *row] for i, row in zip(IDS_ALIKE, ROWS, strict=True)]),
        identified((4, 3, 2, 1, 0), ids=IDS_ALIKE),
    ),
    good(
        "ids of 1,000 letters",
        preds(["id", *NAMES], [["x" * 1000 + str(k), *row] for k, row in enumerate(ROWS)]),
        identified((4, 3, 2, 1, 0), ids=["x" * 1000 + str(k) for k in range(5)]),
    ),
    good("a weight of 0 for a row of infinite loss", "a,b\n1,0\n0.5,0.5\n", "label,w\nb,0\na,2\n", math.log(2),
         ("--weight-column", "w")),
    good("weights at both ends of the doubles", "a,b\n1,0\n0.5,0.5\n", "label,w\na,5e-324\na,1e300\n", math.log(2),
         ("--weight-column", "w")),
    good("every label but one ignored", observed=labels(["NA", "NA", "gamma", "NA", "NA"]), value=math.log(2),
         options=("--ignore", "NA")),
    good("soft labels", observed=preds(rows=[[float(k == y) for k in range(3)] for y in OBSERVED])),
]  # fmt: skip

BAD = [
    bad("an empty label", f"labels.csv:{LINE}: column 1 (label): ", "an empty label",
        hint="the classes are alpha, beta, gamma", observed=with_label('""')),
    bad("a label too few", "preds.csv has 5 rows and labels.csv has 4",
        hint="if LABELS has no header line: --header preds", observed=labels()[:-6]),
    bad("a label too many", "preds.csv has 5 rows and labels.csv has 6",
        hint="if PREDS has no header line: --header labels", observed=labels() + "alpha\n"),
    bad("an unknown label", f"labels.csv:{LINE}: column 1 (label): ", '"delta"',
        hint="the classes are alpha, beta, gamma", observed=with_label("delta")),
    bad("a label in capitals", f"labels.csv:{LINE}: column 1 (label): ", 'did you mean "gamma"?',
        hint="the classes are alpha, beta, gamma",
        observed=with_label("Gamma")),
    bad("a label with a space", f"labels.csv:{LINE}: column 1 (label): ", '"gamma "',
        hint="the classes are alpha, beta, gamma",
        observed=with_label("gamma ")),
    bad("a label with an escape", f"labels.csv:{LINE}: column 1 (label): ", r'"\x1b[2Jzz"',
        hint="the classes are alpha, beta, gamma",
        observed=with_label("\x1b[2Jzz")),
    bad("a label with markup", f"labels.csv:{LINE}: column 1 (label): ", '"[red]gamma[/red]"',
        hint="the classes are alpha, beta, gamma",
        observed=with_label("[red]gamma[/red]")),
    bad("a label from right to left", f"labels.csv:{LINE}: column 1 (label): ", r'"\u202eammag"',
        hint="the classes are alpha, beta, gamma",
        observed=with_label("\u202eammag")),
    bad("a label of another composition", f"labels.csv:{LINE}: column 1 (label): ",
        hint="the classes are \u00e9, b, c",
        p=preds(["\u00e9", "b", "c"]), observed=labels(["b", "b", "e\u0301", "b", "b"])),
    bad("a label that looks missing", f"labels.csv:{LINE}: column 1 (label): ", '"nan"',
        hint="the classes are alpha, beta, gamma",
        observed=with_label("nan")),
    bad("NULL as a label", f"labels.csv:{LINE}: column 1 (label): ", '"NULL"',
        hint="the classes are alpha, beta, gamma", observed=with_label("NULL")),
    bad("a position among names", f"labels.csv:{LINE}: column 1 (label): ", '"2"',
        hint="the classes are alpha, beta, gamma", observed=with_label("2")),
    bad("a name among positions", f"labels.csv:{LINE}: column 1 (label): ", "from 0 to 2", options=FROM_0,
        hint="without --first-label labels are names", observed=labels(["0", "1", "gamma", "1", "2"])),
    bad("a position below 0", f"labels.csv:{LINE}: column 1 (label): ", '"-1"',
        options=FROM_0, hint="--ignore -1", observed=labels(["0", "1", "-1", "1", "2"])),
    bad("a position beyond", f"labels.csv:{LINE}: column 1 (label): ", "from 0 to 2", '"3"',
        options=FROM_0, observed=labels(["0", "1", "3", "1", "2"])),
    bad("a position and a half", f"labels.csv:{LINE}: column 1 (label): ", '"1.5"',
        options=FROM_0, observed=labels(["0", "1", "1.5", "1", "2"])),
    bad("a position of 10,000 digits", f"labels.csv:{LINE}: column 1 (label): ", "(10,000 characters)",
        options=FROM_0, observed=labels(["0", "1", "0" * 9999 + "2", "1", "2"])),
    bad("positions counted from 1", f"labels.csv:{LINE}: column 1 (label): ", '"3"', hint="--first-label 1",
        options=FROM_0, observed=labels(["1", "2", "3", "2", "3"])),
    bad("positions that nobody said to be such", "labels.csv:2: column 1 (label): ", '"0"',
        hint="if these are positions, --first-label 0 or --first-label 1 says",
        observed=labels(["0", "1", "2", "1", "2"])),
    bad("a third label of two", "labels.csv:4: column 1 (label): ", "a third label", p="yes\n0.5\n0.5\n0.5\n",
        observed="label\nyes\nno\nmaybe\n"),
    bad("a binary position of 2", "labels.csv:4: column 1 (label): ", "a third label", options=("--positive", "1"),
        p="yes\n0.5\n0.5\n0.5\n",
        observed="label\n0\n1\n2\n"),
    bad("an id twice in the labels", "labels.csv: the id", '"r1"', p=NUMBERED,
        observed=identified((0, 1, 1, 3, 4))),
    bad("an id twice in both files", "preds.csv: the id", '"r0"',
        p=preds(["id", *NAMES], [["r0", *row] for row in ROWS]), observed=identified(ids=["r0"] * 5)),
    bad("an id without a label", "preds.csv:6: column 1 (id): no label in labels.csv", '"r4"', p=NUMBERED,
        observed=identified((3, 0, 1, 2))),
    bad("an id without a row", "preds.csv: no row for 1 of the ids in labels.csv", '"r9"', p=NUMBERED,
        observed=identified((4, 0, 1, 2, 3)) + "r9,alpha\n"),
    bad("ids that differ by a space", "preds.csv:2: column 1 (id): no label", '"r0"', p=NUMBERED,
        observed=identified(ids=[f"r{k} " for k in range(5)])),
    bad("an id with an escape", "preds.csv:2: column 1 (id): no label", r'"\x1b[2Jr0"',
        p=preds(["id", *NAMES], [["\x1b[2Jr0", *row] for row in ROWS[:1]]), observed=identified((0,))),
    bad("a negative weight", "labels.csv:4: column 2 (w): ", "found -1.0", options=("--weight-column", "w"),
        observed=weighted(1, 1, -1, 1, 1)),
    bad("a weight that is missing", "labels.csv:4: column 2 (w): ", "an empty cell",
        options=("--weight-column", "w"), observed=weighted(1, 1, "", 1, 1)),
    bad("an infinite weight", "labels.csv:4: column 2 (w): ", "found inf", options=("--weight-column", "w"),
        observed=weighted(1, 1, "inf", 1, 1)),
    bad("half a repeat", "labels.csv:4: column 2 (w): ", "found 2.5",
        options=("--weight-column", "w", "--weights-are", "frequency"), observed=weighted(1, 1, 2.5, 1, 1)),
    bad("weights of 0 alone", "preds.csv: ",
        hint="all are ignored or have a weight of 0", options=("--weight-column", "w"),
        observed=weighted(0, 0, 0, 0, 0)),
    bad("every label ignored", "preds.csv: ",
        hint="all are ignored or have a weight of 0", observed=labels(["alpha"] * 5), options=("--ignore", "alpha")),
    bad("a soft label that does not sum to 1", "labels.csv:4: the row sums to 0.5",
        hint="are all columns of numbers classes, and all classes here?",
        observed=preds(rows=[*ROWS[:2], [0.5, 0.0, 0.0], *ROWS[3:]])),
    bad("a column of weights that is not there", "preds.csv and labels.csv: no column", '"weigth"',
        hint='did you mean "weight"?',
        options=("--weight-column", "weigth"), observed=weighted(1, 1, 1, 1, 1).replace(",w", ",weight")),
    bad("no label column", 'labels.csv: no column "truth"',
        hint="its columns are label", options=("--label-column", "truth")),
]  # fmt: skip

CASES = [*GOOD, *BAD]
