"""``kill -9`` at any instant of a bulk prediction: no file twice, none lost, the same table."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from toy_runs import RECIPE, TOY, make_tones

from genrekit.cli import main
from genrekit.plugins import configure

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked and killed")

KILLS = 200
"""Instants, from the first line of the code to the last."""

DRIVER = Path(__file__).with_name("kill_predictions.py")


def test_killed_at_any_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, DRIVER, tmp_path / "work", str(KILLS)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    different, lines = map(int, done.stdout.split())
    assert lines > 10 * KILLS
    assert different == 0


KILLED_AT = ("conclude 1", "conclude 10", "close 1")
"""The whole command, killed when it does such a thing for the n-th time."""

COMMAND = """
import os, signal, sys
from genrekit.bulk import journal, table
from genrekit.cli import main
what, count = sys.argv[1].split()
left = [int(count)]
owner, name = {"conclude": (journal.Journal, "_conclude"), "close": (table, "close")}[what]
real = getattr(owner, name)
def counted(*arguments, **options):
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*arguments, **options)
setattr(owner, name, counted)
sys.exit(main(sys.argv[2:]))
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tones, a file that is none, and a trained toy."""
    root = tmp_path_factory.mktemp("killed")
    make_tones(root / "tones")
    (root / "recipe.toml").write_text(RECIPE)
    folders = ["--runs", str(root / "runs"), "--store", str(root / "store")]
    assert main(["--plugin", str(TOY), "run", str(root / "recipe.toml"), *folders, "--set=train.epochs=1", "-q"]) == 0
    (root / "tones" / "text.wav").write_text("this is not audio")
    configure()
    return root


def test_the_whole_command(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(root)
    assert main(["predict", "tones", "--out", "whole.parquet"]) == 3
    whole = Path("whole.parquet").read_bytes()
    for number, at in enumerate(KILLED_AT):
        arguments = ["predict", "tones", "--out", f"{number}.parquet"]
        killed = subprocess.run([sys.executable, "-c", COMMAND, at, *arguments], cwd=root, check=False)
        assert killed.returncode == -9
        assert Path(f"{number}.parquet.journal").exists()
        capsys.readouterr()
        assert main(arguments) == 3
        answered = capsys.readouterr().err.splitlines()[:-1]
        assert answered == {"conclude 1": [], "conclude 10": ["9 of 19 files were answered before"]}.get(
            at, ["19 of 19 files were answered before"]
        )
        assert Path(f"{number}.parquet").read_bytes() == whole
