"""PMF arguments: every form that SPEC section 2 names, and every way to get one wrong."""

import io
import sys

import numpy as np
import pytest

from cecli.errors import CellErrors, InputError, UsageError
from cecli.readers.small.columns import COUNTS, TO_FIT
from cecli.readers.small.file import read_counts
from cecli.readers.small.inline import INLINE_FORMS, parse_uniform
from cecli.readers.small.pmf import PmfOptions, read_pmf, read_pmfs

FIT = "outcome,count,probability,low,high\n"


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(content, name="p.csv"):
        (tmp_path / name).write_text(content, encoding="utf-8")
        return name

    return write


def read(argument, **options):
    pmf, notes = read_pmf(argument, PmfOptions(**options))
    return pmf.outcomes, pmf.weights.tolist(), notes


def error(argument, kind=InputError, reader=read, **options):
    with pytest.raises(kind) as caught:
        reader(argument, **options)
    return caught.value


# Files


@pytest.mark.parametrize("header", ["probability", "prob", "p", "q", "pmf", "Probability"])
def test_columns_of_probabilities(file, header):
    assert read(file(f"outcome,{header}\na,0.25\nb, 7.5e-1 \n")) == (["a", "b"], [0.25, 0.75], [])


@pytest.mark.parametrize("header", ["count", "counts", "n", "freq", "frequency", "COUNT"])
def test_columns_of_counts(file, header):
    pmf, _ = read_pmf(file(f"outcome,{header}\na,9223372036854775807\nb,1e3\n"))
    assert pmf.is_counts
    assert pmf.weights.tolist() == [2**63 - 1, 1000]


def test_outcomes_are_the_first_other_column_wherever_it_stands(file):
    assert read(file("n,face,note\n3,x,first\n1,y,second\n"))[0] == ["x", "y"]


def test_outcomes_are_text_exactly(file):
    outcomes = ["01", "1", "NA", "nan", "NULL", "true", " 1", "[red]", 'a,"b"\nc']
    lines = [*outcomes[:-1], '"a,""b""\nc"']
    assert read(file("outcome,n\n" + "".join(f"{line},1\n" for line in lines)))[0] == outcomes


def test_counts_win_if_every_probability_is_the_nearest_double(file):
    rows = "".join(f"{k},{n},{n / 7!r},0,1\n" for k, n in ((1, 3), (2, 0), (3, 4)))
    assert read(file(FIT + rows)) == (["1", "2", "3"], [3, 0, 4], [])


def test_the_probabilities_win_where_the_fit_is_smoothed(file):
    _, weights, notes = read(file(FIT + f"1,3,{4 / 9!r},0,1\n2,4,{5 / 9!r},0,1\n"))
    assert weights == [4 / 9, 5 / 9]
    assert notes == ["p.csv: the probabilities are not count/total, so they are used and the counts are not"]


def test_one_numeric_column_has_outcomes_without_names(file):
    assert read(file("count\n1\n2\n")) == (None, [1, 2], [])
    assert read(file("p\n0.5\n0.5\n")) == (None, [0.5, 0.5], [])
    assert read(file("weight\n0.5\n0.5\n")) == (None, [0.5, 0.5], [])
    assert read(file("weight\n5\n6\n")) == (None, [5, 6], [])


def test_a_named_column(file):
    file("word,german,english,share\na,3,4,0.5\nb,5,0,0.5\n")
    assert read("p.csv:german") == (["a", "b"], [3, 5], [])
    assert read("p.csv:share") == (["a", "b"], [0.5, 0.5], [])


def test_whole_numbers_that_sum_to_1_are_probabilities(file):
    pmf, _ = read_pmf(file("x,w\na,1\nb,0\n") + ":w")
    assert not pmf.is_counts


def test_a_file_with_the_whole_name_comes_before_the_column(file):
    file("x,b\nk,9\n", "a")
    file("x,count\nk,7\n", "a:b")
    assert read("a:b")[1] == [7]
    file("x,c\nk,5\n", "d:e")
    assert read("d:e:c")[1] == [5]


