"""Where an epoch is cut into batches."""

from __future__ import annotations


def batch_bounds(examples: int, size: int) -> list[tuple[int, int]]:
    """The first example of each batch and the one after its last, for ``examples`` in batches of ``size``.

    An example that would be left over alone goes into the batch before: it has no statistics, and would weigh as much
    as a batch.

    >>> batch_bounds(7, 3), batch_bounds(8, 3), batch_bounds(2, 1)
    ([(0, 3), (3, 7)], [(0, 3), (3, 6), (6, 8)], [(0, 1), (1, 2)])
    """
    starts = list(range(0, examples, size))
    if size > 1 and len(starts) > 1 and examples - starts[-1] == 1:
        starts.pop()
    return list(zip(starts, [*starts[1:], examples], strict=True))
