"""From mirdata's tracks to clips."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import genrekit
from genrekit_mirdata._home import HINT, named, quiet
from genrekit_mirdata.known import PARTS

if TYPE_CHECKING:
    from genrekit_mirdata.dataset import Mirdata

PRESENT = 0.5
"""Where labels come with a probability, those above it are given."""


def clips_of(options: Mirdata, dataset: Any) -> genrekit.Clips:
    """Every track that has a label and a recording, by its id."""
    with quiet():
        found = [_clip(options, dataset, track_id) for track_id in sorted(_ids(options, dataset))]
    labelled = [clip for clip in found if clip.labels and clip.path]
    absent = sorted(clip.path for clip in labelled if not Path(clip.path).is_file())
    if absent and options.missing == "refuse":
        total = len(labelled)
        raise genrekit.DataError(
            f"{len(absent)} of {total} recordings of {options.collection} are missing: {named(absent)}", hint=HINT
        )
    gone = frozenset(absent)
    kept = [clip for clip in labelled if clip.path not in gone]
    if not kept:
        raise genrekit.DataError(f"no track of {options.collection} in {options.root} has a label and a recording")
    return genrekit.Clips.from_rows(kept, _notes(options, len(found) - len(labelled), absent))


def _notes(options: Mirdata, unlabelled: int, absent: list[str]) -> list[str]:
    notes = []
    if unlabelled:
        notes.append(f"{unlabelled} tracks of {options.collection} have no label or no recording, and are left out")
    if absent:
        notes.append(f"{len(absent)} recordings of {options.collection} are missing, and left out: {named(absent)}")
    return notes


def _ids(options: Mirdata, dataset: Any) -> list[str]:
    try:
        ids: list[str] = dataset.track_ids
    except (AttributeError, ValueError) as error:
        raise genrekit.DataError(f"mirdata's {options.collection}: {error}") from None
    return ids


def _clip(options: Mirdata, dataset: Any, track_id: str) -> genrekit.Clip:
    wanted = options.attributes()
    try:
        track = dataset.track(track_id)
        path = _value(track, wanted.audio)
        labels = labels_of(_value(track, wanted.label or ""), wanted.label_end)
        group = _value(track, wanted.group) if wanted.group else None
        part = PARTS.get(str(_value(track, wanted.part)).lower()) if wanted.part else None
        fold = _value(track, wanted.fold) if wanted.fold else None
    except FileNotFoundError as error:
        raise genrekit.DataError(f"mirdata's {options.collection}: {error}", hint="complete the folder") from None
    except (AssertionError, AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
        raise _not_as_known(options, dataset, track_id, error) from None
    return genrekit.Clip(
        str(path or ""),
        labels,
        group=group_of(group),
        part=part,
        fold=None if fold is None else str(fold),
    )


def _not_as_known(options: Mirdata, dataset: Any, track_id: str, error: Exception) -> genrekit.DataError:
    given = sorted(name for name in dir(dataset._track_class) if not name.startswith("_"))
    return genrekit.DataError(
        f"track {track_id} of {options.collection}: {error or type(error).__name__}",
        why=f"its attributes are {', '.join(given)}, and what its paths are called",
        hint="dataset.label, dataset.group and dataset.audio name attributes of mirdata's tracks",
    )


def _value(track: Any, attribute: str) -> Any:
    """A track's attribute; ``genres.sub_genres`` leads into a table."""
    name, _, key = attribute.partition(".")
    value = getattr(track, name)
    return value[key] if key and value is not None else value


def labels_of(value: Any, end: str | None = None) -> list[str]:
    """One label, several, or those of a table that are probable, each once, in order; [] of None."""
    if value is None:
        return []
    if isinstance(value, Mapping):
        found = [name for name, probability in value.items() if probability > PRESENT]
    else:
        found = list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
    texts = [str(label).partition(end)[0] if end else str(label) for label in found if label is not None]
    return sorted({text.strip() for text in texts if text.strip()})


def group_of(value: Any) -> str | None:
    """A group's name; of several artists, all of theirs."""
    if isinstance(value, list | tuple):
        return " & ".join(sorted(map(str, value))) or None
    return None if value in (None, "") else str(value)
