"""A real cluster of two workers on the loopback interface, one of which is killed while it works."""

from __future__ import annotations

import concurrent.futures
import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dask_jobs
import pytest
from dask_cluster import ANOTHER_VERSION, WITHOUT_GENREKIT, Cluster, cluster
from genrekit_dask import Dask
from genrekit_dask.cluster import check, connected
from genrekit_dask.pool import DaskPool

import genrekit
from genrekit.cli import main
from genrekit.clips import Clip, Clips
from genrekit.preparation import prepare
from genrekit.store import Store
from genrekit.testing import write_bundle, write_tones
from genrekit.testing.jobs import HalfSecond

LONG_S = 300.0
"""Nothing takes so long, on however busy a machine; nothing is to be given up sooner."""


@pytest.fixture
def made() -> Iterator[Cluster]:
    """A cluster without workers."""
    new = cluster()
    yield new
    new.close()


@pytest.fixture(scope="module")
def lasting() -> Iterator[Cluster]:
    """A cluster for several tests."""
    new = cluster()
    yield new
    new.close()


@pytest.fixture
def two(lasting: Cluster) -> Cluster:
    """Two workers; who was killed is replaced."""
    for name in {"first", "second"} - lasting.workers.keys():
        lasting.start(name)
    lasting.scheduler.wait_for_workers(2)
    return lasting


def until(condition: Callable[[], Any]) -> None:
    """Returns when it is true; what never comes true is an error, and not a test that hangs."""
    deadline = time.monotonic() + LONG_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_capacity_is_all_threads(two: Cluster) -> None:
    assert Dask(address=two.address).capacity() == 2


def test_what_a_killed_worker_had_is_done_again(two: Cluster, tmp_path: Path) -> None:
    """Jobs begin on both, one is killed before any can end; all end on the other."""
    gate, begun = tmp_path / "gate", tmp_path / "begun"
    begun.mkdir()
    with Dask(address=two.address, timeout_s=LONG_S).open() as pool:
        futures = [pool.submit(dask_jobs.wait_for, gate, begun) for _ in range(8)]
        until(lambda: len(list(begun.iterdir())) == 2)
        dead, alive = (int(path.name) for path in begun.iterdir())
        two.kill(dead)
        gate.touch()
        assert [future.result() for future in futures] == [alive] * 8


def test_extraction_survives_a_killed_worker_and_stores_what_threads_store(two: Cluster, tmp_path: Path) -> None:
    folder = write_tones(tmp_path / "tones", per_class=8)
    (folder / "low" / "broken.wav").write_bytes(b"RIFF")
    clips = Clips.from_rows(Clip(str(path), [path.parent.name], part="train") for path in genrekit.audio_files(folder))

    def stored(name: str, executor: genrekit.Executor, advance: Callable[[Any], None]) -> dict[str, Any]:
        store = Store(tmp_path / name)
        done = prepare(clips, HalfSecond(sample_rate=8000), "waveform", executor, store, advance)
        return {
            found.path: (found.reason, found.windows, found.key and store.window(found.key, 0).tobytes())
            for found in done.results.values()
        }

    told: list[str] = []

    def kill_one(done: Any) -> None:
        told.append(done.path)
        if len(told) == 3:
            two.kill(two.workers["first"].pid)

    found = stored("dask", Dask(address=two.address, timeout_s=LONG_S), kill_one)
    assert list(two.workers) == ["second"]
    assert sorted(told) == sorted(found)
    assert found == stored("serial", serial(), lambda done: None)
    assert [Path(path).name for path, (reason, _, _) in found.items() if reason] == ["broken.wav"]


def serial() -> genrekit.Executor:
    from genrekit.plugins import installed

    made = installed().registry.find("executor", "serial").component.model_validate({})
    assert isinstance(made, genrekit.Executor)
    return made


def test_prediction_survives_a_killed_worker_and_answers_as_threads_do(two: Cluster, tmp_path: Path) -> None:
    folder = write_tones(tmp_path / "tones", per_class=8)
    model = genrekit.load(write_bundle(tmp_path / "bundle"))
    paths = genrekit.audio_files(folder)
    answers = []
    for answer in model.timelines(paths, executor=Dask(address=two.address, timeout_s=LONG_S)):
        answers.append(answer)
        if len(answers) == 5:
            two.kill(two.workers["second"].pid)
    assert list(two.workers) == ["first"]
    assert answers == list(model.timelines(paths, executor=serial()))


