"""Class weights by name, each class once; everything that is wrong is told with its place."""

import pytest

from cecli.errors import InputError
from cecli.readers.small.class_weights import read_class_weights

CLASSES = ("ant", "bee", "cat")


def read(save, text, classes=CLASSES, learn=None, name="weights.csv"):
    return read_class_weights(save(name, text), classes, learn).tolist()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("class,weight\nant,1\nbee,2.5\ncat,0\n", "weights.csv"),
        ("class,weight\ncat,0\nbee,25e-1\nant,1.0\n", "weights.csv"),
        ('class,weight\r\n"ant",1\r\nbee, 2.5 \r\ncat,0', "weights.csv"),
        ("class\tweight\nant\t1\nbee\t2.5\ncat\t0\n", "weights.tsv"),
    ],
)
def test_in_the_order_of_the_classes(save, text, name):
    assert read(save, text, name=name) == [1.0, 2.5, 0.0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "weights.csv: the file is empty"),
        ("ant,1\nbee,1\ncat,1\n", 'weights.csv:1: expected the header class,weight, found "ant,1"'),
        ("class,weight\nant,1\ndog,1\n", 'weights.csv:3: column 1 (class): "dog" is none of the classes'),
        ("class,weight\nant,1\nant,1\n", 'weights.csv:3: column 1 (class): "ant" stands twice'),
        ("class,weight\nant,1\nbee,1\n", 'weights.csv: no weight for the class "cat"'),
        ("class,weight\nant,1\nbee\n", "weights.csv:3: expected 2 cells as in the header, found 1"),
        ("class,weight\nant,x\n", 'weights.csv:2: column 2 (weight): expected a weight >= 0, found "x"'),
        ("class,weight\nant,-1\n", 'weights.csv:2: column 2 (weight): expected a finite weight >= 0, found "-1"'),
        ("class,weight\nant,inf\n", 'weights.csv:2: column 2 (weight): expected a finite weight >= 0, found "inf"'),
        ("class,weight\nant,0\nbee,0\ncat,0\n", "weights.csv: all weights are 0"),
    ],
)
def test_what_is_wrong(save, text, words):
    with pytest.raises(InputError) as caught:
        read(save, text)
    assert words in caught.value.message


def test_the_class_that_no_label_has_named_yet(save):
    """Of a binary column the other class is called as the file calls it, once."""
    learned = []
    learn = lambda name: not learned and (learned.append(name) or True)  # noqa: E731
    classes = ("not yes", "yes")
    assert read(save, "class,weight\nno,3\nyes,1\n", classes, learn) == [3.0, 1.0]
    assert learned == ["no"]
    assert read(save, "class,weight\nnot yes,3\nyes,1\n", classes, lambda name: True) == [3.0, 1.0]
    with pytest.raises(InputError, match='"no" is none of the classes'):
        read(save, "class,weight\nnot yes,3\nno,1\nyes,1\n", classes, lambda name: True)
    with pytest.raises(InputError, match='"nein" is none of the classes'):
        read(save, "class,weight\nno,3\nyes,1\nnein,1\n", classes, lambda name: name == "no")


def test_any_format_and_the_delimiter_of_the_predictions(tmp_path, save):
    import pyarrow as pa
    from pyarrow import parquet

    parquet.write_table(pa.table({"weight": [1, 0, 2.5], "class": ["ant", "cat", "bee"]}), tmp_path / "w.parquet")
    assert read_class_weights(str(tmp_path / "w.parquet"), CLASSES, delimiter=";").tolist() == [1.0, 2.5, 0.0]
    lines = "".join(f'{{"class": "{name}", "weight": {weight}}}\n' for name, weight in zip(CLASSES, "120", strict=True))
    assert read(save, lines, name="w.jsonl") == [1.0, 2.0, 0.0]
    text = "class;weight\nant;1\nbee;2\ncat;0\n"
    assert read_class_weights(save("w.csv", text), CLASSES, delimiter=";").tolist() == [1.0, 2.0, 0.0]
    assert read_class_weights(save("v.csv", text.replace(";", ",")), CLASSES, delimiter=";").tolist() == [1.0, 2.0, 0.0]
    with pytest.raises(InputError, match="expected the header class,weight"):
        read(save, text)


@pytest.mark.parametrize(
    ("classes", "text", "first_label"),
    [
        (CLASSES, "0,1\n2,3\n1,2\n", 0),
        (CLASSES, "1,1\n3,3\n2,2\n", 1),
        (("p7", "p8", "p9"), "7,1\n9.0,3\n8,2\n", 0),
    ],
)
def test_numbers_as_labels_have_them(save, classes, text, first_label):
    path = save("w.csv", "class,weight\n" + text)
    assert read_class_weights(path, classes, first_label=first_label).tolist() == [1.0, 2.0, 3.0]


def test_numbers_that_are_no_class(save):
    with pytest.raises(InputError, match='"3" is none of the classes'):
        read(save, "class,weight\n0,1\n1,1\n3,1\n")
    with pytest.raises(InputError, match='"1" is none of the classes'):
        read(save, "class,weight\nant,1\n1,1\ncat,1\n")
