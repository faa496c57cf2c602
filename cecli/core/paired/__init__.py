"""Two models on the same rows: accumulators of what tells them apart, one family a file.

Each has ``update(rows)``, ``merge(other)`` and ``result(group)`` as those of ``metrics`` have; ``comparison`` makes the
figures of a report from them.
"""
