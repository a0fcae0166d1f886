"""The ``mirdata`` data set."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import field_validator, model_validator

import genrekit
from genrekit.errors import did_you_mean
from genrekit_mirdata.known import KNOWN, NAMES, Known

requires_genrekit_api = ">=1.0,<2"

NONE = "none"


class Mirdata(genrekit.Dataset):
    """Any data set of mirdata's whose tracks have genres, instruments, tags or other labels.

    Bittner et al., "mirdata: software for reproducible usage of datasets", ISMIR 2019. ``root`` is mirdata's data_home.
    Nothing is downloaded unless ``download`` says so.
    """

    use: Literal["mirdata"] = "mirdata"
    collection: str = genrekit.Field(
        description="the data set, by mirdata's name", json_schema_extra={"enum": [*NAMES]}
    )
    root: genrekit.RecipePath = genrekit.Field(description="the folder that holds the data set, as mirdata wants it")
    index_version: str = genrekit.Field("default", description="the version of the data set's index")
    label: str | None = genrekit.Field(
        None, description="the track's attribute that is its label, or labels; none: the one that this data set has"
    )
    group: str | None = genrekit.Field(
        None,
        description='what must not be divided, such as artist; none: what is known of this data set. "none": no groups',
    )
    audio: str | None = genrekit.Field(
        None,
        description="the track's attribute that is the path of its recording; none: the one that this data set has",
    )
    missing: Literal["refuse", "leave-out"] = genrekit.Field(
        "refuse", description="what becomes of tracks whose recording is not there: an error that names them, or a note"
    )
    verify: bool = genrekit.Field(
        False, description="whether every file is compared with its checksum in the index first; reads all of it"
    )
    download: Literal["never", "index", "all"] = genrekit.Field(
        "never", description="what mirdata may fetch if it is missing: nothing, its index, or the recordings too"
    )

    @field_validator("collection")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in NAMES:
            raise ValueError(f"mirdata has no data set '{name}'{did_you_mean(name, NAMES)}")
        return name

    @model_validator(mode="after")
    def _labelled(self) -> Self:
        if self.attributes().label is None:
            raise ValueError(
                f"{self.collection} has no genres, instruments or tags; say which attribute of its tracks is label"
            )
        return self

    def attributes(self) -> Known:
        """Where labels, groups, parts and recordings are found."""
        known = KNOWN.get(self.collection, Known())
        return Known(
            label=self.label or known.label,
            group=None if self.group == NONE else self.group or known.group,
            part=known.part,
            fold=known.fold,
            audio=self.audio or known.audio,
            label_end=known.label_end if self.label is None else None,
        )

    @classmethod
    def example(cls, folder: Path) -> Self:
        from genrekit_mirdata.tiny import tiny_gtzan

        return cls(collection="gtzan_genre", root=tiny_gtzan(folder))

    def clips(self) -> genrekit.Clips:
        """Raises `genrekit.DataError` for what is missing, damaged, or not as mirdata knows it."""
        from genrekit_mirdata._home import opened, verify
        from genrekit_mirdata._tracks import clips_of

        dataset = opened(self)
        if self.verify:
            verify(self, dataset)
        return clips_of(self, dataset)


@genrekit.hookimpl
def register_datasets(register: Any) -> None:
    register(Mirdata)
