"""Runs of the toy recipe on a disk that refuses one call. A program: see `tests.test_faulty_disk`.

    LD_PRELOAD=faulty_disk.so python tests/faulty_disk.py FOLDER [every]

Everything is imported once; each run is a fork. Prints one line of JSON for each fault: what was refused, what the run
did, what became of the store, and what a second attempt on a sound disk made of it.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import importlib
import io
import json
import os
import re
import shutil
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

SMALL = ("train.epochs=2", "train.keep=loss", "executor.workers=1")
SECOND = 3
"""Each third fault is followed by a second attempt."""
ERRORS = (errno.ENOSPC, errno.EROFS, errno.EIO)
_HIDDEN = re.compile(r"\.([^/]+)\.[0-9a-f]{12}")
"""What `genrekit.atomic` calls a file that is not complete."""


class Disk:
    """The one that `faulty_disk.c` stands before."""

    def __init__(self, root: Path) -> None:
        self.root, self.calls = root, ctypes.CDLL(None)

    def arm(self, call: int, number: int, lasting: bool = False, log: int = -1) -> None:
        """Refuse the ``call``-th call from now on (0: none)."""
        self.calls.disk_arm(os.fsencode(self.root), call, number, int(lasting), log)

    def disarm(self) -> int:
        """How many calls there were."""
        return int(self.calls.disk_disarm())


def forked(work: Callable[[], int], said: Path) -> int:
    """The exit code of ``work`` in a fork; what it writes to the terminal is in ``said``."""
    child = os.fork()
    if not child:
        code = 70
        try:
            terminal = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(terminal, 1)
            os.dup2(terminal, 2)
            code = work()
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


class Site:
    """A folder with tones and a recipe, where runs are made."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.root = folder, folder / "disk"
        self.disk, self.said = Disk(self.root), folder / "said"

    def command(self, *arguments: object) -> int:
        from toy_runs import TOY

        from genrekit.cli import main

        return main([*map(str, arguments), "--plugin", str(TOY)])

    def run(self) -> int:
        overrides = [part for each in SMALL for part in ("--set", each)]
        return self.command("run", self.folder / "recipe.toml", *overrides, *self._places())

    def _places(self) -> list[str]:
        return ["--runs", str(self.root / "runs"), "--store", str(self.root / "store")]

    def again(self) -> int:
        """Go on, or start anew where there is nothing to go on with."""
        folders = [path.parent for path in (self.root / "runs").glob("toy/*/recipe.toml")]
        if folders:
            return self.command("run", "--resume", folders[0], "--store", self.root / "store")
        return self.run()

    def verify(self) -> int:
        return self.command("store", "verify", "--store", self.root / "store")

    def fresh(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.mkdir()

    def calls(self) -> list[str]:
        """Each call of a run that writes, as ``write store/items/…``."""
        self.fresh()
        log = os.open(self.folder / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND)

        def work() -> int:
            self.disk.arm(0, 0, log=log)
            return self.run()

        code = forked(work, self.said)
        assert code == 0, self.said.read_text()
        return (self.folder / "log").read_text().splitlines()

    def result(self) -> dict[str, str]:
        """What must be the same however the run came to its end."""
        # A run that could not write its recipe cannot be resumed; its folder stays, with nothing in it.
        (folder,) = (path.parent for path in (self.root / "runs").glob("toy/*/metrics.json"))
        files = [*folder.glob("bundle/model.*"), *folder.glob("checkpoints/best.safetensors")]
        metrics = json.loads((folder / "metrics.json").read_text())
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files} | {"metrics": repr(metrics)}

    def leftovers(self) -> list[str]:
        found = (path for path in self.root.rglob(".*") if _HIDDEN.fullmatch(path.name))
        return [str(path.relative_to(self.root)) for path in found]

    def attempt(self, call: int, number: int, lasting: bool) -> dict[str, Any]:
        """A run on which that call fails."""
        self.fresh()

        def work() -> int:
            self.disk.arm(call, number, lasting)
            return self.run()

        code = forked(work, self.said)
        found: dict[str, Any] = {"code": code, "said": self.said.read_text(), "leftovers": self.leftovers()}
        with contextlib.redirect_stdout(io.StringIO()):
            found["verified"] = self.verify()
        return found

    def second(self) -> dict[str, Any]:
        """Another attempt, on a disk that is sound again."""
        code = forked(self.again, self.said)
        said = self.said.read_text()[-1500:] if code else ""
        return {"again": code, "said": said, "result": {} if code else self.result(), "leftovers": self.leftovers()}


