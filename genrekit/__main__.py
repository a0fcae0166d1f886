"""``python -m genrekit``, and what the ``genrekit`` script starts."""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import sys


def start() -> int:
    """Run the command line as a process of its own."""
    try:
        return _start()
    except KeyboardInterrupt:
        # Most of a short life goes by in imports.
        return 130


def _start() -> int:
    if "run" in sys.argv[1:]:
        from genrekit.huge_pages import restart_with_huge_pages

        restart_with_huge_pages()
    else:
        # Short commands mostly import, which makes many objects and no garbage to look for.
        gc.set_threshold(100_000)
    # Pydantic looks through all that is installed for what would watch it, at every start.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from genrekit.cli import main

    codes: list[int] = []
    if "predict" in sys.argv[1:] and not _asked_for_at_the_end():
        atexit.register(_leave, codes)
    code = main()
    codes.append(code)
    if "run" not in sys.argv[1:]:
        # At its end Python would search all there is for cycles of garbage. A run's may hold threads of its partners.
        gc.freeze()
    return code


def _leave(codes: list[int]) -> None:
    """End the process with the code that there is, and take nothing apart: a twentieth of a short prediction's time.

    Registered before all else that is to be done at the end, so it is done last, when threads are through.
    """
    if codes:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(AttributeError, OSError, ValueError):
                stream.flush()
        os._exit(codes[0])


def _asked_for_at_the_end() -> bool:
    """Whether something, such as a tracer, was registered before genrekit began: its turn would come after `_leave`."""
    count = getattr(atexit, "_ncallbacks", None)
    return count is None or count() > 0


if __name__ == "__main__":
    sys.exit(start())
