"""Reaching a cluster, or making one, and finding out before any work whether it can do it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from importlib import metadata
from typing import Any

from genrekit import GenrekitError
from genrekit.errors import Problem
from genrekit_dask.probe import refuse_strangers

Client = Any
"""A `distributed.Client`, whose methods are typed in part only."""

NEEDED = ("genrekit", "genrekit-dask")
"""What scheduler and workers must have, in this process's version: jobs are its code."""

DEATHS = 1
"""So many workers of the local cluster may die while they have a job, before the job is suspected of it."""


def local_cluster(workers: int) -> Any:
    """A scheduler here and as many worker processes, each of one thread, on the loopback interface."""
    import dask
    import distributed

    # Untyped.
    make: Any = distributed.LocalCluster
    with dask.config.set({"distributed.scheduler.allowed-failures": DEATHS}):
        return make(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
            preload="genrekit_dask.preload",
        )


def connected(address: str, timeout_s: float) -> Client:
    """A client of the scheduler at ``address``."""
    import distributed

    # Untyped.
    make: Any = distributed.Client
    try:
        refuse_strangers(address, timeout_s)
        return make(address, timeout=timeout_s, set_as_default=False)
    except Exception as error:  # whatever listens there may answer anything
        raise GenrekitError(
            f"no Dask scheduler answers at {address}",
            why=_first_line(error),
            hint="dask scheduler, then dask worker ADDRESS; the scheduler says its address when it starts",
        ) from None


def check(client: Client, timeout_s: float) -> None:
    """Raise `GenrekitError` unless there is a worker, and all of them and the scheduler have what jobs need."""
    address = client.scheduler.address
    try:
        client.wait_for_workers(1, timeout=timeout_s)
    except TimeoutError:
        what = f"the Dask scheduler at {address} has no workers"
        raise GenrekitError(what, why=f"none came within {timeout_s:g} s", hint=f"dask worker {address}") from None
    problems = [found for name in NEEDED for found in _unfit(client, name)]
    if problems:
        raise GenrekitError.of(problems)


def _unfit(client: Client, name: str) -> Iterator[Problem]:
    """What keeps this distribution from being the same everywhere; what is asked for is in Python's own library."""
    here = metadata.version(name)
    there: dict[str, str | Exception] = client.run(metadata.version, name, on_error="return")
    places = {f"the worker {address}": found for address, found in there.items()}
    for place, found in ({"the scheduler": _of_scheduler(client, name)} | places).items():
        if found != here:
            what = f"{place} has {name} {found}" if isinstance(found, str) else f"{place} lacks {name}"
            yield Problem(what, why=f"jobs are code of {name} {here}", hint=f'there: pip install "{name}=={here}"')


def _of_scheduler(client: Client, name: str) -> str | Exception:
    try:
        return str(client.run_on_scheduler(metadata.version, name))
    except metadata.PackageNotFoundError as error:
        return error


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
