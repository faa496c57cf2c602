"""States of compare: written, read and merged they give the comparison of all rows; what is none is refused."""

import json

import numpy as np
import pytest

from cecli.core.paired.pair_state import PairOptions, pair_partial_from, pair_partial_of
from cecli.core.paired.rows import PairedBatch, Reference
from cecli.core.paired.spec import PairSpec
from cecli.core.rows.facts import PairFacts, Shard
from cecli.core.rows.rows import Batch, score_rows
from cecli.core.rows.run_state import merged
from cecli.errors import InputError

OPTIONS = PairOptions(("a", "b"), 2, PairSpec(classes=2, worst=1), label_smoothing=0.0)


def state_of(seed, name, rows=6, start=0, flags=(False, True)):
    """The state of a comparison of A with two candidates on some rows, as it comes back from JSON."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 2, rows)
    tables = [random.dirichlet([1, 1], rows) for _ in range(3)]
    reference = score_rows(Batch.of(tables[0], labels))
    each = OPTIONS.fresh().each
    for comparer, table in zip(each, tables[1:], strict=True):
        batch = Batch.of(table, labels)
        numbers = np.arange(rows)
        comparer.update(
            PairedBatch(batch, Reference(reference.loss, reference.predicted, reference.right, labels, numbers), False)
        )
    facts = PairFacts(
        name, rows, (Shard(name, f"/{name}", rows),), ("a", "b"), candidates=("B", "C"), candidates_all_pmfs=flags
    )
    partial = pair_partial_of(each, OPTIONS, facts, ())
    return json.loads(json.dumps(partial.document(), allow_nan=False))


def test_merged_states_are_those_of_all_rows():
    parts = [pair_partial_from(state_of(seed, f"{seed}.csv", rows), f"state {seed}") for seed, rows in ((1, 6), (2, 9))]
    for order in (parts, parts[::-1]):
        total = merged(order)
        assert total.facts.rows_read == 15
        assert [shard.file for shard in total.facts.shards] == ["1.csv", "2.csv"]
        comparers, groups = total.accumulator().comparers()
        assert groups == [None, None]
        results = [comparer.result() for comparer in comparers]
        assert [result.rows for result in results] == [15, 15]
        alone = [part.accumulator().comparers()[0] for part in parts]
        for k, result in enumerate(results):
            sums = [one[k].result().loss.difference * one[k].result().rows for one in alone]
            assert result.loss.difference == pytest.approx(sum(sums) / 15, rel=1e-13)


def test_all_rows_are_pmfs_where_those_of_every_part_are():
    def flags(*given):
        parts = [pair_partial_from(state_of(k, f"{k}.csv", flags=one), f"{k}") for k, one in enumerate(given)]
        return merged(parts).facts.candidates_all_pmfs

    assert flags((True, True), (False, True)) == (False, True)
    assert flags((True, False), (True, True)) == (True, False)
    empty = pair_partial_from(state_of(5, "5.csv", rows=0, flags=(False, False)), "5")
    some = pair_partial_from(state_of(6, "6.csv", flags=(True, True)), "6")
    assert merged([empty, some]).facts.candidates_all_pmfs == (True, True)
    assert merged([empty]).facts.candidates_all_pmfs == (False, False)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda document: document.pop("read"), "'read' is missing"),
        (lambda document: document["read"].pop("clusters"), "'clusters' is missing"),
        (lambda document: document.update(options=3), ""),
        (lambda document: document.update(options="ab"), ""),
        (lambda document: document["options"].update(speed=1), "speed"),
        (lambda document: document["read"]["shards"].append({"rows": 1}), ""),
        (lambda document: document.update(labels_used={"rows": 3, "bits": "!"}), ""),
    ],
)
def test_what_is_no_state(change, said):
    document = state_of(1, "1.csv")
    change(document)
    with pytest.raises(InputError) as caught:
        pair_partial_from(document, "s.cecli")
    assert caught.value.message.startswith("s.cecli: not a whole state of cecli score: ")
    assert said in caught.value.message
