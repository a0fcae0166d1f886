"""``python -m genrekit``: the same as ``genrekit``."""

import sys

from genrekit.cli import main

if __name__ == "__main__":
    sys.exit(main())
