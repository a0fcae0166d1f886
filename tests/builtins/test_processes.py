"""`processes`: a worker that dies is replaced, and what a worker process is like."""

from __future__ import annotations

import concurrent.futures
import os
from pathlib import Path

import jobs
import numpy as np
import pytest
import soundfile

from genrekit import plugins
from genrekit.clips import Clip, Clips
from genrekit.preparation import prepare
from genrekit.store import Store
from genrekit_builtins.processes import Processes

LOCAL = '''
from typing import Literal
import genrekit

class Steep(genrekit.Scheduler):
    """A scheduler of a local file."""
    use: Literal["steep"] = "steep"

@genrekit.hookimpl
def register_schedulers(register):
    register(Steep)
'''


def test_a_job_that_crashes_fails_alone() -> None:
    with Processes(workers=1).open() as pool:
        before = pool.submit(jobs.process_id)
        dying = pool.submit(jobs.crash)
        after = [pool.submit(jobs.process_id) for _ in range(3)]
        with pytest.raises(concurrent.futures.BrokenExecutor, match="only the job it had is lost"):
            dying.result()
        ids = {future.result() for future in after}
    assert len(ids) == 1, "one other worker took over"
    assert ids.isdisjoint({before.result(), os.getpid()})


def test_a_worker_process_leaves_ctrl_c_to_its_parent_and_cpus_to_its_siblings() -> None:
    with Processes(workers=1).open() as pool:
        assert pool.submit(jobs.ignores_interrupts).result()
        assert pool.submit(jobs.modules_starting, "torch").result() == []
        assert pool.submit(os.getenv, "OMP_NUM_THREADS").result() == "1"


def test_components_of_local_plugin_files_arrive(tmp_path: Path) -> None:
    file = tmp_path / "steep.py"
    file.write_text(LOCAL)
    plugins.configure(local=[str(file)])
    try:
        steep = plugins.installed().registry.find("scheduler", "steep").component()
        with Processes(workers=1).open() as pool:
            assert pool.submit(repr, steep).result() == "Steep(use='steep')"
    finally:
        plugins.configure()


def test_a_clip_that_kills_its_worker_is_quarantined_and_the_others_are_not(tmp_path: Path) -> None:
    paths = [str(tmp_path / f"{number}.wav") for number in range(4)]
    for path in paths:
        soundfile.write(path, np.full(800, 0.1), 8000)
    clips = Clips.from_rows(Clip(path, ["a"], part="train") for path in paths)
    features = jobs.CrashesOnce(flag=str(tmp_path / "died"), sample_rate=8000)
    done = prepare(clips, features, "waveform", Processes(workers=1), Store(tmp_path / "store"))
    assert [result.path for result in done.quarantined] == paths[:1]
    assert (
        done.quarantined[0].reason
        == "reading it crashed: the worker process was ended by SIGSEGV; only the job it had is lost"
    )
    assert [result.path for result in done.usable.values()] == paths[1:]
