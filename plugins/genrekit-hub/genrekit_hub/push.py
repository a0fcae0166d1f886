"""From a bundle to a repository: one commit, in which card, manifest and checksums agree."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from genrekit import bundle
from genrekit.errors import BundleError
from genrekit_hub.address import Address
from genrekit_hub.card import About, card
from genrekit_hub.problems import telling

RESUMES = "what was uploaded is kept: the same command goes on from there"


@dataclass(frozen=True)
class Pushed:
    """What came of it."""

    url: str
    commit: str
    private: bool


@dataclass(frozen=True)
class Push:
    """A bundle, checked, on its way to ``address``, whose revision is a branch."""

    folder: Path
    manifest: bundle.Manifest
    address: Address
    about: About

    @classmethod
    def of(cls, model: str | Path, address: Address, license: str | None = None, dataset: str | None = None) -> Push:
        """``model`` is a run folder or a bundle. Raises `BundleError` if any of its files is missing or damaged."""
        folder = bundle.find(model)
        manifest = bundle.read_manifest(folder)
        for name in manifest.files:
            bundle.verified(folder, manifest, name)
        about = About(dataset or _dataset(folder) or manifest.name, license, dataset is not None and "/" in dataset)
        return cls(folder, manifest, address, about)

    @property
    def readme(self) -> str:
        """The model card."""
        text = (self.folder / bundle.CARD).read_text(encoding="utf-8") if bundle.CARD in self.manifest.files else ""
        return card(self.manifest, text, self.address, self.about)

    def contents(self) -> dict[str, Path | bytes]:
        """Every file of the repository; the manifest has the new card's checksum."""
        readme = self.readme.encode()
        files = self.manifest.files | {bundle.CARD: hashlib.sha256(readme).hexdigest()}
        manifest = self.manifest.model_copy(update={"files": files})
        written = (manifest.model_dump_json(indent=2) + "\n").encode()
        return {
            **{name: self.folder / name for name in self.manifest.files},
            bundle.CARD: readme,
            bundle.MANIFEST: written,
        }

    def go(self, public: bool = False, message: str | None = None) -> Pushed:
        """Make the repository, if there is none, and commit; where others can see it only if ``public``.

        Raises `BundleError`.
        """
        from huggingface_hub import HfApi

        api: Any = HfApi(library_name="genrekit")
        repo, branch = self.address.repo, self.address.revision
        with telling(self.address, "push to", RESUMES):
            _refuse_nobody()
            api.create_repo(repo, private=not public, exist_ok=True)
            private = bool(api.model_info(repo).private)
            if not (private or public):
                why = "everybody would see the model"
                raise BundleError(f"the repository {repo} is public", why=why, hint="--public says that it is meant")
            if branch is not None:
                api.create_branch(repo, branch=branch, exist_ok=True)
            done = api.create_commit(
                repo,
                [*self._additions(), *self._deletions(api)],
                commit_message=message or f"{self.manifest.name}, trained with genrekit {self.manifest.genrekit}",
                revision=branch,
            )
        return Pushed(f"{api.endpoint}/{repo}", done.oid, private)

    def _additions(self) -> Iterator[Any]:
        from huggingface_hub import CommitOperationAdd

        for name, content in self.contents().items():
            yield CommitOperationAdd(name, content if isinstance(content, bytes) else str(content))

    def _deletions(self, api: Any) -> Iterator[Any]:
        """The model files of an earlier push that this bundle does not have."""
        from huggingface_hub import CommitOperationDelete

        there = api.list_repo_files(self.address.repo, revision=self.address.revision)
        for name in sorted({bundle.ONNX, bundle.WEIGHTS} & set(there) - self.manifest.files.keys()):
            yield CommitOperationDelete(name)


def _refuse_nobody() -> None:
    """Without a token the Hub's answers are about anybody, and misleading."""
    from huggingface_hub import get_token

    if not get_token():
        raise BundleError("pushing needs a token", why="nobody is logged in", hint="hf auth login, or HF_TOKEN=…")


def _dataset(folder: Path) -> str | None:
    """What the run's recipe calls the data set; None where the bundle is alone."""
    try:
        recipe = tomllib.loads((folder.parent / "recipe.toml").read_text(encoding="utf-8"))
        return str(recipe["dataset"]["use"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
