"""TensorBoard: scalars, options with final figures (the HParams tab), the recipe as text, pictures."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genrekit_tracking import figures
from genrekit_tracking.table import TensorBoard
from genrekit_tracking.tracker import Ending, Tracker

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter


class TensorBoardTracker(Tracker):
    """Event files. A run that is resumed gets another file in the same folder, which TensorBoard joins to one curve."""

    _open: SummaryWriter | None = None

    @property
    def writer(self) -> Any:
        """The open event file."""
        assert self._open is not None
        return self._open

    def start(self) -> None:
        from torch.utils.tensorboard import SummaryWriter

        folder = self.identity or self._folder()
        # What lies in the run folder moves with it.
        self._open = SummaryWriter(str(self.subject.folder / folder))
        if self.identity is None:
            self.writer.add_text("recipe", f"```toml\n{self.subject.recipe_text}\n```", 0)
        self.writer.flush()
        self.identity = folder

    def _folder(self) -> str:
        options = self.subject.tracking.tensorboard
        assert isinstance(options, TensorBoard)
        return str(options.folder.joinpath(*self.subject.path)) if options.folder else "tensorboard"

    def epoch(self, epoch: int, line: Mapping[str, float]) -> None:
        for name, value in line.items():
            self.writer.add_scalar(name, value, epoch)
        self.writer.flush()

    def end(self, ending: Ending) -> None:
        epochs = int(ending.metrics.get("best_epoch", self.since))
        final = figures.of_end(ending.metrics)
        for name, value in final.items():
            self.writer.add_scalar(name, value, epochs)
        self._hparams(final)
        for path in self.pictures(ending, ".png"):
            self.writer.file_writer.add_summary(_picture(path), epochs)
        self.writer.add_text("status", "\n\n".join(filter(None, [ending.status, ending.error])), epochs)
        self.writer.flush()

    def _hparams(self, final: Mapping[str, float]) -> None:
        from torch.utils.tensorboard.summary import hparams

        headline = {name: value for name, value in final.items() if name.count("/") == 2}
        summaries = hparams(self.subject.params, headline)  # type: ignore[no-untyped-call]
        for summary in summaries:
            self.writer.file_writer.add_summary(summary)

    def close(self) -> None:
        if self._open is not None:
            self._open.close()


def _picture(path: Path) -> Any:
    """A PNG file as TensorBoard keeps it: as it is, with its size from the header (RFC 2083, 11.2.1)."""
    from tensorboard.compat.proto.summary_pb2 import Summary  # type: ignore[import-untyped]

    content = path.read_bytes()
    width, height = struct.unpack(">II", content[16:24])
    image = Summary.Image(height=height, width=width, colorspace=4, encoded_image_string=content)
    return Summary(value=[Summary.Value(tag=f"pictures/{path.stem}", image=image)])
