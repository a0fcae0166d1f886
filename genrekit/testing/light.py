"""Whether a component can be imported, made and asked about shapes without what takes seconds to import."""

from __future__ import annotations

import functools
import json
import pickle
import subprocess
import sys
from typing import Any

from genrekit.testing.contract import Case, check

HEAVY = frozenset(
    {
        "torch", "torchaudio", "torchvision", "tensorflow", "jax", "transformers", "timm", "lightning", "librosa",
        "numba", "sklearn", "scipy", "pandas", "polars", "matplotlib", "onnx", "onnxruntime", "datasets", "dask",
        "mlflow",
    }
)  # fmt: skip
"""Modules that take long to import; every command of genrekit imports every plugin."""

PROBE = """\
import json, pickle, sys
sys.path, local, module, component = pickle.load(sys.stdin.buffer)
from genrekit.component import FeatureShape
if local:
    from pathlib import Path
    from genrekit.local_plugin import imported
    with imported(Path(local)):
        pass
else:
    __import__(module)
if component:
    found = pickle.loads(component)
    if found.kind == "features":
        found.window_samples(), found.minimum_samples(), found.output_shape()
    else:
        try:
            found.check(FeatureShape(1, 128, 128), 2)
        except ValueError:
            pass
print("\\n" + json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


@check("imports nothing heavy")
def imports_nothing_heavy(case: Case) -> None:
    """Importing the plugin, and what recipes ask features and models before training, takes no torch."""
    component = case.component
    asked = pickle.dumps(component) if component.kind in {"features", "model"} else None
    heavy = imported_by(type(component).__module__, asked) & HEAVY
    moved = "import it in the method that needs it, or under TYPE_CHECKING"
    assert not heavy, f"importing {type(component).__module__} imports {', '.join(sorted(heavy))}; {moved}"


@functools.cache
def imported_by(module: str, component: bytes | None = None) -> frozenset[str]:
    """The top-level modules that a fresh interpreter has then."""
    local: Any = sys.modules[module].__file__ if module.startswith("genrekit_local_") else None
    given = pickle.dumps((sys.path, local, module, component))
    done = subprocess.run([sys.executable, "-c", PROBE], input=given, capture_output=True, timeout=300, check=False)
    said = done.stderr.decode(errors="replace").strip().splitlines()
    assert done.returncode == 0, f"importing {module} in a fresh interpreter fails: {said[-1] if said else 'no reason'}"
    return frozenset(json.loads(done.stdout.splitlines()[-1]))