def test_a_file_comes_before_an_inline_pmf(file):
    file("x,count\nk,7\n", "0.5,0.5")
    assert read("0.5,0.5")[1] == [7]


def test_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"outcome,count\n1,3\n2,4\n")))
    pmf, _ = read_pmf("-")
    assert (pmf.name, pmf.weights.tolist()) == ("standard input", [3, 4])


def test_a_column_of_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"outcome,a,b\n1,3,5\n2,4,6\n")))
    assert read("-:b")[1] == [5, 6]


def test_standard_input_twice_is_usage():
    with pytest.raises(UsageError, match="only once"):
        read_pmfs(["-", "-:count"])


def test_delimiters(file):
    assert read(file("x\tp\na\t1\n", "p.tsv"))[1] == [1.0]
    assert read(file("x;p\na;1\n"), delimiter=";")[1] == [1.0]
    problem = error(file("x;p\na;1\n"))
    assert problem.hint == "try --delimiter ';'"


def test_minus_zero_becomes_zero(file):
    pmf, _ = read_pmf(file("x,p\na,-0.0\nb,1\n"))
    assert not np.signbit(pmf.weights).any()


# Sums


def test_sums_within_the_tolerance_are_noted(file):
    assert read(file("x,p\na,0.5\nb,0.499\n"))[2] == ["p.csv: the probabilities sum to 0.999; they are divided by it"]
    assert read("0.5,0.501")[2] == ["0.5,0.501: the probabilities sum to 1.001; they are divided by it"]
    assert read("0.5,0.5000000005")[2] == []
    assert read("0.5,0.5000000015")[2] != []


def test_sums_beyond_it_are_an_error(file):
    problem = error(file("x,p\na,0.5\nb,0.52\n"))
    assert problem.message == "p.csv: the probabilities sum to 1.02, not to 1"
    assert problem.hint == "--normalize divides them by their sum"
    assert error("0.5,0.4989").message == "0.5,0.4989: the probabilities sum to 0.9989, not to 1"
    assert "sum to inf" in error("1e308,1e308").message


def test_normalize(file):
    said = "p.csv: the probabilities sum to 100; they are divided by it"
    assert read(file("x,p\na,30\nb,70\n"), normalize=True) == (["a", "b"], [30, 70], [said])
    assert read("3,2,5", normalize=True)[1] == [3, 2, 5]
    assert read("1e308,1e308", normalize=True)[1] == [1e308, 1e308]


@pytest.mark.parametrize("normalize", [False, True])
def test_a_total_of_zero(file, normalize):
    said = error(file("x,n\na,0\nb,0\n"), normalize=normalize).message
    assert said == "p.csv: the counts sum to 0, so there is nothing to divide by"
    said = error("0,0", normalize=normalize).message
    assert said == "0,0: the probabilities sum to 0, so there is nothing to divide by"


# Cells


@pytest.mark.parametrize(
    ("header", "cell", "what"),
    [
        ("p", "abc", 'expected a probability, found "abc"'),
        ("p", "-0.1", 'expected a probability, found "-0.1" (it is negative)'),
        ("p", "nan", 'expected a probability, found "nan" (a missing value is not a number)'),
        ("p", "inf", 'expected a probability, found "inf" (it is infinite)'),
        ("p", '"0,5"', 'expected a probability, found "0,5" (the decimal mark is a point)'),
        ("p", "", "expected a probability, found an empty cell"),
        ("n", "2.5", 'expected a count, found "2.5" (a count is a whole number)'),
        ("n", '"1,000"', 'expected a count, found "1,000" (write it without thousands separators)'),
        ("w", "x", 'expected a probability or a count, found "x"'),
    ],
)
def test_bad_cells(file, header, cell, what):
    argument = file(f'x,{header}\n"a\nb",1\nc,{cell}\n') + (":w" if header == "w" else "")
    problem = error(argument, CellErrors)
    assert problem.lines() == [f"p.csv:4: column 2 ({header}): {what}"]


