"""`processes`: a worker that dies is replaced, and what a worker process is like."""

from __future__ import annotations

import concurrent.futures
import os
from pathlib import Path

import jobs
import pytest

from genrekit import plugins
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
