"""A real cluster on the loopback interface: a scheduler, and workers that are processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

WORKER = """\
import importlib.metadata as metadata, sys
{before}
from distributed.cli.dask_worker import main
sys.argv[0] = "dask-worker"
main()
"""

WITHOUT_GENREKIT = """\
known = metadata.version
def version(name):
    if name.startswith("genrekit"):
        raise metadata.PackageNotFoundError(name)
    return known(name)
metadata.version = version
"""

ANOTHER_VERSION = """\
known = metadata.version
metadata.version = lambda name: "0.0.1" if name == "genrekit" else known(name)
"""


@dataclass
class Cluster:
    """The scheduler is in this process; workers come and go."""

    scheduler: Any
    workers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return str(self.scheduler.scheduler_address)

    def start(self, name: str, before: str = "") -> subprocess.Popen[bytes]:
        """A worker with one thread and no nanny that would start it again."""
        here = str(Path(__file__).parent)
        environment = os.environ | {"PYTHONPATH": os.pathsep.join([here, os.environ.get("PYTHONPATH", "")])}
        options = ["--no-nanny", "--nthreads", "1", "--no-dashboard", "--name", name, "--host", "127.0.0.1"]
        line = [sys.executable, "-c", WORKER.format(before=before), self.address, *options]
        self.workers[name] = subprocess.Popen(line, env=environment, stderr=subprocess.DEVNULL)
        return self.workers[name]

    def kill(self, pid: int) -> None:
        """As the kernel does when it is out of memory; returns when the process is gone."""
        os.kill(pid, signal.SIGKILL)
        for name, worker in list(self.workers.items()):
            if worker.pid == pid:
                worker.wait()
                del self.workers[name]

    def close(self) -> None:
        for worker in self.workers.values():
            worker.kill()
            worker.wait()
        self.workers.clear()
        self.scheduler.close()


def cluster() -> Cluster:
    """One without workers."""
    import distributed

    make: Any = distributed.LocalCluster
    return Cluster(make(n_workers=0, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0"))
