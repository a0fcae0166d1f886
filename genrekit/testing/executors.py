"""The contract of executors."""

from __future__ import annotations

import concurrent.futures
from pathlib import Path
from typing import TYPE_CHECKING

from genrekit.component import Executor
from genrekit.testing import jobs, recordings
from genrekit.testing.bundles import write_bundle
from genrekit.testing.contract import Case, check

if TYPE_CHECKING:
    from genrekit.answers import Prediction, Window


def check_executor(component: Executor) -> None:
    """Check a `genrekit.Executor`; raises AssertionError with everything that is wrong."""
    from genrekit.testing.contract import check_component

    check_component(component)


@check("opens and shuts down", "executor")
def opens_and_shuts_down(case: Case) -> None:
    """open() gives a `concurrent.futures.Executor` that refuses jobs after its shutdown; it may be shut twice."""
    pool = case.component.open()
    assert isinstance(pool, concurrent.futures.Executor), f"open() gives a {type(pool).__name__}"
    with pool:
        pass
    try:
        late = pool.submit(jobs.square, 1)
    except RuntimeError:
        pass
    else:
        raise AssertionError(f"submit() after shutdown gives {late}, not RuntimeError")
    pool.shutdown()


@check("runs jobs", "executor")
def runs_jobs(case: Case) -> None:
    """Each job's result, or its exception with its type, is in the future that submit() gave for it."""
    with case.component.open() as pool:
        futures = [pool.submit(jobs.square, number) for number in range(20)]
        failing = pool.submit(jobs.fail, "lost")
        assert [future.result(timeout=120) for future in futures] == [number**2 for number in range(20)]
        error = failing.exception(timeout=120)
    assert isinstance(error, LookupError) and "lost" in str(error), f"a job that raised LookupError gives {error!r}"


@check("capacity", "executor")
def capacity(case: Case) -> None:
    """capacity() says how many jobs run at once: at least one."""
    found = case.component.capacity()
    assert isinstance(found, int) and found >= 1, f"capacity() is {found!r}"


@check("prepares clips", "executor")
def prepares_clips(case: Case) -> None:
    """Clips are decoded and stored just as in one thread, and what cannot be read is quarantined."""
    folder = recordings.write_tones(case.folder / "tones", per_class=2)
    (folder / "low" / "broken.wav").write_bytes(b"RIFF")
    assert _prepared(case, "tried", case.component) == _prepared(case, "reference", _OneThread()), (
        "other items are stored than in one thread"
    )


@check("answers recordings", "executor")
def answers_recordings(case: Case) -> None:
    """`genrekit predict --executor` gives just the answers of one thread, in the order of the recordings."""
    tones = recordings.write_tones(case.folder / "recordings", per_class=2)
    (tones / "low" / "broken.wav").write_bytes(b"RIFF")
    write_bundle(case.folder / "bundle")
    assert _answered(case, case.component) == _answered(case, _OneThread()), "other answers than in one thread"


def _answered(case: Case, executor: Executor) -> list[Window | Prediction]:
    from genrekit.clips import audio_files
    from genrekit.predict import Predictor

    predictor, paths = Predictor.load(case.folder / "bundle"), audio_files(case.folder / "recordings")
    return list(predictor.timelines(paths, executor=executor))


def _prepared(case: Case, name: str, executor: Executor) -> list[tuple[str, int, str | None, bytes]]:
    from genrekit.clips import Clip, Clips, audio_files
    from genrekit.preparation import prepare
    from genrekit.store import Store

    paths = audio_files(case.folder / "tones")
    clips = Clips.from_rows(Clip(str(path), [path.parent.name], part="train") for path in paths)
    store = Store(Path(case.folder) / name)
    done = prepare(clips, jobs.HalfSecond(sample_rate=8000), "waveform", executor, store)
    assert len(done.results) == len(paths), f"{len(done.results)} of {len(paths)} clips came back"
    return [
        (Path(found.path).name, found.windows, found.reason, store.window(found.key, 0).tobytes() if found.key else b"")
        for _, found in sorted(done.results.items())
    ]


class _OneThread(Executor):
    """One thread of this process."""

    use: str = "one-thread"

    def open(self) -> concurrent.futures.Executor:
        return concurrent.futures.ThreadPoolExecutor(1)

    def capacity(self) -> int:
        return 1