def test_the_first_ten_bad_cells_in_file_order_and_how_many_more(file):
    rows = "".join(f"{k % 20},x{k},y{k}\n" for k in range(30))
    problem = error(file("outcome,count,p\n" + rows), CellErrors)
    assert problem.total == 70
    assert len(problem.problems) == 10
    assert problem.lines()[0] == 'p.csv:2: column 2 (count): expected a count, found "x0"'
    assert problem.lines()[1] == 'p.csv:2: column 3 (p): expected a probability, found "y0"'
    assert problem.lines()[9] == 'p.csv:6: column 3 (p): expected a probability, found "y4"'
    assert problem.lines()[10] == "60 more like these"


def test_ragged_rows(file):
    problem = error(file("x,p\na,0.5,1\nb\nc,0.5\nd,z\n"), CellErrors)
    assert problem.lines() == [
        "p.csv:2: expected 2 cells as in the header, found 3",
        "p.csv:3: expected 2 cells as in the header, found 1",
        'p.csv:5: column 2 (p): expected a probability, found "z"',
    ]


def test_repeated_outcomes(file):
    problem = error(file("x,n\na,1\nb,2\na,3\na,4\n"), CellErrors)
    assert problem.lines() == [
        'p.csv:4: column 1 (x): "a" stands already in line 2',
        'p.csv:5: column 1 (x): "a" stands already in line 2',
    ]


# Headers


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_empty_files(file, content):
    assert error(file(content)).message == "p.csv: there is nothing in it"


def test_a_header_alone(file):
    assert error(file("x,p\n")).message == "p.csv: a header and no rows"


def test_no_header(file):
    problem = error(file("a,0.5\nb,0.5\n"))
    assert problem.message == 'p.csv:1: expected a header, found "a,0.5"'
    assert problem.hint == "put a first line such as outcome,probability or outcome,count"
    assert error(file("0.5\n0.5\n")).message == 'p.csv:1: expected a header, found "0.5"'


def test_no_known_column(file):
    problem = error(file("letter,share\na,1\n"))
    said = "p.csv:1: no column is called probability or count; its columns are letter, share"
    assert (problem.message, problem.hint) == (said, "name the one that holds the numbers: p.csv:share")


@pytest.mark.parametrize(
    ("content", "column", "hint"),
    [
        ("id,label\nr1,cat\nr2,dog\n", "", "--samples --column label counts the outcomes in that column"),
        ("id,label\nr1,3\n", "", "--samples --column label counts the outcomes in that column"),
        ("label,note\ncat,x\n", "", "--samples --column label counts the outcomes in that column"),
        ("id,the class\nr1,cat\n", "", "--samples --column 'the class' counts the outcomes in that column"),
        ("id,label\nr1,cat\n", ":label", "--samples --column label counts the outcomes in that column"),
        ("label\ncat\ndog\n", "", "--samples counts samples, one outcome a line"),
        ("4\n2\n", "", "--samples counts samples, one outcome a line; in front of counts put a first line such as "),
        ("letter,share\na,1\n", "", "name the one that holds the numbers: p.csv:share"),
        ("share,letter\n1,a\n", "", "name the one that holds the numbers: p.csv:share"),
        ("id,label\n1,cat\n", "", "--samples --column label counts the outcomes in that column"),
        ("outcome,count\n", "", None),
        ("x,c\na,1\nb,50%\n", ":c", None),
    ],
)
def test_samples_in_place_of_counts(file, content, column, hint):
    """The hint names an option of ``fit`` where that is what was called, and else the command."""
    path = file(content) + column
    asked = [
        error(path, reader=lambda path, wanted=wanted: read_counts(path, None, wanted)) for wanted in (TO_FIT, COUNTS)
    ]
    if hint is None:
        assert [one.hint for one in asked] == [None, None]
    else:
        assert asked[0].hint.startswith(hint)
        assert asked[1].hint.startswith(hint.replace("--samples", "cecli fit --samples"))


def test_two_columns_of_one_kind(file):
    problem = error(file("x,p,q\na,1,1\n"))
    assert problem.message == "p.csv:1: columns 2 (p) and 3 (q) both hold probabilities"
    assert problem.hint == "name the one you mean: p.csv:p"


