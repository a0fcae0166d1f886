"""Which pretrained encoder: options that several components share, and what follows from them without torch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Self

from pydantic import model_validator

import genrekit
from genrekit_transformers.families import Encoder, encoder_of
from genrekit_transformers.files import CONFIG, content_of, read_json, read_preprocessor
from genrekit_transformers.hub import cached, fetched

ORIGIN = ("hub", "revision", "folder", "architecture")
"""The options that say where an encoder comes from."""


class Checkpoint(genrekit.Component):
    """Where an encoder comes from: one of ``hub``, ``folder`` and ``architecture``."""

    hub: str | None = genrekit.Field(
        None,
        pattern=r"^[\w.-]+/[\w.-]+$",
        description='a checkpoint on the Hugging Face hub, such as "openai/whisper-tiny"; downloaded once',
    )
    revision: str | None = genrekit.Field(
        None, min_length=1, description="which state of it: a commit, tag or branch; none: main, as first downloaded"
    )
    folder: genrekit.RecipePath | None = genrekit.Field(
        None, description="a checkpoint in a local folder: config.json, preprocessor_config.json, model.safetensors"
    )
    architecture: str | None = genrekit.Field(
        None, description="configurations as JSON, with weights drawn at random: what bundles have, which hold weights"
    )

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        given = [name for name in ("hub", "folder", "architecture") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(
                f"give one of hub, folder and architecture{', not ' + ' and '.join(given) if given else ''}"
            )
        if self.revision and not self.hub:
            raise ValueError("revision is of a checkpoint on the hub: give hub, or leave it out")
        if self.architecture is not None:
            _described(self.architecture)
        return self

    def identity(self) -> dict[str, Any]:
        options = self.model_dump(mode="json")
        if self.architecture is not None:
            return options
        return {name: value for name, value in options.items() if name not in ORIGIN} | {
            "checkpoint": content_of(self.files())
        }

    def portable(self) -> Self:
        if self.architecture is not None:
            return self
        encoder = self.encoder()
        text = json.dumps({"config": encoder.config, "preprocessor": encoder.preprocessor}, sort_keys=True)
        return self.model_copy(update={"hub": None, "revision": None, "folder": None, "architecture": text})

    def files(self) -> Path:
        """The folder of the checkpoint's files, downloaded if need be."""
        if self.hub is not None:
            return fetched(self.hub, self.revision)
        assert self.folder is not None
        return self.folder

    def encoder(self) -> Encoder:
        """What the configurations say. Raises `genrekit.GenrekitError` where they are missing or of no known family."""
        if self.architecture is not None:
            return _described(self.architecture)
        return _read(self.files())

    def known_encoder(self) -> Encoder | None:
        """The same, or None where that would take a download."""
        if self.hub is not None:
            folder = cached(self.hub, self.revision)
            return _read(folder) if folder else None
        return self.encoder()


def _read(folder: Path) -> Encoder:
    return encoder_of(read_json(folder / CONFIG), read_preprocessor(folder), str(folder))


def _described(text: str) -> Encoder:
    try:
        found = json.loads(text)
        config, preprocessor = dict(found["config"]), dict(found["preprocessor"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ValueError('architecture should be JSON: {"config": {…}, "preprocessor": {…}}') from None
    try:
        return encoder_of(config, preprocessor, "architecture")
    except genrekit.GenrekitError as error:
        raise ValueError(" ".join(str(error).split())) from None
