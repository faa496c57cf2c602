"""Counts as arguments: a file, or written out."""

import pytest

from cecli.errors import InputError
from cecli.readers.small.counts import is_written_out, read_sample, read_samples


def test_counts_written_out():
    assert read_sample("10,20,30", None).weights.tolist() == [10, 20, 30]
    named = read_sample("heads=3,tails=5", None)
    assert (list(named.labels()), named.weights.tolist()) == (["heads", "tails"], [3, 5])
    assert read_sample("0,7", None).weights.tolist() == [0, 7]
    assert read_sample("9223372036854775807,1", None).weights.tolist() == [2**63 - 1, 1]


@pytest.mark.parametrize("text", ["0.5,0.5", "1/6,5/6", "0,1", "uniform:6", "uniform", "9223372036854775808,1"])
def test_a_pmf_written_out_is_no_sample(text):
    with pytest.raises(InputError, match="a PMF written out is no sample"):
        read_sample(text, None)


def test_a_file_of_that_name_is_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "1,2").write_text("outcome,count\na,3\n")
    assert not is_written_out("1,2")
    assert [pmf.weights.tolist() for pmf in read_samples(["1,2", "2,1"], None)] == [[3], [2, 1]]
