"""Writes a plugin package whose tests pass at once: one component of each kind that is asked for."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genrekit import atomic
from genrekit.claims import HOOK_OF_KIND
from genrekit.errors import PluginError, did_you_mean
from genrekit.registry import Registry

if TYPE_CHECKING:
    import jinja2

TEMPLATES = Path(__file__).parent / "templates" / "plugin"
API = ">=1.0,<2"
"""What a new plugin says that it needs."""

LICENSES = {"MIT": "MIT.txt", "BSD-3-Clause": "BSD-3-Clause.txt", "Apache-2.0": "Apache-2.0.txt", "none": None}
"""SPDX identifier -> its text."""

WORDS = {
    "dataset": "data set",
    "splitter": "splitter",
    "features": "features",
    "augmenter": "augmenter",
    "model": "model",
    "loss": "loss",
    "optimizer": "optimizer",
    "scheduler": "scheduler",
    "evaluator": "evaluator",
    "executor": "executor",
}

IMPORTS: dict[str, tuple[list[str], list[str], list[str]]] = {
    "dataset": (["from pathlib import Path", "from typing import Literal, Self"], [], []),
    "splitter": (["from typing import Literal"], [], ["from genrekit.randomness import generator"]),
    "features": (["from typing import TYPE_CHECKING, Literal"], ["from torch import nn"], []),
    "augmenter": (["from typing import TYPE_CHECKING, Literal"], ["import numpy as np", "import torch"], []),
    "model": (["from typing import TYPE_CHECKING, Literal"], ["from torch import nn"], []),
    "loss": (
        ["from collections.abc import Sequence", "from typing import TYPE_CHECKING, Literal"],
        ["from torch import nn"],
        [],
    ),
    "optimizer": (
        ["from collections.abc import Iterable", "from typing import TYPE_CHECKING, Literal"],
        ["from torch import nn, optim"],
        [],
    ),
    "scheduler": (
        ["from typing import TYPE_CHECKING, Literal"],
        ["from torch import optim", "from torch.optim.lr_scheduler import LRScheduler"],
        [],
    ),
    "evaluator": (["from typing import Any, Literal"], [], []),
    "executor": (["import concurrent.futures", "from typing import Literal"], [], []),
}
"""Kind -> what its file imports: from the standard library, for types only, from genrekit's modules."""


@dataclass(frozen=True)
class Part:
    """One component of the new plugin."""

    kind: str
    cls: str

    @property
    def module(self) -> str:
        return self.kind

    @property
    def hook(self) -> str:
        return HOOK_OF_KIND[self.kind]


