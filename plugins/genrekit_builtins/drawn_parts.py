"""Parts drawn by lot: what `random` does, and what other splitters do with the clips that nothing else decides."""

from __future__ import annotations

from collections.abc import Mapping

from genrekit import Clips
from genrekit.randomness import generator
from genrekit_builtins.coded_clips import CodedClips
from genrekit_builtins.group_shares import group_shares
from genrekit_builtins.part_checks import check_complete, check_enough, share_notes


def drawn_parts(clips: Clips, asked: Mapping[str, float], seed: int, keep_together: bool, hint: str) -> Clips:
    """``clips`` with the shares ``asked`` (part -> fraction of each class) drawn, and the rest named "train".

    Raises `genrekit.DataError`, with ``hint`` as what to try, where the groups make it impossible.
    """
    import polars as pl

    names = ["train", *asked]
    coded = CodedClips.of(clips, keep_together)
    check_enough(coded, len(names), f"the parts {' + '.join(names)}", hint)
    part = group_shares(coded, list(asked.values()), generator(seed, "split"))
    check_complete(coded, part, names, hint)
    return clips.with_column("part", pl.Series(names).gather(part), share_notes(part, asked))


def drawn_from_train(clips: Clips, fraction: float, seed: int, keep_together: bool, hint: str) -> Clips:
    """``clips`` with a ``fraction`` of those whose part is "train" moved to "validation"; others stay put."""
    import polars as pl

    row = clips.table.with_row_index("row").filter(pl.col("part") == "train").get_column("row")
    inner = drawn_parts(Clips(clips.table[row]), {"validation": fraction}, seed, keep_together, hint)
    part = clips.table.get_column("part").to_numpy(writable=True)
    part[row.to_numpy()] = inner.table.get_column("part").to_numpy()
    return clips.with_column("part", part, inner.notes)
