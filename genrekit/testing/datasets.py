"""The contract of data sets."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from genrekit.component import Dataset
from genrekit.errors import GenrekitError
from genrekit.testing.contract import Case, Skip, check
from genrekit.testing.same import no_global_draws

if TYPE_CHECKING:
    from genrekit.clips import Clips


def check_dataset(component: Dataset) -> None:
    """Check a `genrekit.Dataset` that finds a few clips; raises AssertionError with everything that is wrong."""
    from genrekit.testing.contract import check_component

    check_component(component)


def _clips(case: Case) -> Clips:
    found: Clips = case.once("clips", lambda: case.component.clips())
    return found


@check("finds clips", "dataset")
def finds_clips(case: Case) -> None:
    """clips() gives a `genrekit.Clips` of at least two labels, each clip with a path and what is known of it."""
    from genrekit.clips import Clips

    found: Any = _clips(case)
    assert isinstance(found, Clips), f"clips() gives a {type(found).__name__}, not genrekit.Clips"
    assert len(found) >= 1, "no clip is found"
    assert len(found.labels()) >= 2, f"the labels are {found.labels()}: nothing to tell apart"
    assert all(label.strip() for label in found.labels()), "a label is empty"


@check("paths lead to files", "dataset")
def paths_lead_to_files(case: Case) -> None:
    """Each clip's path is absolute, or found from the working directory, and is a file's."""
    missing = [path for path in dict.fromkeys(_clips(case).column("path")) if not Path(path).is_file()]
    assert not missing, f"{len(missing)} paths lead to no file, such as {missing[0]}"


@check("times make sense", "dataset")
def times_make_sense(case: Case) -> None:
    """A clip starts at 0 seconds or later, and takes more than no time."""
    table = _clips(case)
    assert all(start is not None and start >= 0 for start in table.column("start_s")), "a clip starts before its file"
    durations = [duration for duration in table.column("duration_s") if duration is not None]
    assert all(duration > 0 for duration in durations), "a clip takes no time; duration_s null means: to the end"


@check("always the same", "dataset")
def repeatable(case: Case) -> None:
    """The same clips in the same order each time: a row's number is a clip's identity."""
    first = _clips(case)
    with no_global_draws("clips()", "a clip's place must not be drawn"):
        again = case.component.clips()
    assert again.table.equals(first.table), "a second call gives other clips, or another order; sort what is listed"


@check("reads no audio", "dataset")
def reads_no_audio(case: Case) -> None:
    """A table of a million clips must not take a million reads: audio is read later, in parallel."""
    _clips(case)
    with _no_reading():
        case.component.clips()


@contextlib.contextmanager
def _no_reading() -> Iterator[None]:
    import soundfile

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("clips() reads audio; what files hold is found out later, in parallel")

    with mock.patch.object(soundfile.SoundFile, "read", refuse):
        yield


@check("a missing folder is explained", "dataset")
def missing_folder(case: Case) -> None:
    """Where an option's path leads nowhere, a `genrekit.DataError` says so; anything else looks like a defect."""
    component = case.component
    paths = {name: value for name, value in dict(component).items() if isinstance(value, Path) and value.exists()}
    if not paths:
        raise Skip("it has no option that is the path of something that exists")
    for name in paths:
        elsewhere = component.model_copy(update={name: case.folder / "there" / "is" / "nothing"})
        try:
            elsewhere.clips()
        except GenrekitError as error:
            assert str(error).strip(), "the error says nothing"
        except Exception as error:
            raise AssertionError(
                f"where {name} leads nowhere it raises {type(error).__name__}; raise genrekit.DataError(what, hint=…)"
            ) from error
