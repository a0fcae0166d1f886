"""What plugins do with a run's events does not cost the run, nor hide what happened."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from test_running import Notebook, toy_module
from toy_runs import ToyRuns

import genrekit
from genrekit import __main__ as entry
from genrekit import errors
from genrekit.plugins import installed
from genrekit.telling import tell, tell_all


class Raising:
    """A plugin, registered last and so called first, that fails where it is told to."""

    def __init__(self, hook: str, error: BaseException) -> None:
        def implementation(event: Any) -> None:
            raise error

        setattr(self, hook, genrekit.hookimpl(implementation))
        installed().hooks.register(self, name="genrekit-grumpy:grumpy")


def events() -> list[str]:
    return [type(event).__name__ for event in toy_module().EVENTS]


def test_end_that_a_plugin_cannot_bear_is_a_note(toy: ToyRuns) -> None:
    toy_module().EVENTS.clear()
    Raising("run_ended", OSError("the server is gone"))
    narrator = Notebook()
    result = toy.run("train.epochs=1", "model.exports=false", narrator=narrator)
    assert result.metrics["epochs"] == 1
    assert "plugin 'grumpy' failed in run_ended: OSError: the server is gone" in narrator.said
    assert events() == ["RunStarted", "EpochEnded", "RunEnded"]


def test_error_of_the_run_is_what_people_see(toy: ToyRuns) -> None:
    toy_module().EVENTS.clear()
    Raising("run_ended", OSError("the server is gone"))
    with pytest.raises(errors.TrainingError, match="the loss is "):
        toy.run("train.optimizer.lr=1e30", "train.precision=float32")
    assert toy_module().EVENTS[-1].status == "failed"


@pytest.mark.parametrize("hook", ["run_started", "epoch_ended"])
def test_plugin_that_stops_a_run_is_named(toy: ToyRuns, hook: str) -> None:
    Raising(hook, KeyError("token"))
    with pytest.raises(errors.PluginError, match=f"plugin 'grumpy' failed in {hook}: KeyError: 'token'") as caught:
        toy.run("train.epochs=1")
    assert isinstance(caught.value.__cause__, KeyError)


def test_plugin_that_explains_itself_is_left_to_it(toy: ToyRuns) -> None:
    Raising("run_started", errors.PluginError("no token", hint="set TOKEN"))
    with pytest.raises(errors.PluginError, match=r"^no token\n  try: set TOKEN$"):
        tell(installed(), "run_started", None)
    assert tell_all(installed(), "run_started", None) == ["no token"]


def test_interrupt_among_the_imports_shows_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "argv", ["genrekit", "run"])
    monkeypatch.setattr("genrekit.huge_pages.restart_with_huge_pages", interrupted)
    assert entry.start() == 130


def test_interrupt_in_a_process_of_its_own_says_nothing() -> None:
    code = "import sys; from genrekit import huge_pages, __main__ as m; sys.argv[1:] = ['run']\n"
    code += "def stop(): raise KeyboardInterrupt\nhuge_pages.restart_with_huge_pages = stop\nsys.exit(m.start())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
