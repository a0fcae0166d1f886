"""torch.stft in ONNX as matrix products, through onnxruntime, against torch in double precision."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from genrekit.export import WaveformClassifier, export_onnx
from genrekit.stft_export import worthwhile
from genrekit.stft_matrices import columns, factors, first_matrices, places, second_matrix
from genrekit.torchaudio_guard import import_torchaudio


class Spectrum(nn.Module):
    """[batch, samples] -> real and imaginary parts [batch, bins * frames * 2]."""

    window: torch.Tensor

    def __init__(self, points: int, hop: int, single: bool = False, **options: object) -> None:
        super().__init__()
        self.points, self.hop, self.single, self.options = points, hop, single, options
        self.register_buffer("window", torch.hann_window(points))

    def forward(self, waveform: torch.Tensor) -> torch.Tensor:
        given = waveform[0] if self.single else waveform
        spectrum = torch.stft(given, self.points, self.hop, window=self.window, return_complex=True, **self.options)
        flat = torch.view_as_real(spectrum).flatten(0 if self.single else 1)
        return flat[None] if self.single else flat


class Graph:
    """A module, exported."""

    def __init__(self, module: Spectrum, path: Path) -> None:
        self.module = module.eval()
        # The export ends in a softmax, of which the operators before it are of interest.
        classifier = WaveformClassifier(self.module, nn.Identity())
        assert export_onnx(classifier, 3 * module.points, any_length=True, path=path) is None
        graph = onnx.load(path)
        self.operators = {node.op_type for node in graph.graph.node}
        softmax = next(node for node in graph.graph.node if node.op_type == "Softmax")
        graph.graph.output.append(onnx.helper.make_empty_tensor_value_info(softmax.input[0]))
        self.name, self.session = softmax.input[0], onnxruntime.InferenceSession(graph.SerializeToString())

    def error(self, waveform: np.ndarray) -> float:
        """The largest difference to double precision, as a share of the largest value."""
        (answer,) = self.session.run([self.name], {"waveform": waveform})
        exact = self.module.double()(torch.from_numpy(waveform).double()).numpy()
        self.module.float()
        assert answer.shape == exact.shape
        return float(np.abs(answer - exact).max() / np.abs(exact).max())


CASES = [
    (2048, 512, {}),
    (400, 160, {}),
    (400, 160, {"normalized": True}),
    (1024, 441, {"center": False}),
    (256, 256, {}),
    (120, 7, {}),
]


@pytest.mark.parametrize(("points", "hop", "options"), CASES)
def test_agrees_with_torch_on_any_batch_and_length(
    points: int, hop: int, options: dict[str, object], tmp_path: Path
) -> None:
    graph = Graph(Spectrum(points, hop, **options), tmp_path / "model.onnx")
    assert "STFT" not in graph.operators
    rng = np.random.default_rng(0)
    for clips, samples in ((1, points), (3, points + hop), (2, points + hop - 1), (1, 9 * points + 5)):
        assert graph.error(rng.normal(0, 0.1, (clips, samples)).astype(np.float32)) < 1e-6


def test_one_waveform_without_a_batch(tmp_path: Path) -> None:
    graph = Graph(Spectrum(256, 64, single=True), tmp_path / "model.onnx")
    assert "STFT" not in graph.operators
    assert graph.error(np.random.default_rng(0).normal(size=(1, 3000)).astype(np.float32)) < 1e-6


@pytest.mark.parametrize(
    ("points", "hop", "options"), [(257, 64, {}), (256, 64, {"onesided": False})], ids=["prime", "twosided"]
)
def test_the_rest_is_left_to_the_operator(points: int, hop: int, options: dict[str, object], tmp_path: Path) -> None:
    graph = Graph(Spectrum(points, hop, **options), tmp_path / "model.onnx")
    assert "STFT" in graph.operators
    assert graph.error(np.random.default_rng(0).normal(size=(2, 3000)).astype(np.float32)) < 1e-4


class Magnitudes(Spectrum):
    """[batch, samples] -> their magnitudes to a power, by torch alone or by torchaudio, [batch, bins * frames]."""

    def __init__(self, power: float, torchaudio: bool) -> None:
        super().__init__(256, 64)
        self.power, self.torchaudio = power, torchaudio

    def forward(self, waveform: torch.Tensor) -> torch.Tensor:
        if self.torchaudio:
            arguments = (waveform, 0, self.window, 256, 64, 256, self.power, False)
            return import_torchaudio().functional.spectrogram(*arguments).flatten(1)
        spectrum = torch.stft(waveform, 256, 64, window=self.window, return_complex=True).abs()
        return (spectrum if self.power == 1 else spectrum**self.power).flatten(1)


@pytest.mark.parametrize("torchaudio", [False, True])
@pytest.mark.parametrize(("power", "root"), [(1.0, True), (2.0, False)])
def test_magnitudes_are_taken_before_the_parts_are_put_together(
    power: float, root: bool, torchaudio: bool, tmp_path: Path
) -> None:
    graph = Graph(Magnitudes(power, torchaudio), tmp_path / "model.onnx")
    assert not graph.operators & {"ReduceL2", "Pow"}
    assert ("Sqrt" in graph.operators) == root
    assert graph.error(np.random.default_rng(0).normal(size=(2, 3000)).astype(np.float32)) < 1e-6


def test_other_powers_are_left_to_the_operator(tmp_path: Path) -> None:
    graph = Graph(Magnitudes(3.0, torchaudio=False), tmp_path / "model.onnx")
    assert {"Sqrt", "Pow"} <= graph.operators
    assert graph.error(np.random.default_rng(0).normal(size=(2, 3000)).astype(np.float32)) < 1e-6


class Energies(Spectrum):
    """[batch, samples] -> the length of each bin's parts over all frames [batch, bins], or of all frames and bins."""

    def __init__(self, axis: int) -> None:
        super().__init__(256, 64)
        self.axis = axis

    def forward(self, waveform: torch.Tensor) -> torch.Tensor:
        spectrum = torch.stft(waveform, 256, 64, window=self.window, return_complex=True)
        lengths: torch.Tensor = torch.view_as_real(spectrum).flatten(self.axis).norm(dim=-1)
        return lengths.reshape(len(waveform), -1)


