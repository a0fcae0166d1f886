"""The libraries underneath: their versions, and whether they fit together."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata

from genrekit.doctor.finding import Finding, fine, wrong
from genrekit.errors import GenrekitError
from genrekit.torchaudio_guard import import_torchaudio


def versions() -> Iterator[Finding]:
    """What genrekit's own metadata asks for against what is installed."""
    from packaging.requirements import Requirement

    found = []
    for line in metadata.requires("genrekit") or []:
        requirement = Requirement(line)
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        version = _version(requirement.name)
        if version and requirement.specifier.contains(version, prereleases=True):
            found.append(f"{requirement.name} {version}")
        else:
            what = f"{requirement.name} {version or 'is not installed'}, wanted {requirement.specifier}"
            yield wrong("packages", what, f'pip install "{requirement}"')
    yield fine("packages", ", ".join(sorted(found)))


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def torch_and_torchaudio() -> Iterator[Finding]:
    """Imported together, since a pair that does not fit raises only then, and tried on a spectrogram."""
    import torch

    try:
        torchaudio = import_torchaudio()
    except GenrekitError as error:
        problem = error.problems[0]
        yield wrong("torch", f"{problem.what}: {problem.why}", problem.hint)
        return
    spectrogram = torchaudio.transforms.MelSpectrogram(16000, n_fft=400, hop_length=200, n_mels=8)(torch.zeros(1, 1600))
    if spectrogram.shape != (1, 8, 9):
        what = f"a mel spectrogram of 8 x 9 comes out as {tuple(spectrogram.shape)}"
        yield wrong("torch", what, "pip install --force-reinstall torch torchaudio")
        return
    yield fine("torch", f"{torch.__version__} and torchaudio {torchaudio.__version__} fit together")


def onnxruntime_answers() -> Iterator[Finding]:
    """A graph of one addition, run as a bundle's graph is."""
    import numpy as np
    import onnxruntime
    from onnx import TensorProto, helper

    from genrekit.onnx_engine import session_options

    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [2]) for name in "xy")
    graph = helper.make_graph([helper.make_node("Add", ["x", "x"], ["y"])], "twice", [x], [y])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10).SerializeToString()
    session = onnxruntime.InferenceSession(model, session_options(), providers=["CPUExecutionProvider"])
    answer = session.run(None, {"x": np.ones(2, np.float32)})[0].tolist()
    if answer == [2.0, 2.0]:
        yield fine("onnxruntime", f"{onnxruntime.__version__} computes")
    else:
        yield wrong("onnxruntime", f"says that 1 + 1 is {answer[0]}", "pip install --force-reinstall onnxruntime")
