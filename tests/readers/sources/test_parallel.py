"""Results in the order of the items, few in flight, and an end when something fails."""

import threading

import pytest

from cecli.readers.sources.parallel import ordered


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("items", [0, 1, 4, 100])
def test_in_order(threads, items):
    assert list(ordered(range(items), lambda item: item * item, threads)) == [k * k for k in range(items)]


def test_results_are_in_order_when_the_first_ends_last():
    gate = threading.Event()

    def work(item):
        if item == 0:
            assert gate.wait(30)
        else:
            gate.set()
        return item

    assert list(ordered(range(3), work, 2)) == [0, 1, 2]


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_only_a_few_are_in_flight(threads):
    taken = []

    def items():
        for k in range(100):
            taken.append(k)
            yield k

    for done, _ in enumerate(ordered(items(), lambda item: item, threads)):
        assert len(taken) - done <= 2 * threads


@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_comes_out_and_ends_the_work(threads):
    begun = []

    def work(item):
        begun.append(item)
        if item == 3:
            raise KeyError("three")
        return item

    results = []
    with pytest.raises(KeyError, match="three"):
        results.extend(ordered(range(1000), work, threads))
    assert len(begun) < 20
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("cecli")]


@pytest.mark.parametrize("threads", [2, 3])
def test_the_calling_thread_is_one_of_the_threads(threads):
    seen, gate = set(), threading.Barrier(threads, timeout=30)

    def work(item):
        seen.add(threading.get_ident())
        if item < threads:
            gate.wait()  # all of them at once, or never
        return item

    assert list(ordered(range(30), work, threads)) == list(range(30))
    assert len(seen) == threads and threading.get_ident() in seen


def test_errors_come_in_the_order_of_the_items_whoever_meets_them():
    def work(item):
        if item in (1, 2, 3):
            raise KeyError(item)
        return item

    for _ in range(50):
        with pytest.raises(KeyError, match="1"):
            list(ordered(range(9), work, 2))


def test_an_error_of_the_items_comes_out():
    def items():
        yield 1
        raise KeyError("items")

    with pytest.raises(KeyError, match="items"):
        list(ordered(items(), lambda item: item, 2))


def test_leaving_early_leaves_no_thread():
    stream = ordered(iter(range(100)), lambda item: item, 3)
    assert next(stream) == 0
    stream.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("cecli")]
