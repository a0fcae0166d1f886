"""``python -m genrekit``, and what the ``genrekit`` script starts."""

from __future__ import annotations

import sys


def start() -> int:
    """Run the command line as a process of its own."""
    if "run" in sys.argv[1:]:
        from genrekit.huge_pages import restart_with_huge_pages

        restart_with_huge_pages()
    from genrekit.cli import main

    return main()


if __name__ == "__main__":
    sys.exit(start())
