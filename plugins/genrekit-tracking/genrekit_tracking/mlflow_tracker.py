"""MLflow: through its client, which has no global state, so that runs of one process do not mix."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from genrekit_tracking import figures
from genrekit_tracking.table import MLflow
from genrekit_tracking.tracker import Ending, Tracker

if TYPE_CHECKING:
    from mlflow import MlflowClient

LONGEST_PARAM, PARAMS_AT_ONCE, METRICS_AT_ONCE = 500, 100, 1000
"""MLflow's limits; older servers take no longer values than these."""

STATUS = {"finished": "FINISHED", "interrupted": "KILLED", "failed": "FAILED"}


class MLflowTracker(Tracker):
    """A run of an experiment. What is sent again has its first time to the millisecond: MLflow keeps one."""

    _client: MlflowClient | None = None

    @property
    def options(self) -> MLflow:
        """The recipe's options."""
        options = self.subject.tracking.mlflow
        assert isinstance(options, MLflow)
        return options

    @property
    def client(self) -> MlflowClient:
        """Made once."""
        if self._client is None:
            from mlflow import MlflowClient

            self._client = MlflowClient(tracking_uri=self.options.uri)
        return self._client

    @property
    def run_id(self) -> str:
        """MLflow's name of the run."""
        assert self.identity is not None
        return self.identity

    def start(self) -> None:
        from mlflow.entities import Param

        with self._impatient():
            if self.identity is None:
                self.identity = self._create()
            else:
                self.client.update_run(self.identity, status="RUNNING")
            told = [Param(name, str(value)[:LONGEST_PARAM]) for name, value in self.subject.params.items()]
            for first in range(0, len(told), PARAMS_AT_ONCE):
                self.client.log_batch(self.run_id, params=told[first : first + PARAMS_AT_ONCE])

    def _create(self) -> str:
        name = self.options.experiment or self.subject.recipe.name
        found = self.client.get_experiment_by_name(name)
        experiment = found.experiment_id if found else self.client.create_experiment(name)
        tags = {"genrekit.run_folder": str(self.subject.folder), **self.options.tags}
        if self.subject.series:
            tags["genrekit.series"] = str(self.subject.series)
        return str(self.client.create_run(experiment, tags=tags, run_name=self.subject.title).info.run_id)

    def epoch(self, epoch: int, line: Mapping[str, float]) -> None:
        with self._impatient():
            self._metrics(line, epoch)

    def end(self, ending: Ending) -> None:
        with self._impatient():
            self._metrics(figures.of_end(ending.metrics), int(ending.metrics.get("best_epoch", self.since)))
            if ending.error:
                self.client.set_tag(self.run_id, "genrekit.error", ending.error[:LONGEST_PARAM])
        # What is large takes its time.
        for path in self.files():
            self.client.log_artifact(self.run_id, str(path))
        for path in self.pictures(ending, ".png", ".svg"):
            self.client.log_artifact(self.run_id, str(path), "pictures")
        if self.bundle:
            self.client.log_artifacts(self.run_id, str(self.bundle), "bundle")
        self.client.set_terminated(self.run_id, STATUS[ending.status])

    def _metrics(self, named: Mapping[str, float], step: int) -> None:
        from mlflow.entities import Metric

        stamp = self._stamp(step, named)
        told = [Metric(name, value, stamp, step) for name, value in named.items()]
        for first in range(0, len(told), METRICS_AT_ONCE):
            self.client.log_batch(self.run_id, metrics=told[first : first + METRICS_AT_ONCE])

    def _stamp(self, step: int, named: Mapping[str, float]) -> int:
        """Milliseconds since 1970; the same when the same is told again."""
        stamps: dict[tuple[int, frozenset[str]], int] = self.__dict__.setdefault("_stamps", {})
        return stamps.setdefault((step, frozenset(named)), round(time.time() * 1000))

    @contextlib.contextmanager
    def _impatient(self) -> Iterator[None]:
        """MLflow tries for minutes by default, and training would wait; what the environment says goes first."""
        timeout = str(self.subject.tracking.timeout_s)
        wanted = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "MLFLOW_HTTP_REQUEST_TIMEOUT": timeout}
        missing = {name: value for name, value in wanted.items() if name not in os.environ}
        os.environ.update(missing)
        try:
            yield
        finally:
            for name in missing:
                os.environ.pop(name, None)
