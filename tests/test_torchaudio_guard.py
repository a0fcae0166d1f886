"""The torchaudio import and the advice it gives when it fails."""

from __future__ import annotations

import importlib
from importlib import metadata
from types import ModuleType

import pytest

from genrekit.errors import GenrekitError
from genrekit.torchaudio_guard import INSTALL, import_torchaudio


def test_gives_torchaudio() -> None:
    assert import_torchaudio().transforms.MelSpectrogram.__module__.startswith("torchaudio.")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ModuleNotFoundError("No module named 'torchaudio'"), "No module named 'torchaudio'"),
        (OSError("libtorchaudio.so: undefined symbol: _ZN3c10\nsecond line"), "undefined symbol: _ZN3c10"),
        (RuntimeError(), "RuntimeError"),
    ],
)
def test_a_failing_import_names_both_versions_and_the_install(
    monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:
    def fail(name: str) -> ModuleType:
        raise error

    monkeypatch.setattr(importlib, "import_module", fail)
    monkeypatch.setattr(metadata, "version", {"torch": "2.15.0", "torchaudio": "2.11.0"}.__getitem__)
    with pytest.raises(GenrekitError) as raised:
        import_torchaudio()
    text = str(raised.value)
    assert "torch 2.15.0 with torchaudio 2.11.0: " in text
    assert told in text
    assert "second line" not in text
    assert INSTALL in text


def test_a_torchaudio_that_is_not_installed_is_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    def fail(name: str) -> ModuleType:
        raise ModuleNotFoundError("No module named 'torchaudio'")

    monkeypatch.setattr(importlib, "import_module", fail)
    monkeypatch.setattr(metadata, "version", absent)
    with pytest.raises(GenrekitError, match=r"torchaudio \(not installed\)"):
        import_torchaudio()


def test_the_install_line_is_the_pin_of_the_distribution() -> None:
    required = metadata.requires("genrekit") or []
    torch = next(line for line in required if line.startswith("torch<") or line.startswith("torch>"))
    assert "torchaudio==2.11.*" in required
    assert set(torch.removeprefix("torch").split(",")) == {">=2.11", "<2.14"}
