"""Arrays in archives: the one that is named, the only one, or the one that is called as usual."""

import contextlib
import io
import os
import zipfile

import numpy as np
import pytest

from cecli.errors import InputError, UsageError
from cecli.readers.tables.arrays.spec import ArrayOptions
from cecli.readers.tables.table import Selection
from cecli.readers.tables.tables import open_table

LOGITS = np.random.default_rng(1).normal(size=(50, 3))
LABELS = np.arange(50) % 3


def archive(compressed=False, **arrays):
    out = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(out, **arrays)
    return out.getvalue()


def read(path, of_labels=False):
    with contextlib.closing(open_table(path, array=ArrayOptions(of_labels=of_labels))) as table:
        chosen = Selection(numbers=tuple(range(len(table.columns))))
        return np.concatenate([block.parse().numbers for block in table.blocks(chosen)])


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("order", ["C", "F"])
def test_members(save, compressed, order):
    path = save("a.npz", archive(compressed, logits=np.asarray(LOGITS, order=order), labels=LABELS, other=LABELS))
    assert np.array_equal(read(path), LOGITS)
    assert np.array_equal(read(path, of_labels=True)[:, 0], LABELS)
    assert np.array_equal(read(f"{path}:other")[:, 0], LABELS)
    with contextlib.closing(open_table(path)) as table:
        assert table.labels_beside == f"{path}:labels"
        assert table.name.endswith("a.npz:logits")


@pytest.mark.parametrize("compressed", [False, True])
def test_from_a_pipe(save, compressed):
    data = archive(compressed, logits=LOGITS)
    reading, writing = os.pipe()
    os.write(writing, data)
    os.close(writing)
    try:
        assert np.array_equal(read(f"/dev/fd/{reading}"), LOGITS)
    finally:
        os.close(reading)


def test_the_only_array_needs_no_name(save):
    assert np.array_equal(read(save("a.npz", archive(arr_0=LOGITS))), LOGITS)


def test_what_is_not_clear_is_refused_with_what_settles_it(save):
    path = save("a.npz", archive(logits=LOGITS, probs=LOGITS))
    with pytest.raises(UsageError, match="2 arrays, and several may be the predictions") as refused:
        read(path)
    assert refused.value.hint == f"{path}:logits, say; its arrays are logits, probs"
    with pytest.raises(UsageError, match="none is called labels or label_ids"):
        read(path, of_labels=True)
    with pytest.raises(UsageError, match='no array "logit"') as refused:
        read(f"{path}:logit")
    assert "logits" in refused.value.hint
    with pytest.raises(UsageError, match="FILE:MEMBER is for"):
        read(save("a.csv", b"a,b\n0.5,0.5\n") + ":a")


def test_members_of_every_file_of_a_pattern(tmp_path):
    for k in range(2):
        (tmp_path / f"part-{k}.npz").write_bytes(archive(logits=LOGITS[k * 25 : k * 25 + 25], x=LABELS))
    pattern = str(tmp_path / "part-*.npz")
    assert np.array_equal(read(f"{pattern}:logits"), LOGITS)
    with contextlib.closing(open_table(f"{pattern}:logits")) as table:
        assert [os.path.basename(file) for file in table.files] == ["part-0.npz:logits", "part-1.npz:logits"]


def test_pickles_are_never_opened(save):
    out = io.BytesIO()
    np.savez(out, logits=np.array([print], dtype=object))
    with pytest.raises(InputError, match=r"a\.npz:logits: .* pickle, which is never opened"):
        read(save("a.npz", out.getvalue()))


@pytest.mark.parametrize("compressed", [False, True])
def test_broken_archives(save, compressed):
    data = archive(compressed, logits=LOGITS, labels=LABELS)
    for broken in (data[:-10], data[: len(data) // 2]):
        with pytest.raises(InputError, match="this archive is broken"):
            read(save("a.npz", broken))
    start = data.index(b"logits.npy") + 400
    damaged = data[:start] + bytes(200) + data[start + 200 :]
    with pytest.raises(InputError, match="this archive is broken"):
        read(save("a.npz", damaged))


def test_a_stored_array_that_is_longer_than_its_member(save):
    array = io.BytesIO()
    np.save(array, LOGITS)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("logits.npy", array.getvalue()[:-8])
        made.writestr("labels.npy", array.getvalue())
    with pytest.raises(InputError, match=r"a\.npz:logits: the file is cut short"):
        read(save("a.npz", out.getvalue()))


def test_members_that_are_no_arrays_and_packings_that_numpy_does_not_write(save):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_BZIP2) as made:
        made.writestr("logits.npy", b"1")
    with pytest.raises(InputError, match="packed in a way that NumPy does not know"):
        read(save("a.npz", out.getvalue()))
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(out := io.BytesIO(), "w") as made:
        made.writestr("logits.npy", b"1")
        made.writestr("logits.npy", b"2")
    with pytest.raises(InputError, match="more than once"):
        read(save("a.npz", out.getvalue()))
