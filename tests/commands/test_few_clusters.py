"""An error that few clusters stand behind comes with a note."""

import pytest

from cecli.results.few_clusters import few_clusters

SAID = "note: --cluster: {} clusters are too few: they say next to nothing of the error\n"


@pytest.fixture
def files(save):
    """``files(3)``: predictions by probabilities and by logits, and labels of so many clusters."""

    def make(clusters):
        probabilities = "".join(f"0.{k + 2},0.{8 - k}\n" for k in range(6))
        other = "".join(f"0.{k + 1},0.{9 - k}\n" for k in range(6))
        labels = "".join(f"{'ab'[k % 2]},c{k % clusters}\n" for k in range(6))
        logits = "2,0\n0,2\n2,0\n0,2\n2,0\n1,0\n"
        names = (("p.csv", "a,b\n", probabilities), ("q.csv", "a,b\n", other), ("z.csv", "a,b\n", logits))
        saved = [save(name, head + rows) for name, head, rows in names]
        return [*saved, save("l.csv", "label,of\n" + labels)]

    return make


@pytest.mark.parametrize(("clusters", "few"), [(2, True), (3, True), (4, False)])
def test_commands_that_cluster(run, files, clusters, few):
    p, q, z, labels = files(clusters)
    said = SAID.format(clusters)
    for call in (("score", p), ("compare", p, q), ("calibrate", z)):
        done = run(*call, labels, "--cluster", "of", "-f", "csv")
        assert done.status == 0, done.err
        assert (said in done.err) is few, call
    assert (said in run("score", p, labels, "--cluster", "of", "--get", "low").err) is few


def test_figures_without_an_error_have_none(run, files):
    p, _, _, labels = files(2)
    for options in ([], ["--value"], ["--get", "accuracy"], ["-f", "csv", "-q"]):
        done = run("score", p, labels, "--cluster", "of", *options)
        assert (done.status, done.err) == (0, "")


def test_one_and_none():
    assert few_clusters(1) == ["--cluster: all rows are in 1 cluster, which says nothing of the error"]
    assert few_clusters(0) == few_clusters(None) == []
