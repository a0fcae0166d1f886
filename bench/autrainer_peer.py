"""autrainer 0.10, another framework for the same work, in an environment of its own that is made when first needed.

It takes 6 GB below the user's cache folder. ``GENREKIT_BENCH_AUTRAINER`` names an executable that is there already.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import platformdirs

REQUIREMENT = "autrainer==0.10.*"


def executable() -> Path | None:
    """autrainer's command; None, with a word on stderr, where it cannot be installed (offline, for example)."""
    given = os.environ.get("GENREKIT_BENCH_AUTRAINER")
    folder = platformdirs.user_cache_path("genrekit-bench") / "autrainer-0.10"
    scripts = folder / ("Scripts" if sys.platform == "win32" else "bin")
    command = Path(given) if given else scripts / "autrainer"
    if command.exists():
        return command
    if given:
        print(f"without autrainer: {given} is not there", file=sys.stderr)
        return None
    try:
        _install(folder, scripts)
    except (OSError, subprocess.CalledProcessError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        print(f"without autrainer, which cannot be installed: {error}", file=sys.stderr)
        return None
    return command


def _install(folder: Path, scripts: Path) -> None:
    print(f"installing {REQUIREMENT} in {folder} …", file=sys.stderr, flush=True)
    uv = shutil.which("uv")
    if uv:
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(folder)], check=True)
        command = [uv, "pip", "install", "--quiet", "--python", str(scripts / "python"), REQUIREMENT]
    else:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        command = [str(scripts / "python"), "-m", "pip", "install", "--quiet", REQUIREMENT]
    subprocess.run(command, check=True)
