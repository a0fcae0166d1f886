"""A disk that is full, read-only, broken or gone, at each kind of write of a run.

A small library in C stands before the calls of the process, whoever makes them, and refuses one of them; see
`faulty_disk.c` and `faulty_disk.py`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import faulty_disk
import pytest

FAULTS = 40
"""How many there are at least; how many exactly depends on how libraries write."""

HANGS_S = 1500
"""No test of speed: what takes this long has come to a stop."""

NOTES = ("status.json", ".lock", "hashes.sqlite-journal", "fdatasync store", "runs/latest", "share.svg")
"""What a run can do without: it goes on, and gives the same."""

SQLITE = "disk i/o error|database or disk is full|readonly database|unable to open database"
"""It has words of its own."""

REPORT = ("report.html",)
"""What a finished run lacks then; the model is there, and exit code 4 says so."""

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("cc"), reason="a C compiler for Linux makes the disk that fails"
)


@pytest.fixture(scope="module")
def attempts(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What came of each fault."""
    folder = tmp_path_factory.mktemp("faulty")
    library, source = folder / "faulty_disk.so", Path(__file__).with_name("faulty_disk.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    done = subprocess.run(
        [sys.executable, faulty_disk.__file__, str(folder)],
        capture_output=True,
        text=True,
        timeout=HANGS_S,
        env=os.environ | {"LD_PRELOAD": str(library)},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()[1:]]


def title(attempt: dict[str, Any]) -> str:
    return f"{attempt['call']}, {os.strerror(attempt['error'])}{', and all after it' * attempt['lasting']}"


def faults(attempt: dict[str, Any]) -> list[str]:
    """What is not as it should be."""
    code, said, call, lasting = (attempt[name] for name in ("code", "said", "call", "lasting"))
    second = attempt.get("second", {"again": 0, "same": True, "said": "", "leftovers": []})
    allowed = [2] + [0] * any(note in call for note in NOTES) + [4] * (any(name in call for name in REPORT) or lasting)
    told = re.search(rf"{re.escape(os.strerror(attempt['error']).lower())}|{SQLITE}", said.lower())
    checks = {
        f"exit code {code}": code not in allowed,
        "a traceback": "Traceback" in said or "internal error" in said,
        "it is not said what was refused": code == 2 and not told,
        "it is not said what to do": code == 2 and "try: " not in said,
        "the store is damaged": attempt["verified"] != 0,
        f"a second attempt fails: {second['said']}": second["again"] != 0,
        "a second attempt gives another result": not second["same"],
        f"left behind: {attempt['leftovers']}": bool(attempt["leftovers"]) and not lasting,
        f"left behind in the end: {second['leftovers']}": any("store/" not in path for path in second["leftovers"]),
    }
    return [name for name, wrong in checks.items() if wrong]


def test_every_refusal_is_told_and_costs_nothing(attempts: list[dict[str, Any]]) -> None:
    wrong = {title(attempt): (found, attempt["said"][-600:]) for attempt in attempts if (found := faults(attempt))}
    assert wrong == {}
    assert len(attempts) >= FAULTS


def test_the_places_of_a_run_were_refused_once(attempts: list[dict[str, Any]]) -> None:
    refused = {attempt["call"].split("/")[-1].split(" ")[-1] for attempt in attempts if not attempt["lasting"]}
    written = {"recipe.toml", "environment.json", "data.json", "history.jsonl", "metrics.json", "predictions.csv"}
    written |= {"report.html", "best.safetensors", "last.safetensors", "hashes.sqlite", "ITEM.safetensors"}
    written |= {"bundle", "model.onnx", "bundle.json", "README.md", "latest"}
    assert written - refused == set()
    assert any(attempt["lasting"] for attempt in attempts)
    assert sum("second" in attempt for attempt in attempts) >= FAULTS / 3
