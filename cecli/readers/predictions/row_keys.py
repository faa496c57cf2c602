"""A number of 64 bits for every row that tells it from others wherever it stands: made of its cluster or its id, or,
where it has neither, of its number in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cecli.core.rows.rows import Batch
from cecli.readers.predictions.id_words import hashes, parts

if TYPE_CHECKING:
    from cecli.readers.predictions.predictions import Predictions

Keys = NDArray[np.uint64]


class RowKeys:
    """The keys of batches of an opened file; from any thread.

    Rows of one cluster share a key. Ids make keys of their text, so that rows may come in any order.
    """

    def __init__(self, of: Predictions) -> None:
        self._of = of
        self.made_of = "row number"
        if of.options.columns.cluster is not None:
            self.made_of = "cluster"
        elif of.roles.preds.id is not None:
            self.made_of = "id"

    def of(self, batch: Batch) -> Keys:
        """The key of each row, shape (n,)."""
        import pyarrow as pa

        if self.made_of == "cluster":
            present, places = np.unique(np.asarray(batch.cluster), return_inverse=True)
            names = self._of.decoder.clusters.texts
            return _of_texts(pa.array([names[int(code)] for code in present], pa.string()))[places]
        if self.made_of == "id":
            return _of_texts(batch.ids)
        if batch.numbers is not None:
            return batch.numbers.astype(np.uint64)
        return np.arange(batch.first_row, batch.first_row + batch.rows, dtype=np.uint64)


def _of_texts(texts: Any) -> Keys:
    """A number for each text of a PyArrow array, the same for the same text."""
    from hashlib import blake2b  # its import takes longer than a small file

    keys = np.empty(len(texts), dtype=np.uint64)
    for part in parts(texts):
        if part.words is not None:
            keys[part.positions] = hashes(part.words)
            continue
        for row in np.arange(len(texts))[part.positions].tolist():
            digest = blake2b(texts[row].as_py().encode(), digest_size=8).digest()
            keys[row] = int.from_bytes(digest, "little")
    return keys
