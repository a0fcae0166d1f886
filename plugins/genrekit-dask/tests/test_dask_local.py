"""A cluster on this machine that lives as long as it is needed; the example; what workers say of jobs."""

from __future__ import annotations

import concurrent.futures
import json
import pickle
import signal
from pathlib import Path

import dask_jobs
import pytest
from genrekit_dask import Dask
from genrekit_dask.failures import told
from genrekit_dask.work import perform
from pydantic import ValidationError

import genrekit
from genrekit.plugins import configure

EXAMPLE = Path(__file__).parent.parent / "examples" / "dask.toml"


def test_the_example_runs(tmp_path: Path) -> None:
    """On one worker, with as few clips as will do."""
    fewer = ["dataset.clips_per_class=4", "train.epochs=1", "executor.workers=1", "executor.timeout_s=300"]
    result = genrekit.run(EXAMPLE, overrides=fewer, runs=tmp_path / "runs", store=tmp_path / "store")
    data = json.loads((result.folder / "data.json").read_text())
    assert not data["quarantined"]
    assert result.metrics["epochs"] == 1


def test_a_job_that_kills_workers_is_given_up_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers, so that each death takes some job along that has nothing to do with it.

    Ctrl-C is not theirs to answer.
    """
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    with Dask(workers=2, timeout_s=300.0).open() as pool:
        assert pool.submit(dask_jobs.ctrl_c_is).result() == str(signal.SIG_IGN)
        before = [pool.submit(dask_jobs.pid) for _ in range(3)]
        deadly = pool.submit(dask_jobs.die)
        after = [pool.submit(dask_jobs.pid) for _ in range(6)]
        error = deadly.exception()
        assert all(future.result() > 0 for future in (*before, *after))
    assert isinstance(error, concurrent.futures.BrokenExecutor)
    assert str(error).startswith("workers died of it again and again, the last at tcp://127.0.0.1:")


def test_options_of_two_clusters_exclude_each_other() -> None:
    with pytest.raises(ValidationError, match="the one at address has its own"):
        Dask(address="tcp://127.0.0.1:8786", workers=2)


def test_a_worker_that_cannot_read_a_job_says_what_to_do() -> None:
    payload = pickle.dumps((dask_jobs.pid, (), {})).replace(b"dask_jobs", b"dask_jabs")
    with pytest.raises(genrekit.GenrekitError, match="cannot read its jobs: No module named 'dask_jabs'") as raised:
        perform(payload, ())
    assert "try: install the same distributions on all workers" in str(raised.value)


def test_a_worker_loads_the_files_of_components_that_the_sender_has(tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text("def seven():\n    return 7\n")
    payload = b"cgenrekit_local_own\nseven\n."
    call = pickle.dumps((len, ("seven",), {}))
    try:
        assert perform(call, (str(file),)) == 5
        assert pickle.loads(payload)() == 7
    finally:
        configure()


def test_a_worker_that_came_later_without_genrekit_is_explained() -> None:
    error = told(ModuleNotFoundError("No module named 'genrekit_dask'", name="genrekit_dask"))
    assert "a Dask worker that came later lacks genrekit-dask" in str(error)
    other = ModuleNotFoundError("No module named 'other'", name="other")
    assert told(other) is other