def kind_of(call: str) -> str:
    """The same for calls that differ by a number, a hash or the time."""
    call = re.sub(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d", "TIME", call)
    call = _HIDDEN.sub(r"\1", re.sub(r"\.tmp\w{6}$", ".tmp", call))
    return re.sub(r"items/./[0-9a-f]{40}|items/.(?=$|/)", "items/ITEM", call)


def chosen(calls: list[str], every: bool) -> Iterator[tuple[int, int, bool]]:
    """Which calls fail, with what, and whether the disk is gone from then on."""
    left = set(_enough([kind_of(call) for call in calls]))
    for number, call in enumerate(calls, 1):
        if every or kind_of(call) in left:
            yield number, ERRORS[number % len(ERRORS)], False
        left.discard(kind_of(call))
    steps = range(1, len(calls), 7 if every else 61)
    yield from ((number, errno.ESTALE, True) for number in steps)


def _enough(kinds: list[str]) -> Iterator[str]:
    """Files of a run go through the same door: of each one step is refused, of the next file the next."""
    steps: dict[str, list[str]] = {}
    for kind in dict.fromkeys(kinds):
        if not kind.startswith("chmod "):
            steps.setdefault(kind.split(" ", 1)[1], []).append(kind)
    for place, (path, own) in enumerate(steps.items()):
        is_file_of_run = path.startswith("runs/") and "." in path
        yield from [own[place % len(own)]] if is_file_of_run else own


def import_all_of(site: Site) -> None:
    """Import what a run imports, so that no fork has to. Not more: libraries' threads would not survive a fork."""

    def work() -> int:
        code = site.run()
        (site.folder / "modules").write_text("\n".join(sys.modules))
        return code

    assert forked(work, site.said) == 0, site.said.read_text()
    for name in (site.folder / "modules").read_text().splitlines():
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    from toy_runs import TOY

    from genrekit import cli, plugins
    from genrekit.report.page import _environment

    plugins.configure(local=[str(TOY)])
    plugins.installed()
    cli.configure = lambda *_: None  # type: ignore[assignment]
    _environment().get_template("report.html")


def remembered_export(content: bytes) -> None:
    """Let the exporter write what it once wrote, through the same file."""
    from genrekit import export

    class Program:
        def save(self, path: Path, external_data: bool) -> None:
            path.write_bytes(content)

    export._traced = lambda *_, **__: Program()  # type: ignore[assignment]
    export.compare = lambda *_: 0.0  # type: ignore[assignment]


def main(folder: Path, every: bool) -> None:
    """Try all that are chosen."""
    sys.path.insert(0, str(Path(__file__).parent))
    from toy_runs import RECIPE, make_tones

    make_tones(folder / "tones", per_class=3, seconds=0.6)
    (folder / "recipe.toml").write_text(RECIPE)
    site = Site(folder)
    site.fresh()
    import_all_of(site)
    (graph,) = site.root.glob("runs/toy/*/bundle/model.onnx")
    remembered_export(graph.read_bytes())
    calls = site.calls()
    wanted = site.result()
    print(json.dumps({"calls": len(calls), "kinds": sorted({kind_of(call) for call in calls})}), flush=True)
    for index, (number, error, lasting) in enumerate(chosen(calls, every)):
        found = site.attempt(number, error, lasting)
        if every or lasting or index % SECOND == 0:
            second = site.second()
            found["second"] = second | {"same": second.pop("result") == wanted}
        told = {"call": kind_of(calls[number - 1]), "number": number, "error": error, "lasting": lasting}
        print(json.dumps(told | found), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), every=len(sys.argv) > 2)
