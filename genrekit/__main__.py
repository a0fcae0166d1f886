"""``python -m genrekit``, and what the ``genrekit`` script starts."""

from __future__ import annotations

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

    code = main()
    if "run" not in sys.argv[1:]:
        # At its end Python would search all there is for cycles of garbage. A run's may hold threads of its partners.
        gc.freeze()
    return code


if __name__ == "__main__":
    sys.exit(start())
