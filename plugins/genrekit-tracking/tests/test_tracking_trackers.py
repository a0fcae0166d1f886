"""The real trackers: TensorBoard's files read back, a real MLflow server on loopback, wandb's offline files."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from genrekit_tracking import figures, teller
from genrekit_tracking.afterwards import track_folder
from tracked_runs import Said, Stops, run

from genrekit.pipeline import RunResult
from genrekit.running import resume_run

# These libraries use what others, and Python, are about to drop.
pytestmark = [pytest.mark.filterwarnings("ignore::DeprecationWarning"), pytest.mark.filterwarnings("ignore:.*protobuf")]

ENVIRONMENT = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "WANDB_ERROR_REPORTING": "false"}
TRACKING = """
timeout_s = 300

[tracking.tensorboard]

[tracking.mlflow]
uri = "{uri}"
experiment = "tones of three classes"
tags = {{ who = "a test" }}

[tracking.wandb]
mode = "offline"
"""


@pytest.fixture(scope="module")
def mlflow_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server, started and stopped here."""
    folder = tmp_path_factory.mktemp("mlflow")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += [
        "--backend-store-uri",
        f"sqlite:///{folder}/db.sqlite",
        "--artifacts-destination",
        str(folder / "files"),
    ]
    environment = os.environ | ENVIRONMENT
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True)
    uri = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{uri}/health", server, folder / "log")
        yield uri
    finally:
        os.killpg(server.pid, 15)
        server.wait(60)


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Until the server answers; only a server that never does takes long."""
    for _ in range(6000):
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"no answer from {address}: {log.read_text()}")


@pytest.fixture(scope="module", autouse=True)
def _quiet() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="module")
def tracked(mlflow_uri: str, tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    """A run that is interrupted after two epochs and resumed, told to all three."""
    folder = tmp_path_factory.mktemp("tracked")
    said = Said()
    tracking = TRACKING.format(uri=mlflow_uri)
    interrupted = run(folder, tracking, listeners=[Stops(2)], finish=False, narrator=said)
    result = resume_run(interrupted.folder, store=folder / "store", narrator=said)
    assert said.about("tracking") == []
    return result


def lines(result: RunResult) -> list[dict[str, float]]:
    return [json.loads(line) for line in (result.folder / "history.jsonl").read_text().splitlines()]


def test_tensorboard_holds_each_epoch_once(tracked: RunResult) -> None:
    found = events(tracked.folder / "tensorboard")
    for name in ("train/loss", "train/lr", "validation/macro_f1", "validation/loss"):
        expected = [figures.of_epoch(line)[name] for line in lines(tracked)]
        assert [event.step for event in found.Scalars(name)] == [1, 2, 3]
        assert [event.value for event in found.Scalars(name)] == pytest.approx(expected)
    final = figures.of_end(tracked.metrics)
    assert {tag for tag in found.Tags()["scalars"] if tag.startswith("final/")} == set(final)
    assert found.Scalars("final/test/accuracy")[0].value == pytest.approx(final["final/test/accuracy"])
    assert "final/test/macro_f1/low" in final or not tracked.metrics["test"]["intervals"]


def test_tensorboard_holds_pictures_options_and_the_recipe(tracked: RunResult) -> None:
    found = events(tracked.folder / "tensorboard")
    assert set(found.Tags()["images"]) >= {"pictures/confusion_matrix", "pictures/learning_curves"}
    (picture,) = found.Images("pictures/confusion_matrix")
    assert picture.encoded_image_string == (tracked.folder / "confusion_matrix.png").read_bytes()
    assert (picture.width, picture.height) > (100, 100)
    recipe = (tracked.folder / "recipe.toml").read_text()
    (text,) = found.Tensors("recipe/text_summary")
    assert recipe in text.tensor_proto.string_val[0].decode()
    assert "_hparams_/session_start_info" in found.summary_metadata
    options = found.summary_metadata["_hparams_/session_start_info"].plugin_data.content
    assert b"train.optimizer.lr" in options


def events(folder: Path) -> Any:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator  # type: ignore[import-untyped]

    found = EventAccumulator(str(folder), size_guidance={"images": 0, "scalars": 0, "tensors": 0})
    return found.Reload()


def runs_of(client: Any, experiment: str) -> list[Any]:
    return list(client.search_runs([client.get_experiment_by_name(experiment).experiment_id]))


def test_mlflow_holds_one_run_with_everything(tracked: RunResult, mlflow_uri: str, tmp_path: Path) -> None:
    from mlflow import MlflowClient

    client = MlflowClient(mlflow_uri)
    (found,) = runs_of(client, "tones of three classes")
    assert found.info.status == "FINISHED"
    assert found.info.run_name == f"tones {tracked.folder.name}"
    assert found.data.tags["who"] == "a test"
    assert found.data.params["train.batch_size"] == "4"
    assert not any(name.startswith("tracking") for name in found.data.params)
    history = client.get_metric_history(found.info.run_id, "validation/macro_f1")
    told = sorted((metric.step, metric.value) for metric in history)
    assert [step for step, _ in told] == [1, 2, 3]
    assert [value for _, value in told] == pytest.approx([line["macro_f1"] for line in lines(tracked)])
    final = figures.of_end(tracked.metrics)
    assert {name: found.data.metrics[name] for name in final} == pytest.approx(final)
    kept = Path(client.download_artifacts(found.info.run_id, "", str(tmp_path)))
    assert (kept / "bundle" / "model.onnx").read_bytes() == (tracked.folder / "bundle" / "model.onnx").read_bytes()
    assert (kept / "pictures" / "confusion_matrix.png").is_file()
    assert (kept / "report.html").read_bytes() == (tracked.folder / "report.html").read_bytes()


def test_what_mlflow_keeps_is_a_model(tracked: RunResult, mlflow_uri: str, tmp_path: Path) -> None:
    from mlflow import MlflowClient

    import genrekit

    run_id = teller.read_record(tracked.folder)["mlflow"]["identity"]
    kept = MlflowClient(mlflow_uri).download_artifacts(run_id, "bundle", str(tmp_path))
    recording = tracked.folder.parents[2] / "tones" / "low" / "0.wav"
    assert genrekit.load(kept).predict(recording) == genrekit.load(tracked.folder).predict(recording)


def test_wandb_keeps_one_run_offline(tracked: RunResult) -> None:
    identity = teller.read_record(tracked.folder)["wandb"]["identity"]
    folders = sorted((tracked.folder / "wandb").glob("offline-run-*"))
    assert [folder.name.rpartition("-")[2] for folder in folders] == [identity, identity]
    kept = [path for folder in folders for path in folder.glob("*.wandb")]
    content = b"".join(path.read_bytes() for path in kept)
    for name in (b"validation/macro_f1", b"train.optimizer.lr", b"final/test/accuracy", b"model.onnx"):
        assert name in content


def test_a_server_that_is_away_is_said_and_told_later(mlflow_uri: str, tmp_path: Path) -> None:
    from mlflow import MlflowClient

    said = Said()
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound and not listened to: whoever connects is refused
        nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}"
        tracking = f"timeout_s = 300\n[tracking.mlflow]\nuri = '{nowhere}'\nexperiment = 'later'"
        result = run(tmp_path, tracking, "train.epochs=1", narrator=said)
    assert result.metrics["epochs"] == 1
    first, last = said.about("tracking: ")
    assert "mlflow does not hear of this: MlflowException" in first
    assert f"mlflow was not told 1 epochs and the end; later: genrekit track {result.folder}" in last
    recipe = result.folder / "recipe.toml"
    recipe.write_text(recipe.read_text().replace(nowhere, mlflow_uri))
    track_folder(result.folder, said)
    assert said.lines[-1] == f"{result.folder}: mlflow told"
    client = MlflowClient(mlflow_uri)
    (found,) = runs_of(client, "later")
    assert found.info.status == "FINISHED"
    assert found.data.metrics["final/epochs"] == 1
    assert {file.path for file in client.list_artifacts(found.info.run_id)} >= {"bundle", "pictures", "report.html"}
    track_folder(result.folder, said)
    assert said.lines[-1] == f"{result.folder}: all trackers have been told before"
