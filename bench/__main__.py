"""Every benchmark in turn, written to ``docs/benchmarks.md``.

    python -m bench [NAME ...] [OPTION ...]

A benchmark is a script beside this one whose last line is JSON; options go to the script, so they need one name. What
is not measured stays on the page as it was. Measure on a quiet machine.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from genrekit.cpus import usable_cpus
from genrekit.hardware import cpu_name

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "benchmarks.md"
SAVED = HERE / "results.json"
BENCHMARKS = ("startup", "extraction", "training", "memory", "predict", "scale")


def measure(name: str, options: list[str]) -> dict[str, Any]:
    """Run one benchmark; its own words go through to the terminal."""
    print(f"{name} …", flush=True)
    command = [sys.executable, str(HERE / f"{name}.py"), *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Nested figures as (name, value) pairs."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from flat(inner, f"{name} {key}".strip())
    else:
        yield name, value


def page(results: dict[str, dict[str, Any]]) -> str:
    """The page."""
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`; nothing here is typed by hand. A table is one script in `bench/`, in its own words.",
        "What is compared ran in turn, on the same clips, in fresh processes; figures are medians. Ratios carry",
        "over to other machines, seconds do not.",
        "",
    ]
    for name, result in results.items():
        lines += [f"## {name}", "", told(name), "", f"*{result['machine']}, {result['date']}*", ""]
        lines += ["| figure | value |", "| --- | --- |"]
        lines += [f"| {label.replace('_', ' ')} | {value} |" for label, value in flat(result["figures"])]
        lines.append("")
    return "\n".join(lines)


def told(name: str) -> str:
    """What a script says of itself, but for how it is called."""
    text = (HERE / f"{name}.py").read_text(encoding="utf-8").split('"""')[1]
    paragraphs = [part for part in text.strip().split("\n\n") if not part.startswith("    ")]
    return re.sub(r"\s*Prints\s[^.]*\.", "", "\n\n".join(paragraphs))


def machine() -> str:
    """What measured."""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("genrekit", "torch", "onnxruntime"))
    return f"{usable_cpus()} CPUs ({cpu_name()}), Python {sys.version.split()[0]}, {versions}"


def main() -> None:
    """Measure what is named, or all, and write the page."""
    saved: dict[str, Any] = json.loads(SAVED.read_text(encoding="utf-8")) if SAVED.exists() else {}
    names = [word for word in sys.argv[1:] if word in BENCHMARKS]
    options = [word for word in sys.argv[1:] if word not in BENCHMARKS]
    if options and len(names) != 1:
        sys.exit(f"{' '.join(options)}: benchmarks are {', '.join(BENCHMARKS)}; options need just one of them")
    for name in names or BENCHMARKS:
        today = datetime.now(UTC).date().isoformat()
        saved[name] = {"machine": machine(), "date": today, "figures": measure(name, options)}
        SAVED.write_text(json.dumps(saved, indent=2) + "\n", encoding="utf-8")
        PAGE.write_text(page({name: saved[name] for name in BENCHMARKS if name in saved}), encoding="utf-8")


if __name__ == "__main__":
    main()
