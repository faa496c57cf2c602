"""Exact sums as texts, and states that are none. The laws of the accumulators hold on both sides (``test_laws``)."""

import base64
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.core.metrics import METRICS, Spec
from cecli.core.metrics.loss import Loss
from cecli.core.rows.rows import Batch, score_rows
from cecli.core.sums.cells import CELLS, whole_number, whole_text
from cecli.core.sums.exact import ExactProducts, ExactSums, to_float
from cecli.core.sums.state import VALUE, Numbering, figure_of, restored, state_of, value_of
from cecli.core.sums.tally import Tally

WHOLE = st.integers(-(2**3000), 2**3000) | st.builds(lambda m, e: m << e, st.integers(-9, 9), st.integers(0, 3000))


@given(whole=WHOLE, bits=st.sampled_from([0, 1074, 2148]))
def test_whole_numbers_come_back(whole, bits):
    text = whole_text(whole, bits)
    assert whole_number(text, bits) == whole
    digits, _, power = text.partition("p")
    assert int(digits, 16) % 2 == (whole != 0), "the shortest text"
    assert int(power) >= -bits or not whole


@pytest.mark.parametrize("text", ["", "5", "5p", "p5", "0x5p1", "5p-9999", "5.0p1", "5p999999", "gp1", "5P1", "5p1 "])
def test_what_is_no_exact_sum(text):
    with pytest.raises(ValueError, match="exact sum"):
        whole_number(text)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=20))
def test_sums_of_any_doubles(values):
    sums, products = ExactSums(), ExactProducts()
    sums.update(np.array(values))
    products.update(np.array(values), np.array(values[::-1]))
    for leaf in (sums, products):
        text = json.dumps(CELLS.encode(leaf, None))
        back = CELLS.decode(json.loads(text), type(leaf)(), None, Numbering())
        assert back.integer() == leaf.integer()
    assert to_float(sums.integer()) == to_float(whole_number(whole_text(sums.integer())))


def test_a_tally_may_hold_counts_and_masses():
    tally = Tally()
    tally.add(None, 3, np.array([0, 2, 2]))
    tally.add(np.array([0.5]), 1, np.array([2]))
    assert CELLS.encode(tally, None) == {"0": 1, "2": [2, "1p-1"]}
    back = CELLS.decode({"0": 1, "2": [2, "1p-1"]}, Tally(), None, Numbering([4, 5, 6]))
    assert back.masses(4, 7) == tally.masses(0, 3)


def test_infinities_of_entries():
    assert [figure_of(value) for value in (math.inf, -math.inf)] == [{"infinite": 1}, {"infinite": -1}]
    for value in (float("inf"), float("-inf"), -0.0, 1, "Infinity", None):
        assert repr(value_of(json.loads(json.dumps(figure_of(value), allow_nan=False)))) == repr(value)


def test_every_metric_says_what_it_keeps():
    """All attributes are in STATE, save those that the Spec gives: a number, a text, a flag, a Spec or a Library."""
    spec = Spec(3, worst=2, like=("torch",))
    for name, make in METRICS.items():
        made = make(spec)
        for attribute, value in vars(made).items():
            held = attribute in type(made).STATE
            assert held or isinstance(value, (int, str, Spec)), f"{name}: {attribute}"


@pytest.mark.parametrize(
    "change",
    [
        lambda state: state.pop("zero"),
        lambda state: state.update(more=1),
        lambda state: state.update(zero={"0": 1.5}),
        lambda state: state.update(zero={"-1": 1}),
        lambda state: state.update(zero={"x": 1}),
        lambda state: state.update(zero={"0": True}),
        lambda state: state.update(zero=[1]),
        lambda state: state.update(first=[[1]]),
        lambda state: state.update(first=[["1", 0]]),
        lambda state: state.update(finite={}),
        lambda state: state["finite"].update(sum={"0": 3}),
    ],
)
def test_what_is_no_state(change):
    state = state_of(Loss(Spec(2)))
    change(state)
    with pytest.raises((KeyError, TypeError, ValueError, IndexError, AttributeError)):
        restored(Loss(Spec(2)), state)


def text_of(*figures):
    return base64.b64encode(np.array(figures, dtype="<f8").tobytes()).decode()


@pytest.mark.parametrize(
    "change",
    [
        lambda state: state["places"]["figures"].__setitem__(1, state["places"]["figures"][0]),
        lambda state: state["places"]["figures"].__setitem__(1, text_of(0.5)),
        lambda state: state["places"].update(figures=[text_of(0.5, 0.25, 0.25), text_of(0.25, 0.25, 0.5)]),
        lambda state: state["places"]["figures"].__setitem__(0, text_of(math.nan, 0.5)),
        lambda state: [part.pop() for part in state["places"].values()],
        lambda state: state["places"]["groups"].pop(),
        lambda state: state.update(places=None),
        lambda state: state.update(like=None),
        lambda state: state["like"].update(binary=True),
        lambda state: state["masses"].update({"4": 1}),
    ],
)
def test_forecasts_that_do_not_fit_together(change):
    metric = METRICS["decomposition"](Spec(2))
    metric.update(score_rows(Batch.of(np.array([[0.25, 0.75], [0.5, 0.5], [0.5, 0.5]]), np.array([0, 1, 0]))))
    state = state_of(metric)
    assert restored(METRICS["decomposition"](Spec(2)), state).result() == metric.result()
    change(state)
    with pytest.raises(ValueError, match=r"forecast|place|argument"):
        restored(METRICS["decomposition"](Spec(2)), state)


def test_pairs_of_classes_that_do_not_fit_their_places():
    metric = METRICS["confusions"](Spec(3))
    metric.update(score_rows(Batch.of(np.array([[0.25, 0.5, 0.25], [0.5, 0.25, 0.25]]), np.array([0, 1]))))
    for change in (
        lambda state: state["places"].pop(),
        lambda state: state["places"].__setitem__(1, state["places"][0]),
    ):
        state = state_of(metric)
        change(state)
        with pytest.raises(ValueError, match="key"):
            restored(METRICS["confusions"](Spec(3)), state)


@pytest.mark.parametrize("value", [None, True, "0.5"])
def test_a_value_is_a_text_or_a_truth_value(value):
    assert VALUE.decode(json.loads(json.dumps(VALUE.encode(value, None))), None, None, Numbering()) == value


@pytest.mark.parametrize("plain", [0, 1.5, [], {}])
def test_what_is_no_value(plain):
    with pytest.raises(ValueError, match="a text or a truth value"):
        VALUE.decode(plain, None, None, Numbering())
