"""timm's names: the list is timm's, schemas suggest them, typing mistakes are answered, timm stays unimported."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest
import timm
from genrekit_timm.command import begun
from genrekit_timm.model import Timm
from genrekit_timm.names import LIST, listed, names
from pydantic import ValidationError

from genrekit.cli import main
from genrekit.cli.option_text import option_texts

ROOT = Path(__file__).parent.parent


def test_the_list_is_that_of_its_version_of_timm() -> None:
    version, architectures = listed()
    if timm.__version__ != version:
        pytest.skip(f"the list is of timm {version}; {timm.__version__} is installed")
    assert list(architectures) == timm.list_models()
    assert sorted(set(names()) - set(architectures)) == sorted(name for name in timm.list_pretrained() if "." in name)
    spec = importlib.util.spec_from_file_location("generate_names", ROOT / "generate_names.py")
    assert spec is not None
    assert spec.loader is not None
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    assert generator.text() == LIST.read_text(encoding="utf-8"), "python generate_names.py"


def test_editors_are_told_all_names_and_may_be_given_others() -> None:
    option = Timm.model_json_schema()["properties"]["architecture"]
    enum, text = option["anyOf"]
    assert {"resnet50", "resnet50.a1_in1k", "vit_tiny_patch16_224"} <= set(enum["enum"])
    assert text == {"type": "string"}
    assert option["default"] == "resnet18"


def test_people_are_not_shown_three_thousand_names() -> None:
    (option,) = (one for one in option_texts(Timm) if one.name == "architecture")
    assert option.type == "string"


@pytest.mark.parametrize(
    ("written", "answer"),
    [
        ("resnet5", "timm has no such model; did you mean 'resnet5"),
        ("nothing like it", "timm has no such model"),
        ("test_resnet.a9", "timm has no weights 'a9' of test_resnet; there are: r160_in1k"),
        ("vit_base_resnet26d_224.in1k", "timm has no pretrained weights of vit_base_resnet26d_224: leave .in1k out"),
    ],
)
def test_mistyped_names_are_answered(written: str, answer: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Timm(architecture=written)
    assert answer in str(caught.value)


def test_a_name_that_only_the_installed_timm_knows_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    known = timm.is_model
    monkeypatch.setattr(timm, "is_model", lambda name: name == "resnet_of_tomorrow" or known(name))
    assert Timm(architecture="resnet_of_tomorrow").architecture == "resnet_of_tomorrow"


def test_recipes_are_checked_and_completed_without_timm() -> None:
    code = (
        "import json, sys, genrekit_timm.model as models;"
        "found = models.Timm(architecture='vit_tiny_patch16_224');"
        "models.Timm.model_json_schema();"
        "print(json.dumps([name for name in ('timm', 'torch', 'torchvision') if name in sys.modules]))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert json.loads(said) == []


@pytest.mark.parametrize(
    ("arguments", "some", "none"),
    [
        (["convnext_a*"], "convnext_atto", "resnet18"),
        (["test_resnet", "--pretrained"], "test_resnet.r160_in1k", "test_resnet"),
        ([], "vit_tiny_patch16_224", "nothing"),
    ],
)
def test_the_command_lists_names(
    arguments: list[str], some: str, none: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["timm", *arguments]) == 0
    told = capsys.readouterr().out.splitlines()
    assert some in told
    assert none not in told


def test_the_command_answers_what_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["timm", "resnett18"]) == 2
    assert "timm has no network like 'resnett18'; did you mean 'resnet18'?" in capsys.readouterr().err


def test_shells_complete_the_commands_argument() -> None:
    assert begun("test_resnet") == ["test_resnet", "test_resnet.r160_in1k"]
