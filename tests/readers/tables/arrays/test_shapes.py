"""Arrays of any number of axes, in any order: rows are all indices but that of the class, in C order."""

import contextlib
import gzip
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.errors import InputError, UsageError
from cecli.readers.tables.arrays import layout, table
from cecli.readers.tables.arrays.shapes import axis_of, check_axis_is_known
from cecli.readers.tables.arrays.spec import ArrayOptions
from cecli.readers.tables.table import Selection
from cecli.readers.tables.tables import open_table


def bytes_of(array):
    out = io.BytesIO()
    np.lib.format.write_array(out, array)
    return out.getvalue()


def blocks_of(opened):
    return list(opened.blocks(Selection(numbers=tuple(range(len(opened.columns))))))


def read(path, class_axis=None):
    with contextlib.closing(open_table(path, array=ArrayOptions(class_axis=class_axis))) as opened:
        blocks = blocks_of(opened)
        assert [block.first_row for block in blocks] == np.cumsum([0, *(b.rows for b in blocks)])[:-1].tolist()
        parts = [block.parse().numbers for block in reversed(blocks)]  # in any order, as threads do
        return np.concatenate(parts[::-1])


@given(
    shape=st.lists(st.integers(1, 6), min_size=2, max_size=4),
    axis=st.integers(0, 3),
    fortran=st.booleans(),
    block=st.sampled_from([8, 64, 256, 1 << 21]),
    stretch=st.sampled_from([16, 1 << 14]),
    packed=st.booleans(),
)
def test_rows_are_those_of_numpy(tmp_path_factory, shape, axis, fortran, block, stretch, packed):
    axis %= len(shape)
    array = np.random.default_rng(sum(shape)).random(shape)
    wanted = np.moveaxis(array, axis, -1).reshape(-1, shape[axis])
    data = bytes_of(np.asfortranarray(array) if fortran else array)
    path = tmp_path_factory.mktemp("arrays") / "a.npy"
    path.write_bytes(gzip.compress(data) if packed else data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table, "_BLOCK_BYTES", block)
        patch.setattr(layout, "_STRETCH", stretch)
        assert np.array_equal(read(str(path), axis), wanted)


def test_places_are_indices(save):
    array = np.zeros((2, 3, 4))
    with contextlib.closing(open_table(save("a.npy", bytes_of(array)))) as opened:
        block = blocks_of(opened)[0]
        assert block.place(4).endswith("a.npy: [1, 1, :]")
        assert block.place(5, 3).endswith("a.npy: [1, 2, 3]")
    with contextlib.closing(open_table(save("a.npy", bytes_of(array)), array=ArrayOptions(class_axis=1))) as opened:
        assert blocks_of(opened)[0].place(5, 2).endswith("a.npy: [1, 2, 1]")


def test_an_array_that_is_cut_short_is_found_at_once(save):
    for array in (np.zeros((2, 3, 4)), np.asfortranarray(np.zeros((2, 3, 4)))):
        for axis in (None, 0, 1):
            with pytest.raises(InputError, match="cut short"):
                read(save("a.npy", bytes_of(array)[:-1]), axis)


def test_a_packed_array_that_is_cut_short_is_found_when_it_is_read(save):
    with pytest.raises(InputError, match="cut short"):
        read(save("a.npy", gzip.compress(bytes_of(np.zeros((2, 3, 4)))[:-8])), 1)


def test_fortran_order_that_scatters_too_much_is_refused(save, monkeypatch):
    monkeypatch.setattr(table, "_MOST_SCATTERED", 64)
    with pytest.raises(InputError, match="Fortran order scatters"):
        read(save("a.npy", bytes_of(np.asfortranarray(np.zeros((2, 3, 4))))))
    assert read(save("a.npy", bytes_of(np.asfortranarray(np.zeros((2, 20)))))).shape == (2, 20)


def labels(shape, beside, class_axis=None):
    return axis_of(shape, ArrayOptions(class_axis=class_axis, of_labels=True, beside=beside), "y.npy")


@pytest.mark.parametrize(
    ("shape", "beside", "class_axis", "axis"),
    [
        ((5,), (5, 3), None, None),
        ((5, 1), (5, 3), None, 1),
        ((5, 3), (5, 3), None, 1),
        ((3, 5), (3, 5), 0, 0),
        ((8, 12), (8, 12, 5), None, None),
        ((8, 12, 5), (8, 12, 5), None, 2),
        ((8, 12, 1), (8, 12, 5), None, None),
        ((96,), (8, 12, 5), None, None),
        ((2, 4, 5), (2, 3, 4, 5), 1, None),
        ((2, 3, 4, 5), (2, 3, 4, 5), 1, 1),
    ],
)
def test_labels_have_the_other_axes(shape, beside, class_axis, axis):
    assert labels(shape, beside, class_axis) == axis


def test_labels_of_another_shape_are_refused():
    with pytest.raises(InputError, match=r"labels of shape \(12, 8\) beside .* expected \(8, 12\)"):
        labels((12, 8), (8, 12, 5))
    with pytest.raises(InputError) as refused:
        labels((2, 4, 5), (2, 3, 4, 5))
    assert refused.value.hint == "--class-axis 1"
    with pytest.raises(InputError, match=r"labels of shape \(rows,\)"):
        labels((2, 4, 5), ())


def test_an_axis_must_be_there():
    assert axis_of((2, 3, 4), ArrayOptions(class_axis=-2), "a.npy") == 1
    for axis in (3, -4):
        with pytest.raises(UsageError, match="and axes from 0 to 2"):
            axis_of((2, 3, 4), ArrayOptions(class_axis=axis), "a.npy")


def test_a_text_has_no_axes(save):
    with pytest.raises(UsageError, match=r"--class-axis is for arrays, and .*a\.csv is csv"):
        open_table(save("a.csv", b"a,b\n0.5,0.5\n"), array=ArrayOptions(class_axis=1))


def test_two_axes_of_one_length_are_not_guessed():
    for shape in ((4, 3, 5, 3), (4, 3, 3)):
        with pytest.raises(InputError) as refused:
            check_axis_is_known(shape, None, "a.npy")
        assert refused.value.hint == f"--class-axis 1, as PyTorch has it, or --class-axis {len(shape) - 1}"
        check_axis_is_known(shape, 1, "a.npy")
    check_axis_is_known((3, 3), None, "a.npy")
    check_axis_is_known((3, 4, 5), None, "a.npy")
