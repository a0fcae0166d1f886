"""Kills runs at points told in advance, goes on with them, and compares what they leave with runs that were let be."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import safetensors
import safetensors.numpy
from kill_server import Job
from toy_runs import RECIPE, TOY, make_tones

HERE = Path(__file__).parent
PLUGINS = [str(TOY), str(HERE / "kill_plugin.py")]

STAGES = ("extraction", "epoch", "checkpoint", "evaluation", "export")

SETUPS: dict[str, list[str]] = {
    "plain": ["train.keep=loss", "checkpoint.every_minutes=0"],
    "rich": [
        "model={use='toy-keeping'}",
        "augment=[{use='toy-louder', on='waveform'}, {use='mixup', alpha=1}]",
        "train.optimizer={use='adamw', lr=0.01}",
        "train.scheduler={use='cosine', warmup_epochs=0.5}",
        "train.average={decay=0.9}",
        "train.micro_batch_size=3",
        "train.sampling=balanced",
        "train.clip_gradients=0.5",
        "train.threads=2",
        "checkpoint.every_minutes=1e-9",
    ],
    "swa": [
        "model={use='toy-keeping'}",
        "train.optimizer={use='adam', lr=0.01}",
        "train.scheduler={use='plateau', metric='train_loss', patience=1}",
        "train.average={kind='equal', from_epoch=2}",
        "train.precision=bf16",
        "train.evaluate_every=2",
        "train.epoch_size=17",
        "train.deterministic=true",
        "executor={use='serial'}",
        "checkpoint.every_minutes=1e-9",
    ],
}
"""Each with a checkpoint after every step, or after epochs only."""

COMMON = ["train.epochs=3", "split.test=true"]


@dataclass
class Killer:
    """Runs below ``root``, in forks of one server."""

    root: Path
    server: Any = None
    references: dict[tuple[str, bool], tuple[Path, dict[str, int]]] = field(default_factory=dict)
    made: int = 0

    def __enter__(self) -> Killer:
        make_tones(self.root / "tones", per_class=6)
        (self.root / "recipe.toml").write_text(RECIPE)
        command = [sys.executable, str(HERE / "kill_server.py"), *PLUGINS]
        # Threads that wait for one another need not keep the CPU busy meanwhile.
        environment = os.environ | {"OMP_WAIT_POLICY": "PASSIVE"}
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "encoding": "utf-8"}
        self.server = subprocess.Popen(command, env=environment, **pipes)
        return self

    def __exit__(self, *_: object) -> None:
        self.server.stdin.close()
        self.server.wait(timeout=60)
        self.server.stdout.close()

    def ask(self, job: Job) -> dict[str, Any]:
        """What became of a job."""
        print(json.dumps(asdict(job)), file=self.server.stdin, flush=True)
        answer: dict[str, Any] = json.loads(self.server.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer

    def begin(self, setup: str, store: Path, series: bool = False, **options: Any) -> tuple[Path, dict[str, Any]]:
        """The folder of a new run, and what became of it."""
        self.made += 1
        runs = self.root / f"runs-{self.made}"
        run: dict[str, Any] = {
            "recipe": str(self.root / "recipe.toml"),
            "overrides": [*COMMON, *SETUPS[setup]],
            "runs": str(runs),
            "store": str(store),
        }
        answer = self.ask(Job(str(self.root), run=run | ({"seeds": 2} if series else {}), **options))
        (folder,) = (runs / "toy").iterdir()
        return folder, answer

    def go_on(self, folder: Path, store: Path, **options: Any) -> dict[str, Any]:
        """What became of a run that is resumed."""
        return self.ask(Job(str(self.root), resume={"folder": str(folder), "store": str(store)}, **options))

    def reference(self, setup: str, series: bool = False) -> tuple[Path, dict[str, int]]:
        """A run that nobody disturbs, with how many points each stage had."""
        if (setup, series) not in self.references:
            # Each with a store of its own, so that extraction has something to do.
            folder, answer = self.begin(setup, self.root / f"store-{setup}-{series}", series, export=True)
            self.references[setup, series] = folder, answer["counts"]
        return self.references[setup, series]

    def new_store(self) -> Path:
        self.made += 1
        return self.root / f"store-{self.made}"

    def kill(self, setup: str, stage: str, share: float, seed: int, series: bool = False) -> None:
        """Kill a new run at ``share`` of its points in ``stage``, go on with it, and compare."""
        whole, counts = self.reference(setup, series)
        # What threads do at once may take a point more or less.
        point = 1 + int(share * 0.9 * counts[stage])
        export, cold = stage == "export", stage == "extraction"
        store = self.new_store() if cold else self.root / f"store-{setup}-{series}"
        folder, answer = self.begin(setup, store, series, kill=(stage, point), export=export, torn=seed)
        assert answer == {"killed": 9}, f"point {point} of {counts[stage]} in {stage} was not come to"
        change_workers(folder, seed)
        answer = self.go_on(folder, store, export=export)
        assert "killed" not in answer
        compare(folder, whole)
        shutil.rmtree(folder.parent.parent)

    def kill_again_and_again(self, setup: str, seed: int) -> int:
        """Kill a run once in each stage, and every time go on with it; returns how often that was."""
        whole, counts = self.reference(setup)
        rng, store = random.Random(seed), self.new_store()
        points = {stage: 1 + rng.randrange(max(1, counts[stage] // 4)) for stage in STAGES}
        folder, answer = self.begin(setup, store, kill=(STAGES[0], points[STAGES[0]]), export=True, torn=seed)
        killed = int(answer == {"killed": 9})
        for stage in STAGES[1:]:
            answer = self.go_on(folder, store, kill=(stage, points[stage]), export=True, torn=seed)
            killed += answer == {"killed": 9}
        assert "killed" not in self.go_on(folder, store, export=True)
        compare(folder, whole)
        return killed


def change_workers(folder: Path, seed: int) -> None:
    """How many threads or processes extract may be another number when a run goes on."""
    for path in folder.rglob("recipe.toml"):
        path.write_text(re.sub(r"workers = \d+", f"workers = {1 + seed % 4}", path.read_text()))


def compare(folder: Path, whole: Path) -> None:
    """Both hold the same files, the same weights and the same figures, bit by bit."""
    assert facts(folder) == facts(whole)


def facts(folder: Path) -> dict[str, Any]:
    """All of a run folder, or a series' folder, that does not tell the time, the place or the workers."""
    return {str(path.relative_to(folder)): _fact(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def _fact(path: Path) -> Any:
    if path.suffix == ".safetensors":
        return _weights(path)
    if path.name == "history.jsonl":
        return [_without_seconds(json.loads(line)) for line in path.read_text().splitlines()]
    if path.name in {"metrics.json", "summary.json", "status.json", "data.json"}:
        return json.loads(path.read_text())
    if path.name == "bundle.json":
        manifest = json.loads(path.read_text())
        return [manifest[name] for name in ("labels", "answers", "metrics", "model")]
    if path.suffix == ".csv":
        return path.read_text()
    return "there"


def _weights(path: Path) -> dict[str, Any]:
    """A hash of each tensor; of a checkpoint also what it knows besides."""
    tensors = safetensors.numpy.load_file(path)
    with safetensors.safe_open(path, framework="np") as file:
        about = json.loads((file.metadata() or {}).get("progress", "{}"))
    found = {name: hashlib.sha256(tensor.tobytes()).hexdigest() for name, tensor in tensors.items()}
    return found | {f"progress {name}": value for name, value in about.items() if name != "seconds"}


def _without_seconds(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if not name.endswith("_s")}