def test_unknown_and_repeated_column(file):
    file("x,a,a\nk,1,1\n")
    problem = error("p.csv:b")
    assert (problem.message, problem.hint) == ('p.csv: no column is called "b"', "its columns are x, a, a")
    assert error("p.csv:a").message == 'p.csv: 2 columns are called "a"'


def test_missing_files_tell_the_inline_forms(file):
    file("x,p\na,1\n", "preds.csv")
    problem = error("pred.csv")
    assert problem.message == "pred.csv: no such file"
    assert problem.hint.startswith("did you mean preds.csv? A PMF is a file, or inline: 0.2,0.3,0.5 or ")
    assert error("nowhere").hint == INLINE_FORMS
    assert error("a=b.csv").message == "a=b.csv: no such file"


# Inline


def test_decimals_stay_doubles():
    assert read("0.2, 0.3,.5") == (None, [0.2, 0.3, 0.5], [])


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("1/6,1/6,2/3", [1, 1, 4]),
        ("1/3, 1 / 3,2/6", [1, 1, 1]),
        ("1,0", [1, 0]),
        ("1/2,0,1/2", [1, 0, 1]),
        ("1", [1]),
        ("333/1000,333/1000,333/1000", [333, 333, 333]),
    ],
)
def test_fractions_are_exact_counts(text, counts):
    pmf, _ = read_pmf(text)
    assert pmf.is_counts
    assert pmf.weights.tolist() == counts


def test_fractions_beside_decimals_or_beyond_64_bits_are_doubles():
    assert read("1/3,2/3,0.0")[1] == [1 / 3, 2 / 3, 0.0]
    first, second = 10**12 + 39, 10**12 + 61
    text = f"1/{first},1/{second},{first - 1}/{first}"
    assert read(text)[1] == [1 / first, 1 / second, (first - 1) / first]


def test_labels():
    assert read("heads=0.6, tails=0.4") == (["heads", "tails"], [0.6, 0.4], [])
    assert read("a=1/3,a=b=2/3") == (["a", "a=b"], [1, 2], [])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0.5,x", '0.5,x: part 2: expected a probability, found "x"'),
        ("0.5,,0.5", "0.5,,0.5: part 2: expected a probability, found an empty cell"),
        ("0.5,0.5,", "0.5,0.5,: part 3: expected a probability, found an empty cell"),
        ("1.5,-0.5", '1.5,-0.5: part 2: expected a probability, found "-0.5" (it is negative)'),
        ("1/0,1", '1/0,1: part 1: expected a probability, found "1/0" (division by 0)'),
        ("20%,0.8", '20%,0.8: part 1: expected a probability, found "20%" (write 0.25, not 25%)'),
        (
            "1e400,1",
            '1e400,1: part 1: expected a probability, found "1e400" (beyond the largest double, about 1.8e308)',
        ),
        ("a=0.5,0.5", 'a=0.5,0.5: part 2: expected label=probability, found "0.5"'),
        ("a=0.5,a=0.5", 'a=0.5,a=0.5: part 2: "a" stands already in part 1'),
        ("=0.5,a=0.5", "=0.5,a=0.5: part 1: expected a label before the =, found none"),
        ("a=x,b=y", 'a=x,b=y: part 1: expected a probability, found "x"'),
    ],
)
def test_bad_inline(text, message):
    assert error(text).message == message


def test_long_fractions_do_not_hang():
    text = f"1/{'9' * 5000},1"
    assert "its numbers are too long" in error(text).message


# uniform


def test_uniform():
    assert read("uniform:6") == (None, [1] * 6, [])
    assert parse_uniform("uniform:1e2").size == 100


@pytest.mark.parametrize("text", ["uniform:0", "uniform:-1", "uniform:2.5", "uniform:x", "uniform:", "uniform:1e9"])
def test_bad_uniform(text):
    problem = error(text)
    assert problem.message.startswith(f"{text}: expected ")
    assert problem.hint == "e.g. uniform:6"


def test_uniform_beside_another_takes_its_outcomes(file):
    file("x,p\na,0.5\nb,0.5\n")
    for arguments, place in ((["uniform", "p.csv"], 0), (["p.csv", "uniform"], 1)):
        pmfs, _ = read_pmfs(arguments)
        assert (pmfs[place].outcomes, pmfs[place].weights.tolist()) == (["a", "b"], [1, 1])
        assert pmfs[place].name == "uniform"


