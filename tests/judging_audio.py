"""Judges what becomes of each recording of the corpus in `broken_audio`.

    python tests/judging_audio.py FOLDER

makes the files in FOLDER, decodes each, prepares all of them for training, and prints one line of JSON: how many there
are of each family, what is not as it should be, and how much memory it took.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from broken_audio import RATE, Case, corpus, make


def judged(case: Case, path: Path) -> tuple[str | None, str]:
    """What is wrong with what became of it, and what did: "decoded" or the reason."""
    from genrekit import audio
    from genrekit.errors import AudioError

    try:
        found = audio.read(path)
    except AudioError as error:
        if case.sound is not None:
            return f"refused: {error.reason}", error.reason
        if case.told and not re.search(case.told, error.reason):
            return f"named otherwise: {error.reason}", error.reason
        return (None if 3 < len(error.reason) < 200 else f"named badly: {error.reason!r}"), error.reason
    return _wrong(case, found), "decoded"


def _wrong(case: Case, found: np.ndarray) -> str | None:
    if case.told:
        return "decoded"
    if found.dtype != np.float32 or found.ndim != 1 or not np.isfinite(found).all():
        return f"decoded to {found.dtype} {found.shape}, not all of it finite"
    if case.sound is None:
        return None if len(found) <= case.most else f"decoded to {len(found)} samples"
    if len(found) != len(case.sound):
        return f"decoded to {len(found)} samples, not {len(case.sound)}"
    worst = float(np.abs(found - case.sound).max())
    return None if worst <= case.tolerance else f"decoded wrongly, by {worst:.3g}"


def prepared(paths: list[Path], store: Path) -> tuple[set[str], list[str]]:
    """The files that preparing them for training quarantines, and the items of the store that are damaged."""
    from genrekit.clips import Clip, Clips
    from genrekit.plugins import installed
    from genrekit.preparation import prepare
    from genrekit.store import Store
    from genrekit.store_care import damaged

    features = installed().registry.find("features", "log-mel").component.model_validate({"sample_rate": RATE})
    executor = installed().registry.find("executor", "threads").component.model_validate({"workers": 2})
    clips = Clips.from_rows(Clip(str(path), ["a"], part="train") for path in paths)
    done = prepare(clips, features, "waveform", executor, Store(store))  # type: ignore[arg-type]
    assert len(done.results) == len(paths)
    return {result.path for result in done.quarantined}, [str(item.path) for item in damaged(Store(store))]


def predicted(paths: list[Path]) -> set[str]:
    """The files that cannot be used for prediction."""
    from predicting import level_predictor

    from genrekit.bundle import Audio

    predictor = level_predictor(lambda waveform: np.full((len(waveform), 3), 1 / 3))
    spec = Audio(sample_rate=RATE, window_samples=RATE, minimum_samples=100, any_length=True)
    predictor.manifest.audio = spec
    answers = list(predictor.predict_many(paths))
    assert [answer.path for answer in answers] == list(map(str, paths))
    return {answer.path for answer in answers if answer.status == "failed"}


def peak_mb() -> int:
    """The most memory that this program has held. Not getrusage's, which begins with that of whoever started it."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    (peak,) = [line.split()[1] for line in lines if line.startswith("VmHWM")]
    return int(peak) // 1024


def main(folder: Path) -> dict[str, Any]:
    """Make and judge all."""
    cases = corpus()
    paths = make(cases, folder)
    wrong, refused, outcomes = [], set(), Counter[str]()
    for case, path in zip(cases, paths, strict=True):
        fault, became = judged(case, path)
        outcomes["decoded" if became == "decoded" else "named"] += 1
        refused |= {str(path)} if became != "decoded" else set()
        wrong += [f"{str(path.relative_to(folder))!a}: {fault}"] if fault else []
    # No table holds names that are not UTF-8.
    usual = [path for path in paths if os.fsdecode(path).encode("utf-8", "replace").decode() == str(path)]
    quarantined, damaged = prepared(usual, folder / "store")
    wrong += [f"{path}: damaged" for path in damaged]
    for where, found, of in (("preparing", quarantined, usual), ("predicting", predicted(paths), paths)):
        differing = found ^ (refused & set(map(str, of)))
        wrong += [f"{path!a}: not the same in {where}" for path in sorted(differing)]
    families = Counter(case.family for case in cases)
    return {"cases": len(cases), "families": families, "outcomes": outcomes, "wrong": wrong, "memory_mb": peak_mb()}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
