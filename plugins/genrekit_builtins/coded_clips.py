"""Clips as integer codes, which is what splitting needs of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from genrekit import Clips, DataError

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    Integers = np.ndarray[Any, np.dtype[np.int64]]


UNLABELLED = "(no label)"
"""Where clips have several labels, those that have none are dealt out as a class of this name."""

FEW = 20
"""With fewer groups than this they need not be in every part, and are dealt out with the commonest label's clips."""


@dataclass(frozen=True)
class CodedClips:
    """``label`` [clips] indexes ``classes``; ``group`` [clips] from 0; a clip without one is its own group.

    A clip of several labels counts as one of that label which the fewest clips have, as in iterative stratification
    (Sechidis et al., "On the stratification of multi-label data", ECML 2011), where rare labels are shared out first.
    """

    classes: list[str]
    label: Integers
    group: Integers

    @classmethod
    def of(cls, clips: Clips, keep_together: bool = True) -> CodedClips:
        """Code ``clips``; with ``keep_together`` False, each clip is a group of its own."""
        import numpy as np

        if not len(clips):
            raise DataError("there are no clips to split")
        group = _group_codes(clips.table.get_column("group")) if keep_together else np.arange(len(clips))
        labels = _with_unlabelled(rarest_labels(clips), group)
        return cls(labels.unique().sort().to_list(), labels.rank("dense").to_numpy().astype(np.int64) - 1, group)

    def __len__(self) -> int:
        return len(self.label)

    def only(self, rows: np.ndarray) -> CodedClips:
        """The clips that the boolean mask ``rows`` [clips] picks, with the same codes for classes."""
        import numpy as np

        _, group = np.unique(self.group[rows], return_inverse=True)
        return CodedClips(self.classes, self.label[rows], group)

    def clips_per_class(self) -> Integers:
        """int64 [classes]"""
        import numpy as np

        return np.bincount(self.label, minlength=len(self.classes))

    def pairs(self) -> tuple[Integers, Integers, Integers]:
        """(group, label, clips) of each combination that occurs, sorted by group."""
        import numpy as np

        keys, clips = np.unique(self.group * len(self.classes) + self.label, return_counts=True)
        return keys // len(self.classes), keys % len(self.classes), clips

    def groups_per_class(self) -> Integers:
        """int64 [classes]"""
        import numpy as np

        return np.bincount(self.pairs()[1], minlength=len(self.classes))


def _with_unlabelled(labels: pl.Series, group: Integers) -> pl.Series:
    """``labels`` with "" replaced by what clips without any count as."""
    import numpy as np

    rest = labels.filter(labels != "")
    groups = len(np.unique(group[(labels == "").to_numpy()]))
    name = rest.mode().min() if groups < FEW and len(rest) else UNLABELLED
    return labels.replace("", str(name))


def rarest_labels(clips: Clips) -> pl.Series:
    """Of each clip's labels the one that the fewest clips have, of equals the first by name; "" where it has none."""
    import polars as pl

    rows = clips.table.select("labels").with_row_index("row")
    each = rows.filter(pl.col("labels").list.len() > 0).explode("labels").with_columns(pl.len().over("labels"))
    rarest = each.sort("len", "labels").group_by("row").first()
    found = rows.select("row").join(rarest, on="row", how="left", maintain_order="left")
    return found.get_column("labels").fill_null("")


def _group_codes(groups: pl.Series) -> Integers:
    import numpy as np

    ranks = groups.rank("dense")
    own = groups.is_null().to_numpy()
    named = int(ranks.max() or 0)  # type: ignore[arg-type]
    codes = ranks.fill_null(0).to_numpy().astype(np.int64) - 1
    codes[own] = named + np.arange(int(own.sum()))
    return codes
