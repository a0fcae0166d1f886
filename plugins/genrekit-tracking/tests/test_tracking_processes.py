"""Of processes that train together, the first tells, and nobody else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from genrekit_tracking.teller import read_record
from tracked_runs import write_recipe


def test_two_processes_are_one_run(tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path, "[tracking.tensorboard]")
    launch = ["-m", "torch.distributed.run", "--nproc-per-node", "2", "--rdzv-endpoint", "127.0.0.1:0"]
    command = [sys.executable, *launch, "--rdzv-backend", "c10d", "-m", "genrekit", "run", str(recipe)]
    command += ["--runs", str(tmp_path / "runs"), "--store", str(tmp_path / "store"), "--set", "train.epochs=1"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (folder,) = (tmp_path / "runs" / "tones").iterdir()
    assert len(list(folder.rglob("events.*"))) == 1
    assert read_record(folder)["tensorboard"] == {"identity": "tensorboard", "epochs": 1, "ended": True}
    assert "tracking:" not in done.stdout + done.stderr