def test_uniform_alone_is_usage():
    assert error("uniform", UsageError).hint == "uniform:6; beside another PMF, uniform takes its outcomes"


# Counts for fit


def test_read_counts(file):
    pmf = read_counts(file("outcome,count\na,9000000000000000000\nb,4000000000000000001\n"))
    assert pmf.weights.tolist() == [9000000000000000000, 4000000000000000001]
    assert read_counts(file(FIT + "1,3,0.4,0,1\n2,4,0.6,0,1\n")).weights.tolist() == [3, 4]
    assert read_counts(file("x,w\na,1\n") + ":w").weights.tolist() == [1]
    assert read_counts(file("count\n4\n5\n")).outcomes is None


def test_read_counts_refuses_what_is_no_count(file):
    problem = error(file("outcome,count\na,5\nb,2.5\n"), CellErrors, read_counts)
    assert problem.message == 'p.csv:3: column 2 (count): expected a count, found "2.5" (a count is a whole number)'
    assert "no column of counts" in error(file("outcome,probability\na,1\n"), InputError, read_counts).message
    assert "p.csv: the counts sum to 0" in error(file("x,n\na,0\n"), InputError, read_counts).message
    assert error("gone.csv", InputError, read_counts).message == "gone.csv: no such file"


def test_uniform_has_from_one_outcome_on(monkeypatch):
    from cecli.readers.small import inline as pmf_inline

    monkeypatch.setattr(pmf_inline, "LARGEST_UNIFORM", 7)
    for k, accepted in ((0, False), (1, True), (7, True), (8, False)):
        if accepted:
            assert parse_uniform(f"uniform:{k}").size == k
        else:
            with pytest.raises(InputError, match="expected from 1 to 7 outcomes"):
                parse_uniform(f"uniform:{k}")


def test_one_outcome_that_is_not_certain_gets_its_own_hint():
    with pytest.raises(InputError) as caught:
        read_pmf("0.5", PmfOptions())
    assert "this is a PMF of one outcome" in caught.value.hint
    with pytest.raises(InputError) as caught:
        read_pmf("0.5,0.4", PmfOptions())
    assert "one outcome" not in caught.value.hint


def test_a_zero_written_with_a_minus_is_zero():
    weights = read_pmf("-0.0,1e0", PmfOptions())[0].weights
    assert not np.signbit(weights).any()


def test_fractions_whose_whole_numbers_just_fit_are_exact():
    largest = 2**63 - 1
    pmf, _ = read_pmf(f"1/{largest},{largest - 1}/{largest}", PmfOptions())
    assert pmf.is_counts
    assert pmf.weights.tolist() == [1, largest - 1]
    pmf, _ = read_pmf(f"{largest}/{largest}", PmfOptions())
    assert pmf.is_counts


@pytest.mark.parametrize("written", ["unifrom", "unifom", "Uniform"])
def test_uniform_mistyped(run, written):
    done = run("kl", "1/2,1/2", written)
    assert done.status == 1
    assert f"cecli: error: {written}: no such file\n  hint: did you mean uniform?" in done.err


def test_the_first_ten_problems_of_a_file_are_told_whatever_they_are(run, save):
    ragged = "".join(f"r{k}\n" for k in range(12))
    cells = "".join(f"c{k},x\n" for k in range(12))
    done = run("entropy", save("p.csv", f"o,count\na,x\n{ragged}b,y\n{cells}"))
    told = [line for line in done.err.splitlines() if "p.csv:" in line]
    assert [int(line.split("p.csv:")[1].split(":")[0]) for line in told] == list(range(2, 12))
    assert "column 2 (count)" in told[0]
    assert "16 more like these" in done.err


def test_a_fraction_has_up_to_40_characters(run):
    assert run("entropy", f"1/{2:038d},1/2").out == run("entropy", "1/2,1/2").out
    assert "its numbers are too long" in run("entropy", f"1/{2:039d},1/2").err
