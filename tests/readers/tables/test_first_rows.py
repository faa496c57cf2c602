"""What the first cells of a column say of it, at once or one by one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cecli.readers.tables.first_rows import FirstRows, is_number_text

CELLS = st.sampled_from(["0.25", "-1", "3", "1e5", ".5", "5.", " 2", "1\n2", "", "x", "NA", "1.2.3", "-", "1e400", "٣"])


@given(st.lists(CELLS, min_size=1, max_size=4))
def test_all_at_once_is_one_by_one(cells):
    rows = FirstRows({0: cells})
    assert rows.kind(0) == rows._kind(0) == rows.kind(0)
    found = rows.numbers(0).tolist()
    assert [value == value for value in found] == [is_number_text(cell) and cell != "1e400" for cell in cells]


@pytest.mark.parametrize(("cells", "kind"), [
    (["0.25", "1"], "number"), (["0.25", ""], "number"), (["a", "1"], "both"), (["1\n2"], "text"), (["", " "], "empty"),
    (["NA", ""], "missing"), ([], "unseen"),
])  # fmt: skip
def test_kinds(cells, kind):
    assert FirstRows({0: cells}).kind(0) == kind
