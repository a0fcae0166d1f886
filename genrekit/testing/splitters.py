"""The contract of splitters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from genrekit.clips import PARTS
from genrekit.component import Splitter
from genrekit.testing.contract import Case, Skip, check
from genrekit.testing.same import no_global_draws

if TYPE_CHECKING:
    from genrekit.clips import Clips

SEED = 5


def check_splitter(component: Splitter) -> None:
    """Check a `genrekit.Splitter`; raises AssertionError with everything that is wrong."""
    from genrekit.testing.contract import check_component

    check_component(component)


def example_clips(groups: bool = True) -> Clips:
    """120 clips of three labels; 30 groups of four; with the parts and folds that a data set may prescribe."""
    from genrekit.clips import Clip, Clips

    labels, parts = ("jazz", "metal", "waltz"), ["train"] * 6 + ["validation"] * 2 + ["test"] * 2
    rows = []
    for index in range(120):
        group, label = index // 4, labels[index // 4 % 3]
        part, fold = parts[group // 3], str(group // 3 % 5 + 1)
        rows.append(Clip(f"{label}/{index}.wav", [label], f"artist {group}" if groups else None, part, fold))
    return Clips.from_rows(rows)


def _split(case: Case) -> Clips:
    found: Clips = case.once("split", lambda: case.component.split(example_clips(), SEED))
    return found


@check("sets parts", "splitter")
def sets_parts(case: Case) -> None:
    """Every clip's part is "train", "validation", "test" or null, and some clips train."""
    parts = set(_split(case).column("part"))
    strange = parts - {*PARTS, None}
    assert not strange, f"parts are {', '.join(PARTS)} or null, not {strange}"
    counts = _split(case).counts()
    assert counts["train"], f"no clip trains: {counts}"
    assert counts["validation"] or counts["test"], f"all clips train: {counts}"


@check("keeps the clips", "splitter")
def keeps_the_clips(case: Case) -> None:
    """The same clips in the same order, and nothing but ``part`` changed; what was given is not changed in place."""
    clips = example_clips()
    before = clips.table.clone()
    found = case.component.split(clips, SEED)
    assert clips.table.equals(before), "the clips that were given are changed"
    others = [column for column in before.columns if column != "part"]
    assert found.table.select(others).equals(before.select(others)), "rows, their order or other columns are changed"


@check("deterministic under the seed", "splitter")
def deterministic(case: Case) -> None:
    """The seed decides; no global generator does."""
    with no_global_draws("split()", "draw from genrekit.randomness.generator(seed, …)"):
        again = case.component.split(example_clips(), SEED)
    assert again.column("part") == _split(case).column("part"), "a second call with the same seed splits differently"


@check("divided groups are told", "splitter")
def divided_groups_are_told(case: Case) -> None:
    """Groups (artist, speaker, site) stay on one side, or a note tells people that they do not."""
    import polars as pl

    found = _split(case)
    parts = found.table.filter(pl.col("part").is_not_null()).group_by("group").agg(pl.col("part").n_unique())
    divided = parts.filter(pl.col("part") > 1).height
    what = f"{divided} of {parts.height} groups are divided between parts, and no note of the clips says so"
    assert not divided or any("group" in note for note in found.notes), what


@check("without groups", "splitter")
def without_groups(case: Case) -> None:
    """Clips whose groups are not known are split too, or a `genrekit.DataError` says why not."""
    from genrekit.errors import GenrekitError

    try:
        found = case.component.split(example_clips(groups=False), SEED)
    except GenrekitError as error:
        raise Skip(str(error).splitlines()[0]) from None
    assert found.counts()["train"], "no clip trains"


@check("folds", "splitter")
def folds(case: Case) -> None:
    """A cross-validation's folds are splitters that recipes can name, and test each clip once at most."""
    component: Any = case.component
    each = component.each_fold(example_clips())
    if not each:
        raise Skip("it is no cross-validation")
    tested: list[int] = []
    for fold in each:
        assert isinstance(fold, Splitter), f"a fold is a {type(fold).__name__}, not a splitter"
        assert type(fold).model_validate(fold.model_dump(mode="json")) == fold, "a fold does not survive its options"
        parts = fold.split(example_clips(), SEED).column("part")
        tested += [row for row, part in enumerate(parts) if part == "test"]
    assert tested, "no fold has a test part"
    assert len(tested) == len(set(tested)), "a clip is in the test part of several folds"