@dataclass(frozen=True)
class NewPlugin:
    """What is to be written. ``name`` is what recipes say; the distribution is called ``genrekit-<name>``."""

    name: str
    kinds: tuple[str, ...]
    license: str = "MIT"
    author: str = ""

    @classmethod
    def of(cls, name: str, kinds: Iterable[str], license: str = "MIT", author: str = "") -> NewPlugin:
        """Checked; a leading ``genrekit-`` is left out. Raises `PluginError`."""
        plain = _plain_name(name)
        wanted = tuple(dict.fromkeys(kinds))
        for kind in wanted:
            if kind not in HOOK_OF_KIND:
                close = did_you_mean(kind, HOOK_OF_KIND) or f"; there are {', '.join(HOOK_OF_KIND)}"
                raise PluginError(f"there is no kind '{kind}'{close}")
        if not wanted:
            hint = f"--kind features,model; all: {', '.join(HOOK_OF_KIND)}"
            raise PluginError("say which kinds of components", hint=hint)
        if license not in LICENSES:
            raise PluginError(f"no text for the licence '{license}'", hint=f"--license {', '.join(LICENSES)}")
        return cls(plain, wanted, license, author or f"the authors of genrekit-{plain}")

    def refuse_taken_names(self, registry: Registry) -> None:
        """Raise `PluginError` where something that is installed has this name already."""
        for kind in self.kinds:
            taken = registry.claims.get((kind, self.name))
            if taken:
                raise PluginError(
                    f"there is a {WORDS[kind]} '{self.name}' already, from plugin {taken[0]}",
                    why="recipes could not tell the two apart",
                    hint="choose another name",
                )

    def write(self, parent: Path) -> Path:
        """Write the folder ``parent/genrekit-<name>``; an existing one is left alone, with a `PluginError`."""
        folder = parent / self.distribution
        if folder.exists() or folder.is_symlink():
            raise PluginError(f"{folder} exists already", hint="--into ANOTHER_FOLDER, or another name")
        with atomic.replacing_folder(folder) as temporary:
            for path, text in self.files().items():
                atomic.write_text(temporary / path, text)
        return folder

    @property
    def distribution(self) -> str:
        return f"genrekit-{self.name}"

    @property
    def package(self) -> str:
        return self.distribution.replace("-", "_")

    @property
    def parts(self) -> list[Part]:
        """Classes are called ``WaveletFeatures``, ``WaveletModel`` …"""
        prefix = "".join(word.capitalize() for word in self.name.split("-"))
        return [Part(kind, prefix + kind.capitalize()) for kind in HOOK_OF_KIND if kind in self.kinds]

    def files(self) -> dict[str, str]:
        """Path in the package's folder -> text."""
        render = _Renderer(_environment(), self._values())
        found = {
            "pyproject.toml": render("pyproject.toml.jinja"),
            "README.md": render("README.md.jinja"),
            ".gitignore": render("gitignore.jinja"),
            f"{self.package}/__init__.py": render("init.py.jinja"),
            f"{self.package}/py.typed": "",
            f"examples/{self.name}.toml": render("example.toml.jinja"),
            "tests/test_contract.py": render("tests/contract.py.jinja"),
            "tests/test_example.py": render("tests/example.py.jinja"),
        }
        for part in self.parts:
            found[f"{self.package}/{part.module}.py"] = render.component(part)
            found[f"tests/test_{part.module}.py"] = render(f"tests/{part.kind}.py.jinja", cls=part.cls)
        if text := LICENSES[self.license]:
            found["LICENSE"] = render(f"licenses/{text}")
        return found

    def _values(self) -> dict[str, Any]:
        words = [WORDS[part.kind] for part in self.parts]
        listed = " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)
        about = f"The {self.name} {listed}." if len(words) < 4 else f"Components that are all called {self.name}."
        return {
            "name": self.name,
            "distribution": self.distribution,
            "package": self.package,
            "kinds": self.kinds,
            "parts": self.parts,
            "words": WORDS,
            "description": about,
            "license": "" if self.license == "none" else self.license,
            "author": self.author,
            "year": datetime.now(UTC).year,
            "api": API,
            "snippet": "\n\n".join(_snippet(part.kind, self.name) for part in self.parts),
        }


@dataclass(frozen=True)
class _Renderer:
    environment: jinja2.Environment
    values: dict[str, Any]

    def __call__(self, template: str, **more: Any) -> str:
        text: str = self.environment.get_template(template).render(**self.values, **more)
        return re.sub(r"\n{4,}", "\n\n\n", text).strip() + "\n"

    def component(self, part: Part) -> str:
        standard, typed, inner = IMPORTS[part.kind]
        under = ["", "if TYPE_CHECKING:", *(f"    {line}" for line in typed)] if typed else []
        imports = [*standard, "", "import genrekit", *inner, *under]
        return self("component.py.jinja", kind=part.kind, cls=part.cls, imports=imports)


def _environment() -> jinja2.Environment:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # what is written is Python and TOML
    )


_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def _plain_name(name: str) -> str:
    plain = name.removeprefix("genrekit-")
    if not _NAME.fullmatch(plain) or len(plain) > 40:
        close = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
        raise PluginError(
            f"'{name}' cannot be a plugin's name",
            why="names are lower-case letters, digits and single hyphens, and begin with a letter",
            hint=f"genrekit plugins new {close}" if close != plain and _NAME.fullmatch(close) else None,
        )
    if keyword.iskeyword(plain) or plain == "genrekit":
        raise PluginError(f"'{name}' cannot be a plugin's name", why="Python or genrekit has it already")
    return plain


def _snippet(kind: str, name: str) -> str:
    from genrekit.cli.snippet import header

    head = header(kind)
    needed = '\nroot = "recordings"' if kind == "dataset" else ""
    return f'{head}\nuse = "{name}"{needed}'