@pytest.mark.parametrize("axis", [1, 2])
def test_what_is_taken_along_more_than_the_parts_is_no_magnitude(axis: int, tmp_path: Path) -> None:
    graph = Graph(Energies(axis), tmp_path / "model.onnx")
    assert "ReduceL2" in graph.operators
    assert graph.error(np.random.default_rng(0).normal(size=(2, 3000)).astype(np.float32)) < 1e-6


@pytest.mark.parametrize(("points", "expected"), [(2048, (64, 32)), (400, (20, 20)), (257, (257, 1)), (1, (1, 1))])
def test_factors(points: int, expected: tuple[int, int]) -> None:
    assert factors(points) == expected


@pytest.mark.parametrize(
    ("points", "hop", "expected"),
    [(2048, 512, True), (8192, 2048, True), (16384, 4096, False), (2048, 16, False), (1021, 256, False)],
)
def test_worth_it_for_the_usual_sizes(points: int, hop: int, expected: bool) -> None:
    assert worthwhile(points, hop) is expected


def test_the_matrices_of_four_points() -> None:
    # k1 = 0 sums what is two apart, k1 = 1 takes the difference; n2 = 1 turns the latter by a quarter.
    np.testing.assert_allclose(first_matrices(4)[0], [[1, 1], [1, -1], [0, 0], [0, 0]], atol=1e-7)
    np.testing.assert_allclose(first_matrices(4)[1], [[1, 1], [0, 0], [0, 0], [-1, 1]], atol=1e-7)
    # Columns real, imaginary of n2 = 0, then of n2 = 1; the last row is a conjugate's.
    np.testing.assert_allclose(
        second_matrix(4, 1.0), [[1, 0, 1, 0], [1, 0, -1, 0], [0, 1, 0, 1], [0, -1, 0, 1]], atol=1e-7
    )


@given(st.integers(1, 400))
def test_all_bins_are_found_in_two_steps(points: int) -> None:
    x = np.random.default_rng(points).normal(size=points)
    n_1, n_2 = factors(points)
    sums = (first_matrices(points) @ x.reshape(n_1, n_2).T[:, :, None]).reshape(2 * n_2, columns(points))
    real, imaginary = (second_matrix(points, 1.0) @ sums).reshape(2, -1)[:, places(points)]
    np.testing.assert_allclose(real + 1j * imaginary, np.fft.rfft(x), atol=1e-6 * points)