def test_the_command_line_predicts_on_a_cluster(
    two: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a journal and paths that are relative, where workers stand in another folder."""
    monkeypatch.chdir(tmp_path)
    write_tones(Path("tones"), per_class=2)
    write_bundle(Path("bundle"))
    cluster = ["--executor", "dask", "--executor-option", f"address={two.address}"]
    for out, executor in (("here.json", ["--executor", "serial"]), ("there.json", cluster)):
        assert main(["predict", "tones", "--model", "bundle", "--out", out, *executor]) == 0
    assert capsys.readouterr().err == ""
    here, there = (json.loads(Path(name).read_text()) for name in ("here.json", "there.json"))
    assert here == there
    assert [answer["path"] for answer in there][:1] == ["tones/high/0.wav"]


def test_an_address_where_nobody_is() -> None:
    with pytest.raises(genrekit.GenrekitError) as raised:
        Dask(address="tcp://127.0.0.1:1").open()
    assert str(raised.value).startswith("no Dask scheduler answers at tcp://127.0.0.1:1\n  why: [Errno 111]")
    assert "try: dask scheduler, then dask worker ADDRESS" in str(raised.value)


@pytest.mark.parametrize("address", ["nowhere://x", "tcp://", "127.0.0.1:8786"])
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(genrekit.GenrekitError, match="no Dask scheduler answers at"):
        Dask(address=address).capacity()


@pytest.mark.parametrize("greeting", [b"", b"HTTP/1.1 400 Bad Request\r\n"], ids=["nothing", "something else"])
def test_an_address_where_somebody_else_says(greeting: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        other = threading.Thread(target=greet, args=(server, greeting))
        other.start()
        with pytest.raises(genrekit.GenrekitError) as raised:
            Dask(address=f"tcp://127.0.0.1:{server.getsockname()[1]}", timeout_s=0.3).open()
        other.join()
    assert raised.value.problems[0].why == "what listens there is no Dask scheduler"


def greet(server: socket.socket, greeting: bytes) -> None:
    """Say it to the first who comes, and wait until they go."""
    connection, _ = server.accept()
    with connection, contextlib.suppress(OSError):
        connection.sendall(greeting)
        connection.recv(1)


def test_a_scheduler_without_workers(made: Cluster) -> None:
    no_workers = pytest.raises(genrekit.GenrekitError, match="has no workers")
    with connected(made.address, LONG_S) as client, no_workers as raised:
        check(client, timeout_s=0.2)
    assert f"try: dask worker {made.address}" in str(raised.value)


def test_workers_that_lack_genrekit_or_have_another_are_named(made: Cluster) -> None:
    made.start("without", WITHOUT_GENREKIT)
    made.start("other", ANOTHER_VERSION)
    made.scheduler.wait_for_workers(2)
    with pytest.raises(genrekit.GenrekitError) as raised:
        Dask(address=made.address, timeout_s=LONG_S).open()
    said = sorted(problem.what.split(" ", 3)[3] for problem in raised.value.problems)
    assert said == ["has genrekit 0.0.1", "lacks genrekit", "lacks genrekit-dask"]
    assert all(problem.what.startswith("the worker tcp://127.0.0.1:") for problem in raised.value.problems)
    hints = {problem.hint for problem in raised.value.problems}
    assert hints == {'there: pip install "genrekit==0.1.0"', 'there: pip install "genrekit-dask==0.1.0"'}


def test_when_no_worker_is_left_that_is_said(made: Cluster, tmp_path: Path) -> None:
    worker = made.start("only")
    made.scheduler.wait_for_workers(1)
    (tmp_path / "begun").mkdir()
    with DaskPool(connected(made.address, LONG_S), 0.5, contextlib.ExitStack()) as pool:
        future = pool.submit(dask_jobs.wait_for, tmp_path / "never", tmp_path / "begun")
        until(lambda: list((tmp_path / "begun").iterdir()))
        made.kill(worker.pid)
        error = future.exception()
    assert isinstance(error, genrekit.GenrekitError)
    assert error.problems[0].why == "it has had no worker for 0.5 s"


def test_a_cluster_that_does_not_close_cleanly_costs_no_result(two: Cluster, caplog: pytest.LogCaptureFixture) -> None:
    """The thread that closes is nobody's to catch an error of."""
    closing = contextlib.ExitStack()
    client = closing.enter_context(connected(two.address, LONG_S))
    closing.callback(dict[str, str]().pop, "born again")
    with caplog.at_level("DEBUG", "genrekit_dask"), DaskPool(client, LONG_S, closing) as pool:
        assert pool.submit(dask_jobs.pid).result() > 0
    assert [record.message for record in caplog.records if record.name == "genrekit_dask"] == [
        "a Dask cluster did not close cleanly"
    ]
    assert client.status == "closed"


def test_when_the_scheduler_goes_that_is_said(made: Cluster, tmp_path: Path) -> None:
    made.start("only")
    (tmp_path / "begun").mkdir()
    with Dask(address=made.address, timeout_s=LONG_S).open() as pool:
        future = pool.submit(dask_jobs.wait_for, tmp_path / "gate", tmp_path / "begun")
        until(lambda: list((tmp_path / "begun").iterdir()))
        made.close()
        error = future.exception()
    assert isinstance(error, genrekit.GenrekitError)
    assert error.problems[0].why == "its scheduler went away"


def test_what_is_cancelled_never_begins(two: Cluster, tmp_path: Path) -> None:
    gate, begun = tmp_path / "gate", tmp_path / "begun"
    begun.mkdir()
    pool = Dask(address=two.address, timeout_s=LONG_S).open()
    futures = [pool.submit(dask_jobs.wait_for, gate, begun) for _ in range(2)]
    until(lambda: len(list(begun.iterdir())) == 2)
    late = [pool.submit(dask_jobs.pid) for _ in range(20)]
    assert late[-1].cancel()
    assert late[-1].cancelled()
    pool.shutdown(wait=False, cancel_futures=True)
    assert all(future.cancelled() for future in (*futures, *late))
    gate.touch()
    pool.shutdown()
    assert concurrent.futures.wait(late).not_done == set()
