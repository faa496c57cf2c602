"""Headers: repeated, numeric, without names, of another file, or not there."""

from tests.nasty.case import NAMES, OBSERVED, ROWS, bad, good, labels, preds, renamed

HEADERLESS = "\n".join(preds().splitlines()[1:]) + "\n"
BARE = "\n".join(labels().splitlines()[1:]) + "\n"

GOOD = [
    good("names that are numbers out of order", preds(["2", "0", "1"]), labels(["2", "0", "1", "0", "1"])),
    good("names equal as numbers", *renamed("1", "1.0", "01")),
    good("names that look missing", *renamed("NA", "nan", "NULL")),
    good("names that are almost empty", *renamed(".", "-", "_")),
    good("names that look like options", *renamed("-1", "--help", "-")),
    good("names that are infinite", *renamed("inf", "-inf", "None")),
    good("names that are true and false", *renamed("true", "True", "FALSE")),
    good("names that are dates", *renamed("2020-01-01", "1/2", "12:30")),
    good("names that differ by spaces", *renamed(" a", "a ", "a")),
    good("names that differ by case", *renamed("a", "A", "\u00c4")),
    good("names that are formulas", *renamed("=1+1", "+a", "@x")),
    good("names that are paths", *renamed("../../etc/passwd", "/dev/null", "C:\\x")),
    good("names that are web addresses", *renamed("https://example.org/a.csv", "file:///etc/passwd", "s3://b/c")),
    good("names that are templates", *renamed("{0}", "%s %d", "${HOME}`id`$(id)")),
    good("names like those of methods", *renamed("__class__", "__init__", "values")),
    good("a name of 10,000 letters", *renamed("x" * 10000, "y" * 10000, "z")),
    good("an index of a data frame", preds(["", *NAMES], [[str(k), *row] for k, row in enumerate(ROWS)])),
    good("a comment first", "# made by a model\n" + preds()),
    good(
        "a column of text among the classes",
        preds(["name", *NAMES], [[f"n{k}", *row] for k, row in enumerate(ROWS)]),
    ),
    good(
        "index of a data frame dropped",
        preds(["", *NAMES], [[str(k), *row] for k, row in enumerate(ROWS)]),
        options=("--drop", ""),
    ),
    good("suffixes", preds(["class_2", "class_10", "class_07"]), labels(["2", "10", "7", "10", "7"])),
]

BAD = [
    bad("a column twice", "preds.csv:1: columns 1 and 3 are both called", '"a"', p=preds(["a", "b", "a"])),
    bad("a column twice, one of them quoted", "preds.csv:1: columns 1 and 3 are both called",
        p=preds(["a", "b", '"a"'])),
    bad("a number twice, in a file without a header", "preds.csv:1: columns 2 and 3 are both called",
        hint="--header none if the file has no header",
        p="1.0,0.0,0.0\n0.5,0.25,0.25\n"),
    bad("a column without a name", "preds.csv:1: column 2 has no name",
        hint='the index of a data frame? leave it out with --drop ""', p=preds(["a", "", "c"])),
    bad("a column called by spaces", "preds.csv:1: column 2 has no name",
        hint='the index of a data frame? leave it out with --drop "  "', p=preds(["a", "  ", "c"])),
    bad("a header of numbers", "preds.csv:1: the header is a row of numbers",
        hint="--header none if the file has no header", p=HEADERLESS, observed=BARE),
    bad("a header once more in the middle", "preds.csv:7: the header once more",
        hint="were files put together? name them by a pattern or as a directory",
        p=preds() + preds(), observed=labels([NAMES[y] for y in OBSERVED] * 2 + ["alpha"])),
    bad("a label header once more in the middle", "labels.csv:7: column 1 (label)", '"label"',
        hint="the classes are alpha, beta, gamma",
        p=preds(rows=ROWS * 2), observed=labels() + labels().removesuffix("gamma\n")),
    bad("headers only", "labels.csv: no labels", p="a,b\n", observed="label\n"),
    bad("predictions without rows", "preds.csv has 0 rows", p="alpha,beta,gamma\n"),
    bad("labels without a header", "preds.csv has 5 rows and labels.csv has 4",
        hint="if LABELS has no header line: --header preds", observed=BARE),
    bad("a separator first, as Excel has it", "preds.csv:1: column 2 has no name",
        hint='the index of a data frame? leave it out with --drop ""', p="sep=,\n" + preds()),
    bad("the files in the other order", "labels.csv",
        hint="--label-column COLUMN (PREDS comes first, then LABELS); its columns are", p=labels(), observed=preds()),
    bad("predictions as labels", "labels.csv",
        hint="--label-column COLUMN (PREDS comes first, then LABELS); its columns are", observed=preds(["a",
        "b", "c"])),
    bad("labels in two columns without that name", "labels.csv: 2 columns, none is called label",
        hint="--label-column COLUMN (PREDS comes first, then LABELS); its columns are",
        observed="truth,note\n" + "alpha,x\n" * 5),
    bad("no class that a label names", "labels.csv:2: column 1 (label)", '"alpha"',
        hint="the classes are x, y, z", p=preds(["x", "y", "z"])),
    bad("a column to drop that is not there", 'preds.csv: no column "betta"',
        hint='did you mean "beta"?', options=("--drop", "betta")),
    bad("a class that is not there", 'preds.csv: no column "delta"',
        hint='did you mean "beta"?', options=("--classes", "alpha,delta")),
    bad("every column dropped", "preds.csv: no class column is left", hint="its columns are alpha, beta, gamma",
        options=("--drop", "alpha", "--drop", "beta", "--drop", "gamma")),
]  # fmt: skip

CASES = [*GOOD, *BAD]
