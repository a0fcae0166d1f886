"""What goes wrong with an audio file, as an `AudioError` with a reason."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from genrekit.chatter import without_chatter
from genrekit.errors import AudioError


@contextlib.contextmanager
def told(path: str) -> Iterator[None]:
    """Turns what the system says of a path into an `AudioError`."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise AudioError(path, (getattr(error, "strerror", None) or str(error)).lower()) from None


def guarded(path: str, call: Any, *args: Any, mp3: bool = False, **options: Any) -> Any:
    """``call`` with the decoder's exceptions turned into `AudioError`; ``mp3`` says that its decoder talks."""
    import soundfile

    try:
        with without_chatter() if mp3 else contextlib.nullcontext():
            return call(*args, **options)
    except soundfile.LibsndfileError as error:
        reason = error.error_string.rstrip(".").removeprefix("Error : ")
        raise AudioError(path, f"cannot be decoded: {reason[:1].lower()}{reason[1:]}") from None
    except (MemoryError, OSError, RuntimeError, TypeError, ValueError) as error:
        raise AudioError(path, f"cannot be decoded: {error or 'it asks for more memory than there is'}") from None
