"""Music-like clips, synthesised here: data for a first run, a demonstration or a test, without any download."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self

import genrekit
from genrekit import Clips, DataError, Field, RecipePath
from genrekit_builtins.synth_styles import STYLES


class Synth(genrekit.Dataset):
    """Ten styles of synthesised music: as many clips as wanted, always the same for the same options.

    Tempo, key, melody, timbre, noise and level vary from clip to clip; level and noise say nothing about the style. An
    artist, the clips' group, makes three clips of one style in a row and keeps tuning, timbre and drums. Files are
    written once, ``root/waltz/waltz.00000.wav``, and only those that are missing.
    """

    use: Literal["synth"] = "synth"
    root: RecipePath | None = Field(None, description="where the clips are written; none: the user's cache folder")
    clips_per_class: int = Field(30, ge=1, le=100_000, description="clips of each style")
    seconds: float = Field(3.0, ge=1, le=600, description="length of a clip in seconds")
    sample_rate: int = Field(22050, ge=8000, le=96000, description="sample rate of the clips in Hz")
    classes: int = Field(10, ge=1, le=len(STYLES), description="how many of the ten styles there are")
    seed: int = Field(0, ge=0, description="decides every clip; apart from the recipe's own seed")

    @classmethod
    def example(cls, folder: Path) -> Self:
        return cls(root=folder, clips_per_class=2, seconds=1, sample_rate=8000, classes=3)

    def clips(self) -> Clips:
        """Writes what is missing, a few milliseconds a clip. Raises `genrekit.DataError` if it cannot be written."""
        from tqdm.auto import tqdm  # type: ignore[import-untyped]

        from genrekit_builtins.synth_files import Studio, claim

        studio, root = Studio(self.seed, self.seconds, self.sample_rate), self._folder()
        numbered = [(style, index) for style in STYLES[: self.classes] for index in range(self.clips_per_class)]
        paths = [root / style.name / f"{style.name}.{index:05d}.wav" for style, index in numbered]
        try:
            claim(root, studio)
            for (style, index), path in zip(
                tqdm(numbered, desc="synthesising", delay=1, leave=False, disable=None), paths, strict=True
            ):
                studio.write(style, index, path)
        except OSError as error:
            raise DataError(
                f"cannot write clips into {root}",
                why=error.strerror or str(error),
                hint="--set dataset.root=… says where to",
            ) from None
        columns = {
            "path": list(map(str, paths)),
            "labels": [[style.name] for style, _ in numbered],
            "group": [f"{style.name} artist {studio.artist_of(index)}" for style, index in numbered],
        }
        return Clips.from_columns(columns)

    def _folder(self) -> Path:
        import platformdirs

        from genrekit_builtins.synth_files import Studio

        cache = Path(platformdirs.user_cache_dir("genrekit", appauthor=False)) / "synth"
        return self.root or cache / Studio(self.seed, self.seconds, self.sample_rate).label()


@genrekit.hookimpl
def register_datasets(register: Any) -> None:
    """Adds `synth`."""
    register(Synth)
